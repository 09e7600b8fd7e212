// SPDX-License-Identifier: MIT
/* A debugger's watchpoints on data, see data_watch.h. */
#include "sparc/data_watch.h"

static bool wants(const struct data_watch *w, enum tlb_kind kind)
{
    return (w->loads && kind == TLB_KIND_LOAD) || (w->stores && kind == TLB_KIND_STORE);
}

bool data_watch_page(const struct cpu *cpu, uint32_t va)
{
    const struct data_watches *list = cpu->data_watches;
    uint32_t page = va >> TLB_PAGE_BITS;

    for (unsigned i = 0; list != NULL && i < list->count; i++) {
        const struct data_watch *w = &list->watches[i];
        if (page >= w->first >> TLB_PAGE_BITS && page <= w->last >> TLB_PAGE_BITS) {
            return true;
        }
    }
    return false;
}

static void note(struct cpu *cpu, const struct data_watch *w, uint32_t va)
{
    if (cpu->data_hit.watch == NULL) {
        cpu->data_hit.watch = w;
        cpu->data_hit.address = va > w->first ? va : w->first;
    }
}

void data_watch_saw(struct cpu *cpu, uint32_t va, unsigned size, enum tlb_kind kind)
{
    const struct data_watches *list = cpu->data_watches;
    for (unsigned i = 0; list != NULL && i < list->count; i++) {
        const struct data_watch *w = &list->watches[i];
        if (wants(w, kind) && va <= w->last && va + (size - 1) >= w->first) {
            note(cpu, w, va);
        }
    }
}

/* Is the physical address in one of the pages that w covers?  Then *va is its virtual address there. */
static bool find_virtual(const struct cpu *cpu, const struct data_watch *w, uint32_t pa,
                         uint32_t *va)
{
    uint32_t last = w->last >> TLB_PAGE_BITS;
    uint32_t there;

    for (uint32_t page = w->first >> TLB_PAGE_BITS; page <= last; page++) {
        *va = page << TLB_PAGE_BITS | (pa & TLB_PAGE_MASK);
        if (mmu_probe(cpu, *va, &there) && there == pa) {
            return true;
        }
    }
    return false;
}

void data_watch_saw_physical(struct cpu *cpu, uint32_t pa, unsigned size, enum tlb_kind kind)
{
    const struct data_watches *list = cpu->data_watches;
    uint32_t va;

    for (unsigned i = 0; list != NULL && i < list->count; i++) {
        const struct data_watch *w = &list->watches[i];
        if (wants(w, kind) && find_virtual(cpu, w, pa, &va) && va <= w->last &&
            va + (size - 1) >= w->first) {
            note(cpu, w, va);
        }
    }
}
