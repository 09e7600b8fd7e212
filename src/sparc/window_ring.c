// SPDX-License-Identifier: MIT
/* The ring of register windows turns: see window_ring.h. */
#include "sparc/window_ring.h"

/* There are 32 places or a little less, or twice as many as windows.  More would lie in the way of the TLB's bytes in the
 * host's caches: see colour_of() in src/mem/tlb.c. */
void window_ring_init(struct cpu *cpu)
{
    unsigned windows = cpu->config.windows;
    unsigned places = windows > 16 ? 2 * windows : 32 - 32 % windows;

    for (unsigned place = 0; place < places; place++) {
        cpu->notes[place].window = place % windows;
    }
    cpu->ring_last = (uint8_t)(places - windows);
}

/* Moves all windows from one end into the middle. */
static void centre(struct cpu *cpu, bool up)
{
    unsigned windows = cpu->config.windows;
    unsigned last = cpu->ring_last / windows;
    unsigned from = cpu->ring_start;
    unsigned to = windows * (up ? (last + 1) / 2 : last / 2);

    memcpy(cpu->windows + WINDOW_WORDS * to, cpu->windows + WINDOW_WORDS * from,
           windows * WINDOW_WORDS * sizeof cpu->windows[0]);
    for (unsigned window = 0; window < windows; window++) {
        cpu->notes[to + window].trapped = cpu->notes[from + window].trapped;
    }
    cpu->bank[1] = cpu->bank[1] + WINDOW_WORDS * to - WINDOW_WORDS * from;
    cpu->ring_start = (uint8_t)to;
}

void window_turn_down(struct cpu *cpu)
{
    if (!window_can_turn(cpu, true)) {
        centre(cpu, true);
    }
    window_turn_down_one(cpu);
}

void window_turn_up(struct cpu *cpu)
{
    if (!window_can_turn(cpu, false)) {
        centre(cpu, false);
    }
    window_turn_up_one(cpu);
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
