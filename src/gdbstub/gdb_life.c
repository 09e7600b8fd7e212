// SPDX-License-Identifier: MIT
/*
 * How the session and the guest in it begin and end: detach, kill, run.
 *
 * With plain `target remote` the end of the guest ends the session and the run.  With extended-remote
 * the session outlives the guest: after a kill or an exit nothing runs until vRun begins the guest anew.
 * If the client leaves before that, the run ends.
 */
#include "gdbstub/gdb_session.h"

#include <string.h>

#define REPLY_KILLED "X09" /* by SIGKILL */

void gdb_do_detach(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_send_text(s, "OK");
    gdb_end_session(s, s->config.ops.detach);
}

/* k: the only command that has no answer. */
void gdb_do_kill(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    if (s->extended && s->halted) {
        s->ended = true;
        strcpy(s->end_reply, REPLY_KILLED);
    } else {
        gdb_end_session(s, s->config.ops.kill);
    }
}

void gdb_do_kill_answered(struct gdbstub *s, struct gdb_cursor *arguments)
{
    gdb_send_text(s, "OK");
    gdb_do_kill(s, arguments);
}

void gdb_do_extended(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    s->extended = true;
    gdb_send_text(s, "OK");
}

/* vRun: a program's name and arguments may follow.  They are ignored, as there is only one guest. */
void gdb_do_run(struct gdbstub *s, struct gdb_cursor *arguments)
{
    const struct gdb_ops *ops = &s->config.ops;
    (void)arguments;
    if (!s->halted || ops->restart == NULL || !ops->restart(ops->context)) {
        gdb_send_text(s, "E01");
        return;
    }
    s->ended = false;
    s->created = true;
    s->last_stop = (struct gdb_stop){.signal = GDB_SIGNAL_TRAP};
    s->cpu = 0;
    s->continued_cpu = -1;
    gdb_begin_answer(s);
    gdb_reply_stop(s);
    gdb_send(s);
}

bool gdbstub_notify_exit(struct gdbstub *s, int status)
{
    if (!gdb_in_session(s) || s->stopping) {
        return false;
    }
    gdb_reply_format(gdb_begin_answer(s), "W%02x", (unsigned)status & 0xff);
    s->ended = s->halted = s->extended;
    memcpy(s->end_reply, s->reply.content, s->reply.length);
    s->end_reply[s->reply.length] = '\0';
    gdb_send(s);
    gdb_push_output(s);
    return s->ended;
}
