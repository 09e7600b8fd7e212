// SPDX-License-Identifier: MIT
/*
 * Functions of libc that stand before libc's own for all libraries that are loaded: a symbol of the program comes
 * first.
 *
 * _exit()           A library that calls it would end the run with a status that looks like the guest's.
 * pthread_create(), thrd_create()
 *                   A thread that overruns its stack can be reported only on another stack; each gets one.
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
#include <ucontext.h>
#include <unistd.h>

#include "cli/crash_state.h"

#define EXPORT     __attribute__((visibility("default")))
#define STACK_SIZE ((size_t)128 * 1024)

/* ---- _exit() ---- */

/* A child that a library has forked may end as it likes. */
static _Noreturn void leave(const char *what, int status)
{
    struct crash_end end = {.status = LEON3EMU_CRASH,
                            .what = what,
                            .plain = "a library called _exit()",
                            .plain_status = LEON3EMU_CRASH};
    ucontext_t here;

    if (crash_state.pid != 0 && getpid() == crash_state.pid) {
        if (getcontext(&here) == 0) {
            crash_take_registers(&here, &end.at);
            end.at.inside = true;
        }
        end.library_thread = !pthread_equal(pthread_self(), crash_state.thread);
        crash_leave(&end);
    }
    crash_exit_now(status);
}

EXPORT void _exit(int status)
{
    leave("called _exit()", status);
}

EXPORT void _Exit(int status)
{
    leave("called _Exit()", status);
}

/* ---- pthread_create(), thrd_create() ---- */

/* At the beginning of the thread's alternate stack, which grows towards it and never comes that far. */
struct start {
    void *(*function)(void *argument);
    thrd_start_t c11_function;
    void *argument;
    stack_t before; /* a sanitizer has one of its own */
};

static struct start *prepare(const struct start *start)
{
    void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (stack == MAP_FAILED) {
        return NULL;
    }
    return memcpy(stack, start, sizeof *start);
}

static void enter(struct start *start)
{
    stack_t alternate = {.ss_sp = (char *)start + sizeof *start,
                         .ss_size = STACK_SIZE - sizeof *start};
    sigaltstack(&alternate, &start->before);
}

static void give_back(void *stack)
{
    struct start *start = stack;
    sigaltstack(&start->before, NULL);
    munmap(stack, STACK_SIZE);
}

static void *run(void *stack)
{
    struct start *start = stack;
    void *result;

    enter(start);
    pthread_cleanup_push(give_back, stack);
    result = start->function(start->argument);
    pthread_cleanup_pop(1);
    return result;
}

static int run_c11(void *stack)
{
    struct start *start = stack;
    int result;

    enter(start);
    pthread_cleanup_push(give_back, stack);
    result = start->c11_function(start->argument);
    pthread_cleanup_pop(1);
    return result;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *argument), void *argument)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    void *symbol = dlsym(RTLD_NEXT, "pthread_create");
    struct start *start = prepare(&(struct start){.function = function, .argument = argument});
    int failed = EAGAIN;

    memcpy(&create, &symbol, sizeof create);
    if (start != NULL && symbol != NULL) {
        failed = create(thread, attributes, run, start);
    }
    if (start != NULL && failed != 0) {
        munmap(start, STACK_SIZE);
    }
    return failed;
}

/* libc's own does not come by the other one. */
EXPORT int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    int (*create)(thrd_t *, thrd_start_t, void *);
    void *symbol = dlsym(RTLD_NEXT, "thrd_create");
    struct start *start = prepare(&(struct start){.c11_function = function, .argument = argument});
    int result = thrd_nomem;

    memcpy(&create, &symbol, sizeof create);
    if (start != NULL && symbol != NULL) {
        result = create(thread, run_c11, start);
    }
    if (start != NULL && result != thrd_success) {
        munmap(start, STACK_SIZE);
    }
    return result;
}
