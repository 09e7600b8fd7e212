// SPDX-License-Identifier: MIT
/*
 * LD_PRELOAD=fail_nth.so FAIL=malloc FAIL_NTH=17: the seventeenth call of that name fails, or, with
 * FAIL_FROM=1, all from there on.  FAIL_COUNT=FILE writes how many calls there were.
 *
 *     malloc  malloc, calloc, realloc, strdup...: NULL    open   EMFILE     mmap  ENOMEM
 *     read    EIO, of files that the program opened       write  ENOSPC     eintr read, write and poll: EINTR
 *     thread  pthread_create: EAGAIN                      dlopen NULL
 *
 * Calls count only from the program itself (and what is linked to it): those of libc and of the loader are not
 * made through these names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    const char *name;
    const char *count_path;
    unsigned long nth;
    bool from;
    atomic_ulong count;
} plan;

__attribute__((constructor)) static void read_plan(void)
{
    const char *nth = getenv("FAIL_NTH");
    plan.count_path = getenv("FAIL_COUNT");
    plan.nth = nth == NULL ? 0 : strtoul(nth, NULL, 10);
    plan.from = getenv("FAIL_FROM") != NULL;
    plan.name = getenv("FAIL");
    unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void write_count(void)
{
    char text[32];
    int fd;
    if (plan.count_path != NULL) {
        fd =
            (int)syscall(SYS_openat, AT_FDCWD, plan.count_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        snprintf(text, sizeof text, "%lu\n", plan.count);
        syscall(SYS_write, fd, text, strlen(text));
        syscall(SYS_close, fd);
    }
}

/* Is it the call's turn to fail? */
static bool fails(const char *name)
{
    unsigned long count;
    if (plan.name == NULL || strcmp(plan.name, name) != 0) {
        return false;
    }
    count = atomic_fetch_add(&plan.count, 1) + 1;
    return plan.nth != 0 && (plan.from ? count >= plan.nth : count == plan.nth);
}

/* ---- memory ---- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return fails("malloc") ? no_memory() : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("malloc") ? no_memory() : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails("malloc") ? no_memory() : __libc_realloc(memory, size);
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (fails("mmap")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

/* ---- files ---- */

static int fail_with(int number)
{
    errno = number;
    return -1;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;
    va_start(arguments, flags);
    mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails("open") ? fail_with(EMFILE)
                         : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *buffer, size_t size)
{
    if (fails("read")) {
        return fail_with(EIO);
    }
    return fails("eintr") ? fail_with(EINTR) : syscall(SYS_read, fd, buffer, size);
}

ssize_t write(int fd, const void *buffer, size_t size)
{
    if (fd != STDERR_FILENO && fails("write")) {
        return fail_with(ENOSPC);
    }
    return fails("eintr") ? fail_with(EINTR) : syscall(SYS_write, fd, buffer, size);
}

int poll(struct pollfd *polls, nfds_t count, int timeout)
{
    return fails("eintr") ? fail_with(EINTR) : (int)syscall(SYS_poll, polls, count, timeout);
}

/* ---- others ---- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*function)(void *argument), void *argument)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    void *symbol = dlsym(RTLD_NEXT, "pthread_create");
    memcpy(&create, &symbol, sizeof create);
    return fails("thread") ? EAGAIN : create(thread, attributes, function, argument);
}
