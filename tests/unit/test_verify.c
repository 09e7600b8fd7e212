// SPDX-License-Identifier: MIT
/*
 * --verify-jit must notice each difference.  The interpreter executes blocks in the place of
 * generated code, and each test makes one thing wrong on purpose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec/verify.h"
#include "guest.h"
#include "sparc/interp.h"
#include "sparc/translate.h"

#define CODE        (GUEST_RAM + 0x2000)
#define DATA        (GUEST_RAM + 0x8000)
#define IRQ_MASK    (GUEST_IRQ + 0x40)
#define UART_STATUS (GUEST_UART + 4)

struct bench {
    struct guest g;
    struct verify verify;
    struct ir_block ir;
    struct translated translated;
    struct guest_block block;
    struct cpu_arch before;
};

static bool fetch(void *context, uint32_t pc, uint32_t *word)
{
    *word = guest_peek(context, pc);
    return pc < CODE + 0x1000;
}

static void bench_init(struct bench *b, const uint32_t *words, size_t count)
{
    const struct ir_guest guest = jit_env_guest(8, CPU_FPU_IEEE, 1);
    struct translate_request request = {.guest = &guest,
                                        .pc = CODE,
                                        .max_insns = TRANSLATE_MAX_INSNS,
                                        .fetch = fetch,
                                        .context = &b->g};
    struct cpu *cpu;

    guest_new(&b->g, GUEST_BOARD);
    cpu = guest_cpu(&b->g);
    guest_program(&b->g, CODE, words, count);
    verify_init(&b->verify, &b->g.m->bus);
    cpu->limit = 1000000;
    cpu_set_reg(cpu, G1, DATA);
    cpu_set_reg(cpu, G2, IRQ_MASK);
    cpu_set_reg(cpu, G3, UART_STATUS);
    cpu_set_reg(cpu, G4, 0x12345678);
    guest_poke(&b->g, DATA, 0xaabbccdd);
    request.cpu = cpu;
    request.mode = jit_env_mode(cpu);
    assert_true(translate(&request, &b->ir, &b->translated));
    b->block = (struct guest_block){
        .mode = request.mode,
        .insn_count = (uint16_t)b->ir.insn_count,
        .main_count = (uint16_t)b->translated.main_count,
        .charge = b->ir.charge,
        .insns = b->translated.insns,
    };
    b->before = cpu->arch;
}

static void bench_fini(struct bench *b)
{
    verify_fini(&b->verify);
    guest_free(&b->g);
}

#define BENCH(b, words)                                                                            \
    struct bench b;                                                                                \
    bench_init(&b, words, sizeof(words) / sizeof(words)[0])

/* The first half of a comparison: the interpreter executes the block.  The CPU's state must then be
 * what it was before. */
static void interpret(struct bench *b)
{
    const bool moved = false;
    char text[200];

    assert_true(verify_interpret(&b->verify, guest_cpu(&b->g), &b->block, &moved));
    if (cpu_state_changed(guest_cpu(&b->g), &b->before, CPU_STATE, text, sizeof text)) {
        fail_msg("after the interpreter: %s", text);
    }
}

static void step(struct bench *b, unsigned count)
{
    while (count-- > 0) {
        interp_step(guest_cpu(&b->g));
    }
}

static void expect_wrong(struct bench *b, const char *start)
{
    assert_false(verify_compare(&b->verify));
    if (strncmp(b->verify.wrong, start, strlen(start)) != 0) {
        fail_msg("not \"%s...\", but \"%s\"", start, b->verify.wrong);
    }
}

/* A store to memory, a store to a device's register, a load from another one, a load of what was
 * stored, and a branch that leaves the main section. */
static const uint32_t program[] = {
    W_ST(G4, G1, 0),              /* DATA                                */
    W_ST(G4, G2, 0),              /* the interrupt mask                  */
    W_LD(G5, G3, 0),              /* the status of the UART              */
    W_LD(G6, G1, 0),              /* what was stored                     */
    W_SUBCC(G6, 1),   W_BNE(100), /* taken: out of the main section      */
    W_ADD(G7, G7, 1),             /* its delay instruction               */
    W_JMP(G1, 0),     W_NOP,
};
#define PATH 7 /* instructions that are executed */

