// SPDX-License-Identifier: MIT
/*
 * What executors did not agree upon once: a few words each, executed by the interpreter, as host code and as
 * IR; all state must be the same, at the same cycle.
 */
#include "agree.h"

#define SLOW 0xa0000000u /* a device with wait cycles */

#define W_REGS(op, op3, rd, rs1, rs2)                                                              \
    ((uint32_t)(op) << 30 | (uint32_t)(rd) << 25 | (uint32_t)(op3) << 19 | (uint32_t)(rs1) << 14 | \
     (uint32_t)(rs2))
#define W_SAVE(rd, rs1, imm)    W_FORMAT3(2, 0x3c, rd, rs1, imm)
#define W_RESTORE(rd, rs1, imm) W_FORMAT3(2, 0x3d, rd, rs1, imm)
#define W_UMULCC(rd, rs1, imm)  W_FORMAT3(2, 0x1a, rd, rs1, imm)
#define W_UDIV(rd, rs1, imm)    W_FORMAT3(2, 0x0e, rd, rs1, imm)
#define W_SWAP(rd, rs1, imm)    W_FORMAT3(3, 0x0f, rd, rs1, imm)
#define W_STFSR(rs1, imm)       W_FORMAT3(3, 0x25, 0, rs1, imm)
#define W_FADDS(d, a, b)        W_REGS(2, 0x34, d, a, 0x041 << 5 | (b))
#define W_FMULS(d, a, b)        W_REGS(2, 0x34, d, a, 0x049 << 5 | (b))
#define W_BGE(disp)             W_BRANCH(11, disp)
#define W_AND(rd, rs1, imm)     W_FORMAT3(2, 0x01, rd, rs1, imm)
#define ANNUL                   (1u << 29)
#define W_FB(cond, disp)        ((uint32_t)(cond) << 25 | UINT32_C(6) << 22 | ((uint32_t)(disp)&0x3fffff))
#define W_LDF(f, rs1, imm)      W_FORMAT3(3, 0x20, f, rs1, imm)
#define W_LDDF(f, rs1, imm)     W_FORMAT3(3, 0x23, f, rs1, imm)
#define W_STF(f, rs1, imm)      W_FORMAT3(3, 0x24, f, rs1, imm)
#define W_STDF(f, rs1, imm)     W_FORMAT3(3, 0x27, f, rs1, imm)
#define W_FADDD(d, a, b)        W_REGS(2, 0x34, d, a, 0x042 << 5 | (b))
#define W_FMULD(d, a, b)        W_REGS(2, 0x34, d, a, 0x04a << 5 | (b))
#define W_FDIVD(d, a, b)        W_REGS(2, 0x34, d, a, 0x04e << 5 | (b))
#define W_FDTOS(d, b)           W_REGS(2, 0x34, d, 0, 0x0c6 << 5 | (b))
#define W_FCMPD(a, b)           W_REGS(2, 0x35, 0, a, 0x052 << 5 | (b))
#define W_FMOVS(d, b)           W_REGS(2, 0x34, d, 0, 0x001 << 5 | (b))
#define W_FNEGS(d, b)           W_REGS(2, 0x34, d, 0, 0x005 << 5 | (b))
#define W_FABSS(d, b)           W_REGS(2, 0x34, d, 0, 0x009 << 5 | (b))

/* ---- a slow device, which also asks for an event in the middle of a block ---- */

struct slow {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    uint32_t events;
};

static void slow_event(void *instance, uint32_t argument)
{
    (void)argument;
    ((struct slow *)instance)->events++;
}

static void *slow_create(struct l3_host *host, const struct l3_services *services)
{
    struct slow *slow = calloc(1, sizeof *slow);
    slow->host = host;
    slow->services = services;
    slow->event = services->event_create(host, "event", slow_event, 0);
    return slow;
}

static int32_t slow_read(void *instance, struct l3_request *request)
{
    struct slow *slow = instance;
    request->value = slow->events;
    request->wait_cycles = (uint32_t)request->offset;
    return L3_OK;
}

