// SPDX-License-Identifier: MIT
/*
 * How hot code is: how often it was interpreted, which decides when it is translated, and what is
 * remembered of the blocks that it had before.
 *
 * The table is indexed by pc and has no tags: two pieces of code that share an element are
 * translated somewhat earlier, and nothing else changes.
 */
#ifndef EXEC_HOTNESS_H
#define EXEC_HOTNESS_H

#include <stdbool.h>
#include <stdint.h>

#define HOTNESS_SLOTS         65536
#define HOTNESS_MAX_DOUBLINGS 7
/* When wrong guesses about memory (jit/opt_probe.c) weigh so much together, a block is made without guesses. */
#define HOTNESS_WRONG_GUESSES 35
/* When time was up so often in a block that leads to itself, it is made again as a long loop. */
#define HOTNESS_ROUNDS 7

struct hotness {
    uint32_t count : 15;
    uint32_t doublings : 3;     /* of the threshold, for code whose blocks were dropped before */
    uint32_t wrong_guesses : 6; /* their weight, up to HOTNESS_WRONG_GUESSES */
    uint32_t fills : 5;         /* see guesses.c */
    uint32_t rounds : 3;        /* how often time was up in the code's loop, up to HOTNESS_ROUNDS */
};

static inline struct hotness *hotness_at(struct hotness *table, uint32_t pc)
{
    return &table[(pc >> 2) % HOTNESS_SLOTS];
}

/* Counts an execution of cold code.  True: the code has been executed less often than the threshold
 * and is not translated yet. */
static inline bool hotness_is_cold(struct hotness *hotness, unsigned threshold)
{
    if (hotness->count >= threshold << hotness->doublings) {
        return false;
    }
    hotness->count++;
    return true;
}

/* To be called when a block was dropped, because its code has changed or its memory is needed.  The
 * code must get hot again, with a threshold twice as high: translating code that runs once before
 * it changes is a loss. */
static inline void hotness_begin_anew(struct hotness *hotness)
{
    hotness->count = 0;
    hotness->doublings += hotness->doublings < HOTNESS_MAX_DOUBLINGS;
}

/* Makes the code's block without guesses. */
static inline void hotness_forbid_guesses(struct hotness *hotness)
{
    hotness->wrong_guesses = HOTNESS_WRONG_GUESSES;
}

/* Were so many guesses of the code's blocks wrong that its block is to be made without guesses? */
static inline bool hotness_forbids_guesses(const struct hotness *hotness)
{
    return hotness->wrong_guesses == HOTNESS_WRONG_GUESSES;
}

/* Is a block of the code that leads to itself to be a long loop (struct translate_request)? */
static inline bool hotness_is_long_loop(const struct hotness *hotness)
{
    return hotness->rounds == HOTNESS_ROUNDS;
}

#endif
