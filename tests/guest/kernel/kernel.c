// SPDX-License-Identifier: MIT
/* Tasks, semaphores, interrupts and time of the test kernel, see kernel.h. */
#include "kernel.h"

#define TASK_MAX    12
#define STACK_WORDS 2048
#define TICK_HZ     1000

enum { DEVICE_IRQMP = 0x00d, DEVICE_GPTIMER = 0x011, VENDOR_GAISLER = 1 };

/* IRQMP and GPTIMER, in words */
enum { IRQMP_CLEAR = 3, IRQMP_MASK = 16, IRQMP_FORCE = 32 };
enum { TIMER_SCALER_RELOAD = 1, TIMER_RELOAD = 5, TIMER_CONTROL = 6 };
enum { TIMER_ENABLE = 1, TIMER_RESTART = 2, TIMER_LOAD = 4, TIMER_IRQ = 8, TIMER_PENDING = 16 };

enum state { UNUSED, READY, WAITING, SLEEPING, ENDED };

struct task {
    struct context context;
    uint32_t fpu[34] __attribute__((aligned(8))); /* %f0..%f31, FSR */
    const char *name;
    enum state state;
    uint32_t wake_tick;
    struct semaphore *waits_for;
    uint32_t stack[STACK_WORDS] __attribute__((aligned(8)));
};

static struct {
    struct task tasks[TASK_MAX];
    struct task *current;
    volatile uint32_t depth;   /* of interrupts */
    volatile int wants_switch; /* a better task may be ready */
    volatile uint32_t ticks;
    uint32_t switches;
    uint32_t mhz;
    volatile uint32_t *irqmp;
    volatile uint32_t *timer;
    void (*handlers[16])(uint32_t level);
} kernel;

void task_entry(void);
void task_end(void);
void kernel_start(void);
void interrupt_dispatch(uint32_t level);
void interrupt_leave(void);

/* ---- scheduling: everything here runs with interrupts masked ---- */

static void wake_sleepers(void)
{
    for (struct task *task = kernel.tasks; task < kernel.tasks + TASK_MAX; task++) {
        if (task->state == SLEEPING && (int32_t)(kernel.ticks - task->wake_tick) >= 0) {
            task->state = READY;
        }
    }
}

/* The next ready task after the current one; the idle task, number 0, only if there is no other. */
static struct task *next_task(void)
{
    uint32_t at = (uint32_t)(kernel.current - kernel.tasks);
    for (uint32_t i = 0; i < TASK_MAX; i++) {
        at = at + 1 == TASK_MAX ? 0 : at + 1;
        if (at != 0 && kernel.tasks[at].state == READY) {
            return &kernel.tasks[at];
        }
    }
    return &kernel.tasks[0];
}

static void schedule(void)
{
    struct task *from = kernel.current;
    struct task *to = next_task();
    kernel.wants_switch = 0;
    if (from == to) {
        return;
    }
    kernel.switches++;
    kernel.current = to;
    fpu_current = to->fpu;
    context_switch(&from->context, &to->context, fpu_owner == to->fpu ? PSR_EF : 0);
}

static uint32_t start_task(uint32_t number, const char *name, void (*function)(uint32_t),
                           uint32_t argument)
{
    struct task *task = &kernel.tasks[number];
    uint32_t *frame = &task->stack[STACK_WORDS - 32];
    for (uint32_t i = 0; i < 32; i++) {
        frame[i] = 0;
    }
    frame[0] = (uint32_t)function;
    frame[1] = argument;
    task->context.psr = PSR_S | PSR_PS | PSR_PIL | PSR_ET;
    task->context.sp = (uint32_t)frame;
    task->context.pc = (uint32_t)task_entry - 8;
    task->name = name;
    task->state = READY;
    return number;
}

uint32_t task_start(const char *name, void (*function)(uint32_t), uint32_t argument)
{
    uint32_t level = mask_interrupts();
    uint32_t number = 1;
    while (kernel.tasks[number].state != UNUSED) {
        if (++number == TASK_MAX) {
            kernel_panic(0, 0, 0, 0);
        }
    }
    start_task(number, name, function, argument);
    set_interrupt_level(level);
    return number;
}

void task_end(void)
{
    mask_interrupts();
    kernel.current->state = ENDED;
    schedule();
}

void task_yield(void)
{
    uint32_t level = mask_interrupts();
    schedule();
    set_interrupt_level(level);
}

void task_sleep(uint32_t ticks)
{
    uint32_t level = mask_interrupts();
    kernel.current->wake_tick = kernel.ticks + ticks;
    kernel.current->state = SLEEPING;
    schedule();
    set_interrupt_level(level);
}

