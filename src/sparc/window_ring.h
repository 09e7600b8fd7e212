// SPDX-License-Identifier: MIT
/*
 * Where the registers of a window are.
 *
 * The windows lie in memory one behind the other, so that the next one is reached by adding to a pointer.  A window
 * at place p of cpu->windows has its outs at 16p, its locals at 16p+8, and its ins at 16p+16, where the next window
 * has its outs.  The windows are a ring, and memory is not: the window with the highest place has no ins, since
 * these are the outs of the one with the lowest place.  Therefore the highest window is never the current one.  When
 * the program is about to enter it, or leaves the lowest window downwards, the ring turns by one window: the window at
 * one end is copied to the other end.  Of N windows there are 2N places, and window w is at place w or w + N.  So there is
 * room at both ends, nearly always, and all others stay where they are.
 *
 * So of N windows a program uses N - 1 at the speed of an addition, whichever they are; and one that saves and
 * restores its windows by traps has no more than these, as WIM marks one.
 */
#ifndef SPARC_WINDOW_RING_H
#define SPARC_WINDOW_RING_H

#include <string.h>

#include "sparc/cpu.h"

#define WINDOW_WORDS 16 /* of a window: outs and locals */

/* The outs of the window of that rank: so far it is above the lowest one. */
static inline uint32_t *window_bank(struct cpu *cpu, unsigned rank)
{
    return cpu->windows + WINDOW_WORDS * (cpu->ring_start + rank);
}

/* The place of the current window, also while generated code runs. */
static inline unsigned window_place(const struct cpu *cpu)
{
    return (unsigned)(cpu->bank[1] - cpu->windows) / WINDOW_WORDS;
}

/* The number of the current window, also while generated code runs. */
static inline unsigned window_current(const struct cpu *cpu)
{
    return cpu->notes[window_place(cpu)].window;
}

static inline unsigned window_current_rank(const struct cpu *cpu)
{
    return window_place(cpu) - cpu->ring_start;
}

static inline unsigned window_rank(const struct cpu *cpu, unsigned window)
{
    unsigned windows = cpu->config.windows;
    unsigned above = window + windows - cpu->ring_start;
    return above - (above >= windows ? windows : 0);
}

static inline const struct window_note *window_note(const struct cpu *cpu, unsigned window)
{
    return &cpu->notes[cpu->ring_start + window_rank(cpu, window)];
}

/* WIM by places: bit n says that the window at place n, if there is one, is invalid. */
static inline uint64_t window_invalid_places(const struct cpu *cpu)
{
    return cpu->wim | (uint64_t)cpu->wim << cpu->config.windows;
}

/* Copies what is at a place to another one.  (By a call of memcpy() it would take twice as long.) */
static inline void window_copy(struct cpu *cpu, unsigned to, unsigned from)
{
    for (unsigned word = 0; word < WINDOW_WORDS; word += 4) {
        memcpy(cpu->windows + WINDOW_WORDS * to + word, cpu->windows + WINDOW_WORDS * from + word,
               4 * sizeof cpu->windows[0]);
    }
    cpu->notes[to].trapped = cpu->notes[from].trapped;
}

/* Moves all windows up (down) by as many places as there are windows, so that there is room below (above) them. */
void window_shift(struct cpu *cpu, bool up);

/* Turns the ring by one window, up or down, so that the highest window becomes the lowest or the lowest the highest. */
static inline void window_turn_down(struct cpu *cpu)
{
    if (__builtin_expect(cpu->ring_start == 0, 0)) {
        window_shift(cpu, true);
    }
    cpu->ring_start--;
    cpu->ring_closed = cpu->ring_closed >> 1 | UINT64_C(1) << 63;
    window_copy(cpu, cpu->ring_start, cpu->ring_start + cpu->config.windows);
}

static inline void window_turn_up(struct cpu *cpu)
{
    if (__builtin_expect(cpu->ring_start == cpu->config.windows, 0)) {
        window_shift(cpu, false);
    }
    window_copy(cpu, cpu->ring_start + cpu->config.windows, cpu->ring_start);
    cpu->ring_start++;
    cpu->ring_closed = cpu->ring_closed << 1 | 1;
}

/* Moves to the window that SAVE (RESTORE) moves to, whether it is valid or not.  Does not write cpu->cwp. */
static inline void window_step_down(struct cpu *cpu)
{
    if (window_place(cpu) == cpu->ring_start) {
        window_turn_down(cpu);
    }
    cpu->bank[1] -= WINDOW_WORDS;
}

static inline void window_step_up(struct cpu *cpu)
{
    if (window_current_rank(cpu) == cpu->config.windows - 2) {
        window_turn_up(cpu);
    }
    cpu->bank[1] += WINDOW_WORDS;
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

/* Numbers the places; to be called once. */
void window_ring_init(struct cpu *cpu);

#endif
