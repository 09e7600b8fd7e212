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

/* The only mutable globals of the program. */
extern struct crash_state {
    const struct machine *_Atomic machine; /* what reports are about */
    struct machine *_Atomic running;       /* what signals are for */
    atomic_int handlers;                   /* that use `running` at this moment */
    atomic_bool has_run;
    atomic_llong stop_ms; /* when the user first asked for an end; 0: not yet */
    uint32_t hang_limit;  /* seconds; 0: none */
    pid_t pid;            /* of the program; a child that a library forks is none of our business */
    pthread_t thread;     /* the machine's */
    pthread_t watchdog;
    pthread_mutex_t lock; /* the watchdog looks at the machine: it does not go meanwhile */
} crash_state;

/* Milliseconds of a clock that never jumps. */
long long crash_clock_ms(void);

/* ---- crash_report.c ---- */

/* Writes to standard error, from any handler.  False: it takes no more. */
bool crash_write(const char *text);

/* Where a thread is, and how to find who called; x86-64's sixteen registers and pc. */
#define CRASH_REGISTERS 17
struct crash_registers {
    bool known;  /* false: on other hosts, or if the thread does not answer */
    bool inside; /* in a function of the program, which only a caller is to blame for */
    uint64_t values[CRASH_REGISTERS];
};

/* How the program ends.  Sentence: `said`, or "peripheral ... <what> in ...", if it is one's fault. */
struct crash_end {
    enum leon3emu_status status;
    const char *what; /* "crashed (signal 11)" */
    const char *said; /* a whole sentence without end, to which the place is put; or NULL */
    const char
        *plain; /* the sentence if no peripheral is at fault; NULL: a bug of the emulator itself */
    enum leon3emu_status plain_status;
    struct crash_registers at; /* where in the host's code */
    bool library_thread;       /* on a thread that a library has started */
    bool at_once;              /* nobody is waited for who does not read */
    int signal; /* end by this signal, so that whoever waits sees it; 0: by the status */
};

/* Gives the terminal back, sends what the console holds, says what has happened, and ends the program.  From any
 * handler and thread.  A fault on the way goes on with the next step. */
_Noreturn void crash_leave(const struct crash_end *end);
/* Is that under way?  Then the next step. */
void crash_leave_on(void);
/* Ends the program: the _exit() of the program itself. */
_Noreturn void crash_exit_now(int status);

/* ---- crash_place.c ---- */

/* From the ucontext_t of a signal handler or of getcontext(). */
void crash_take_registers(const void *context, struct crash_registers *registers);
/* Prints function, file and line of where a thread is, and of the nearest caller in `library` (a path; NULL: in any
 * that is not the system's, nor, on a thread of a library, the program's), if they are to be found.  False: libdw cannot tell. */
bool crash_print_place(const struct crash_registers *registers, const char *library,
                       bool library_thread);
/* The same for whom that has failed: async-signal-safe but for the lock of the list of libraries. */
void crash_print_place_plainly(const struct crash_registers *registers, const char *library);

/* ---- signals.c, watchdog.c ---- */

void crash_install_signals(void);
void crash_handle_deadly(int number, void (*function)(int, siginfo_t *, void *));
/* For handlers: true in a child of the program, which then has the default for this signal. */
bool crash_gives_way(int number);
/* Puts handlers back that a library has replaced, where it may not.  On any thread. */
void crash_keep_signals(void);
/* For the calling thread: a fault while its signal is blocked kills without a handler. */
void crash_unblock_deadly(void);
/* alarm() ends a step of the end from now on, whoever ignores or blocks it. */
void crash_take_alarms(void);
/* Starts the thread; 0, or an errno. */
int crash_start_watchdog(void);
/* Where the machine's thread is.  It stays there. */
void crash_find_place(struct crash_registers *registers);

#endif
