// SPDX-License-Identifier: MIT
/*
 * Memory for generated code: see codebuf.h.
 *
 * The memory is anonymous and shared, mapped twice.  perf uses a perf map for anonymous memory only, so a memory
 * file is second choice.  A patch is one aligned store: a thread that executes the place sees the old code or
 * the new, and nothing in between.
 */
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "codebuf.h"

#define PAGE      4096u
#define SIZE_MOST (1u << 30) /* so that relative jumps reach everywhere */

static size_t round_size(size_t size)
{
    size = size > SIZE_MOST ? SIZE_MOST : size;
    return (size + PAGE - 1) / PAGE * PAGE;
}

/* mremap() of size 0 makes the second mapping: for shared memory that is another view of the same pages. */
static bool map_memory_twice(struct codebuf *buffer)
{
    void *exec;
    void *write = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (write == MAP_FAILED) {
        return false;
    }
    exec = mremap(write, 0, buffer->size, MREMAP_MAYMOVE);
    if (exec == MAP_FAILED) {
        munmap(write, buffer->size);
        return false;
    }
    buffer->write = write;
    buffer->exec = exec;
    return true;
}

/* The same with an unnamed file, where mremap() cannot make a second view: under Valgrind, for example. */
static bool map_file_twice(struct codebuf *buffer)
{
    int fd = memfd_create("leon3emu code", MFD_CLOEXEC);
    void *write = MAP_FAILED;
    void *exec = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, (off_t)buffer->size) == 0) {
        write = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        exec = mmap(NULL, buffer->size, PROT_READ, MAP_SHARED, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    buffer->write = write == MAP_FAILED ? NULL : write;
    buffer->exec = exec == MAP_FAILED ? NULL : exec;
    return buffer->write != NULL && buffer->exec != NULL;
}

static bool map_twice(struct codebuf *buffer, const char **message)
{
    if (!map_memory_twice(buffer) && !map_file_twice(buffer)) {
        *message = "there is no memory for generated code, or the host refuses a second view of it";
        return false;
    }
    if (mprotect((void *)(uintptr_t)buffer->exec, buffer->size, PROT_READ | PROT_EXEC) != 0) {
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
    *buffer = (struct codebuf){.size = round_size(size)};
    ring_begin(&buffer->ring, 0, buffer->size / 2);
    ring_begin(&buffer->cold, buffer->size / 2, buffer->size);
    if (!map_twice(buffer, message)) {
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

void codebuf_limit(struct codebuf *buffer, size_t first)
{
    size_t half = round_size(first) / 2;

    if (half != 0 && half < buffer->size / 2) {
        ring_begin(&buffer->ring, buffer->ring.first, half);
        ring_begin(&buffer->cold, buffer->cold.first, buffer->cold.first + half);
    }
}

bool codebuf_grow(struct codebuf *buffer)
{
    bool grown = buffer->ring.full && ring_grow(&buffer->ring, buffer->size / 2);

    return (buffer->cold.full && ring_grow(&buffer->cold, buffer->size)) || grown;
}

void codebuf_keep(struct codebuf *buffer, size_t size)
{
    ring_begin(&buffer->ring, size, buffer->ring.limit);
}

void codebuf_reset(struct codebuf *buffer)
{
    ring_begin(&buffer->ring, buffer->ring.first, buffer->ring.limit);
    ring_begin(&buffer->cold, buffer->cold.first, buffer->cold.limit);
}

void codebuf_reuse(struct codebuf *buffer, size_t oldest, size_t oldest_cold)
{
    ring_free_to(&buffer->ring, oldest);
    ring_free_to(&buffer->cold, oldest_cold);
}

size_t codebuf_used(const struct codebuf *buffer)
{
    return buffer->ring.top + (buffer->cold.top - buffer->cold.first);
}

void codebuf_name(const struct codebuf *buffer, size_t from, size_t size, uint32_t pc)
{
    if (buffer->perf != NULL) {
        fprintf(buffer->perf, "%lx %zx guest_%08x\n", (unsigned long)(uintptr_t)buffer->exec + from,
                size, pc);
        fflush(buffer->perf);
    }
}

void codebuf_patch_32(const struct codebuf *buffer, size_t offset, uint32_t value)
{
    CHECK(offset % sizeof value == 0 && offset + sizeof value <= buffer->size);
    atomic_store_explicit((_Atomic uint32_t *)(void *)(buffer->write + offset), value,
                          memory_order_release);
    codebuf_written(buffer, offset, offset + sizeof value);
}

void codebuf_patch_64(const struct codebuf *buffer, size_t offset, uint64_t value)
{
    CHECK(offset % sizeof value == 0 && offset + sizeof value <= buffer->size);
    atomic_store_explicit((_Atomic uint64_t *)(void *)(buffer->write + offset), value,
                          memory_order_release);
    codebuf_written(buffer, offset, offset + sizeof value);
}
