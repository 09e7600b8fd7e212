// SPDX-License-Identifier: MIT
/*
 * As driver.c, but the cases are executed by a CPU: the instruction in a loop of a guest, by an executor.
 *
 *     testfloat_gen f64 2 | testfloat_machine jit f64_add 0 | testfloat_ver -tininessbefore f64_add
 *
 * Each case is executed twice, from an FSR with no flags in it.  Once the FSR is stored at once; once an FPop
 * without exceptions comes between, so that aexc is what has stuck meanwhile, wherever.  Judged here: aexc is
 * cexc of the first, cexc is 0 then, and ftt is 0.
 *
 * Exit status: 0 all cases done, 1 a line is no case or a case judged here is wrong, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "cases.h"
#include "emit.h"
#include "error.h"
#include "machine/machine.h"

#define RAM     0x40000000u
#define IN      (RAM + 0x100000)
#define OUT     (RAM + 0x200000)
#define FSR     (RAM + 0x1000)
#define MOST    4096u /* cases at a time */
#define INSNS   15u   /* of a round of the loop */
#define MEM(op) (3u << 30 | (uint32_t)(op) << 19)

enum { G1 = 1, G2, G3, G4 };

struct bench {
    struct machine *machine;
    const struct case_function *function;
    uint64_t operand[MOST][2];
    unsigned count;
};

