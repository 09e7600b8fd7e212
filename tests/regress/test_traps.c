// SPDX-License-Identifier: MIT
/*
 * Traps, RETT, PSR and WIM: what generated code does itself (src/sparc/trans_trap.c), what C does for it
 * (src/sparc/jit_env_trap.c), and the interpreter, against each other.
 */
#include "agree.h"

#define W_SAVE(rd, rs1, imm)    W_FORMAT3(2, 0x3c, rd, rs1, imm)
#define W_RESTORE(rd, rs1, imm) W_FORMAT3(2, 0x3d, rd, rs1, imm)
#define W_RDPSR(rd)             W_FORMAT3(2, 0x29, rd, 0, 0)
#define W_WRWIM(rs1)            W_FORMAT3(2, 0x32, 0, rs1, 0)

/* PSR, WIM, RETT and `ta` where generated code performs them, and at each of the edges where it leaves them to C: what is
 * written is %g4, the handler of `ta 2` goes back, and there is another instruction behind it. */
#define HANDLER_AT(number) ((0x80 + (number)) * 4)
#define TRAP_WORDS         (HANDLER_AT(3))

static uint32_t trap_words[TRAP_WORDS];

static const uint32_t *trap_program(void)
{
    static const uint32_t program[] = {
        W_RDPSR(G3),      W_ADD(G7, G7, 1), W_TA(2),        W_ADD(G7, G7, 1), W_WRPSR(G4),
        W_RDPSR(O0),      W_ADD(G7, G7, 1), W_SUBCC(G7, 3), W_WRWIM(G5),      W_SAVE(G6, 0, 5),
        W_ADD(G7, G7, 1), W_BA(0),          W_NOP};
    static const uint32_t handler[] = {W_RDPSR(16), W_JMP(18, 0), W_RETT(18, 4), W_NOP};

    for (unsigned i = 0; i < TRAP_WORDS; i++) {
        trap_words[i] = W_BA(0); /* any other trap */
    }
    memcpy(trap_words, program, sizeof program);
    memcpy(trap_words + HANDLER_AT(2), handler, sizeof handler);
    return trap_words;
}

static uint32_t psr_with(const struct cpu *cpu, uint32_t others)
{
    return ((cpu_psr(cpu) | 1u << PSR_ET) & ~0x1fu) ^ others;
}

static void in_window_4(struct cpu *cpu)
{
    cpu_set_cwp(cpu, 4);
    cpu->wim = 1u << 2;
    cpu->tba = CODE;
    cpu->et = true;
    cpu->irl = 0;
    cpu_set_reg(cpu, G4, psr_with(cpu, 4));
    cpu_set_reg(cpu, G5, 1u << 3);
}

static void writes_fields(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu->pil = 3;
    cpu_set_reg(cpu, G4, psr_with(cpu, 4 | 5u << PSR_PIL | 9u << PSR_ICC | 1u << PSR_PS));
    cpu_set_reg(cpu, G5, 0xff000018);
}

static void writes_icc(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu_set_reg(cpu, G4, psr_with(cpu, 4 | 2u << PSR_ICC));
}

static void changes_window(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu_set_reg(cpu, G4, psr_with(cpu, 7));
}

static void no_such_window(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu_set_reg(cpu, G4, psr_with(cpu, 9));
}

static void becomes_user(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu_set_reg(cpu, G4, psr_with(cpu, 4 | 1u << PSR_S));
}

static void loses_fpu(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu_set_reg(cpu, G4, psr_with(cpu, 4 | 1u << PSR_EF));
}

static void is_user(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu_set_supervisor(cpu, false);
}

static void traps_are_off(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu->et = false;
}

static void single_vector(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu->asr17_rw = ASR17_SVT;
}

static void interrupt_is_masked(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu->pil = 9;
    cpu->irl = 8;
    cpu_set_reg(cpu, G4, psr_with(cpu, 4 | 9u << PSR_PIL));
}

/* WRPSR lets an interrupt in. */
static void interrupt_comes(struct cpu *cpu)
{
    interrupt_is_masked(cpu);
    cpu_set_reg(cpu, G4, psr_with(cpu, 4 | 1u << PSR_PIL));
}

/* RETT lets it in. */
static void interrupt_after_rett(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu->et = false;
    cpu->pil = 3;
    cpu->irl = 8;
    cpu_set_reg(cpu, L1, CODE + 12);
    cpu_set_reg(cpu, L2, CODE + 16);
    cpu->pc = CODE + 4 * HANDLER_AT(2);
    cpu->npc = cpu->pc + 4;
}

