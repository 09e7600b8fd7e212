// SPDX-License-Identifier: MIT
/*
 * APBUART: serial port (GRLIB IP manual, "APBUART").
 *
 * Both directions run in virtual time, character by character, so that flags, FIFO counts and
 * interrupts come when software expects them: one bit lasts 8 * (scaler + 1) cycles.  But a
 * character is written to the character line as soon as it is in the transmit FIFO and the
 * transmitter is enabled: so what a program printed just before the run ended is not lost.  The
 * receiver takes one character per character time from the character line while the receive FIFO
 * has room, so that a file as input gives the same run each time and never overruns.  A character
 * that finds no room is not stored; the receiver tries it again after each character time.  Each
 * time its stop bit requests the interrupt, as in hardware (apbuart.vhd), so that a driver that
 * enables RI late is interrupted for a full FIFO.
 *
 * An idle port has no armed event: the transmitter arms its event again only while its FIFO holds
 * characters, the receiver only while the character line has input; char_input() starts the
 * receiver again.
 *
 * Property `instant` makes the status register show the transmitter as always empty, like the
 * VHDL's simulation aid `console`, so that a polling program never waits.  Interrupts keep their
 * time.
 *
 * Not modelled: external clock, modem lines (CTS is always asserted), line errors (no break, parity
 * or framing error ever arrives), sending breaks.
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define STATUS_DR       0x001u /* receive FIFO not empty */
#define STATUS_TS       0x002u /* transmit shift register empty */
#define STATUS_TE       0x004u /* transmit FIFO empty */
#define STATUS_OV       0x010u /* overrun */
#define STATUS_ERRORS   0x078u /* FE, PE, OV, BR: a write replaces them */
#define STATUS_TH       0x080u /* transmit FIFO less than half full */
#define STATUS_RH       0x100u /* receive FIFO at least half full */
#define STATUS_TF       0x200u /* transmit FIFO full */
#define STATUS_RF       0x400u /* receive FIFO full */
#define STATUS_TCNT_LOW 20
#define STATUS_RCNT_LOW 26

#define CONTROL_RE 0x0001u     /* receiver enable */
#define CONTROL_TE 0x0002u     /* transmitter enable */
#define CONTROL_RI 0x0004u     /* interrupt on a received character */
#define CONTROL_TI 0x0008u     /* interrupt on an empty transmit FIFO */
#define CONTROL_PE 0x0020u     /* parity bit */
#define CONTROL_FL 0x0040u     /* flow control */
#define CONTROL_LB 0x0080u     /* loop back */
#define CONTROL_EC 0x0100u     /* external clock */
#define CONTROL_TF 0x0200u     /* level interrupt: transmit FIFO less than half full */
#define CONTROL_RF 0x0400u     /* level interrupt: receive FIFO at least half full */
#define CONTROL_DB 0x0800u     /* FIFO debug mode */
#define CONTROL_DI 0x2000u     /* delay RI until the line was quiet */
#define CONTROL_SI 0x4000u     /* interrupt on an empty shift register */
#define CONTROL_FA 0x80000000u /* FIFOs available */

#define ALL_BITS   0xffffffffu
#define FIFO_MAX   32
#define DELAY_BITS 48 /* quiet time after which DI lets RI through */

struct fifo {
    uint8_t data[FIFO_MAX];
    uint32_t first;
    uint32_t count;
};

struct apbuart {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_chardev *chardev;
    struct l3_event *tx_event;    /* end of the character if tx_busy, else of a bit time */
    struct l3_event *rx_event;    /* a character could be complete */
    struct l3_event *delay_event; /* the line was quiet for DELAY_BITS */
    struct l3_regfile regs;
    uint32_t fifo_size;
    uint32_t scaler_mask;
    uint32_t instant;
    union {
        uint32_t values[5];
        struct { /* in order of apbuart_registers */
            uint32_t data, status, control, scaler, debug;
        };
    };
    struct fifo tx, rx;
    uint32_t unsent;    /* number of newest characters of tx not yet given to chardev_write() */
    uint32_t tx_armed;  /* tx_event is armed */
    uint32_t tx_busy;   /* the shift register holds tx_shift */
    uint32_t rx_armed;  /* rx_event is armed */
    uint32_t rx_dry;    /* chardev_read() gave nothing: leon3emu will call char_input() */
    uint32_t rx_held;   /* rx_shift holds a character for which rx has no room */
    uint32_t rx_waits;  /* rx_line is a character from outside that found no room yet */
    uint32_t irq_level; /* of output 0, as the level interrupts drive it */
    uint8_t tx_shift, rx_shift, rx_line;
};

