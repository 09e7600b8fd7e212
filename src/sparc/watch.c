// SPDX-License-Identifier: MIT
/*
 * Hardware watchpoints (GRLIB IP manual, LEON3, %asr24..%asr31).
 *
 * A watchpoint compares bits 31:2 of the address under a mask, for loads, stores and fetches as its
 * enable bits say.  Pages in which one may match get no permission bits in the TLB, so that every
 * access there asks watch_hit(); pages without cost nothing.
 */
#include "sparc/watch.h"

#define WATCH_FETCH   1u /* in the address register */
#define WATCH_STORE   1u /* in the mask register */
#define WATCH_LOAD    2u
#define WATCH_ADDRESS 0xfffffffcu

void watch_set_register(struct cpu *cpu, unsigned index, uint32_t value)
{
    struct watchpoint *w = &cpu->watchpoint[index / 2];

    if (index / 2 >= cpu->config.watchpoints) {
        return;
    }
    if (index & 1) {
        w->mask = value;
    } else {
        w->address = value & (WATCH_ADDRESS | WATCH_FETCH);
    }
    tlb_flush(&cpu->tlb);
    if (cpu->hooks->watchpoints_changed != NULL) {
        cpu->hooks->watchpoints_changed(cpu->hooks->context);
    }
}

static bool is_enabled(const struct watchpoint *w)
{
    return (w->address & WATCH_FETCH) || (w->mask & (WATCH_LOAD | WATCH_STORE));
}

bool watch_page(void *context, uint32_t va)
{
    const struct cpu *cpu = context;
    for (unsigned i = 0; i < cpu->config.watchpoints; i++) {
        const struct watchpoint *w = &cpu->watchpoint[i];
        if (is_enabled(w) && ((va ^ w->address) & w->mask & ~TLB_PAGE_MASK) == 0) {
            return true;
        }
    }
    return false;
}

static bool wants(const struct watchpoint *w, enum tlb_kind kind)
{
    switch (kind) {
    case TLB_KIND_LOAD:
        return (w->mask & WATCH_LOAD) != 0;
    case TLB_KIND_STORE:
        return (w->mask & WATCH_STORE) != 0;
    default:
        return (w->address & WATCH_FETCH) != 0;
    }
}

bool watch_hit(void *context, uint32_t va, unsigned size, enum tlb_kind kind)
{
    const struct cpu *cpu = context;
    (void)size; /* LEON3 compares the word address of the access, whatever its size */
    for (unsigned i = 0; i < cpu->config.watchpoints; i++) {
        const struct watchpoint *w = &cpu->watchpoint[i];
        if (wants(w, kind) && ((va ^ w->address) & w->mask & WATCH_ADDRESS) == 0) {
            return true;
        }
    }
    return false;
}

void watch_tlb_flushed(void *context)
{
    struct cpu *cpu = context;
    cpu_forget_code(cpu);
    if (cpu->hooks != NULL && cpu->hooks->tlb_flushed != NULL) {
        cpu->hooks->tlb_flushed(cpu->hooks->context, cpu);
    }
}
