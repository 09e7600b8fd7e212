// SPDX-License-Identifier: MIT
/*
 * A small serial port, an example to read and to start from: registers, a character line, events
 * and an interrupt.
 *
 * It has the plug&play identity of Gaisler's APBUART, so that
 *
 *     leon3emu firmware.elf --periph uart.so
 *
 * puts it in the place of the board's own UART: same address, same interrupt, same character line.
 * Firmware for APBUART runs on it.  So that one can see which of the two is at work, each line of
 * text that it sends starts with property `prefix`, and registers 0x20 and 0x24, which an APBUART
 * does not have, hold an identity and the number of characters sent.
 *
 * Left out for brevity: FIFOs, parity, loop back, and the bits of the status register about them.
 * devices/apbuart.c has them.
 */
#include <string.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define STATUS_DR 0x1u /* a character was received */
#define STATUS_TS 0x2u /* transmit shift register empty */
#define STATUS_TE 0x4u /* transmit FIFO empty */
#define READY     (STATUS_TS | STATUS_TE)

#define CONTROL_RE 0x1u /* receiver and transmitter enable */
#define CONTROL_TE 0x2u
#define CONTROL_RI 0x4u /* interrupt when a character came in, when one is sent */
#define CONTROL_TI 0x8u

#define IDENTITY 0x4c334d55u /* "L3MU" */

/* The registers' values, in the order of the table below. */
enum { DATA, STATUS, CONTROL, SCALER, IDENT, SENT, VALUE_COUNT };

struct uart {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_chardev *line;
    struct l3_event *sent_event;
    struct l3_event *receive_event;
    struct l3_regfile regs;
    const char *prefix;
    uint32_t values[VALUE_COUNT];
    uint32_t in_line; /* 1: the prefix of the present line of text has been sent */
};

/* Arms the event for one character time from now: ten bits of 8 * (scaler + 1) cycles. */
static void uart_arm(struct uart *uart, struct l3_event *event)
{
    uint64_t character_time = 80 * ((uint64_t)uart->values[SCALER] + 1);
    uint64_t now = uart->services->cycles(uart->host);
    uart->services->event_arm(uart->host, event, now + character_time);
}

static void uart_interrupt(struct uart *uart, uint32_t enable)
{
    if (uart->values[CONTROL] & enable) {
        uart->services->irq_pulse(uart->host, 0);
    }
}

/* ---- sending ---- */

static void uart_sent(void *instance, uint32_t argument)
{
    (void)argument;
    uart_interrupt(instance, CONTROL_TI);
}

static void uart_write_data(void *instance, uint32_t index, uint32_t value)
{
    struct uart *uart = instance;
    char character = (char)value;
    (void)index;
    if ((uart->values[CONTROL] & CONTROL_TE) == 0) {
        uart->services->log(uart->host, L3_LOG_GUEST_ERROR, "character lost: transmitter is off");
        return;
    }
    if (!uart->in_line) {
        uart->services->chardev_write(uart->host, uart->line, uart->prefix, strlen(uart->prefix));
    }
    uart->services->chardev_write(uart->host, uart->line, &character, 1);
    uart->in_line = character != '\n';
    uart->values[SENT]++;
    uart_arm(uart, uart->sent_event);
}

/* ---- receiving: one character at a time, each taking its time ---- */

static void uart_receive(void *instance, uint32_t argument)
{
    struct uart *uart = instance;
    uint8_t character;
    (void)argument;
    if ((uart->values[CONTROL] & CONTROL_RE) == 0 || (uart->values[STATUS] & STATUS_DR) != 0) {
        return;
    }
    if (uart->services->chardev_read(uart->host, uart->line, &character, 1) == 0) {
        return; /* leon3emu calls uart_char_input() when a character comes */
    }
    uart->values[DATA] = character;
    uart->values[STATUS] |= STATUS_DR;
    uart_interrupt(uart, CONTROL_RI);
}

static void uart_char_input(void *instance, struct l3_chardev *line)
{
    (void)line;
    uart_receive(instance, 0);
}

/* A debugger that looks at the register must not take the character away. */
static uint32_t uart_read_data(void *instance, uint32_t index, uint32_t value)
{
    struct uart *uart = instance;
    (void)index;
    if (!uart->regs.debug && (uart->values[STATUS] & STATUS_DR) != 0) {
        uart->values[STATUS] &= ~STATUS_DR;
        uart_arm(uart, uart->receive_event);
    }
    return value;
}