static void goes_to_user(struct cpu *cpu)
{
    interrupt_after_rett(cpu);
    cpu->irl = 0;
    cpu->ps = false;
}

static void misaligned_return(struct cpu *cpu)
{
    interrupt_after_rett(cpu);
    cpu->irl = 0;
    cpu_set_reg(cpu, L2, CODE + 18);
}

static void handler_is_invalid(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu->wim = 1u << 3;
}

static void return_is_invalid(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu->wim = 1u << 4;
}

static void at_the_seam(struct cpu *cpu)
{
    in_window_4(cpu);
    cpu_set_cwp(cpu, 0);
    cpu_set_reg(cpu, G4, psr_with(cpu, 0));
}

static void test_traps_and_psr(void **state)
{
    static void (*const ways[])(struct cpu * cpu) = {in_window_4,
                                                     writes_fields,
                                                     writes_icc,
                                                     changes_window,
                                                     no_such_window,
                                                     becomes_user,
                                                     loses_fpu,
                                                     is_user,
                                                     traps_are_off,
                                                     single_vector,
                                                     interrupt_is_masked,
                                                     handler_is_invalid,
                                                     return_is_invalid,
                                                     interrupt_comes,
                                                     interrupt_after_rett,
                                                     goes_to_user,
                                                     misaligned_return,
                                                     at_the_seam};
    (void)state;
    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        agree(&(const struct test_case){trap_program(), TRAP_WORDS, ways[i], NULL}, 40);
    }
}

/* Flags that are still the host's, in the block that reads them as icc or writes them as icc. */
static void test_psr_and_flags(void **state)
{
    static const uint32_t words[] = {
        W_SUBCC(G3, 9),   W_RDPSR(O0),      W_WRPSR(G4),       W_BRANCH(1, 3),  W_ADD(G7, G7, 1),
        W_ADD(G7, G7, 2), W_SUBCC(G3, 20),  W_WRPSR(O0),       W_RDPSR(O0 + 1), W_BRANCH(15, 3),
        W_ADD(G7, G7, 4), W_ADD(G7, G7, 8), W_ADD(G3, G3, 11), W_BA(-13),       W_NOP};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        static void (*const ways[])(struct cpu * cpu) = {in_window_4, writes_fields, writes_icc};
        agree(&(const struct test_case){words, sizeof words / sizeof words[0], ways[i], NULL}, 50);
    }
}

/* Window traps from each window, with the ring at several places, and each other window invalid, or two: SAVE and
 * RESTORE meet the handlers of a program that saves and restores its windows. */
static unsigned trap_window, trap_first_wim, trap_wim, trap_turns;

static void near_invalid(struct cpu *cpu)
{
    in_window_4(cpu);
    for (unsigned i = 0; i < trap_turns; i++) {
        cpu_set_cwp(cpu, (trap_window + i) % 8);
    }
    for (unsigned window = 0; window < 8; window++) {
        cpu_set_cwp(cpu, window);
        cpu_set_reg(cpu, L0, 0x100 + window);
        cpu_set_reg(cpu, O0, 0x200 + window);
    }
    cpu_set_cwp(cpu, trap_window);
    cpu->wim = trap_first_wim;
    cpu_set_reg(cpu, G4, trap_wim);
}

static void put_handler(unsigned tt, unsigned at, const uint32_t *words, size_t count)
{
    trap_words[4 * tt] = W_BA(at - 4 * tt);
    trap_words[4 * tt + 1] = W_NOP;
    memcpy(trap_words + at, words, count * sizeof *words);
}

static void agree_everywhere(void (*prepare)(struct cpu *cpu), unsigned end)
{
    static const int second[] = {0, 1, 3, 7};

    for (unsigned i = 0; i < 8 * 8 * 4; i++) {
        trap_window = i % 8;
        trap_turns = 11 * ((i + i / 8) % 2);
        trap_first_wim = 1u << i / 8 % 8; /* of two windows one was invalid before */
        trap_wim = trap_first_wim | 1u << (i / 8 + second[i / 64 % 4]) % 8;
        agree_at(&(const struct test_case){trap_words, TRAP_WORDS, prepare, NULL}, end);
    }
}

