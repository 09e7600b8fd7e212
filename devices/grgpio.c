// SPDX-License-Identifier: MIT
/*
 * GRGPIO: general purpose I/O port of up to 32 pins (GRLIB IP manual, "GRGPIO"; grgpio.vhd).
 *
 * The level of a pin that is an output is its output bit; that of an input comes from outside: from
 * pin_input() of this device or, until that is called, from property `input`.  So software that
 * drives a pin reads its level in the data register and gets its interrupts, as over a real pad.
 *
 *     pin --> data register --> edge or level, as polarity says --> mask --> flag, interrupt output
 *
 * Property `irqgen` says which interrupt output a pin drives: 0: pin n drives output n; 1: all pins
 * drive output 0; more: pins drive the outputs that the interrupt map registers name.  A level
 * interrupt holds its output high, an edge pulses it.
 *
 * In hardware the core sees a pin two cycles after it changed; here at once.
 *
 * Not modelled: bypass, input enable and pulse registers, which the capability register says are
 * not there.
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define PINS      32
#define MAP_WORDS (PINS / 4)

#define CAP_FLAGS      0x00010000u
#define CAP_IRQGEN_LOW 8

#define LOGICALS    3 /* registers that can be changed by or, and, xor: output, direction, mask */
#define VALUE_COUNT (9 + MAP_WORDS + 3 * LOGICALS)

struct grgpio {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t pins;     /* a bit for each pin that exists */
    uint32_t maskable; /* pins that can interrupt */
    uint32_t irqgen;
    uint32_t flags;
    uint32_t initial; /* property `input` */
    uint32_t capability;
    union {
        uint32_t values[VALUE_COUNT];
        struct { /* in order of grgpio_registers */
            uint32_t data, output, direction, mask, polarity, edge, cap;
            uint32_t map[MAP_WORDS];
            uint32_t available, flag;
        };
    };
    uint32_t outside; /* levels that come from outside */
    uint32_t lines;   /* interrupt outputs that are high */
};

/* ---- interrupts ---- */

static uint32_t grgpio_output_of(const struct grgpio *gpio, uint32_t pin)
{
    if (gpio->irqgen == 0) {
        return pin;
    }
    return gpio->map[pin / 4] >> (24 - pin % 4 * 8) & 31;
}

/* A bit for each interrupt output that at least one of the pins drives. */
static uint32_t grgpio_outputs_of(const struct grgpio *gpio, uint32_t pins)
{
    uint32_t outputs = 0;
    for (uint32_t pin = 0; pin < PINS; pin++) {
        outputs |= (pins >> pin & 1) << grgpio_output_of(gpio, pin);
    }
    return outputs;
}

/* Pins that are configured for a level interrupt and have that level now. */
static uint32_t grgpio_active_levels(const struct grgpio *gpio)
{
    return ~(gpio->data ^ gpio->polarity) & ~gpio->edge & gpio->mask;
}

static void grgpio_drive(struct grgpio *gpio, uint32_t lines, uint32_t pulses)
{
    uint32_t changed = lines ^ gpio->lines;
    gpio->lines = lines;
    for (uint32_t output = 0; output < PINS; output++) {
        if (changed >> output & 1) {
            gpio->services->irq_set(gpio->host, output, lines >> output & 1);
        } else if ((pulses & ~lines) >> output & 1) {
            gpio->services->irq_pulse(gpio->host, output);
        }
    }
}

/* Brings pins, flags and interrupts up to date. */
static void grgpio_update(struct grgpio *gpio)
{
    uint32_t before = gpio->data;
    gpio->data =
        ((gpio->output & gpio->direction) | (gpio->outside & ~gpio->direction)) & gpio->pins;
    uint32_t rising = gpio->data & ~before & gpio->polarity;
    uint32_t falling = before & ~gpio->data & ~gpio->polarity;
    uint32_t edges = (rising | falling) & gpio->edge & gpio->mask;
    uint32_t levels = grgpio_active_levels(gpio);
    gpio->flag |= gpio->flags ? edges | levels : 0;
    grgpio_drive(gpio, grgpio_outputs_of(gpio, levels), grgpio_outputs_of(gpio, edges));
}

static void grgpio_pin_input(void *instance, uint32_t pin, uint32_t level)
{
    struct grgpio *gpio = instance;
    uint32_t bit = 1u << (pin & 31);
    gpio->outside = level ? gpio->outside | bit : gpio->outside & ~bit;
    grgpio_update(gpio);
}

/* ---- registers ---- */

