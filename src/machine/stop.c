// SPDX-License-Identifier: MIT
/*
 * What error mode means, and the report of a CPU that stopped in it.
 *
 * RTEMS ends with `ta 0` while traps are disabled, %g1 = 1, %g2 = source and %g3 = code: source 5
 * is exit(code), source 0 with code 0 a plain halt, any other a fatal error (ADR 22).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bits.h"
#include "core/escape.h"
#include "machine/frames.h"
#include "machine/machine.h"

#define RTEMS_EXIT_SOURCE 5
#define GUEST_STATUS_MAX  63

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

bool stop_error_mode(void *context, struct cpu *cpu, struct stop_info *stop)
{
    const struct machine *m = context;
    uint32_t source = cpu->globals[2];
    uint32_t code = cpu->globals[3];

    stop->cpu = cpu->config.index;
    if (cpu->error_tt != TT_SOFTWARE || cpu->globals[1] != 1) {
        trapped(cpu, stop);
        if (!exec_all_failed(&m->exec)) {
            log_line(&m->log, 0, "%s; the other CPUs go on", stop->text);
            memset(stop, 0, sizeof *stop);
            return false;
        }
    } else if (source == RTEMS_EXIT_SOURCE || (source == 0 && code == 0)) {
        guest_exit(stop, code);
    } else {
        guest_fatal(stop, source, code);
    }
    return true;
}

/* ---- report ---- */

#define BACKTRACE_MAX 32

static bool debug_word(struct machine *m, const struct cpu *cpu, uint32_t address, uint32_t *word)
{
    uint8_t bytes[4];
    if ((address & 3) != 0 || !frames_read(m, cpu, address, bytes, sizeof bytes)) {
        return false;
    }
    *word = be32_load(bytes);
    return true;
}

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
