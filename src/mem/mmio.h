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
 * Generated code calls the callbacks that the MMIO inline cache has entries for (mmio_cache.h) itself.
 * It must then do what mmio_run() does; tests/unit/test_mmio_ways.c compares the two.
 */
#ifndef MEM_MMIO_H
#define MEM_MMIO_H

#include "host_fp.h"
#include "mem/bus.h"
#include "mem/region.h"

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

#endif
