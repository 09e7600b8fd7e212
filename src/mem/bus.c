// SPDX-License-Identifier: MIT
/*
 * Accesses by physical address: memory, device calls, splitting and merging, DMA.
 *
 * A device call is direct: the callback of the region is called through its pointer, with nothing in
 * between.  Before it, the call is put on the bus's stack of frames, which serves crash reports and
 * the one rule of re-entrancy (docs/adr/0008):
 *
 *     an access whose target is a device that is on the stack is a bus error;
 *     so is a DMA access to any device while a CPU's register access is on the stack.
 */
#include "mem/addrspace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "check.h"

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

static uint32_t guest_pc(const struct bus *bus)
{
    return bus->guest_pc == NULL ? 0 : bus->guest_pc(bus->context);
}

static bool bus_error(const struct addrspace *space, uint64_t address, unsigned size, bool write,
                      const struct access *how)
{
    if (!(how->attributes & L3_ATTR_DEBUG) && log_on(space->bus->log, LOG_GUEST_ERRORS)) {
        log_line(space->bus->log, LOG_GUEST_ERRORS,
                 "bus error: %u-byte %s of 0x%08" PRIx64 " by %s %u, pc 0x%08" PRIx32, size,
                 write                                 ? "store"
                 : how->attributes & L3_ATTR_FETCH     ? "fetch"
                                                       : "load",
                 address, how->attributes & L3_ATTR_DMA ? "bus master" : "cpu", how->master,
                 guest_pc(space->bus));
    }
    return false;
}

/* ---- one call into a device ---- */

static bool may_call(const struct bus *bus, const struct region *region, const struct access *how)
{
    const struct io_owner *owner = region->io.owner;
    bool refused = owner->depth > 0;
    if (how->attributes & L3_ATTR_DMA) {
        for (const struct io_frame *f = bus->frames; f != NULL && !refused; f = f->outer) {
            refused = f->from_cpu;
        }
    }
    if (refused) {
        log_line(bus->log, LOG_GUEST_ERRORS,
                 "refused: an access to %s from inside a device call (bus error to the master)",
                 owner->name);
    }
    return !refused;
}

static void trace_call(const struct bus *bus, const struct region *region,
                       const struct l3_request *request, bool write, int32_t result)
{
    log_line(bus->log, LOG_MMIO,
             "%s %s +0x%" PRIx64 " size %" PRIu32 " = 0x%" PRIx64 "%s, pc 0x%08" PRIx32,
             region->name, write ? "write" : "read", request->offset, request->size,
             request->value, result == L3_OK ? "" : result == L3_NOT_MINE ? " (not mine)" : " (error)",
             guest_pc(bus));
}

static int32_t call_device(struct bus *bus, struct region *region, struct l3_request *request,
                           bool write, struct access *how)
{
    int32_t (*function)(void *, struct l3_request *) = write ? region->io.write : region->io.read;
    struct io_frame frame = {bus->frames, region, request, write,
                             !(how->attributes & (L3_ATTR_DMA | L3_ATTR_DEBUG))};
    int32_t result;

    if (function == NULL || !may_call(bus, region, how)) {
        return L3_BUS_ERROR;
    }
    bus->frames = &frame;
    bus->calls++;
    region->io.owner->depth++;
    result = function(region->io.instance, request);
    region->io.owner->depth--;
    bus->frames = frame.outer;
    how->wait_cycles += request->wait_cycles;
    if (log_on(bus->log, LOG_MMIO) && !(how->attributes & L3_ATTR_DEBUG)) {
        trace_call(bus, region, request, write, result);
    }
    return result;
}

/* ---- sizes: direct, split, merged ---- */

static int32_t call_read(struct bus *bus, struct region *region, uint64_t offset, unsigned size,
                         uint64_t *value, struct access *how)
{
    struct l3_request request = {sizeof request, region->io.index, offset, 0, size,
                                 how->attributes, how->master, 0};
    int32_t result = call_device(bus, region, &request, false, how);
    *value = size == 8 ? request.value : request.value & ((UINT64_C(1) << 8 * size) - 1);
    return result;
}

