// SPDX-License-Identifier: MIT
/* Accesses by physical address: single ones, and copies of any number of bytes (DMA, loaders, debuggers). */
#include <string.h>

#include "bits.h"
#include "mem/addrspace.h"
#include "mem/transfer.h"

bool addrspace_load(struct addrspace *space, uint64_t address, unsigned size, uint64_t *value,
                    struct access *how)
{
    struct transfer t = {.address = address, .size = size, .how = how};
    bool ok;

    transfer_resolve(space, &t);
    ok = transfer_run(space, &t);
    *value = t.value;
    return ok;
}

bool addrspace_store(struct addrspace *space, uint64_t address, unsigned size, uint64_t value,
                     struct access *how)
{
    struct transfer t = {
        .address = address, .size = size, .write = true, .value = value, .how = how};

    transfer_resolve(space, &t);
    return transfer_run(space, &t);
}

/* Size of the largest aligned access, up to a word, at address that fits into left bytes. */
static unsigned beat_size(uint64_t address, uint64_t left)
{
    for (unsigned size = 4; size > 1; size >>= 1) {
        if ((address & (size - 1)) == 0 && left >= size) {
            return size;
        }
    }
    return 1;
}

/* How many of `left` bytes can be copied at once: 0 where there is no memory. */
static uint64_t memory_size(const struct transfer *t, uint64_t left)
{
    if (t->region == NULL || t->region->host == NULL) {
        return 0;
    }
    return t->room < left ? t->room : left;
}

/* Makes one access to a device and puts its bytes to `to`. */
static bool read_beat(struct addrspace *space, struct transfer *t, uint8_t *to)
{
    uint8_t bytes[8];
    bool ok = transfer_run(space, t);
    be64_store(bytes, t->value);
    memcpy(to, bytes + 8 - t->size, t->size);
    return ok;
}

bool addrspace_read(struct addrspace *space, uint64_t address, void *buffer, uint64_t size,
                    struct access *how)
{
    uint8_t *to = buffer;
    while (size > 0) {
        struct transfer t = {.address = address, .size = beat_size(address, size), .how = how};
        uint64_t piece;

        transfer_resolve(space, &t);
        piece = memory_size(&t, size);
        if (piece > 0) {
            memcpy(to, t.region->host + t.offset, piece);
        } else if (read_beat(space, &t, to)) {
            piece = t.size;
        } else {
            return false;
        }
        address += piece;
        to += piece;
        size -= piece;
    }
    return true;
}

static bool write_memory(struct addrspace *space, struct transfer *t, const uint8_t *from,
                         uint64_t size)
{
    uint8_t *host = t->region->host + t->offset;

    if (t->region->kind == REGION_ROM && !(t->how->attributes & L3_ATTR_DEBUG)) {
        return transfer_fail(space, t);
    }
    if (space->bus->observers != NULL) {
        bus_overwrites(space->bus, host, size);
    }
    memcpy(host, from, size);
    transfer_note_write(space->bus, t->region, t->offset, size);
    return true;
}

static bool write_beat(struct addrspace *space, struct transfer *t, const uint8_t *from)
{
    uint8_t bytes[8] = {0};
    memcpy(bytes + 8 - t->size, from, t->size);
    t->value = be64_load(bytes);
    return transfer_run(space, t);
}

bool addrspace_write(struct addrspace *space, uint64_t address, const void *buffer, uint64_t size,
                     struct access *how)
{
    const uint8_t *from = buffer;
    while (size > 0) {
        struct transfer t = {
            .address = address, .size = beat_size(address, size), .write = true, .how = how};
        uint64_t piece;
        bool ok;

        transfer_resolve(space, &t);
        piece = memory_size(&t, size);
        ok = piece > 0 ? write_memory(space, &t, from, piece) : write_beat(space, &t, from);
        if (!ok) {
            return false;
        }
        piece = piece > 0 ? piece : t.size;
        address += piece;
        from += piece;
        size -= piece;
    }
    return true;
}
