// SPDX-License-Identifier: MIT
/*
 * When things go wrong that no error value can tell: a library that crashes or hangs, Ctrl-C.
 *
 * Signal handlers need to find the machine, so this file keeps the program's only mutable global.
 */
#ifndef CLI_CRASH_H
#define CLI_CRASH_H

#include "leon3emu.h"

/* Installs the handlers.  Once.  hang_limit: seconds after which a call into a peripheral is taken
 * for hanging, 0: never. */
void crash_install(uint32_t hang_limit);

/* For leon3emu_options.building: the machine that reports are about; NULL: none any more. */
void crash_watch(void *context, const struct machine *machine);

/* The machine that Ctrl-C interrupts; NULL: Ctrl-C ends the program. */
void crash_interrupts(struct machine *machine);

/* For leon3emu_options.fatal: prints, ends the program with status. */
void crash_fatal(void *context, enum leon3emu_status status, const char *said);

#endif
