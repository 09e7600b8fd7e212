// SPDX-License-Identifier: MIT
/*
 * Room that is given out upwards and comes free in the order in which it was given out, as offsets.
 *
 * When the room up to the limit is used up it begins anew at the bottom, where the oldest pieces
 * are.  A piece is never split, and never empty.
 */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring {
    size_t at;    /* where the next piece begins; up to `end` there is room */
    size_t end;   /* the limit, or where the oldest piece begins if that is above */
    size_t first; /* the bottom */
    size_t limit;
    size_t top; /* no piece has reached farther */
    bool full;  /* a piece did not fit since room was made last */
};

#define RING_NONE ((size_t)-1)

/* All room between first and limit is free. */
static inline void ring_begin(struct ring *ring, size_t first, size_t limit)
{
    *ring = (struct ring){.at = first, .end = limit, .first = first, .limit = limit, .top = first};
}

/* Gives out `size` from ring->at on.  False: there is no room for it. */
static inline bool ring_take(struct ring *ring, size_t size)
{
    if (ring->end - ring->at < size) {
        ring->full = true;
        return false;
    }
    ring->at += size;
    ring->top = ring->at > ring->top ? ring->at : ring->top;
    return true;
}

/* Pieces have come free: `oldest` is where the oldest begins that has not; RING_NONE: all have. */
static inline void ring_free_to(struct ring *ring, size_t oldest)
{
    if (oldest == RING_NONE || (ring->full && ring->end == ring->limit)) {
        ring->at = ring->first;
    }
    ring->full = false;
    ring->end = oldest != RING_NONE && oldest >= ring->at ? oldest : ring->limit;
}

/* Raises the limit so that there is twice as much room, up to the limit `most`.  False: that is the limit already, or
 * the limit is not what ends the room. */
static inline bool ring_grow(struct ring *ring, size_t most)
{
    size_t room = ring->limit - ring->first;

    if (ring->limit == most || ring->end != ring->limit) {
        return false;
    }
    ring->limit = room > most - ring->limit ? most : ring->limit + room;
    ring->end = ring->limit;
    ring->full = false;
    return true;
}

#endif
