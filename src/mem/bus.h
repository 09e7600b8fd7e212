// SPDX-License-Identifier: MIT
/*
 * The bus: what all address spaces of a machine share.
 *
 * It holds the running call of a device, for reports and for the rule of re-entrancy (mmio.h); the
 * machine's clock and hooks; and the observers, which are told of accesses.  The machine owns the
 * bus and uses it on its own thread only; but a signal handler or a watchdog's thread may read
 * `running`, `last` and `calls`.
 *
 * An access is a struct transfer (transfer.h).  The part of it that a device sees is a struct mmio_call.
 */
#ifndef MEM_BUS_H
#define MEM_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include <leon3emu/device.h>

#include "log.h"

struct region;
struct transfer;
struct mmio_cache;

/* How an access is made, and what it has cost. */
struct access {
    uint32_t attributes; /* L3_ATTR_* */
    uint32_t master;
    uint32_t wait_cycles; /* out: devices add to it */
};

/* One call of a register's callback.  The calls that are running are linked by `outer`. */
struct mmio_call {
    struct mmio_call *outer; /* the call from inside of which this one is made; NULL: none */
    struct region *region;
    uint64_t address; /* physical, of the byte at request.offset */
    struct l3_request request;
    bool write;
    bool from_cpu;          /* a CPU's load, store or fetch: not DMA, not a debugger's */
    bool by_generated_code; /* generated code makes the call, without mmio_run() */
};

/*
 * An observer: functions that are called for what happens on the bus.  The log of -d mmio
 * (mmio_log.h) and --verify-jit (access_log.h) are observers; a trace, a recording, a watch or a
 * profile would be others.  Each function may be NULL.
 *
 * While there is an observer, the MMIO inline caches stay empty; so every access that is not to
 * plain memory passes transfer_run(), which calls the observers.  While there is none, this costs a
 * slow access the test of one pointer, and generated code nothing.  No observer is told of a CPU's
 * loads and stores that its TLB lets go straight to memory, nor of memory that DMA reads; of memory
 * that DMA writes only overwrites() is told.
 */
struct bus_observer {
    /* An access is about to be made.  True: the observer has answered the access itself: *t has the
     * value, and *ok says whether it succeeded.  The access is then not made, and no further
     * observer is told. */
    bool (*before)(void *context, struct transfer *t, bool *ok);
    /* The access that before() was called for has been made.  ok: without a bus error. */
    void (*after)(void *context, const struct transfer *t, bool ok);
    /* A callback has returned L3_OK, L3_BUS_ERROR or L3_NOT_MINE.  An access may take several calls, or none. */
    void (*called)(void *context, const struct mmio_call *call, int32_t result);
    /* [host, host+length) of memory is about to be written. */
    void (*overwrites)(void *context, uint8_t *host, uint64_t length);
    void *context;
    struct bus_observer *next;
};

struct bus {
    const struct log *log;
    struct mmio_call *running; /* the innermost call; NULL: none */
    /* The call that began last, which may still be running; NULL: there was none.  A call that was
     * not made by an entry of the MMIO inline cache lies on the host's stack, where it ends with
     * the function that made it, and where a faulty callback may overwrite it: `last` then points
     * to last_copy. */
    const struct mmio_call *last;
    struct mmio_call last_copy;
    uint64_t calls; /* how many have begun; by this a watchdog recognizes one that hangs */
    struct bus_observer *observers;
    struct mmio_cache *caches; /* of all TLBs */
    /* The guest's pc, for log lines; may be NULL. */
    uint32_t (*guest_pc)(void *context);
    /* The time, for devices; may be NULL. */
    uint64_t (*now)(void *context);
    /* An access ended in a bus error.  Not called for a debugger's accesses.  May be NULL. */
    void (*failed)(void *context, uint64_t address, unsigned size, bool write,
                   const struct access *how);
    /* Code that is kept decoded or translated was overwritten: [offset, offset+size) of region.
     * May be NULL. */
    void (*code_written)(void *context, struct region *region, uint64_t offset, uint64_t size);
    void *context;
};

/* From now on observer is told of accesses.  The observer that was attached last is told first.
 * observer stays the caller's. */
void bus_attach(struct bus *bus, struct bus_observer *observer);
/* observer is no longer told.  It need not be attached. */
void bus_detach(struct bus *bus, struct bus_observer *observer);

/* Each calls the function of that name of all observers.  To be called only while there are
 * observers. */
bool bus_before(const struct bus *bus, struct transfer *t, bool *ok);
void bus_after(const struct bus *bus, const struct transfer *t, bool ok);
void bus_called(const struct bus *bus, const struct mmio_call *call, int32_t result);
void bus_overwrites(const struct bus *bus, uint8_t *host, uint64_t length);

/* The guest's pc for a log line; 0 if there is no guest_pc(). */
static inline uint32_t bus_guest_pc(const struct bus *bus)
{
    return bus->guest_pc == NULL ? 0 : bus->guest_pc(bus->context);
}

/* Cycles since power-on; 0 if there is no now(). */
static inline uint64_t bus_now(const struct bus *bus)
{
    return bus->now == NULL ? 0 : bus->now(bus->context);
}

#endif
