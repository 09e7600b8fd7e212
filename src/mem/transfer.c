// SPDX-License-Identifier: MIT
/*
 * Loads and stores in memory and in devices, see transfer.h.
 *
 * A device names the sizes in which it wants to be called.  An access of such a size is one call.
 * A larger one is split into beats, lowest address first; a smaller one is made as an access of a
 * larger size, of which it takes its lane.  A store to an APB device repeats the value on all
 * lanes, because the bus has no byte strobes, see device.h.
 */
#include "mem/transfer.h"

#include <inttypes.h>

#include "bits.h"
#include "mem/mmio.h"

/* ---- memory ---- */

static uint64_t memory_load(const uint8_t *host, unsigned size)
{
    switch (size) {
    case 1:
        return *host;
    case 2:
        return be16_load(host);
    case 4:
        return be32_load(host);
    default:
        return be64_load(host);
    }
}

static void memory_store(uint8_t *host, unsigned size, uint64_t value)
{
    switch (size) {
    case 1:
        *host = (uint8_t)value;
        break;
    case 2:
        be16_store(host, (uint16_t)value);
        break;
    case 4:
        be32_store(host, (uint32_t)value);
        break;
    default:
        be64_store(host, value);
        break;
    }
}

void transfer_note_write(struct bus *bus, struct region *region, uint64_t offset, uint64_t size)
{
    uint64_t end = offset + size - 1;
    for (uint64_t at = offset; at <= end; at = (at | TLB_PAGE_MASK) + 1) {
        uint64_t page = at >> TLB_PAGE_BITS;
        uint64_t last = end < (at | TLB_PAGE_MASK) ? end : at | TLB_PAGE_MASK;
        if (region->code_pages[page] && bus->code_written != NULL &&
            (region->code_granules[page] & region_granules(at, last))) {
            bus->code_written(bus->context, region, offset, size);
            return;
        }
    }
}

static bool run_in_memory(struct bus *bus, struct transfer *t)
{
    uint8_t *host = t->region->host + t->offset;
    if (!t->write) {
        t->value = memory_load(host, t->size);
        return true;
    }
    if (t->region->kind == REGION_ROM && !(t->how->attributes & L3_ATTR_DEBUG)) {
        return false;
    }
    if (bus->observers != NULL) {
        bus_overwrites(bus, host, t->size);
    }
    memory_store(host, t->size, t->value);
    transfer_note_write(bus, t->region, t->offset, t->size);
    return true;
}

/* ---- one device ---- */

bool transfer_is_one_call(const struct transfer *t)
{
    const struct region_io *io;

    if (t->region == NULL || t->region->kind != REGION_IO) {
        return false;
    }
    io = &t->region->io;
    return (io->native_sizes & io->valid_sizes & t->size) != 0 && t->size <= t->room &&
           (t->write ? io->write : io->read) != NULL;
}

struct mmio_call transfer_call(const struct transfer *t)
{
    const struct access *how = t->how;
    return (struct mmio_call){
        .region = t->region,
        .address = t->address,
        .request =
            {
                .struct_size = sizeof(struct l3_request),
                .region = t->region->io.index,
                .offset = t->offset,
                .size = t->size,
                .attributes = how->attributes,
                .master = how->master,
            },
        .write = t->write,
        .from_cpu = !(how->attributes & (L3_ATTR_DMA | L3_ATTR_DEBUG)),
    };
}

/* Calls the device for t, whose size is one that the device takes.  Returns the callback's
 * result. */
static int32_t call_native(struct bus *bus, struct transfer *t)
{
    struct mmio_call call = transfer_call(t);
    int32_t result;

    call.request.value = t->write ? t->value & size_mask(t->size) : 0;
    bus->last_copy = call;
    result = mmio_run(bus, &call, &bus->last_copy);
    t->how->wait_cycles += call.request.wait_cycles;
    if (!t->write) {
        t->value = call.request.value & size_mask(t->size);
    }
    return result;
}

/* A word of `wide` bytes with value on each of its lanes. */
static uint64_t repeat(uint64_t value, unsigned size, unsigned wide)
{
    uint64_t word = 0;
    for (unsigned at = 0; at < wide; at += size) {
        word = word << 8 * size | (value & size_mask(size));
    }
    return word;
}

/* An access that is narrower than what the device takes. */
static int32_t call_lane(struct bus *bus, struct transfer *t, unsigned wide)
{
    unsigned lane = (unsigned)(t->offset & (wide - 1));
    unsigned shift = 8 * (wide - t->size - lane);
    struct transfer word = *t;
    int32_t result;

    word.size = wide;
    word.address -= lane;
    word.offset -= lane;
    if (t->write && t->region->io.apb) {
        word.value = repeat(t->value, t->size, wide);
        return call_native(bus, &word);
    }
    word.write = false;
    result = call_native(bus, &word);
    if (result != L3_OK || !t->write) {
        t->value = t->write ? t->value : word.value >> shift & size_mask(t->size);
        return result;
    }
    /* The device interface has no byte enables, so the other lanes are written back as they were read. */
    word.write = true;
    word.value &= ~(size_mask(t->size) << shift);
    word.value |= (t->value & size_mask(t->size)) << shift;
    return call_native(bus, &word);
}

/* The size in which the device is called for an access of `size`: its largest native size up to
 * `size`, else its smallest above; 0 if it has none. */
