// SPDX-License-Identifier: MIT
/*
 * libFuzzer: any bytes as a CPU's configuration, its registers and a program.
 *
 * The program runs on a fresh machine, for a limited number of instructions, with or without the
 * devices of a board.  Trap handlers, if wanted, skip the instruction that trapped.  Beside the
 * sanitizers' checks: the run ends, with a reason; the state of each CPU is a possible one; and two
 * more machines come to the very same end: one that is interpreted in slices, logging everything if
 * wanted, and one whose program is translated, in a way that the first bytes choose.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bits.h"
#include "check.h"
#include "error.h"
#include "exec/cpu_state.h"
#include "log.h"
#include "machine/device.h"
#include "sparc/mmu.h"
#include "sparc/window_ring.h"

#define RAM_BASE    0x40000000u
#define RAM_SIZE    0x10000u
#define PROGRAM     0x1000u /* in RAM, behind the trap table */
#define INSN_LIMIT  1000u
#define TIME_LIMIT  1000000u /* ns: 40000 cycles */
#define HEADER_SIZE 12u

/* The MMU's tables, in RAM. */
#define CONTEXTS 0x8000u
#define LEVEL_1  0x8400u
#define LEVEL_2  0x8800u
#define LEVEL_3  0x8900u
#define PTD      1u
#define PTE_R    0x20u
#define PTE_M    0x40u
#define PTE(acc) ((uint32_t)(acc) << 2 | 2u)

#define JMP_L2    0x81c4a000u /* jmp  %l2      */
#define RETT_L2_4 0x81cca004u /* rett %l2 + 4  */
#define NOP       0x01000000u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* How a machine runs the program. */
enum way {
    WHOLE,  /* interpreted, at one go: the reference */
    SLICED, /* interpreted, in slices, with logs */
    TRANSLATED,
};

/* What the first bytes of an input say. */
struct setup {
    unsigned cpus, windows, watchpoints;
    uint8_t fpu; /* enum cpu_fpu */
    bool casa, mac, svt, partial_wrpsr, mmu;
    bool translate; /* the MMU is on from the start */
    uint8_t rights; /* of the pages: ACC is that plus the page's number */
    bool devices, handlers, logging;
    bool one_insn, warm, slice_translated; /* of the machine that translates */
    uint32_t psr, wim, seed, slice;
    const uint8_t *program;
    size_t size;
};

static uint32_t word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static struct setup read_setup(const uint8_t *bytes, size_t size)
{
    struct setup s = {
        .cpus = 1 + (bytes[2] >> 4 & 3),
        .windows = 2 + bytes[0] % 31,
        .watchpoints = bytes[1] >> 5 & 3,
        .fpu = bytes[1] & 1 ? 1 + bytes[2] % 3 : 0,
        .casa = bytes[1] & 2,
        .mac = bytes[1] & 4,
        .svt = bytes[1] & 8,
        .partial_wrpsr = bytes[1] & 16,
        .mmu = bytes[1] & 128,
        .translate = (bytes[1] & 128) && (bytes[11] & 128),
        .rights = bytes[11] & 127,
        .devices = bytes[2] & 1,
        .handlers = bytes[2] & 2,
        .logging = bytes[2] & 4,
        .one_insn = bytes[2] & 8,
        .warm = bytes[2] & 64,
        .slice_translated = bytes[2] & 128,
        .psr = word_at(bytes + 3),
        .wim = bytes[7],
        .seed = (bytes[8] | (uint32_t)bytes[9] << 8) + 1,
        .slice = 1 + bytes[10],
        .program = bytes + HEADER_SIZE,
        .size = size - HEADER_SIZE,
    };
    return s;
}

/* ---- a machine for it ---- */

static const char *on_off(bool on)
{
    return on ? "on" : "off";
}

static const char devices_text[] = "[devices]\n"
                                   "apb0 = apbctrl, base=0x80000000\n"
                                   "uart0 = apbuart, base=0x80000100, irq=3, chardev=none\n"
                                   "irqmp0 = irqmp, base=0x80000200, eirq=12\n"
                                   "gptimer0 = gptimer, base=0x80000300, irq=6, latch=on, set=on, "
                                   "watchdog=20\n"
                                   "apbpnp0 = apbpnp, base=0x800ff000\n"
                                   "ahbpnp0 = ahbpnp, base=0xfffff000\n";

