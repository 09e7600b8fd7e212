// SPDX-License-Identifier: MIT
/*
 * Random programs (program.h) on all executors in one process: is all state the same?
 *
 * The interpreter executes one instruction at a time and is the reference.  Each other executor executes the same
 * slices, of random length, chaining blocks as it normally does.  After each slice all CPU state is compared, and
 * memory at the end of a program.  The instructions executed are counted by row, mode and trap.  A
 * program that differs is run again with --verify-jit, which finds the block.
 *
 *     agree [--seed=N] [--first=N] [--programs=N] [--insns=N] [--executor=NAME] [--table] [--least=N]
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "coverage.h"
#include "error.h"
#include "exec/cpu_state.h"
#include "machine/machine.h"
#include "program.h"
#include "sparc/mmu.h"

#define SLICES 40

/* ---- executors ---- */

struct executor {
    const char *name;
    enum exec_kind kind;
    unsigned threshold;
    bool plain, stress, one_insn;
};

static const struct executor executors[] = {
    {"interp", EXEC_INTERP, 0, false, false, false}, /* the oracle */
    {"jit", EXEC_JIT, 0, false, false, false},
    {"jit-plain", EXEC_JIT, 0, true, false, false},
    {"jit-stress", EXEC_JIT, 0, false, true, false},
    {"jit-warm", EXEC_JIT, 8, false, false, false},
    {"ir", EXEC_IR, 0, false, false, false},
    {"jit-single", EXEC_JIT, 0, false, false, true},
};
#define EXECUTORS (sizeof executors / sizeof executors[0])

struct run {
    uint64_t seed, first, count, insns, number;
    const char *only;
    bool table;
    uint64_t least;
    struct program program;
    struct machine *machines[EXECUTORS];
    struct coverage counters;
};

static void fail(const char *what)
{
    fprintf(stderr, "agree: %s\n", what);
    exit(EXIT_FAILURE);
}

static void print_line(void *context, const char *line)
{
    (void)context;
    printf("%s\n", line);
}

/* ---- machines ---- */

static const char board_text[] =
    "[board]\nclock = 40M\n[cpu]\nnwin = 8\nmmu = on\nmac = %s\nfpu = %s\n[memory]\n"
    "prom = base=0, size=4k, type=rom\nram = base=0x40000000, size=512k\n[devices]\n"
    "apb0 = apbctrl, base=0x80000000\nuart0 = apbuart, base=0x80000100, irq=3\n"
    "irqmp0 = irqmp, base=0x80000200\n"
    "gptimer0 = gptimer, base=0x80000300, irq=6, timers=2, separate_irqs=on\n";

