// SPDX-License-Identifier: MIT
/*
 * Pages that hold devices, for the TLB: which range each word of the page belongs to.
 *
 * io_page_load() and io_page_store() are what a CPU's register access comes down to, so the usual
 * case is done right here: the word has a device, and the device takes this size.  Nothing but the
 * request and the frame is made before its callback runs.  What is unusual goes the way of all
 * accesses.
 */
#include <stddef.h>
#include <stdlib.h>

#include "mem/mmio.h"
#include "mem/io_call.h"
#include "mem/transfer.h"

static inline const struct flat_range *find_range(const struct io_page *io, uint32_t address)
{
    uint32_t slot = io->whole != 0 ? io->whole : io->slot[(address & TLB_PAGE_MASK) / 4];
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

/* In the place of a callback.  Most libraries have no code that needs this, and are called without. */
static int32_t call_guarded(void *instance, struct l3_request *request)
{
    const struct io_call *call =
        (const struct io_call *)((const char *)request - offsetof(struct io_call, request));
    int32_t result = call->guarded(instance, request);
    host_fp_clean();
    return result;
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
    if (to->owner->changes_fp) {
        call->guarded = call->function;
        call->function = call_guarded;
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

/* ---- making and finding ---- */

static uint32_t flags_of(const struct flat_range *range)
{
    bool external = range->region->kind == REGION_IO && range->region->io.owner->external;
    return external ? TLB_EXTERNAL : TLB_DEVICE;
}

/* A page of which each word may belong to somebody else. */
static struct io_page *make_mixed(const struct addrspace *space, uint64_t start)
{
    struct io_page *io = calloc(1, sizeof *io + TLB_PAGE_SIZE / 4 * sizeof io->slot[0]);

    if (io == NULL) {
        return NULL;
    }
    io->flags = TLB_DEVICE;
    for (unsigned i = 0; i < TLB_PAGE_SIZE / 4; i++) {
        const struct flat_range *range = addrspace_find(space, start + 4 * i);
        if (range != NULL) {
            io->slot[i] = (uint32_t)(range - space->ranges + 1);
            if (flags_of(range) == TLB_EXTERNAL) {
                io->flags = TLB_EXTERNAL;
            }
        }
    }
    return io;
}

/* The page of one device, large as its registers may be, takes a few bytes. */
static struct io_page *make_whole(const struct addrspace *space, const struct flat_range *range)
{
    struct io_page *io = calloc(1, sizeof *io);

    if (io != NULL) {
        io->whole = (uint32_t)(range - space->ranges + 1);
        io->flags = flags_of(range);
    }
    return io;
}

static struct io_page *make(struct addrspace *space, uint32_t page)
{
    uint64_t start = (uint64_t)page << TLB_PAGE_BITS;
    const struct flat_range *range = addrspace_find(space, start);
    struct io_page *io;

    if (range != NULL && range->start + range->size - start >= TLB_PAGE_SIZE) {
        io = make_whole(space, range);
    } else {
        io = make_mixed(space, start);
    }
    if (io != NULL) {
        io->space = space;
        io->page = page;
        space->io_page_count++;
    }
    return io;
}

/* Where the page is, or is to be put; NULL: no memory. */
static struct io_page **place_of(struct addrspace *space, uint32_t page)
{
    struct io_page ***table;

    if (space->io_pages == NULL) {
        space->io_pages = calloc(IO_TABLES, sizeof *space->io_pages);
        if (space->io_pages == NULL) {
            return NULL;
        }
    }
    table = &space->io_pages[page / IO_TABLE_PAGES];
    if (*table == NULL) {
        *table = calloc(IO_TABLE_PAGES, sizeof **table);
    }
    return *table == NULL ? NULL : &(*table)[page % IO_TABLE_PAGES];
}

struct io_page *addrspace_io_page(struct addrspace *space, uint32_t address)
{
    uint32_t page = address >> TLB_PAGE_BITS;
    struct io_page **place = place_of(space, page);

    if (place != NULL && *place == NULL) {
        *place = make(space, page);
    }
    return place == NULL ? NULL : *place;
}

static void drop_table(struct io_page **table)
{
    for (unsigned i = 0; table != NULL && i < IO_TABLE_PAGES; i++) {
        free(table[i]);
    }
    free(table);
}

void addrspace_drop_io_pages(struct addrspace *space)
{
    for (unsigned i = 0; space->io_pages != NULL && i < IO_TABLES; i++) {
        drop_table(space->io_pages[i]);
    }
    free(space->io_pages);
    space->io_pages = NULL;
    space->io_page_count = 0;
}
