// SPDX-License-Identifier: MIT
/*
 * The tree of named regions that describes a physical address space.
 *
 * A region is RAM, ROM, I/O (device registers), or a container of others.  A region inside a container has a base there
 * and a priority: where siblings overlap, the higher priority is seen, of equal ones the one added last.  The tree is for
 * descriptions and changes; accesses go by the flat view that addrspace.h renders from it.
 *
 * Ownership: the parent owns its children; region_destroy() frees the whole subtree.  Changes belong between
 * addrspace_begin() and addrspace_commit().
 */
#ifndef MEM_REGION_H
#define MEM_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include <leon3emu/device.h>

#include "tlb_layout.h"

enum region_kind {
    REGION_CONTAINER,
    REGION_RAM,
    REGION_ROM,
    REGION_IO,
};

/* Which kinds of code of a page are kept: decoded by the interpreter, or translated.  While there
 * is any, bus->code_written is called for writes to it. */
enum region_code { REGION_DECODED = 1, REGION_TRANSLATED = 2 };

/* Size of a granule.  One bit for each granule of a page says whether there is code in it;
 * bus->code_written is not called for a write to the other granules. */
#define REGION_GRANULE 64

/* The device instance that answers accesses.  All regions of the instance share it. */
struct io_owner {
    const char *name;
    bool external;   /* loaded from a library: its pages carry the TLB's external-device bit */
    bool changes_fp; /* has code that changes how the host computes, see include/host_fp.h */
    uint32_t depth;  /* running callbacks of it that are no register access */
};

/* How a device is called for an I/O region; made from the class's struct l3_region. */
struct region_io {
    int32_t (*read)(void *instance, struct l3_request *request);
    int32_t (*write)(void *instance, struct l3_request *request);
    void *instance;
    struct io_owner *owner;
    uint32_t index;                      /* struct l3_request.region */
    uint32_t valid_sizes;                /* L3_SIZE_* */
    uint32_t native_sizes;               /* L3_SIZE_*; of an APB region L3_SIZE_4 */
    const struct l3_register *registers; /* their names, for the log */
    uint32_t register_count;
    bool apb; /* sub-word stores repeat on every lane, see device.h */
};

struct region {
    char *name;
    enum region_kind kind;
    uint64_t size;
    struct region *parent;
    struct region *children; /* highest priority first */
    struct region *sibling;
    uint64_t base; /* in the parent */
    int priority;
    uint8_t *host;           /* RAM, ROM: the bytes, guest order, page-aligned; owned */
    uint64_t mapped;         /* size of that mapping */
    uint8_t *code_pages;     /* RAM, ROM: enum region_code of each 4 KiB page; owned */
    uint64_t *code_granules; /* of each page: where there is, or was, code; owned */
    struct region_io io;     /* REGION_IO */
};

/* Each returns a new region, NULL if the host has no memory.  name is copied.  size > 0. */
struct region *region_new_container(const char *name, uint64_t size);
struct region *region_new_ram(const char *name, uint64_t size, bool read_only);
struct region *region_new_io(const char *name, uint64_t size, const struct region_io *io);

/* Pages of RAM and ROM in the tree below `region` that are touched from now on may be huge ones of the
 * host.  They make a program faster that uses much memory; a run that is over at once would only
 * spend a fifth of its time on clearing the two that it touches. */
void region_use_huge_pages(const struct region *region);

/* Moves the bytes of RAM or ROM to the host address `to`, which is page-aligned, and unmaps what
 * was mapped there.  The pages are remapped, not copied.  False: the host refused, and nothing has
 * changed. */
bool region_move_bytes(struct region *region, uint8_t *to);

/* Places child at base inside parent, which now owns it. */
void region_add(struct region *parent, uint64_t base, struct region *child, int priority);
/* Takes child out of its parent; the caller owns it again. */
void region_remove(struct region *child);
/* Frees region and everything in it.  It must not be in a parent, nor in any flat view: a region
 * that was visible is taken out, then the change is committed, and only then it is destroyed.  NULL
 * is allowed. */
void region_destroy(struct region *region);

/* The granules that [first, last] touches, as bits; both are offsets in the same page. */
static inline uint64_t region_granules(uint64_t first, uint64_t last)
{
    unsigned low = (unsigned)(first & TLB_PAGE_MASK) / REGION_GRANULE;
    unsigned high = (unsigned)(last & TLB_PAGE_MASK) / REGION_GRANULE;
    return (UINT64_MAX >> (63 - (high - low))) << low;
}

/* Notes that the page at offset has code of this kind in `granules`.  True: the page had no code
 * before, so the caller must have the TLBs withdraw their permission to store there. */
bool region_mark_code(struct region *region, uint64_t offset, enum region_code kind,
                      uint64_t granules);
void region_unmark_code(struct region *region, uint64_t offset, enum region_code kind);

/* "ram", "rom", "i/o", ... for dumps. */
const char *region_kind_name(enum region_kind kind);

#endif
