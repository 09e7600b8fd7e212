// SPDX-License-Identifier: MIT
/*
 * The end in trouble, see crash_report.h.
 *
 * It goes in steps, the most important first, because the code that crashed may have damaged what a step needs.  A
 * fault or a hang in a step ends that step only.  Only async-signal-safe functions are used (snprintf() with integers
 * and strings is, in glibc), except for STEP_PLACE, which uses libdw.
 */
#define _GNU_SOURCE
#include "cli/crash_report.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "cli/crash_state.h"
#include "cli/dispositions.h"
#include "core/escape.h"

/* A step that takes longer is given up. */
#define STEP_SECONDS 3
/* How long the program waits for the readers of the console and other character lines, all together. */
#define CONSOLE_MS 1000

enum step {
    STEP_TERMINAL,
    STEP_CONSOLE,
    STEP_SENTENCE,
    STEP_PLAIN_SENTENCE,
    STEP_PLACE,
    STEP_PLAIN_PLACE,
    STEP_HISTORY,
    STEPS
};

static struct {
    atomic_bool begun;
    atomic_int step;
    atomic_bool said;
    atomic_bool placed;
    pthread_t thread;
    struct crash_end end;
    char text[1600];
    char shown[1600];
} report;

/* May standard error be written to?  With at_once it may only if it has room, because a pipe that has takes
 * PIPE_BUF bytes without waiting. */
static bool has_room(void)
{
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
    return !report.end.at_once || poll(&room, 1, 0) != 0;
}

/* Writes to standard error.  False: it takes no more. */
static bool write_text(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t done = has_room() ? write(STDERR_FILENO, text, left) : -1;
        if (done <= 0) {
            return false;
        }
        text += done;
        left -= (size_t)done;
    }
    return true;
}

void crash_exit_now(int status)
{
    for (;;) {
        syscall(SYS_exit_group, status);
    }
}

/* ---- the sentence ---- */

static void append_text(const char *text)
{
    size_t used = strlen(report.text);
    snprintf(report.text + used, sizeof report.text - used, "%s", text);
}

/* Appends the register that is being accessed, or else the last bus access, and the guest's pc. */
static void append_place(const struct leon3emu_device_call *call)
{
    char text[400];

    if (call->region != NULL) {
        snprintf(text, sizeof text, "%s register +0x%" PRIx64 " of %s, %" PRIu32 " bytes%s",
                 call->running ? " of" : "; last bus access:", call->offset, call->region,
                 call->size,
                 call->running ? " (last bus access)"
                 : call->write ? " written"
                               : " read");
        append_text(text);
    }
    snprintf(text, sizeof text, "; guest pc 0x%08" PRIx32, call->guest_pc);
    append_text(text);
}

static void append_call(const struct leon3emu_device_call *call)
{
    char text[900];
    snprintf(text, sizeof text, "peripheral %s (%s) %s in %s()", call->device,
             call->library == NULL ? "built in" : call->library, report.end.what, call->callback);
    append_text(text);
    append_place(call);
}

static void append_said(const struct machine *machine)
{
    struct leon3emu_device_call call;
    bool in_call;

    append_text(report.end.said);
    if (machine == NULL) {
        return;
    }
    in_call = leon3emu_device_call(machine, &call);
    if (in_call) {
        append_text("; meanwhile in its ");
        append_text(call.callback);
        append_text("()");
    }
    append_place(&call);
}

static void append_plain(void)
{
    char text[200];

    if (report.end.plain != NULL) {
        snprintf(text, sizeof text, "%s", report.end.plain);
        report.end.status = report.end.plain_status;
    } else {
        snprintf(text, sizeof text,
                 "internal error: the program %s; please report it with the command line",
                 report.end.what);
        report.end.status = LEON3EMU_INTERNAL;
    }
    append_text(text);
}

static void write_sentence(void)
{
    const struct machine *machine = crash_state.machine;
    struct leon3emu_device_call call;

    strcpy(report.text, "leon3emu: ");
    if (report.end.said != NULL) {
        append_said(machine);
    } else if (report.end.library_thread) {
        append_text("a thread of a peripheral library ");
        append_text(report.end.what);
    } else if (machine != NULL && leon3emu_device_call(machine, &call)) {
        append_call(&call);
    } else {
        append_plain();
    }
    report.said = true;
    escape_text(report.text, report.shown, sizeof report.shown - 1);
    strcat(report.shown, "\n");
    write_text(report.shown);
}

/* If write_sentence() has failed, because the machine's memory is damaged: a sentence without names. */
static void write_plain_sentence(void)
{
    if (!report.said) {
        write_text("leon3emu: the program ");
        write_text(report.end.what);
        write_text(
            "; a peripheral library has damaged its memory, so that it cannot be told which\n");
    }
}