static struct machine *new_machine(const struct program *program, const struct executor *e,
                                   bool verify)
{
    struct error err = {.text = ""};
    struct leon3emu_options options;
    struct machine *m;
    char path[64];
    int fd = memfd_create("board", MFD_CLOEXEC);

    if (fd < 0 || dprintf(fd, board_text, program->mac ? "on" : "off", program->fpu) < 0) {
        fail("no memory");
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    leon3emu_options_init(&options);
    options.board = path;
    options.input_fd = options.output_fd = -1;
    options.log_line = print_line;
    options.exec = e->kind;
    options.jit.threshold = e->threshold;
    options.jit.cache_size = e->stress ? 128u << 10 : 4u << 20;
    options.jit.stress_ra = e->stress;
    options.jit.stress_tlb = e->stress;
    options.jit.no_chain = e->stress;
    options.jit.one_insn = e->one_insn;
    options.jit.plain_cpu = e->plain;
    options.jit.passes = e->plain ? 0 : options.jit.passes;
    options.jit.verify = verify;
    m = leon3emu_create(&options, &err);
    close(fd);
    if (m == NULL) {
        fail(err.text);
    }
    return m;
}

static void write_ram(struct machine *m, const struct program *program)
{
    struct access how = {L3_ATTR_DEBUG, 0, 0};
    static uint8_t bytes[PROGRAM_RAM_SIZE];
    for (unsigned i = 0; i < PROGRAM_RAM_SIZE / 4; i++) {
        be32_store(bytes + 4 * i, program->ram[i]);
    }
    if (!addrspace_write(&m->space, PROGRAM_RAM, bytes, sizeof bytes, &how)) {
        fail("the program cannot be written");
    }
}

static void write_register(struct machine *m, uint32_t address, uint32_t value)
{
    struct access how = {L3_ATTR_SUPERVISOR, 0, 0};
    if (!addrspace_store(&m->space, address, 4, value, &how)) {
        fail("a device refuses");
    }
}

static void start_devices(struct machine *m, const struct program *program)
{
    if (program->timer != 0) {
        write_register(m, 0x80000240, 0xfffe);
        write_register(m, 0x80000300, 3);
        write_register(m, 0x80000304, 3);
        write_register(m, 0x80000314, program->timer);
        write_register(m, 0x80000318, 0xf); /* load, restart, interrupt */
    }
}

static void set_mmu(struct cpu *cpu, bool on)
{
    mmu_write(cpu, 0x000, 0);
    mmu_write(cpu, 0x100, PROGRAM_TABLES >> 4);
    mmu_write(cpu, 0x200, 0);
    mmu_write(cpu, 0x000, on ? MMU_ENABLE : 0);
}

static void start(struct machine *m, const struct program *program, const struct program_start *s)
{
    struct cpu *cpu = m->cpus;

    cpu_reset(cpu);
    set_mmu(cpu, program->mmu);
    cpu_set_psr(cpu, s->psr);
    memcpy(cpu->globals, s->globals, sizeof s->globals);
    for (unsigned i = 0; i < sizeof s->windows / sizeof s->windows[0]; i++) {
        cpu_set_window_reg(cpu, i / 16, 8 + i % 16, s->windows[i]);
    }
    for (unsigned i = 0; i < 32; i++) {
        cpu->f[CPU_F(i)] = s->f[i];
    }
    cpu->fsr = s->fsr;
    cpu->fp_state = FP_EXECUTE;
    cpu->wim = s->wim;
    cpu->y = s->y;
    cpu->tba = PROGRAM_RAM;
    cpu->pc = s->pc;
    cpu->npc = s->pc + 4;
    cpu->status = CPU_RUNNING;
    for (unsigned i = 0; program->watches && i < 4; i++) {
        cpu_set_asr(cpu, 24 + i, s->watch[i]);
    }
}

/* ---- the oracle ---- */

/* The word at pc, if that is easy to say. */
static bool word_at_pc(struct machine *m, uint32_t *word)
{
    const struct cpu *cpu = m->cpus;
    uint32_t pa = cpu->pc;
    const uint8_t *host;

    if (cpu->tlb.index != TLB_PHYSICAL && !mmu_probe(cpu, cpu->pc, &pa)) {
        return false;
    }
    host = addrspace_memory(&m->space, pa, 4);
    *word = host == NULL ? 0 : be32_load(host);
    return host != NULL;
}

static void count(struct coverage *c, const struct cpu *cpu, uint32_t word, bool was_supervisor,
                  bool was_enabled)
{
    enum insn_id row = insn_find(word);
    bool single = (cpu->asr17_rw & ASR17_SVT) != 0;
    bool trapped =
        was_enabled && !cpu->et && cpu->pc == (single ? cpu->tba : cpu->tba | cpu->tt << 4);
    if (cpu->status == CPU_ERROR_MODE || trapped) {
        c->trapped[row][cpu->tt & 0xff][was_supervisor]++;
    } else {
        c->retired[row][was_supervisor]++;
    }
}

static void step_oracle(struct machine *m, struct coverage *c, uint64_t cycles,
                        struct stop_info *stop)
{
    struct cpu *cpu = m->cpus;
    stop->kind = STOP_CYCLES;
    while (stop->kind == STOP_CYCLES && m->exec.now < cycles && cpu->status == CPU_RUNNING) {
        uint64_t insns = cpu->insns;
        bool supervisor = cpu->s, enabled = cpu->et;
        bool interrupted;
        uint32_t word = 0;
        bool known = word_at_pc(m, &word);

        exec_run(&m->exec, m->exec.now + 1, stop);
        interrupted = enabled && !cpu->et && cpu->tt - 0x11 < 15 &&
                      cpu->pc - (cpu->tba | cpu->tt << 4) - 4 < 12;
        c->interrupts += interrupted;
        if (cpu->insns != insns && known && !interrupted) {
            count(c, cpu, word, supervisor, enabled);
        }
    }
    if (stop->kind == STOP_CYCLES && m->exec.now < cycles) {
        exec_run(&m->exec, cycles, stop);
    }
}

/* ---- agreement ---- */

static void print_code(struct machine *m, uint32_t pc)
{
    for (uint32_t at = pc - 48; at != pc + 32; at += 4) {
        const uint8_t *host = addrspace_memory(&m->space, at, 4);
        char text[80];
        if (host != NULL) {
            insn_disassemble(be32_load(host), at, text, sizeof text);
            printf("%s 0x%08" PRIx32 ":  %08" PRIx32 "  %s\n", at == pc ? ">" : " ", at,
                   be32_load(host), text);
        }
    }
}

static bool agree(struct run *r, unsigned i, const struct cpu_state *expected,
                  const struct stop_info *stop, const struct stop_info *other)
{
    struct cpu_state made;
    char text[160];

    if (other->kind == STOP_BUG) {
        printf("%s\n", other->text);
        return false;
    }
    cpu_state_capture(&made, r->machines[i]->cpus);
    if (cpu_state_difference(expected, &made, CPU_STATE & ~CPU_LIMIT, text, sizeof text)) {
        printf("program %" PRIu64 " of seed %" PRIu64 ", %s, cycle %" PRIu64 ": %s\n", r->number,
               r->seed, executors[i].name, r->machines[0]->cpus->cycles, text);
        print_code(r->machines[i], r->machines[0]->cpus->pc);
        return false;
    }
    if (stop->kind != other->kind) {
        printf("program %" PRIu64 ", %s, cycle %" PRIu64 ": stopped for %d, expected is %d: %s\n",
               r->number, executors[i].name, r->machines[0]->cpus->cycles, other->kind, stop->kind,
               other->text);
        return false;
    }
    return true;
}

static bool same_memory(struct run *r, unsigned i)
{
    const uint8_t *a = addrspace_memory(&r->machines[0]->space, PROGRAM_RAM, PROGRAM_RAM_SIZE);
    const uint8_t *b = addrspace_memory(&r->machines[i]->space, PROGRAM_RAM, PROGRAM_RAM_SIZE);
    if (memcmp(a, b, PROGRAM_RAM_SIZE) == 0) {
        return true;
    }
    for (uint32_t at = 0; at < PROGRAM_RAM_SIZE; at += 4) {
        if (memcmp(a + at, b + at, 4) != 0) {
            printf("program %" PRIu64 " of seed %" PRIu64 ", %s: memory 0x%08" PRIx32
                   " is %08" PRIx32 ", expected is %08" PRIx32 "\n",
                   r->number, r->seed, executors[i].name, PROGRAM_RAM + at, be32_load(b + at),
                   be32_load(a + at));
            break;
        }
    }
    return false;
}

static uint64_t slice_length(struct program *program, uint64_t insns)
{
    switch (rng_below(&program->rng, 4)) {
    case 0:
        return 1 + rng_below(&program->rng, 30);
    case 1:
        return 1 + rng_below(&program->rng, 300);
    default:
        return 1 + rng_below(&program->rng, (uint32_t)(3 * insns / SLICES));
    }
}

static void restart(struct run *r)
{
    struct program_start s;
    program_start(&r->program, &s);
    for (unsigned i = 0; i < EXECUTORS; i++) {
        if (r->machines[i] != NULL) {
            start(r->machines[i], &r->program, &s);
            start_devices(r->machines[i], &r->program);
        }
    }
}

/* One slice on all.  0, or the number of the executor that differs. */
static unsigned run_slice(struct run *r, struct stop_info *stop)
{
    uint64_t end = r->machines[0]->exec.now + slice_length(&r->program, r->insns);
    struct cpu_state expected;

    step_oracle(r->machines[0], &r->counters, end, stop);
    cpu_state_capture(&expected, r->machines[0]->cpus);
    for (unsigned i = 1; i < EXECUTORS; i++) {
        struct stop_info other;
        if (r->machines[i] != NULL) {
            exec_run(&r->machines[i]->exec, end, &other);
            if (!agree(r, i, &expected, stop, &other)) {
                return i;
            }
        }
    }
    r->counters.slices++;
    return 0;
}

/* Where did the last slice leave the CPU?  If it goes in circles it begins elsewhere. */
static bool is_stuck(const struct cpu *cpu, const struct stop_info *stop, uint32_t *pc)
{
    uint32_t last = *pc;
    *pc = cpu->pc;
    return stop->kind != STOP_CYCLES || cpu->status != CPU_RUNNING || !cpu->et ||
           (cpu->pc - last) + 64 < 128;
}

static unsigned run_slices(struct run *r)
{
    uint64_t first = r->machines[0]->cpus->insns;
    struct stop_info stop;
    uint32_t pc = 0;

    restart(r);
    while (r->machines[0]->cpus->insns - first < r->insns) {
        unsigned wrong = run_slice(r, &stop);
        if (wrong != 0) {
            return wrong;
        }
        r->counters.error_modes += stop.kind == STOP_ERROR_MODE;
        if (is_stuck(r->machines[0]->cpus, &stop, &pc)) {
            restart(r);
        }
    }
    for (unsigned i = 1; i < EXECUTORS; i++) {
        if (r->machines[i] != NULL && !same_memory(r, i)) {
            return i;
        }
    }
    return 0;
}

/* ---- a program ---- */

static void create_all(struct run *r, const char *only, bool verify)
{
    for (unsigned i = 0; i < EXECUTORS; i++) {
        bool wanted = i == 0 || only == NULL || strcmp(only, executors[i].name) == 0;
        r->machines[i] = wanted ? new_machine(&r->program, &executors[i], verify && i != 0) : NULL;
        if (wanted) {
            write_ram(r->machines[i], &r->program);
        }
    }
}

static void add_stats(struct coverage *c, struct machine *m)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    const char *line;

    leon3emu_stats(m, stream);
    fclose(stream);
    c->insns += m->cpus->insns;
    if ((line = strstr(text, "blocks_translated ")) != NULL) {
        c->blocks += strtoull(line + 18, NULL, 10);
    }
    if ((line = strstr(text, "blocks_dropped ")) != NULL) {
        c->dropped += strtoull(line + 15, NULL, 10);
    }
    if ((line = strstr(text, "generated_entries ")) != NULL) {
        c->entries += strtoull(line + 18, NULL, 10);
    }
    free(text);
}

