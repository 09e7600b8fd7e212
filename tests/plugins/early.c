// SPDX-License-Identifier: MIT
/*
 * A library that misbehaves while no device of it exists: in a constructor, which dlopen() runs, or
 * in a destructor, which dlclose() runs.  The environment variable EARLY says how.  Without EARLY
 * the library is harmless; it is no peripheral in either case (like no_class.c).
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int is(const char *fault)
{
    const char *early = getenv("EARLY");
    return early != NULL && strcmp(early, fault) == 0;
}

__attribute__((constructor)) static void begin(void)
{
    if (is("crash")) {
        raise(SIGSEGV);
    } else if (is("exit")) {
        exit(0);
    }
    for (volatile unsigned i = 0; is("hang"); i++) {
    }
}

__attribute__((destructor)) static void end(void)
{
    if (is("crash_late")) {
        raise(SIGSEGV);
    }
}
