// SPDX-License-Identifier: MIT
/*
 * A first-in first-out queue of bytes that grows up to a limit; its content is contiguous in
 * memory.
 *
 * Not thread-safe.  If the host has no memory, the queue behaves as if its limit were reached.
 */
#ifndef CORE_BYTE_QUEUE_H
#define CORE_BYTE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

/* An empty queue is {.limit = n}. */
struct byte_queue {
    uint8_t *bytes;
    size_t start;  /* index of the oldest byte */
    size_t length; /* bytes in the queue */
    size_t capacity;
    size_t limit; /* bytes it may hold */
};

/* Appends up to size bytes; returns how many found room. */
size_t byte_queue_put(struct byte_queue *queue, const void *bytes, size_t size);

/* Takes out up to size bytes; returns how many there were. */
size_t byte_queue_get(struct byte_queue *queue, void *bytes, size_t size);

/* Room for up to *size bytes at the end; *size is set to the bytes that there are, possibly 0.  The
 * caller fills it and then calls byte_queue_added(). */
uint8_t *byte_queue_room(struct byte_queue *queue, size_t *size);
void byte_queue_added(struct byte_queue *queue, size_t size);

/* The oldest of queue->length contiguous bytes.  NULL if nothing was ever put in. */
static inline const uint8_t *byte_queue_front(const struct byte_queue *queue)
{
    return queue->bytes == NULL ? NULL : queue->bytes + queue->start;
}

/* Drops the oldest size bytes; there must be that many. */
void byte_queue_drop(struct byte_queue *queue, size_t size);

/* Gives the memory back; the queue is empty and can be used again. */
void byte_queue_free(struct byte_queue *queue);

#endif
