// SPDX-License-Identifier: MIT
/* Between the GDB stub and the machine: the stub's ops, and running under its control. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "machine/frames.h"
#include "machine/gdb_glue.h"

static unsigned op_cpu_count(void *context)
{
    const struct gdb_glue *glue = context;
    return glue->machine->cpu_count;
}

/* GDB's numbers are those of <leon3emu/device.h> up to FSR; then CSR, then %asr16... */
static bool core_number(unsigned number, uint32_t *core)
{
    if (number < GDB_REGISTER_CSR) {
        *core = number;
        return true;
    }
    *core = L3_REG_ASR(16) + (number - GDB_REGISTER_ASR16);
    return number >= GDB_REGISTER_ASR16 && number < GDB_REGISTER_COUNT;
}

static bool op_read_register(void *context, unsigned cpu, unsigned number, uint32_t *value)
{
    struct gdb_glue *glue = context;
    uint32_t core;
    return core_number(number, &core) && cpu_read_register(&glue->machine->cpus[cpu], core, value);
}

/* Written by GDB when it puts back all registers after a call; what it means cannot be put back.  Writing %asr19
 * would power the CPU down. */
static bool is_read_only(uint32_t core)
{
    return core == L3_REG_ASR(19);
}

/* GDB's `return` makes the current window that of a caller, whose own is one of those further out: these must
 * be on the stack then, as the guest's RESTORE is to load from the new %fp. */
static bool leave_frame(struct machine *m, struct cpu *cpu, uint32_t fp)
{
    return fp == cpu_reg(cpu, GDB_REGISTER_I6) || frames_flush(m, cpu);
}

/* A new pc is meant to be executed, so it ends power-down.  In a machine that GDB has loaded it is where the
 * program begins, the next time, too. */
static void new_pc(const struct gdb_glue *glue, struct cpu *cpu, uint32_t pc)
{
    if (cpu->status == CPU_POWERED_DOWN) {
        cpu->status = CPU_RUNNING;
    }
    if (glue->machine->start_mode == START_EMPTY && glue->untouched) {
        glue->machine->entry = pc;
    }
}

static bool op_write_register(void *context, unsigned index, unsigned number, uint32_t value)
{
    struct gdb_glue *glue = context;
    struct cpu *cpu = &glue->machine->cpus[index];
    uint32_t core;

    if (!core_number(number, &core)) {
        return false;
    }
    if (is_read_only(core)) {
        return true;
    }
    if ((core == GDB_REGISTER_I6 && !leave_frame(glue->machine, cpu, value)) ||
        !cpu_write_register(cpu, core, value)) {
        return false;
    }
    if (core == L3_REG_PC) {
        new_pc(glue, cpu, value);
    }
    return true;
}

static bool op_read_memory(void *context, unsigned cpu, uint32_t address, void *bytes, size_t size)
{
    struct gdb_glue *glue = context;
    return frames_read(glue->machine, &glue->machine->cpus[cpu], address, bytes, size);
}

static bool op_write_memory(void *context, unsigned cpu, uint32_t address, const void *bytes,
                            size_t size)
{
    struct gdb_glue *glue = context;
    return frames_write(glue->machine, &glue->machine->cpus[cpu], address, bytes, size);
}

static struct data_watch watch_of(const struct gdb_point *point)
{
    return (struct data_watch){.first = point->address,
                               .last = point->address + (point->length - 1),
                               .loads = point->kind != GDB_POINT_WRITE,
                               .stores = point->kind != GDB_POINT_READ};
}

static bool is_breakpoint(const struct gdb_point *point)
{
    return point->kind == GDB_POINT_SOFTWARE || point->kind == GDB_POINT_HARDWARE;
}

static enum gdb_result op_remove_point(void *context, const struct gdb_point *point)
{
    struct exec *exec = &((struct gdb_glue *)context)->machine->exec;
    struct data_watch watch = watch_of(point);
    if (is_breakpoint(point)) {
        exec_remove_breakpoint(exec, point->address);
    } else {
        exec_remove_watchpoint(exec, &watch);
    }
    return GDB_OK;
}

static enum gdb_result op_insert_point(void *context, const struct gdb_point *point)
{
    struct exec *exec = &((struct gdb_glue *)context)->machine->exec;
    struct data_watch watch = watch_of(point);
    bool ok;