static void uart_write_control(void *instance, uint32_t index, uint32_t value)
{
    struct uart *uart = instance;
    (void)index;
    if (value & CONTROL_RE) {
        uart_arm(uart, uart->receive_event);
    }
}

/* ---- description: registers, region, properties, plug&play ---- */

/* clang-format off */
static const struct l3_register uart_registers[] = {
    /*          offset name       reset     readable    stored w1c on_read         on_write */
    L3_REGISTER(0x00,  "data",    0,        0xff,       0,     0,  uart_read_data, uart_write_data),
    L3_REGISTER(0x04,  "status",  READY,    0x7,        0,     0,  NULL, NULL),
    L3_REGISTER(0x08,  "control", 0,        0xf,        0xf,   0,  NULL, uart_write_control),
    L3_REGISTER(0x0c,  "scaler",  0,        0xfff,      0xfff, 0,  NULL, NULL),
    L3_REGISTER(0x20,  "ident",   IDENTITY, 0xffffffff, 0,     0,  NULL, NULL),
    L3_REGISTER(0x24,  "sent",    0,        0xffffffff, 0,     0,  NULL, NULL),
};
/* clang-format on */

static const struct l3_region uart_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = uart_registers,
    .register_count = VALUE_COUNT,
}};

/* `base` and `irq` are not listed: leon3emu adds them to every device. */
static const struct l3_property uart_properties[] = {
    {
        .struct_size = sizeof(struct l3_property),
        .type = L3_PROPERTY_CHARDEV,
        .name = "chardev",
        .default_value = "none",
        .help = "far end of the line",
    },
    {
        .struct_size = sizeof(struct l3_property),
        .type = L3_PROPERTY_STRING,
        .name = "prefix",
        .default_value = "uart.so | ",
        .help = "what each line starts with",
    },
};

static const struct l3_state_field uart_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct uart, values), 4, VALUE_COUNT, "values"},
    {sizeof(struct l3_state_field), offsetof(struct uart, in_line), 4, 1, "in_line"},
};

static const struct l3_pnp uart_pnp = {
    .struct_size = sizeof(struct l3_pnp),
    .where = L3_PNP_APB_SLAVE,
    .vendor = L3_VENDOR_GAISLER,
    .device = 0x00c, /* APBUART */
    .version = 1,
};

/* ---- life ---- */

static void *uart_create(struct l3_host *host, const struct l3_services *services)
{
    struct uart *uart = calloc(1, sizeof *uart);
    if (uart == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    uart->host = host;
    uart->services = services;
    uart->line = services->property_chardev(host, "chardev");
    uart->prefix = services->property_text(host, "prefix");
    uart->sent_event = services->event_create(host, "sent", uart_sent, 0);
    uart->receive_event = services->event_create(host, "receive", uart_receive, 0);
    uart->regs.host = host;
    uart->regs.services = services;
    uart->regs.region = &uart_regions[0];
    uart->regs.instance = uart;
    uart->regs.values = uart->values;
    uart->regs.value_count = VALUE_COUNT;
    if (!l3_regfile_create(&uart->regs)) {
        free(uart);
        return NULL;
    }
    return uart;
}

static void uart_destroy(void *instance)
{
    struct uart *uart = instance;
    l3_regfile_destroy(&uart->regs);
    free(uart);
}

static void uart_reset(void *instance, uint32_t cause)
{
    struct uart *uart = instance;
    (void)cause;
    l3_regfile_reset(&uart->regs);
    uart->in_line = 0;
}

static int32_t uart_read(void *instance, struct l3_request *request)
{
    struct uart *uart = instance;
    return l3_regfile_read(&uart->regs, request);
}

static int32_t uart_write(void *instance, struct l3_request *request)
{
    struct uart *uart = instance;
    return l3_regfile_write(&uart->regs, request);
}

static const struct l3_device_class uart = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "uart",
    .summary = "small serial port, an example",
    .version = "1.0",
    .property_count = 2,
    .properties = uart_properties,
    .regions = uart_regions,
    .region_count = 1,
    .irq_output_count = 1,
    .state_count = 2,
    .state = uart_state,
    .pnp = &uart_pnp,
    .create = uart_create,
    .destroy = uart_destroy,
    .reset = uart_reset,
    .read = uart_read,
    .write = uart_write,
    .char_input = uart_char_input,
};
L3_DEVICE_CLASS(uart)
