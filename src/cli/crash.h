// SPDX-License-Identifier: MIT
/*
 * When things go wrong that no error value can tell: a library that crashes or hangs, and signals.
 *
 * Each file calls only those below it:
 *
 *     crash.c         handlers of deadly signals, and of exit() from within a library
 *     watchdog.c      a thread that looks every few milliseconds, and ends a hang
 *     signals.c       signals of the user: end, stop, go on
 *     interpose.c     functions of libc that the program replaces, to notice calls by libraries
 *     crash_report.c  the steps in which the program ends: terminal, console, sentence, place, history
 *     crash_place.c   which C function and line that was
 *     dispositions.c  which handlers are installed, and that they stay so
 *     crash_state.c   what the files share: a mutable global, because signal handlers need to find the machine
 */
#ifndef CLI_CRASH_H
#define CLI_CRASH_H

#include "error.h"
#include "leon3emu.h"

/* A write that fails gives an error, and no signal that ends the program.  Comes first. */
void crash_handle_failed_writes(void);

/* Installs the handlers and starts the watchdog.  Once.  hang_limit: seconds after which a call into a
 * peripheral is taken for hanging, 0: never.  False: the host has no thread left. */
bool crash_install(uint32_t hang_limit, struct error *err);

/* For leon3emu_options.building: the machine that reports are about; NULL: none any more. */
void crash_set_machine(void *context, const struct machine *machine);

/* The machine that runs: signals are for it, and the watchdog lets it look at the host.  NULL: none, so that
 * Ctrl-C ends the program. */
void crash_set_running(struct machine *machine);

/* For leon3emu_options.fatal: prints, ends the program with status. */
void crash_fatal(void *context, enum leon3emu_status status, const char *said);

#endif
