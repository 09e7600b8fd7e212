// SPDX-License-Identifier: MIT
/*
 * The end in trouble: the steps in which the program gives the terminal back, says what has happened, and ends.
 */
#ifndef CLI_CRASH_REPORT_H
#define CLI_CRASH_REPORT_H

#include "cli/crash_place.h"
#include "leon3emu.h"

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
_Noreturn void crash_end_program(const struct crash_end *end);
/* The same, by a function of the program that a library has called and should not have: the place is where the library
 * has called it, and the thread is looked at, too. */
_Noreturn void crash_end_because_of_caller(struct crash_end *end);
/* If crash_end_program() is under way, goes on with its next step and does not return. */
void crash_continue_end(void);
/* Ends the program: the _exit() of the program itself. */
_Noreturn void crash_exit_now(int status);

#endif
