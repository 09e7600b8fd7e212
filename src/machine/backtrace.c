// SPDX-License-Identifier: MIT
/* Who called whom, see backtrace.h. */
#include "machine/backtrace.h"

#include <inttypes.h>
#include <string.h>

#include "bits.h"
#include "core/escape.h"
#include "machine/frames.h"
#include "machine/machine.h"
#include "sparc/window_ring.h"

#define BACKTRACE_LINES  32
#define BACKTRACE_FRAMES 10000 /* a recursion takes one line */
#define TRAPS            256u
#define AREA_SIZE        64u /* of a window's save area */

enum { REG_O7 = 15, REG_L0 = 16 };
enum { L1 = 1, L2 = 2, I6 = 14, I7 = 15 }; /* in own[] */

/* ---- registers ---- */

static void load_window(struct backtrace *trace, unsigned window)
{
    trace->window = (int)window;
    for (unsigned i = 0; i < 16; i++) {
        trace->own[i] = cpu_window_reg(trace->cpu, window, REG_L0 + i);
    }
}

static bool load_memory(struct backtrace *trace, uint32_t address)
{
    uint8_t area[AREA_SIZE];

    trace->window = -1;
    if ((address & 7) != 0 || !frames_read(trace->m, trace->cpu, address, area, sizeof area)) {
        return false;
    }
    for (unsigned i = 0; i < 16; i++) {
        trace->own[i] = be32_load(area + 4 * i);
    }
    return true;
}

/* Loads the caller's registers, from the next window or from the save area in memory.  False: that save area cannot be
 * read. */
static bool leave_window(struct backtrace *trace)
{
    const struct cpu *cpu = trace->cpu;
    unsigned next = ((unsigned)trace->window + 1) % cpu->config.windows;

    memcpy(trace->outs, trace->own + 8, sizeof trace->outs);
    if (trace->window >= 0 && cpu->wim != 0 && (cpu->wim >> next & 1) == 0 && next != cpu->cwp) {
        load_window(trace, next);
        return true;
    }
    return load_memory(trace, trace->outs[6]);
}

/* ---- which kind of frame? ---- */

/* Lets from_traps begin at each entry of the trap table.  A program without a trap table of its own may have
 * ordinary code at %tbr; therefore code that the walk reaches counts as a handler only if a trap has entered the
 * window, too (enter_trap_window()). */
static void add_trap_table(struct backtrace *trace)
{
    const struct cpu *cpu = trace->cpu;
    unsigned count = cpu->asr17_rw & ASR17_SVT ? 1 : TRAPS - 1; /* all but reset */

    code_walk_init(&trace->from_traps, trace->m, cpu);
    for (unsigned i = 0; i < count; i++) {
        code_walk_add(&trace->from_traps, cpu->tba | (count == 1 ? 0 : (i + 1) << 4));
    }
}

/* Can pc and npc be what a trap has stored in %l1 and %l2: an instruction and its successor?  They need not lie in
 * memory, as the trap may have been that the instruction could not be fetched. */
static bool is_trapped_pair(struct backtrace *trace, uint32_t pc, uint32_t npc)
{
    uint32_t word;
    return (pc & 3) == 0 && (npc & 3) == 0 &&
           (npc == pc + 4 || (frames_read_word(trace->m, trace->cpu, pc - 4, &word) &&
                              (insn_rows[insn_find(word)].flags & INSN_F_CTI) != 0));
}

/* Goes to the window that the trap entered, if there is one; `windows` is how far the handler has moved away from
 * it, as handlers of window traps do. */
static bool enter_trap_window(struct backtrace *trace, int windows)
{
    int count = (int)trace->cpu->config.windows;
    unsigned window = (unsigned)((trace->window + windows + count) % count);

    if (trace->window < 0) {
        trace->tt = 0;
        return windows == 0 && is_trapped_pair(trace, trace->own[L1], trace->own[L2]);
    }
    trace->tt = window_note(trace->cpu, window)->trapped;
    if (trace->tt == 0 || !is_trapped_pair(trace, cpu_window_reg(trace->cpu, window, REG_L0 + L1),
                                           cpu_window_reg(trace->cpu, window, REG_L0 + L2))) {
        return false;
    }
    load_window(trace, window);
    return true;
}

static bool is_handler(struct backtrace *trace)
{
    int windows;
    return code_walk_reaches(&trace->from_traps, trace->pc, &windows) &&
           enter_trap_window(trace, windows);
}

/* Does the code at `from` lead to pc without a window of its own? */
static bool leads_here(struct backtrace *trace, uint32_t from)
{
    int windows;
    code_walk_init(&trace->walk, trace->m, trace->cpu);
    code_walk_add(&trace->walk, from);
    return code_walk_reaches(&trace->walk, trace->pc, &windows) && windows == 0;
}

/* Where the function begins, if that is known. */
static bool find_start(const struct backtrace *trace, uint32_t *start)
{
    uint32_t offset;
    const struct symbols *symbols = trace->m->symbols;
    if (symbols == NULL || symbols_find_name(symbols, trace->pc, &offset) == NULL) {
        return false;
    }
    *start = trace->pc - offset;
    return true;
}

static bool has_no_window(struct backtrace *trace)
{
    uint32_t start;
    return find_start(trace, &start) && leads_here(trace, start);
}

/* Is trace->pc in the function that the indirect call at `call` has called?  With symbols that is looked up.  Without,
 * it is assumed unless the code after the call leads to trace->pc: then the call has returned already. */
