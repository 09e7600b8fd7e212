// SPDX-License-Identifier: MIT
/*
 * The softmmu TLB of one CPU (or of one bus master that wants one).
 *
 * The inline functions are the fast path: one test of a permission bit, one host access.  Whatever that test refuses
 * goes to the slow functions, which fill the entry on a miss, compare watchpoints, call devices and tell src/exec of
 * stores to decoded code.  Alignment is the caller's duty: an access never crosses its natural boundary.  Layout and
 * polarity of the tables: include/tlb_layout.h.
 */
#ifndef MEM_TLB_H
#define MEM_TLB_H

#include "bits.h"
#include "mem/addrspace.h"
#include "mem/mmio.h"
#include "tlb_layout.h"

enum tlb_index { TLB_USER, TLB_SUPERVISOR, TLB_PHYSICAL, TLB_INDEXES };

enum tlb_kind { TLB_KIND_LOAD, TLB_KIND_STORE, TLB_KIND_FETCH };

/* What an access of that kind must be allowed. */
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

/* Entries are kept of so many MMU contexts, those that were used last; each has a slot. */
#define TLB_CONTEXTS 8
/* One table for physical addresses, and for each of these contexts one for user mode and one for supervisor mode. */
#define TLB_TABLES (1 + 2 * TLB_CONTEXTS)
#define TLB_FEW    4

struct tlb {
    struct tlb_table now; /* of the index in use; hot */
    struct addrspace *space;
    uint32_t master;     /* bus index of this CPU */
    uint32_t attributes; /* L3_ATTR_SUPERVISOR as the CPU's mode is */
    enum tlb_index index;
    unsigned context_slot;           /* of the MMU context in use */
    unsigned table;                  /* which of the tables `now` is: by index and context_slot */
    uint32_t contexts[TLB_CONTEXTS]; /* by slot: the context's number */
    uint64_t used[TLB_CONTEXTS];     /* by slot: when the context was used last; 0: never */
    struct tlb_table tables[TLB_TABLES]; /* made when they are used first */
    struct tlb_common {
        uintptr_t addend; /* the common addend */
        uintptr_t wanted; /* the addend that most pages have */
        uint32_t votes;
    } common[TLB_TABLES];
    uint32_t *filled[TLB_TABLES]; /* pages with an entry, so that a flush costs what was filled */
    unsigned filled_count[TLB_TABLES];
    unsigned filled_room[TLB_TABLES];
    /* The page with code in it that was stored to last, and where its code is. */
    uint32_t code_page; /* virtual page number; TLB_PAGES: none */
    const uint64_t *code_granules;
    /* MMU: physical page of a virtual one and what may be done (TLB_LOAD ...), 0 for a fault. NULL:
     * addresses are physical. */
    uint32_t (*translate)(void *context, uint32_t va, enum tlb_kind kind, uint32_t *pa);
    /* Data accesses that translate() refuses do nothing (loads give 0), but succeed. */
    bool no_fault;
    /* At most TLB_FEW pages of a table have an entry: for tests. */
    bool few;
    /* Virtual pages are translated anew by each access: no entry is kept. */
    bool uncached;
    /* Could a watchpoint match in this page?  NULL: there are none. */
    bool (*watch_page)(void *context, uint32_t va);
    /* Does one match this access? */
    bool (*watch_hit)(void *context, uint32_t va, unsigned size, enum tlb_kind kind);
    /* All entries were forgotten.  NULL: nobody asks. */
    void (*flushed)(void *context);
    void *context;
    /* Not NULL: the next slow access is not made, this is its outcome; it is then NULL again. */
    const struct tlb_replay *replay;
    uint64_t *wait_cycles; /* devices' extra cycles are added here */
    struct space_listener listener;
    struct bus *bus; /* of the space */
    struct mmio_cache mmio;
};

/* Makes `addend` the common addend of the index and context in use (include/tlb_layout.h).  Generated code that has read
 * the one before must not go on. */