/* ---- FIFOs: indices wrap at fifo_size of the instance, a power of two ---- */

static uint32_t fifo_full(const struct apbuart *uart, const struct fifo *fifo)
{
    return fifo->count == uart->fifo_size;
}

/* Is the FIFO at least half full?  A FIFO of one character never is. */
static uint32_t fifo_half(const struct apbuart *uart, const struct fifo *fifo)
{
    return uart->fifo_size > 1 && fifo->count >= uart->fifo_size / 2;
}

/* Software reads the status register far more often than it changes, so its value is kept in
 * `status`.  Whoever changes a FIFO or the shift register must call this function. */
static void apbuart_update_status(struct apbuart *uart)
{
    static const struct fifo empty;
    const struct fifo *tx = uart->instant ? &empty : &uart->tx;
    const struct fifo *rx = &uart->rx;
    uint32_t status = uart->status & STATUS_ERRORS;
    status |= rx->count != 0 ? STATUS_DR : 0;
    status |= uart->instant || !uart->tx_busy ? STATUS_TS : 0;
    status |= tx->count == 0 ? STATUS_TE : 0;
    if (uart->fifo_size > 1) {
        status |= rx->count << STATUS_RCNT_LOW | tx->count << STATUS_TCNT_LOW;
        status |= fifo_half(uart, rx) ? STATUS_RH : 0;
        status |= fifo_full(uart, rx) ? STATUS_RF : 0;
        status |= fifo_half(uart, tx) ? 0 : STATUS_TH;
        status |= fifo_full(uart, tx) ? STATUS_TF : 0;
    }
    uart->status = status;
}

static void fifo_push(struct apbuart *uart, struct fifo *fifo, uint8_t character)
{
    fifo->data[(fifo->first + fifo->count) & (uart->fifo_size - 1)] = character;
    fifo->count++;
    apbuart_update_status(uart);
}

static uint8_t fifo_pop(struct apbuart *uart, struct fifo *fifo)
{
    uint8_t character = fifo->data[fifo->first];
    fifo->first = (fifo->first + 1) & (uart->fifo_size - 1);
    fifo->count--;
    apbuart_update_status(uart);
    return character;
}

static void apbuart_set_busy(struct apbuart *uart, uint32_t busy)
{
    uart->tx_busy = busy;
    apbuart_update_status(uart);
}

static void apbuart_update_level(struct apbuart *uart)
{
    uint32_t on = uart->control;
    uint32_t tx = (on & CONTROL_TF) && (on & CONTROL_TE) && !fifo_half(uart, &uart->tx);
    uint32_t rx = (on & CONTROL_RF) && (on & CONTROL_RE) && fifo_half(uart, &uart->rx);
    if (rx) {
        uart->services->event_cancel(uart->host, uart->delay_event);
    }
    if ((tx | rx) != uart->irq_level) {
        uart->irq_level = tx | rx;
        uart->services->irq_set(uart->host, 0, uart->irq_level);
    }
}

/* Pulses the output if `enable` is set in the control register.  While a level interrupt holds the
 * output high, a pulse would not be seen and must not lower it. */
static void apbuart_pulse(struct apbuart *uart, uint32_t enable)
{
    if ((uart->control & enable) && uart->irq_level == 0) {
        uart->services->irq_pulse(uart->host, 0);
    }
}

static uint64_t apbuart_bits(const struct apbuart *uart, uint32_t bits)
{
    return ((uint64_t)uart->scaler + 1) * 8 * bits;
}

static uint64_t apbuart_character_time(const struct apbuart *uart)
{
    return apbuart_bits(uart, uart->control & CONTROL_PE ? 11 : 10);
}

