// SPDX-License-Identifier: MIT
/*
 * The room src/gdb: a machine under GDB.  src/gdbstub knows the protocol and no machine; this room gives it the
 * functions that reach one (struct gdb_ops), and runs the machine as GDB says, in place of leon3emu_run().
 *
 * It is called through leon3emu_gdb(), and then by src/machine through struct machine_driver, so that machine does
 * not know this room.  Everything happens on the machine's thread, and GDB's commands are carried out only while the
 * guest is halted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "gdbstub/gdbstub.h"
#include "machine/frames.h"
#include "machine/load.h"
#include "monitor/monitor.h"

struct gdb_server {
    struct machine *machine;
    struct gdbstub *stub;
    enum gdb_action action; /* what the machine does next; GDB_STEP: the CPU `chosen` steps */
    unsigned chosen;        /* the CPU that steps, or that alone goes on */
    bool alone;             /* all CPUs but `chosen` stand still */
    bool running;           /* the guest executes, or is about to */
    bool untouched;         /* GDB has not yet let the guest execute anything */
    bool break_in;          /* the interrupt is GDB's Ctrl-C, not the user's */
    bool restarted;         /* GDB has begun the guest anew, so its end does not end the run */
    bool killed;            /* GDB has sent k, or the user `monitor quit` */
};

static unsigned op_cpu_count(void *context)
{
    const struct gdb_server *server = context;
    return server->machine->cpu_count;
}

/* GDB's numbers are those of <leon3emu/device.h> up to FSR; then CSR, then %asr16... */
_Static_assert(GDB_REGISTER_F0 == 32 && GDB_REGISTER_Y == L3_REG_Y &&
                   GDB_REGISTER_PSR == L3_REG_PSR && GDB_REGISTER_WIM == L3_REG_WIM &&
                   GDB_REGISTER_PC == L3_REG_PC && GDB_REGISTER_NPC == L3_REG_NPC &&
                   GDB_REGISTER_CSR == L3_REG_FSR + 1,
               "GDB's numbers are ours");
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
    struct gdb_server *server = context;
    uint32_t core;
    return core_number(number, &core) &&
           cpu_read_register(&server->machine->cpus[cpu], core, value);
}

/* Must a write by GDB have no effect?  GDB writes back all registers after it has called a guest's function;
 * writing %asr19 would power the CPU down. */
static bool is_read_only(uint32_t core)
{
    return core == L3_REG_ASR(19);
}

/* Prepares a write to %fp, by which GDB's `return` makes the current window the frame of a caller.  The outer
 * windows no longer follow that frame; so they are stored to the stack, from which the guest's next RESTORE loads
 * the window at the new %fp.  False: the stack is out of reach. */
static bool leave_frame(struct machine *m, struct cpu *cpu, uint32_t fp)
{
    return fp == cpu_reg(cpu, GDB_REGISTER_I6) || frames_flush(m, cpu);
}

/* GDB has written the pc.  It wants that code to be executed, so the CPU leaves power-down.  If GDB has loaded the
 * program and nothing was executed yet, the pc is also the entry at which the program begins after GDB's `run`. */
static void new_pc(const struct gdb_server *server, struct cpu *cpu, uint32_t pc)
{
    if (cpu->status == CPU_POWERED_DOWN) {
        cpu->status = CPU_RUNNING;
    }
    if (server->machine->start_mode == START_EMPTY && server->untouched) {
        server->machine->entry = pc;
    }
}

static bool op_write_register(void *context, unsigned index, unsigned number, uint32_t value)
{
    struct gdb_server *server = context;
    struct cpu *cpu = &server->machine->cpus[index];
    uint32_t core;

    if (!core_number(number, &core)) {
        return false;
    }
    if (is_read_only(core)) {
        return true;
    }
    if ((core == GDB_REGISTER_I6 && !leave_frame(server->machine, cpu, value)) ||
        !cpu_write_register(cpu, core, value)) {
        return false;
    }
    if (core == L3_REG_PC) {
        new_pc(server, cpu, value);
    }
    return true;
}

static bool op_read_memory(void *context, unsigned cpu, uint32_t address, void *bytes, size_t size)
{
    struct gdb_server *server = context;
    return frames_read(server->machine, &server->machine->cpus[cpu], address, bytes, size);
}

static bool op_write_memory(void *context, unsigned cpu, uint32_t address, const void *bytes,
                            size_t size)
{
    struct gdb_server *server = context;
    return frames_write(server->machine, &server->machine->cpus[cpu], address, bytes, size);
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
    struct exec *exec = &((struct gdb_server *)context)->machine->exec;
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
    struct exec *exec = &((struct gdb_server *)context)->machine->exec;
    struct data_watch watch = watch_of(point);
    bool ok;

    op_remove_point(context, point);
    ok = is_breakpoint(point) ? exec_add_breakpoint(exec, point->address)
                              : exec_add_watchpoint(exec, &watch);
    return ok ? GDB_OK : GDB_FAILED;
}