void tlb_make_common(struct tlb *tlb, uintptr_t addend);
/* The addend that would serve the most pages. */
static inline uintptr_t tlb_wanted_addend(const struct tlb *tlb)
{
    return tlb->common[tlb->table].wanted;
}

/* Sets the callbacks afterwards.  space, wait_cycles stay the caller's.  False: no memory. */
bool tlb_init(struct tlb *tlb, struct addrspace *space, uint32_t master, uint64_t *wait_cycles);
void tlb_fini(struct tlb *tlb);

/* Chooses the index for the following accesses.  False: the host has no memory for its tables. */
bool tlb_select(struct tlb *tlb, enum tlb_index index);

/* Virtual addresses are from now on those of MMU context number `context`.  Returns its slot.  *is_new: the context had
 * none, so nothing is known of it, and the one that had this slot was forgotten. */
unsigned tlb_set_context(struct tlb *tlb, uint32_t context, bool *is_new);

/* Chooses what goes with each access: L3_ATTR_SUPERVISOR or 0. */
void tlb_set_attributes(struct tlb *tlb, uint32_t attributes);

/* Forgets the entries of a table, but not what depends on what they say (the MMIO inline cache, code): nothing of that
 * has changed. */
void tlb_empty_table(struct tlb *tlb, unsigned table);
/* Forgets all entries of all indexes and contexts, or of one virtual page in all of them. */
void tlb_flush(struct tlb *tlb);
void tlb_flush_page(struct tlb *tlb, uint32_t va);

/* Slow paths: va aligned to size, which is 1, 2, 4 or 8.  attributes: L3_ATTR_ASI and LOCKED bits.
 */
enum tlb_result tlb_load_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t *value,
                              uint32_t attributes);
enum tlb_result tlb_store_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t value,
                               uint32_t attributes);

/* A CPU's access by physical address, with no look at permissions; wait cycles are added.  In the MMIO inline cache it
 * goes by the key of its attributes. */
uint64_t tlb_bus_key(uint32_t attributes);
enum tlb_result tlb_bus_load(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t *value,
                             struct access *how);
enum tlb_result tlb_bus_store(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t value,
                              struct access *how);

/* The memory that instructions at va come from: region and offset of the page's start.  TLB_OK with
 * *region NULL: no page of memory; fetch word by word with tlb_fetch_word(). */
enum tlb_result tlb_fetch_page(struct tlb *tlb, uint32_t va, struct region **region,
                               uint64_t *offset);
enum tlb_result tlb_fetch_word(struct tlb *tlb, uint32_t va, uint32_t *word);

/* May an instruction at va be fetched without asking watch_hit()? */
static inline bool tlb_fetch_is_fast(const struct tlb *tlb, uint32_t va)
{
    return (tlb->now.flags[va >> TLB_PAGE_BITS] & TLB_FETCH) != 0;
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

static inline enum tlb_result tlb_load(struct tlb *tlb, uint32_t va, unsigned size, uint64_t *value,
                                       uint32_t attributes)
{
    if (__builtin_expect(!(tlb->now.flags[va >> TLB_PAGE_BITS] & TLB_LOAD), 0)) {
        return tlb_load_slow(tlb, va, size, value, attributes);
    }
    switch (size) {
    case 1:
        *value = *tlb_host(tlb, va);
        break;
    case 2:
        *value = be16_load(tlb_host(tlb, va));
        break;
    case 4:
        *value = be32_load(tlb_host(tlb, va));
        break;
    default:
        *value = be64_load(tlb_host(tlb, va));
        break;
    }
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
    if (__builtin_expect(!(tlb->now.flags[va >> TLB_PAGE_BITS] & TLB_STORE), 0)) {
        return tlb_store_slow(tlb, va, size, value, attributes);
    }
    tlb_put(tlb_host(tlb, va), size, value);
    return TLB_OK;
}

#endif