static void grgpio_write_pins(void *instance, uint32_t index, uint32_t value)
{
    struct grgpio *gpio = instance;
    (void)index;
    (void)value;
    gpio->output &= gpio->pins;
    gpio->direction &= gpio->pins;
    grgpio_update(gpio);
}

static void grgpio_write_interrupts(void *instance, uint32_t index, uint32_t value)
{
    struct grgpio *gpio = instance;
    (void)index;
    (void)value;
    gpio->mask &= gpio->maskable;
    gpio->polarity &= gpio->maskable;
    gpio->edge &= gpio->maskable;
    grgpio_update(gpio);
}

static uint32_t grgpio_read_cap(void *instance, uint32_t index, uint32_t value)
{
    const struct grgpio *gpio = instance;
    (void)index;
    (void)value;
    return gpio->capability;
}

/* A field of a map register has log2(irqgen) bits, rounded up: enough to name each output. */
static void grgpio_write_map(void *instance, uint32_t index, uint32_t value)
{
    struct grgpio *gpio = instance;
    uint32_t field = 0;
    while (field < gpio->irqgen - 1) {
        field = 2 * field + 1;
    }
    gpio->map[index] = value & field * 0x01010101u;
    grgpio_update(gpio);
}

static uint32_t grgpio_read_available(void *instance, uint32_t index, uint32_t value)
{
    const struct grgpio *gpio = instance;
    (void)index;
    (void)value;
    return gpio->maskable;
}

/* The registers that can also be changed by or, and, xor with what is written. */
static uint32_t *grgpio_logical(struct grgpio *gpio, uint32_t index)
{
    switch (index) {
    case 0:
        return &gpio->output;
    case 1:
        return &gpio->direction;
    default:
        return &gpio->mask;
    }
}

static uint32_t grgpio_read_logical(void *instance, uint32_t index, uint32_t value)
{
    (void)value;
    return *grgpio_logical(instance, index);
}

static void grgpio_set_logical(struct grgpio *gpio, uint32_t index, uint32_t value)
{
    *grgpio_logical(gpio, index) = value & (index < 2 ? gpio->pins : gpio->maskable);
    grgpio_update(gpio);
}

static void grgpio_write_or(void *instance, uint32_t index, uint32_t value)
{
    grgpio_set_logical(instance, index, *grgpio_logical(instance, index) | value);
}

static void grgpio_write_and(void *instance, uint32_t index, uint32_t value)
{
    grgpio_set_logical(instance, index, *grgpio_logical(instance, index) & value);
}

static void grgpio_write_xor(void *instance, uint32_t index, uint32_t value)
{
    grgpio_set_logical(instance, index, *grgpio_logical(instance, index) ^ value);
}

#define ALL       UINT32_MAX
#define MAP       0x20
#define AVAILABLE 0x40
#define FLAG      0x44

/* clang-format off */
static const struct l3_register grgpio_registers[] = {
    /*          offset name        reset readable stored w1c */
    L3_REGISTER(0x00, "data",      0,    ALL, 0,   0, NULL, NULL),
    L3_REGISTER(0x04, "output",    0,    ALL, ALL, 0, NULL, grgpio_write_pins),
    L3_REGISTER(0x08, "direction", 0,    ALL, ALL, 0, NULL, grgpio_write_pins),
    L3_REGISTER(0x0c, "imask",     0,    ALL, ALL, 0, NULL, grgpio_write_interrupts),
    L3_REGISTER(0x10, "ipol",      0,    ALL, ALL, 0, NULL, grgpio_write_interrupts),
    L3_REGISTER(0x14, "iedge",     0,    ALL, ALL, 0, NULL, grgpio_write_interrupts),
    L3_REGISTER(0x1c, "cap",       0,    0,   0,   0, grgpio_read_cap, NULL),
    L3_REGISTER_ARRAY(MAP, "irqmapr", 0, ALL, 0,   0, NULL, grgpio_write_map, MAP_WORDS, 4),
    L3_REGISTER(AVAILABLE, "iavail", 0,  0,   0,   0, grgpio_read_available, NULL),
    L3_REGISTER(FLAG, "iflag",     0,    ALL, 0, ALL, NULL, grgpio_write_interrupts),
    L3_REGISTER_ARRAY(0x54, "lor",  0,   0,   0,   0, grgpio_read_logical, grgpio_write_or,
                      LOGICALS, 4),
    L3_REGISTER_ARRAY(0x64, "land", 0,   0,   0,   0, grgpio_read_logical, grgpio_write_and,
                      LOGICALS, 4),
    L3_REGISTER_ARRAY(0x74, "lxor", 0,   0,   0,   0, grgpio_read_logical, grgpio_write_xor,
                      LOGICALS, 4),
};
/* clang-format on */

