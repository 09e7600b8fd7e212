// SPDX-License-Identifier: MIT
/*
 * An address space: the flat view of a region tree, and accesses through it.
 *
 * The tree is rendered into sorted, disjoint ranges when a transaction commits.  Listeners (TLBs, code caches) are told
 * of each range that went and each that came, and of nothing that stayed.  Several address spaces may show the same tree
 * or different ones: a bus master can have a view of its own.
 *
 * Accesses here are the slow way, by address; a CPU comes by its TLB (tlb.h).  All addresses are guest physical (gpa), 32
 * bits wide on LEON3.
 *
 * The room src/mem owns the guest's memory and every way to memory and devices.  src/sparc and generated code come by the
 * TLB, src/machine maps devices and makes DMA and a debugger's accesses, src/exec is told when code is overwritten.  What
 * src/mem needs of them (the MMU, watchpoints, the time) are function pointers.  Its files by purpose:
 *
 *     tables     region.h (the tree), addrspace.h, window.h, tlb.h
 *     fill       tlb_fill.h: from a TLB miss to an entry
 *     accesses   tlb_access.c (a CPU's), copy.c (by physical address, of any length)
 *     sizes      transfer.h: one access becomes memory's bytes or calls of devices
 *     the door   mmio.h: a call of a device, the MMIO inline cache
 *     observers  bus.h, mmio_log.h (-d mmio), access_log.h (--verify-jit)
 *
 * It must hold that one device is never called from inside its own call, that memory with decoded code in it is never
 * written without a word to src/exec, and that no TLB or cache knows a range that the flat view has not.
 */
#ifndef MEM_ADDRSPACE_H
#define MEM_ADDRSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "mem/bus.h"
#include "mem/region.h"
#include "tlb_layout.h"

/* A piece of the flat view.  [start, start+size) shows region from offset on. */
struct flat_range {
    uint64_t start;
    uint64_t size;
    struct region *region;
    uint64_t offset;
};

/* Is told of all removed ranges first, then of those added. */
struct space_listener {
    void (*changed)(void *context, const struct flat_range *range, bool added);
    void *context;
    struct space_listener *next;
};

struct addrspace {
    const char *name;
    struct bus *bus;
    struct region *root;
    struct flat_range *ranges; /* sorted by start */
    unsigned range_count;
    unsigned depth; /* of open transactions */
    struct space_listener *listeners;
    uint8_t *window; /* window.h; NULL: none */
    bool linear;     /* all memory of the view lies in the window */
};

/* A view of root, empty until the first commit.  name and root stay the caller's.  */
void addrspace_init(struct addrspace *space, const char *name, struct region *root,
                    struct bus *bus);
void addrspace_fini(struct addrspace *space);

/* Changes of the tree stand between these; they nest, the outermost commit renders.  False: the
 * host is out of memory, the old view stays. */
void addrspace_begin(struct addrspace *space);
bool addrspace_commit(struct addrspace *space);

/* listener stays the caller's and must outlive the space or be removed; removing one that is not
 * there is allowed. */
void addrspace_listen(struct addrspace *space, struct space_listener *listener);
void addrspace_unlisten(struct addrspace *space, struct space_listener *listener);

/* Range that holds address, or NULL. */
const struct flat_range *addrspace_find(const struct addrspace *space, uint64_t address);

/* Host address of [address, address+size) if that is plain memory in one piece, else NULL. */
uint8_t *addrspace_memory(const struct addrspace *space, uint64_t address, uint64_t size);

/* One aligned access of 1, 2, 4 or 8 bytes.  Value: host order, right-aligned.  False: bus error,
 * logged unless it is a debug access; *value is then 0.  Device callbacks run inside. */
bool addrspace_load(struct addrspace *space, uint64_t address, unsigned size, uint64_t *value,
                    struct access *how);
bool addrspace_store(struct addrspace *space, uint64_t address, unsigned size, uint64_t value,
                     struct access *how);

/* For the page of address, which is not memory from end to end: TLB_EXTERNAL if it shows registers of a loaded library, else
 * TLB_DEVICE if it shows anything, else 0. */
uint32_t addrspace_page_flags(const struct addrspace *space, uint64_t address);

/* Copies bytes in guest order, any alignment and length, as a bus master with `how`.  ROM can be
 * written with L3_ATTR_DEBUG (loaders, debuggers).  False at the first bus error. */
bool addrspace_read(struct addrspace *space, uint64_t address, void *buffer, uint64_t size,
                    struct access *how);
bool addrspace_write(struct addrspace *space, uint64_t address, const void *buffer, uint64_t size,
                     struct access *how);

/* Prints the tree and the flat view: --dump mtree. */
void addrspace_dump(const struct addrspace *space, FILE *stream);

#endif
