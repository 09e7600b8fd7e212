// SPDX-License-Identifier: MIT
/*
 * Memory for generated code: one piece of memory seen through two mappings, one that can be written and
 * one that can be executed; none is both.
 *
 * Generated code is written through the first, at the same distance from its beginning as it has in the
 * second, so that relative jumps are computed from either.  Allocation only goes up, until all is
 * forgotten.  Manual: docs/jit-codegen.md.
 */
#ifndef CODEBUF_H
#define CODEBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Where the next byte of code goes, in the mapping to write through. */
struct code_cursor {
    uint8_t *p;
};

struct codebuf {
    uint8_t *write;      /* the mapping to write through   */
    const uint8_t *exec; /* the mapping to execute         */
    size_t size;
    size_t limit; /* up to where code is put; codebuf_grow() */
    size_t used;
    size_t kept; /* what codebuf_reset() leaves: see codebuf_keep() */
    FILE *perf;  /* NULL: no perf map                      */
    /* Called with code that was written or patched, in both mappings, before it is executed.  NULL: the host's
     * instruction fetch sees stores by itself, as x86-64's does. */
    void (*written)(const uint8_t *write, const uint8_t *exec, size_t size);
};

/* Maps at least `size` bytes, of which the host gives memory for what is used, and puts no limit below them.  perf_map: also opens /tmp/perf-PID.map, and does without where that fails.
 * False: the host refuses; *message (static text) says what failed, the buffer needs no destroying. */
bool codebuf_create(struct codebuf *buffer, size_t size, bool perf_map, const char **message);
void codebuf_destroy(struct codebuf *buffer);

/* Lets code be put up to `first` only, if that is less than there is; doubles that.  False: it is all there is. */
void codebuf_limit(struct codebuf *buffer, size_t first);
bool codebuf_grow(struct codebuf *buffer);

/* What is used now stays when the rest is forgotten. */
void codebuf_keep(struct codebuf *buffer);
void codebuf_reset(struct codebuf *buffer);

/* Tells perf of code at offset `from`; pc: of the guest. */
void codebuf_name(const struct codebuf *buffer, size_t from, size_t size, uint32_t pc);

/* Code from `from` up to `end`, offsets, is complete: it may be executed from now on. */
static inline void codebuf_written(const struct codebuf *buffer, size_t from, size_t end)
{
    if (buffer->written != NULL) {
        buffer->written(buffer->write + from, buffer->exec + from, end - from);
    }
}

/* Writes 4 or 8 bytes of existing code in one store.  The place is aligned to 4 or 8. */
void codebuf_patch_32(const struct codebuf *buffer, size_t place, uint32_t value);
void codebuf_patch_64(const struct codebuf *buffer, size_t place, uint64_t value);

/* Where a place of the writable mapping is executed. */
static inline const void *codebuf_exec(const struct codebuf *buffer, const uint8_t *written)
{
    return buffer->exec + (written - buffer->write);
}

/* Distance from the beginning of an address in the executable mapping. */
static inline size_t codebuf_place(const struct codebuf *buffer, const void *executed)
{
    return (size_t)((const uint8_t *)executed - buffer->exec);
}

#endif
