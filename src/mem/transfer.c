// SPDX-License-Identifier: MIT
/*
 * Loads and stores in memory and in devices, see transfer.h.
 *
 * A device names the sizes in which it wants to be called.  An access of such a size goes straight
 * to it; a larger one is split into beats, lowest address first, a smaller one is its lane of a
 * larger one.  APB's stores are special: the bus has no byte strobes, see device.h.
 */
#include "mem/transfer.h"

#include <inttypes.h>

#include "bits.h"
#include "mem/access_log.h"
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

static bool run_in_memory(struct bus *bus, const struct place *place, struct transfer *t)
{
    uint8_t *host = place->region->host + place->offset;
    if (!t->write) {
        t->value = memory_load(host, t->size);
        return true;
    }
    if (place->region->kind == REGION_ROM && !(t->how->attributes & L3_ATTR_DEBUG)) {
        return false;
    }
    if (bus->access_log != NULL) {
        access_log_bus_memory(bus->access_log, host, t->size);
    }
    memory_store(host, t->size, t->value);
    transfer_note_write(bus, place->region, place->offset, t->size);
    return true;
}

/* ---- one device ---- */

static int32_t call_native(struct bus *bus, const struct place *place, struct transfer *t)
{
    return device_call(bus, place, t);
}

/* value on every lane of a word of `wide` bytes. */
static uint64_t repeat(uint64_t value, unsigned size, unsigned wide)
{
    uint64_t word = 0;
    for (unsigned at = 0; at < wide; at += size) {
        word = word << 8 * size | (value & size_mask(size));
    }
    return word;
}

/* An access that is narrower than what the device takes. */
static int32_t call_lane(struct bus *bus, const struct place *place, struct transfer *t,
                         unsigned wide)
{
    unsigned lane = (unsigned)(place->offset & (wide - 1));
    unsigned shift = 8 * (wide - t->size - lane);
    struct place whole = *place;
    struct transfer word = {wide, false, 0, t->how};
    int32_t result;

    whole.offset -= lane;
    if (t->write && place->region->io.apb) {
        word.write = true;
        word.value = repeat(t->value, t->size, wide);
        return call_native(bus, &whole, &word);
    }
    result = call_native(bus, &whole, &word);
    if (result != L3_OK || !t->write) {
        t->value = t->write ? t->value : word.value >> shift & size_mask(t->size);
        return result;
    }
    /* No byte enables in this interface: the other lanes are written back as they were read. */
    word.write = true;
    word.value &= ~(size_mask(t->size) << shift);
    word.value |= (t->value & size_mask(t->size)) << shift;
    return call_native(bus, &whole, &word);
}

/* The size to call the device with: the largest it has up to `size`, else the smallest above. */
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

/* Each beat is an access of its own: the device may pass on one and keep another. */
static bool run_in_beats(struct addrspace *space, const struct place *place, struct transfer *t,
                         unsigned native)
{
    uint64_t whole = 0;
    for (unsigned at = 0; at < t->size; at += native) {
        struct place here = {place->region, place->offset + at, place->address + at, place->below};
        struct transfer beat = {native, t->write, 0, t->how};
        int32_t result;

        beat.value = t->value >> 8 * (t->size - native - at);
        result = call_native(space->bus, &here, &beat);
        if (!transfer_settle(space, &here, &beat, result)) {
            return false;
        }
        whole = whole << 8 * native | beat.value;
    }
    if (!t->write) {
        t->value = whole;
    }
    return true;
}

static bool run_at(struct addrspace *space, const struct place *place, struct transfer *t)
{
    const struct region_io *io = &place->region->io;
    unsigned native;

    if (place->region->host != NULL) {
        return run_in_memory(space->bus, place, t);
    }
    native = native_size(io, t->size);
    if (!(io->valid_sizes & t->size) || native == 0) {
        return false;
    }
    if (native < t->size) {
        return run_in_beats(space, place, t, native);
    }
    return transfer_settle(space, place, t,
                           native == t->size ? call_native(space->bus, place, t)
                                             : call_lane(space->bus, place, t, native));
}