static void test_same(void **state)
{
    BENCH(b, program);
    (void)state;
    interpret(&b);
    assert_int_equal(b.verify.expected.insns - b.before.insns, PATH);
    assert_int_equal(b.verify.expected.pc, CODE + 4 * 105);
    assert_int_equal(guest_peek(&b.g, DATA), 0xaabbccdd);
    step(&b, PATH);
    assert_true(verify_compare(&b.verify));
    assert_int_equal(b.verify.blocks, 1);
    assert_int_equal(guest_peek(&b.g, DATA), 0x12345678);
    bench_fini(&b);
}

/* Devices are called once, while the interpreter executes; the second time the log answers. */
static void test_devices_once(void **state)
{
    BENCH(b, program);
    uint64_t calls = b.g.m->bus.calls;
    (void)state;
    interpret(&b);
    assert_int_equal(b.g.m->bus.calls, calls + 2);
    step(&b, PATH);
    assert_true(verify_compare(&b.verify));
    assert_int_equal(b.g.m->bus.calls, calls + 2);
    assert_int_equal(guest_peek(&b.g, IRQ_MASK), 0x12345678 & 0xfffe);
    bench_fini(&b);
}

/* If generated code leaves the block early, verify_compare() executes the rest of the path. */
static void test_left_early(void **state)
{
    BENCH(b, program);
    (void)state;
    interpret(&b);
    step(&b, 3);
    assert_true(verify_compare(&b.verify));
    assert_int_equal(b.verify.finished, PATH - 3);
    bench_fini(&b);
}

static void test_register(void **state)
{
    BENCH(b, program);
    (void)state;
    interpret(&b);
    step(&b, PATH);
    cpu_set_reg(guest_cpu(&b.g), G7, 2);
    expect_wrong(&b, "%g7: 0x00000002, expected is 0x00000001");
    bench_fini(&b);
}

static void test_hidden_state(void **state)
{
    BENCH(b, program);
    struct cpu *cpu = guest_cpu(&b.g);
    (void)state;
    interpret(&b);
    step(&b, PATH);
    cpu->last_fpop = INSN_FADDS; /* 1 + tiny: inexact, once that is computed */
    cpu->last_fpop_a = 0x3f800000;
    cpu->last_fpop_b = 1;
    expect_wrong(&b, "fsr: 0x00040021");
    assert_int_equal(cpu->last_fpop, INSN_FADDS); /* comparing has changed nothing */
    bench_fini(&b);
}

static void test_windows(void **state)
{
    BENCH(b, program);
    struct cpu *cpu = guest_cpu(&b.g);
    (void)state;
    interpret(&b);
    step(&b, PATH);
    cpu_set_window_reg(cpu, 5, 16 + 3, ~cpu_window_reg(cpu, 5, 16 + 3));
    expect_wrong(&b, "%l3 of window 5");
    bench_fini(&b);
}

static void test_cycles(void **state)
{
    BENCH(b, program);
    (void)state;
    interpret(&b);
    step(&b, PATH);
    guest_cpu(&b.g)->cycles++;
    expect_wrong(&b, "cycles");
    bench_fini(&b);
}

static void test_store_missing(void **state)
{
    BENCH(b, program);
    struct cpu *cpu = guest_cpu(&b.g);
    uint8_t *host;
    (void)state;
    interpret(&b);
    step(&b, PATH);
    host = addrspace_memory(&b.g.m->space, DATA, 4);
    assert_non_null(host);
    host[3] ^= 0x80;
    expect_wrong(&b, "memory: store 0, byte 3: 0xf8, expected is 0x78");
    assert_int_equal(cpu->pc, b.verify.expected.pc);
    bench_fini(&b);
}

