// SPDX-License-Identifier: MIT
/*
 * Which C function and line of a library the host was executing, for authors of peripherals.
 *
 * Often that was a function of the C library, which the author's code had called (abort(), free(), sleep()): then the
 * nearest caller in the peripheral's library is named, too.  Frames are found by the unwind tables of the libraries.
 */
#ifndef CLI_CRASH_PLACE_H
#define CLI_CRASH_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The registers of a thread, by which its place and its callers are found: x86-64's sixteen and the pc. */
#define CRASH_REGISTERS 17
struct crash_registers {
    bool known;  /* false: on other hosts, or if the thread does not answer */
    bool inside; /* in a function of the program, called by a library that is to blame */
    uint64_t values[CRASH_REGISTERS];
    uint64_t flags; /* for host_fp_flags_are_odd() */
};

/* Takes the registers from the ucontext_t of a signal handler or of getcontext(). */
void crash_take_registers(const void *context, struct crash_registers *registers);

/* Loads libdw for the next function, which does so itself if need be; but after a crash in the middle of loading a
 * peripheral library that could hang.  So this is called before one is loaded. */
void crash_prepare_place(void *context);

/* Writes a phrase into `text`: function, file and line of where a thread is, and of the nearest caller in `library` (a
 * path; NULL: in any that is not the system's, nor, on a thread of a library, the program's), if they are to be
 * found, else "".  False: libdw cannot tell.
 *
 * libdw allocates memory and reads files: after a crash this may fail or hang, for example if the heap is damaged.
 * Therefore crash_report.c writes the sentence about the crash before, and gives this a few seconds only. */
bool crash_describe_place(const struct crash_registers *registers, const char *library,
                          bool library_thread, char *text, size_t size);
/* Writes less, if crash_describe_place() has failed: only the library and an offset in it.  Async-signal-safe but for
 * the lock of the list of libraries. */
void crash_describe_place_plainly(const struct crash_registers *registers, const char *library,
                                  char *text, size_t size);

#endif
