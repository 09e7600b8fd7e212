// SPDX-License-Identifier: MIT
/*
 * Hardware watchpoints (GRLIB IP manual, LEON3, %asr24..%asr31).
 *
 * A watchpoint compares bits 31:2 of the address under a mask, for loads, stores and fetches as its
 * enable bits say.  Pages in which one may match get no permission bits in the TLB, so that the TLB calls
 * watch_access() for every access there; accesses to other pages cost nothing.
 *
 * In hardware WRASR writes the register when it is in the exception stage.  Loads and stores are compared in the
 * memory stage, so the next instruction still meets the old register; fetches are compared in the register access
 * stage, so the next three do (iu3.vhd: sp_write, mem_trap, wphit).  Here the delay is counted in instructions; a
 * trap ends it, since it empties the pipeline.  cpu->watchpoint has what software has written and reads back,
 * cpu->watch what addresses are compared with.
 */
#include "sparc/watch.h"

#include <string.h>

#include "sparc/data_watch.h"
#include "sparc/jit_env.h"

#define WATCH_FETCH   1u /* in the address register */
#define WATCH_STORE   1u /* in the mask register */
#define WATCH_LOAD    2u
#define WATCH_ADDRESS 0xfffffffcu

/* Instructions behind a WRASR that are still compared with the old register. */
#define DATA_DELAY  1u
#define FETCH_DELAY 3u

static bool wants_fetch(const struct watchpoint *w)
{
    return (w->address & WATCH_FETCH) != 0;
}

static bool wants_data(const struct watchpoint *w)
{
    return (w->mask & (WATCH_LOAD | WATCH_STORE)) != 0;
}

/* ---- writing ---- */

static void put(struct watchpoint *w, unsigned index, uint32_t value)
{
    if (index & 1) {
        w->mask = value;
    } else {
        w->address = value & (WATCH_ADDRESS | WATCH_FETCH);
    }
}

/* Has the TLB forget the pages where w may match. */
static void forget_pages(struct cpu *cpu, const struct watchpoint *w)
{
    jit_env_forget_plain(cpu);
    if ((w->mask & ~TLB_PAGE_MASK) == ~TLB_PAGE_MASK) {
        tlb_flush_page(&cpu->tlb, w->address);
    } else {
        tlb_flush(&cpu->tlb);
    }
}

/* Enters a written value into *w, an element of cpu->watch.data or .fetch; it counts from now on.  is_enabled:
 * wants_data or wants_fetch, as fits the array.  Returns whether *w was or is enabled. */
static bool change(struct cpu *cpu, struct watchpoint *w, unsigned index, uint32_t value,
                   bool (*is_enabled)(const struct watchpoint *w))
{
    const struct watchpoint before = *w;

    put(w, index, value);
    if (is_enabled(&before)) {
        forget_pages(cpu, &before);
    }
    if (is_enabled(w)) {
        forget_pages(cpu, w);
    }
    return is_enabled(&before) || is_enabled(w);
}

static void change_data(struct cpu *cpu, const struct watch_write *write)
{
    change(cpu, &cpu->watch.data[write->index / 2], write->index, write->value, wants_data);
}

static void change_fetch(struct cpu *cpu, const struct watch_write *write)
{
    struct watchpoint *w = &cpu->watch.fetch[write->index / 2];

    if (change(cpu, w, write->index, write->value, wants_fetch)) {
        cpu_forget_code(cpu);
        if (wants_fetch(w) && cpu->hooks->watchpoints_changed != NULL) {
            cpu->hooks->watchpoints_changed(cpu->hooks->context);
        }
    }
}

/* Lets the writes count that are at least data_delay (for loads and stores) or fetch_delay (for fetches) instructions
 * old. */
static void take(struct cpu *cpu, unsigned data_delay, unsigned fetch_delay)
{
    struct watch_state *watch = &cpu->watch;
    unsigned left = 0;

    for (unsigned i = 0; i < watch->count; i++) {
        struct watch_write *write = &watch->writes[i];
        uint64_t age = cpu->insns - write->insn;
        if (!write->data_done && age >= data_delay) {
            change_data(cpu, write);
            write->data_done = true;
        }
        if (age >= fetch_delay) {
            change_fetch(cpu, write);
        } else {
            watch->writes[left++] = *write;
        }
    }
    watch->count = left;
}

void watch_before_insn(struct cpu *cpu)
{
    take(cpu, DATA_DELAY, FETCH_DELAY);
}

void watch_trap(struct cpu *cpu)
{
    take(cpu, 0, 0);
}

/* Is the watchpoint off, before and after the write, and no other write under way?  Then no access can show when its
 * registers change. */