static void write_board(int fd, const struct setup *s)
{
    static const char *const units[] = {"none", "ieee", "grfpu", "grfpu-lite"};
    FILE *file = fdopen(dup(fd), "w");
    CHECK(file != NULL);
    fprintf(file,
            "[board]\nclock=40M\n[cpu]\ncount=%u\nnwin=%u\nwatchpoints=%u\nfpu=%s\ncasa=%s\nmac=%"
            "s\nsvt=%s\n"
            "pwrpsr=%s\nmmu=%s\n[memory]\nprom=base=0,size=4k,type=rom\nram=base=0x%x,size=%u\n%s",
            s->cpus, s->windows, s->watchpoints, units[s->fpu], on_off(s->casa), on_off(s->mac),
            on_off(s->svt), on_off(s->partial_wrpsr), on_off(s->mmu), RAM_BASE, RAM_SIZE,
            s->devices ? devices_text : "");
    fclose(file);
}

static void count_line(void *context, const char *line)
{
    uint64_t *lines = context;
    CHECK(line[0] != '\0');
    ++*lines;
}

/* -d exec would have it interpreted; the listings of the rest must cope with any code. */
static void choose_translation(const struct setup *s, struct leon3emu_options *options)
{
    options->exec = (s->slice & 3) == 3 ? EXEC_IR : EXEC_JIT;
    options->log_mask &= ~(uint32_t)LOG_EXEC;
    options->jit.threshold = s->warm ? 2 : 0;
    options->jit.one_insn = s->one_insn;
    options->jit.cache_size = s->slice & 4 ? 128u << 10 : 4u << 20;
    options->jit.stress_ra = s->slice & 8;
    options->jit.no_chain = s->slice & 16;
    options->jit.plain_cpu = s->slice & 32;
    options->jit.passes = s->slice & 64 ? s->seed : ~0u;
}

static struct machine *make_machine(const struct setup *s, enum way way, uint64_t *lines)
{
    struct error err = {.text = ""};
    struct leon3emu_options options;
    struct machine *m;
    char path[64];
    int fd = memfd_create("board", 0);

    CHECK(fd >= 0);
    write_board(fd, s);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    leon3emu_options_init(&options);
    options.board = path;
    options.input_fd = options.output_fd = -1;
    options.log_mask = way != WHOLE && s->logging ? UINT32_MAX : 0;
    options.log_line = count_line;
    options.context = lines;
    options.exec = EXEC_INTERP;
    if (way == TRANSLATED) {
        choose_translation(s, &options);
    }
    m = leon3emu_create(&options, &err);
    if (m == NULL) {
        fprintf(stderr, "%s\n", err.text);
    }
    CHECK(m != NULL);
    close(fd);
    return m;
}

/* ---- its state ---- */

static uint32_t random_next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Values that programs use: addresses of this and that, small numbers, extremes. */
static uint32_t random_value(uint32_t *seed)
{
    uint32_t value = random_next(seed);
    switch (value >> 8 & 7) {
    case 0:
        return RAM_BASE + PROGRAM + (value >> 16 & 0xffc);
    case 1:
        return RAM_BASE + (value >> 12 & 0xfff8);
    case 2:
        return 0x80000000 + (value >> 16 & 0x3fc);
    case 3:
        return 0xfffff000 + (value >> 16 & 0xffc);
    case 4:
        return value & 0xff;
    case 5:
        return 0u - (value & 0xff);
    case 6:
        return 0x7ff00000 ^ value >> 31 << 31;
    default:
        return random_next(seed);
    }
}

static void put_word(struct machine *m, uint32_t offset, uint32_t word)
{
    uint8_t *host = addrspace_memory(&m->space, RAM_BASE + offset, 4);
    const uint8_t bytes[4] = {(uint8_t)(word >> 24), (uint8_t)(word >> 16), (uint8_t)(word >> 8),
                              (uint8_t)word};
    CHECK(host != NULL);
    memcpy(host, bytes, sizeof bytes);
}

static void fill_memory(struct machine *m, const struct setup *s)
{
    size_t room = RAM_SIZE - PROGRAM;
    for (uint32_t tt = 0; s->handlers && tt < 256; tt++) {
        put_word(m, 16 * tt, JMP_L2);
        put_word(m, 16 * tt + 4, RETT_L2_4);
        put_word(m, 16 * tt + 8, NOP);
        put_word(m, 16 * tt + 12, NOP);
    }
    memcpy(addrspace_memory(&m->space, RAM_BASE + PROGRAM, room), s->program,
           s->size < room ? s->size : room);
}

