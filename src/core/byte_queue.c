// SPDX-License-Identifier: MIT
/* Byte queue, see byte_queue.h: a linear buffer whose content is moved to the front when it reaches
 * the end. */
#include "core/byte_queue.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define BYTE_QUEUE_FIRST_SIZE 256u

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void queue_slide(struct byte_queue *queue)
{
    if (queue->start != 0) {
        memmove(queue->bytes, queue->bytes + queue->start, queue->length);
        queue->start = 0;
    }
}

static void queue_grow(struct byte_queue *queue, size_t least)
{
    size_t capacity = queue->capacity == 0 ? BYTE_QUEUE_FIRST_SIZE : queue->capacity;
    while (capacity < least) {
        capacity *= 2;
    }
    uint8_t *bytes = realloc(queue->bytes, capacity);
    if (bytes != NULL) {
        queue->bytes = bytes;
        queue->capacity = capacity;
    }
}

/* Makes room for `want` bytes behind the content if memory and limit allow; returns the room.
 * Moves the content to the front only when at least as many bytes as it has are free there: so a
 * long queue from which single bytes are taken is not moved each time. */
static size_t queue_reserve(struct byte_queue *queue, size_t want)
{
    want = smaller(want, queue->limit - queue->length);
    if (queue->start + queue->length + want > queue->capacity && queue->start >= queue->length) {
        queue_slide(queue);
    }
    if (queue->start + queue->length + want > queue->capacity) {
        queue_grow(queue, queue->start + queue->length + want);
    }
    return smaller(want, queue->capacity - queue->start - queue->length);
}

uint8_t *byte_queue_room(struct byte_queue *queue, size_t *size)
{
    *size = queue_reserve(queue, *size);
    return *size == 0 ? NULL : queue->bytes + queue->start + queue->length;
}

void byte_queue_added(struct byte_queue *queue, size_t size)
{
    CHECK(size <= queue->capacity - queue->start - queue->length);
    queue->length += size;
}

size_t byte_queue_put(struct byte_queue *queue, const void *bytes, size_t size)
{
    uint8_t *room = byte_queue_room(queue, &size);
    if (size != 0) {
        memcpy(room, bytes, size);
        queue->length += size;
    }
    return size;
}

void byte_queue_drop(struct byte_queue *queue, size_t size)
{
    CHECK(size <= queue->length);
    queue->length -= size;
    queue->start = queue->length == 0 ? 0 : queue->start + size;
}

size_t byte_queue_get(struct byte_queue *queue, void *bytes, size_t size)
{
    size = smaller(size, queue->length);
    if (size != 0) {
        memcpy(bytes, queue->bytes + queue->start, size);
        byte_queue_drop(queue, size);
    }
    return size;
}

void byte_queue_free(struct byte_queue *queue)
{
    free(queue->bytes);
    *queue = (struct byte_queue){.limit = queue->limit};
}
