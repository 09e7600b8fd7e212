// SPDX-License-Identifier: MIT
/*
 * Memory for generated code: see codebuf.h.
 *
 * The memory is an anonymous file, mapped twice.  A patch is one aligned store, so a CPU that executes
 * the place at the same moment sees the old code or the new.
 */
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "codebuf.h"

#define PAGE      4096u
#define SIZE_MOST (1u << 30) /* relative jumps reach everywhere */

static size_t round_size(size_t size)
{
    size = size > SIZE_MOST ? SIZE_MOST : size;
    return (size + PAGE - 1) / PAGE * PAGE;
}

static void *map(int file, size_t size, int protection)
{
    void *at = mmap(NULL, size, protection, MAP_SHARED, file, 0);

    return at == MAP_FAILED ? NULL : at;
}

static bool map_twice(struct codebuf *buffer, int file, const char **message)
{
    if (ftruncate(file, (off_t)buffer->size) != 0) {
        *message = "there is no memory for generated code";
        return false;
    }
    buffer->write = map(file, buffer->size, PROT_READ | PROT_WRITE);
    buffer->exec = map(file, buffer->size, PROT_READ | PROT_EXEC);
    if (buffer->write == NULL || buffer->exec == NULL) {
        *message = "the host refuses executable memory for generated code";
        return false;
    }
    return true;
}

static FILE *open_perf_map(void)
{
    char name[64];

    snprintf(name, sizeof name, "/tmp/perf-%ld.map", (long)getpid());
    return fopen(name, "ae");
}

bool codebuf_create(struct codebuf *buffer, size_t size, bool perf_map, const char **message)
{
    int file = memfd_create("generated code", MFD_CLOEXEC);

    *buffer = (struct codebuf){.size = round_size(size)};
    if (file < 0) {
        *message = "the host has no anonymous file for generated code";
        return false;
    }
    bool mapped = map_twice(buffer, file, message);
    close(file);
    if (!mapped) {
        codebuf_destroy(buffer);
        return false;
    }
    buffer->perf = perf_map ? open_perf_map() : NULL;
    return true;
}

void codebuf_destroy(struct codebuf *buffer)
{
    if (buffer->write != NULL) {
        munmap(buffer->write, buffer->size);
    }
    if (buffer->exec != NULL) {
        munmap((void *)(uintptr_t)buffer->exec, buffer->size);
    }
    if (buffer->perf != NULL) {
        fclose(buffer->perf);
    }
}

void codebuf_keep(struct codebuf *buffer)
{
    buffer->kept = buffer->used;
}

void codebuf_reset(struct codebuf *buffer)
{
    buffer->used = buffer->kept;
}

void codebuf_name(const struct codebuf *buffer, size_t from, size_t size, uint32_t pc)
{
    if (buffer->perf != NULL) {
        fprintf(buffer->perf, "%lx %zx guest_%08x\n", (unsigned long)(uintptr_t)buffer->exec + from,
                size, pc);
        fflush(buffer->perf);
    }
}

void codebuf_patch_32(const struct codebuf *buffer, size_t place, uint32_t value)
{
    CHECK(place % sizeof value == 0 && place + sizeof value <= buffer->used);
    atomic_store_explicit((_Atomic uint32_t *)(void *)(buffer->write + place), value,
                          memory_order_release);
}

void codebuf_patch_64(const struct codebuf *buffer, size_t place, uint64_t value)
{
    CHECK(place % sizeof value == 0 && place + sizeof value <= buffer->used);
    atomic_store_explicit((_Atomic uint64_t *)(void *)(buffer->write + place), value,
                          memory_order_release);
}
