// SPDX-License-Identifier: MIT
/*
 * Running machines through the library: counts of cycles and instructions are the same whether a
 * machine runs at once, in slices, in turn with another machine, or beside one in a second thread;
 * interrupting a run; every reason to stop.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "guest.h"

#define PROGRAM (GUEST_RAM + 0x1000)
#define SCALER  9 /* a tick every 10 cycles */

/* ---- a guest that counts its timer interrupts beside its own work ---- */

/* Behind the table's entry of interrupt 6. */
static const uint32_t on_timer[] = {
    W_ADD(G5, G5, 1),
    W_JMP(L1, 0),
    W_RETT(L2, 0),
    W_NOP,
};

static void load_counting_guest(struct guest *g, uint32_t reload)
{
    const uint32_t words[] = {
        W_SETHI(G1, 0x80000000),
        W_OR(G2, G0, 0x40),
        W_ST(G2, G1, 0x240), /* unmask interrupt 6 */
        W_OR(G2, G0, SCALER),
        W_ST(G2, G1, 0x304),
        W_OR(G2, G0, reload),
        W_ST(G2, G1, 0x314),
        W_OR(G2, G0, 0xf),
        W_ST(G2, G1, 0x318),
        W_SETHI(G4, GUEST_RAM + 0x8000),
        W_ADD(G6, G6, 1), /* loop: */
        W_ST(G6, G4, 0),
        W_LD(G7, G4, 0),
        W_BA(-3),
        W_NOP,
    };
    guest_new(g, GUEST_BOARD GUEST_TIMER);
    GUEST_PROGRAM(g, GUEST_RAM + 0x160, on_timer);
    GUEST_PROGRAM(g, PROGRAM, words);
}

struct counts {
    uint64_t cycles, insns;
    uint32_t pc, interrupts, loops;
};

static struct counts counts_of(const struct guest *g)
{
    struct counts c = {
        leon3emu_cycles(g->m),       leon3emu_instructions(g->m), g->m->cpus[0].pc,
        cpu_reg(&g->m->cpus[0], G5), cpu_reg(&g->m->cpus[0], G6),
    };
    return c;
}

static void check_equal(struct counts a, struct counts b)
{
    assert_int_equal(a.cycles, b.cycles);
    assert_int_equal(a.insns, b.insns);
    assert_int_equal(a.pc, b.pc);
    assert_int_equal(a.interrupts, b.interrupts);
    assert_int_equal(a.loops, b.loops);
}

#define LONG_RUN 300000u

static struct counts run_alone(uint32_t reload)
{
    struct guest g;
    struct counts counts;
    load_counting_guest(&g, reload);
    assert_int_equal(guest_run(&g, LONG_RUN), STOP_CYCLES);
    counts = counts_of(&g);
    assert_true(counts.interrupts > 100 && counts.loops > 1000);
    assert_in_range(counts.cycles, LONG_RUN, LONG_RUN + 10);
    guest_free(&g);
    return counts;
}

static void test_slices_add_up_to_one_run(void **state)
{
    static const uint64_t slices[] = {1, 7, 64, 997};
    struct counts alone = run_alone(40);
    (void)state;
    for (unsigned i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        struct guest g;
        uint64_t until = 0;
        load_counting_guest(&g, 40);
        while (until < LONG_RUN) {
            until = until + slices[i] < LONG_RUN ? until + slices[i] : LONG_RUN;
            assert_int_equal(guest_run(&g, until), STOP_CYCLES);
            assert_true(leon3emu_cycles(g.m) >= until);
        }
        check_equal(counts_of(&g), alone);
        guest_free(&g);
    }
}

/* ---- several CPUs ---- */

#define SHARED     (GUEST_RAM + 0x8000)
#define SMP_CPUS   4
#define SMP_CYCLES 60000u

/* The CPUs race for two words of memory, without a lock, in loops of different length.  CPU 1 also
 * stores the timer's counter; CPU 3 powers down until CPU 0 wakes it.  What the words are in the
 * end depends on the order of turns. */
