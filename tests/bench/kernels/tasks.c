/* SPDX-License-Identifier: MIT */
/*
 * Eight tasks with stacks of their own, which pass messages on: two make numbers, two compute with them
 * in integers, two in floating point, and two collect.  They switch where a queue is full or empty, and in the
 * midst of their work by a software trap, as by an interrupt.  At each switch all register windows go to
 * the stack, and the other task's come back, the last one at once and the others by traps, as in RTEMS.  Tasks
 * that compute in floating point have its registers saved and loaded, too.
 */
#ifdef NATIVE
#define _XOPEN_SOURCE 700
#include <ucontext.h>
#endif
#include "bench.h"
#include <stddef.h>

#define TASKS    8
#define MESSAGES 8  /* in a queue */
#define ROUND    64 /* messages to the end of the chain */

struct message {
    uint32_t from;
    uint32_t value;
};

struct queue {
    struct message messages[MESSAGES];
    uint32_t first;
    uint32_t count;
};

#ifdef NATIVE

#define STACK_SIZE 65536

struct context {
    ucontext_t saved;
};

#else

#define STACK_SIZE 4096
#define FRAME      96

/* Known to tasks.S. */
struct context {
    uint32_t stack;
    uint32_t return_address;
    uint32_t psr;
    uint32_t has_fp;
    uint32_t fsr;
    double fp[16];
};

_Static_assert(offsetof(struct context, fsr) == 16 && offsetof(struct context, fp) == 24,
               "tasks.S knows this layout");

#endif

struct task {
    struct context context;
    const struct queue *queue; /* what it waits for, ... */
    uint32_t blocking_count;   /* ... which is that it has not as many messages as this */
};

void tasks_switch(struct context *from, struct context *to);
void tasks_reschedule(void);

static struct task tasks[TASKS];
static struct context main_context;
static struct queue numbers, results, ratios;
static uint64_t stacks[TASKS][STACK_SIZE / 8];
static uint32_t current;
static uint32_t wanted;    /* messages, before the work ends */
static uint32_t collected; /* messages */
static uint32_t collected_sum;

/* ---- switching ---- */

#ifdef NATIVE

void tasks_switch(struct context *from, struct context *to)
{
    swapcontext(&from->saved, &to->saved);
}

static void interrupt(void)
{
    tasks_reschedule();
}

static void create(uint32_t number, void (*function)(void), uint32_t has_fp)
{
    ucontext_t *context = &tasks[number].context.saved;
    (void)has_fp;
    getcontext(context);
    context->uc_stack.ss_sp = stacks[number];
    context->uc_stack.ss_size = STACK_SIZE;
    makecontext(context, function, 0);
}

#else

static inline void interrupt(void)
{
    __asm__ volatile("ta 1" : : : "memory");
}

/* The task begins as if it had called tasks_switch right before its function. */
static void create(uint32_t number, void (*function)(void), uint32_t has_fp)
{
    struct context *context = &tasks[number].context;
    uint32_t psr;
    __asm__ volatile("rd %%psr, %0" : "=r"(psr));
    context->stack = (uint32_t)(uintptr_t)(stacks[number] + STACK_SIZE / 8) - FRAME;
    context->return_address = (uint32_t)(uintptr_t)function - 8;
    context->psr = psr;
    context->has_fp = has_fp;
}

#endif

static int can_run(const struct task *task)
{
    return task->queue == 0 || task->queue->count != task->blocking_count;
}

/* The next task in turn that can run; the chain is never full and empty at once, so there is one. */
void tasks_reschedule(void)
{
    uint32_t before = current;
    do {
        current = (current + 1) % TASKS;
    } while (!can_run(&tasks[current]));
    if (current != before) {
        tasks_switch(&tasks[before].context, &tasks[current].context);
    }
}

static void wait_while(const struct queue *queue, uint32_t count)
{
    struct task *task = &tasks[current];
    task->queue = queue;
    task->blocking_count = count;
    while (!can_run(task)) {
        tasks_reschedule();
    }
    task->queue = 0;
}

/* ---- messages ---- */

static NOINLINE void send(struct queue *queue, uint32_t value)
{
    struct message *message;
    wait_while(queue, MESSAGES);
    message = &queue->messages[(queue->first + queue->count++) % MESSAGES];
    message->from = current;
    message->value = value;
}

static NOINLINE struct message receive(struct queue *queue)
{
    struct message message;
    wait_while(queue, 0);
    message = queue->messages[queue->first];
    queue->first = (queue->first + 1) % MESSAGES;
    queue->count--;
    return message;
}

/* ---- tasks: none returns ---- */

static void make_numbers(void)
{
    uint32_t seed = bench_seed + current;
    for (;;) {
        send(&numbers, bench_random(&seed));
    }
}

/* noipa: a window each, so that many are in use when the trap comes. */
static NOIPA uint32_t descend(uint32_t depth, uint32_t value)
{
    if (depth == 0) {
        interrupt();
        return value;
    }
    return descend(depth - 1, value * 5 + depth) ^ (value >> depth);
}

static void compute_integers(void)
{
    for (;;) {
        struct message message = receive(&numbers);
        uint32_t value = message.value;
        for (uint32_t i = 0; i < 3; i++) {
            value = descend(value >> 5 & 7, value) + message.from;
        }
        send(&results, value);
    }
}

/* What is in the registers at the trap must be there after it; another task uses them meanwhile. */
static NOIPA double improve(double root, double square)
{
    for (int i = 0; i < 4; i++) {
        double quotient = square / root;
        if (i == 2) {
            interrupt();
        }
        root = (root + quotient) * 0.5;
    }
    return root;
}

static void compute_roots(void)
{
    double root = 1.0;
    for (;;) {
        struct message message = receive(&results);
        double square = (double)(int32_t)(message.value >> 12) + 1.0;
        root = improve(root, square);
        send(&ratios, (uint32_t)(int32_t)(root * 16.0) + message.from);
    }
}

static void collect(void)
{
    for (;;) {
        struct message message = receive(&ratios);
        collected_sum = bench_mix(collected_sum, message.value ^ message.from << 8 ^ current);
        if (++collected == wanted) {
            tasks_switch(&tasks[current].context, &main_context);
        }
    }
}

uint32_t bench_run(uint32_t repeat)
{
    static void (*const functions[TASKS])(void) = {
        make_numbers,  make_numbers,  compute_integers, compute_integers,
        compute_roots, compute_roots, collect,          collect};
    wanted = repeat * ROUND;
    for (uint32_t i = 0; i < TASKS; i++) {
        create(i, functions[i], functions[i] == compute_roots);
    }
    tasks_switch(&main_context, &tasks[0].context);
    return collected_sum;
}
