// SPDX-License-Identifier: MIT
/*
 * A peripheral for the guest tests: after a delay it copies memory, xor-ed with a key, and raises
 * its interrupt.  The registers are in programs/pulse.h, the driver in programs/selftest.c.
 *
 * Not a part of any real system; it uses most of what a peripheral can: registers by table, events,
 * time, interrupts, bus mastering, properties, several instances.
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#include "programs/pulse.h"

#define LENGTH_MAX 4096
#define VALUES     15

struct pulse {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    struct l3_regfile regs;
    uint32_t key;
    union {
        uint32_t values[VALUES];
        struct { /* in order of pulse_registers */
            uint32_t id, source, target, length, delay, control, status, runs, key_register, time;
            uint32_t pop, scratch[4];
        };
    };
};

static int pulse_copy(struct pulse *pulse)
{
    uint8_t bytes[LENGTH_MAX];
    if (pulse->services->dma_read(pulse->host, pulse->source, bytes, pulse->length) != L3_OK) {
        return 0;
    }
    for (uint32_t i = 0; i < pulse->length; i++) {
        bytes[i] ^= (uint8_t)pulse->key;
    }
    return pulse->services->dma_write(pulse->host, pulse->target, bytes, pulse->length) == L3_OK;
}

static void pulse_end(void *instance, uint32_t argument)
{
    struct pulse *pulse = instance;
    (void)argument;
    pulse->status = pulse_copy(pulse) ? PULSE_DONE : PULSE_ERROR;
    pulse->runs++;
    pulse->time = (uint32_t)pulse->services->nanoseconds(pulse->host);
    pulse->services->log(pulse->host, L3_LOG_TRACE, "transfer %u ended, status %u",
                         (unsigned)pulse->runs, (unsigned)pulse->status);
    pulse->services->irq_pulse(pulse->host, 0);
}

static void pulse_write_control(void *instance, uint32_t index, uint32_t value)
{
    struct pulse *pulse = instance;
    const struct l3_services *services = pulse->services;
    (void)index;
    if (value & PULSE_CANCEL) {
        services->event_cancel(pulse->host, pulse->event);
        pulse->status &= ~(uint32_t)PULSE_BUSY;
    } else if ((value & PULSE_START) && pulse->length <= LENGTH_MAX) {
        pulse->status |= PULSE_BUSY;
        services->event_arm(pulse->host, pulse->event,
                            services->cycles(pulse->host) +
                                services->ns_to_cycles(pulse->host, pulse->delay));
    }
}

static uint32_t pulse_read_id(void *instance, uint32_t index, uint32_t value)
{
    (void)instance;
    (void)index;
    (void)value;
    return PULSE_IDENTITY;
}

static uint32_t pulse_read_key(void *instance, uint32_t index, uint32_t value)
{
    const struct pulse *pulse = instance;
    (void)index;
    (void)value;
    return pulse->key;
}

/* A read with a side effect, which a debugger's read must not have. */
static uint32_t pulse_read_pop(void *instance, uint32_t index, uint32_t value)
{
    struct pulse *pulse = instance;
    (void)index;
    if (!pulse->regs.debug) {
        pulse->pop++;
    }
    return value;
}