static void load_racing_guest(struct guest *g)
{
    const uint32_t words[SMP_CPUS][12] = {
        {W_LD(G2, G1, 0), W_ADD(G2, G2, 1), W_ST(G2, G1, 0), W_OR(G4, G0, 8), W_ST(G4, G3, 0x210),
         W_BA(-5), W_NOP},
        {W_LD(G2, G3, 0x310), W_LD(G5, G1, 0), W_ST(G2, G1, 0), W_LD(G2, G1, 4), W_ADD(G2, G2, 3),
         W_BA(-5), W_ST(G2, G1, 4)},
        {W_LD(G2, G1, 0), W_LD(G5, G1, 4), W_ADD(G2, G2, 5), W_ST(G2, G1, 4), W_ST(G5, G1, 0),
         W_NOP, W_BA(-6), W_NOP},
        {W_LD(G2, G1, 4), W_ADD(G2, G2, 7), W_ST(G2, G1, 0), W_ADD(G6, G6, 1), W_POWER_DOWN,
         W_BA(-5), W_NOP},
    };
    guest_new(g, "[cpu]\ncount = 4\n" GUEST_BOARD GUEST_TIMER);
    for (unsigned i = 0; i < SMP_CPUS; i++) {
        struct cpu *cpu = &g->m->cpus[i];
        for (unsigned k = 0; k < 12; k++) {
            guest_poke(g, PROGRAM + 0x100 * i + 4 * k, words[i][k]);
        }
        cpu->status = CPU_RUNNING;
        cpu->pc = PROGRAM + 0x100 * i;
        cpu->npc = cpu->pc + 4;
        cpu_set_reg(cpu, G1, SHARED);
        cpu_set_reg(cpu, G3, 0x80000000);
    }
    guest_poke(g, GUEST_TIME + 4, 9);
    guest_poke(g, GUEST_TIME + 0x14, 999);
    guest_poke(g, GUEST_TIME + 0x18, 7);
}

struct outcome {
    uint64_t hash, insns;
    uint32_t words[2];
};

/* Runs to SMP_CYCLES and returns the outcome. */
static struct outcome finish_race(struct guest *g)
{
    struct outcome o;
    assert_int_equal(guest_run(g, SMP_CYCLES), STOP_CYCLES);
    assert_int_equal(leon3emu_cycles(g->m), SMP_CYCLES);
    o.hash = leon3emu_state_hash(g->m);
    o.insns = leon3emu_instructions(g->m);
    o.words[0] = guest_peek(g, SHARED);
    o.words[1] = guest_peek(g, SHARED + 4);
    assert_true(cpu_reg(&g->m->cpus[3], G6) > 10);
    guest_free(g);
    return o;
}

static void check_same(struct outcome a, struct outcome b)
{
    assert_true(a.hash == b.hash);
    assert_int_equal(a.insns, b.insns);
    assert_int_equal(a.words[0], b.words[0]);
    assert_int_equal(a.words[1], b.words[1]);
}

static struct outcome race_alone(void)
{
    struct guest g;
    load_racing_guest(&g);
    return finish_race(&g);
}

static void test_the_quantum_decides_the_race(void **state)
{
    struct outcome alone = race_alone();
    struct guest g;
    struct outcome other;
    (void)state;
    check_same(race_alone(), alone);
    load_racing_guest(&g);
    g.m->exec.quantum = 17;
    other = finish_race(&g);
    assert_true(other.words[0] != alone.words[0] || other.words[1] != alone.words[1]);
}

static void test_slices_do_not_change_the_race(void **state)
{
    static const uint64_t slices[] = {1, 7, 64, 997, 1000, 1001, 3333};
    struct outcome alone = race_alone();
    (void)state;
    for (unsigned i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        struct guest g;
        load_racing_guest(&g);
        for (uint64_t until = slices[i]; until < SMP_CYCLES; until += slices[i]) {
            assert_int_equal(guest_run(&g, until), STOP_CYCLES);
            assert_int_equal(leon3emu_cycles(g.m), until);
        }
        check_same(finish_race(&g), alone);
    }
}

static void test_limits_do_not_change_the_race(void **state)
{
    static const uint64_t slices[] = {1, 13, 997, 4321};
    struct outcome alone = race_alone();
    (void)state;
    for (unsigned i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        struct guest g;
        load_racing_guest(&g);
        for (uint64_t insns = slices[i]; insns < alone.insns; insns += slices[i]) {
            leon3emu_set_limits(g.m, 0, insns);
            assert_int_equal(guest_run(&g, 0), STOP_INSN_LIMIT);
            assert_int_equal(leon3emu_instructions(g.m), insns);
        }
        leon3emu_set_limits(g.m, 0, 0);
        check_same(finish_race(&g), alone);
    }
}

