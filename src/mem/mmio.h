// SPDX-License-Identifier: MIT
/*
 * The door to the devices: the call of a register's callback for an access.
 *
 * mmio_run() is the one C function that calls a region's read() or write(), for CPUs, bus masters and debuggers.
 * It puts the call on the bus's stack of running calls, which serves crash reports and the one rule of
 * re-entrancy (ADR 8):
 *
 *     an access whose target is a device that is being called is a bus error;
 *     so is a DMA access to any device while a CPU's register access is running.
 *
 * The MMIO inline cache of each TLB keeps what was found out about a register, so that the next
 * access of the same kind needs neither the TLB's entry nor the flat view.  An entry is found by
 * its tag, which holds what the entry depends on: address, size, direction, and a key that stands
 * for MMU index, context and attributes.  The entry also depends on the TLB's entries, on the flat
 * view and on there being no observers: the code that changes one of these must empty the cache.
 *
 * Generated code uses the entries itself, without mmio_run() (include/ir.h, struct ir_mmio_cache).
 * It must then do what mmio_run() does; tests/unit/test_mmio_ways.c compares the two.  The struct
 * mmio_call in the entry serves as the running call itself, because no CPU makes an access from
 * inside another call.
 */
#ifndef MEM_MMIO_H
#define MEM_MMIO_H

#include "host_fp.h"
#include "ir.h"
#include "mem/bus.h"
#include "mem/transfer.h"

/* The low `size` bytes of a value; size is 1, 2, 4 or 8. */
static inline uint64_t size_mask(unsigned size)
{
    return UINT64_MAX >> (64 - 8 * size);
}

/* The rule of re-entrancy; to be asked only while a device is being called.  A refusal is
 * logged. */
bool mmio_is_allowed(const struct bus *bus, const struct mmio_call *call);

/* To be called when a callback has returned: tells the observers.  Returns the result; one that
 * device.h does not define is logged and becomes L3_BUS_ERROR. */
int32_t mmio_ended(const struct bus *bus, const struct mmio_call *call, int32_t result);

/* Has the device of call->region carry out call, in which all is set but `outer` and the time.  The
 * size must be one of the region's native sizes.  Returns L3_OK, L3_BUS_ERROR or L3_NOT_MINE; a
 * load's value and the wait cycles are in the request.  last: the same call, at a place that
 * outlives this one, for bus->last.
 *
 * After the callback, host_fp_clean() makes the host's floating-point state that of C again if a
 * library may have changed it.  If call is in a cache's entry, call == last: such calls are many,
 * and only a library in whose code instructions were found that change the state
 * (io_owner.changes_fp) makes the clean-up necessary.  All other calls of libraries are followed by
 * it. */
static inline int32_t mmio_run(struct bus *bus, struct mmio_call *call,
                               const struct mmio_call *last)
{
    const struct region_io *io = &call->region->io;
    const struct io_owner *owner = io->owner;
    int32_t (*function)(void *, struct l3_request *) = call->write ? io->write : io->read;
    bool leaves_disorder = call == last ? owner->changes_fp : owner->external;
    int32_t result;

    if (__builtin_expect(function == NULL, 0) ||
        (__builtin_expect(owner->depth > 0 || bus->running != NULL, 0) &&
         !mmio_is_allowed(bus, call))) {
        return L3_BUS_ERROR;
    }
    call->outer = bus->running;
    call->request.cycles = bus_now(bus);
    bus->running = call;
    bus->last = last;
    bus->calls++;
    result = function(io->instance, &call->request);
    if (__builtin_expect(leaves_disorder, 0)) {
        host_fp_clean();
    }
    bus->running = call->outer;
    if (__builtin_expect((uint32_t)result > L3_NOT_MINE || bus->observers != NULL, 0)) {
        return mmio_ended(bus, call, result);
    }
    return result;
}

/* ---- the MMIO inline cache ---- */

/* A build with LEON3EMU_LINKED_DEVICES (tests/bench/linked.h) defines a function here that is
 * called instead of an entry's function, which it is given; otherwise NULL. */
#ifndef MMIO_DISPATCH
#define MMIO_DISPATCH NULL
#endif

/* How a register is reached by accesses of one kind. */
struct mmio_entry {
    uint64_t tag; /* 0: empty */
    int32_t (*function)(void *instance, struct l3_request *request);
    void *instance;
    struct mmio_call call; /* complete but for value and time; wait_cycles is 0 */
    /* If the library may change the host's floating-point state: its callback.  `function` is then
     * one that calls this and cleans up the state. */
    int32_t (*guarded)(void *instance, struct l3_request *request);
    uint64_t unused[2]; /* makes the size a power of two */
};
_Static_assert((sizeof(struct mmio_entry) & (sizeof(struct mmio_entry) - 1)) == 0,
               "generated code shifts to index");

struct mmio_cache {
    uint64_t key; /* of accesses by virtual address without attributes of their own; never 0 */
    struct mmio_entry entries[IR_MMIO_ENTRIES];
    bool is_used; /* an entry was filled since all were emptied */
    struct mmio_cache *next;
};

/* The part of a tag that stands for size and direction (0 load, 1 store). */
#define MMIO_KIND(size, write) ((uint64_t)((size) | (unsigned)(write) << 4) << 32)

/* The entry for accesses of this kind, or NULL. */
static inline struct mmio_entry *mmio_cache_find(struct mmio_cache *cache, uint64_t key,
                                                 uint32_t address, unsigned size, bool write)
{
    struct mmio_entry *entry = &cache->entries[ir_mmio_index(address) + write];
    return entry->tag == (key | MMIO_KIND(size, write) | address) ? entry : NULL;
}

/* Keeps how t, which must have been resolved, reaches its register, for later accesses of its kind
 * at `address`, which is virtual or physical, as `key` says.  Does nothing if t takes other than
 * one unsplit callback, or while there are observers. */
void mmio_cache_fill(struct mmio_cache *cache, const struct bus *bus, uint64_t key,
                     uint32_t address, const struct transfer *t);
void mmio_cache_empty(struct mmio_cache *cache);

/* From now on, or no longer, bus_attach() empties the cache. */
void mmio_cache_join(struct mmio_cache *cache, struct bus *bus);
void mmio_cache_leave(struct mmio_cache *cache, struct bus *bus);

/* Makes an access by its entry.  *value: for a store the value, of which the low bytes count, for a
 * load 0; a load's value is returned in it.  Wait cycles are added to *wait_cycles.  False: bus
 * error. */
bool mmio_entry_access(struct mmio_entry *entry, struct addrspace *space, uint64_t *value,
                       uint64_t *wait_cycles);

/* Completes such an access, whose callback has returned `result`.  A caller that has called the
 * entry's function itself must call this if result is not L3_OK or the request's wait_cycles are
 * not 0. */
bool mmio_entry_finish(struct mmio_entry *entry, struct addrspace *space, int32_t result,
                       uint64_t *value, uint64_t *wait_cycles);

#endif
