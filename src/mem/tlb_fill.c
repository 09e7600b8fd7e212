// SPDX-License-Identifier: MIT
/*
 * The softmmu TLB: how a page gets its entry, see tlb_fill.h.
 *
 * A page's entry is filled as a whole, for loads, stores and fetches at once.  An access that may
 * not take the fast path gets no permission bit but a reason bit, so that the slow path knows what
 * to do without filling the entry anew.
 */
#include "mem/tlb_fill.h"

#include <stdlib.h>

#include "check.h"

/* ---- the common addend ---- */

static uint8_t common_flags(const struct tlb *tlb, uint32_t page)
{
    bool is_common = tlb->now.addend[page] == tlb->common[tlb->table].addend;
    return is_common ? tlb->now.flags[page] & TLB_PERMISSIONS : 0;
}

/* The majority vote of Boyer and Moore: if more than half of the entries filled have the same
 * addend, `wanted` is that addend. */
static void vote(struct tlb_common *common, uintptr_t addend)
{
    if (common->wanted == addend) {
        common->votes++;
    } else if (common->votes == 0) {
        common->wanted = addend;
        common->votes = 1;
    } else {
        common->votes--;
    }
}

void tlb_make_common(struct tlb *tlb, uintptr_t addend)
{
    struct tlb_common *common = &tlb->common[tlb->table];

    if (common->addend == addend) {
        return;
    }
    common->addend = addend;
    for (unsigned i = 0; i < tlb->filled_count[tlb->table]; i++) {
        uint32_t page = tlb->filled[tlb->table][i];
        tlb_set_common(&tlb->now, page, common_flags(tlb, page));
    }
}

/* ---- filling ---- */