/* An event, so many cycles from now. */
static int32_t slow_write(void *instance, struct l3_request *request)
{
    struct slow *slow = instance;
    uint64_t now = slow->services->cycles(slow->host);
    slow->services->event_arm(slow->host, slow->event, now + request->value);
    return L3_OK;
}

static const struct l3_region slow_regions[] = {
    {.struct_size = sizeof(struct l3_region),
     .kind = L3_REGION_AHB,
     .name = "registers",
     .size = 0x1000,
     .valid_sizes = L3_SIZE_ALL,
     .native_sizes = L3_SIZE_4},
};

static const struct library slow_library = {.class = {.struct_size = sizeof(struct l3_device_class),
                                                      .abi_version = L3_ABI_VERSION,
                                                      .name = "slow",
                                                      .regions = slow_regions,
                                                      .region_count = 1,
                                                      .create = slow_create,
                                                      .destroy = free,
                                                      .read = slow_read,
                                                      .write = slow_write}};

static void add_slow(struct guest *g)
{
    guest_add_device(g, &slow_library, "slow0", "name=slow0,base=0xa0000000");
    cpu_set_reg(guest_cpu(g), G2, SLOW);
}

#define CASE(words, prepare)                                                                       \
    &(const struct test_case)                                                                      \
    {                                                                                              \
        words, sizeof(words) / sizeof(words)[0], prepare, add_slow                                 \
    }
#define AGREE(words, prepare, cycles) agree(CASE(words, prepare), cycles)

/* ---- windows ---- */

static void invalid_window(struct cpu *cpu)
{
    cpu_set_cwp(cpu, 4);
    cpu->wim = 1u << 4;
}

/* The current window may be invalid itself: there is no way back to it. */
static void test_back_to_invalid_window(void **state)
{
    static const uint32_t save[] = {W_RESTORE(0, 0, 0), W_SAVE(0, 0, 0), W_ADD(G7, G7, 1), W_BA(0),
                                    W_NOP};
    static const uint32_t restore[] = {W_SAVE(0, 0, 0), W_RESTORE(0, 0, 0), W_ADD(G7, G7, 1),
                                       W_BA(0), W_NOP};
    (void)state;
    AGREE(save, invalid_window, 6);
    AGREE(restore, invalid_window, 6);
}

static void last_window(struct cpu *cpu)
{
    cpu_set_cwp(cpu, 7); /* SAVE is not simple there */
    cpu->wim = 1u << 2;
    cpu_set_reg(cpu, O0, 3);
    cpu_set_reg(cpu, G7, 100);
}

/* SAVE's slow path writes rd, where a value of the block had its place. */
static void test_save_to_global(void **state)
{
    static const uint32_t words[] = {
        W_UMULCC(G7, O0, -2),
        W_UDIV(O0 + 1, O0, 7), /* leaves nothing in registers */
        W_SAVE(G7, G1, 0),
        W_BGE(3),
        W_ADD(G6, G6, 1),
        W_ADD(G6, G6, 8),
        W_BA(0),
        W_NOP,
    };
    static const uint32_t restored[] = {W_ADD(G7, G7, 5),
                                        W_SAVE(G7, G7, 3),
                                        W_ADD(G6, G7, 1),
                                        W_RESTORE(G7, G7, 9),
                                        W_ADD(G5, G7, 0),
                                        W_BA(0),
                                        W_NOP};
    (void)state;
    AGREE(words, last_window, 9);
    AGREE(restored, last_window, 8);
}

/* ---- floating point ---- */

static void tiny_numbers(struct cpu *cpu)
{
    cpu->f[CPU_F(0)] = 0x00800000; /* the least normal number */
    cpu->f[CPU_F(1)] = 0x3f000000; /* a half */
    cpu->f[CPU_F(2)] = 0x7f7fffff; /* the greatest */
    cpu->f[CPU_F(3)] = 0x3f800000;
    cpu->f[CPU_F(4)] = 0x30000000;
}