/* What a debugger does, stops at breakpoints and steps of single CPUs, does not change the order of
 * turns. */
static void test_a_debugger_does_not_change_the_race(void **state)
{
    struct outcome alone = race_alone();
    struct stop_info stop;
    struct guest g;
    (void)state;
    load_racing_guest(&g);
    for (unsigned i = 0; i < SMP_CPUS; i++) {
        assert_true(exec_add_breakpoint(&g.m->exec, PROGRAM + 0x100 * i + 8));
    }
    for (unsigned i = 0; i < 500; i++) {
        leon3emu_run(g.m, 0, &stop);
        assert_int_equal(stop.kind, STOP_BREAKPOINT);
        for (unsigned k = i % 9; k > 0; k--) {
            exec_step(&g.m->exec, (stop.cpu + (i & 1)) % SMP_CPUS, false, &stop);
            assert_true(stop.kind == STOP_STEP || stop.kind == STOP_BREAKPOINT);
        }
    }
    g.m->exec.debug.breakpoint_count = 0;
    check_same(finish_race(&g), alone);
}

/* Short runs poll the host at other times, which the guest must not notice either. */
static void test_looking_at_the_host_does_not_change_the_race(void **state)
{
    struct outcome alone = race_alone();
    struct guest g;
    (void)state;
    load_racing_guest(&g);
    for (uint64_t until = 1; until < SMP_CYCLES; until += until / 2 + 1) {
        g.m->exec.poll.next = 0;
        assert_int_equal(guest_run(&g, until), STOP_CYCLES);
    }
    check_same(finish_race(&g), alone);
}

static void test_a_run_that_is_over_changes_nothing(void **state)
{
    struct guest g;
    struct counts before;
    (void)state;
    load_counting_guest(&g, 40);
    assert_int_equal(guest_run(&g, 1000), STOP_CYCLES);
    before = counts_of(&g);
    assert_int_equal(guest_run(&g, 1000), STOP_CYCLES);
    assert_int_equal(guest_run(&g, 500), STOP_CYCLES);
    check_equal(counts_of(&g), before);
    guest_free(&g);
}

static void test_two_machines_in_turn(void **state)
{
    struct counts alone[2] = {run_alone(40), run_alone(57)};
    struct guest g[2];
    (void)state;
    load_counting_guest(&g[0], 40);
    load_counting_guest(&g[1], 57);
    for (uint64_t until = 100; until <= LONG_RUN; until += 100) {
        assert_int_equal(guest_run(&g[0], until), STOP_CYCLES);
        assert_int_equal(guest_run(&g[1], until), STOP_CYCLES);
    }
    check_equal(counts_of(&g[0]), alone[0]);
    check_equal(counts_of(&g[1]), alone[1]);
    guest_free(&g[0]);
    guest_free(&g[1]);
}

/* This thread makes no assertions, because those of cmocka are for the main thread. */
static void *run_in_slices(void *context)
{
    struct guest *g = context;
    for (uint64_t until = 50; until <= LONG_RUN; until += 50) {
        guest_run(g, until);
    }
    return NULL;
}

static void test_two_machines_in_two_threads(void **state)
{
    struct counts alone[2] = {run_alone(40), run_alone(57)};
    struct guest g[2];
    pthread_t threads[2];
    (void)state;
    load_counting_guest(&g[0], 40);
    load_counting_guest(&g[1], 57);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_slices, &g[i]), 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        check_equal(counts_of(&g[i]), alone[i]);
        guest_free(&g[i]);
    }
}

/* ---- interrupting ---- */

static void *interrupt_soon(void *context)
{
    struct guest *g = context;
    const struct timespec while_it_runs = {0, 200000000}; /* also on a busy host */
    nanosleep(&while_it_runs, NULL);
    leon3emu_interrupt(g->m);
    return NULL;
}

static void run_until_interrupted(struct guest *g)
{
    struct stop_info stop;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, g), 0);
    leon3emu_run(g->m, 0, &stop);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(stop.kind, STOP_INTERRUPT);
    assert_int_equal(stop.status, LEON3EMU_INTERRUPTED);
    assert_string_not_equal(stop.text, "");
}

