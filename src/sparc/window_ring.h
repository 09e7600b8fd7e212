// SPDX-License-Identifier: MIT
/*
 * Where the registers of a window are.
 *
 * The windows lie in memory one behind the other, so that the next one is reached by adding to a pointer.  A window
 * at place p of cpu->windows has its outs at 16p, its locals at 16p+8, and its ins at 16p+16, where the next window
 * has its outs.  The windows are a ring, and memory is not: the window with the highest place has no ins, since
 * these are the outs of the one with the lowest place.  Therefore the highest window is never the current one.  When
 * the program is about to enter it, or leaves the lowest window downwards, the ring turns by one window: the window at
 * one end is copied to the other end.  There is room at both ends, nearly always, so that all others stay where they are.
 *
 * So of N windows a program uses N - 1 at the speed of an addition, whichever they are; and one that saves and
 * restores its windows by traps has no more than these, as WIM marks one.
 */
#ifndef SPARC_WINDOW_RING_H
#define SPARC_WINDOW_RING_H

#include "sparc/cpu.h"

/* How far a window is above the lowest one. */
static inline unsigned window_rank(const struct cpu *cpu, unsigned window)
{
    unsigned lowest = cpu->ring_lowest;
    return window - lowest + (window < lowest ? cpu->config.windows : 0);
}

static inline unsigned window_of_rank(const struct cpu *cpu, unsigned rank)
{
    unsigned window = cpu->ring_lowest + rank;
    return window - (window >= cpu->config.windows ? cpu->config.windows : 0);
}

/* The outs of the window of that rank. */
static inline uint32_t *window_bank(struct cpu *cpu, unsigned rank)
{
    return cpu->windows + 16 * (cpu->ring_start + rank);
}

/* The rank of the current window, also while generated code runs. */
static inline unsigned window_current_rank(const struct cpu *cpu)
{
    return (unsigned)(cpu->bank[1] - cpu->windows) / 16 - cpu->ring_start;
}

/* WIM by ranks: bit n is that of the window of rank n. */
static inline uint32_t window_invalid_ranks(const struct cpu *cpu)
{
    uint64_t wim = cpu->wim;
    return (uint32_t)((wim | wim << cpu->config.windows) >> cpu->ring_lowest) &
           (UINT32_MAX >> (32 - cpu->config.windows));
}

/* Turns the ring by one window, up or down, so that the highest window becomes the lowest or the lowest the highest. */
void window_turn_down(struct cpu *cpu);
void window_turn_up(struct cpu *cpu);

/* Moves to the window that SAVE (RESTORE) moves to, whether it is valid or not.  Does not write cpu->cwp. */
static inline void window_step_down(struct cpu *cpu)
{
    if (window_current_rank(cpu) == 0) {
        window_turn_down(cpu);
    }
    cpu->bank[1] -= 16;
}

static inline void window_step_up(struct cpu *cpu)
{
    if (window_current_rank(cpu) == cpu->config.windows - 2) {
        window_turn_up(cpu);
    }
    cpu->bank[1] += 16;
}

/* Turns the ring so that the highest window can become the current one. */
void window_turn_to_highest(struct cpu *cpu);

/* Makes window `to` the current one.  Like cpu_set_cwp(), but in line, and cpu->cwp need not be up to date. */
static inline void window_move(struct cpu *cpu, unsigned to)
{
    if (window_rank(cpu, to) == cpu->config.windows - 1) {
        window_turn_to_highest(cpu);
    }
    cpu->cwp = (uint8_t)to;
    cpu->bank[1] = window_bank(cpu, window_rank(cpu, to));
}

/* Which member of cpu->windows is the register of that number, 8 to 31, of a window. */
unsigned window_index(const struct cpu *cpu, unsigned window, unsigned number);

#endif
