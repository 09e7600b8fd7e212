// SPDX-License-Identifier: MIT
/*
 * The watchdog: a thread that lets the run look at the host every few milliseconds, and ends the program when a
 * call into a device does not come back, or when the user wants an end that does not come.
 *
 * It is a thread and not the signal of a timer, because such a signal would interrupt system calls in which a library
 * waits, and a library that blocks all signals would stop it.
 */
#define _GNU_SOURCE
#include "cli/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/crash_report.h"
#include "cli/crash_state.h"
#include "cli/dispositions.h"

#define TICK_MS          4
#define TICKS_PER_SECOND (1000 / TICK_MS)
/* How long a run may take to end when the user wants it to. */
#define END_MS 3000

static struct {
    struct leon3emu_progress last;
    uint32_t seconds; /* without progress */
    struct crash_registers at;
    atomic_bool answered;
} watch;

/* ---- where the machine's thread is ---- */

static void on_place_request(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    crash_take_registers(context, &watch.at);
    watch.answered = true;
    for (;;) {
        pause(); /* the watchdog reads this thread's stack from now on */
    }
}

/* Finds out where the machine's thread is by SIGURG, in whose handler the thread then stays.  A library's own use of
 * that signal is lost, which does not matter because the program is about to end. */
static void find_place(struct crash_registers *registers)
{
    struct sigaction action = {.sa_sigaction = on_place_request,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(SIGURG, &action, NULL);
    pthread_kill(crash_state.thread, SIGURG);
    for (int i = 0; i < 100 && !watch.answered; i++) {
        usleep(1000);
    }
    if (watch.answered) {
        *registers = watch.at;
    }
}

/* ---- hangs ---- */

/* Is the program run under a debugger?  Then a call may take any time, as an author may be stepping through it. */
static bool is_debugged(void)
{
    static const char label[] = "TracerPid:\t";
    char status[4096];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, status, sizeof status - 1);
    const char *line;

    if (fd >= 0) {
        close(fd);
    }
    status[size < 0 ? 0 : size] = '\0';
    line = strstr(status, label);
    return line != NULL && line[sizeof label - 1] != '0';
}

static bool is_at_the_same(const struct leon3emu_progress *now)
{
    return now->in_call && watch.last.in_call && now->looks == watch.last.looks &&
           (crash_state.running != NULL || now->outermost == watch.last.outermost);
}

static void end_hang(void)
{
    struct crash_end end = {.status = LEON3EMU_HANG,
                            .what = "hangs",
                            .plain = "the program hangs",
                            .plain_status = LEON3EMU_HANG};
    find_place(&end.at);
    crash_end_program(&end);
}

static void check_hang(const struct machine *machine)
{
    struct leon3emu_progress now;

    leon3emu_progress(machine, &now);
    watch.seconds = is_at_the_same(&now) ? watch.seconds + 1 : 0;
    watch.last = now;
    if (crash_state.hang_limit != 0 && watch.seconds >= crash_state.hang_limit) {
        if (is_debugged()) {
            watch.seconds = 0;
        } else {
            end_hang();
        }
    }
}

/* Ends the program if the user's signal has not ended the run in time. */
static void check_overdue_end(void)
{
    struct crash_end end = {.status = LEON3EMU_INTERRUPTED,
                            .what = "does not come back, though the run was interrupted,",
                            .plain = "interrupted, but the run did not end in time; ended now",
                            .plain_status = LEON3EMU_INTERRUPTED};
    long long since = crash_state.stop_ms;

    if (since != 0 && crash_clock_ms() - since > END_MS && !is_debugged()) {
        find_place(&end.at);
        crash_end_program(&end);
    }
}

static void watch_tick(bool whole_second)
{
    struct machine *running;
    const struct machine *machine;

    pthread_mutex_lock(&crash_state.lock);
    running = crash_state.running;
    machine = crash_state.machine;
    if (running != NULL) {
        leon3emu_tick(running);
    }
    if (whole_second) {
        crash_keep_signals();
    }
    if (whole_second && machine != NULL) {
        check_hang(machine);
        check_overdue_end();
    }
    pthread_mutex_unlock(&crash_state.lock);
}

static void *run_watchdog(void *unused)
{
    const struct timespec tick = {0, TICK_MS * 1000000};
    for (unsigned ticks = 1;; ticks++) {
        nanosleep(&tick, NULL);
        watch_tick(ticks % TICKS_PER_SECOND == 0);
    }
    return unused;
}

int crash_start_watchdog(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int failed = pthread_attr_init(&attributes);

    if (failed == 0) {
        pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN + 256 * 1024);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        failed = pthread_create(&thread, &attributes, run_watchdog, NULL);
        pthread_attr_destroy(&attributes);
    }
    if (failed == 0) {
        crash_state.watchdog = thread;
    }
    return failed;
}
