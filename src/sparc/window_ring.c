// SPDX-License-Identifier: MIT
/* The ring of register windows turns: see window_ring.h. */
#include "sparc/window_ring.h"

#include <string.h>

#define WORDS 16 /* of a window: outs and locals */
_Static_assert(CPU_WINDOW_ROOM >= 2, "there is room at both ends after centre()");

/* Puts the windows into the middle of their places, so that there is room at both ends. */
static void centre(struct cpu *cpu)
{
    unsigned windows = cpu->config.windows;
    uint32_t *from = window_bank(cpu, 0);

    cpu->bank[1] += WORDS * (CPU_WINDOW_ROOM / 2 - cpu->ring_start);
    cpu->ring_start = CPU_WINDOW_ROOM / 2;
    memmove(window_bank(cpu, 0), from, windows * WORDS * sizeof *from);
}

static void copy_window(uint32_t *to, const uint32_t *from)
{
    memcpy(to, from, WORDS * sizeof *to);
}

void window_turn_down(struct cpu *cpu)
{
    if (cpu->ring_start == 0) {
        centre(cpu);
    }
    cpu->ring_start--;
    copy_window(window_bank(cpu, 0), window_bank(cpu, cpu->config.windows));
    cpu->ring_lowest = (uint8_t)window_of_rank(cpu, cpu->config.windows - 1);
}

void window_turn_up(struct cpu *cpu)
{
    if (cpu->ring_start == CPU_WINDOW_ROOM) {
        centre(cpu);
    }
    copy_window(window_bank(cpu, cpu->config.windows), window_bank(cpu, 0));
    cpu->ring_start++;
    cpu->ring_lowest = (uint8_t)window_of_rank(cpu, 1);
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
    unsigned at = WORDS * window_rank(cpu, window) + number - 8;

    if (at >= WORDS * cpu->config.windows) { /* the highest window's ins */
        at -= WORDS * cpu->config.windows;
    }
    return WORDS * cpu->ring_start + at;
}
