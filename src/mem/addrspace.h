// SPDX-License-Identifier: MIT
/*
 * An address space: the flat view of a region tree, and accesses through it.
 *
 * A commit renders the tree into sorted, disjoint ranges.  The listeners (TLBs, the translator) are
 * told of each range that went and each that came, and of nothing that stayed.  Several address
 * spaces may show the same tree or different ones: a bus master can have a view of its own.
 *
 * The functions here access memory and devices by address and so look into the flat view each time;
 * a CPU's accesses go through its TLB (tlb.h) instead.  All addresses are guest physical (gpa), 32
 * bits wide on LEON3.
 *
 * The room src/mem owns the guest's memory and every way to memory and devices.  src/sparc and
 * generated code access memory through the TLB; src/machine maps devices, makes DMA and a
 * debugger's accesses, and is told through bus->code_written when code is overwritten.  Whatever
 * src/mem needs from higher rooms (the MMU, watchpoints, the time) it reaches through function
 * pointers.  Its files by purpose:
 *
 *     tables     region.h (the tree), addrspace.h, window.h, tlb.h, mmio_cache.h
 *     fill       tlb_fill.h: from a TLB miss to an entry
 *     accesses   tlb_access.c (a CPU's), copy.c (by physical address, of any length)
 *     sizes      transfer.h: one access becomes memory's bytes or calls of devices
 *     the door   mmio.h: a call of a device
 *     observers  bus.h, mmio_log.h (-d mmio), access_log.h (--verify-jit)
 *
 * Three things must always hold: a device is never called from inside a call of its own; a write to
 * code that is kept decoded or translated is always reported through bus->code_written; no TLB or
 * cache knows a range that is not in the flat view.
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

/* A listener is told of all removed ranges first, then of those added. */
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

/* Changes of the tree are made between these two.  They nest: the outermost commit renders the
 * tree.  False: the host is out of memory, and the old view stays. */
void addrspace_begin(struct addrspace *space);
bool addrspace_commit(struct addrspace *space);

/* listener stays the caller's; it must outlive the space or be removed.  Removing a listener that
 * is not on the list is allowed. */
void addrspace_listen(struct addrspace *space, struct space_listener *listener);
void addrspace_unlisten(struct addrspace *space, struct space_listener *listener);

/* The range that contains address, or NULL. */
const struct flat_range *addrspace_find(const struct addrspace *space, uint64_t address);

/* RAM, if all of it is in one piece whose size is a power of two and lies in the window: its size, and *start; else 0. */
uint32_t addrspace_plain(const struct addrspace *space, uint32_t *start);

/* Host address of [address, address+size) if that is plain memory in one piece, else NULL. */
uint8_t *addrspace_memory(const struct addrspace *space, uint64_t address, uint64_t size);

/* One aligned access of 1, 2, 4 or 8 bytes; a device's callback runs inside the call.  The value is
 * in host order, right-aligned.  False: bus error, which is logged unless the access is a
 * debugger's; *value is then 0. */
bool addrspace_load(struct addrspace *space, uint64_t address, unsigned size, uint64_t *value,
                    struct access *how);
bool addrspace_store(struct addrspace *space, uint64_t address, unsigned size, uint64_t value,
                     struct access *how);

/* The reason bit of a page that is not memory from end to end: TLB_EXTERNAL if the page shows
 * registers of a loaded library, else TLB_DEVICE if it shows anything, else 0. */
uint32_t addrspace_page_flags(const struct addrspace *space, uint64_t address);

/* Copy bytes in guest order, of any alignment and length, as the master and with the attributes
 * that `how` names.  ROM can be written with L3_ATTR_DEBUG only (loaders, debuggers).  False: the
 * copy ended at a bus error. */
bool addrspace_read(struct addrspace *space, uint64_t address, void *buffer, uint64_t size,
                    struct access *how);
bool addrspace_write(struct addrspace *space, uint64_t address, const void *buffer, uint64_t size,
                     struct access *how);

/* Prints the tree and the flat view: --dump mtree. */
void addrspace_dump(const struct addrspace *space, FILE *stream);

#endif
