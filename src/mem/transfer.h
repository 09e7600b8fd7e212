// SPDX-License-Identifier: MIT
/*
 * One aligned load or store that is carried out where it belongs: in memory, or by one device or
 * several, in the sizes they take.
 *
 * Loads and stores differ in one step each, so they share the way there.
 */
#ifndef MEM_TRANSFER_H
#define MEM_TRANSFER_H

#include "mem/addrspace.h"

struct transfer {
    unsigned size; /* 1, 2, 4 or 8 */
    bool write;
    uint64_t value; /* host order, right-aligned; of a load the answer */
    struct access *how;
};

/* What an address shows.  Where regions overlap there are several things to show: `below` counts
 * how many of higher priority have passed the access on (L3_NOT_MINE). */
struct place {
    struct region *region;
    uint64_t offset;
    uint64_t address;
    unsigned below;
};

static inline struct place transfer_place(const struct flat_range *range, uint64_t address)
{
    struct place place = {range->region, range->offset + (address - range->start), address, 0};
    return place;
}

/* Carries out transfer at address; range is what addrspace_find() says about it, NULL for nothing.
 * False: bus error, see transfer_fail(). */
bool transfer_run(struct addrspace *space, const struct flat_range *range, uint64_t address,
                  struct transfer *transfer);

/* The end of a native access that the device at place has answered with result: passes it on if it
 * said L3_NOT_MINE.  False: bus error, not logged. */
bool transfer_settle(struct addrspace *space, const struct place *place, struct transfer *transfer,
                     int32_t result);

/* A bus error: clears a load's value, logs unless it is a debug access, returns false. */
bool transfer_fail(const struct addrspace *space, uint64_t address, struct transfer *transfer);

/* Tells bus->code_written if somebody keeps decoded instructions of what was just written. */
void transfer_note_write(struct bus *bus, struct region *region, uint64_t offset, uint64_t size);

#endif