static void apbuart_arm(struct apbuart *uart, struct l3_event *event, uint64_t cycles)
{
    const struct l3_services *services = uart->services;
    services->event_arm(uart->host, event, services->cycles(uart->host) + cycles);
}

/* ---- receiver ---- */

/* Does the receiver take part in what happens on the character line?  It does if a character would
 * find room, or if its stop bit would request an interrupt (RI). */
static uint32_t apbuart_listens(const struct apbuart *uart)
{
    uint32_t mode = uart->control & (CONTROL_RE | CONTROL_LB);
    return mode == CONTROL_RE && (!fifo_full(uart, &uart->rx) || (uart->control & CONTROL_RI));
}

/* Cycles until the next character is complete.  A character that found no room is tried again; with
 * DI only after DELAY_BITS more, as the delayed interrupt would never come if the line were not
 * quiet. */
static uint64_t apbuart_receive_time(const struct apbuart *uart)
{
    uint64_t time = apbuart_character_time(uart);
    if (uart->rx_waits && (uart->control & CONTROL_DI)) {
        time += apbuart_bits(uart, DELAY_BITS);
    }
    return time;
}

static void apbuart_start_rx(struct apbuart *uart)
{
    if (apbuart_listens(uart) && !uart->rx_armed && !uart->rx_dry) {
        uart->rx_armed = 1;
        apbuart_arm(uart, uart->rx_event, apbuart_receive_time(uart));
    }
}

/* The stop bit of a character requests the interrupt, whether the character found room or not. */
static void apbuart_stop_bit(struct apbuart *uart)
{
    if ((uart->control & CONTROL_DI) == 0) {
        apbuart_pulse(uart, CONTROL_RI);
    } else if (uart->control & CONTROL_RI) {
        apbuart_arm(uart, uart->delay_event, apbuart_bits(uart, DELAY_BITS));
    }
    apbuart_update_level(uart);
}

static void apbuart_receive(struct apbuart *uart, uint8_t character)
{
    if (!fifo_full(uart, &uart->rx)) {
        fifo_push(uart, &uart->rx, character);
    } else {
        uart->status |= uart->rx_held ? STATUS_OV : 0;
        uart->rx_held = 1;
        uart->rx_shift = character;
    }
    apbuart_stop_bit(uart);
}

/* Is there a character on the line?  One that found no room is still there, in rx_line. */
static uint32_t apbuart_look_at_line(struct apbuart *uart)
{
    if (!uart->rx_waits) {
        uart->rx_waits =
            (uint32_t)uart->services->chardev_read(uart->host, uart->chardev, &uart->rx_line, 1);
        uart->rx_dry = !uart->rx_waits;
    }
    return uart->rx_waits;
}

static void apbuart_rx_event(void *instance, uint32_t argument)
{
    struct apbuart *uart = instance;
    (void)argument;
    uart->rx_armed = 0;
    if (!apbuart_listens(uart) || !apbuart_look_at_line(uart)) {
        return;
    }
    if (fifo_full(uart, &uart->rx)) {
        apbuart_stop_bit(uart);
    } else {
        uart->rx_waits = 0;
        apbuart_receive(uart, uart->rx_line);
    }
    apbuart_start_rx(uart);
}

static void apbuart_delay_event(void *instance, uint32_t argument)
{
    (void)argument;
    apbuart_pulse(instance, CONTROL_DI);
}

static void apbuart_char_input(void *instance, struct l3_chardev *chardev)
{
    struct apbuart *uart = instance;
    (void)chardev;
    uart->rx_dry = 0;
    apbuart_start_rx(uart);
}

/* ---- transmitter ---- */

static uint32_t apbuart_can_shift(const struct apbuart *uart)
{
    /* In loop back with flow control the receiver stops the transmitter (RTS drives CTS) when it
     * cannot hold another character. */
    uint32_t handshake = CONTROL_FL | CONTROL_LB;
    uint32_t stopped = (uart->control & handshake) == handshake && uart->rx_held;
    uint32_t enabled = (uart->control & (CONTROL_TE | CONTROL_DB)) == CONTROL_TE;
    return enabled && !stopped && uart->tx.count != 0;
}

/* A character leaves the FIFO one bit time later, not at once: software may rely on the short time
 * between its write and the interrupt. */
