// SPDX-License-Identifier: MIT
/*
 * The softmmu TLB of one CPU.
 *
 * The inline functions are the fast path: one test of a permission bit, one host access.  If the
 * permission is missing, they call the slow functions, which fill the entry on a miss, compare
 * watchpoints, call devices and report overwritten code (bus->code_written).  The caller must have
 * checked alignment: an access never crosses its natural boundary.  Layout and polarity of the
 * tables: include/tlb_layout.h.
 */
#ifndef MEM_TLB_H
#define MEM_TLB_H

#include "bits.h"
#include "mem/addrspace.h"
#include "mem/mmio_cache.h"
#include "tlb_layout.h"

enum tlb_index { TLB_USER, TLB_SUPERVISOR, TLB_PHYSICAL, TLB_INDEXES };

enum tlb_kind { TLB_KIND_LOAD, TLB_KIND_STORE, TLB_KIND_FETCH };

/* The permission that an access of that kind needs. */
static inline uint32_t tlb_permission(enum tlb_kind kind)
{
    switch (kind) {
    case TLB_KIND_LOAD:
        return TLB_LOAD;
    case TLB_KIND_STORE:
        return TLB_STORE;
    default:
        return TLB_FETCH;
    }
}

enum tlb_result {
    TLB_OK,
    TLB_BUS_ERROR,  /* nothing there, or the device refused       */
    TLB_MMU_FAULT,  /* translate() refused; nothing was accessed  */
    TLB_WATCHPOINT, /* watch_hit() matched; nothing was accessed  */
};

/* The outcome of an access that generated code has made, for the interpreter that completes the instruction. */
struct tlb_replay {
    enum tlb_result result;
    uint64_t value; /* of a load */
};

/* The number of MMU contexts of which entries are kept, which are those used last.  Each has a
 * slot. */
#define TLB_CONTEXTS 64
/* Tables of a TLB: one for physical addresses, and for each of these contexts one for user mode and
 * one for supervisor mode. */
#define TLB_TABLES (1 + 2 * TLB_CONTEXTS)
#define TLB_FEW    4
/* Contexts whose numbers differ by less are found without a search. */
#define TLB_NUMBERS 256

struct tlb {
    struct tlb_table now; /* a copy of tables[table], for the fast path */
    struct addrspace *space;
    uint32_t master;     /* bus index of this CPU */
    uint32_t attributes; /* L3_ATTR_SUPERVISOR as the CPU's mode is */
    enum tlb_index index;
    unsigned context_slot;               /* of the MMU context in use */
    unsigned table;                      /* the table in use: by index and context_slot */
    uint32_t contexts[TLB_CONTEXTS];     /* by slot: the context's number */
    uint64_t used[TLB_CONTEXTS];         /* by slot: when the context was used last; 0: never */
    uint8_t slots[TLB_NUMBERS];          /* by low bits of a context's number: where it was last */
    struct tlb_table tables[TLB_TABLES]; /* each is mapped at its first use */
    struct tlb_common {
        uintptr_t addend; /* the common addend */
        uintptr_t wanted; /* the addend that most pages have */
        uint32_t votes;   /* for `wanted`, see vote() in tlb_fill.c */
    } common[TLB_TABLES];
    uint32_t *filled[TLB_TABLES]; /* pages with an entry: a flush clears only these */
    unsigned filled_count[TLB_TABLES];
    unsigned filled_room[TLB_TABLES];
    uint32_t fills; /* how often a page of memory got an entry; it wraps around */
    /* The page with code that was stored to last, and where in it there is code. */
    uint32_t code_page; /* virtual page number; TLB_PAGES: none */
    const uint64_t *code_granules;
    /* The MMU.  Sets *pa to the physical address of va; returns the permissions (TLB_LOAD ...) of
     * the page, or 0 for a fault.  Not called while index is TLB_PHYSICAL. */
    uint32_t (*translate)(void *context, uint32_t va, enum tlb_kind kind, uint32_t *pa);
    /* NF of the SRMMU: data accesses that translate() refuses succeed and do nothing; a load gives
     * 0. */
    bool no_fault;
    /* For tests: at most TLB_FEW pages of a table have an entry. */
    bool few;
    /* TD of the SRMMU: no entry of a virtual page is kept, so each access is translated anew. */
    bool uncached;
    /* Could a watchpoint match in the page of va?  NULL: there are no watchpoints. */
    bool (*watch_page)(void *context, uint32_t va);
    /* Does a watchpoint match this access? */
    bool (*watch_hit)(void *context, uint32_t va, unsigned size, enum tlb_kind kind);
    /* Called when all entries were discarded; may be NULL. */
    void (*flushed)(void *context);
    void *context;
    /* If not NULL: the next slow access is not made but gets this outcome, and replay becomes
     * NULL. */
    const struct tlb_replay *replay;
    uint64_t *wait_cycles; /* devices' extra cycles are added here */
    struct space_listener listener;
    struct bus *bus; /* of the space */
    struct mmio_cache mmio;
};

/* The distance of the tables' start from the beginning of struct cpu, modulo 4 KiB: see colour_of(). */
#define TLB_COLOUR 0xc00u

/* Sets the permissions in common[] of a page; those of pairs of pages follow. */
static inline void tlb_set_common(const struct tlb_table *table, uint32_t page,
                                  uint32_t permissions)
{
    uint8_t *common = table->common + page;

    common[0] = (uint8_t)(permissions | (permissions & common[1]) << TLB_PAIR_SHIFT);
    if (page != 0) {
        uint32_t before = common[-1] & TLB_PERMISSIONS;
        common[-1] = (uint8_t)(before | (before & permissions) << TLB_PAIR_SHIFT);
    }
}