/* An FPop that the interpreter has to do takes what sticks in the host; what sticks later counts, too. */
static void test_exceptions_after_special(void **state)
{
    static const uint32_t words[] = {W_FMULS(8, 0, 1), W_FADDS(9, 2, 2), W_FADDS(10, 3, 3),
                                     W_STFSR(G1, 0),   W_BA(0),          W_NOP};
    static const uint32_t inexact[] = {W_FMULS(8, 0, 1), W_FADDS(9, 3, 4), W_FADDS(10, 3, 3),
                                       W_STFSR(G1, 0),   W_BA(0),          W_NOP};
    (void)state;
    AGREE(words, tiny_numbers, 6);
    AGREE(inexact, tiny_numbers, 6);
}

static void put_double(struct cpu *cpu, unsigned f, uint64_t bits)
{
    cpu->f[CPU_F(f)] = (uint32_t)(bits >> 32);
    cpu->f[CPU_F(f + 1)] = (uint32_t)bits;
}

/* The exponents of numbers near the ends of the range, and just inside of them. */
static void extreme_numbers(struct cpu *cpu)
{
    put_double(cpu, 0, 0x3ff0000000000000); /* 1 */
    put_double(cpu, 2, 0x0010000000000000); /* the least normal number */
    put_double(cpu, 4, 0x0010000000000001);
    put_double(cpu, 6, 0x7fe0000000000000);  /* half of what is infinite */
    put_double(cpu, 8, 0x7fefffffffffffff);  /* the greatest */
    put_double(cpu, 10, 0x3fefffffffffffff); /* the next to 1 */
    put_double(cpu, 12, 0x8000000000000000); /* -0 */
    put_double(cpu, 14, 0x7ff0000000000000); /* infinity */
    cpu_set_reg(cpu, G2, DATA + 8);
}

/* Products and quotients whose exponents are the least and the greatest; the last rounds up to the least normal number,
 * which underflows. */
static void test_extreme_results(void **state)
{
    static const uint32_t words[] = {W_FMULD(16, 4, 0),
                                     W_STFSR(G1, 0),
                                     W_FMULD(18, 8, 0),
                                     W_STFSR(G1, 4),
                                     W_FMULD(20, 12, 8),
                                     W_STFSR(G1, 8),
                                     W_FMULD(22, 6, 6),
                                     W_STFSR(G1, 12),
                                     W_FDIVD(24, 0, 12),
                                     W_STFSR(G1, 16),
                                     W_FMULD(26, 14, 12),
                                     W_STFSR(G1, 20),
                                     W_FDTOS(28, 8),
                                     W_STFSR(G1, 24),
                                     W_FMULD(30, 2, 10),
                                     W_STFSR(G1, 28),
                                     W_BA(0),
                                     W_NOP};
    (void)state;
    AGREE(words, extreme_numbers, 18);
}

/* cexc is that of the last FPop, whether the interpreter performed the one before it or the one after it. */
static void test_last_of_many(void **state)
{
    static const uint32_t words[] = {W_FADDD(16, 0, 8),
                                     W_FMULD(18, 2, 10),
                                     W_FADDD(20, 0, 0),
                                     W_ADD(G7, G7, 1),
                                     W_FMULD(22, 0, 10),
                                     W_FMULD(24, 2, 2),
                                     W_STFSR(G1, 0),
                                     W_FDIVD(26, 0, 8),
                                     W_FADDD(28, 14, 0),
                                     W_FMULD(30, 14, 12),
                                     W_FADDD(30, 0, 8),
                                     W_STFSR(G1, 4),
                                     W_BA(0),
                                     W_NOP};
    (void)state;
    AGREE(words, extreme_numbers, 14);
}

