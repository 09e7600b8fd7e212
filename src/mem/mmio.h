// SPDX-License-Identifier: MIT
/*
 * One call of a device's read() or write(): the step between the bus and somebody else's code.
 *
 * The callback is called through its pointer with nothing in between.  Before it, the call is put
 * on the bus's stack of frames, which serves crash reports and the one rule of re-entrancy (ADR 8):
 *
 *     an access whose target is a device that is being called is a bus error;
 *     so is a DMA access to any device while a CPU's register access is on the stack.
 *
 * Everything that is usual is inline; what is rare is in mmio.c.
 */
#ifndef MEM_MMIO_H
#define MEM_MMIO_H

#include "host_fp.h"
#include "mem/transfer.h"

/* The rule of re-entrancy, for when somebody is being called.  A refusal is logged. */
bool device_call_is_allowed(const struct bus *bus, const struct region *region,
                            const struct access *how);

/* Logs a call (-d mmio).  Returns its result: what is no result becomes L3_BUS_ERROR, and is
 * logged. */
int32_t device_call_report(const struct bus *bus, const struct io_frame *frame, int32_t result);

/* The low `size` bytes of a value; size is 1, 2, 4 or 8. */
static inline uint64_t size_mask(unsigned size)
{
    return UINT64_MAX >> (64 - 8 * size);
}

/* Has the device at place, a REGION_IO, carry out t, whose size is one of its native ones.  Returns
 * L3_OK, L3_BUS_ERROR or L3_NOT_MINE. */
static inline __attribute__((always_inline)) int32_t
device_call(struct bus *bus, const struct place *place, struct transfer *t)
{
    const struct region_io *io = &place->region->io;
    int32_t (*function)(void *, struct l3_request *) = t->write ? io->write : io->read;
    struct access *how = t->how;
    struct io_frame *outer = bus->frames;
    struct l3_request request = {
        .struct_size = sizeof request,
        .region = io->index,
        .offset = place->offset,
        .value = t->write ? t->value & size_mask(t->size) : 0,
        .size = t->size,
        .attributes = how->attributes,
        .master = how->master,
        .cycles = bus_now(bus),
    };
    struct io_frame frame = {outer, place->region, &request, t->write,
                             !(how->attributes & (L3_ATTR_DMA | L3_ATTR_DEBUG))};
    int32_t result;

    if (__builtin_expect((io->owner->depth > 0 || outer != NULL) &&
                             !device_call_is_allowed(bus, place->region, how),
                         0) ||
        __builtin_expect(function == NULL, 0)) {
        return L3_BUS_ERROR;
    }
    bus->frames = &frame;
    bus->calls++;
    bus->last = (struct io_access){place->region, place->offset, t->size, t->write};
    bus->last_port = NULL;
    result = function(io->instance, &request);
    if (__builtin_expect(io->owner->external, 0)) {
        host_fp_clean();
    }
    bus->frames = outer;
    how->wait_cycles += request.wait_cycles;
    if (!t->write) {
        t->value = request.value & size_mask(t->size);
    }
    if (__builtin_expect((uint32_t)result > L3_NOT_MINE || log_on(bus->log, LOG_MMIO), 0)) {
        return device_call_report(bus, &frame, result);
    }
    return result;
}

#endif
