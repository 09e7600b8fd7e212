// SPDX-License-Identifier: MIT
/*
 * LD_PRELOAD=fail_nth.so FAIL=malloc FAIL_NTH=17: the seventeenth call of that name fails, or, with
 * FAIL_FROM=1, all from there on.  FAIL_COUNT=FILE writes how many calls there were, and
 * the name of the function that failed last.
 *
 *     malloc  malloc, calloc, realloc, strdup...: NULL    open   EMFILE     mmap  ENOMEM
 *     read    EIO, of files that the program opened       write  ENOSPC     eintr read, write and poll: EINTR
 *     thread  pthread_create, pthread_attr_init: EAGAIN   dlopen, dlsym  NULL, and dlerror() has a text
 *     socket  all that makes and uses one: EMFILE, ENOBUFS and the like; also eventfd
 *     pty     all that makes one and sets its modes: ENOTTY and the like; also links to it
 *     host    what else the kernel can refuse: mprotect, mremap, ftruncate, fstat, pipe2, fopen...
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
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

static struct {
    const char *name;
    const char *count_path;
    unsigned long nth;
    bool from;
    atomic_ulong count;
    const char *_Atomic last;
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
    char text[80];
    int fd;
    if (plan.count_path != NULL) {
        fd =
            (int)syscall(SYS_openat, AT_FDCWD, plan.count_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        snprintf(text, sizeof text, "%lu %s\n", plan.count, plan.last == NULL ? "" : plan.last);
        syscall(SYS_write, fd, text, strlen(text));
        syscall(SYS_close, fd);
    }
}

/* Is it the call's turn to fail? */
static bool fails_in(const char *name, const char *function)
{
    unsigned long count;
    bool now;
    if (plan.name == NULL || strcmp(plan.name, name) != 0) {
        return false;
    }
    count = atomic_fetch_add(&plan.count, 1) + 1;
    now = plan.nth != 0 && (plan.from ? count >= plan.nth : count == plan.nth);
    if (now) {
        plan.last = function;
    }
    return now;
}

#define fails(name) fails_in(name, __func__)

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

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (fd != STDERR_FILENO && fails("write")) {
        return fail_with(ENOSPC);
    }
    return fails("eintr") ? fail_with(EINTR) : syscall(SYS_writev, fd, parts, count);
}

/* ---- the loader ---- */

static _Thread_local bool load_failed;

/* What comes behind this library; not through dlsym(), which is one of the functions that fail. */
static void *next(const char *name)
{
    static void *(*find)(void *, const char *);
    if (find == NULL) {
        void *symbol = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
        symbol = symbol == NULL ? dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5") : symbol;
        memcpy(&find, &symbol, sizeof find);
    }
    return find(RTLD_NEXT, name);
}

/* Defines a function that goes on to the next one of its name, or fails by the plan. */
#define FAILING(kind, type, name, parameters, arguments, number, result)                           \
    type name parameters                                                                           \
    {                                                                                              \
        type(*function) parameters;                                                                \
        void *symbol = next(#name);                                                                \
        memcpy(&function, &symbol, sizeof function);                                               \
        if (fails(kind)) {                                                                         \
            errno = number;                                                                        \
            return result;                                                                         \
        }                                                                                          \
        return function arguments;                                                                 \
    }

void *dlopen(const char *path, int flags)
{
    void *(*open_library)(const char *, int);
    void *symbol = next("dlopen");
    memcpy(&open_library, &symbol, sizeof open_library);
    load_failed = fails("dlopen");
    return load_failed ? NULL : open_library(path, flags);
}

char *dlerror(void)
{
    static char text[] = "the plan of fail_nth.so says so";
    char *(*tell)(void);
    void *symbol = next("dlerror");
    memcpy(&tell, &symbol, sizeof tell);
    return load_failed ? text : tell();
}

/* ---- threads ---- */

static int create_thread(pthread_t *thread, const pthread_attr_t *attributes,
                         void *(*function)(void *argument), void *argument)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    void *symbol = next("pthread_create");
    memcpy(&create, &symbol, sizeof create);
    return fails("thread") ? EAGAIN : create(thread, attributes, function, argument);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*function)(void *argument), void *argument)
{
    return create_thread(thread, attributes, function, argument);
}

FAILING("thread", int, pthread_attr_init, (pthread_attr_t * attributes), (attributes), 0, ENOMEM)

/* The program's own pthread_create() asks for the one behind it, which is ours. */
void *dlsym(void *restrict library, const char *restrict name)
{
    void *(*find)(void *, const char *);
    void *symbol = next("dlsym");
    load_failed = fails("dlsym");
    if (load_failed) {
        return NULL;
    }
    if (library == RTLD_NEXT && strcmp(name, "pthread_create") == 0) {
        int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
            create_thread;
        memcpy(&symbol, &create, sizeof symbol);
        return symbol;
    }
    memcpy(&find, &symbol, sizeof find);
    return find(library, name);
}