/* ---- the history ---- */

/* The most lines that --history allows.  The history also ends at a reader that takes no more; the limit is for a
 * history whose memory is damaged. */
#define HISTORY_MAX 1000000u

static void write_history(const struct machine *machine)
{
    const char *line;

    for (size_t i = 0; i < HISTORY_MAX && (line = leon3emu_history_line(machine, i)) != NULL; i++) {
        if (i == 0) {
            write_text("history:\n");
        }
        snprintf(report.text, sizeof report.text, "  %.250s", line);
        escape_text(report.text, report.shown, sizeof report.shown - 1);
        strcat(report.shown, "\n");
        if (!write_text(report.shown)) {
            return;
        }
        alarm(STEP_SECONDS);
    }
}

/* ---- where in the library ---- */

static void write_place(const struct machine *machine, bool plainly)
{
    struct leon3emu_device_call call = {0};
    char text[1400] = "leon3emu: ";
    size_t used = strlen(text);

    if (!report.end.at.known || report.placed) {
        return;
    }
    if (machine != NULL && !report.end.library_thread) {
        leon3emu_device_call(machine, &call);
    }
    if (plainly) {
        crash_describe_place_plainly(&report.end.at, call.library, text + used, sizeof text - used);
    } else {
        report.placed =
            crash_describe_place(&report.end.at, call.library, report.end.library_thread,
                                 text + used, sizeof text - used);
    }
    if (text[used] != '\0') {
        write_text(escape_in_place(text, sizeof text));
        write_text("\n");
    }
}

/* ---- the steps ---- */

static void take_step(enum step step)
{
    const struct machine *machine = crash_state.machine;
    switch (step) {
    case STEP_TERMINAL:
        if (machine != NULL) {
            leon3emu_restore_terminal(machine);
        }
        break;
    case STEP_CONSOLE:
        if (machine != NULL) {
            leon3emu_emergency(machine, report.end.at_once ? 0 : CONSOLE_MS);
        }
        break;
    case STEP_SENTENCE:
        write_sentence();
        break;
    case STEP_PLAIN_SENTENCE:
        write_plain_sentence();
        break;
    case STEP_PLACE:
        write_place(machine, false);
        break;
    case STEP_PLAIN_PLACE:
        write_place(machine, true);
        break;
    case STEP_HISTORY: /* when a run has ended, main() shows it */
        if (machine != NULL && crash_state.running != NULL) {
            write_history(machine);
        }
        break;
    case STEPS:
        break;
    }
}

/* Ends the program by the signal's default action, so that its parent (a shell, make, a test) sees which signal it
 * was. */
static void end_by_signal(int number)
{
    signal(number, SIG_DFL);
    kill(getpid(), number);
    crash_unblock(number);
    for (int i = 0; i < 100; i++) {
        usleep(10000); /* another thread may be the one to which the signal is delivered */
    }
}

/* The handler of SIGALRM: the present step takes too long, so the next one follows. */
static void on_step_timeout(int number)
{
    if (!crash_give_way_in_child(number)) {
        crash_continue_end();
    }
}

static _Noreturn void take_remaining_steps(void)
{
    int step;

    crash_handle(SIGALRM, SIGNAL_OURS,
                 on_step_timeout); /* a library may have ignored or blocked it */
    crash_unblock(SIGALRM);
    while ((step = atomic_fetch_add(&report.step, 1)) < STEPS) {
        alarm(STEP_SECONDS);
        take_step((enum step)step);
    }
    if (report.end.signal != 0) {
        end_by_signal(report.end.signal);
    }
    crash_exit_now((int)report.end.status);
}

void crash_continue_end(void)
{
    if (report.begun) {
        take_remaining_steps();
    }
}

void crash_end_program(const struct crash_end *end)
{
    if (!atomic_exchange(&report.begun, true)) {
        report.thread = pthread_self();
        report.end = *end;
        take_remaining_steps();
    }
    while (!pthread_equal(report.thread, pthread_self())) {
        pause(); /* another thread is report the program already */
    }
    take_remaining_steps();
}

/* The registers are taken here, and not by a function that returns: the callers can be found only while the frame that
 * the registers belong to is on the stack. */
void crash_end_because_of_caller(struct crash_end *end)
{
    ucontext_t here;

    if (getcontext(&here) == 0) {
        crash_take_registers(&here, &end->at);
        end->at.inside = true;
    }
    end->library_thread = crash_is_library_thread();
    crash_end_program(end);
}