static void apbuart_start_tx(struct apbuart *uart)
{
    if (!uart->tx_armed && apbuart_can_shift(uart)) {
        uart->tx_armed = 1;
        apbuart_arm(uart, uart->tx_event, apbuart_bits(uart, 1));
    }
}

/* Writes the characters that are new in the transmit FIFO to the character line, if the transmitter
 * is going to send them. */
static void apbuart_send(struct apbuart *uart)
{
    uint32_t mode = uart->control & (CONTROL_TE | CONTROL_DB | CONTROL_LB);
    if (mode != CONTROL_TE) {
        return;
    }
    for (; uart->unsent != 0; uart->unsent--) {
        uint32_t at = uart->tx.first + uart->tx.count - uart->unsent;
        uart->services->chardev_write(uart->host, uart->chardev,
                                      &uart->tx.data[at & (uart->fifo_size - 1)], 1);
    }
}

static uint8_t apbuart_take_tx(struct apbuart *uart)
{
    uint8_t character = fifo_pop(uart, &uart->tx);
    if (uart->unsent > uart->tx.count) {
        uart->unsent = uart->tx.count;
    }
    return character;
}

static void apbuart_end_shift(struct apbuart *uart)
{
    apbuart_set_busy(uart, 0);
    if (uart->control & CONTROL_LB && uart->control & CONTROL_RE) {
        apbuart_receive(uart, uart->tx_shift);
    }
    if (!apbuart_can_shift(uart)) {
        apbuart_pulse(uart, CONTROL_SI);
    }
}

static void apbuart_tx_event(void *instance, uint32_t argument)
{
    struct apbuart *uart = instance;
    (void)argument;
    uart->tx_armed = 0;
    if (uart->tx_busy) {
        apbuart_end_shift(uart);
    }
    if (!apbuart_can_shift(uart)) {
        return;
    }
    uart->tx_shift = apbuart_take_tx(uart);
    apbuart_set_busy(uart, 1);
    uart->tx_armed = 1;
    apbuart_arm(uart, uart->tx_event, apbuart_character_time(uart));
    if (uart->tx.count == 0) {
        apbuart_pulse(uart, CONTROL_TI);
    }
    apbuart_update_level(uart);
}

/* ---- registers ---- */

static uint32_t apbuart_read_data(void *instance, uint32_t index, uint32_t value)
{
    struct apbuart *uart = instance;
    uint8_t character = uart->rx.data[uart->rx.first];
    (void)index;
    (void)value;
    if (uart->regs.debug || uart->rx.count == 0) {
        return character;
    }
    fifo_pop(uart, &uart->rx);
    if (uart->rx_held) {
        uart->rx_held = 0;
        fifo_push(uart, &uart->rx, uart->rx_shift);
        apbuart_start_tx(uart);
    }
    apbuart_start_rx(uart);
    apbuart_update_level(uart);
    return character;
}

static void apbuart_write_data(void *instance, uint32_t index, uint32_t value)
{
    struct apbuart *uart = instance;
    uint8_t character = (uint8_t)value;
    (void)index;
    if (!fifo_full(uart, &uart->tx)) {
        fifo_push(uart, &uart->tx, character);
        uart->unsent++;
        apbuart_send(uart);
        apbuart_start_tx(uart);
        apbuart_update_level(uart);
    } else if (uart->instant && uart->unsent == 0) {
        uart->services->chardev_write(uart->host, uart->chardev, &character, 1);
    } else {
        uart->services->log(uart->host, L3_LOG_GUEST_ERROR,
                            "character 0x%02x written while the transmitter is full, lost",
                            (unsigned)character);
    }
}

static uint32_t apbuart_read_control(void *instance, uint32_t index, uint32_t value)
{
    const struct apbuart *uart = instance;
    (void)index;
    return uart->fifo_size > 1 ? value | CONTROL_FA : value;
}

static void apbuart_write_control(void *instance, uint32_t index, uint32_t value)
{
    struct apbuart *uart = instance;
    (void)index;
    if (uart->fifo_size == 1) {
        uart->control &= ~(CONTROL_TF | CONTROL_RF);
    }
    if (value & CONTROL_EC) {
        uart->services->log(uart->host, L3_LOG_UNIMP, "no external clock; the scaler is used");
    }
    if ((value & CONTROL_DI) == 0) {
        uart->services->event_cancel(uart->host, uart->delay_event);
    }
    apbuart_send(uart);
    apbuart_start_tx(uart);
    apbuart_start_rx(uart);
    apbuart_update_level(uart);
}

