// SPDX-License-Identifier: MIT
/*
 * Functions that replace libc's for all libraries that are loaded, because the dynamic linker finds the program's
 * symbols first.
 *
 * _exit()           A library that calls it would end the run with a status that looks like the guest's; so the
 *                   call is reported.
 * pthread_create(), thrd_create()
 *                   A handler can report that a thread has overrun its stack only if it runs on another stack; so
 *                   each thread gets an alternate one.
 *
 * See crash.h.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <threads.h>
#include <unistd.h>

#include "cli/crash_report.h"
#include "cli/crash_state.h"

#define EXPORT     __attribute__((visibility("default")))
#define STACK_SIZE ((size_t)128 * 1024)

/* ---- _exit() ---- */

/* Reports the call, unless it was made in a child that a library has forked, which may end as it likes. */
static _Noreturn void report_immediate_exit(const char *what, int status)
{
    struct crash_end end = {.status = LEON3EMU_CRASH,
                            .what = what,
                            .plain = "a library called _exit()",
                            .plain_status = LEON3EMU_CRASH};

    if (crash_state.pid != 0 && getpid() == crash_state.pid) {
        crash_end_because_of_caller(&end);
    }
    crash_exit_now(status);
}

EXPORT void _exit(int status)
{
    report_immediate_exit("called _exit()", status);
}

EXPORT void _Exit(int status)
{
    report_immediate_exit("called _Exit()", status);
}

/* ---- pthread_create(), thrd_create() ---- */

/* What a new thread needs.  It lies at the low end of the memory of the thread's alternate stack. */
struct thread_start {
    void *(*function)(void *argument);
    thrd_start_t c11_function;
    void *argument;
    stack_t before; /* the alternate stack that the thread had before: a sanitizer gives it one */
};

static struct thread_start *prepare_thread(const struct thread_start *start)
{
    void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (stack == MAP_FAILED) {
        return NULL;
    }
    return memcpy(stack, start, sizeof *start);
}

static void enter_thread(struct thread_start *start)
{
    stack_t alternate = {.ss_sp = (char *)start + sizeof *start,
                         .ss_size = STACK_SIZE - sizeof *start};
    sigaltstack(&alternate, &start->before);
}

static void release_stack(void *stack)
{
    struct thread_start *start = stack;
    sigaltstack(&start->before, NULL);
    munmap(stack, STACK_SIZE);
}

static void *run_thread(void *stack)
{
    struct thread_start *start = stack;
    void *result;

    enter_thread(start);
    pthread_cleanup_push(release_stack, stack);
    result = start->function(start->argument);
    pthread_cleanup_pop(1);
    return result;
}

static int run_c11_thread(void *stack)
{
    struct thread_start *start = stack;
    int result;

    enter_thread(start);
    pthread_cleanup_push(release_stack, stack);
    result = start->c11_function(start->argument);
    pthread_cleanup_pop(1);
    return result;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *argument), void *argument)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    void *symbol = dlsym(RTLD_NEXT, "pthread_create");
    struct thread_start *start =
        prepare_thread(&(struct thread_start){.function = function, .argument = argument});
    int failed = EAGAIN;

    memcpy(&create, &symbol, sizeof create);
    if (start != NULL && symbol != NULL) {
        failed = create(thread, attributes, run_thread, start);
    }
    if (start != NULL && failed != 0) {
        munmap(start, STACK_SIZE);
    }
    return failed;
}

/* Needed in addition, because libc's thrd_create() does not call our pthread_create(). */
EXPORT int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    int (*create)(thrd_t *, thrd_start_t, void *);
    void *symbol = dlsym(RTLD_NEXT, "thrd_create");
    struct thread_start *start =
        prepare_thread(&(struct thread_start){.c11_function = function, .argument = argument});
    int result = thrd_nomem;

    memcpy(&create, &symbol, sizeof create);
    if (start != NULL && symbol != NULL) {
        result = create(thread, run_c11_thread, start);
    }
    if (start != NULL && result != thrd_success) {
        munmap(start, STACK_SIZE);
    }
    return result;
}