#define ALL 0xffffffffu
/* clang-format off */
static const struct l3_register pulse_registers[] = {
    /*          offset         name       reset readable stored w1c */
    L3_REGISTER(PULSE_ID,      "id",      0,    0,       0,     0, pulse_read_id, NULL),
    L3_REGISTER(PULSE_SOURCE,  "source",  0,    ALL,     ALL,   0, NULL, NULL),
    L3_REGISTER(PULSE_TARGET,  "target",  0,    ALL,     ALL,   0, NULL, NULL),
    L3_REGISTER(PULSE_LENGTH,  "length",  0,    ALL,     ALL,   0, NULL, NULL),
    L3_REGISTER(PULSE_DELAY,   "delay",   0,    ALL,     ALL,   0, NULL, NULL),
    L3_REGISTER(PULSE_CONTROL, "control", 0,    0,       0,     0, NULL, pulse_write_control),
    L3_REGISTER(PULSE_STATUS,  "status",  0,    ALL,     0,     PULSE_DONE | PULSE_ERROR, NULL, NULL),
    L3_REGISTER(PULSE_RUNS,    "runs",    0,    ALL,     0,     0, NULL, NULL),
    L3_REGISTER(PULSE_KEY,     "key",     0,    0,       0,     0, pulse_read_key, NULL),
    L3_REGISTER(PULSE_TIME,    "time",    0,    ALL,     0,     0, NULL, NULL),
    L3_REGISTER(PULSE_POP,     "pop",     0,    ALL,     ALL,   0, pulse_read_pop, NULL),
    L3_REGISTER_ARRAY(PULSE_SCRATCH, "scratch", 0, ALL, ALL, 0, NULL, NULL, 4, 4),
};
/* clang-format on */

static const struct l3_region pulse_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = pulse_registers,
    .register_count = sizeof pulse_registers / sizeof pulse_registers[0],
}};

static void *pulse_create(struct l3_host *host, const struct l3_services *services)
{
    struct pulse *pulse = calloc(1, sizeof *pulse);
    if (pulse == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    pulse->host = host;
    pulse->services = services;
    pulse->key = (uint32_t)services->property_uint(host, "key");
    pulse->event = services->event_create(host, "end", pulse_end, 0);
    pulse->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &pulse_regions[0],
        .instance = pulse,
        .values = pulse->values,
        .value_count = sizeof pulse->values / sizeof pulse->values[0],
    };
    if (!l3_regfile_create(&pulse->regs)) {
        free(pulse);
        return NULL;
    }
    return pulse;
}

static void pulse_destroy(void *instance)
{
    struct pulse *pulse = instance;
    l3_regfile_destroy(&pulse->regs);
    free(pulse);
}

static void pulse_reset(void *instance, uint32_t cause)
{
    struct pulse *pulse = instance;
    (void)cause;
    l3_regfile_reset(&pulse->regs);
}

static int32_t pulse_read(void *instance, struct l3_request *request)
{
    struct pulse *pulse = instance;
    return l3_regfile_read(&pulse->regs, request);
}

static int32_t pulse_write(void *instance, struct l3_request *request)
{
    struct pulse *pulse = instance;
    return l3_regfile_write(&pulse->regs, request);
}

static const struct l3_property pulse_properties[] = {{
    .struct_size = sizeof(struct l3_property),
    .type = L3_PROPERTY_UINT,
    .name = "key",
    .default_value = "0x5a",
    .minimum = 0,
    .maximum = 255,
    .help = "each byte that is copied is xor-ed with this",
}};

static const struct l3_state_field pulse_state[] = {{
    .struct_size = sizeof(struct l3_state_field),
    .offset = offsetof(struct pulse, values),
    .size = 4,
    .count = VALUES,
    .name = "values",
}};

static const struct l3_pnp pulse_pnp = {
    .struct_size = sizeof(struct l3_pnp),
    .where = L3_PNP_APB_SLAVE,
    .vendor = PULSE_VENDOR,
    .device = PULSE_DEVICE,
    .version = 1,
};

static const struct l3_device_class pulse = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "pulse",
    .summary = "copies memory after a delay and raises an interrupt",
    .version = "1.0",
    .property_count = 1,
    .properties = pulse_properties,
    .region_count = 1,
    .regions = pulse_regions,
    .irq_output_count = 1,
    .state_count = 1,
    .state = pulse_state,
    .pnp = &pulse_pnp,
    .create = pulse_create,
    .destroy = pulse_destroy,
    .reset = pulse_reset,
    .read = pulse_read,
    .write = pulse_write,
};
L3_DEVICE_CLASS(pulse)