static int32_t call_write(struct bus *bus, struct region *region, uint64_t offset, unsigned size,
                          uint64_t value, struct access *how)
{
    struct l3_request request = {sizeof request, region->io.index, offset, value, size,
                                 how->attributes, how->master, 0};
    return call_device(bus, region, &request, true, how);
}

/* The native size to make an access of `size` with: the largest below it, else the smallest above. */
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

/* A sub-word access to a wider device: its lane of the wide read. */
static int32_t read_lane(struct bus *bus, struct region *region, uint64_t offset, unsigned size,
                         uint64_t *value, struct access *how)
{
    unsigned wide = native_size(&region->io, size);
    unsigned lane = (unsigned)(offset & (wide - 1));
    int32_t result = call_read(bus, region, offset - lane, wide, value, how);
    *value = *value >> 8 * (wide - size - lane) & ((UINT64_C(1) << 8 * size) - 1);
    return result;
}

static int32_t write_lane(struct bus *bus, struct region *region, uint64_t offset, unsigned size,
                          uint64_t value, struct access *how)
{
    unsigned wide = native_size(&region->io, size);
    unsigned lane = (unsigned)(offset & (wide - 1));
    uint64_t repeated = 0;
    uint64_t word;
    uint64_t mask;
    unsigned shift = 8 * (wide - size - lane);
    int32_t result;

    value &= (UINT64_C(1) << 8 * size) - 1;
    if (region->io.apb) {
        for (unsigned at = 0; at < wide; at += size) {
            repeated |= value << 8 * at;
        }
        return call_write(bus, region, offset - lane, wide, repeated, how);
    }
    /* No byte enables in this interface: read, merge, write back. */
    result = call_read(bus, region, offset - lane, wide, &word, how);
    if (result != L3_OK) {
        return result;
    }
    mask = ((UINT64_C(1) << 8 * size) - 1) << shift;
    return call_write(bus, region, offset - lane, wide, (word & ~mask) | value << shift, how);
}

static int32_t device_read(struct bus *bus, struct region *region, uint64_t offset, unsigned size,
                           uint64_t *value, struct access *how)
{
    unsigned native = native_size(&region->io, size);
    int32_t result = L3_OK;
    uint64_t whole = 0;

    if (!(region->io.valid_sizes & size) || native == 0) {
        return L3_BUS_ERROR;
    }
    if (native == size) {
        return call_read(bus, region, offset, size, value, how);
    }
    if (native > size) {
        return read_lane(bus, region, offset, size, value, how);
    }
    for (unsigned at = 0; at < size && result == L3_OK; at += native) {
        uint64_t part;
        result = call_read(bus, region, offset + at, native, &part, how);
        whole = whole << 8 * native | part;
    }
    *value = whole;
    return result;
}

static int32_t device_write(struct bus *bus, struct region *region, uint64_t offset, unsigned size,
                            uint64_t value, struct access *how)
{
    unsigned native = native_size(&region->io, size);
    int32_t result = L3_OK;

    if (!(region->io.valid_sizes & size) || native == 0) {
        return L3_BUS_ERROR;
    }
    if (native == size) {
        return call_write(bus, region, offset, size, value, how);
    }
    if (native > size) {
        return write_lane(bus, region, offset, size, value, how);
    }
    for (unsigned at = 0; at < size && result == L3_OK; at += native) {
        uint64_t part = value >> 8 * (size - native - at) & ((UINT64_C(1) << 8 * native) - 1);
        result = call_write(bus, region, offset + at, native, part, how);
    }
    return result;
}

/* ---- one access to whatever is at an address ---- */

/* What a region that lies below `above` in the tree shows at address; the walk is in the order in
 * which addrspace_commit() renders.  *passed becomes true when `above` has been met. */
