// SPDX-License-Identifier: MIT
/*
 * One aligned access, carried out where it belongs: in memory, or by one device or several, in the sizes they take.
 *
 * All accesses that do not go straight to memory come here, whoever makes them: a CPU (tlb_access.c), its MMU's
 * table walk, a bus master or a debugger (addrspace.h).  transfer_resolve() finds what the address shows,
 * transfer_run() has it carried out.  A device is called by mmio_run() (mmio.h); observers (bus.h) are told here.
 */
#ifndef MEM_TRANSFER_H
#define MEM_TRANSFER_H

#include "mem/addrspace.h"
#include "mem/bus.h"

struct transfer {
    uint64_t address; /* physical */
    unsigned size;    /* 1, 2, 4 or 8 */
    bool write;
    bool is_cpu_data; /* a CPU's load or store: no fetch, table walk, DMA or debugger's access */
    uint64_t value;   /* host order, right-aligned; of a load the answer */
    struct access *how;
    /* Found by transfer_resolve(): */
    struct region *region; /* at the address; NULL: there is none */
    uint64_t offset;       /* in region */
    uint64_t room;         /* bytes from the address to where the region is no longer visible */
    unsigned below;        /* how many regions have passed the access on (L3_NOT_MINE) */
};

/* Finds the region that is visible at t->address. */
void transfer_resolve(const struct addrspace *space, struct transfer *t);

/* Carries out t, which must have been resolved.  False: bus error; t->value of a load is then 0. */
bool transfer_run(struct addrspace *space, struct transfer *t);

/* Does one callback carry out t, which must have been resolved, as it is? */
bool transfer_is_one_call(const struct transfer *t);
/* The call for such a t; value and time are not set. */
struct mmio_call transfer_call(const struct transfer *t);
/* What follows from the result of a callback that was called for t: L3_NOT_MINE passes it on.  False: bus error, not yet
 * logged. */
bool transfer_settle(struct addrspace *space, struct transfer *t, int32_t result);

/* A bus error: clears a load's value, logs unless it is a debug access, returns false. */
bool transfer_fail(const struct addrspace *space, struct transfer *t);

/* Tells bus->code_written if somebody keeps decoded instructions of what was just written. */
void transfer_note_write(struct bus *bus, struct region *region, uint64_t offset, uint64_t size);

#endif
