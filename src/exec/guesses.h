// SPDX-License-Identifier: MIT
/*
 * Wrong guesses that an address is memory (jit/opt_probe.c): which of them count.
 *
 * A guess is wrong for a device again and again, but for a page of memory only until the page has its TLB entry.
 */
#ifndef EXEC_GUESSES_H
#define EXEC_GUESSES_H

#include "exec/hotness.h"
#include "sparc/cpu.h"

struct guesses {
    uint64_t calls; /* of devices, up to the last wrong guess */
};

/* Counts a wrong guess of a block of the code that `hotness` is about. */
void guesses_count(struct guesses *g, const struct cpu *cpus, unsigned cpu_count,
                   struct hotness *hotness);

#endif