static void destroy_all(struct run *r)
{
    for (unsigned i = 0; i < EXECUTORS; i++) {
        if (r->machines[i] != NULL && i == 1) {
            add_stats(&r->counters, r->machines[i]);
        }
        leon3emu_destroy(r->machines[i]);
        r->machines[i] = NULL;
    }
}

static bool run_program(struct run *r, uint64_t number)
{
    unsigned wrong;

    r->number = number;
    program_make(&r->program, r->seed, number);
    create_all(r, r->only, false);
    wrong = run_slices(r);
    destroy_all(r);
    r->counters.programs++;
    if (wrong == 0) {
        return true;
    }
    printf("again, with %s verified block by block:\n", executors[wrong].name);
    program_make(&r->program, r->seed, number);
    create_all(r, executors[wrong].name, true);
    if (run_slices(r) == 0) {
        printf("no difference: it is in what leads from block to block\n");
    }
    destroy_all(r);
    return false;
}

/* ---- program ---- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct run *r = state->input;
    switch (key) {
    case 's':
        r->seed = strtoull(text, NULL, 0);
        return 0;
    case 'f':
        r->first = strtoull(text, NULL, 0);
        return 0;
    case 'n':
        r->count = strtoull(text, NULL, 0);
        return 0;
    case 'i':
        r->insns = strtoull(text, NULL, 0);
        return 0;
    case 'e':
        r->only = text;
        return 0;
    case 't':
        r->table = true;
        return 0;
    case 'l':
        r->least = strtoull(text, NULL, 0);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"seed", 's', "N", 0, "Of all random numbers (default 1)", 0},
    {"first", 'f', "N", 0, "Number of the first program (default 0)", 0},
    {"programs", 'n', "N", 0, "How many (default 1)", 0},
    {"insns", 'i', "N", 0, "Instructions of each (default 20000)", 0},
    {"executor", 'e', "NAME", 0, "This one only, against the interpreter", 0},
    {"table", 't', NULL, 0, "Print what was executed, by row", 0},
    {"least", 'l', "N", 0,
     "Fail if a trap of a row came less often, or a row retired less than ten times that", 0},
    {0},
};

int main(int argc, char **argv)
{
    static struct run r = {.seed = 1, .count = 1, .insns = 20000};
    const struct argp parser = {options, parse_option, "",  "Random programs on all executors.",
                                NULL,    NULL,         NULL};
    uint64_t wrong = 0;
    unsigned missing;

    argp_parse(&parser, argc, argv, 0, NULL, &r);
    for (uint64_t i = 0; i < r.count && wrong < 10; i++) {
        wrong += !run_program(&r, r.first + i);
        fflush(stdout);
    }
    coverage_print(&r.counters, r.table);
    missing = coverage_missing(&r.counters, r.least);
    printf("programs that differ: %" PRIu64 "\n", wrong);
    return wrong == 0 && missing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
