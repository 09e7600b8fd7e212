// SPDX-License-Identifier: MIT
/*
 * Signals of the user and the host, see crash.h.
 *
 *     INT, TERM, HUP   end the run; the second one ends the program at once
 *     TSTP, CONT       the terminal is given back and taken again
 *     USR1             the run tells how far it has come
 *     QUIT, USR2, ...  end the program as they would without a handler, but for the terminal and the console
 *     PIPE, XFSZ       are errors of the write that caused them
 *     TTOU             never stops us: the terminal is touched only while it is ours
 *     TTIN             the same for reading
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/crash_state.h"

/* What is sent twice by one act of the user (to the process, and to its group) is meant once. */
#define SAME_ACT_MS 100

long long crash_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void leave_interrupted(const char *said)
{
    struct crash_end end = {
        .status = LEON3EMU_INTERRUPTED, .what = "was interrupted", .said = said, .at_once = true};
    crash_leave(&end);
}

/* The machine that runs, held until release(). */
static struct machine *hold(void)
{
    crash_state.handlers++;
    return crash_state.running;
}

static void release(void)
{
    crash_state.handlers--;
}

static void on_stop(int number)
{
    int saved_errno = errno;
    long long now = crash_clock_ms();
    long long first = 0;
    struct machine *machine;
    (void)number;

    if (!atomic_compare_exchange_strong(&crash_state.stop_ms, &first, now) &&
        now - first > SAME_ACT_MS) {
        leave_interrupted("interrupted twice: ended at once");
    }
    machine = hold();
    if (machine != NULL) {
        leon3emu_interrupt(machine);
    } else {
        leave_interrupted(crash_state.has_run ? "interrupted after the run had ended"
                                              : "interrupted before the run began");
    }
    release();
    errno = saved_errno;
}

static void on_end(int number)
{
    char said[80];
    struct crash_end end = {.what = "was ended", .said = said, .signal = number};

    crash_leave_on();
    snprintf(said, sizeof said, "ended by signal %d", number);
    crash_leave(&end);
}

static void on_suspend(int number)
{
    int saved_errno = errno;
    const struct machine *machine = crash_state.machine;
    (void)number;

    if (machine != NULL) {
        leon3emu_restore_terminal(machine);
    }
    kill(getpid(), SIGSTOP);
    errno = saved_errno;
}

static void on_continue(int number)
{
    int saved_errno = errno;
    struct machine *machine = hold();
    (void)number;

    if (machine != NULL) {
        leon3emu_continued(machine);
    }
    release();
    errno = saved_errno;
}

/* The run goes on: it tells how far it has come. */
static void on_status_request(int number)
{
    int saved_errno = errno;
    struct machine *machine = hold();
    (void)number;

    if (machine != NULL) {
        leon3emu_request_status(machine);
    }
    release();
    errno = saved_errno;
}

void crash_handle(int number, void (*function)(int))
{
    struct sigaction action = {.sa_handler = function, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

/* What whoever has started us wants to be ignored (nohup, a shell without job control) stays so. */
static void handle_unless_ignored(int number, void (*function)(int))
{
    struct sigaction before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
        crash_handle(number, function);
    }
}

void crash_install_signals(void)
{
    static const int ending[] = {SIGQUIT, SIGUSR2,   SIGXCPU, SIGALRM,  SIGPROF,
                                 SIGIO,   SIGVTALRM, SIGPWR,  SIGSTKFLT};
    static const int ignored[] = {SIGPIPE, SIGXFSZ, SIGTTOU, SIGTTIN};

    for (unsigned i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        handle_unless_ignored(ending[i], on_end);
    }
    for (unsigned i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        crash_handle(ignored[i], SIG_IGN);
    }
    crash_handle(SIGINT, on_stop);
    crash_handle(SIGTERM, on_stop);
    handle_unless_ignored(SIGHUP, on_stop);
    handle_unless_ignored(SIGTSTP, on_suspend);
    crash_handle(SIGCONT, on_continue);
    handle_unless_ignored(SIGUSR1, on_status_request);
}