/* A new bit rate takes effect at once: a character that is being transmitted or received starts
 * over. */
static void apbuart_write_scaler(void *instance, uint32_t index, uint32_t value)
{
    struct apbuart *uart = instance;
    (void)index;
    uart->scaler = value & uart->scaler_mask;
    if (uart->tx_armed) {
        uint64_t time = uart->tx_busy ? apbuart_character_time(uart) : apbuart_bits(uart, 1);
        apbuart_arm(uart, uart->tx_event, time);
    }
    if (uart->rx_armed) {
        apbuart_arm(uart, uart->rx_event, apbuart_character_time(uart));
    }
}

/* In FIFO debug mode software reaches the far end of both FIFOs: a read of this register takes a
 * character out of the transmit FIFO, a write puts one into the receive FIFO. */
static uint32_t apbuart_read_debug(void *instance, uint32_t index, uint32_t value)
{
    struct apbuart *uart = instance;
    (void)index;
    (void)value;
    if ((uart->control & CONTROL_DB) == 0 || uart->tx.count == 0) {
        return 0;
    }
    if (uart->regs.debug) {
        return uart->tx.data[uart->tx.first];
    }
    uint8_t character = apbuart_take_tx(uart);
    if (uart->tx.count == 0 && uart->fifo_size > 1) {
        apbuart_pulse(uart, CONTROL_TI);
    }
    apbuart_update_level(uart);
    return character;
}

static void apbuart_write_debug(void *instance, uint32_t index, uint32_t value)
{
    struct apbuart *uart = instance;
    (void)index;
    if (fifo_full(uart, &uart->rx)) {
        uart->services->log(uart->host, L3_LOG_GUEST_ERROR,
                            "debug write to a full receive FIFO, lost");
        return;
    }
    fifo_push(uart, &uart->rx, (uint8_t)value);
    if (uart->control & CONTROL_DB) {
        apbuart_pulse(uart, CONTROL_RI);
    }
    apbuart_update_level(uart);
}

/* clang-format off */
static const struct l3_register apbuart_registers[] = {
    /*          offset name       reset  readable  stored  w1c */
    L3_REGISTER(0x00,  "data",    0,     0,        0,      0, apbuart_read_data,
                apbuart_write_data),
    L3_REGISTER(0x04,  "status",  0,     ALL_BITS, STATUS_ERRORS, 0, NULL, NULL),
    L3_REGISTER(0x08,  "control", 0,     0x7fff,   0x7fff, 0, apbuart_read_control,
                apbuart_write_control),
    L3_REGISTER(0x0c,  "scaler",  0,     ALL_BITS, 0,      0, NULL, apbuart_write_scaler),
    L3_REGISTER(0x10,  "fifo",    0,     0,        0,      0, apbuart_read_debug,
                apbuart_write_debug),
};
/* clang-format on */

static const struct l3_region apbuart_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = apbuart_registers,
    .register_count = sizeof apbuart_registers / sizeof apbuart_registers[0],
}};

/* ---- life ---- */

static void apbuart_reset(void *instance, uint32_t cause)
{
    struct apbuart *uart = instance;
    (void)cause;
    l3_regfile_reset(&uart->regs);
    uart->tx = uart->rx = (struct fifo){.count = 0};
    uart->unsent = 0;
    uart->tx_armed = 0;
    apbuart_set_busy(uart, 0);
    uart->rx_armed = 0;
    uart->rx_dry = 0;
    uart->rx_held = 0;
    uart->rx_waits = 0;
    uart->irq_level = 0;
    uart->services->irq_set(uart->host, 0, 0);
}

static void apbuart_destroy(void *instance)
{
    struct apbuart *uart = instance;
    l3_regfile_destroy(&uart->regs);
    free(uart);
}