/* Puts page on the list of filled ones, once. */
static bool remember(struct tlb *tlb, uint32_t page)
{
    unsigned i = tlb->table;
    if (tlb->now.addend[page] != 0) {
        return true;
    }
    if (tlb->few && tlb->filled_count[i] >= TLB_FEW) {
        tlb_empty_table(tlb, i);
    }
    if (tlb->filled_count[i] == tlb->filled_room[i]) {
        unsigned room = tlb->filled_room[i] == 0 ? 256 : tlb->filled_room[i] * 2;
        uint32_t *grown = realloc(tlb->filled[i], room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        tlb->filled[i] = grown;
        tlb->filled_room[i] = room;
    }
    tlb->filled[i][tlb->filled_count[i]++] = page;
    return true;
}

/* Flags of a page that is memory from end to end. */
static uint32_t memory_flags(const struct flat_range *range, uint64_t offset)
{
    bool code = range->region->code_pages[offset >> TLB_PAGE_BITS] != 0;
    if (range->region->kind == REGION_ROM) {
        return TLB_LOAD | TLB_FETCH | TLB_ROM;
    }
    return TLB_LOAD | TLB_FETCH | (code ? TLB_CODE : TLB_STORE);
}

static bool is_whole_page(const struct flat_range *range, uint64_t page)
{
    return range != NULL && range->region->host != NULL && page >= range->start &&
           page + TLB_PAGE_SIZE <= range->start + range->size &&
           ((range->offset + (page - range->start)) & TLB_PAGE_MASK) == 0;
}

/* The entry that a page is to get. */
struct page_entry {
    uint32_t flags;
    uintptr_t addend;
    bool keep; /* false: the next access finds out again */
};

static struct page_entry memory_entry(const struct flat_range *range, uint32_t va, uint32_t pa,
                                      uint32_t allowed)
{
    uint64_t offset = range->offset + (pa - range->start);
    struct page_entry entry = {.keep = true};

    entry.flags = memory_flags(range, offset) & (~(uint32_t)TLB_PERMISSIONS | allowed);
    if (!(allowed & TLB_STORE)) {
        /* TLB_CODE would say that only the code prevents fast stores. */
        entry.flags &= ~(uint32_t)TLB_CODE;
    }
    entry.addend = (uintptr_t)(range->region->host + offset) - va;
    return entry;
}

/* The entry of a page that is not memory from end to end.  For a page with nothing in it no entry
 * is kept: its accesses trap, which costs more than this look-up.  If the MMU allows loads but no
 * stores, TLB_ROM is set: a store must ask the MMU, which sets the M bit at the first store to a
 * page. */
static struct page_entry device_entry(const struct tlb *tlb, uint32_t pa, uint32_t allowed)
{
    uint32_t flags = addrspace_page_flags(tlb->space, pa);
    struct page_entry entry = {
        .flags = flags == 0 ? TLB_DEVICE : flags | (allowed & TLB_STORE ? 0 : TLB_ROM),
        .addend = pa | TLB_ADDEND_IS_PAGE,
        .keep = flags != 0 && (allowed & TLB_LOAD),
    };
    return entry;
}

/* Fills the entry of va's page.  range: what is at pa.  allowed: the permissions that the MMU grants.  Returns the flags
 * of the entry, whether it is kept or not. */
static uint32_t fill_page(struct tlb *tlb, const struct flat_range *range, uint32_t va, uint32_t pa,
                          uint32_t allowed)
{
    uint32_t page = va >> TLB_PAGE_BITS;
    struct page_entry entry =
        is_whole_page(range, pa & ~TLB_PAGE_MASK)
            ? memory_entry(range, va & ~TLB_PAGE_MASK, pa & ~TLB_PAGE_MASK, allowed)
            : device_entry(tlb, pa & ~TLB_PAGE_MASK, allowed);

    if (tlb->watch_page != NULL && tlb->watch_page(tlb->context, va)) {
        entry.flags = (entry.flags & ~(uint32_t)TLB_PERMISSIONS) | TLB_WATCH;
    }
    CHECK(!(entry.flags & (TLB_DEVICE | TLB_EXTERNAL)) || !(entry.flags & TLB_PERMISSIONS));
    CHECK(!(entry.flags & TLB_STORE) || (entry.flags & TLB_LOAD));
    if (!entry.keep || (tlb->uncached && tlb->index != TLB_PHYSICAL) || !remember(tlb, page)) {
        return entry.flags;
    }
    tlb->now.flags[page] = (uint8_t)entry.flags;
    tlb->now.addend[page] = entry.addend;
    tlb_set_common(&tlb->now, page, common_flags(tlb, page));
    if (entry.flags & TLB_PERMISSIONS) {
        vote(&tlb->common[tlb->table], entry.addend);
        tlb->fills++;
    }
    return entry.flags;
}

/* Fills the entry of the page at a physical address if it is memory and has no entry. */
static void fill_neighbour(struct tlb *tlb, const struct flat_range *range, uint32_t page)
{
    if (is_whole_page(range, page) && tlb->now.addend[page >> TLB_PAGE_BITS] == 0) {
        fill_page(tlb, range, page, page, TLB_PERMISSIONS);
    }
}

/* Fills the entry of va's page and, if that is memory, those of the pages beside it, so that common[] answers for pairs of
 * pages from the first access on.  Behind the MMU each page waits for its own access, which sets the R bit in its PTE. */
static uint32_t fill(struct tlb *tlb, uint32_t va, uint32_t pa, uint32_t allowed)
{
    const struct flat_range *range = addrspace_find(tlb->space, pa & ~TLB_PAGE_MASK);
    uint32_t flags = fill_page(tlb, range, va, pa, allowed);

    if (tlb->index == TLB_PHYSICAL && !tlb->few) {
        fill_neighbour(tlb, range, (pa & ~TLB_PAGE_MASK) + TLB_PAGE_SIZE);
        fill_neighbour(tlb, range, (pa & ~TLB_PAGE_MASK) - TLB_PAGE_SIZE);
    }
    return flags;
}

#define REASONS (TLB_ROM | TLB_CODE | TLB_WATCH | TLB_DEVICE | TLB_EXTERNAL)

/* Was the entry of a page of registers filled when the MMU allowed no stores, while a store is to be made now? */
static bool is_load_only_device(uint32_t flags, enum tlb_kind kind)
{
    return kind == TLB_KIND_STORE && (flags & TLB_ROM) && (flags & (TLB_DEVICE | TLB_EXTERNAL));
}

/* With the MMU on, translate() walks the tables even if the page has an entry, because the access
 * may be the first store to the page, which sets the M bit. */
enum tlb_result tlb_look_up(struct tlb *tlb, uint32_t va, enum tlb_kind kind, uint32_t *pa,
                            uint32_t *flags)
{
    uint32_t before = tlb->now.flags[va >> TLB_PAGE_BITS];
    uint32_t allowed = TLB_PERMISSIONS;

    *pa = va;
    *flags = before;
    if (tlb->index != TLB_PHYSICAL) {
        allowed = tlb->translate(tlb->context, va, kind, pa);
        if (!(allowed & tlb_permission(kind))) {
            return TLB_MMU_FAULT;
        }
    }
    if (before == 0 || is_load_only_device(before, kind) ||
        (before & TLB_PERMISSIONS && !(before & REASONS) && !(before & tlb_permission(kind)))) {
        *flags = fill(tlb, va, *pa, allowed);
    }
    return TLB_OK;
}
