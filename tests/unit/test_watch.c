// SPDX-License-Identifier: MIT
/* Hardware watchpoints: which accesses they hit, and that pages beside them cost nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"

#define PROGRAM (GUEST_RAM + 0x1000)
#define DATA    (GUEST_RAM + 0x4000)

#define FETCH 1u /* in the address register */
#define STORE 1u /* in the mask register */
#define LOAD  2u
#define EXACT 0xfffffffcu

#define VALUE 0x12au
/* What the words below leave at DATA + 0x10: all of them, and without the first. */
#define ALL  VALUE
#define BYTE 0x2au

#define BOARD                                                                                      \
    "[board]\nclock = 40M\n[cpu]\nwatchpoints = 2\n[memory]\nram = base=0x40000000, size=1M\n"

/* Skips the instruction and counts it in %g7. */
static const uint32_t on_watchpoint[] = {W_ADD(G7, G7, 1), W_JMP(L2, 0), W_RETT(L2, 4), W_NOP};

static void begin(struct guest *g, const uint32_t *words, size_t count)
{
    guest_new(g, BOARD);
    guest_program(g, GUEST_RAM + 0xb0, on_watchpoint, 4);
    guest_program(g, PROGRAM, words, count);
    cpu_set_reg(&g->m->cpus[0], G1, DATA);
    cpu_set_reg(&g->m->cpus[0], G2, VALUE);
}

static void watch(struct guest *g, unsigned number, uint32_t address, uint32_t mask)
{
    cpu_set_asr(&g->m->cpus[0], 24 + 2 * number, address);
    cpu_set_asr(&g->m->cpus[0], 25 + 2 * number, mask);
}

/* Runs the words once; returns how many watchpoints hit. */
static uint32_t hits(const uint32_t *words, size_t count, uint32_t address, uint32_t mask,
                     uint32_t *stored)
{
    struct guest g;
    uint32_t result;
    begin(&g, words, count);
    watch(&g, 1, address, mask);
    assert_int_equal(guest_run(&g, 200), STOP_CYCLES);
    result = cpu_reg(&g.m->cpus[0], G7);
    *stored = guest_peek(&g, DATA + 0x10);
    guest_free(&g);
    return result;
}

