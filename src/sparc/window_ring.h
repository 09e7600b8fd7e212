// SPDX-License-Identifier: MIT
/*
 * Where the registers of a window are.
 *
 * The windows lie in memory one behind the other, so that the next one is reached by adding to a pointer.  A window
 * at place p of cpu->windows has its outs at 16p, its locals at 16p+8, and its ins at 16p+16, where the next window
 * has its outs.  The windows are a ring, and memory is not: the window with the highest place has no ins, since
 * these are the outs of the one with the lowest place.  Therefore the highest window is never the current one.  When
 * the program is about to enter it, or leaves the lowest window downwards, the ring turns by one window: the window at
 * one end is copied to the other end.  There are several times as many places as windows, and window w of N is always at a
 * place w + kN.  So there is room at both ends, nearly always, and all others stay where they are.
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

/* The note of the current window, and its number, also while generated code runs. */
static inline struct window_note *window_current_note(struct cpu *cpu)
{
    size_t offset = (size_t)((char *)cpu->bank[1] - (char *)cpu->windows);
    return (struct window_note *)((char *)cpu->notes + offset);
}

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
    unsigned lowest = cpu->notes[cpu->ring_start].window;
    return window - lowest + (window < lowest ? cpu->config.windows : 0);
}

static inline unsigned window_place_of(const struct cpu *cpu, unsigned window)
{
    return cpu->ring_start + window_rank(cpu, window);
}

static inline const struct window_note *window_note(const struct cpu *cpu, unsigned window)
{
    return &cpu->notes[window_place_of(cpu, window)];
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

static inline bool window_can_turn(const struct cpu *cpu, bool down)
{
    return cpu->ring_start != (down ? 0 : cpu->ring_last);
}

/* Turns the ring by one window, up or down, so that the highest window becomes the lowest or the lowest the highest.  There is
 * room: window_can_turn(). */
static inline void window_turn_down_one(struct cpu *cpu)
{
    unsigned start = cpu->ring_start - 1u;
    window_copy(cpu, start, start + cpu->config.windows);
    cpu->ring_start = (uint8_t)start;
}

static inline void window_turn_up_one(struct cpu *cpu)
{
    unsigned start = cpu->ring_start;
    window_copy(cpu, start + cpu->config.windows, start);
    cpu->ring_start = (uint8_t)(start + 1);
}

/* The same, wherever the windows are. */
void window_turn_down(struct cpu *cpu);
void window_turn_up(struct cpu *cpu);

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