static void test_interrupt_from_another_thread(void **state)
{
    struct guest g;
    uint64_t before;
    (void)state;
    load_counting_guest(&g, 40);
    run_until_interrupted(&g);
    before = leon3emu_cycles(g.m);
    assert_true(before > 0);
    assert_int_equal(guest_run(&g, before + 1000), STOP_CYCLES); /* it ended one run only */
    run_until_interrupted(&g);
    guest_free(&g);
}

/* A CPU that waits for input that never comes. */
static void test_interrupt_of_a_wait(void **state)
{
    const uint32_t words[] = {
        W_SETHI(G1, 0x80000000),
        W_OR(G2, G0, 5),
        W_ST(G2, G1, 0x108),
        W_POWER_DOWN,
        W_BA(-1),
        W_NOP,
    };
    struct leon3emu_options options;
    struct guest g;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    leon3emu_options_init(&options);
    options.input_fd = ends[0];
    options.output_fd = -1;
    guest_create_with(&g, "leon3", &options);
    assert_non_null(g.m);
    GUEST_PROGRAM(&g, PROGRAM, words);
    run_until_interrupted(&g);
    assert_int_equal(leon3emu_instructions(g.m), 4);
    guest_free(&g);
    close(ends[0]);
    close(ends[1]);
}

/* ---- reasons to stop ---- */

static struct stop_info stop_of(const uint32_t *words, size_t count, uint64_t ns, uint64_t insns)
{
    struct stop_info stop;
    struct guest g;
    guest_new(&g, GUEST_BOARD GUEST_TIMER);
    guest_program(&g, PROGRAM, words, count);
    leon3emu_set_limits(g.m, ns, insns);
    leon3emu_run(g.m, 0, &stop);
    if (stop.kind == STOP_INSN_LIMIT) {
        assert_int_equal(leon3emu_instructions(g.m), insns);
    }
    if (stop.kind == STOP_TIME_LIMIT) {
        assert_in_range(leon3emu_nanoseconds(g.m), ns, ns + 1000);
    }
    guest_free(&g);
    return stop;
}

#define STOP_OF(words, ns, insns) stop_of(words, sizeof(words) / sizeof(words)[0], ns, insns)

static void test_limits(void **state)
{
    static const uint32_t loop[] = {W_BA(0), W_NOP};
    static const uint32_t sleep[] = {W_POWER_DOWN, W_BA(-1), W_NOP};
    struct stop_info stop;
    (void)state;
    stop = STOP_OF(loop, 0, 12345);
    assert_int_equal(stop.kind, STOP_INSN_LIMIT);
    assert_int_equal(stop.status, LEON3EMU_INSN_LIMIT);
    stop = STOP_OF(loop, 77777, 0);
    assert_int_equal(stop.kind, STOP_TIME_LIMIT);
    assert_int_equal(stop.status, LEON3EMU_TIME_LIMIT);
    stop = STOP_OF(sleep, 5000, 0);
    assert_int_equal(stop.kind, STOP_TIME_LIMIT);
}

static void test_nothing_can_wake_the_cpu(void **state)
{
    static const uint32_t words[] = {W_POWER_DOWN, W_BA(-1), W_NOP};
    struct stop_info stop = STOP_OF(words, 0, 0);
    (void)state;
    assert_int_equal(stop.kind, STOP_IDLE);
    assert_int_equal(stop.status, LEON3EMU_IDLE);
    assert_string_not_equal(stop.text, "");
}

static void test_ends_in_error_mode(void **state)
{
    const uint32_t off = 1u << PSR_S;
    const uint32_t trap[] = {W_OR(G1, G0, off), W_WRPSR(G1), W_NOP, W_NOP, W_NOP, 0};
    const uint32_t leave[] = {W_OR(G1, G0, off), W_WRPSR(G1),      W_OR(G1, G0, 1),
                              W_OR(G2, G0, 5),   W_OR(G3, G0, 42), W_TA(0)};
    const uint32_t fatal[] = {W_OR(G1, G0, off), W_WRPSR(G1),      W_OR(G1, G0, 1),
                              W_OR(G2, G0, 6),   W_OR(G3, G0, 42), W_TA(0)};
    struct stop_info stop = STOP_OF(trap, 0, 0);
    (void)state;
    assert_int_equal(stop.kind, STOP_ERROR_MODE);
    assert_int_equal(stop.status, LEON3EMU_ERROR_MODE);
    assert_non_null(strstr(stop.text, "illegal_instruction"));
    stop = STOP_OF(leave, 0, 0);
    assert_int_equal(stop.kind, STOP_GUEST_EXIT);
    assert_int_equal(stop.status, 42);
    stop = STOP_OF(fatal, 0, 0);
    assert_int_equal(stop.kind, STOP_GUEST_FATAL);
    assert_int_equal(stop.status, LEON3EMU_GUEST_FATAL);
    assert_non_null(strstr(stop.text, "source 6"));
}

