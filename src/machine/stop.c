// SPDX-License-Identifier: MIT
/*
 * What error mode means: the program's end, its failure, or a trap that nobody handles.
 *
 * Programs end by `ta 0` with %g1 = 1, which leads to error mode because the handler executes another `ta 0`, or
 * because traps were disabled before.  Programs of BCC and GRLIB say nothing more, so their status is 0.  RTEMS sets
 * %g2 = source and %g3 = code just before: source 5 is exit(code), source 0 with code 0 a plain halt, any other a
 * fatal error (docs/adr/0022-guest-exit.md).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bits.h"
#include "machine/backtrace.h"
#include "machine/frames.h"
#include "machine/machine.h"

#define RTEMS_EXIT_SOURCE      5
#define RTEMS_EXCEPTION_SOURCE 9
#define RTEMS_SOURCE_MAX       63 /* a larger %g2 is left over from something else */
#define GUEST_STATUS_MAX       63

#define PLACE_SIZE 160 /* of the name of a place within a sentence */

#define LOOK_BACK      16          /* instructions that setter_of() searches */
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

/* "trap 0x09 (data_access_exception) at pc 0x40001284 read_sensor (main.c:3)"; without the place if pc is 0. */
static void append_trap(struct machine *m, struct stop_info *stop, unsigned tt, uint32_t pc)
{
    size_t used = strlen(stop->text);
    char place[PLACE_SIZE];

    used += (size_t)snprintf(stop->text + used, sizeof stop->text - used, "trap 0x%02x (%s)", tt,
                             trap_name(tt));
    if (pc != 0) {
        snprintf(stop->text + used, sizeof stop->text - used, " at pc 0x%08" PRIx32 "%s%s", pc,
                 backtrace_describe(m, pc, place, sizeof place)[0] == '\0' ? "" : " ", place);
    }
}

/* Is the trap a fault of the program?  Interrupts, software traps and window traps are not. */
static bool is_fault(unsigned tt)
{
    return tt != 0 && tt != TT_WINDOW_OVERFLOW && tt != TT_WINDOW_UNDERFLOW && tt < TT_SOFTWARE &&
           !(tt > TT_INTERRUPT && tt < TT_INTERRUPT + 16);
}

/* Finds the trap because of which the guest gave up; false: it was no trap.  Programs that follow docs/bare-metal
 * give the number of an unexpected trap as the code; RTEMS gives an address there. */
static bool fatal_trap(struct machine *m, const struct cpu *cpu, struct backtrace_trap *trap)
{
    bool found = backtrace_find_trap(m, cpu, trap);
    bool named = cpu->globals[2] == RTEMS_EXCEPTION_SOURCE && cpu->globals[3] <= 0xff;

    if (named && (!found || trap->tt == 0)) {
        trap->tt = cpu->globals[3];
    }
    if (!found) {
        trap->pc = 0;
    }
    return (found && is_fault(trap->tt)) || named;
}

static void guest_fatal(struct machine *m, const struct cpu *cpu, struct stop_info *stop)
{
    uint32_t code = cpu->globals[3];
    struct backtrace_trap trap;
    size_t used;

    stop->kind = STOP_GUEST_FATAL;
    stop->status = LEON3EMU_GUEST_FATAL;
    strcpy(stop->text, "guest fatal error: ");
    if (fatal_trap(m, cpu, &trap)) {
        append_trap(m, stop, trap.tt, trap.pc);
        strcat(stop->text, "; ");
    }
    used = strlen(stop->text);
    snprintf(stop->text + used, sizeof stop->text - used,
             "source %" PRIu32 ", code %" PRIu32 " (0x%" PRIx32 ")", cpu->globals[2], code, code);
}

static void trapped(struct machine *m, const struct cpu *cpu, struct stop_info *stop)
{
    struct backtrace_trap trap;

    stop->kind = STOP_ERROR_MODE;
    stop->status = LEON3EMU_ERROR_MODE;
    snprintf(stop->text, sizeof stop->text,
             "cpu %u in error mode: trap 0x%02x (%s) while traps were disabled, %s",
             cpu->config.index, cpu->error_tt, trap_name(cpu->error_tt),
             log_describe_pc(cpu->log, cpu->pc).text);
    if (backtrace_find_trap(m, cpu, &trap) && trap.tt != 0) {
        strcat(stop->text, ", in the handler of ");
        append_trap(m, stop, trap.tt, trap.pc);
    }
}

/* ---- the guest's own end ---- */

/* Is it CALL, a branch, JMPL, RETT, Ticc or UNIMP?  Then the code before it does not lead straight to the code
 * after it. */
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

/* The integer register that SETHI, an arithmetic instruction, SAVE, RESTORE or a load writes.  0: none. */
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
        if (!frames_read_word(m, cpu, address, &word) || is_transfer(word)) {
            return 0;
        }
        if (written_register(word) == reg) { /* does not count in the delay slot of a transfer */
            return frames_read_word(m, cpu, address - 4, &before) && is_transfer(before) ? 0 : word;
        }
    }
    return 0;
}

/* Does the guest end as RTEMS does, so that %g2 and %g3 hold source and code?  Then an instruction just before the
 * `ta 0` sets %g2.  If the CPU failed in the handler of that `ta 0`, by another one, %l1 has the address of the
 * first. */
static bool is_rtems_end(struct machine *m, const struct cpu *cpu)
{
    uint32_t setter = setter_of(m, cpu, REG_G2, cpu->pc);
    uint32_t outer = cpu_reg(cpu, REG_L1);
    uint32_t word;

    if (setter == 0 && frames_read_word(m, cpu, outer, &word) && word == INSN_TA_0) {
        setter = setter_of(m, cpu, REG_G2, outer);
    }
    return setter == INSN_MOV_O0_G2 || (setter != 0 && cpu->globals[2] <= RTEMS_SOURCE_MAX);
}

/* Finds out which system's way to end this is, and the status that it gives. */
static void guest_end(struct machine *m, const struct cpu *cpu, struct stop_info *stop)
{
    uint32_t source = cpu->globals[2];
    uint32_t code = cpu->globals[3];

    if (!is_rtems_end(m, cpu)) {
        guest_exit(stop, 0);
    } else if (source == RTEMS_EXIT_SOURCE || (source == 0 && code == 0)) {
        guest_exit(stop, code);
    } else {
        guest_fatal(m, cpu, stop);
    }
}

/* The run goes on without the CPU that failed. */
static bool go_on(struct machine *m, struct stop_info *stop, const char *why)
{
    log_line(&m->log, 0, "%s; %s", stop->text, why);
    memset(stop, 0, sizeof *stop);
    return false;
}

/* Error mode of one CPU ends the run unless another CPU or a device can still do something. */
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

/* Is this the `ta 0` of a handler of unexpected traps, and thus the program's failure and not its end?  Handlers
 * often are such a `ta 0`, and %g1 may be 1 by chance.  Signs of it: the trap before was no software trap, %l1 and
 * %l2 hold the addresses where a trap was taken, and the code before does not set %g1. */
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
    trapped(m, cpu, stop);
    return end_or_go_on(m, stop);
}
