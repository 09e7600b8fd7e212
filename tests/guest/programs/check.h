/* SPDX-License-Identifier: MIT */
/* Checks of a test program: failures are printed, values go into a checksum. */
#ifndef CHECK_H
#define CHECK_H

#include "kernel.h"

/* Counts a check; prints it if the values differ.  Both go into the checksum as they should be. */
void check_equal(const char *what, uint32_t value, uint32_t expected);
void check_between(const char *what, uint32_t value, uint32_t low, uint32_t high);
/* A computed value that a test outside knows: it goes into the checksum. */
void check_note(uint32_t value);
/* The instruction at `function` must raise exactly trap tt (0: none). */
void check_trap(const char *what, void (*function)(void), uint32_t tt);
/* The last line of a program.  Returns the exit status. */
uint32_t check_summary(const char *program);

#endif