static void apbuart_configure(struct apbuart *uart)
{
    struct l3_host *host = uart->host;
    const struct l3_services *services = uart->services;
    uint64_t scaler_bits = services->property_uint(host, "scaler_bits");
    uart->fifo_size = (uint32_t)services->property_uint(host, "fifo");
    uart->scaler_mask = (uint32_t)(((uint64_t)1 << scaler_bits) - 1);
    uart->instant = (uint32_t)services->property_uint(host, "instant");
    uart->chardev = services->property_chardev(host, "chardev");
    uart->tx_event = services->event_create(host, "tx", apbuart_tx_event, 0);
    uart->rx_event = services->event_create(host, "rx", apbuart_rx_event, 0);
    uart->delay_event = services->event_create(host, "delay", apbuart_delay_event, 0);
}

static void *apbuart_create(struct l3_host *host, const struct l3_services *services)
{
    struct apbuart *uart = calloc(1, sizeof *uart);
    if (uart == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    uart->host = host;
    uart->services = services;
    apbuart_configure(uart);
    if ((uart->fifo_size & (uart->fifo_size - 1)) != 0) {
        services->fail(host, "property fifo is %u; it must be 1, 2, 4, 8, 16 or 32",
                       (unsigned)uart->fifo_size);
        free(uart);
        return NULL;
    }
    uart->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &apbuart_regions[0],
        .instance = uart,
        .values = uart->values,
        .value_count = sizeof uart->values / sizeof uart->values[0],
    };
    if (!l3_regfile_create(&uart->regs)) {
        free(uart);
        return NULL;
    }
    return uart;
}

static int32_t apbuart_read(void *instance, struct l3_request *request)
{
    struct apbuart *uart = instance;
    return l3_regfile_read(&uart->regs, request);
}

static int32_t apbuart_write(void *instance, struct l3_request *request)
{
    struct apbuart *uart = instance;
    return l3_regfile_write(&uart->regs, request);
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property apbuart_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_CHARDEV, "chardev", "none", 0, 0,
     "far end of the line"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "fifo", "8", 1, FIFO_MAX,
     "characters in each FIFO, a power of two; 1: no FIFOs"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "scaler_bits", "12", 12, 32,
     "width of the baud rate scaler"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "instant", "off", 0, 0,
     "the status register shows the transmitter as always empty"},
};
/* clang-format on */

#define FIELD(member, field_size, field_count)                                                     \
    {                                                                                              \
        .struct_size = sizeof(struct l3_state_field), .offset = offsetof(struct apbuart, member),  \
        .size = (field_size), .count = (field_count), .name = #member                              \
    }

static const struct l3_state_field apbuart_state[] = {
    FIELD(values, 4, 5),   FIELD(tx.data, 1, FIFO_MAX), FIELD(tx.first, 4, 1),
    FIELD(tx.count, 4, 1), FIELD(rx.data, 1, FIFO_MAX), FIELD(rx.first, 4, 1),
    FIELD(rx.count, 4, 1), FIELD(unsent, 4, 1),         FIELD(tx_armed, 4, 1),
    FIELD(tx_busy, 4, 1),  FIELD(rx_armed, 4, 1),       FIELD(rx_dry, 4, 1),
    FIELD(rx_held, 4, 1),  FIELD(irq_level, 4, 1),      FIELD(tx_shift, 1, 1),
    FIELD(rx_shift, 1, 1), FIELD(rx_waits, 4, 1),       FIELD(rx_line, 1, 1),
};

static const struct l3_pnp apbuart_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x00c, 1, 0,
};

static const struct l3_device_class apbuart = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "apbuart",
    .summary = "serial port",
    .version = "1.0",
    .properties = apbuart_properties,
    .property_count = sizeof apbuart_properties / sizeof apbuart_properties[0],
    .regions = apbuart_regions,
    .region_count = 1,
    .irq_output_count = 1,
    .state = apbuart_state,
    .state_count = sizeof apbuart_state / sizeof apbuart_state[0],
    .pnp = &apbuart_pnp,
    .create = apbuart_create,
    .destroy = apbuart_destroy,
    .reset = apbuart_reset,
    .read = apbuart_read,
    .write = apbuart_write,
    .char_input = apbuart_char_input,
};
L3_DEVICE_CLASS(apbuart)