static void op_resume(void *context, const enum gdb_action *actions)
{
    struct gdb_server *server = context;
    unsigned going = 0;
    server->action = GDB_CONTINUE;
    for (unsigned i = 0; i < server->machine->cpu_count; i++) {
        going += actions[i] != GDB_STAY;
        if (actions[i] == GDB_STEP && server->action != GDB_STEP) {
            server->action = GDB_STEP;
            server->chosen = i;
        } else if (actions[i] == GDB_CONTINUE && server->action != GDB_STEP && going == 1) {
            server->chosen = i;
        }
    }
    server->alone = going == 1;
    server->running = true;
    server->untouched = false;
}

static void op_interrupt(void *context)
{
    struct gdb_server *server = context;
    if (server->running) {
        server->break_in = true;
        exec_stop(&server->machine->exec, STOP_INTERRUPT, LEON3EMU_INTERRUPTED,
                  "interrupted by GDB");
    }
}

static void op_detach(void *context)
{
    struct gdb_server *server = context;
    exec_clear_points(&server->machine->exec);
    server->action = GDB_CONTINUE;
    server->alone = false;
}

static void op_kill(void *context)
{
    struct gdb_server *server = context;
    server->killed = true;
    leon3emu_interrupt(server->machine);
}

static bool restart_guest(void *context, struct error *err)
{
    struct gdb_server *server = context;
    server->restarted = server->untouched = true;
    return machine_restart(server->machine, err);
}

static bool op_restart(void *context)
{
    struct gdb_server *server = context;
    struct error err;
    bool ok = restart_guest(server, &err);
    exec_clear_points(&server->machine->exec);
    if (!ok) {
        log_line(&server->machine->log, 0, "gdb: the program was not begun anew: %s", err.text);
    }
    return ok;
}

static void op_cpu_status(void *context, unsigned cpu, char *text, size_t size)
{
    static const char *const states[] = {"", ", powered down", ", in error mode"};
    struct gdb_server *server = context;
    snprintf(text, size, "CPU %u%s", cpu, states[server->machine->cpus[cpu].status]);
}

/* Carries out GDB's `monitor COMMAND`. */
static void op_monitor(void *context, unsigned cpu, const char *command, FILE *stream)
{
    static const struct monitor_control control = {
        .restart = restart_guest,
        .after_restart = "GDB has yet to notice: maintenance flush register-cache",
        .quit = op_kill,
    };
    struct gdb_server *server = context;
    const struct monitor monitor = {server->machine, cpu, stream, &control, server};
    monitor_execute(&monitor, command);
}

