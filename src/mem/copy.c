// SPDX-License-Identifier: MIT
/* Accesses by physical address: single ones, and bytes in any number (DMA, loaders, debuggers). */
#include <string.h>

#include "bits.h"
#include "mem/access_log.h"
#include "mem/addrspace.h"
#include "mem/transfer.h"

bool addrspace_load(struct addrspace *space, uint64_t address, unsigned size, uint64_t *value,
                    struct access *how)
{
    struct transfer t = {size, false, 0, how};
    bool ok = transfer_run(space, addrspace_find(space, address), address, &t);
    *value = t.value;
    return ok;
}

bool addrspace_store(struct addrspace *space, uint64_t address, unsigned size, uint64_t value,
                     struct access *how)
{
    struct transfer t = {size, true, value, how};
    return transfer_run(space, addrspace_find(space, address), address, &t);
}

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

/* How many of `left` bytes can be copied at once from address on: 0 where there is no memory. */
static uint64_t memory_size(const struct flat_range *range, uint64_t address, uint64_t left)
{
    uint64_t here;
    if (range == NULL || range->region->host == NULL) {
        return 0;
    }
    here = range->size - (address - range->start);
    return here < left ? here : left;
}

/* One access to a device, its bytes put to `to`. */
static bool read_beat(struct addrspace *space, const struct flat_range *range, uint64_t address,
                      uint8_t *to, struct transfer *t)
{
    uint8_t bytes[8];
    bool ok = transfer_run(space, range, address, t);
    be64_store(bytes, t->value);
    memcpy(to, bytes + 8 - t->size, t->size);
    return ok;
}

bool addrspace_read(struct addrspace *space, uint64_t address, void *buffer, uint64_t size,
                    struct access *how)
{
    uint8_t *to = buffer;
    while (size > 0) {
        const struct flat_range *range = addrspace_find(space, address);
        uint64_t piece = memory_size(range, address, size);
        if (piece > 0) {
            memcpy(to, range->region->host + transfer_place(range, address).offset, piece);
        } else {
            struct transfer t = {beat_size(address, size), false, 0, how};
            if (!read_beat(space, range, address, to, &t)) {
                return false;
            }
            piece = t.size;
        }
        address += piece;
        to += piece;
        size -= piece;
    }
    return true;
}

static bool write_memory(struct addrspace *space, const struct place *place, const uint8_t *from,
                         uint64_t size, struct access *how)
{
    if (place->region->kind == REGION_ROM && !(how->attributes & L3_ATTR_DEBUG)) {
        struct transfer refused = {beat_size(place->address, size), true, 0, how};
        return transfer_fail(space, place->address, &refused);
    }
    if (space->bus->access_log != NULL) {
        access_log_bus_memory(space->bus->access_log, place->region->host + place->offset, size);
    }
    memcpy(place->region->host + place->offset, from, size);
    transfer_note_write(space->bus, place->region, place->offset, size);
    return true;
}

bool addrspace_write(struct addrspace *space, uint64_t address, const void *buffer, uint64_t size,
                     struct access *how)
{
    const uint8_t *from = buffer;
    while (size > 0) {
        const struct flat_range *range = addrspace_find(space, address);
        uint64_t piece = memory_size(range, address, size);
        bool ok;
        if (piece > 0) {
            struct place place = transfer_place(range, address);
            ok = write_memory(space, &place, from, piece, how);
        } else {
            struct transfer t = {beat_size(address, size), true, 0, how};
            uint8_t bytes[8] = {0};
            piece = t.size;
            memcpy(bytes + 8 - piece, from, piece);
            t.value = be64_load(bytes);
            ok = transfer_run(space, range, address, &t);
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