/* ---- several regions at one address ---- */

/* Sets place to what region shows at `at` once *skip things of higher priority are passed over,
 * counting *skip down.  The walk has the order in which addrspace_commit() renders. */
static bool find_below(struct region *region, int64_t at, unsigned *skip, struct place *place)
{
    if (at < 0 || (uint64_t)at >= region->size) {
        return false;
    }
    if (region->kind == REGION_ALIAS) {
        return find_below(region->shows, at + (int64_t)region->shows_offset, skip, place);
    }
    if (region->kind != REGION_CONTAINER) {
        place->region = region;
        place->offset = (uint64_t)at;
        return (*skip)-- == 0;
    }
    for (struct region *child = region->children; child != NULL; child = child->sibling) {
        if (find_below(child, at - (int64_t)child->base, skip, place)) {
            return true;
        }
    }
    return false;
}

/* Does region have room for all of an access at offset? */
static bool fits(const struct region *region, uint64_t offset, unsigned size)
{
    return offset + size <= region->size;
}

bool transfer_settle(struct addrspace *space, const struct place *place, struct transfer *t,
                     int32_t result)
{
    struct place next = *place;
    unsigned skip = ++next.below;

    if (result != L3_NOT_MINE) {
        return result == L3_OK;
    }
    return find_below(space->root, (int64_t)place->address, &skip, &next) &&
           fits(next.region, next.offset, t->size) && run_at(space, &next, t);
}

/* ---- one access ---- */

bool transfer_fail(const struct addrspace *space, uint64_t address, struct transfer *t)
{
    uint32_t attributes = t->how->attributes;
    const char *kind = t->write ? "store" : attributes & L3_ATTR_FETCH ? "fetch" : "load";
    const char *who = attributes & L3_ATTR_DMA ? "bus master" : "cpu";

    if (!t->write) {
        t->value = 0;
    }
    if (!(attributes & L3_ATTR_DEBUG) &&
        log_on_at(space->bus->log, LOG_GUEST_ERRORS, bus_guest_pc(space->bus))) {
        log_line(space->bus->log, LOG_GUEST_ERRORS,
                 "bus error: %u-byte %s of 0x%08" PRIx64 " by %s %" PRIu32 ", %s", t->size, kind,
                 address, who, t->how->master,
                 log_place(space->bus->log, bus_guest_pc(space->bus)).text);
    }
    if (!(attributes & L3_ATTR_DEBUG) && space->bus->failed != NULL) {
        space->bus->failed(space->bus->context, address, t->size, t->write, t->how);
    }
    return false;
}

static bool run_in_range(struct addrspace *space, const struct flat_range *range, uint64_t address,
                         struct transfer *t)
{
    struct place place;
    if (range == NULL || address - range->start + t->size > range->size) {
        return false;
    }
    place = transfer_place(range, address);
    return run_at(space, &place, t);
}

/* A doubleword of which the range has the first word only: on the bus it is two words anyway. */
static bool run_in_words(struct addrspace *space, uint64_t address, struct transfer *t)
{
    struct transfer high = {4, t->write, t->value >> 32, t->how};
    struct transfer low = {4, t->write, t->value, t->how};

    if (!run_in_range(space, addrspace_find(space, address), address, &high) ||
        !run_in_range(space, addrspace_find(space, address + 4), address + 4, &low)) {
        return false;
    }
    t->value = high.value << 32 | (low.value & UINT32_MAX);
    return true;
}

bool transfer_run(struct addrspace *space, const struct flat_range *range, uint64_t address,
                  struct transfer *t)
{
    bool split = t->size == 8 && range != NULL && address - range->start + 8 > range->size;
    bool ok = split ? run_in_words(space, address, t) : run_in_range(space, range, address, t);
    return ok || transfer_fail(space, address, t);
}
