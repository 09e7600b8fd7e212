// SPDX-License-Identifier: MIT
/*
 * A mock of leon3emu's services, for tests of one device: virtual time that the test moves, events
 * that run in order, a record of interrupts and calls, a character line of two buffers, a table of
 * properties.
 *
 * A test calls mock_new(), mock_property() ..., mock_start(), uses the device, and calls
 * mock_free().  What the device did is in the members of the struct.  One host serves one device;
 * hosts share nothing.
 */
#ifndef MOCK_HOST_H
#define MOCK_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <leon3emu/device.h>

#define MOCK_EVENTS     8
#define MOCK_OUTPUTS    32
#define MOCK_CPUS       16
#define MOCK_PROPERTIES 16
#define MOCK_BUFFER     4096

struct l3_event {
    const char *name;
    void (*function)(void *instance, uint32_t argument);
    uint32_t argument;
    bool armed;
    uint64_t deadline;
};

struct l3_chardev {
    uint8_t input[MOCK_BUFFER];
    size_t input_size;
    size_t input_taken;
    bool dry; /* the last chardev_read() gave fewer bytes than asked for */
    uint8_t output[MOCK_BUFFER];
    size_t output_size;
};

struct mock_cpu {
    uint32_t level;        /* of the last cpu_irq_level() */
    uint32_t status;       /* L3_CPU_* */
    uint32_t wakes;        /* calls of cpu_wake() */
    uint32_t boot_address; /* of the last cpu_boot_address() */
    uint32_t forced;       /* calls of cpu_force_error() */
};

struct l3_host {
    struct l3_services services;
    struct l3_system_services system;
    const struct l3_device_class *device;
    void *instance;
    bool started;

    uint64_t now;
    struct l3_event events[MOCK_EVENTS];
    uint32_t event_count;
    uint64_t events_run;

    const char *property_names[MOCK_PROPERTIES];
    const char *property_values[MOCK_PROPERTIES];
    uint32_t property_count;

    uint32_t irq;                      /* bus line of output 0 */
    uint32_t levels[MOCK_OUTPUTS];     /* of the irq outputs */
    uint32_t pulses[MOCK_OUTPUTS];     /* calls of irq_pulse() */
    uint64_t pulse_time[MOCK_OUTPUTS]; /* of the last pulse */

    uint32_t lines_high;    /* bus lines that are high */
    uint32_t lines_watched; /* bus lines for which pin_input() is called (watch_irq_lines()) */

    uint32_t cpu_count;
    struct mock_cpu cpus[MOCK_CPUS];
    uint32_t level_calls; /* of cpu_irq_level */
    uint32_t resets;      /* calls of system_reset */
    uint32_t reset_cause;

    struct l3_chardev chardev;
    uint32_t logs[4]; /* lines of each L3_LOG_* level */
    char failure[256];
    /* The function that the device gave to watch_bus_errors(). */
    void (*bus_error)(void *instance, const struct l3_bus_error *error);
    /* Answers bus_entry(); NULL: the bus is empty. */
    int32_t (*bus_entry)(uint32_t table, uint32_t bridge, uint32_t index,
                         struct l3_bus_entry *entry);
};

/* What the device's source exports with L3_DEVICE_CLASS(), for mock_new(). */
extern const struct l3_device_class *const leon3emu_device_class;

/* The caller frees the host with mock_free().  It begins with one CPU, irq 8 and time 1000. */
struct l3_host *mock_new(const struct l3_device_class *device);
void mock_free(struct l3_host *host);

/* Gives a property another value than its default.  Before mock_start(); the strings are not
 * copied. */
void mock_property(struct l3_host *host, const char *name, const char *value);

/* Creates and resets the device.  False: create() failed, the reason is in host->failure. */
bool mock_start(struct l3_host *host);
/* Cancels the events and resets. */
void mock_reset(struct l3_host *host, uint32_t cause);

/* Makes another host whose device has the state fields of this one's, as after restoring a
 * snapshot.  The old host is freed. */
struct l3_host *mock_clone(struct l3_host *host);

/* Word accesses to region 0; they must return L3_OK. */
uint32_t mock_read(struct l3_host *host, uint64_t offset);
void mock_write(struct l3_host *host, uint64_t offset, uint32_t value);
/* A debug read (L3_ATTR_DEBUG). */
uint32_t mock_peek(struct l3_host *host, uint64_t offset);

/* Drives an interrupt line of the bus; pin_input() is called if the device watches that line. */
void mock_line(struct l3_host *host, uint32_t line, uint32_t level);

/* Moves time, running the events that fall due, in order. */
void mock_run_until(struct l3_host *host, uint64_t cycle);
void mock_advance(struct l3_host *host, uint64_t cycles);
/* How many events are armed. */
uint32_t mock_armed(const struct l3_host *host);

/* Characters arrive; char_input() is called if the last chardev_read() was short. */
void mock_input(struct l3_host *host, const void *characters, size_t size);

#endif
