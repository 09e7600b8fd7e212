// SPDX-License-Identifier: MIT
/*
 * Pages that hold devices, for the TLB: which range each word of the page belongs to.
 *
 * io_page_load() and io_page_store() are what a CPU's register access comes down to, so the usual
 * case is done right here: the word has a device, and the device takes this size.  Nothing but the
 * request and the frame is made before its callback runs.  What is unusual goes the way of all
 * accesses.
 */
#include <stdlib.h>

#include "check.h"
#include "mem/device_call.h"
#include "mem/io_call.h"
#include "mem/transfer.h"

static inline const struct flat_range *find_range(const struct io_page *io, uint32_t address)
{
    unsigned slot = io->slot[(address & TLB_PAGE_MASK) / 4];
    return slot == 0 ? NULL : &io->space->ranges[slot - 1];
}

/* Does the whole access go into the device's callback as it is?  Memory has no native sizes. */
static inline bool is_direct(const struct flat_range *range, uint32_t address, unsigned size)
{
    return range != NULL &&
           (range->region->io.native_sizes & range->region->io.valid_sizes & size) != 0 &&
           address - range->start + size <= range->size;
}

/* From the call on, io and range may be gone: the device can have changed the tree.  Copies are
 * given to the unusual ways so that on the usual one *t and place need no memory. */
static inline __attribute__((always_inline)) bool run(const struct io_page *io, uint32_t address,
                                                      struct transfer *t)
{
    struct addrspace *space = io->space;
    const struct flat_range *range = find_range(io, address);
    struct place place;
    int32_t result;

    if (__builtin_expect(!is_direct(range, address, t->size), 0)) {
        struct transfer other = *t;
        bool ok = transfer_run(space, range, address, &other);
        t->value = other.value;
        return ok;
    }
    place = transfer_place(range, address);
    result = device_call(space->bus, &place, t);
    if (__builtin_expect(result != L3_OK, 0)) {
        struct place here = place;
        struct transfer other = *t;
        bool ok =
            transfer_settle(space, &here, &other, result) || transfer_fail(space, address, &other);
        t->value = other.value;
        return ok;
    }
    return true;
}

bool io_page_load(struct io_page *io, uint32_t address, unsigned size, uint64_t *value,
                  struct access *how)
{
    struct transfer t = {size, false, 0, how};
    bool ok = run(io, address, &t);
    *value = t.value;
    return ok;
}

bool io_page_store(struct io_page *io, uint32_t address, unsigned size, uint64_t value,
                   struct access *how)
{
    struct transfer t = {size, true, value, how};
    return run(io, address, &t);
}

void io_call_prepare(struct io_call *call, uint64_t tag, const struct io_page *io, uint32_t address,
                     unsigned size, bool write, const struct access *how)
{
    const struct flat_range *range = find_range(io, address);
    const struct region_io *to;
    struct place place;

    call->tag = 0;
    if (!is_direct(range, address, size) || log_on(io->space->bus->log, LOG_MMIO)) {
        return;
    }
    place = transfer_place(range, address);
    to = &place.region->io;
    call->function = write ? to->write : to->read;
    if (call->function == NULL) {
        return;
    }
    call->tag = tag;
    call->address = address;
    call->instance = to->instance;
    call->mask = size_mask(size);
    call->request = (struct l3_request){
        .struct_size = sizeof call->request,
        .region = to->index,
        .offset = place.offset,
        .size = size,
        .attributes = how->attributes,
        .master = how->master,
    };
    call->frame = (struct io_frame){NULL, place.region, &call->request, write, true};
}

bool io_call_settle(struct io_call *call, struct addrspace *space, int32_t result, uint64_t *value)
{
    struct access how = {call->request.attributes, call->request.master, 0};
    struct transfer t = {call->request.size, call->frame.write, *value, &how};
    struct place place = {(struct region *)call->frame.region, call->request.offset, call->address,
                          0};
    bool ok = transfer_settle(space, &place, &t, result) || transfer_fail(space, call->address, &t);
    call->request.wait_cycles += how.wait_cycles;
    *value = t.value;
    return ok;
}

static void fill(struct io_page *io)
{
    struct addrspace *space = io->space;
    uint64_t page = (uint64_t)io->page << TLB_PAGE_BITS;

    CHECK(space->range_count < UINT16_MAX);
    for (unsigned i = 0; i < TLB_PAGE_SIZE / 4; i++) {
        const struct flat_range *range = addrspace_find(space, page + 4 * i);
        if (range != NULL) {
            io->slot[i] = (uint16_t)(range - space->ranges + 1);
            if (range->region->kind == REGION_IO && range->region->io.owner->external) {
                io->flags = TLB_EXTERNAL;
            }
        }
    }
}

struct io_page *addrspace_io_page(struct addrspace *space, uint32_t address)
{
    uint32_t page = address >> TLB_PAGE_BITS;
    struct io_page *io;

    for (io = space->io_pages; io != NULL; io = io->next) {
        if (io->page == page) {
            return io;
        }
    }
    io = calloc(1, sizeof *io);
    if (io == NULL) {
        return NULL;
    }
    io->space = space;
    io->page = page;
    io->flags = TLB_DEVICE;
    fill(io);
    io->next = space->io_pages;
    space->io_pages = io;
    return io;
}
