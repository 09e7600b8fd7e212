// SPDX-License-Identifier: MIT
/*
 * A peripheral that leaves the host's floating-point state changed.  Property `what` says how,
 * property `where` in which callback; the environment variable FP_LOAD (a value of `what`) makes a
 * constructor of the library do it.  x86-64 only.
 *
 *     0x00  read: the callback `read`; write: the callback `write`, which also pulses output 0, makes a bus
 *           error by DMA, posts, and arms an event for 3 cycles later
 *     0x04  read: the state that this callback found on entry (enum found); 0: that of a C program
 */
#include <fenv.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <leon3emu/device.h>

enum found { FLAGS = 1, ROUNDING = 2, FLUSHING = 4, PRECISION = 8, FULL = 16 };

struct fp_state {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    const char *what, *where;
};

static uint32_t find(void)
{
    volatile double least = 2.2250738585072014e-308, half = 0.5;
    volatile long double one = 1, small = 1.0L / (UINT64_C(1) << 60);
    uint32_t found = fetestexcept(FE_ALL_EXCEPT) ? FLAGS : 0;

    found |= fegetround() != FE_TONEAREST ? ROUNDING : 0u;
    found |= least * half == 0 ? FLUSHING : 0u;
    found |= one + small == one ? PRECISION : 0u;
    found |= one + one != 2 ? FULL : 0u;
    return found;
}

static void load_mxcsr(uint32_t value)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(value));
}

static void make(const char *what)
{
    volatile double one = 1, three = 3, third = one / three;

    (void)third; /* inexact, whatever is to be done */
    if (strcmp(what, "round") == 0) {
        fesetround(FE_UPWARD);
    } else if (strcmp(what, "flush") == 0) {
        load_mxcsr(0x9fc0);
    } else if (strcmp(what, "traps") == 0) {
        fedisableexcept(FE_ALL_EXCEPT);
        feenableexcept(FE_INEXACT);
    } else if (strcmp(what, "sse_traps") == 0) {
        load_mxcsr(0);
    } else if (strcmp(what, "precision") == 0) {
        uint16_t control = 0x027f;
        __asm__ volatile("fldcw %0" : : "m"(control));
    } else if (strcmp(what, "mmx") == 0) {
        __asm__ volatile("pcmpeqd %%mm0, %%mm0\n\tpcmpeqd %%mm7, %%mm7" : : : "mm0", "mm7");
    }
}

__attribute__((constructor)) static void load(void)
{
    const char *what = getenv("FP_LOAD");
    if (what != NULL) {
        make(what);
    }
}

static void at(struct fp_state *device, const char *where)
{
    if (strcmp(device->where, where) == 0 || strcmp(device->where, "all") == 0) {
        make(device->what);
    }
}

static int32_t fp_state_read(void *instance, struct l3_request *request)
{
    struct fp_state *device = instance;
    if (request->offset == 4) {
        request->value = find();
        feclearexcept(FE_ALL_EXCEPT);
    } else {
        at(device, "read");
    }
    return L3_OK;
}

static void posted(void *instance, void *argument)
{
    (void)argument;
    at(instance, "post");
}

static void *post(void *argument)
{
    struct fp_state *device = argument;
    device->services->post(device->host, posted, NULL);
    return NULL;
}

static int32_t fp_state_write(void *instance, struct l3_request *request)
{
    struct fp_state *device = instance;
    const struct l3_services *services = device->services;
    pthread_t thread;

    services->irq_pulse(device->host, 0);
    services->event_arm(device->host, device->event, request->cycles + 3);
    if (strcmp(device->where, "post") == 0 && pthread_create(&thread, NULL, post, device) == 0) {
        pthread_join(thread, NULL);
    }
    at(device, "write");
    return L3_OK;
}

static void fp_state_event(void *instance, uint32_t argument)
{
    struct fp_state *device = instance;
    uint32_t word;
    (void)argument;
    device->services->dma_read(device->host, 0x10000000, &word, 4);
    at(device, "event");
}

static void fp_state_bus_error(void *instance, const struct l3_bus_error *error)
{
    (void)error;
    at(instance, "bus_error");
}

static void fp_state_pin(void *instance, uint32_t pin, uint32_t level)
{
    (void)pin;
    (void)level;
    at(instance, "pin");
}

static void fp_state_reset(void *instance, uint32_t cause)
{
    (void)cause;
    at(instance, "reset");
}

static void *fp_state_create(struct l3_host *host, const struct l3_services *services)
{
    struct fp_state *device = calloc(1, sizeof *device);
    device->host = host;
    device->services = services;
    device->what = services->property_text(host, "what");
    device->where = services->property_text(host, "where");
    device->event = services->event_create(host, "event", fp_state_event, 0);
    services->system->watch_bus_errors(host, fp_state_bus_error);
    at(device, "create");
    return device;
}

static const struct l3_region fp_state_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
}};

static const struct l3_property fp_state_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_STRING, "what", "none", 0, 0, "what to leave"},
    {sizeof(struct l3_property), L3_PROPERTY_STRING, "where", "none", 0, 0, "the callback"},
};

static const struct l3_device_class fp_state = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "fp_state",
    .summary = "leaves the host's floating point in disorder",
    .flags = L3_CLASS_SEES_IRQ_LINES,
    .property_count = sizeof fp_state_properties / sizeof fp_state_properties[0],
    .properties = fp_state_properties,
    .regions = fp_state_regions,
    .region_count = 1,
    .irq_output_count = 1,
    .input_pin_count = 32,
    .create = fp_state_create,
    .destroy = free,
    .reset = fp_state_reset,
    .read = fp_state_read,
    .write = fp_state_write,
    .pin_input = fp_state_pin,
};
L3_DEVICE_CLASS(fp_state)
