// SPDX-License-Identifier: MIT
/*
 * What error mode means, and the report of a CPU that stopped in it.
 *
 * `ta 0` with %g1 = 1 is how programs end: its handler does another `ta 0`, or traps were disabled before.
 * BCC's and GRLIB's mean nothing more by that.  RTEMS sets %g2 = source and %g3 = code just before: source
 * 5 is exit(code), source 0 with code 0 a plain halt, any other a fatal error (ADR 22).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bits.h"
#include "core/escape.h"
#include "machine/frames.h"
#include "machine/machine.h"

#define RTEMS_EXIT_SOURCE 5
#define RTEMS_SOURCE_MAX  63 /* more than RTEMS has, less than what is left over in a register */
#define GUEST_STATUS_MAX  63

#define LOOK_BACK      16          /* instructions */
#define INSN_TA_0      0x91d02000u /* ta 0 */
#define INSN_MOV_O0_G2 0x84100008u /* mov %o0, %g2, in RTEMS's sparc_syscall_exit() */

enum { REG_G1 = 1, REG_G2 = 2, REG_L1 = 17, REG_L2 = 18 };

static void guest_exit(struct stop_info *stop, uint32_t code)
{
    stop->kind = STOP_GUEST_EXIT;
    if (code <= GUEST_STATUS_MAX) {
        stop->status = (int)code;
        return;
    }
    stop->status = GUEST_STATUS_MAX;
    snprintf(stop->text, sizeof stop->text,
             "the guest's exit code is %" PRIu32 " (0x%08" PRIx32 "); the exit status is %d", code,
             code, GUEST_STATUS_MAX);
}

static void guest_fatal(struct stop_info *stop, uint32_t source, uint32_t code)
{
    stop->kind = STOP_GUEST_FATAL;
    stop->status = LEON3EMU_GUEST_FATAL;
    snprintf(stop->text, sizeof stop->text,
             "guest fatal error: source %" PRIu32 ", code %" PRIu32 " (0x%" PRIx32 ")", source,
             code, code);
}

static void trapped(const struct cpu *cpu, struct stop_info *stop)
{
    stop->kind = STOP_ERROR_MODE;
    stop->status = LEON3EMU_ERROR_MODE;
    snprintf(stop->text, sizeof stop->text,
             "cpu %u in error mode: trap 0x%02x (%s) while traps were disabled, %s",
             cpu->config.index, cpu->error_tt, trap_name(cpu->error_tt),
             log_place(cpu->log, cpu->pc).text);
}

/* ---- the guest's own end ---- */

static bool debug_word(struct machine *m, const struct cpu *cpu, uint32_t address, uint32_t *word)
{
    uint8_t bytes[4];
    if ((address & 3) != 0 || !frames_read(m, cpu, address, bytes, sizeof bytes)) {
        return false;
    }
    *word = be32_load(bytes);
    return true;
}

/* CALL, branches, JMPL, RETT, Ticc, UNIMP: what stands before does not lead here, or not alone. */
static bool is_transfer(uint32_t word)
{
    uint32_t op3 = bits_get(word, 19, 6);
    switch (word >> 30) {
    case 0:
        return bits_get(word, 22, 3) != 4; /* SETHI */
    case 1:
        return true;
    case 2:
        return op3 >= 0x38 && op3 <= 0x3a;
    default:
        return false;
    }
}

/* The register that gets an integer result: of SETHI, arithmetic, SAVE and RESTORE, loads.  0: none. */
static unsigned written_register(uint32_t word)
{
    uint32_t op3 = bits_get(word, 19, 6);
    bool writes = true;

    if (word >> 30 == 2) {
        writes = op3 < 0x30 || op3 == 0x3c || op3 == 0x3d;
    } else if (word >> 30 == 3) {
        writes = op3 < 0x20 && (op3 & 7) < 4;
    }
    return writes ? bits_get(word, 25, 5) : 0;
}

/* The instruction that sets a global register in the code that leads straight to `address`; 0: none does. */
static uint32_t setter_of(struct machine *m, const struct cpu *cpu, unsigned reg, uint32_t address)
{
    uint32_t word;
    uint32_t before;

    for (unsigned i = 0; i < LOOK_BACK; i++) {
        address -= 4;
        if (!debug_word(m, cpu, address, &word) || is_transfer(word)) {
            return 0;
        }
        if (written_register(word) == reg) { /* but not in the delay slot of somebody else's jump */
            return debug_word(m, cpu, address - 4, &before) && is_transfer(before) ? 0 : word;
        }
    }
    return 0;
}

/* RTEMS's way to end, or another's who has taken it over: the source is put into %g2 just before the trap.
 * The trap was taken at %l1 if what failed is the handler of it, which traps again. */
static bool is_rtems_end(struct machine *m, const struct cpu *cpu)
{
    uint32_t setter = setter_of(m, cpu, REG_G2, cpu->pc);
    uint32_t outer = cpu_reg(cpu, REG_L1);
    uint32_t word;

    if (setter == 0 && debug_word(m, cpu, outer, &word) && word == INSN_TA_0) {
        setter = setter_of(m, cpu, REG_G2, outer);
    }
    return setter == INSN_MOV_O0_G2 || (setter != 0 && cpu->globals[2] <= RTEMS_SOURCE_MAX);
}

/* Whose program ends here, and with what status? */
static void guest_end(struct machine *m, const struct cpu *cpu, struct stop_info *stop)
{
    uint32_t source = cpu->globals[2];
    uint32_t code = cpu->globals[3];

    if (!is_rtems_end(m, cpu)) {
        guest_exit(stop, 0);
    } else if (source == RTEMS_EXIT_SOURCE || (source == 0 && code == 0)) {
        guest_exit(stop, code);
    } else {
        guest_fatal(stop, source, code);
    }
}