/* Doubles are moved by halves, in either order; other pairs of such instructions are none. */
static void test_moved_doubles(void **state)
{
    static const uint32_t words[] = {W_FADDD(16, 0, 8),
                                     W_FMOVS(18, 16),
                                     W_FMOVS(19, 17), /* a copy */
                                     W_FADDD(20, 18, 0),
                                     W_FMOVS(23, 21),
                                     W_FNEGS(22, 20), /* negated, low word first */
                                     W_FABSS(24, 22),
                                     W_FMOVS(25, 23),
                                     W_FADDD(26, 24, 22),
                                     W_FNEGS(26, 26),
                                     W_FADDD(28, 26, 0),
                                     W_FABSS(28, 28), /* in place */
                                     W_STDF(28, G1, 0),
                                     W_FNEGS(29, 29),
                                     W_STDF(28, G1, 8),
                                     W_FMOVS(30, 17),
                                     W_FMOVS(31, 16), /* exchanged */
                                     W_FMOVS(0, 3),
                                     W_FMOVS(1, 2),
                                     W_FNEGS(1, 1),
                                     W_FNEGS(0, 0), /* each word has a sign */
                                     W_STDF(30, G1, 16),
                                     W_FMOVS(2, 4),
                                     W_FNEGS(3, 5),
                                     W_STDF(2, G1, 24),
                                     W_STDF(0, G1, 32),
                                     W_BA(0),
                                     W_NOP};
    static const uint32_t singles[] = {W_FADDS(16, 0, 2), W_FNEGS(17, 16),
                                       W_FABSS(18, 17),   W_FMULS(19, 18, 17),
                                       W_FMOVS(16, 19),   W_FNEGS(16, 16),
                                       W_STDF(16, G1, 0), W_STDF(18, G1, 8),
                                       W_BA(0),           W_NOP};
    (void)state;
    AGREE(words, extreme_numbers, 28);
    AGREE(singles, extreme_numbers, 10);
}

static void numbers_in_memory(struct cpu *cpu)
{
    extreme_numbers(cpu);
    cpu_set_reg(cpu, G2, SLOW);
    cpu_set_reg(cpu, G3, CODE);
}

/* Doubles and singles to and from a device, a misaligned address, and the block's own code. */
static void test_numbers_in_memory(void **state)
{
    static const uint32_t words[] = {W_STDF(8, G1, 0),
                                     W_LDDF(16, G1, 0),
                                     W_FADDD(18, 16, 0),
                                     W_STF(18, G1, 12),
                                     W_LDF(20, G1, 12),
                                     W_LDF(21, G2, 8),
                                     W_LDDF(22, G2, 8),
                                     W_FADDD(22, 16, 0),
                                     W_STDF(22, G2, 0),
                                     W_STF(22, G2, 4),
                                     W_LDDF(24, G1, 4),
                                     W_BA(0),
                                     W_NOP};
    static const uint32_t modify[] = {W_LDDF(16, G3, 24),
                                      W_FADDD(18, 0, 0),
                                      W_STDF(16, G3, 16),
                                      W_STF(19, G1, 0),
                                      W_ADD(G7, G7, 1),
                                      W_NOP,
                                      W_ADD(G7, G7, 8),
                                      W_ADD(G6, G7, 8),
                                      W_BA(0),
                                      W_NOP};
    (void)state;
    AGREE(words, numbers_in_memory, 13);
    AGREE(modify, numbers_in_memory, 10);
}

#define COMPARES 16

static void equal_numbers(struct cpu *cpu)
{
    put_double(cpu, 2, 0x4000000000000000);
    put_double(cpu, 4, 0x4000000000000000);
}

static void less_numbers(struct cpu *cpu)
{
    put_double(cpu, 4, 0x4000000000000000);
}

static void greater_numbers(struct cpu *cpu)
{
    put_double(cpu, 2, 0x4000000000000000);
}

static void no_number(struct cpu *cpu)
{
    put_double(cpu, 2, 0x7ff8000000000000);
}

