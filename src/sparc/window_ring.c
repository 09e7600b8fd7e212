// SPDX-License-Identifier: MIT
/* The ring of register windows turns: see window_ring.h. */
#include "sparc/window_ring.h"

void window_ring_init(struct cpu *cpu)
{
    unsigned windows = cpu->config.windows;

    for (unsigned place = 0; place < 2 * windows; place++) {
        cpu->notes[place].window = place % windows;
    }
    cpu->ring_closed = UINT64_MAX << (windows - 1);
}

void window_shift(struct cpu *cpu, bool up)
{
    unsigned windows = cpu->config.windows;
    unsigned from = up ? 0 : windows;
    unsigned to = windows - from;

    memcpy(cpu->windows + WINDOW_WORDS * to, cpu->windows + WINDOW_WORDS * from,
           windows * WINDOW_WORDS * sizeof cpu->windows[0]);
    for (unsigned window = 0; window < windows; window++) {
        cpu->notes[to + window].trapped = cpu->notes[from + window].trapped;
    }
    cpu->bank[1] = cpu->bank[1] + WINDOW_WORDS * to - WINDOW_WORDS * from;
    cpu->ring_start = (uint8_t)to;
    cpu->ring_closed = ~(UINT64_MAX >> (65 - windows) << to);
}

/* Downwards from the lowest window the highest is the next one, too. */
void window_turn_to_highest(struct cpu *cpu)
{
    if (window_current_rank(cpu) == 0) {
        window_turn_down(cpu);
    } else {
        window_turn_up(cpu);
    }
}

unsigned window_index(const struct cpu *cpu, unsigned window, unsigned number)
{
    unsigned windows = cpu->config.windows;
    unsigned at = WINDOW_WORDS * window_rank(cpu, window) + number - 8;

    if (at >= WINDOW_WORDS * windows) { /* the highest window's ins */
        at -= WINDOW_WORDS * windows;
    }
    return WINDOW_WORDS * cpu->ring_start + at;
}