    op_remove_point(context, point);
    ok = is_breakpoint(point) ? exec_add_breakpoint(exec, point->address)
                              : exec_add_watchpoint(exec, &watch);
    return ok ? GDB_OK : GDB_FAILED;
}

static void op_resume(void *context, const enum gdb_action *actions)
{
    struct gdb_glue *glue = context;
    unsigned going = 0;
    glue->action = GDB_CONTINUE;
    for (unsigned i = 0; i < glue->machine->cpu_count; i++) {
        going += actions[i] != GDB_STAY;
        if (actions[i] == GDB_STEP && glue->action != GDB_STEP) {
            glue->action = GDB_STEP;
            glue->chosen = i;
        } else if (actions[i] == GDB_CONTINUE && glue->action != GDB_STEP && going == 1) {
            glue->chosen = i;
        }
    }
    glue->alone = going == 1;
    glue->running = true;
    glue->untouched = false;
}

static void op_interrupt(void *context)
{
    struct gdb_glue *glue = context;
    if (glue->running) {
        glue->break_in = true;
        exec_stop(&glue->machine->exec, STOP_INTERRUPT, LEON3EMU_INTERRUPTED, "interrupted by GDB");
    }
}

static void op_detach(void *context)
{
    struct gdb_glue *glue = context;
    exec_clear_points(&glue->machine->exec);
    glue->action = GDB_CONTINUE;
    glue->alone = false;
}

void gdb_glue_kill(struct gdb_glue *glue)
{
    glue->killed = true;
    leon3emu_interrupt(glue->machine);
}

static void op_kill(void *context)
{
    gdb_glue_kill(context);
}

bool gdb_glue_restart(struct gdb_glue *glue, struct error *err)
{
    glue->restarted = glue->untouched = true;
    return machine_restart(glue->machine, err);
}

static bool op_restart(void *context)
{
    struct gdb_glue *glue = context;
    struct error err;
    bool ok = gdb_glue_restart(glue, &err);
    exec_clear_points(&glue->machine->exec);
    if (!ok) {
        log_line(&glue->machine->log, 0, "gdb: the program was not begun anew: %s", err.text);
    }
    return ok;
}

static void op_cpu_status(void *context, unsigned cpu, char *text, size_t size)
{
    static const char *const states[] = {"", ", powered down", ", in error mode"};
    struct gdb_glue *glue = context;
    snprintf(text, size, "CPU %u%s", cpu, states[glue->machine->cpus[cpu].status]);
}

static bool op_flash(void *context, unsigned index, struct gdb_flash *flash)
{
    const struct board_desc *board = ((const struct gdb_glue *)context)->machine->board;
    const struct board_memory *found = NULL;
    uint64_t at = 0;

    for (unsigned passed = 0; passed <= index; passed++) {
        found = NULL;
        for (size_t i = 0; i < board->memory_count; i++) {
            const struct board_memory *memory = &board->memories[i];
            if (memory->type == BOARD_ROM && memory->base >= at &&
                (found == NULL || memory->base < found->base)) {
                found = memory;
            }
        }
        if (found == NULL) {
            return false;
        }
        at = (uint64_t)found->base + found->size;
    }
    *flash = (struct gdb_flash){found->base, found->size};
    return true;
}

static struct gdb_ops ops_of(struct gdb_glue *glue)
{
    return (struct gdb_ops){
        .context = glue,
        .cpu_count = op_cpu_count,
        .read_register = op_read_register,
        .write_register = op_write_register,
        .read_memory = op_read_memory,
        .write_memory = op_write_memory,
        .insert_point = op_insert_point,
        .remove_point = op_remove_point,
        .resume = op_resume,
        .interrupt = op_interrupt,
        .detach = op_detach,
        .kill = op_kill,
        .restart = op_restart,
        .cpu_status = op_cpu_status,
        .monitor = gdb_monitor,
        .flash = op_flash,
    };
}