/* Each condition of FBfcc, behind a compare in its block, and in a block of its own. */
static void test_fp_branches(void **state)
{
    static void (*const relations[])(struct cpu * cpu) = {equal_numbers, less_numbers,
                                                          greater_numbers, no_number};
    uint32_t words[COMPARES * 7 + 2];
    uint32_t *word = words;

    (void)state;
    for (unsigned cond = 0; cond < COMPARES; cond++) {
        *word++ = W_FCMPD(2, 4);
        *word++ = W_NOP;
        *word++ = W_FB(cond, 3);
        *word++ = W_ADD(G7, G7, 1);
        *word++ = W_ADD(G6, G6, 1);
        *word++ = W_FB(cond, 2);
        *word++ = W_ADD(G5, G5, 1);
    }
    *word++ = W_BA(0);
    *word++ = W_NOP;
    for (unsigned i = 0; i < 4; i++) {
        AGREE(words, relations[i], 7 * COMPARES);
    }
}

/* ---- traps ---- */

static void in_handler(struct cpu *cpu)
{
    tiny_numbers(cpu);
    cpu->et = false;
    cpu_set_cwp(cpu, 4);
    cpu_set_reg(cpu, 17, CODE + 12);
    cpu_set_reg(cpu, 18, CODE + 20);
}

static void in_users_handler(struct cpu *cpu)
{
    in_handler(cpu);
    cpu->ps = false;
}

/* Back to a delay instruction: where its jump goes is in the npc slot, which an FPop that the interpreter has to
 * do must not move on. */
static void test_return_to_delay_slot(void **state)
{
    static const uint32_t words[] = {
        W_JMP(17, 0),     W_RETT(18, 0),    W_NOP,   W_FMULS(8, 0, 1),
        W_ADD(G7, G7, 1), W_ADD(G7, G7, 8), W_BA(0), W_NOP,
    };
    (void)state;
    AGREE(words, in_handler, 8);
    AGREE(words, in_users_handler, 8);
}

/* ---- time ---- */

/* Wait cycles and new events in the middle of a block: the limit was looked at when it was entered. */
static void test_limit_comes_nearer(void **state)
{
    static const uint32_t waits[] = {
        W_ADD(G7, G7, 1), W_LD(G6, G2, 8), W_ADD(G7, G7, 1), W_ADD(G7, G7, 1), W_ADD(G7, G7, 1),
        W_ADD(G7, G7, 1), W_LD(G6, G2, 4), W_ADD(G7, G7, 1), W_BA(-8),         W_NOP};
    static const uint32_t events[] = {W_OR(G5, G0, 3),  W_ST(G5, G2, 0),  W_ADD(G7, G7, 1),
                                      W_ADD(G7, G7, 1), W_ADD(G7, G7, 1), W_LD(G6, G2, 0),
                                      W_ST(G6, G1, 0),  W_BA(-6),         W_ADD(G7, G7, 1)};
    (void)state;
    AGREE(waits, NULL, 60);
    AGREE(events, NULL, 40);
}

/* ---- memory ---- */

static void ignores_errors(struct cpu *cpu)
{
    cpu->asr17_rw = ASR17_DWT;
    cpu_set_reg(cpu, G1, 0); /* ROM */
}

/* A store's bus error may not matter: the block goes on. */
static void test_ignored_bus_error(void **state)
{
    static const uint32_t words[] = {W_ST(G2, G1, 0),  W_ADD(G7, G7, 1), W_SWAP(G2, G1, 4),
                                     W_ADD(G7, G7, 1), W_BA(0),          W_NOP};
    (void)state;
    AGREE(words, ignores_errors, 8);
}

/* ---- hammocks: short branches forward, whose sides are translated together (trans_hammock.c) ---- */

/* Which way the branch goes changes from round to round. */
#define ROUND        W_ADD(G3, G3, 0x2cd), W_AND(G4, G3, 0x400), W_SUBCC(G4, 1)
#define AGAIN(words) W_BA(-(words)), W_ADD(G7, G7, 1)