/* ---- sockets ---- */

FAILING("socket", int, socket, (int domain, int type, int protocol), (domain, type, protocol),
        EMFILE, -1)
FAILING("socket", int, bind, (int fd, const struct sockaddr *address, socklen_t size),
        (fd, address, size), EADDRINUSE, -1)
FAILING("socket", int, listen, (int fd, int backlog), (fd, backlog), EADDRINUSE, -1)
FAILING("socket", int, getsockname,
        (int fd, struct sockaddr *restrict address, socklen_t *restrict size), (fd, address, size),
        ENOBUFS, -1)
FAILING("socket", int, setsockopt, (int fd, int level, int name, const void *value, socklen_t size),
        (fd, level, name, value, size), ENOBUFS, -1)
FAILING("socket", int, accept4,
        (int fd, struct sockaddr *restrict address, socklen_t *restrict size, int flags),
        (fd, address, size, flags), ECONNABORTED, -1)
FAILING("socket", ssize_t, recv, (int fd, void *buffer, size_t size, int flags),
        (fd, buffer, size, flags), ECONNRESET, -1)
FAILING("socket", ssize_t, send, (int fd, const void *buffer, size_t size, int flags),
        (fd, buffer, size, flags), EPIPE, -1)
FAILING("socket", int, shutdown, (int fd, int how), (fd, how), ENOTCONN, -1)
FAILING("socket", int, getaddrinfo,
        (const char *restrict name, const char *restrict service,
         const struct addrinfo *restrict hints, struct addrinfo **restrict found),
        (name, service, hints, found), 0, EAI_MEMORY)
FAILING("socket", int, eventfd, (unsigned value, int flags), (value, flags), EMFILE, -1)

/* ---- pseudo-terminals ---- */

FAILING("pty", int, posix_openpt, (int flags), (flags), ENOSPC, -1)
FAILING("pty", int, grantpt, (int fd), (fd), EACCES, -1)
FAILING("pty", int, unlockpt, (int fd), (fd), ENOTTY, -1)
FAILING("pty", int, ptsname_r, (int fd, char *buffer, size_t size), (fd, buffer, size), ERANGE,
        ERANGE)
FAILING("pty", int, tcgetattr, (int fd, struct termios *modes), (fd, modes), EIO, -1)
FAILING("pty", int, tcsetattr, (int fd, int when, const struct termios *modes), (fd, when, modes),
        EIO, -1)
FAILING("pty", int, symlink, (const char *target, const char *link), (target, link), EROFS, -1)
FAILING("pty", int, unlink, (const char *path), (path), EROFS, -1)

/* ---- what else there is ---- */

FAILING("host", int, mprotect, (void *memory, size_t size, int protection),
        (memory, size, protection), EACCES, -1)
FAILING("host", int, munmap, (void *memory, size_t size), (memory, size), ENOMEM, -1)
FAILING("host", int, madvise, (void *memory, size_t size, int advice), (memory, size, advice),
        EINVAL, -1)
FAILING("host", int, ftruncate, (int fd, off_t size), (fd, size), EIO, -1)
FAILING("host", int, fstat, (int fd, struct stat *status), (fd, status), EIO, -1)
FAILING("host", int, stat, (const char *restrict path, struct stat *restrict status),
        (path, status), EACCES, -1)
FAILING("host", int, pipe2, (int ends[2], int flags), (ends, flags), EMFILE, -1)
FAILING("host", FILE *, fopen, (const char *restrict path, const char *restrict mode), (path, mode),
        EMFILE, NULL)
FAILING("host", FILE *, open_memstream, (char **text, size_t *size), (text, size), ENOMEM, NULL)
FAILING("host", ssize_t, readlink, (const char *restrict path, char *restrict buffer, size_t size),
        (path, buffer, size), EACCES, -1)
FAILING("host", char *, realpath, (const char *restrict path, char *restrict buffer),
        (path, buffer), EACCES, NULL)
FAILING("host", int, dlinfo, (void *restrict library, int request, void *restrict result),
        (library, request, result), 0, -1)
FAILING("host", ssize_t, process_vm_readv,
        (pid_t pid, const struct iovec *local, unsigned long locals, const struct iovec *remote,
         unsigned long remotes, unsigned long flags),
        (pid, local, locals, remote, remotes, flags), EPERM, -1)

void *mremap(void *memory, size_t old, size_t size, int flags, ...)
{
    va_list arguments;
    void *to;
    va_start(arguments, flags);
    to = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);
    if (fails("host")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mremap, memory, old, size, flags, to);
}