bool leon3emu_gdb(struct machine *m, const struct leon3emu_gdb_options *options, uint16_t *actual,
                  struct error *err)
{
    struct gdb_glue *glue = calloc(1, sizeof *glue);
    const char *address = options->address == NULL ? "127.0.0.1" : options->address;
    struct gdbstub_config config = {
        .hostio = m->hostio, .log = &m->log, .wait_first = !options->nowait, .ops = ops_of(glue)};
    unsigned chosen = options->port;

    if (glue == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    glue->machine = m;
    glue->action = GDB_CONTINUE;
    glue->untouched = true;
    glue->stub = gdbstub_create(&config);
    m->gdb = glue;
    if (glue->stub == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    if (!gdbstub_listen(glue->stub, address, &chosen, err)) {
        return false;
    }
    *actual = (uint16_t)chosen;
    return true;
}

void gdb_glue_destroy(struct gdb_glue *glue)
{
    if (glue != NULL) {
        gdbstub_destroy(glue->stub);
        free(glue);
    }
}

static enum gdb_stop_reason watch_reason(const struct data_watch *watch)
{
    if (watch->loads) {
        return watch->stores ? GDB_STOP_ACCESS : GDB_STOP_READ;
    }
    return GDB_STOP_WRITE;
}

/* What Unix would send a program for such a trap. */
static enum gdb_signal signal_of_trap(unsigned tt)
{
    switch (tt) {
    case TT_ILLEGAL_INSTRUCTION:
    case TT_PRIVILEGED_INSTRUCTION:
    case TT_FP_DISABLED:
    case TT_CP_DISABLED:
        return GDB_SIGNAL_ILL;
    case TT_ADDRESS_NOT_ALIGNED:
        return GDB_SIGNAL_BUS;
    case TT_FP_EXCEPTION:
    case TT_DIVISION_BY_ZERO:
        return GDB_SIGNAL_FPE;
    default:
        return tt >= TT_SOFTWARE ? GDB_SIGNAL_TRAP : GDB_SIGNAL_SEGV;
    }
}

/* Ctrl-C is meant for who executes, not for who had the last turn and sleeps. */
static unsigned running_cpu(const struct exec *exec, unsigned cpu)
{
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        unsigned index = (cpu + i) % exec->cpu_count;
        if (exec->cpus[index].status == CPU_RUNNING) {
            return index;
        }
    }
    return cpu;
}

static struct gdb_stop stop_for_gdb(const struct exec *exec, const struct stop_info *stop)
{
    struct gdb_stop gdb = {.cpu = stop->cpu, .signal = GDB_SIGNAL_TRAP};
    switch (stop->kind) {
    case STOP_BREAKPOINT:
        gdb.reason = GDB_STOP_SOFTWARE_POINT;
        break;
    case STOP_WATCHPOINT:
        gdb.reason = watch_reason(&exec->watch);
        gdb.address = exec->watch_address;
        break;
    case STOP_INTERRUPT:
        gdb.signal = GDB_SIGNAL_INT;
        gdb.cpu = running_cpu(exec, stop->cpu);
        break;
    case STOP_ERROR_MODE:
        gdb.signal = signal_of_trap(exec->cpus[stop->cpu].error_tt);
        break;
    case STOP_GUEST_FATAL:
    case STOP_BUG:
        gdb.signal = GDB_SIGNAL_ABRT;
        break;
    default:
        break;
    }
    return gdb;
}

/* Stops that end a run; after the others GDB can let it go on. */
static bool is_final(const struct gdb_glue *glue, enum stop_kind kind)
{
    return kind != STOP_BREAKPOINT && kind != STOP_WATCHPOINT && kind != STOP_STEP &&
           !(kind == STOP_INTERRUPT && glue->break_in);
}

static void wait_for_gdb(struct gdb_glue *glue)
{
    struct machine *m = glue->machine;
    chardev_hub_flush(m->chardevs);
    glue->running = false;
    gdbstub_notify_standing(glue->stub);
    exec_pace_stop(&m->exec);
    while (gdbstub_is_waiting(glue->stub) && !glue->killed && !m->interrupted) {
        hostio_poll(m->hostio, -1);
    }
    exec_pace_go(&m->exec);
}

/* By GDB's kill, or by the user while GDB had halted the machine. */
static void ended(struct gdb_glue *glue, struct stop_info *stop)
{
    memset(stop, 0, sizeof *stop);
    stop->kind = STOP_INTERRUPT;
    stop->status = LEON3EMU_INTERRUPTED;
    snprintf(stop->text, sizeof stop->text, "%s", glue->killed ? "ended by GDB" : "interrupted");
    glue->machine->interrupted = false;
}

/* A guest that failed can be looked at before GDB lets it end. */
static bool can_be_looked_at(enum stop_kind kind)
{
    return kind == STOP_ERROR_MODE || kind == STOP_GUEST_FATAL || kind == STOP_BUG;
}

/* The user of the emulator has ended the run: whatever is open in GDB is not waited for. */
static bool is_users_end(const struct gdb_glue *glue, const struct stop_info *stop)
{
    return glue->killed || stop->kind == STOP_INTERRUPT;
}

/* The run is over, unless GDB begins the guest anew: then true. */
static bool finish(struct gdb_glue *glue, const struct stop_info *stop,
                   const struct gdb_stop *report)
{
    char shown[2 * sizeof stop->text];

    glue->restarted = false;
    if (stop->text[0] != '\0') {
        gdbstub_tell(glue->stub, escape_text(stop->text, shown, sizeof shown));
        gdbstub_tell(glue->stub, "\n");
    }
    if (can_be_looked_at(stop->kind) && gdbstub_notify_stop(glue->stub, report)) {
        wait_for_gdb(glue);
    }
    if (!glue->restarted && !glue->killed && gdbstub_notify_exit(glue->stub, stop->status) &&
        !is_users_end(glue, stop)) {
        wait_for_gdb(glue);
    }
    hostio_poll(glue->machine->hostio, 0);
    return glue->restarted && !glue->killed;
}

/* GDB steps by breakpoints on SPARC: then one CPU goes on, and the others are to stay. */
#define ALONE_POLL 4096
static void run_alone(struct gdb_glue *glue, uint64_t cycles, struct stop_info *stop)
{
    struct machine *m = glue->machine;
    uint32_t pc;
    unsigned steps = 0;

    do {
        if (exec_now(&m->exec) >= cycles) {
            *stop = (struct stop_info){.kind = STOP_CYCLES, .cpu = glue->chosen};
            return;
        }
        exec_step(&m->exec, glue->chosen, true, stop);
        pc = m->cpus[glue->chosen].pc;
        if (++steps % ALONE_POLL == 0) {
            exec_poll_host(&m->exec);
        }
    } while (stop->kind == STOP_STEP && !exec_is_breakpoint(&m->exec, pc));
    if (stop->kind == STOP_STEP) {
        stop->kind = STOP_BREAKPOINT;
    }
}

static void run_as_told(struct gdb_glue *glue, uint64_t cycles, struct stop_info *stop)
{
    struct exec *exec = &glue->machine->exec;
    cycles = cycles == 0 ? UINT64_MAX : cycles;
    if (chardev_hub_congested(glue->machine->chardevs)) {
        exec_attend(
            exec); /* stopping and going on is no way around the wait for the output's reader */
    }
    if (glue->action == GDB_STEP) {
        exec_step(exec, glue->chosen, glue->alone, stop);
    } else if (glue->alone && glue->machine->cpu_count > 1) {
        run_alone(glue, cycles, stop);
    } else {
        exec_run(exec, cycles, stop);
    }
}

/* Waits, runs as told, reports the stop, until the run is over or GDB kills it. */
void gdb_glue_run(struct machine *m, uint64_t cycles, struct stop_info *stop)
{
    struct gdb_glue *glue = m->gdb;
    struct gdb_stop report;

    for (;;) {
        wait_for_gdb(glue);
        if (!glue->killed && !m->interrupted) {
            glue->running = true;
            run_as_told(glue, cycles, stop);
        }
        if (glue->killed || m->interrupted) {
            ended(glue, stop);
        }
        if (stop->kind == STOP_CYCLES) {
            return;
        }
        report = stop_for_gdb(&m->exec, stop);
        if (is_final(glue, stop->kind)) {
            if (finish(glue, stop, &report)) {
                continue;
            }
            return;
        }
        glue->break_in = false;
        if (!gdbstub_notify_stop(glue->stub, &report)) {
            glue->action = GDB_CONTINUE;
        }
    }
}