/* The value that the log replays for a load is made wrong. */
static void test_device_value(void **state)
{
    BENCH(b, program);
    (void)state;
    interpret(&b);
    for (unsigned i = 0; i < b.verify.log.count; i++) {
        if (!b.verify.log.entries[i].is_memory && !b.verify.log.entries[i].write) {
            b.verify.log.entries[i].value ^= 0x100;
        }
    }
    step(&b, PATH);
    expect_wrong(&b, "%g5: ");
    bench_fini(&b);
}

static void test_device_store(void **state)
{
    BENCH(b, program);
    (void)state;
    interpret(&b);
    step(&b, 1);
    cpu_set_reg(guest_cpu(&b.g), G4, 0x12345679);
    step(&b, PATH - 1);
    cpu_set_reg(guest_cpu(&b.g), G4, 0x12345678);
    expect_wrong(&b, "device access: a 4-byte store of 0x80000240, value 0x12345679, expected is a "
                     "4-byte store of 0x80000240, value 0x12345678");
    bench_fini(&b);
}

static void test_device_not_asked(void **state)
{
    BENCH(b, program);
    struct cpu *cpu = guest_cpu(&b.g);
    (void)state;
    interpret(&b);
    step(&b, 1);
    cpu->pc += 4; /* the mask is not written */
    cpu->npc += 4;
    cpu->cycles++;
    cpu->insns++;
    step(&b, 1);
    cpu->pc = CODE + 12;
    cpu->npc = CODE + 16;
    step(&b, PATH - 3);
    expect_wrong(&b, "device access: ");
    bench_fini(&b);
}

/* ---- what is not compared ---- */

static void test_moved(void **state)
{
    BENCH(b, program);
    const bool moved = true;
    (void)state;
    assert_false(verify_interpret(&b.verify, guest_cpu(&b.g), &b.block, &moved));
    assert_int_equal(b.verify.unverified[VERIFY_MOVED], 1);
    assert_int_equal(guest_peek(&b.g, DATA), 0x12345678); /* the interpreter's store stands */
    assert_int_equal(guest_cpu(&b.g)->insns, PATH);
    bench_fini(&b);
}

/* ---- the path ---- */

/* A trap ends the path, even if the handler is the instruction that would come next. */
static void test_trap_to_next(void **state)
{
    static const uint32_t words[] = {W_ADD(G7, G7, 1), W_LD(G6, G1, 2), W_ADD(G7, G7, 1),
                                     W_JMP(G1, 0), W_NOP};
    BENCH(b, words);
    struct cpu *cpu = guest_cpu(&b.g);
    (void)state;
    cpu->tba = CODE - 0x1000;
    b.before = cpu->arch;
    interpret(&b);
    assert_int_equal(b.verify.expected.insns - b.before.insns, 2);
    assert_int_equal(b.verify.expected.tba | b.verify.expected.tt << 4, CODE - 0x1000 + 0x70);
    step(&b, 2);
    assert_true(verify_compare(&b.verify));
    bench_fini(&b);
}

/* The page of an atomic may have no TLB entry yet: its store is undone all the same. */
static void test_atomic(void **state)
{
    static const uint32_t words[] = {W_FORMAT3(3, 0x0d, G5, G1, 0), W_JMP(G1, 0), W_NOP};
    BENCH(b, words);
    (void)state;
    tlb_flush(&guest_cpu(&b.g)->tlb);
    interpret(&b);
    assert_int_equal(guest_peek(&b.g, DATA), 0xaabbccdd);
    step(&b, 3);
    assert_true(verify_compare(&b.verify));
    assert_int_equal(guest_peek(&b.g, DATA), 0xffbbccdd);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_devices_once),
        cmocka_unit_test(test_left_early),
        cmocka_unit_test(test_register),
        cmocka_unit_test(test_hidden_state),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_store_missing),
        cmocka_unit_test(test_device_value),
        cmocka_unit_test(test_device_store),
        cmocka_unit_test(test_device_not_asked),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_trap_to_next),
        cmocka_unit_test(test_atomic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
