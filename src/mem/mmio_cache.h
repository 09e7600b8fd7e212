// SPDX-License-Identifier: MIT
/*
 * The MMIO inline cache: how registers are reached that were accessed before.
 *
 * Each TLB has one.  It keeps what was found out about a register, so that the next access of the
 * same kind needs neither the TLB's entry nor the flat view.  An entry is found by its tag, which
 * holds what the entry depends on: address, size, direction, and a key that stands for MMU index,
 * context and attributes.  The entry also depends on the TLB's entries, on the flat view and on
 * there being no observers: the code that changes one of these must empty the cache.
 *
 * tlb_access.c fills the cache and makes accesses by its entries.  Generated code uses the entries
 * itself (include/ir.h, struct ir_mmio_cache).  The struct mmio_call in the entry serves as the
 * running call itself, because no CPU makes an access from inside another call.
 */
#ifndef MEM_MMIO_CACHE_H
#define MEM_MMIO_CACHE_H

#include "ir.h"
#include "mem/bus.h"

/* A build with LEON3EMU_LINKED_DEVICES (tests/bench/linked.h) defines a function here that is
 * called instead of an entry's function, which it is given; otherwise NULL. */
#ifndef MMIO_DISPATCH
#define MMIO_DISPATCH NULL
#endif

/* How a register is reached by accesses of one kind. */
struct mmio_entry {
    uint64_t tag; /* 0: empty */
    int32_t (*function)(void *instance, struct l3_request *request);
    void *instance;
    struct mmio_call call; /* complete but for value and time; wait_cycles is 0 */
    /* If the library may change the host's floating-point state: its callback.  `function` is then
     * one that calls this and cleans up the state. */
    int32_t (*callback)(void *instance, struct l3_request *request);
    uint64_t unused[2]; /* makes the size a power of two */
};
_Static_assert((sizeof(struct mmio_entry) & (sizeof(struct mmio_entry) - 1)) == 0,
               "generated code shifts to index");

struct mmio_cache {
    uint64_t key; /* of accesses by virtual address without attributes of their own; never 0 */
    struct mmio_entry entries[IR_MMIO_ENTRIES];
    /* Which entries were filled since all were emptied, so that emptying costs as much as filling did. */
    uint16_t filled[IR_MMIO_ENTRIES];
    unsigned filled_count;
    struct mmio_cache *next;
};

/* The part of a tag that stands for size and direction (0 load, 1 store). */
#define MMIO_KIND(size, write) ((uint64_t)((size) | (unsigned)(write) << 4) << 32)

/* The entry for accesses of this kind, or NULL. */
static inline struct mmio_entry *mmio_cache_find(struct mmio_cache *cache, uint64_t key,
                                                 uint32_t address, unsigned size, bool write)
{
    struct mmio_entry *entry = &cache->entries[ir_mmio_index(address) + write];
    return entry->tag == (key | MMIO_KIND(size, write) | address) ? entry : NULL;
}

/* From now on accesses of the kind of *call to `address`, which is virtual or physical, as `key`
 * says, are made by *call.  Not to be called while the bus has observers. */
void mmio_cache_fill(struct mmio_cache *cache, uint64_t key, uint32_t address,
                     const struct mmio_call *call);
void mmio_cache_empty(struct mmio_cache *cache);

/* From now on, or no longer, bus_attach() empties the cache. */
void mmio_cache_join(struct mmio_cache *cache, struct bus *bus);
void mmio_cache_leave(struct mmio_cache *cache, struct bus *bus);

#endif