void task_join(uint32_t task)
{
    while (kernel.tasks[task].state != ENDED) {
        task_sleep(1);
    }
    kernel.tasks[task].state = UNUSED;
}

void semaphore_post(struct semaphore *semaphore)
{
    uint32_t level = mask_interrupts();
    semaphore->count++;
    for (struct task *task = kernel.tasks; task < kernel.tasks + TASK_MAX; task++) {
        if (task->state == WAITING && task->waits_for == semaphore) {
            task->state = READY;
            kernel.wants_switch = 1;
            break;
        }
    }
    set_interrupt_level(level);
}

void semaphore_wait(struct semaphore *semaphore)
{
    uint32_t level = mask_interrupts();
    while (semaphore->count == 0) {
        kernel.current->waits_for = semaphore;
        kernel.current->state = WAITING;
        schedule();
    }
    semaphore->count--;
    set_interrupt_level(level);
}

/* ---- interrupts ---- */

void interrupt_dispatch(uint32_t level)
{
    kernel.depth++;
    if (kernel.handlers[level] == 0) {
        kernel_panic(0x10 + level, 0, 0, 0);
    }
    kernel.handlers[level](level);
}

/* Comes with all levels masked. */
void interrupt_leave(void)
{
    if (--kernel.depth == 0 && kernel.wants_switch && kernel.current != 0) {
        schedule();
    }
}

void interrupt_connect(uint32_t level, void (*function)(uint32_t level))
{
    kernel.handlers[level] = function;
    kernel.irqmp[IRQMP_MASK] |= 1u << level;
}

void interrupt_force(uint32_t level)
{
    kernel.irqmp[IRQMP_FORCE] = 1u << level;
}

uint32_t interrupt_depth(void)
{
    return kernel.depth;
}

static void on_tick(uint32_t level)
{
    (void)level;
    kernel.timer[TIMER_CONTROL] |= TIMER_PENDING;
    kernel.ticks++;
    wake_sleepers();
    kernel.wants_switch = 1;
}

static void start_ticks(uint32_t irq)
{
    kernel.timer[TIMER_RELOAD] = 1000000 / TICK_HZ - 1;
    kernel.timer[TIMER_CONTROL] =
        TIMER_ENABLE | TIMER_RESTART | TIMER_LOAD | TIMER_IRQ | TIMER_PENDING;
    interrupt_connect(irq, on_tick);
}

uint32_t tick_count(void)
{
    return kernel.ticks;
}

uint32_t clock_mhz(void)
{
    return kernel.mhz;
}

uint32_t task_switches(void)
{
    return kernel.switches;
}

/* ---- start and end ---- */

static void main_task(uint32_t argument)
{
    (void)argument;
    uint32_t status = kernel_main();
    uart_drain();
    kernel_exit(status);
}

void kernel_start(void)
{
    struct device irqmp;
    struct device timer;

    if (!board_find(VENDOR_GAISLER, DEVICE_IRQMP, 0, &irqmp) ||
        !board_find(VENDOR_GAISLER, DEVICE_GPTIMER, 0, &timer)) {
        kernel_exit(61);
    }
    kernel.irqmp = (volatile uint32_t *)irqmp.base;
    kernel.timer = (volatile uint32_t *)timer.base;
    kernel.irqmp[IRQMP_MASK] = 0;
    kernel.irqmp[IRQMP_CLEAR] = 0xffffffff;
    kernel.mhz = kernel.timer[TIMER_SCALER_RELOAD] + 1;
    __asm__ volatile("wr %g0, 0, %asr22"); /* starts the up-counter */
    start_ticks(timer.irq);
    start_task(1, "main", main_task, 0);
    kernel.current = &kernel.tasks[0];
    kernel.tasks[0].name = "idle";
    kernel.tasks[0].state = READY;
    fpu_current = kernel.tasks[0].fpu;
    set_interrupt_level(0);
    task_yield();
    for (;;) {
        cpu_sleep();
    }
}

void kernel_panic(uint32_t tt, uint32_t pc, uint32_t npc, uint32_t psr)
{
    uart_poll_only();
    print("PANIC: trap %x pc %x npc %x psr %x task %s\n", tt, pc, npc, psr,
          kernel.current == 0 ? "none" : kernel.current->name);
    kernel_exit(60);
}

/* GCC may call these. */
void *memcpy(void *to, const void *from, unsigned size);
void *memset(void *to, int value, unsigned size);

void *memcpy(void *to, const void *from, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        ((volatile char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

void *memset(void *to, int value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        ((volatile char *)to)[i] = (char)value;
    }
    return to;
}
