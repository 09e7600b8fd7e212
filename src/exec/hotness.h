// SPDX-License-Identifier: MIT
/*
 * How hot code is: how often it was interpreted, which decides when a block of it is made, and what is known of the
 * blocks that it had.
 *
 * A table by pc that does not ask which code a slot is about: two places that share one are translated somewhat
 * earlier, and no result hangs on it.
 */
#ifndef EXEC_HOTNESS_H
#define EXEC_HOTNESS_H

#include <stdbool.h>
#include <stdint.h>

#define HOTNESS_SLOTS         65536
#define HOTNESS_MAX_DOUBLINGS 7
/* After so many wrong guesses about memory (opt_probe.c) a block is made without any. */
#define HOTNESS_WRONG_GUESSES 8

struct hotness {
    uint16_t count;
    uint8_t doublings; /* of the threshold: code that changed before has to be seen more often */
    uint8_t wrong_guesses; /* up to HOTNESS_WRONG_GUESSES */
};

static inline struct hotness *hotness_at(struct hotness *table, uint32_t pc)
{
    return &table[(pc >> 2) % HOTNESS_SLOTS];
}

/* Counts an execution; true: there have been fewer than the threshold, no block is worth it yet. */
static inline bool hotness_is_cold(struct hotness *hotness, unsigned threshold)
{
    if (hotness->count >= threshold << hotness->doublings) {
        return false;
    }
    hotness->count++;
    return true;
}

/* The block is gone, as its code has changed or its place is needed.  Code that changes has to prove itself anew:
 * translating what runs once is a loss. */
static inline void hotness_begin_anew(struct hotness *hotness)
{
    hotness->count = 0;
    hotness->doublings += hotness->doublings < HOTNESS_MAX_DOUBLINGS;
}

/* Has the code guessed wrong so often that its block is to be made without guesses? */
static inline bool hotness_forbids_guesses(const struct hotness *hotness)
{
    return hotness->wrong_guesses == HOTNESS_WRONG_GUESSES;
}

#endif
