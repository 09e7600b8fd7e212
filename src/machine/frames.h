// SPDX-License-Identifier: MIT
/*
 * Memory as a debugger has to see it: with the callers' registers where their stack frames expect them.
 *
 * SAVE does not store the caller's registers; they stay in a register window until an overflow trap or
 * a task switch writes them to the caller's save area, the 64 bytes at its %sp.  Until then the save
 * area holds something old, and a walk of the stack through it goes astray.  The functions here
 * show those windows in place of the memory behind them.
 *
 * Which windows those are: from the one next to CWP outward up to the first that WIM marks.  The
 * current window is not among them, because a debugger reads it as registers.  A guest with WIM = 0
 * does not manage windows, so that nothing is known of what the others hold.
 */
#ifndef MACHINE_FRAMES_H
#define MACHINE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpu;
struct machine;

/* As machine_debug_read() and machine_debug_write(), but cpu's windows are in front of the memory.  A write goes to
 * the registers and to the memory behind them, which must exist. */
bool frames_read(struct machine *m, const struct cpu *cpu, uint32_t address, void *buffer,
                 size_t size);
bool frames_write(struct machine *m, struct cpu *cpu, uint32_t address, const void *buffer,
                  size_t size);

/* The same for a word in host order; an address that is not aligned cannot be read. */
bool frames_read_word(struct machine *m, const struct cpu *cpu, uint32_t address, uint32_t *word);

/* Stores all those windows to their save areas and marks the first of them invalid, as the guest's own
 * FLUSHW trap would: RESTORE then loads from wherever %fp points.  False: a save area is out of
 * reach; WIM is unchanged. */
bool frames_flush(struct machine *m, struct cpu *cpu);

#endif