static void test_which_accesses_hit(void **state)
{
    static const uint32_t words[] = {
        W_ST(G2, G1, 0x10), /* the word at DATA + 0x10 */
        W_LD(G3, G1, 0x10),
        W_LD(G3, G1, 0x14),
        W_FORMAT3(3, 0x05, G2, G1, 0x13), /* stb */
        W_FORMAT3(3, 0x01, G3, G1, 0x12), /* ldub */
        W_FORMAT3(3, 0x0d, G3, G1, 0x20), /* ldstub */
        W_BA(0),
        W_NOP,
    };
    static const struct {
        uint32_t address, mask, hits, stored;
    } cases[] = {
        {DATA + 0x10, EXACT, 0, ALL},
        {DATA + 0x10, EXACT | LOAD, 2, ALL},
        {DATA + 0x10, EXACT | STORE, 2, 0},
        {DATA + 0x10, EXACT | LOAD | STORE, 4, 0},
        {DATA + 0x14, EXACT | LOAD | STORE, 1, ALL},
        {DATA + 0x18, EXACT | LOAD | STORE, 0, ALL},
        {DATA, (EXACT & ~0x1fu) | LOAD, 3, ALL}, /* 32 bytes */
        {DATA + 0x20, EXACT | LOAD, 0, ALL},     /* ldstub counts as a store */
        {DATA + 0x20, EXACT | STORE, 1, ALL},
        {DATA + 0x1010, EXACT | LOAD | STORE, 0, ALL}, /* the page behind */
        {DATA + 0x10, (EXACT & ~0x1000u) | LOAD | STORE, 4, 0},
        {PROGRAM + 8, EXACT, 0, ALL},
        {(PROGRAM + 4) | FETCH, EXACT, 1, ALL},
        {PROGRAM | FETCH, EXACT & ~7u, 2, BYTE},
        {PROGRAM | FETCH, EXACT | LOAD | STORE, 1, BYTE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t stored;
        uint32_t count = hits(words, 8, cases[i].address, cases[i].mask, &stored);
        if (count != cases[i].hits || stored != cases[i].stored) {
            fail_msg("case %zu: %u hits, stored 0x%x", i, count, stored);
        }
    }
}

static void test_pages_without_a_watchpoint_stay_fast(void **state)
{
    static const uint32_t words[] = {
        W_LD(G3, G1, 0), W_ST(G2, G1, 4), W_SETHI(G4, DATA + 0x1000),
        W_LD(G3, G4, 0), W_ST(G3, G4, 0), W_BA(0),
        W_NOP,
    };
    struct guest g;
    const struct tlb_table *table;
    (void)state;
    begin(&g, words, 7);
    watch(&g, 0, DATA + 0x800, EXACT | LOAD);
    assert_int_equal(guest_run(&g, 20), STOP_CYCLES);
    table = &g.m->cpus[0].tlb.now;
    assert_int_equal(table->flags[DATA >> TLB_PAGE_BITS] & (TLB_LOAD | TLB_STORE | TLB_FETCH), 0);
    assert_int_equal(table->flags[(DATA + 0x1000) >> TLB_PAGE_BITS] & (TLB_LOAD | TLB_STORE),
                     TLB_LOAD | TLB_STORE);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G7), 0);
    assert_int_equal(guest_peek(&g, DATA + 4), VALUE);
    watch(&g, 0, 0, 0); /* off again: the entry is made anew */
    g.m->cpus[0].pc = PROGRAM;
    g.m->cpus[0].npc = PROGRAM + 4;
    assert_int_equal(guest_run(&g, 40), STOP_CYCLES);
    assert_int_equal(table->flags[DATA >> TLB_PAGE_BITS] & (TLB_LOAD | TLB_STORE),
                     TLB_LOAD | TLB_STORE);
    guest_free(&g);
}

static unsigned flushes;

static void count_tlb_flush(void *context, struct cpu *cpu)
{
    (void)context;
    (void)cpu;
    flushes++;
}

static void count_change(void *context)
{
    (void)context;
    flushes++;
}

/* A system may write a watchpoint at each switch of tasks.  Nothing is thrown away for one that stays as it is, and one on
 * data that moves costs the pages where it was and is. */
static void test_writes_cost_little(void **state)
{
    static const uint32_t words[] = {
        W_WRASR(24, G0), W_WRASR(25, G4), /* as they were */
        W_WRASR(26, G1),                  /* and one that goes to and fro */
        W_NOP,           W_NOP,           W_WRASR(26, G2), W_BA(-6), W_NOP,
    };
    struct guest g;
    (void)state;
    begin(&g, words, 8);
    cpu_set_reg(&g.m->cpus[0], G4, EXACT);
    watch(&g, 0, 0, EXACT);
    watch(&g, 1, DATA, EXACT | STORE);
    assert_int_equal(guest_run(&g, 800), STOP_CYCLES); /* its pages become code */
    flushes = 0;
    g.m->cpu_hooks.tlb_flushed = count_tlb_flush;
    g.m->cpu_hooks.watchpoints_changed = count_change;
    assert_int_equal(guest_run(&g, 8000), STOP_CYCLES);
    assert_int_equal(flushes, 0);
    guest_free(&g);
}

static void test_registers(void **state)
{
    struct guest g;
    struct cpu *cpu;
    (void)state;
    guest_new(&g, BOARD);
    cpu = &g.m->cpus[0];
    for (unsigned number = 24; number < 32; number++) {
        uint32_t ones = number >= 28 ? 0 : number & 1 ? 0xffffffff : 0xfffffffd;
        cpu_set_asr(cpu, number, 0xffffffff);
        assert_int_equal(cpu_asr(cpu, number), ones);
    }
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_accesses_hit),
        cmocka_unit_test(test_pages_without_a_watchpoint_stay_fast),
        cmocka_unit_test(test_writes_cost_little),
        cmocka_unit_test(test_registers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
