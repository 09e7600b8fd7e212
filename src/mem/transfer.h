// SPDX-License-Identifier: MIT
/*
 * One aligned access, and how it is carried out: in memory, or by one or several calls of devices,
 * in the sizes that these take.
 *
 * All accesses that do not go straight to memory pass this file, whether a CPU makes them
 * (tlb_access.c), its MMU's table walk, a bus master or a debugger (addrspace.h); except those that
 * the MMIO inline cache answers, and the copying of plain memory (copy.c).  transfer_resolve()
 * finds the region at the address, transfer_run() carries out the access: it calls devices through
 * mmio_run() (mmio.h) and tells the observers (bus.h).
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
/* The call that carries out such an access; value and time are not set. */
struct mmio_call transfer_call(const struct transfer *t);
/* Acts on the result of a callback that was called for t: after L3_NOT_MINE the region below is
 * accessed.  False: bus error, which is not yet logged. */
bool transfer_settle(struct addrspace *space, struct transfer *t, int32_t result);

/* Makes t a bus error: clears a load's value, logs the error and calls bus->failed unless it is a
 * debugger's access.  Returns false. */
bool transfer_fail(const struct addrspace *space, struct transfer *t);

/* Calls bus->code_written if [offset, offset+size) of region, which was just written, may hold code
 * that is kept decoded or translated. */
void transfer_note_write(struct bus *bus, struct region *region, uint64_t offset, uint64_t size);

#endif
