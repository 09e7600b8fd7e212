// SPDX-License-Identifier: MIT
/*
 * Memory for generated code: one piece of memory seen through two mappings, one that can be written and
 * one that can be executed; none is both.
 *
 * Generated code is written through the first mapping.  It is as far from the beginning there as in the second, so
 * relative jumps can be computed from addresses of either.  Code is forgotten in the order in which it was made
 * (include/ring.h).
 *
 * The lower half is for code that is executed often, the upper half for code that rarely is, so that the host's caches
 * and the pages of its TLB are not filled with the latter.  Manual: docs/jit-codegen.md.
 */
#ifndef CODEBUF_H
#define CODEBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ring.h"

/* Where the next byte of code goes, in the mapping to write through. */
struct code_cursor {
    uint8_t *p;
};

struct codebuf {
    uint8_t *write;      /* the mapping to write through   */
    const uint8_t *exec; /* the mapping to execute         */
    size_t size;
    /* Where the next code goes: that which is executed often, and the rest.  codebuf_grow() raises their limits up to the
     * middle and up to size. */
    struct ring ring, cold;
    FILE *perf; /* NULL: no perf map                      */
    /* Called with code that was written or patched, in both mappings, before it is executed.  NULL: the host's
     * instruction fetch sees stores by itself, as x86-64's does. */
    void (*written)(const uint8_t *write, const uint8_t *exec, size_t size);
};

/* Maps at least `size` bytes; the host gives memory only for pages that are used.  The limit is the whole size.
 * perf_map: also opens /tmp/perf-PID.map, and does without it if that fails.
 * False: the host refuses; *message (static text) says what failed, the buffer needs no destroying. */
bool codebuf_create(struct codebuf *buffer, size_t size, bool perf_map, const char **message);
void codebuf_destroy(struct codebuf *buffer);

/* Lowers the limits so that there is room for `first`, if that is less than the size; and doubles the room of what is
 * full.  codebuf_grow() returns false if that makes no room. */
void codebuf_limit(struct codebuf *buffer, size_t first);
bool codebuf_grow(struct codebuf *buffer);

/* Keeps the code at the beginning, up to `size`, for ever.  codebuf_reset() forgets all other code; codebuf_reuse()
 * forgets what was made before the code at these offsets in the two halves; RING_NONE: all. */
void codebuf_keep(struct codebuf *buffer, size_t size);
void codebuf_reset(struct codebuf *buffer);
void codebuf_reuse(struct codebuf *buffer, size_t oldest, size_t oldest_cold);
/* Bytes that were in use at once, at most. */
size_t codebuf_used(const struct codebuf *buffer);

/* Writes a line of the perf map for the code at offset `from`; pc is the guest's. */
void codebuf_name(const struct codebuf *buffer, size_t from, size_t size, uint32_t pc);

/* Declares the code between two offsets complete: it may be executed from now on. */
static inline void codebuf_written(const struct codebuf *buffer, size_t from, size_t end)
{
    if (buffer->written != NULL) {
        buffer->written(buffer->write + from, buffer->exec + from, end - from);
    }
}

/* Writes 4 or 8 bytes of existing code in one store.  `offset`, from the beginning, is aligned to 4 or 8. */
void codebuf_patch_32(const struct codebuf *buffer, size_t offset, uint32_t value);
void codebuf_patch_64(const struct codebuf *buffer, size_t offset, uint64_t value);

/* The address at which code is executed that was written to the writable mapping; and the offset from the beginning of
 * code that is executed at an address. */
static inline const void *codebuf_exec(const struct codebuf *buffer, const uint8_t *written)
{
    return buffer->exec + (written - buffer->write);
}

static inline size_t codebuf_offset(const struct codebuf *buffer, const void *executed)
{
    return (size_t)((const uint8_t *)executed - buffer->exec);
}

#endif