static const enum insn_id insns[CASE_FUNCTIONS] = {
#define ROW(name, operands, operand_bits, result_bits, result, insn, call)                         \
    [CASE_##name] = INSN_##insn,
#include "functions.def"
#undef ROW
};

static void fail(const char *what, const char *which)
{
    fprintf(stderr, "testfloat_machine: %s%s\n", what, which);
    exit(1);
}

static void write_words(struct bench *b, uint32_t address, const uint32_t *words, unsigned count)
{
    struct access how = {L3_ATTR_DEBUG, 0, 0};
    uint8_t bytes[4];
    for (unsigned i = 0; i < count; i++) {
        be32_store(bytes, words[i]);
        if (!addrspace_write(&b->machine->space, address + 4 * i, bytes, sizeof bytes, &how)) {
            fail("memory cannot be written", "");
        }
    }
}

/* Operands in %f0 and %f2, the result in %f4; one operand is rs2. */
static void write_code(struct bench *b, unsigned number, uint32_t fsr)
{
    uint32_t sources = b->function->operands == 2 ? rs1(0) | 2u : 0;
    uint32_t result = b->function->result == TRUTH ? 0 : rd(4);
    const uint32_t code[] = {
        MEM(0x21) | rs1(G4) | simm13(0),         /* ld %fsr: the loop begins */
        MEM(0x23) | rs1(G1) | simm13(0),         /* ldd %f0 */
        MEM(0x23) | rd(2) | rs1(G1) | simm13(8), /* ldd %f2 */
        row_word(insns[number]) | result | sources,
        MEM(0x27) | rd(4) | rs1(G2) | simm13(0), /* std %f4 */
        MEM(0x25) | rs1(G2) | simm13(8),         /* st %fsr */
        MEM(0x21) | rs1(G4) | simm13(0),         /* ld %fsr */
        row_word(insns[number]) | result | sources,
        row_word(INSN_FMOVS) | rd(8) | 8u,
        MEM(0x25) | rs1(G2) | simm13(12), /* st %fsr */
        row_word(INSN_ADD) | rd(G1) | rs1(G1) | simm13(16),
        row_word(INSN_ADD) | rd(G2) | rs1(G2) | simm13(16),
        row_word(INSN_SUBCC) | rd(G3) | rs1(G3) | simm13(1),
        row_word(INSN_BICC) | 9u << 25 | (-13 & 0x3fffff), /* bne */
        NOP,
        row_word(INSN_BICC) | 8u << 25, /* ba to itself */
        NOP,
    };
    write_words(b, RAM, code, sizeof code / sizeof code[0]);
    write_words(b, FSR, &fsr, 1);
}

static void put_operands(struct bench *b)
{
    unsigned shift = b->function->operand_bits == 32 ? 32 : 0;
    for (unsigned i = 0; i < b->count; i++) {
        uint64_t x = b->operand[i][0] << shift, y = b->operand[i][1] << shift;
        const uint32_t words[] = {(uint32_t)(x >> 32), (uint32_t)x, (uint32_t)(y >> 32),
                                  (uint32_t)y};
        write_words(b, IN + 16 * i, words, 4);
    }
}

static void run_loop(struct bench *b)
{
    struct cpu *cpu = b->machine->cpus;
    struct stop_info stop;

    cpu_reset(cpu);
    cpu->ef = true;
    cpu->pc = RAM;
    cpu->npc = RAM + 4;
    cpu->globals[G1] = IN;
    cpu->globals[G2] = OUT;
    cpu->globals[G3] = b->count;
    cpu->globals[G4] = FSR;
    exec_run(&b->machine->exec, b->machine->exec.now + (uint64_t)INSNS * b->count, &stop);
    if (stop.kind != STOP_CYCLES || cpu->pc != RAM + 4 * INSNS) {
        fail("the loop did not come to its end", "");
    }
}

static uint64_t truth(unsigned number, unsigned fcc)
{
    switch (number) {
    case CASE_f32_eq:
    case CASE_f64_eq:
    case CASE_f32_eq_signaling:
    case CASE_f64_eq_signaling:
        return fcc == 0;
    case CASE_f32_lt:
    case CASE_f64_lt:
    case CASE_f32_lt_quiet:
    case CASE_f64_lt_quiet:
        return fcc == 1;
    default:
        return fcc <= 1;
    }
}

static void print_results(const struct bench *b, unsigned number)
{
    const uint8_t *out = addrspace_memory(&b->machine->space, OUT, 16 * MOST);
    for (unsigned i = 0; i < b->count; i++) {
        uint64_t result = be64_load(out + 16 * i);
        uint32_t fsr = be32_load(out + 16 * i + 8);
        uint32_t later = be32_load(out + 16 * i + 12);
        if ((fsr & 0x1f) != (fsr >> 5 & 0x1f) || later != (fsr & ~0x1fu) ||
            bits_get(fsr, FSR_FTT, 3) != 0) {
            fail("wrong by V8 4.4: ", b->function->name);
        }
        if (b->function->result == TRUTH) {
            result = truth(number, bits_get(fsr, FSR_FCC, 2));
        } else if (b->function->result_bits == 32) {
            result >>= 32;
        }
        case_print(b->function, b->operand[i], result, fsr & 0x1f);
    }
}

static void run_cases(struct bench *b, unsigned number)
{
    if (b->count != 0) {
        put_operands(b);
        run_loop(b);
        print_results(b, number);
        b->count = 0;
    }
}

static void open_machine(struct bench *b, enum exec_kind kind, bool plain)
{
    struct error err = {.text = ""};
    struct leon3emu_options options;

    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.exec = kind;
    options.jit.threshold = 0;
    options.jit.plain_cpu = plain;
    options.jit.passes = plain ? 0 : options.jit.passes;
    b->machine = leon3emu_create(&options, &err);
    if (b->machine == NULL) {
        fail("", err.text);
    }
}

static bool find_executor(const char *name, enum exec_kind *kind, bool *plain)
{
    static const struct {
        const char *name;
        enum exec_kind kind;
        bool plain;
    } executors[] = {
        {"jit", EXEC_JIT, false},
        {"jit-plain", EXEC_JIT, true},
        {"ir", EXEC_IR, false},
        {"interp", EXEC_INTERP, false},
    };
    for (unsigned i = 0; i < sizeof executors / sizeof executors[0]; i++) {
        if (strcmp(executors[i].name, name) == 0) {
            *kind = executors[i].kind;
            *plain = executors[i].plain;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    static struct bench b;
    unsigned number = argc == 4 ? case_find(argv[2]) : CASE_FUNCTIONS;
    enum exec_kind kind;
    bool plain;
    char line[128];

    if (number == CASE_FUNCTIONS || !find_executor(argv[1], &kind, &plain) ||
        strlen(argv[3]) != 1 || argv[3][0] < '0' || argv[3][0] > '3') {
        fputs("usage: testfloat_machine jit|jit-plain|ir|interp FUNCTION ROUNDING(0..3 as FSR.RD) "
              "< cases\n",
              stderr);
        return 2;
    }
    b.function = &case_functions[number];
    open_machine(&b, kind, plain);
    write_code(&b, number, (uint32_t)(argv[3][0] - '0') << FSR_RD);
    while (fgets(line, sizeof line, stdin)) {
        if (!case_parse(b.function, line, b.operand[b.count])) {
            fail("not a case: ", line);
        }
        if (++b.count == MOST) {
            run_cases(&b, number);
        }
    }
    run_cases(&b, number);
    leon3emu_destroy(b.machine);
    return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