/* Round after round: only the first time a handler is reached by way of the dispatcher, which finds the limits anew. */
static const uint32_t windows_program[] = {W_WRWIM(G4),        W_SAVE(0, 0, 0),    W_ADD(G7, G7, 1),
                                           W_RESTORE(0, 0, 0), W_RESTORE(0, 0, 0), W_SAVE(0, 0, 0),
                                           W_ADD(G7, G7, 1),   W_BA(-7),           W_NOP};

static void test_window_traps(void **state)
{
    static const uint32_t overflow[] = {W_SAVE(0, 0, 0),    W_WRWIM(0),   W_ADD(G3, L0, 0),
                                        W_RESTORE(0, 0, 0), W_JMP(L1, 0), W_RETT(L2, 0)};
    static const uint32_t underflow[] = {W_WRWIM(0),       W_RESTORE(0, 0, 0), W_RESTORE(0, 0, 0),
                                         W_ADD(L0, G3, 1), W_SAVE(0, 0, 0),    W_SAVE(0, 0, 0),
                                         W_JMP(L1, 0),     W_RETT(L2, 0)};
    (void)state;
    trap_program();
    memcpy(trap_words, windows_program, sizeof windows_program);
    put_handler(TT_WINDOW_OVERFLOW, 0x100, overflow, sizeof overflow / 4);
    put_handler(TT_WINDOW_UNDERFLOW, 0x110, underflow, sizeof underflow / 4);
    agree_everywhere(near_invalid, 105);
}

/* Up and down through all windows: each SAVE and RESTORE at the ring's end turns it. */
static void test_round_the_ring(void **state)
{
    enum { MOVES = 9 };
    (void)state;
    trap_program();
    for (unsigned i = 0; i < MOVES; i++) {
        trap_words[2 * i] = W_RESTORE(0, 0, 0);
        trap_words[2 * i + 1] = W_ADD(L0, O0, 3);
        trap_words[2 * (MOVES + i)] = W_SAVE(0, 0, 0);
        trap_words[2 * (MOVES + i) + 1] = W_ADD(L1, O0, 5);
    }
    trap_words[4 * MOVES] = W_BA(-4 * MOVES + 2);
    trap_words[4 * MOVES + 1] = W_SAVE(0, 0, 0);
    for (trap_turns = 0; trap_turns < 12; trap_turns++) {
        trap_window = trap_turns % 3;
        trap_first_wim = trap_wim = 0;
        agree_at(&(const struct test_case){trap_words, TRAP_WORDS, near_invalid, NULL}, 200);
    }
}

/* As if from a jump of %g5's, both handlers are executed while no window is invalid. */
static void handlers_first(struct cpu *cpu)
{
    near_invalid(cpu);
    cpu->wim = 0;
    cpu_set_reg(cpu, G5, CODE + 16 * TT_WINDOW_UNDERFLOW);
    cpu_set_reg(cpu, G6, CODE + 16 * TT_WINDOW_OVERFLOW);
    cpu->pc = CODE + 4 * 0x120;
    cpu->npc = cpu->pc + 4;
}

/* Handlers that meet the invalid window: error mode.  (%g5 and %g6 lead to the handlers, then to the program.) */
static void test_traps_in_window_traps(void **state)
{
    static const uint32_t first[] = {W_JMP(G6, 0), W_NOP};
    static const uint32_t overflow[] = {W_SAVE(0, 0, 0), W_RESTORE(0, 0, 0), W_JMP(G5, 0), W_NOP};
    static const uint32_t underflow[] = {W_SAVE(0, 0, 0),    W_RESTORE(0, 0, 0), W_RESTORE(0, 0, 0),
                                         W_RESTORE(0, 0, 0), W_BA(-0x114),       W_NOP};
    (void)state;
    trap_program();
    memcpy(trap_words, windows_program, sizeof windows_program);
    memcpy(trap_words + 0x120, first, sizeof first);
    put_handler(TT_WINDOW_OVERFLOW, 0x100, overflow, sizeof overflow / 4);
    put_handler(TT_WINDOW_UNDERFLOW, 0x110, underflow, sizeof underflow / 4);
    agree_everywhere(handlers_first, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traps_and_psr),  cmocka_unit_test(test_psr_and_flags),
        cmocka_unit_test(test_window_traps),   cmocka_unit_test(test_traps_in_window_traps),
        cmocka_unit_test(test_round_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