static void hammock_data(struct cpu *cpu)
{
    cpu_set_reg(cpu, G4, 0x123);
    cpu_set_reg(cpu, O0, CODE + 4 * 5);
    cpu_set_reg(cpu, O0 + 1, W_ADD(G5, G5, 5));
    cpu_set_psr(cpu, cpu_psr(cpu) | 1u << PSR_ET);
}

/* The count of instructions is right behind sides of different lengths, and wherever the time is up. */
static void test_hammocks(void **state)
{
    static const uint32_t one_side[] = {ROUND, W_BRANCH(5, 3), W_NOP, W_ADD(G5, G5, 1), AGAIN(6)};
    static const uint32_t long_side[] = {ROUND,
                                         W_BRANCH(13, 5),
                                         W_ADD(G5, G4, 2),
                                         W_ADD(G5, G5, 1),
                                         W_ADD(G6, G5, 1),
                                         W_ADD(G5, G6, 1),
                                         AGAIN(8)};
    static const uint32_t annulled[] = {ROUND, W_BRANCH(5, 2) | ANNUL, W_ADD(G5, G5, 1), AGAIN(5)};
    static const uint32_t annulled_side[] = {
        ROUND,   W_BRANCH(5, 4) | ANNUL, W_ADD(G5, G5, 1), W_ADD(G6, G5, 3), W_ADD(G5, G6, 3),
        AGAIN(7)};
    static const uint32_t two_sides[] = {
        ROUND,   W_BRANCH(2, 5),   W_SUBCC(G3, 7),   W_ADD(G5, G5, 1),
        W_BA(3), W_ADD(G6, G5, 3), W_ADD(G5, G5, 3), AGAIN(9)};
    static const uint32_t out_of_line[] = {
        ROUND, W_BRANCH(5, 6),    W_NOP,           W_ADD(G6, G5, 1), W_BA(-6), W_ADD(G7, G7, 1),
        W_NOP, W_ADD(G5, G5, 16), W_BA(-5) | ANNUL};
    (void)state;
    AGREE(one_side, hammock_data, 40);
    AGREE(long_side, hammock_data, 50);
    AGREE(annulled, hammock_data, 40);
    AGREE(annulled_side, hammock_data, 40);
    AGREE(two_sides, hammock_data, 50);
    AGREE(out_of_line, hammock_data, 50);
}

/* The delay instruction belongs to both ways: where the CPU goes on after it, or after its trap, icc says. */
static void test_delay_of_hammock(void **state)
{
    static const uint32_t delays[] = {
        W_LD(G6, G2, 8),     /* wait cycles: the limit comes nearer */
        W_ST(G4, G2, 0),     /* an event in so many cycles */
        W_LD(G6, G1, 2),     /* misaligned */
        W_LD(G6, G0, 0x100), /* ROM */
        W_ST(G6, G1, 8),     /* memory */
        W_ST(O0 + 1, O0, 0), /* into the side */
        W_ST(O0 + 1, O0, 4), /* behind it */
    };
    (void)state;
    for (unsigned i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        const uint32_t words[] = {ROUND, W_BRANCH(5, 3), delays[i], W_ADD(G5, G5, 1),
                                  W_NOP, AGAIN(7)};
        AGREE(words, hammock_data, 34);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back_to_invalid_window),
        cmocka_unit_test(test_save_to_global),
        cmocka_unit_test(test_exceptions_after_special),
        cmocka_unit_test(test_extreme_results),
        cmocka_unit_test(test_last_of_many),
        cmocka_unit_test(test_moved_doubles),
        cmocka_unit_test(test_numbers_in_memory),
        cmocka_unit_test(test_fp_branches),
        cmocka_unit_test(test_limit_comes_nearer),
        cmocka_unit_test(test_ignored_bus_error),
        cmocka_unit_test(test_return_to_delay_slot),
        cmocka_unit_test(test_hammocks),
        cmocka_unit_test(test_delay_of_hammock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
