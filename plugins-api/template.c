// SPDX-License-Identifier: MIT
/*
 * The smallest useful device: a counter with one register, one property, one interrupt.
 *
 * Writing N to the register starts the counter; it counts down once every `step` cycles and raises
 * its interrupt at zero.  Reading the register gives the present count.  Nothing is called at each
 * count: a read computes the value from the time, and an event is armed for the moment of zero.
 *
 *     cc -shared -fPIC -I plugins-api plugins-api/template.c -o counter.so
 *     leon3emu firmware.elf --periph ./counter.so,base=0x80000800,irq=5,step=50
 */
#include <leon3emu/device.h>
#include <leon3emu/regs.h>

struct counter {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    struct l3_regfile regs;
    uint64_t step;  /* cycles for each count */
    uint64_t end;   /* cycle at which the count is zero */
    uint32_t value; /* the register's place in the regfile; unused, as `end` holds the state */
};

static void counter_at_zero(void *instance, uint32_t argument)
{
    struct counter *counter = instance;
    (void)argument;
    counter->services->irq_pulse(counter->host, 0);
}

static uint32_t counter_read_count(void *instance, uint32_t index, uint32_t value)
{
    const struct counter *counter = instance;
    uint64_t now = counter->services->cycles(counter->host);
    (void)index;
    (void)value;
    return now < counter->end ? (uint32_t)((counter->end - now - 1) / counter->step + 1) : 0;
}

static void counter_write_count(void *instance, uint32_t index, uint32_t value)
{
    struct counter *counter = instance;
    (void)index;
    counter->end = counter->services->cycles(counter->host) + value * counter->step;
    counter->services->event_arm(counter->host, counter->event, counter->end);
}

/* The register: offset, name, value after reset, bits that read as stored, bits that a write
 * stores, bits that writing 1 clears, and two hooks, called at reads and after writes. */
static const struct l3_register counter_registers[] = {
    L3_REGISTER(0x00, "count", 0, 0, 0, 0, counter_read_count, counter_write_count),
};

static const struct l3_region counter_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = counter_registers,
    .register_count = 1,
}};

/* Makes an instance.  A failure is reported with services->fail(). */
static void *counter_create(struct l3_host *host, const struct l3_services *services)
{
    struct counter *counter = calloc(1, sizeof *counter);
    if (counter == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    counter->host = host;
    counter->services = services;
    counter->step = services->property_uint(host, "step");
    counter->event = services->event_create(host, "zero", counter_at_zero, 0);
    counter->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &counter_regions[0],
        .instance = counter,
        .values = &counter->value,
        .value_count = 1,
    };
    if (!l3_regfile_create(&counter->regs)) {
        free(counter);
        return NULL;
    }
    return counter;
}

static void counter_destroy(void *instance)
{
    struct counter *counter = instance;
    l3_regfile_destroy(&counter->regs);
    free(counter);
}

/* leon3emu has cancelled the event already. */
static void counter_reset(void *instance, uint32_t cause)
{
    struct counter *counter = instance;
    (void)cause;
    l3_regfile_reset(&counter->regs);
    counter->end = 0;
}

static int32_t counter_read(void *instance, struct l3_request *request)
{
    struct counter *counter = instance;
    return l3_regfile_read(&counter->regs, request);
}

static int32_t counter_write(void *instance, struct l3_request *request)
{
    struct counter *counter = instance;
    return l3_regfile_write(&counter->regs, request);
}

/* `base` and `irq` are not listed: leon3emu adds them to every device. */
static const struct l3_property counter_properties[] = {{
    .struct_size = sizeof(struct l3_property),
    .type = L3_PROPERTY_UINT,
    .name = "step",
    .default_value = "1",
    .minimum = 1,
    .maximum = 1000000000,
    .help = "cycles for each count",
}};

/* What a snapshot must hold. */
static const struct l3_state_field counter_state[] = {{
    .struct_size = sizeof(struct l3_state_field),
    .offset = offsetof(struct counter, end),
    .size = 8,
    .count = 1,
    .name = "end",
}};

static const struct l3_device_class counter = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "counter",
    .summary = "counts down and raises an interrupt",
    .property_count = 1,
    .properties = counter_properties,
    .region_count = 1,
    .regions = counter_regions,
    .irq_output_count = 1,
    .state_count = 1,
    .state = counter_state,
    .create = counter_create,
    .destroy = counter_destroy,
    .reset = counter_reset,
    .read = counter_read,
    .write = counter_write,
};
L3_DEVICE_CLASS(counter)
