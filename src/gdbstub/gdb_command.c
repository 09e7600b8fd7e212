// SPDX-License-Identifier: MIT
/*
 * The table of commands, and the commands that are about the session itself.
 *
 * The name of a command is its first letter; if that is q, Q or v, it is everything up to the
 * first of ":;,".  A command that is not in the table gets an empty answer, by which GDB learns that
 * the stub does not have it.
 */
#include "gdbstub/gdb_session.h"

#include <string.h>

#include "check.h"

static void do_status(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    if (s->ended) {
        gdb_send_text(s, s->end_reply);
        return;
    }
    gdb_begin_answer(s);
    gdb_reply_stop(s);
    gdb_send(s);
}

static void do_select(struct gdbstub *s, struct gdb_cursor *arguments)
{
    int cpu;
    if (gdb_take_char(arguments, 'c')) {
        bool ok = gdb_take_thread(s, arguments, -1, &cpu);
        s->continued_cpu = ok ? cpu : s->continued_cpu;
        gdb_send_ok_if(s, ok);
        return;
    }
    bool ok = gdb_take_char(arguments, 'g') && gdb_take_thread(s, arguments, (int)s->cpu, &cpu);
    if (ok && cpu >= 0) {
        s->cpu = (unsigned)cpu;
    }
    gdb_send_ok_if(s, ok);
}

static void do_is_alive(struct gdbstub *s, struct gdb_cursor *arguments)
{
    int cpu;
    gdb_send_ok_if(s, gdb_take_thread(s, arguments, 0, &cpu));
}

// clang-format off
static const struct {
    const char *name;
    void (*function)(struct gdbstub *s, struct gdb_cursor *arguments);
} commands[] = {
    {"?",                do_status},
    {"!",                gdb_do_extended},
    {"g",                gdb_do_registers_read},
    {"G",                gdb_do_registers_write},
    {"p",                gdb_do_register_read},
    {"P",                gdb_do_register_write},
    {"m",                gdb_do_memory_read},
    {"M",                gdb_do_memory_write},
    {"X",                gdb_do_memory_write_binary},
    {"c",                gdb_do_resume},
    {"C",                gdb_do_resume_signal},
    {"s",                gdb_do_step},
    {"S",                gdb_do_step_signal},
    {"vCont",            gdb_do_vcont},
    {"vCont?",           gdb_do_vcont_help},
    {"Z",                gdb_do_point_insert},
    {"z",                gdb_do_point_remove},
    {"H",                do_select},
    {"T",                do_is_alive},
    {"D",                gdb_do_detach},
    {"k",                gdb_do_kill},
    {"vKill",            gdb_do_kill_answered},
    {"vRun",             gdb_do_run},
    {"vFlashErase",      gdb_do_flash_erase},
    {"vFlashWrite",      gdb_do_flash_write},
    {"vFlashDone",       gdb_do_flash_done},
    {"qSupported",       gdb_do_supported},
    {"qXfer",            gdb_do_transfer},
    {"QStartNoAckMode",  gdb_do_no_ack},
    {"qAttached",        gdb_do_attached},
    {"qC",               gdb_do_thread_current},
    {"qfThreadInfo",     gdb_do_thread_first},
    {"qsThreadInfo",     gdb_do_thread_next},
    {"qThreadExtraInfo", gdb_do_thread_extra},
    {"qRcmd",            gdb_do_monitor},
};
// clang-format on

static size_t name_length(const char *content, size_t length)
{
    size_t end = 0;
    if (length == 0 || strchr("qQv", content[0]) == NULL) {
        return length == 0 ? 0 : 1;
    }
    while (end < length && strchr(":;,", content[end]) == NULL) {
        end++;
    }
    return end;
}

void gdb_execute_packet(struct gdbstub *s)
{
    const char *content = s->frame.content;
    size_t length = name_length(content, s->frame.length);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strlen(commands[i].name) == length && memcmp(commands[i].name, content, length) == 0) {
            struct gdb_cursor arguments = {content + length, content + s->frame.length};
            commands[i].function(s, &arguments);
            return;
        }
    }
    gdb_send_text(s, "");
}
