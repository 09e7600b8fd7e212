// SPDX-License-Identifier: MIT
/*
 * Devices: instances of a library's class, each mapped on the bus and connected to interrupt lines.
 *
 * struct l3_host is a device as the machine knows it; the library knows it as a handle only (<leon3emu/device.h>).
 */
#ifndef MACHINE_DEVICE_H
#define MACHINE_DEVICE_H

#include "host_fp.h"
#include "machine/library.h"
#include "machine/machine.h"

/* The value of a property. */
struct device_property {
    const char *name; /* of the class */
    char *text;
    uint64_t number;
    struct chardev *chardev;
    struct l3_host *host; /* whose property it is */
};

/* An event of the scheduler (core/event.h) whose function is one of a device. */
struct l3_event {
    struct event event;
    struct l3_host *host;
    void (*function)(void *instance, uint32_t argument);
    char *name;
    struct l3_event *next;
};

/* How far a device has come in its life. */
enum host_phase { HOST_CREATING, HOST_LIVING, HOST_DYING };

/* A device instance. */
struct l3_host {
    struct l3_host *next; /* in board order */
    struct l3_host *next_watcher;
    struct l3_host *next_of_name; /* in a list of machine.names */
    uint32_t watched_lines;       /* bit n: it is told of line n */
    struct machine *machine;
    const struct library *library;
    char *name;
    void *instance;
    struct io_owner owner;
    uint32_t order;
    int priority;
    struct device_property *properties;
    struct region **regions;
    uint64_t *bases;
    uint32_t *irq_lines; /* by output; 0: not connected */
    uint8_t *irq_levels; /* by output: what it drives, see irq_lines.c */
    struct l3_pnp pnp;   /* of the class, or as properties say; struct_size 0: no record */
    uint32_t bus_index;  /* its number as an AHB master, or MACHINE_NO_RECORD */
    /* Is told of bus errors; NULL: the device does not want to know of them. */
    void (*bus_error)(void *instance, const struct l3_bus_error *error);
    struct l3_event *events;
    uint32_t event_count;
    enum host_phase phase;
    uint32_t misuses;        /* how often it has misused a service */
    struct chardev *no_line; /* for a property that is no character line; swallows all */
    char failure[512];       /* what create() has given to fail() */
    bool failed;
};

/* ---- device.c ---- */

/* Makes a device from a property list and maps it.  After false destroying the machine frees what was made of it. */
bool device_create(struct machine *m, const char *name, const struct library *library,
                   const struct property_list *properties, struct error *err);
void device_destroy(struct l3_host *host);
/* The device of that name, or NULL. */
struct l3_host *device_find(const struct machine *m, const char *name);
/* Cancels the device's events and calls its reset(). */
void device_reset(struct l3_host *host, uint32_t cause);
const struct device_property *device_find_property(const struct l3_host *host, const char *name);

static inline void device_enter(struct l3_host *host, const char *callback,
                                struct device_call *call)
{
    struct machine *m = host->machine;
    *call = (struct device_call){m->call, host, NULL, callback};
    m->call = call;
    m->entered = host;
    m->entered_callback = callback;
    m->calls++;
    host->owner.depth++;
}

static inline void device_leave(struct l3_host *host)
{
    if (host->owner.external) {
        host_fp_clean();
    }
    host->owner.depth--;
    host->machine->call = host->machine->call->outer;
}

/* ---- device_property.c ---- */

/* Gives all properties of the class their values, from the list or by default. */
bool device_set_properties(struct l3_host *host, const struct property_list *list,
                           struct error *err);
void device_free_properties(struct l3_host *host);

#endif
