// SPDX-License-Identifier: MIT
/*
 * Commands that let the machine run, and the answer they get when it stops.
 *
 * A resume command is answered only when the machine stops, by gdbstub_notify_stop().  Signals that
 * GDB passes along are ignored, because a bare machine has no signals.
 */
#include "gdbstub/gdb_session.h"

#include "check.h"

static void resume_machine(struct gdbstub *s, const enum gdb_action *actions)
{
    s->halted = false;
    s->config.ops.resume(s->config.ops.context, actions);
}

/* Refuses a command while the machine runs (only Ctrl-C makes sense then) or after the guest has ended. */
static bool refuse_if_running(struct gdbstub *s)
{
    bool refused = !s->halted || s->ended;
    if (refused) {
        gdb_send_text(s, "E01");
    }
    return refused;
}

/* Takes the address that may follow c or s, and makes it the CPU's pc. */
static bool take_new_pc(struct gdbstub *s, struct gdb_cursor *arguments, unsigned cpu)
{
    const struct gdb_ops *ops = &s->config.ops;
    uint32_t pc;
    if (gdb_left(arguments) == 0) {
        return true;
    }
    return gdb_take_number(arguments, &pc) && gdb_left(arguments) == 0 &&
           ops->write_register(ops->context, cpu, GDB_REGISTER_PC, pc) &&
           ops->write_register(ops->context, cpu, GDB_REGISTER_NPC, pc + 4);
}

/* c, s, C and S, which are older than vCont.  If Hc has named a CPU, that one runs alone; else all run, and the
 * CPU that stopped last makes the step. */
static void resume_old(struct gdbstub *s, struct gdb_cursor *arguments, enum gdb_action action)
{
    enum gdb_action actions[GDB_CPU_MAX];
    unsigned cpu = s->continued_cpu < 0 ? s->last_stop.cpu : (unsigned)s->continued_cpu;
    if (refuse_if_running(s)) {
        return;
    }
    if (!take_new_pc(s, arguments, cpu)) {
        gdb_send_text(s, "E01");
        return;
    }
    for (unsigned i = 0; i < GDB_CPU_MAX; i++) {
        actions[i] = s->continued_cpu < 0 ? GDB_CONTINUE : GDB_STAY;
    }
    actions[cpu] = action;
    resume_machine(s, actions);
}

void gdb_do_resume(struct gdbstub *s, struct gdb_cursor *arguments)
{
    resume_old(s, arguments, GDB_CONTINUE);
}

void gdb_do_step(struct gdbstub *s, struct gdb_cursor *arguments)
{
    resume_old(s, arguments, GDB_STEP);
}

static void resume_old_signal(struct gdbstub *s, struct gdb_cursor *arguments,
                              enum gdb_action action)
{
    uint32_t signal;
    if (!gdb_take_number(arguments, &signal) ||
        (gdb_left(arguments) != 0 && !gdb_take_char(arguments, ';'))) {
        gdb_send_text(s, "E01");
        return;
    }
    resume_old(s, arguments, action);
}

void gdb_do_resume_signal(struct gdbstub *s, struct gdb_cursor *arguments)
{
    resume_old_signal(s, arguments, GDB_CONTINUE);
}

void gdb_do_step_signal(struct gdbstub *s, struct gdb_cursor *arguments)
{
    resume_old_signal(s, arguments, GDB_STEP);
}

void gdb_do_vcont_help(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_send_text(s, "vCont;c;C;s;S");
}

/* c, s, C05, S05. */
static bool take_action(struct gdb_cursor *arguments, enum gdb_action *action)
{
    uint32_t signal;
    if (gdb_take_char(arguments, 'c')) {
        *action = GDB_CONTINUE;
        return true;
    }
    if (gdb_take_char(arguments, 's')) {
        *action = GDB_STEP;
        return true;
    }
    *action = gdb_take_char(arguments, 'C') ? GDB_CONTINUE : GDB_STEP;
    return (*action == GDB_CONTINUE || gdb_take_char(arguments, 'S')) &&
           gdb_take_number(arguments, &signal);
}

/* ";action[:thread]": holds for those CPUs that no earlier clause has named. */
static bool take_clause(struct gdbstub *s, struct gdb_cursor *arguments, enum gdb_action *actions)
{
    enum gdb_action action;
    int cpu = -1;
    if (!gdb_take_char(arguments, ';') || !take_action(arguments, &action) ||
        (gdb_take_char(arguments, ':') &&
         !gdb_take_thread(s, arguments, (int)s->last_stop.cpu, &cpu))) {
        return false;
    }
    for (int i = 0; i < (int)GDB_CPU_MAX; i++) {
        if ((cpu < 0 || cpu == i) && actions[i] == GDB_STAY) {
            actions[i] = action;
        }
    }
    return true;
}

void gdb_do_vcont(struct gdbstub *s, struct gdb_cursor *arguments)
{
    enum gdb_action actions[GDB_CPU_MAX] = {GDB_STAY};
    bool ok = gdb_left(arguments) != 0;
    if (refuse_if_running(s)) {
        return;
    }
    while (ok && gdb_left(arguments) != 0) {
        ok = take_clause(s, arguments, actions);
    }
    if (!ok) {
        gdb_send_text(s, "E01");
        return;
    }
    resume_machine(s, actions);
}

static void reply_reason(struct gdbstub *s)
{
    const struct gdb_stop *stop = &s->last_stop;
    switch (stop->reason) {
    case GDB_STOP_SIGNAL:
        break;
    case GDB_STOP_SOFTWARE_POINT:
        gdb_reply_format(&s->reply, "%s", s->knows_software ? "swbreak:;" : "");
        break;
    case GDB_STOP_HARDWARE_POINT:
        gdb_reply_format(&s->reply, "%s", s->knows_hardware ? "hwbreak:;" : "");
        break;
    case GDB_STOP_WRITE:
        gdb_reply_format(&s->reply, "watch:%x;", stop->address);
        break;
    case GDB_STOP_READ:
        gdb_reply_format(&s->reply, "rwatch:%x;", stop->address);
        break;
    case GDB_STOP_ACCESS:
        gdb_reply_format(&s->reply, "awatch:%x;", stop->address);
        break;
    }
}

/* The answer contains the registers that GDB would ask for next anyway. */
void gdb_reply_stop(struct gdbstub *s)
{
    static const unsigned registers[] = {GDB_REGISTER_O6, GDB_REGISTER_I6, GDB_REGISTER_PC,
                                         GDB_REGISTER_NPC};
    const struct gdb_ops *ops = &s->config.ops;
    uint32_t value;
    gdb_reply_format(&s->reply, "T%02xthread:%x;", s->last_stop.signal, s->last_stop.cpu + 1);
    for (size_t i = 0; i < ARRAY_LEN(registers); i++) {
        if (ops->read_register(ops->context, s->last_stop.cpu, registers[i], &value)) {
            gdb_reply_format(&s->reply, "%02x:%08x;", registers[i], value);
        }
    }
    reply_reason(s);
}
