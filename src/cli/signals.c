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
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/crash.h"
#include "cli/crash_state.h"

/* Two signals within this time count as one: a single act of the user may send the signal to the process and also
 * to its group. */
#define SAME_ACT_MS 100

long long crash_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- handlers ---- */

bool crash_gives_way(int number)
{
    if (getpid() == crash_state.pid) {
        return false;
    }
    signal(number, SIG_DFL);
    raise(number); /* takes effect when the handler returns, if not before */
    return true;
}

static _Noreturn void leave_interrupted(const char *said)
{
    struct crash_end end = {
        .status = LEON3EMU_INTERRUPTED, .what = "was interrupted", .said = said, .at_once = true};
    crash_leave(&end);
}

/* The machine that runs, or NULL; crash_run(NULL) does not return before release(), so it stays valid until then. */
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

    if (crash_gives_way(number)) {
        return;
    }
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

    if (crash_gives_way(number)) {
        return;
    }
    crash_leave_on();
    snprintf(said, sizeof said, "ended by signal %d", number);
    crash_leave(&end);
}

static void on_suspend(int number)
{
    int saved_errno = errno;
    const struct machine *machine = crash_state.machine;

    if (crash_gives_way(number)) {
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

    if (crash_gives_way(number)) {
        return;
    }
    machine = hold();
    if (machine != NULL) {
        leon3emu_continued(machine);
    }
    release();
    errno = saved_errno;
}

/* Makes the run tell how far it has come; it goes on. */
static void on_status_request(int number)
{
    int saved_errno = errno;
    struct machine *machine;

    if (crash_gives_way(number)) {
        return;
    }
    machine = hold();
    if (machine != NULL) {
        leon3emu_request_status(machine);
    }
    release();
    errno = saved_errno;
}

/* Does nothing: the write that caused the signal then returns an error. */
static void on_failed_write(int number)
{
    crash_gives_way(number);
}

/* ---- dispositions ---- */

/* What crash_keep_signals() does if a library has changed a signal's disposition. */
enum owner {
    OURS,   /* our handler is always put back */
    DEADLY, /* a library's handler stays, as its work may include faults */
    SHARED, /* a library's handler stays, and so does SIG_IGN; only SIG_DFL does not */
};

static struct {
    bool is_handled;
    enum owner owner;
    struct sigaction before, now;
} dispositions[NSIG];

static void install(int number, enum owner owner, const struct sigaction *action)
{
    if (sigaction(number, action, &dispositions[number].before) == 0) {
        dispositions[number].now = *action;
        dispositions[number].owner = owner;
        dispositions[number].is_handled = true;
    }
}

void crash_handle_deadly(int number, void (*function)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = function,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    install(number, DEADLY, &action);
}

static void handle(int number, enum owner owner, void (*function)(int))
{
    struct sigaction action = {.sa_handler = function, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigemptyset(&action.sa_mask);
    install(number, owner, &action);
}

/* A signal that is ignored already stays so: the program that started us (nohup, a shell without job control)
 * wants that. */
static void handle_unless_ignored(int number, enum owner owner, void (*function)(int))
{
    struct sigaction before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
        handle(number, owner, function);
    }
}

static bool is_lost(int number, const struct sigaction *present)
{
    const struct sigaction *now = &dispositions[number].now;

    if (present->sa_sigaction == now->sa_sigaction) {
        return false;
    }
    switch (dispositions[number].owner) {
    case OURS:
        return true;
    case DEADLY:
        return present->sa_handler == SIG_DFL || present->sa_handler == SIG_IGN;
    default:
        return present->sa_handler == SIG_DFL;
    }
}

void crash_keep_signals(void)
{
    struct sigaction present;

    for (int i = 1; i < NSIG; i++) {
        if (dispositions[i].is_handled && sigaction(i, NULL, &present) == 0 &&
            is_lost(i, &present)) {
            sigaction(i, &dispositions[i].now, NULL);
        }
    }
}

void crash_unblock_deadly(void)
{
    sigset_t set;

    sigemptyset(&set);
    for (int i = 1; i < NSIG; i++) {
        if (dispositions[i].is_handled && dispositions[i].owner == DEADLY) {
            sigaddset(&set, i);
        }
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void crash_take_alarms(void)
{
    sigset_t set;

    handle(SIGALRM, OURS, on_end);
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* In a forked child: puts back the dispositions from before, except those that a library has changed. */
static void restore_in_child(void)
{
    struct sigaction present;

    for (int i = 1; i < NSIG; i++) {
        if (dispositions[i].is_handled && sigaction(i, NULL, &present) == 0 &&
            present.sa_sigaction == dispositions[i].now.sa_sigaction) {
            sigaction(i, &dispositions[i].before, NULL);
        }
    }
}

void crash_handle_writes(void)
{
    crash_state.pid = getpid();
    handle_unless_ignored(SIGPIPE, SHARED, on_failed_write);
    handle_unless_ignored(SIGXFSZ, SHARED, on_failed_write);
}

void crash_install_signals(void)
{
    static const int ending[] = {SIGUSR2, SIGXCPU,   SIGALRM, SIGPROF,
                                 SIGIO,   SIGVTALRM, SIGPWR,  SIGSTKFLT};
    static const int ignored[] = {SIGTTOU, SIGTTIN};

    for (unsigned i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        handle_unless_ignored(ending[i], SHARED, on_end);
    }
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++) {
        handle_unless_ignored(number, SHARED, on_end);
    }
    for (unsigned i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        handle(ignored[i], SHARED, SIG_IGN);
    }
    handle(SIGINT, OURS, on_stop);
    handle(SIGTERM, OURS, on_stop);
    handle_unless_ignored(SIGHUP, OURS, on_stop);
    handle_unless_ignored(SIGQUIT, OURS, on_end);
    handle_unless_ignored(SIGTSTP, OURS, on_suspend);
    handle(SIGCONT, OURS, on_continue);
    handle_unless_ignored(SIGUSR1, SHARED, on_status_request);
    pthread_atfork(NULL, NULL, restore_in_child);
}