/* Makes `addend` the common addend of the table in use (include/tlb_layout.h).  Generated code
 * keeps the common addend in a register, so it must be left and entered anew afterwards. */
void tlb_make_common(struct tlb *tlb, uintptr_t addend);
/* The addend that would serve the most pages. */
static inline uintptr_t tlb_wanted_addend(const struct tlb *tlb)
{
    return tlb->common[tlb->table].wanted;
}

/* *tlb is all zeros: clearing it here would cost more than the rest, as most of its megabyte is
 * never used.  The caller sets the callbacks (translate, watch_page, ...) afterwards.  space and
 * wait_cycles stay the caller's.  False: the host is out of memory. */
bool tlb_init(struct tlb *tlb, struct addrspace *space, uint32_t master, uint64_t *wait_cycles);
void tlb_fini(struct tlb *tlb);

/* Chooses the index for the following accesses.  False: the host has no memory for its tables. */
bool tlb_select(struct tlb *tlb, enum tlb_index index);

/* From now on virtual addresses are those of MMU context number `context`.  Returns its slot.
 * *is_new: the context had no slot, so it has no entries; those of the context that had this slot
 * before were discarded. */
unsigned tlb_set_context(struct tlb *tlb, uint32_t context, bool *is_new);

/* Sets the attributes that are added to those of each access: L3_ATTR_SUPERVISOR or 0. */
void tlb_set_attributes(struct tlb *tlb, uint32_t attributes);

/* Discards the entries of a table, but not what was derived from them (the MMIO inline cache,
 * blocks): for when the translations themselves have not changed. */
void tlb_empty_table(struct tlb *tlb, unsigned table);
/* The page of memory that the host has at `host` has got code: no entry permits stores to it any
 * more. */
void tlb_withdraw_stores(struct tlb *tlb, const uint8_t *host);
/* Discard all entries of all indexes and contexts, or those of one virtual page in all of them. */
void tlb_flush(struct tlb *tlb);
void tlb_flush_page(struct tlb *tlb, uint32_t va);

/* The slow path of loads and stores.  va must be aligned to size, which is 1, 2, 4 or 8.
 * attributes: the L3_ATTR_ASI bits and L3_ATTR_LOCKED. */
enum tlb_result tlb_load_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t *value,
                              uint32_t attributes);
enum tlb_result tlb_store_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t value,
                               uint32_t attributes);

/* A CPU's access by physical address, to which no permission of the TLB applies; wait cycles are
 * added to the CPU's.  tlb_bus_key(): the key of such accesses in the MMIO inline cache. */
uint64_t tlb_bus_key(uint32_t attributes);
enum tlb_result tlb_bus_load(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t *value,
                             struct access *how);
enum tlb_result tlb_bus_store(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t value,
                              struct access *how);

/* Completes a register access that was made by an entry of the MMIO inline cache and whose callback
 * has returned `result`; *value is that of the store, or what the callback has loaded.  A caller
 * that has called the entry's function itself must call this if result is not L3_OK or the
 * request's wait_cycles are not 0. */
enum tlb_result tlb_finish_known(struct tlb *tlb, struct mmio_entry *entry, int32_t result,
                                 uint64_t *value);

/* The memory that instructions at va come from: region and offset of the start of its page.  If the
 * result is TLB_OK and *region NULL, the page is no page of memory: each word must be fetched with
 * tlb_fetch_word(). */
enum tlb_result tlb_fetch_page(struct tlb *tlb, uint32_t va, struct region **region,
                               uint64_t *offset);
enum tlb_result tlb_fetch_word(struct tlb *tlb, uint32_t va, uint32_t *word);

/* May an instruction at va be fetched from memory without a slow path, so that no watchpoint must
 * be compared? */
static inline bool tlb_fetch_is_fast(const struct tlb *tlb, uint32_t va)
{
    return (tlb->now.flags[va >> TLB_PAGE_BITS] & TLB_FETCH) != 0;
}

/* May a load from va come straight from memory? */
static inline bool tlb_load_is_fast(const struct tlb *tlb, uint32_t va)
{
    return (tlb->now.flags[va >> TLB_PAGE_BITS] & TLB_LOAD) != 0;
}

/* May a store to va go straight to memory? */
static inline bool tlb_store_is_fast(const struct tlb *tlb, uint32_t va)
{
    return (tlb->now.flags[va >> TLB_PAGE_BITS] & TLB_STORE) != 0;
}

static inline uint8_t *tlb_host(const struct tlb *tlb, uint32_t va)
{
    return (uint8_t *)(tlb->now.addend[va >> TLB_PAGE_BITS] + va);
}

/* The `size` bytes of memory, which are in guest order, as a value. */
static inline uint64_t tlb_get(const uint8_t *host, unsigned size)
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

static inline enum tlb_result tlb_load(struct tlb *tlb, uint32_t va, unsigned size, uint64_t *value,
                                       uint32_t attributes)
{
    if (__builtin_expect(!tlb_load_is_fast(tlb, va), 0)) {
        return tlb_load_slow(tlb, va, size, value, attributes);
    }
    *value = tlb_get(tlb_host(tlb, va), size);
    return TLB_OK;
}

/* Puts the low `size` bytes of value to memory in guest order. */
static inline void tlb_put(uint8_t *host, unsigned size, uint64_t value)
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

static inline enum tlb_result tlb_store(struct tlb *tlb, uint32_t va, unsigned size, uint64_t value,
                                        uint32_t attributes)
{
    if (__builtin_expect(!tlb_store_is_fast(tlb, va), 0)) {
        return tlb_store_slow(tlb, va, size, value, attributes);
    }
    tlb_put(tlb_host(tlb, va), size, value);
    return TLB_OK;
}

#endif