/* Tables in RAM, where the program can spoil them: RAM page by page, RAM once more at an address of
 * its own, the registers, the rest not at all. */
static void fill_tables(struct machine *m, const struct setup *s)
{
    put_word(m, CONTEXTS, (RAM_BASE + LEVEL_1) >> 4 | PTD);
    put_word(m, LEVEL_1 + 4 * 0x40, (RAM_BASE + LEVEL_2) >> 4 | PTD);
    put_word(m, LEVEL_1 + 4 * 0x41, RAM_BASE >> 4 | PTE(3));
    put_word(m, LEVEL_1 + 4 * 0x80, 0x80000000 >> 4 | PTE(s->rights & 7));
    put_word(m, LEVEL_1 + 4 * 0xff, 0xff000000 >> 4 | PTE(7));
    put_word(m, LEVEL_2, (RAM_BASE + LEVEL_3) >> 4 | PTD);
    for (uint32_t i = 0; i < RAM_SIZE / 0x1000; i++) {
        uint32_t acc = i * 0x1000 <= PROGRAM ? 3 : (s->rights + i) & 7;
        put_word(m, LEVEL_3 + 4 * i, (RAM_BASE + 0x1000 * i) >> 4 | PTE(acc));
    }
}

static void fill_registers(struct cpu *cpu, const struct setup *s)
{
    uint32_t seed = s->seed + cpu->config.index;

    for (unsigned window = 0; window < s->windows; window++) {
        cpu_set_cwp(cpu, window);
        for (unsigned number = 1; number < 32; number++) {
            cpu_set_reg(cpu, number, random_value(&seed));
        }
    }
    for (unsigned i = 0; i < 32; i++) {
        cpu->f[i] = random_value(&seed);
    }
    cpu->y = random_value(&seed);
    cpu->wim = s->wim & (uint32_t)(UINT64_MAX >> (64 - s->windows));
    cpu->tba = RAM_BASE;
    cpu_set_psr(cpu, (s->psr & ~0x1fu) | (s->psr & 0x1f) % s->windows);
    cpu->pc = RAM_BASE + PROGRAM;
    cpu->npc = cpu->pc + 4;
    cpu->status = CPU_RUNNING;
    if (s->translate) {
        mmu_write(cpu, 0x100, (RAM_BASE + CONTEXTS) >> 4);
        mmu_write(cpu, 0, MMU_ENABLE | (s->rights & MMU_NO_FAULT));
    }
}

/* ---- runs ---- */

static void check_cpu(const struct cpu *cpu)
{
    CHECK(cpu->cycles >= cpu->insns);
    CHECK(cpu->globals[0] == 0 && cpu->cwp < cpu->config.windows);
    CHECK(cpu->bank[0] == cpu->globals && window_current_rank(cpu) == window_rank(cpu, cpu->cwp));
    CHECK((cpu->pc & 3) == 0 && (cpu->npc & 3) == 0);
    CHECK((cpu->wim >> 1) >> (cpu->config.windows - 1) == 0);
}

static void check_stop(const struct machine *m, const struct stop_info *stop)
{
    switch (stop->kind) {
    case STOP_ERROR_MODE:
    case STOP_GUEST_FATAL:
    case STOP_IDLE:
    case STOP_TIME_LIMIT:
    case STOP_INSN_LIMIT:
        CHECK(stop->status >= 64 && stop->text[0] != '\0');
        break;
    default:
        CHECK(stop->kind == STOP_GUEST_EXIT && stop->status >= 0 && stop->status < 64);
    }
    for (unsigned i = 0; i < m->cpu_count; i++) {
        check_cpu(&m->cpus[i]);
    }
    /* Several CPUs overshoot by a few. */
    CHECK(leon3emu_instructions(m) <= INSN_LIMIT + 4 * (m->cpu_count - 1));
}

/* In slices, but for several CPUs, whose turns a slice would change. */
static bool is_sliced(const struct setup *s, enum way way)
{
    return s->cpus == 1 && (way == SLICED || (way == TRANSLATED && s->slice_translated));
}

static struct machine *run(const struct setup *s, enum way way, uint64_t *lines,
                           struct stop_info *stop)
{
    struct machine *m = make_machine(s, way, lines);
    bool sliced = is_sliced(s, way);