static bool is_indirect_callee(struct backtrace *trace, uint32_t call)
{
    uint32_t start;
    return find_start(trace, &start) ? leads_here(trace, start) : !leads_here(trace, call + 8);
}

/* Is this a frame without a window of its own, called from %o7?  It is if that call leads here; else %o7 is left
 * over from a call that has returned. */
static bool is_leaf(struct backtrace *trace)
{
    uint32_t call = trace->outs[7];
    struct insn f;
    uint32_t word;

    if (!trace->exact || !frames_read_word(trace->m, trace->cpu, call, &word)) {
        return false;
    }
    insn_decode(word, &f);
    if (f.row == INSN_CALL) {
        return leads_here(trace, call + (uint32_t)f.imm);
    }
    return f.row == INSN_JMPL && f.rd == REG_O7 && is_indirect_callee(trace, call);
}

/* Is this a handler that from_traps does not reach, because the trap table leads to it by a jump that cannot be
 * followed? */
static bool is_hidden_handler(struct backtrace *trace)
{
    return trace->window >= 0 && window_note(trace->cpu, (unsigned)trace->window)->trapped != 0 &&
           has_no_window(trace) && enter_trap_window(trace, 0);
}

/* ---- */

void backtrace_begin(struct backtrace *trace, struct machine *m, const struct cpu *cpu)
{
    trace->m = m;
    trace->cpu = cpu;
    trace->pc = cpu->pc;
    trace->exact = true;
    trace->last = false;
    load_window(trace, cpu->cwp);
    for (unsigned i = 0; i < 8; i++) {
        trace->outs[i] = cpu_window_reg(cpu, cpu->cwp, 8 + i);
    }
    add_trap_table(trace);
}

static enum frame_step go_to_trapped(struct backtrace *trace)
{
    trace->pc = trace->own[L1];
    trace->exact = true;
    trace->last = !leave_window(trace);
    return FRAME_TRAPPED;
}

/* Marks the caller's frame as the last one if its %fp is below the one before: a stack grows downwards, so
 * callers' frames must lie higher. */
static enum frame_step go_to_caller(struct backtrace *trace)
{
    uint32_t fp = trace->own[I6];

    if (fp == 0 || trace->own[I7] == 0 || (trace->own[I7] & 3) != 0) {
        return FRAME_END;
    }
    trace->pc = trace->own[I7];
    trace->exact = false;
    trace->last = !leave_window(trace) || (trace->own[I6] != 0 && trace->own[I6] < fp);
    return FRAME_CALLER;
}

enum frame_step backtrace_next(struct backtrace *trace)
{
    if (is_leaf(trace)) {
        trace->pc = trace->outs[7];
        trace->exact = false;
        return FRAME_CALLER;
    }
    if (trace->last) {
        return FRAME_END;
    }
    if (is_handler(trace) || is_hidden_handler(trace)) {
        return go_to_trapped(trace);
    }
    return go_to_caller(trace);
}

bool backtrace_find_trap(struct machine *m, const struct cpu *cpu, struct backtrace_trap *trap)
{
    struct backtrace trace;
    enum frame_step step;
    unsigned count = 0;

    backtrace_begin(&trace, m, cpu);
    do {
        step = backtrace_next(&trace);
    } while (step == FRAME_CALLER && ++count < BACKTRACE_LINES);
    *trap = (struct backtrace_trap){.tt = trace.tt, .pc = trace.pc};
    return step == FRAME_TRAPPED;
}

/* Escapes the names, because they come from the image and the report goes to a terminal. */
const char *backtrace_describe(struct machine *m, uint32_t address, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (m->symbols != NULL) {
        symbols_describe(m->symbols, address, buffer, size);
    }
    return escape_in_place(buffer, size);
}

static void print_trap(unsigned tt, FILE *stream)
{
    if (tt == 0) {
        fprintf(stream, "      a trap\n");
    } else {
        fprintf(stream, "      trap 0x%02x (%s)\n", tt, trap_name(tt));
    }
}

static void print_frame(const struct backtrace *trace, unsigned number, FILE *stream)
{
    char place[SYMBOLS_TEXT_SIZE];
    fprintf(stream, "  #%-2u 0x%08" PRIx32 "  %s\n", number, trace->pc,
            backtrace_describe(trace->m, trace->pc, place, sizeof place));
}

/* Goes to the first frame that is at another pc, and prints how many were passed. */
static enum frame_step pass_recursion(struct backtrace *trace, unsigned *number, FILE *stream)
{
    uint32_t pc = trace->pc;
    unsigned same = 0;
    enum frame_step step;

    while ((step = backtrace_next(trace)) == FRAME_CALLER && trace->pc == pc &&
           *number + same < BACKTRACE_FRAMES) {
        same++;
    }
    if (same != 0) {
        fprintf(stream, "      the same %u times more\n", same);
    }
    *number += same + 1;
    return step;
}

void backtrace_print(struct machine *m, const struct cpu *cpu, FILE *stream)
{
    struct backtrace trace;
    enum frame_step step = FRAME_CALLER;
    unsigned number = 0;

    fprintf(stream, "back-trace:\n");
    backtrace_begin(&trace, m, cpu);
    for (unsigned i = 0; i < BACKTRACE_LINES && step != FRAME_END && number < BACKTRACE_FRAMES;
         i++) {
        if (step == FRAME_TRAPPED) {
            print_trap(trace.tt, stream);
        }
        print_frame(&trace, number, stream);
        step = pass_recursion(&trace, &number, stream);
    }
}
