// SPDX-License-Identifier: MIT
/*
 * The bus: what all address spaces of a machine share.
 *
 * It knows the device call that is running, for reports and for the rule of re-entrancy (mmio.h); the machine's
 * clock and hooks; and the observers, who are told of accesses.  The machine owns it.  Everything on it happens on
 * the machine's thread; a signal handler or a watchdog's thread may read `running`, `last` and `calls`.
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

/* How an access is to be made. */
struct access {
    uint32_t attributes; /* L3_ATTR_* */
    uint32_t master;
    uint32_t wait_cycles; /* out: devices add to it */
};

/* One call of a register's callback.  The calls that are running are linked by `outer`. */
struct mmio_call {
    struct mmio_call *outer; /* the call from inside of which this one is made; NULL: none */
    struct region *region;
    uint64_t address; /* physical; of the callback's offset */
    struct l3_request request;
    bool write;
    bool from_cpu;          /* a CPU's load, store or fetch: not DMA, not a debugger's */
    bool by_generated_code; /* generated code calls by itself, see mmio.h */
};

/*
 * Somebody who is told what happens on the bus: the log of -d mmio (mmio_log.h), --verify-jit (access_log.h).  Trace,
 * record, watch and profile belong here, too.  Each function may be NULL.
 *
 * While there is an observer no MMIO inline cache has an entry, and so every access that is not to plain memory
 * comes by; while there is none, a slow access looks at one pointer and generated code at nothing.  What nobody is
 * told of: loads and stores of a CPU that its TLB lets go straight to memory, and memory that is read by DMA.
 */
struct bus_observer {
    /* An access is about to be made.  True: the observer has made it, *t has the value and *ok says whether it
     * succeeded; nothing else happens then, and no other observer is told. */
    bool (*before)(void *context, struct transfer *t, bool *ok);
    /* The access that before() was told of has been made; ok: no bus error. */
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
    /* The call that began last and perhaps still runs; NULL: there was none.  A call that has no entry in a cache lies on
     * the stack, which the callback may overwrite: `last` then points to last_copy. */
    const struct mmio_call *last;
    struct mmio_call last_copy;
    uint64_t calls; /* how many have begun; a watchdog sees by it whether one hangs */
    struct bus_observer *observers;
    struct mmio_cache *caches; /* of all TLBs */
    /* pc of the guest, for log lines; may be NULL. */
    uint32_t (*guest_pc)(void *context);
    /* The time, for devices; may be NULL. */
    uint64_t (*now)(void *context);
    /* An access was refused; not told of a debugger's.  May be NULL. */
    void (*failed)(void *context, uint64_t address, unsigned size, bool write,
                   const struct access *how);
    /* Memory that holds decoded code was written: [offset, offset+size) of region.  May be NULL. */
    void (*code_written)(void *context, struct region *region, uint64_t offset, uint64_t size);
    void *context;
};

/* From now on observer is told, the last one added first.  It stays the caller's. */
void bus_attach(struct bus *bus, struct bus_observer *observer);
/* One that is not attached is allowed. */
void bus_detach(struct bus *bus, struct bus_observer *observer);

/* What the observers are told.  To be called only while there are some. */
bool bus_before(const struct bus *bus, struct transfer *t, bool *ok);
void bus_after(const struct bus *bus, const struct transfer *t, bool ok);
void bus_called(const struct bus *bus, const struct mmio_call *call, int32_t result);
void bus_overwrites(const struct bus *bus, uint8_t *host, uint64_t length);

/* pc of the guest for a log line, 0 if nobody knows. */
static inline uint32_t bus_guest_pc(const struct bus *bus)
{
    return bus->guest_pc == NULL ? 0 : bus->guest_pc(bus->context);
}

/* Cycles since power-on, 0 if nobody knows. */
static inline uint64_t bus_now(const struct bus *bus)
{
    return bus->now == NULL ? 0 : bus->now(bus->context);
}

#endif