    fill_memory(m, s);
    if (s->translate) {
        fill_tables(m, s);
    }
    for (unsigned i = 0; i < m->cpu_count; i++) {
        fill_registers(&m->cpus[i], s);
    }
    leon3emu_set_limits(m, TIME_LIMIT, INSN_LIMIT);
    do {
        leon3emu_run(m, sliced ? leon3emu_cycles(m) + s->slice : 0, stop);
    } while (stop->kind == STOP_CYCLES);
    check_stop(m, stop);
    return m;
}

/* How far a run has planned ahead (limit) is its own business. */
static void check_equal(struct cpu *expected, struct cpu *made)
{
    struct cpu_state a;
    struct cpu_state b;
    char text[160];

    cpu_state_capture(&a, expected);
    cpu_state_capture(&b, made);
    if (cpu_state_difference(&a, &b, CPU_STATE & ~CPU_LIMIT, text, sizeof text)) {
        fprintf(stderr, "cpu %u: %s\n", made->config.index, text);
        abort();
    }
}

static void check_equal_machines(struct machine *a, struct machine *b)
{
    for (unsigned i = 0; i < a->cpu_count; i++) {
        check_equal(&a->cpus[i], &b->cpus[i]);
    }
    CHECK(memcmp(addrspace_memory(&a->space, RAM_BASE, RAM_SIZE),
                 addrspace_memory(&b->space, RAM_BASE, RAM_SIZE), RAM_SIZE) == 0);
}

/* The report must cope with any registers and stack. */
static void report(struct machine *m, const struct stop_info *stop)
{
    FILE *nowhere = fopen("/dev/null", "w");
    CHECK(nowhere != NULL);
    leon3emu_report(m, stop, nowhere);
    leon3emu_stats(m, nowhere);
    fclose(nowhere);
}

/* Did the program leave the tables of the MMU alone?  If not, and without the flushes that are due, it
 * depends on the executor how long old translations live: generated code asks less often. */
static bool kept_tables(const struct setup *s, struct machine *m)
{
    struct machine *fresh = make_machine(s, WHOLE, NULL);
    bool kept = true;

    fill_memory(fresh, s);
    fill_tables(fresh, s);
    for (uint32_t offset = CONTEXTS; kept && offset < LEVEL_3 + 64 * 4; offset += 4) {
        uint32_t before = word_at(addrspace_memory(&fresh->space, RAM_BASE + offset, 4));
        uint32_t now = word_at(addrspace_memory(&m->space, RAM_BASE + offset, 4));
        kept = ((before ^ now) & ~((before & 3) == 2 ? PTE_R | PTE_M : 0)) == 0;
    }
    leon3emu_destroy(fresh);
    for (unsigned i = 0; i < m->cpu_count; i++) {
        const struct mmu *mmu = &m->cpus[i].mmu;
        kept = kept && (mmu->control & MMU_ENABLE) &&
               mmu->context_pointer == (RAM_BASE + CONTEXTS) >> 4;
    }
    return kept;
}

static bool is_comparable(const struct setup *s, struct machine *m)
{
    bool used = false;
    if (s->translate) {
        return kept_tables(s, m);
    }
    for (unsigned i = 0; i < m->cpu_count; i++) {
        used = used || m->cpus[i].mmu.control != 0 || m->cpus[i].mmu.context_pointer != 0;
    }
    return !used;
}

/* The end of a run in that way is the reference's. */
static void compare(const struct setup *s, enum way way, struct machine *whole,
                    const struct stop_info *whole_stop)
{
    struct stop_info stop;
    uint64_t lines = 0;
    struct machine *other = run(s, way, &lines, &stop);

    if (whole_stop->kind != stop.kind || whole_stop->status != stop.status ||
        strcmp(whole_stop->text, stop.text) != 0) {
        fprintf(stderr, "way %d: \"%s\" (%d), not \"%s\" (%d)\n", way, stop.text, stop.status,
                whole_stop->text, whole_stop->status);
        abort();
    }
    check_equal_machines(whole, other);
    report(other, &stop);
    leon3emu_destroy(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct stop_info stop;
    uint64_t lines = 0;

    if (size < HEADER_SIZE) {
        return 0;
    }
    struct setup s = read_setup(bytes, size);
    struct machine *whole = run(&s, WHOLE, &lines, &stop);
    compare(&s, SLICED, whole, &stop);
    if (is_comparable(&s, whole)) {
        compare(&s, TRANSLATED, whole, &stop);
    } else {
        leon3emu_destroy(run(&s, TRANSLATED, &lines, &stop));
    }
    report(whole, &stop);
    leon3emu_destroy(whole);
    return 0;
}