static bool op_flash(void *context, unsigned index, struct gdb_flash *flash)
{
    const struct board_desc *board = ((const struct gdb_server *)context)->machine->board;
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

static struct gdb_ops ops_of(struct gdb_server *server)
{
    return (struct gdb_ops){
        .context = server,
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
        .monitor = op_monitor,
        .flash = op_flash,
    };
}

static enum gdb_stop_reason watch_reason(const struct data_watch *watch)
{
    if (watch->loads) {
        return watch->stores ? GDB_STOP_ACCESS : GDB_STOP_READ;
    }
    return GDB_STOP_WRITE;
}

/* The signal that Unix would send a program for such a trap. */
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

/* The CPU that GDB is to select after Ctrl-C: `cpu`, which had the last turn, or another one that executes if `cpu` is
 * powered down. */
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
        gdb.reason = watch_reason(&exec->debug.hit);
        gdb.address = exec->debug.hit_address;
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

/* Does the stop end the run?  After the others GDB can let the guest go on. */
static bool is_final(const struct gdb_server *server, enum stop_kind kind)
{
    return kind != STOP_BREAKPOINT && kind != STOP_WATCHPOINT && kind != STOP_STEP &&
           !(kind == STOP_INTERRUPT && server->break_in);
}

static void wait_for_gdb(struct gdb_server *server)
{
    struct machine *m = server->machine;
    chardev_hub_flush(m->chardevs);
    server->running = false;
    gdbstub_notify_halted(server->stub);
    pacing_stop(&m->exec.pacing);
    while (gdbstub_is_waiting(server->stub) && !server->killed && !m->interrupted) {
        hostio_poll(m->hostio, -1);
    }
    pacing_go(&m->exec.pacing);
}

/* Fills *stop for an end that GDB's kill has caused, or the user while GDB had halted the machine. */
static void set_ended_stop(struct gdb_server *server, struct stop_info *stop)
{
    memset(stop, 0, sizeof *stop);
    stop->kind = STOP_INTERRUPT;
    stop->status = LEON3EMU_INTERRUPTED;
    snprintf(stop->text, sizeof stop->text, "%s", server->killed ? "ended by GDB" : "interrupted");
    server->machine->interrupted = false;
}

/* Has the guest failed, so that GDB gets a stop first, in which the user can look at the guest, and the end only
 * when it goes on? */
static bool can_be_looked_at(enum stop_kind kind)
{
    return kind == STOP_ERROR_MODE || kind == STOP_GUEST_FATAL || kind == STOP_BUG;
}

/* Did the user end the run, by GDB's kill or by a signal to the emulator?  Then it does not wait for GDB to begin
 * anew. */
static bool is_users_end(const struct gdb_server *server, const struct stop_info *stop)
{
    return server->killed || stop->kind == STOP_INTERRUPT;
}

/* Tells GDB that the run is over, and waits for what it does about that.  True: GDB has begun the guest anew, so
 * the run goes on. */
static bool report_end(struct gdb_server *server, const struct stop_info *stop,
                       const struct gdb_stop *report)
{
    char shown[2 * sizeof stop->text];

    server->restarted = false;
    if (stop->text[0] != '\0') {
        gdbstub_print(server->stub, escape_text(stop->text, shown, sizeof shown));
        gdbstub_print(server->stub, "\n");
    }
    if (can_be_looked_at(stop->kind) && gdbstub_notify_stop(server->stub, report)) {
        wait_for_gdb(server);
    }
    if (!server->restarted && !server->killed && gdbstub_notify_exit(server->stub, stop->status) &&
        !is_users_end(server, stop)) {
        wait_for_gdb(server);
    }
    hostio_poll(server->machine->hostio, 0);
    return server->restarted && !server->killed;
}

#define ALONE_POLL 4096 /* instructions between two looks at the host */

/* Lets the chosen CPU go on while the others stand still, up to a breakpoint or another stop.  GDB needs this
 * because on SPARC it steps by setting a breakpoint behind the instruction. */
static void run_alone(struct gdb_server *server, uint64_t cycles, struct stop_info *stop)
{
    struct machine *m = server->machine;
    uint32_t pc;
    unsigned steps = 0;

    do {
        if (exec_now(&m->exec) >= cycles) {
            *stop = (struct stop_info){.kind = STOP_CYCLES, .cpu = server->chosen};
            return;
        }
        exec_step(&m->exec, server->chosen, true, stop);
        pc = m->cpus[server->chosen].pc;
        if (++steps % ALONE_POLL == 0) {
            exec_poll_host(&m->exec);
        }
    } while (stop->kind == STOP_STEP && !exec_is_breakpoint(&m->exec, pc));
    if (stop->kind == STOP_STEP) {
        stop->kind = STOP_BREAKPOINT;
    }
}

static void run_as_told(struct gdb_server *server, uint64_t cycles, struct stop_info *stop)
{
    struct exec *exec = &server->machine->exec;
    cycles = cycles == 0 ? UINT64_MAX : cycles;
    if (chardev_hub_congested(server->machine->chardevs)) {
        exec_attend(
            exec); /* even with frequent stops the guest waits for the reader of its output */
    }
    if (server->action == GDB_STEP) {
        exec_step(exec, server->chosen, server->alone, stop);
    } else if (server->alone && server->machine->cpu_count > 1) {
        run_alone(server, cycles, stop);
    } else {
        exec_run(exec, cycles, stop);
    }
}

/* Waits for GDB, runs as it says, and reports the stop, until the run is over or GDB kills it. */
static void run_under_gdb(void *context, uint64_t cycles, struct stop_info *stop)
{
    struct gdb_server *server = context;
    struct machine *m = server->machine;
    struct gdb_stop report;

    for (;;) {
        wait_for_gdb(server);
        if (!server->killed && !m->interrupted) {
            server->running = true;
            run_as_told(server, cycles, stop);
        }
        if (server->killed || m->interrupted) {
            set_ended_stop(server, stop);
        }
        if (stop->kind == STOP_CYCLES) {
            return;
        }
        report = stop_for_gdb(&m->exec, stop);
        if (is_final(server, stop->kind)) {
            if (report_end(server, stop, &report)) {
                continue;
            }
            return;
        }
        server->break_in = false;
        if (!gdbstub_notify_stop(server->stub, &report)) {
            server->action = GDB_CONTINUE;
        }
    }
}

static void destroy_server(void *context)
{
    struct gdb_server *server = context;
    gdbstub_destroy(server->stub);
    free(server);
}

bool leon3emu_gdb(struct machine *m, const struct leon3emu_gdb_options *options, uint16_t *actual,
                  struct error *err)
{
    struct gdb_server *server = calloc(1, sizeof *server);
    const char *address = options->address == NULL ? "127.0.0.1" : options->address;
    struct gdbstub_config config = {
        .hostio = m->hostio, .log = &m->log, .wait_first = !options->nowait, .ops = ops_of(server)};
    unsigned chosen = options->port;

    if (server == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    server->machine = m;
    server->action = GDB_CONTINUE;
    server->untouched = true;
    server->stub = gdbstub_create(&config);
    m->driver = (struct machine_driver){run_under_gdb, destroy_server, server};
    if (server->stub == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    if (!gdbstub_listen(server->stub, address, &chosen, err)) {
        return false;
    }
    *actual = (uint16_t)chosen;
    return true;
}