static const struct l3_region grgpio_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = grgpio_registers,
    .register_count = sizeof grgpio_registers / sizeof grgpio_registers[0],
}};

static int32_t grgpio_read(void *instance, struct l3_request *request)
{
    struct grgpio *gpio = instance;
    return l3_regfile_read(&gpio->regs, request);
}

static int32_t grgpio_write(void *instance, struct l3_request *request)
{
    struct grgpio *gpio = instance;
    return l3_regfile_write(&gpio->regs, request);
}

/* ---- life ---- */

/* Levels from outside outlast a reset of the chip. */
static void grgpio_reset(void *instance, uint32_t cause)
{
    struct grgpio *gpio = instance;
    l3_regfile_reset(&gpio->regs);
    if (cause == L3_RESET_POWER_ON) {
        gpio->outside = gpio->initial;
    }
    grgpio_drive(gpio, 0, 0);
    gpio->data = gpio->outside & gpio->pins;
}

static void grgpio_destroy(void *instance)
{
    struct grgpio *gpio = instance;
    l3_regfile_destroy(&gpio->regs);
    free(gpio);
}

static int grgpio_configure(struct grgpio *gpio)
{
    struct l3_host *host = gpio->host;
    const struct l3_services *services = gpio->services;
    uint32_t lines = (uint32_t)services->property_uint(host, "lines");
    gpio->pins = (uint32_t)((1ull << lines) - 1);
    gpio->maskable = (uint32_t)services->property_uint(host, "imask") & gpio->pins;
    gpio->irqgen = (uint32_t)services->property_uint(host, "irqgen");
    gpio->flags = (uint32_t)services->property_uint(host, "iflag");
    gpio->initial = (uint32_t)services->property_uint(host, "input");
    gpio->capability = (lines - 1) | gpio->irqgen << CAP_IRQGEN_LOW | (gpio->flags ? CAP_FLAGS : 0);
    if (!l3_regfile_create(&gpio->regs)) {
        return 0;
    }
    l3_regfile_limit(&gpio->regs, MAP, gpio->irqgen > 1 ? (lines + 3) / 4 : 0);
    l3_regfile_limit(&gpio->regs, AVAILABLE, gpio->flags);
    l3_regfile_limit(&gpio->regs, FLAG, gpio->flags);
    return 1;
}

static void *grgpio_create(struct l3_host *host, const struct l3_services *services)
{
    struct grgpio *gpio = calloc(1, sizeof *gpio);
    if (gpio == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    gpio->host = host;
    gpio->services = services;
    gpio->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &grgpio_regions[0],
        .instance = gpio,
        .values = gpio->values,
        .value_count = VALUE_COUNT,
    };
    if (!grgpio_configure(gpio)) {
        free(gpio);
        return NULL;
    }
    return gpio;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property grgpio_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "lines", "16", 1, PINS, "number of pins"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "imask", "0xffff", 0, 0x7fffffff,
     "a bit for each pin that can interrupt"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "irqgen", "0", 0, 31,
     "interrupt outputs: 0: one for each pin; 1: one for all; more: as the map registers say"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "iflag", "off", 0, 0,
     "there are registers that tell which pins have interrupted"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "input", "0", 0, UINT32_MAX,
     "levels of the pins at power-on"},
};
/* clang-format on */

#define FIELD(member, field_count)                                                                 \
    {                                                                                              \
        .struct_size = sizeof(struct l3_state_field), .offset = offsetof(struct grgpio, member),   \
        .size = 4, .count = (field_count), .name = #member                                         \
    }

static const struct l3_state_field grgpio_state[] = {
    FIELD(values, VALUE_COUNT),
    FIELD(outside, 1),
    FIELD(lines, 1),
};

static const struct l3_pnp grgpio_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x01a, 3, 0,
};

static const struct l3_device_class grgpio = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "grgpio",
    .summary = "general purpose I/O port of up to 32 pins",
    .version = "1.0",
    .properties = grgpio_properties,
    .property_count = sizeof grgpio_properties / sizeof grgpio_properties[0],
    .regions = grgpio_regions,
    .region_count = 1,
    .irq_output_count = PINS,
    .input_pin_count = PINS,
    .state = grgpio_state,
    .state_count = sizeof grgpio_state / sizeof grgpio_state[0],
    .pnp = &grgpio_pnp,
    .create = grgpio_create,
    .destroy = grgpio_destroy,
    .reset = grgpio_reset,
    .read = grgpio_read,
    .write = grgpio_write,
    .pin_input = grgpio_pin_input,
};
L3_DEVICE_CLASS(grgpio)