static struct region *find_below(struct region *region, int64_t at, const struct region *above,
                                 bool *passed, uint64_t *offset)
{
    if (at < 0 || (uint64_t)at >= region->size) {
        return NULL;
    }
    if (region->kind == REGION_ALIAS) {
        return find_below(region->shows, at + (int64_t)region->shows_offset, above, passed, offset);
    }
    if (region->kind != REGION_CONTAINER) {
        if (*passed) {
            *offset = (uint64_t)at;
            return region;
        }
        *passed = region == above;
        return NULL;
    }
    for (struct region *child = region->children; child != NULL; child = child->sibling) {
        struct region *found = find_below(child, at - (int64_t)child->base, above, passed, offset);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* A write into memory; code_pages says whether somebody keeps decoded instructions of the page. */
static void note_code_write(struct bus *bus, struct region *region, uint64_t offset, uint64_t size)
{
    for (uint64_t page = offset >> TLB_PAGE_BITS; page <= (offset + size - 1) >> TLB_PAGE_BITS;
         page++) {
        if (region->code_pages[page] && bus->code_written != NULL) {
            bus->code_written(bus->context, region, offset, size);
            return;
        }
    }
}

static bool region_load(struct addrspace *space, struct region *region, uint64_t offset,
                        unsigned size, uint64_t *value, struct access *how)
{
    uint64_t address = *value; /* for NOT_MINE: where we are */
    int32_t result;

    if (region->host != NULL) {
        *value = memory_load(region->host + offset, size);
        return true;
    }
    result = device_read(space->bus, region, offset, size, value, how);
    while (result == L3_NOT_MINE) {
        bool passed = false;
        region = find_below(space->root, (int64_t)address, region, &passed, &offset);
        if (region == NULL) {
            return false;
        }
        if (region->host != NULL) {
            *value = memory_load(region->host + offset, size);
            return true;
        }
        result = device_read(space->bus, region, offset, size, value, how);
    }
    return result == L3_OK;
}

static bool store_memory(struct addrspace *space, struct region *region, uint64_t offset,
                         unsigned size, uint64_t value, const struct access *how)
{
    if (region->kind == REGION_ROM && !(how->attributes & L3_ATTR_DEBUG)) {
        return false;
    }
    memory_store(region->host + offset, size, value);
    note_code_write(space->bus, region, offset, size);
    return true;
}

static bool region_store(struct addrspace *space, struct region *region, uint64_t offset,
                         uint64_t address, unsigned size, uint64_t value, struct access *how)
{
    int32_t result;
    if (region->host != NULL) {
        return store_memory(space, region, offset, size, value, how);
    }
    result = device_write(space->bus, region, offset, size, value, how);
    while (result == L3_NOT_MINE) {
        bool passed = false;
        region = find_below(space->root, (int64_t)address, region, &passed, &offset);
        if (region == NULL) {
            return false;
        }
        if (region->host != NULL) {
            return store_memory(space, region, offset, size, value, how);
        }
        result = device_write(space->bus, region, offset, size, value, how);
    }
    return result == L3_OK;
}

static bool range_load(struct addrspace *space, const struct flat_range *range, uint64_t address,
                       unsigned size, uint64_t *value, struct access *how)
{
    *value = address;
    if (range != NULL && address - range->start + size <= range->size &&
        region_load(space, range->region, range->offset + (address - range->start), size, value,
                    how)) {
        return true;
    }
    *value = 0;
    return bus_error(space, address, size, false, how);
}

static bool range_store(struct addrspace *space, const struct flat_range *range, uint64_t address,
                        unsigned size, uint64_t value, struct access *how)
{
    if (range != NULL && address - range->start + size <= range->size &&
        region_store(space, range->region, range->offset + (address - range->start), address, size,
                     value, how)) {
        return true;
    }
    return bus_error(space, address, size, true, how);
}

bool addrspace_load(struct addrspace *space, uint64_t address, unsigned size, uint64_t *value,
                    struct access *how)
{
    return range_load(space, addrspace_find(space, address), address, size, value, how);
}

bool addrspace_store(struct addrspace *space, uint64_t address, unsigned size, uint64_t value,
                     struct access *how)
{
    return range_store(space, addrspace_find(space, address), address, size, value, how);
}

/* ---- pages of devices, for the TLB ---- */

static const struct flat_range *io_page_range(const struct io_page *io, uint32_t address)
{
    unsigned slot = io->slot[(address & TLB_PAGE_MASK) / 4];
    return slot == 0 ? NULL : &io->space->ranges[slot - 1];
}

/*
 * The slow path's last step.  An external device with a word register, which is what nearly all
 * accesses are, gets its callback called from here with offset, size and value; everything else takes
 * the general way.
 */
bool io_page_load(struct io_page *io, uint32_t address, unsigned size, uint64_t *value,
                  struct access *how)
{
    const struct flat_range *range = io_page_range(io, address);
    return range_load(io->space, range, address, size, value, how);
}

bool io_page_store(struct io_page *io, uint32_t address, unsigned size, uint64_t value,
                   struct access *how)
{
    const struct flat_range *range = io_page_range(io, address);
    return range_store(io->space, range, address, size, value, how);
}

static void io_page_fill(struct io_page *io)
{
    struct addrspace *space = io->space;
    uint64_t page = (uint64_t)io->page << TLB_PAGE_BITS;
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
    io_page_fill(io);
    io->next = space->io_pages;
    space->io_pages = io;
    return io;
}

/* ---- bytes ---- */

/* Largest aligned access at address that fits into left bytes. */
static unsigned beat_size(uint64_t address, uint64_t left)
{
    for (unsigned size = 4; size > 1; size >>= 1) {
        if ((address & (size - 1)) == 0 && left >= size) {
            return size;
        }
    }
    return 1;
}

bool addrspace_read(struct addrspace *space, uint64_t address, void *buffer, uint64_t size,
                    struct access *how)
{
    uint8_t *to = buffer;
    while (size > 0) {
        const struct flat_range *range = addrspace_find(space, address);
        uint64_t piece;
        if (range != NULL && range->region->host != NULL) {
            uint64_t inside = address - range->start;
            piece = range->size - inside < size ? range->size - inside : size;
            memcpy(to, range->region->host + range->offset + inside, piece);
        } else {
            uint64_t value;
            uint8_t bytes[8];
            piece = beat_size(address, size);
            if (!range_load(space, range, address, (unsigned)piece, &value, how)) {
                return false;
            }
            be64_store(bytes, value << 8 * (8 - piece));
            memcpy(to, bytes, piece);
        }
        address += piece;
        to += piece;
        size -= piece;
    }
    return true;
}

static bool write_piece(struct addrspace *space, const struct flat_range *range, uint64_t address,
                        const uint8_t *from, uint64_t piece, struct access *how)
{
    uint64_t offset = range->offset + (address - range->start);
    if (range->region->kind == REGION_ROM && !(how->attributes & L3_ATTR_DEBUG)) {
        return bus_error(space, address, 1, true, how);
    }
    memcpy(range->region->host + offset, from, piece);
    note_code_write(space->bus, range->region, offset, piece);
    return true;
}

bool addrspace_write(struct addrspace *space, uint64_t address, const void *buffer, uint64_t size,
                     struct access *how)
{
    const uint8_t *from = buffer;
    while (size > 0) {
        const struct flat_range *range = addrspace_find(space, address);
        uint64_t piece;
        bool ok;
        if (range != NULL && range->region->host != NULL) {
            uint64_t inside = address - range->start;
            piece = range->size - inside < size ? range->size - inside : size;
            ok = write_piece(space, range, address, from, piece, how);
        } else {
            uint8_t bytes[8] = {0};
            piece = beat_size(address, size);
            memcpy(bytes + 8 - piece, from, piece);
            ok = range_store(space, range, address, (unsigned)piece, be64_load(bytes), how);
        }
        if (!ok) {
            return false;
        }
        address += piece;
        from += piece;
        size -= piece;
    }
    return true;
}