static unsigned native_size(const struct region_io *io, unsigned size)
{
    for (unsigned s = size; s != 0; s >>= 1) {
        if (io->native_sizes & s) {
            return s;
        }
    }
    for (unsigned s = size << 1; s <= 8; s <<= 1) {
        if (io->native_sizes & s) {
            return s;
        }
    }
    return 0;
}

static bool run_call(struct addrspace *space, struct transfer *t)
{
    return transfer_settle(space, t, call_native(space->bus, t));
}

/* Carries out t in beats.  Each beat is an access of its own: the device may pass one on
 * (L3_NOT_MINE) and keep another. */
static bool run_in_beats(struct addrspace *space, struct transfer *t, unsigned native)
{
    uint64_t whole = 0;
    for (unsigned at = 0; at < t->size; at += native) {
        struct transfer beat = *t;

        beat.size = native;
        beat.address += at;
        beat.offset += at;
        beat.value = t->value >> 8 * (t->size - native - at);
        if (!run_call(space, &beat)) {
            return false;
        }
        whole = whole << 8 * native | beat.value;
    }
    if (!t->write) {
        t->value = whole;
    }
    return true;
}

/* Carries out t in its region. */
static bool run_at(struct addrspace *space, struct transfer *t)
{
    const struct region_io *io = &t->region->io;
    unsigned native;

    if (t->region->host != NULL) {
        return run_in_memory(space->bus, t);
    }
    native = native_size(io, t->size);
    if (!(io->valid_sizes & t->size) || native == 0) {
        return false;
    }
    if (native < t->size) {
        return run_in_beats(space, t, native);
    }
    if (native > t->size) {
        return transfer_settle(space, t, call_lane(space->bus, t, native));
    }
    return run_call(space, t);
}

/* ---- several regions at one address ---- */

/* Finds the region that is visible at offset `at` of `region` once *skip regions of higher priority
 * are passed over, and sets t's region and offset; *skip is counted down.  The walk has the order
 * in which addrspace_commit() renders. */
static bool find_below(struct region *region, uint64_t at, unsigned *skip, struct transfer *t)
{
    if (at >= region->size) {
        return false;
    }
    if (region->kind != REGION_CONTAINER) {
        t->region = region;
        t->offset = at;
        return (*skip)-- == 0;
    }
    for (struct region *child = region->children; child != NULL; child = child->sibling) {
        if (at >= child->base && find_below(child, at - child->base, skip, t)) {
            return true;
        }
    }
    return false;
}

bool transfer_settle(struct addrspace *space, struct transfer *t, int32_t result)
{
    unsigned skip = ++t->below;

    if (result != L3_NOT_MINE) {
        return result == L3_OK;
    }
    return find_below(space->root, t->address, &skip, t) &&
           t->offset + t->size <= t->region->size && run_at(space, t);
}

/* ---- one access ---- */

void transfer_resolve(const struct addrspace *space, struct transfer *t)
{
    const struct flat_range *range = addrspace_find(space, t->address);

    t->region = NULL;
    t->below = 0;
    if (range != NULL) {
        uint64_t in_range = t->address - range->start;
        t->region = range->region;
        t->offset = range->offset + in_range;
        t->room = range->size - in_range;
    }
}

bool transfer_fail(const struct addrspace *space, struct transfer *t)
{
    const struct bus *bus = space->bus;
    uint32_t attributes = t->how->attributes;
    const char *kind = t->write ? "store" : attributes & L3_ATTR_FETCH ? "fetch" : "load";
    const char *master = attributes & L3_ATTR_DMA ? "bus master" : "cpu";

    if (!t->write) {
        t->value = 0;
    }
    if (attributes & L3_ATTR_DEBUG) {
        return false;
    }
    if (log_on_at(bus->log, LOG_GUEST_ERRORS, bus_guest_pc(bus))) {
        log_line(bus->log, LOG_GUEST_ERRORS,
                 "bus error: %u-byte %s of 0x%08" PRIx64 " by %s %" PRIu32 ", %s", t->size, kind,
                 t->address, master, t->how->master,
                 log_describe_pc(bus->log, bus_guest_pc(bus)).text);
    }
    if (bus->failed != NULL) {
        bus->failed(bus->context, t->address, t->size, t->write, t->how);
    }
    return false;
}

static bool fits_and_runs(struct addrspace *space, struct transfer *t)
{
    return t->region != NULL && t->size <= t->room && run_at(space, t);
}

/* A doubleword whose second word lies in another range is carried out as two accesses of a word, as
 * which it would appear on the 32-bit bus anyway. */
static bool run_in_words(struct addrspace *space, struct transfer *t)
{
    struct transfer high = *t;
    struct transfer low = *t;

    high.size = low.size = 4;
    high.value >>= 32;
    low.address += 4;
    transfer_resolve(space, &low);
    if (!fits_and_runs(space, &high) || !fits_and_runs(space, &low)) {
        return false;
    }
    t->value = high.value << 32 | (low.value & UINT32_MAX);
    return true;
}

static bool run(struct addrspace *space, struct transfer *t)
{
    bool is_split = t->size == 8 && t->region != NULL && t->room < 8;
    bool ok = is_split ? run_in_words(space, t) : fits_and_runs(space, t);
    return ok || transfer_fail(space, t);
}

bool transfer_run(struct addrspace *space, struct transfer *t)
{
    bool ok;

    if (__builtin_expect(space->bus->observers == NULL, 1)) {
        return run(space, t);
    }
    if (!bus_before(space->bus, t, &ok)) {
        ok = run(space, t);
        bus_after(space->bus, t, ok);
    }
    return ok;
}
