// SPDX-License-Identifier: MIT
/*
 * libFuzzer: any bytes as what a guest, a user and the outside can do to one device.
 *
 * FUZZ_DEVICE names the built-in device, which is linked in.  Beside the sanitizers' checks:
 *   - a debug read shows what the guest's read shows, and changes nothing;
 *   - events come no faster than one for every two cycles, plus a few for each access;
 *   - a device made anew from its state fields goes on exactly as the old one would have: the same
 *     bytes are run twice, once with many such changes, and all that can be seen must be equal.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock_host.h"

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
#define CLASS        PASTE(l3_builtin_, FUZZ_DEVICE)

/* An event every other cycle for this long takes a second or two with sanitizers; more bytes that only let
 * time pass would be taken for a hang. */
#define CYCLE_LIMIT 10000000u

extern const struct l3_device_class *const CLASS;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct run {
    const uint8_t *bytes;
    size_t size;
    size_t taken;
    struct l3_host *host;
    uint64_t operations;
    uint64_t start;
    uint64_t seen; /* hash of all that could be seen */
};

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fuzz_device: %s\n", what);
        abort();
    }
}

static uint32_t take(struct run *run, uint32_t count)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < count && run->taken < run->size; i++) {
        value = value << 8 | run->bytes[run->taken++];
    }
    return value;
}

static void see(struct run *run, uint64_t value)
{
    run->seen = (run->seen ^ value) * UINT64_C(0x100000001b3);
    run->seen ^= run->seen >> 29;
}

/* Some property values that every device takes. */
static void choose_properties(struct run *run)
{
    static const struct {
        const char *name;
        const char *values[4];
    } choices[] = {
        {"fifo", {"1", "2", "8", "32"}},
        {"instant", {"off", "off", "off", "on"}},
        {"scaler_bits", {"12", "16", "20", "32"}},
        {"timers", {"1", "2", "3", "7"}},
        {"separate_irqs", {"on", "off", "on", "off"}},
        {"watchdog", {"0", "3", "1000", "0xffffffff"}},
        {"latch", {"on", "off", "on", "on"}},
        {"set", {"off", "on", "off", "on"}},
        {"eirq", {"0", "1", "12", "15"}},
        {"bootreg", {"on", "on", "on", "off"}},
    };
    const struct l3_device_class *device = run->host->device;
    for (uint32_t i = 0; i < device->property_count; i++) {
        for (size_t k = 0; k < sizeof choices / sizeof choices[0]; k++) {
            if (strcmp(device->properties[i].name, choices[k].name) == 0) {
                mock_property(run->host, choices[k].name, choices[k].values[take(run, 1) % 4]);
            }
        }
    }
    static const uint32_t cpu_counts[] = {1, 2, 9, 16};
    run->host->cpu_count = cpu_counts[take(run, 1) % 4];
}

static void read_register(struct run *run, uint64_t offset)
{
    uint32_t armed = mock_armed(run->host);
    uint32_t peeked = mock_peek(run->host, offset);
    require(peeked == mock_peek(run->host, offset), "a debug read had a side effect");
    require(armed == mock_armed(run->host), "a debug read armed or cancelled an event");
    require(peeked == mock_read(run->host, offset),
            "the guest and the debugger read different values");
    see(run, peeked);
}

static void outside_acts(struct run *run)
{
    struct l3_host *host = run->host;
    const struct l3_device_class *device = host->device;
    uint32_t what = take(run, 1);
    uint8_t character = (uint8_t)what;
    if (host->chardev.input_size < MOCK_BUFFER) {
        mock_input(host, &character, 1);
    }
    if (device->pin_input != NULL && device->input_pin_count != 0) {
        device->pin_input(host->instance, what / 2 % device->input_pin_count, what % 2);
    }
}

static void cpu_acts(struct run *run)
{
    struct l3_host *host = run->host;
    uint32_t what = take(run, 1);
    struct mock_cpu *cpu = &host->cpus[what % host->cpu_count];
    cpu->status = what >> 4 & 1 ? L3_CPU_POWER_DOWN : L3_CPU_RUNNING;
    if (cpu->level != 0 && host->device->irq_acknowledge != NULL) {
        host->device->irq_acknowledge(host->instance, what % host->cpu_count, cpu->level);
    }
}

static void act(struct run *run)
{
    uint32_t operation = take(run, 1);
    uint64_t offset = take(run, 2) % run->host->device->regions[0].size & ~UINT64_C(3);
    offset = operation & 0x80 ? offset & 0x7f : offset; /* where registers are dense */
    run->operations++;
    switch (operation % 8) {
    case 0:
    case 1:
        read_register(run, offset);
        break;
    case 2:
        mock_write(run->host, offset, take(run, 1));
        break;
    case 3:
        mock_write(run->host, offset, take(run, 4));
        break;
    case 4:
        outside_acts(run);
        break;
    case 5:
        cpu_acts(run);
        break;
    case 6:
        mock_advance(run->host, take(run, 1));
        break;
    default:
        mock_advance(run->host, take(run, 2));
        if (operation == 0x7f) {
            mock_reset(run->host, L3_RESET_SOFTWARE);
        }
    }
}

static void see_outputs(struct run *run)
{
    const struct l3_host *host = run->host;
    see(run, host->chardev.output_size);
    see(run, host->chardev.input_taken);
    see(run, host->resets);
    see(run, mock_armed(host));
    for (uint32_t i = 0; i < MOCK_OUTPUTS; i++) {
        see(run, host->levels[i]);
        see(run, host->pulses[i]);
    }
    for (uint32_t i = 0; i < host->cpu_count; i++) {
        see(run, host->cpus[i].level);
        see(run, host->cpus[i].wakes);
        see(run, host->cpus[i].boot_address);
    }
}

/* Returns the hash.  cloning: makes the device anew every few operations. */
static uint64_t run_bytes(const uint8_t *bytes, size_t size, bool cloning)
{
    struct run run = {.bytes = bytes, .size = size, .host = mock_new(CLASS)};
    choose_properties(&run);
    if (!mock_start(run.host)) { /* so many CPUs, say, are too many for it */
        require(run.host->failure[0] != '\0', "create() failed and gave no reason");
        mock_free(run.host);
        return 0;
    }
    run.start = run.host->now;
    while (run.taken < run.size && run.host->now - run.start < CYCLE_LIMIT) {
        act(&run);
        see_outputs(&run);
        uint64_t cycles = run.host->now - run.start;
        require(run.host->events_run <= cycles / 2 + 4 * run.operations, "too many events");
        if (cloning && run.operations % 5 == 0) {
            run.host = mock_clone(run.host);
        }
    }
    mock_free(run.host);
    return run.seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    require(run_bytes(bytes, size, false) == run_bytes(bytes, size, true),
            "the state fields do not hold all of the state");
    return 0;
}