/* The run goes on without the CPU that failed. */
static bool go_on(struct machine *m, struct stop_info *stop, const char *why)
{
    log_line(&m->log, 0, "%s; %s", stop->text, why);
    memset(stop, 0, sizeof *stop);
    return false;
}

/* Error mode of one CPU ends the run unless somebody else can still do something. */
static bool end_or_go_on(struct machine *m, struct stop_info *stop)
{
    size_t length = strlen(stop->text);

    if (machine_can_wake(m)) {
        return go_on(m, stop, "the other CPUs go on");
    }
    if (machine_will_restart(m)) {
        return go_on(m, stop, "a watchdog is running that will reset the system");
    }
    if (m->cpu_count > 1) {
        snprintf(stop->text + length, sizeof stop->text - length,
                 "; the other CPUs are stopped, too, and nothing can wake one");
    }
    return true;
}

/* Handlers of traps that nobody expected often are a `ta 0`, too, and a 1 in %g1 may be left over: then this is
 * not the program's end but its failure.  The handler finds in %l1 and %l2 where the trap came. */
static bool is_unexpected_trap(struct machine *m, const struct cpu *cpu)
{
    unsigned before = cpu->error_before;
    return before != TT_RESET && before < TT_SOFTWARE &&
           cpu_reg(cpu, REG_L2) == cpu_reg(cpu, REG_L1) + 4 &&
           setter_of(m, cpu, REG_G1, cpu->pc) == 0;
}

static bool is_end(struct machine *m, const struct cpu *cpu)
{
    return cpu->error_tt == TT_SOFTWARE && cpu->globals[1] == 1 && !is_unexpected_trap(m, cpu);
}

bool stop_error_mode(void *context, struct cpu *cpu, struct stop_info *stop)
{
    struct machine *m = context;

    stop->cpu = cpu->config.index;
    if (is_end(m, cpu)) {
        guest_end(m, cpu, stop);
        return true;
    }
    trapped(cpu, stop);
    return end_or_go_on(m, stop);
}

/* ---- report ---- */

#define BACKTRACE_MAX 32

/* Names are the image's, and the report goes to a terminal. */
static const char *describe(struct machine *m, uint32_t address, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (m->symbols != NULL) {
        symbols_describe(m->symbols, address, buffer, size);
    }
    return escape_in_place(buffer, size);
}

static void print_instruction(struct machine *m, const struct cpu *cpu, FILE *stream)
{
    uint32_t pc = cpu->pc;
    char place[SYMBOLS_TEXT_SIZE];
    char text[80] = "(cannot be read)";
    uint32_t word;

    if (debug_word(m, cpu, pc, &word)) {
        insn_disassemble(word, pc, text, sizeof text);
    }
    fprintf(stream, "  pc  0x%08" PRIx32 "  %-32s %s\n", pc, text,
            describe(m, pc, place, sizeof place));
}

static void print_registers(const struct cpu *cpu, FILE *stream)
{
    static const char bank[] = "goli";
    fprintf(stream,
            "  npc 0x%08" PRIx32 "  psr 0x%08" PRIx32 "  wim 0x%08" PRIx32 "  tbr 0x%08" PRIx32
            "  y 0x%08" PRIx32 "\n",
            cpu->npc, cpu_psr(cpu), cpu->wim, cpu_tbr(cpu), cpu->y);
    for (unsigned row = 0; row < 8; row++) {
        for (unsigned column = 0; column < 4; column++) {
            fprintf(stream, "  %%%c%u %08" PRIx32, bank[column], row,
                    cpu_reg(cpu, 8 * column + row));
        }
        fputc('\n', stream);
    }
}

/* One frame further out: where it has saved its %fp and return address, or would. */
#define SAVED_FP 56
#define SAVED_PC 60

struct frame {
    uint32_t fp;
    uint32_t pc;
};

static bool outer_frame(struct machine *m, const struct cpu *cpu, struct frame *frame)
{
    uint32_t at = frame->fp;
    return debug_word(m, cpu, at + SAVED_FP, &frame->fp) &&
           debug_word(m, cpu, at + SAVED_PC, &frame->pc);
}

static void print_backtrace(struct machine *m, const struct cpu *cpu, FILE *stream)
{
    struct frame frame = {cpu_reg(cpu, 30), cpu_reg(cpu, 31)};
    char place[SYMBOLS_TEXT_SIZE];

    fprintf(stream, "back-trace:\n  #0  0x%08" PRIx32 "  %s\n", cpu->pc,
            describe(m, cpu->pc, place, sizeof place));
    for (unsigned i = 1; i < BACKTRACE_MAX && frame.pc != 0 && (frame.pc & 3) == 0; i++) {
        uint32_t below = frame.fp;
        fprintf(stream, "  #%-2u 0x%08" PRIx32 "  %s\n", i, frame.pc,
                describe(m, frame.pc, place, sizeof place));
        if (frame.fp == 0 || !outer_frame(m, cpu, &frame) || frame.fp < below) {
            break;
        }
    }
}

void leon3emu_report(struct machine *m, const struct stop_info *stop, FILE *stream)
{
    const struct cpu *cpu = &m->cpus[stop->cpu];
    print_instruction(m, cpu, stream);
    print_registers(cpu, stream);
    print_backtrace(m, cpu, stream);
}
