// SPDX-License-Identifier: MIT
/*
 * Signals of the user and the host, see crash.h.
 *
 *     INT, TERM, HUP   end the run; the second one ends the program at once
 *     TSTP, CONT       the terminal is given back and taken again
 *     USR1             the run tells how far it has come
 *     QUIT, USR2, ...  end the program as they would without a handler, but for the terminal and the console
 *     PIPE, XFSZ       make the write that caused them fail; they are handled and not ignored, because programs that
 *                      we start would inherit the latter
 *     TTOU             never stops us: the terminal is touched only while it is ours
 *     TTIN             the same for reading
 *
 * A child that a library forks has the dispositions that the program was started with.  Where libc does not know of
 * the fork (vfork(), clone()), the handlers give way when they are called.
 */
#define _GNU_SOURCE
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/crash.h"
#include "cli/crash_report.h"
#include "cli/crash_state.h"
#include "cli/dispositions.h"

/* Two signals within this time count as one: a single act of the user may send the signal to the process and also
 * to its group. */
#define SAME_ACT_MS 100

static _Noreturn void end_interrupted(const char *said)
{
    struct crash_end end = {
        .status = LEON3EMU_INTERRUPTED, .what = "was interrupted", .said = said, .at_once = true};
    crash_end_program(&end);
}

/* The machine that runs, or NULL.  It stays valid until release_machine(), because crash_set_running(NULL) does not
 * return before. */
static struct machine *hold_machine(void)
{
    crash_state.handlers++;
    return crash_state.running;
}

static void release_machine(void)
{
    crash_state.handlers--;
}

static void on_stop(int number)
{
    int saved_errno = errno;
    long long now = crash_clock_ms();
    long long first = 0;
    struct machine *machine;

    if (crash_give_way_in_child(number)) {
        return;
    }
    if (!atomic_compare_exchange_strong(&crash_state.stop_ms, &first, now) &&
        now - first > SAME_ACT_MS) {
        end_interrupted("interrupted twice: ended at once");
    }
    machine = hold_machine();
    if (machine != NULL) {
        leon3emu_interrupt(machine);
    } else {
        end_interrupted(crash_state.has_run ? "interrupted after the run had ended"
                                            : "interrupted before the run began");
    }
    release_machine();
    errno = saved_errno;
}

static void on_end(int number)
{
    char said[80];
    struct crash_end end = {.what = "was ended", .said = said, .signal = number};

    if (crash_give_way_in_child(number)) {
        return;
    }
    crash_continue_end();
    snprintf(said, sizeof said, "ended by signal %d", number);
    crash_end_program(&end);
}

static void on_suspend(int number)
{
    int saved_errno = errno;
    const struct machine *machine = crash_state.machine;

    if (crash_give_way_in_child(number)) {
        return;
    }
    if (machine != NULL) {
        leon3emu_restore_terminal(machine);
    }
    kill(getpid(), SIGSTOP);
    errno = saved_errno;
}

static void on_continue(int number)
{
    int saved_errno = errno;
    struct machine *machine;

    if (crash_give_way_in_child(number)) {
        return;
    }
    machine = hold_machine();
    if (machine != NULL) {
        leon3emu_continued(machine);
    }
    release_machine();
    errno = saved_errno;
}

/* Makes the run tell how far it has come; it goes on. */
static void on_status_request(int number)
{
    int saved_errno = errno;
    struct machine *machine;

    if (crash_give_way_in_child(number)) {
        return;
    }
    machine = hold_machine();
    if (machine != NULL) {
        leon3emu_request_status(machine);
    }
    release_machine();
    errno = saved_errno;
}

/* Does nothing: the write that caused the signal then returns an error. */
static void on_failed_write(int number)
{
    crash_give_way_in_child(number);
}

void crash_handle_failed_writes(void)
{
    crash_state.pid = getpid();
    crash_handle_unless_ignored(SIGPIPE, SIGNAL_SHARED, on_failed_write);
    crash_handle_unless_ignored(SIGXFSZ, SIGNAL_SHARED, on_failed_write);
}

void crash_install_signals(void)
{
    static const int ending[] = {SIGUSR2, SIGXCPU,   SIGALRM, SIGPROF,
                                 SIGIO,   SIGVTALRM, SIGPWR,  SIGSTKFLT};
    static const int ignored[] = {SIGTTOU, SIGTTIN};

    for (unsigned i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        crash_handle_unless_ignored(ending[i], SIGNAL_SHARED, on_end);
    }
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++) {
        crash_handle_unless_ignored(number, SIGNAL_SHARED, on_end);
    }
    for (unsigned i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        crash_handle(ignored[i], SIGNAL_SHARED, SIG_IGN);
    }
    crash_handle(SIGINT, SIGNAL_OURS, on_stop);
    crash_handle(SIGTERM, SIGNAL_OURS, on_stop);
    crash_handle_unless_ignored(SIGHUP, SIGNAL_OURS, on_stop);
    crash_handle_unless_ignored(SIGQUIT, SIGNAL_OURS, on_end);
    crash_handle_unless_ignored(SIGTSTP, SIGNAL_OURS, on_suspend);
    crash_handle(SIGCONT, SIGNAL_OURS, on_continue);
    crash_handle_unless_ignored(SIGUSR1, SIGNAL_SHARED, on_status_request);
    crash_restore_signals_in_children();
}
