// SPDX-License-Identifier: MIT
/*
 * The shortest way to a device: what the TLB's slow path finds out about an address, kept per CPU, so that
 * the next access to the same register is a look at one entry and a call.
 *
 * An entry says all that hangs on address, size, direction, privilege and the state of TLB and view; the
 * tag, which all of these are in, changes when one of them does.  Only accesses that one callback of one
 * device carries out as they are get an entry.  The request and the frame (bus.frames) are made ready in
 * the entry; no device is called from inside another call on this way, so nobody else uses them meanwhile.
 *
 * Generated code calls by these entries itself: they are the MMIO inline cache of include/ir.h.
 */
#ifndef MEM_IO_CALL_H
#define MEM_IO_CALL_H

#include "ir.h"
#include "mem/addrspace.h"

#define IO_CALLS IR_MMIO_ENTRIES

/* NULL, or what is called with an entry's function instead of that: the build of LEON3EMU_LINKED_DEVICES
 * (tests/bench/linked.h). */
#ifndef IO_CALL_DISPATCH
#define IO_CALL_DISPATCH NULL
#endif

struct io_call {
    uint64_t tag; /* 0: empty */
    int32_t (*function)(void *instance, struct l3_request *request);
    void *instance;
    struct l3_request request; /* all ready but for value and cycles; wait_cycles is 0 */
    uint64_t mask;             /* of the access's size */
    uint64_t address;          /* physical */
    struct io_frame frame;
    /* What `function` calls in its turn, if the library may leave the host's floating point in disorder;
     * it puts that right. */
    int32_t (*guarded)(void *instance, struct l3_request *request);
};
_Static_assert(sizeof(struct io_call) == 128, "a power of two: generated code shifts to index");

/* What size and direction (0 load, 1 store) are in a tag. */
#define IO_CALL_KIND(size, write) ((uint64_t)((size) | (write) << 4) << 32)

/* key: what an entry hangs on beside (never 0). */
static inline uint64_t io_call_tag(uint64_t key, uint32_t address, unsigned size, unsigned write)
{
    return key | IO_CALL_KIND(size, write) | address;
}

static inline struct io_call *io_call_at(struct io_call *calls, uint32_t address, unsigned write)
{
    return &calls[ir_mmio_index(address) + write];
}

/* Carries the access out.  Loads: value is 0, the answer is in call->request.value, to be masked.  Returns
 * the device's result.  The caller makes wait_cycles 0 again.  bus->frames must be NULL. */
static inline int32_t io_call_run(struct bus *bus, struct io_call *call, uint64_t value)
{
    struct io_frame frame = call->frame; /* the call's own is for generated code */
    int32_t result;
    call->request.value = value & call->mask;
    call->request.cycles = bus_now(bus);
    bus->frames = &frame;
    bus->calls++;
    bus->last = (struct io_access){call->frame.region, call->request.offset, call->request.size,
                                   call->frame.write};
    bus->last_port = NULL;
    result = call->function(call->instance, &call->request);
    bus->frames = NULL;
    return result;
}

/* What follows from a result other than L3_OK: the access may pass on to what lies below.  False: bus error.
 */
bool io_call_settle(struct io_call *call, struct addrspace *space, int32_t result, uint64_t *value);

/* Makes *call ready for accesses of `size` at `address` of the page, if one callback takes them as they are;
 * else, or when accesses are logged, leaves it empty. */
void io_call_prepare(struct io_call *call, uint64_t tag, const struct io_page *io, uint32_t address,
                     unsigned size, bool write, const struct access *how);

#endif
