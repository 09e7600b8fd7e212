// SPDX-License-Identifier: MIT
/*
 * Handlers of deadly signals, see crash.h.
 *
 * If a deadly signal comes, or exit() is called, while a device's callback runs, the report blames that device: it
 * names the device, its library, the callback, the register and the guest's pc.  A deadly signal on a thread that is
 * neither the machine's nor the watchdog's is blamed on a library.
 */
#define _GNU_SOURCE
#include "cli/crash.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/crash_report.h"
#include "cli/crash_state.h"
#include "cli/dispositions.h"
#include "cli/signals.h"
#include "cli/watchdog.h"
#include "host_fp.h"

/* Did another process send the signal (kill)?  Then it is no crash. */
static bool was_sent(const siginfo_t *info)
{
    return info->si_code == SI_USER && info->si_pid != crash_state.pid;
}

static __attribute__((noinline)) void end_deadly(int number, siginfo_t *info, void *context)
{
    char what[80];
    char plain[80];
    struct crash_end end = {
        .status = LEON3EMU_CRASH,
        .what = what,
        .library_thread = crash_is_library_thread(),
    };

    if (crash_give_way_in_child(number)) {
        return;
    }
    crash_take_registers(context, &end.at);
    crash_continue_end(); /* does not return if a step of the report has caused the signal */
    snprintf(what, sizeof what, "crashed (signal %d)", number);
    if (host_fp_flags_are_odd(end.at.flags)) { /* a library must have left them set */
        end.plain = "a peripheral library has left the processor's direction flag or alignment "
                    "check on, and the program crashed";
        end.plain_status = LEON3EMU_CRASH;
    }
    if (was_sent(info)) {
        snprintf(plain, sizeof plain, "ended by signal %d", number);
        end = (struct crash_end){.said = plain, .signal = number};
    }
    crash_end_program(&end);
}

/* Clears the flags first, in a function of its own: with the alignment check on nearly any function would fault. */
static void on_deadly_signal(int number, siginfo_t *info, void *context)
{
    host_fp_clean();
    end_deadly(number, info, context);
}

/* Reports an exit() inside a call into a device or on a thread of a library: the program itself never calls it
 * there, so a library did. */
static void report_exit_call(const char *what)
{
    struct crash_end end = {.status = LEON3EMU_CRASH, .what = what};
    const struct machine *machine = crash_state.machine;
    struct leon3emu_device_call call;

    if (getpid() != crash_state.pid) {
        return;
    }
    if (crash_is_library_thread() || (machine != NULL && leon3emu_device_call(machine, &call))) {
        crash_end_because_of_caller(&end);
    }
}

static void on_exit_call(void)
{
    report_exit_call("called exit()");
}

static void on_quick_exit_call(void)
{
    report_exit_call("called quick_exit()");
}

/* Gives the calling thread, which is the machine's, the stack on which signal handlers run. */
static void set_signal_stack(void)
{
    static char stack[256 * 1024]; /* libdw is used on it */
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
}

bool crash_install(uint32_t hang_limit, struct error *err)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    int failed;

    crash_state.hang_limit = hang_limit;
    crash_state.thread = crash_state.watchdog = pthread_self();
    crash_state.pid = getpid();
    atexit(on_exit_call);
    at_quick_exit(on_quick_exit_call);
    set_signal_stack();
    for (unsigned i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        crash_handle_deadly(deadly[i], on_deadly_signal);
    }
    crash_install_signals();
    failed = crash_start_watchdog();
    return failed == 0 ||
           error_set(err, LEON3EMU_HOST,
                     "cannot start a thread: %s; end some programs, or see 'ulimit -u'",
                     strerror(failed));
}

void crash_set_machine(void *context, const struct machine *machine)
{
    (void)context;
    pthread_mutex_lock(&crash_state.lock);
    crash_state.machine = machine;
    pthread_mutex_unlock(&crash_state.lock);
}

/* When this returns, no handler uses the machine that ran before any more.  A run begins when all libraries have been
 * loaded and their devices created; so changes that their code has made to signals are undone here. */
void crash_set_running(struct machine *machine)
{
    crash_keep_signals();
    crash_unblock_deadly();
    set_signal_stack();
    pthread_mutex_lock(&crash_state.lock);
    crash_state.running = machine;
    crash_state.has_run = true;
    pthread_mutex_unlock(&crash_state.lock);
    while (machine == NULL && crash_state.handlers != 0) {
        sched_yield();
    }
}

/* May run on a thread of a library while the machine's thread goes on; the report then only reads the machine. */
void crash_fatal(void *context, enum leon3emu_status status, const char *said)
{
    struct crash_end end = {.status = status, .what = "broke a rule", .said = said};

    (void)context;
    crash_end_because_of_caller(&end);
}
