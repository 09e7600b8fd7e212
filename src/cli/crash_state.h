// SPDX-License-Identifier: MIT
/* Private to the files that crash.h names: what they share. */
#ifndef CLI_CRASH_STATE_H
#define CLI_CRASH_STATE_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "leon3emu.h"

/* The mutable state that the files of crash.h share, because signal handlers and the watchdog get no argument by which
 * they could find the machine. */
extern struct crash_state {
    const struct machine *_Atomic machine; /* what reports are about */
    struct machine *_Atomic running;       /* what signals are for */
    atomic_int handlers;                   /* how many handlers use `running` at this moment */
    atomic_bool has_run;
    atomic_llong stop_ms; /* when the user first asked for an end; 0: not yet */
    uint32_t hang_limit;  /* seconds; 0: none */
    pid_t pid;            /* the program's, by which handlers know a child that a library forks */
    pthread_t thread;     /* the machine's */
    pthread_t watchdog;
    pthread_mutex_t lock; /* held while the watchdog uses the machine, which stays meanwhile */
} crash_state;

/* Milliseconds of a clock that never jumps. */
long long crash_clock_ms(void);

/* ---- crash_report.c ---- */

/* Writes to standard error; any handler may call it.  False: standard error takes no more. */
bool crash_write(const char *text);

/* The registers of a thread, by which its place and its callers are found: x86-64's sixteen and the pc. */
#define CRASH_REGISTERS 17
struct crash_registers {
    bool known;  /* false: on other hosts, or if the thread does not answer */
    bool inside; /* in a function of the program, called by a library that is to blame */
    uint64_t values[CRASH_REGISTERS];
};

/* How the program ends.  Its sentence is `said`; without that, "peripheral ... <what> in ..." if a peripheral is at
 * fault, else `plain`. */
struct crash_end {
    enum leon3emu_status status;
    const char *what; /* "crashed (signal 11)" */
    const char *said; /* a sentence without its full stop; the place is appended; or NULL */
    const char
        *plain; /* the sentence if no peripheral is at fault; NULL: a bug of the emulator itself */
    enum leon3emu_status plain_status;
    struct crash_registers at; /* where in the host's code */
    bool library_thread;       /* on a thread that a library has started */
    bool at_once;              /* readers of the output that do not read are not waited for */
    int signal; /* end by this signal, so that the parent sees it; 0: by the status */
};

/* Gives the terminal back, sends what the console holds, says what has happened, and ends the program.  Any
 * handler and thread may call it.  If a step fails with a signal, the next step follows. */
_Noreturn void crash_leave(const struct crash_end *end);
/* If crash_leave() is under way, goes on with its next step and does not return. */
void crash_leave_on(void);
/* Ends the program: the _exit() of the program itself. */
_Noreturn void crash_exit_now(int status);

/* ---- crash_place.c ---- */

/* Takes the registers from the ucontext_t of a signal handler or of getcontext(). */
void crash_take_registers(const void *context, struct crash_registers *registers);
/* Prints function, file and line of where a thread is, and of the nearest caller in `library` (a path; NULL: in
 * any that is not the system's, nor, on a thread of a library, the program's), if they are to be found.  False:
 * libdw cannot tell. */
bool crash_print_place(const struct crash_registers *registers, const char *library,
                       bool library_thread);
/* Prints less, if crash_print_place() has failed: it is async-signal-safe but for the lock of the list of
 * libraries. */
void crash_print_place_plainly(const struct crash_registers *registers, const char *library);

/* ---- signals.c, watchdog.c ---- */

void crash_install_signals(void);
void crash_handle_deadly(int number, void (*function)(int, siginfo_t *, void *));
/* Called first in a handler.  In a child of the program it sets the signal to its default, raises it again and returns
 * true; the handler must then return. */
bool crash_gives_way(int number);
/* Puts back the handlers that a library has replaced and must not replace.  Any thread may call it. */
void crash_keep_signals(void);
/* Unblocks deadly signals in the calling thread: a fault whose signal is blocked kills the program without a
 * handler. */
void crash_unblock_deadly(void);
/* Makes alarm() end a step of crash_leave() from now on, even if a library has ignored or blocked SIGALRM. */
void crash_take_alarms(void);
/* Starts the thread; 0, or an errno. */
int crash_start_watchdog(void);
/* Finds out where the machine's thread is, and stops it there for good. */
void crash_find_place(struct crash_registers *registers);

#endif