/* ---- time ---- */

/* The CPU is powered down and a timer runs: time jumps, and the handler runs after each period. */
static void test_power_down_jumps_to_the_next_event(void **state)
{
    const uint32_t words[] = {
        W_SETHI(G1, 0x80000000),
        W_OR(G2, G0, 0x40),
        W_ST(G2, G1, 0x240),
        W_OR(G2, G0, SCALER),
        W_ST(G2, G1, 0x304),
        W_OR(G2, G0, 999),
        W_ST(G2, G1, 0x314),
        W_OR(G2, G0, 0xf),
        W_ST(G2, G1, 0x318),
        W_POWER_DOWN,
        W_BA(-1),
        W_NOP,
    };
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD GUEST_TIMER);
    GUEST_PROGRAM(&g, GUEST_RAM + 0x160, on_timer);
    GUEST_PROGRAM(&g, PROGRAM, words);
    assert_int_equal(guest_run(&g, 10000 * 1000 + 100), STOP_CYCLES);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G5), 1000);
    assert_true(leon3emu_instructions(g.m) < 1000 * 10);
    guest_free(&g);
}

static void test_breakpoints(void **state)
{
    struct guest g;
    (void)state;
    load_counting_guest(&g, 40);
    assert_true(exec_add_breakpoint(&g.m->exec, PROGRAM + 44));
    assert_int_equal(guest_run(&g, 0), STOP_BREAKPOINT);
    assert_int_equal(g.m->cpus[0].pc, PROGRAM + 44);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 1);
    assert_int_equal(guest_run(&g, 0), STOP_BREAKPOINT);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 2);
    assert_true(exec_remove_breakpoint(&g.m->exec, PROGRAM + 44));
    assert_false(exec_remove_breakpoint(&g.m->exec, PROGRAM + 44));
    assert_int_equal(guest_run(&g, LONG_RUN), STOP_CYCLES);
    check_equal(counts_of(&g), run_alone(40));
    for (uint32_t i = 0; i < EXEC_MAX_BREAKPOINTS; i++) {
        assert_true(exec_add_breakpoint(&g.m->exec, 4 * i));
    }
    assert_false(exec_add_breakpoint(&g.m->exec, 4000));
    guest_free(&g);
}

static void test_steps_add_up_to_one_run(void **state)
{
    struct stop_info stop;
    struct guest g;
    (void)state;
    load_counting_guest(&g, 40);
    while (leon3emu_cycles(g.m) < LONG_RUN) {
        exec_step(&g.m->exec, 0, false, &stop);
        assert_int_equal(stop.kind, STOP_STEP);
    }
    check_equal(counts_of(&g), run_alone(40));
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices_add_up_to_one_run),
        cmocka_unit_test(test_a_run_that_is_over_changes_nothing),
        cmocka_unit_test(test_two_machines_in_turn),
        cmocka_unit_test(test_two_machines_in_two_threads),
        cmocka_unit_test(test_interrupt_from_another_thread),
        cmocka_unit_test(test_interrupt_of_a_wait),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_nothing_can_wake_the_cpu),
        cmocka_unit_test(test_ends_in_error_mode),
        cmocka_unit_test(test_power_down_jumps_to_the_next_event),
        cmocka_unit_test(test_breakpoints),
        cmocka_unit_test(test_steps_add_up_to_one_run),
        cmocka_unit_test(test_the_quantum_decides_the_race),
        cmocka_unit_test(test_slices_do_not_change_the_race),
        cmocka_unit_test(test_limits_do_not_change_the_race),
        cmocka_unit_test(test_a_debugger_does_not_change_the_race),
        cmocka_unit_test(test_looking_at_the_host_does_not_change_the_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
