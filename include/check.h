// SPDX-License-Identifier: MIT
/*
 * Assertions for bugs of our own; never for what a guest, a user or a library does.
 *
 * ASSERT is gone in release builds.  CHECK stays: for what keeps memory safe.  UNREACHABLE is a CHECK
 * that always fails; it is not __builtin_unreachable(), because a wrong belief must not become
 * undefined behaviour.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdlib.h>

/* Prints what failed and where, then aborts. */
_Noreturn void check_failed(const char *file, int line, const char *what);

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
#define UNREACHABLE()    check_failed(__FILE__, __LINE__, "unreachable")

#ifdef NDEBUG
#define ASSERT(condition) ((void)sizeof(condition))
#else
#define ASSERT(condition) CHECK(condition)
#endif

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