static bool is_off(const struct cpu *cpu, unsigned number)
{
    const struct watchpoint *data = &cpu->watch.data[number];
    const struct watchpoint *fetch = &cpu->watch.fetch[number];
    const struct watchpoint *written = &cpu->watchpoint[number];

    return cpu->watch.count == 0 && !wants_data(data) && !wants_fetch(fetch) &&
           !wants_data(written) && !wants_fetch(written);
}

/* Adds a write to cpu->watch.writes.  False: it changes nothing. */
static bool note(struct cpu *cpu, unsigned index, uint32_t value)
{
    struct watch_state *watch = &cpu->watch;
    struct watchpoint *w = &cpu->watchpoint[index / 2];
    const struct watchpoint before = *w;

    if (index / 2 >= cpu->config.watchpoints) {
        return false;
    }
    put(w, index, value);
    if (memcmp(w, &before, sizeof before) == 0) {
        return false;
    }
    /* WRASRs fill at most one element for each of the last instructions; a debugger's writes may need more. */
    if (watch->count == WATCH_WRITES) {
        watch_trap(cpu);
    }
    watch->writes[watch->count++] =
        (struct watch_write){.index = index, .value = value, .insn = cpu->insns};
    return true;
}

void watch_set_register(struct cpu *cpu, unsigned index, uint32_t value)
{
    if (note(cpu, index, value)) {
        watch_trap(cpu);
    }
}

void watch_write_register(struct cpu *cpu, unsigned index, uint32_t value)
{
    bool silent;

    if (!note(cpu, index, value)) {
        return;
    }
    cpu->watch.count--;
    silent = is_off(cpu, index / 2);
    cpu->watch.count++;
    if (silent) {
        watch_trap(cpu);
    } else {
        cpu_attention(cpu); /* executors look at cpu->watch.count when they begin */
    }
}

/* ---- comparing ---- */

bool watch_any(const struct cpu *cpu)
{
    for (unsigned i = 0; i < cpu->config.watchpoints; i++) {
        if (wants_data(&cpu->watch.data[i]) || wants_fetch(&cpu->watch.fetch[i])) {
            return true;
        }
    }
    return cpu->data_watches != NULL && cpu->data_watches->count != 0;
}

bool watch_fetches(const struct cpu *cpu, uint32_t va)
{
    for (unsigned i = 0; i < cpu->config.watchpoints; i++) {
        const struct watchpoint *w = &cpu->watch.fetch[i];
        if (wants_fetch(w) && ((va ^ w->address) & w->mask & ~TLB_PAGE_MASK) == 0) {
            return true;
        }
    }
    return false;
}

bool watch_page(void *context, uint32_t va)
{
    const struct cpu *cpu = context;
    for (unsigned i = 0; i < cpu->config.watchpoints; i++) {
        const struct watchpoint *w = &cpu->watch.data[i];
        if (wants_data(w) && ((va ^ w->address) & w->mask & ~TLB_PAGE_MASK) == 0) {
            return true;
        }
    }
    return watch_fetches(cpu, va) || data_watch_page(cpu, va);
}

static const struct watchpoint *compared(const struct cpu *cpu, unsigned number, enum tlb_kind kind)
{
    return kind == TLB_KIND_FETCH ? &cpu->watch.fetch[number] : &cpu->watch.data[number];
}

static bool wants(const struct watchpoint *w, enum tlb_kind kind)
{
    switch (kind) {
    case TLB_KIND_LOAD:
        return (w->mask & WATCH_LOAD) != 0;
    case TLB_KIND_STORE:
        return (w->mask & WATCH_STORE) != 0;
    default:
        return wants_fetch(w);
    }
}

/* LEON3 compares the word address of the access, whatever its size. */
bool watch_hit(const struct cpu *cpu, uint32_t va, enum tlb_kind kind)
{
    for (unsigned i = 0; i < cpu->config.watchpoints; i++) {
        const struct watchpoint *w = compared(cpu, i, kind);
        if (wants(w, kind) && ((va ^ w->address) & w->mask & WATCH_ADDRESS) == 0) {
            return true;
        }
    }
    return false;
}

bool watch_access(void *context, uint32_t va, unsigned size, enum tlb_kind kind)
{
    struct cpu *cpu = context;
    data_watch_saw(cpu, va, size, kind);
    return watch_hit(cpu, va, kind);
}

void watch_tlb_flushed(void *context)
{
    struct cpu *cpu = context;
    jit_env_forget_plain(cpu);
    cpu_forget_code(cpu);
    if (cpu->hooks != NULL && cpu->hooks->tlb_flushed != NULL) {
        cpu->hooks->tlb_flushed(cpu->hooks->context, cpu);
    }
}
