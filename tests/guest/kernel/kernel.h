/* SPDX-License-Identifier: MIT */
/*
 * A small real-time kernel to test the emulator with: preemptive round-robin tasks, counting
 * semaphores, nested interrupts, lazy FPU, drivers that find their device by plug&play.
 *
 * A program is linked with it and has a kernel_main(), which runs as the first task; its result is
 * the exit status.  No libc, no libgcc.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

#include "layout.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* ---- entry.S ---- */

struct context {
    uint32_t psr, sp, pc;
};

extern uint32_t window_last;
extern volatile uint32_t fault_expected, fault_seen;
extern uint32_t *fpu_owner, *fpu_current;
extern uint32_t fpu_switches;

void context_switch(struct context *from, struct context *to, uint32_t ef);
void cpu_sleep(void);
_Noreturn void kernel_exit(uint32_t status);

/* Masks all levels but 15; returns the level before. */
static inline uint32_t mask_interrupts(void)
{
    register uint32_t level __asm__("o0");
    __asm__ volatile("ta 9" : "=r"(level) : : "memory");
    return level;
}

static inline void set_interrupt_level(uint32_t new_level)
{
    register uint32_t level __asm__("o0") = new_level;
    __asm__ volatile("ta 10" : : "r"(level) : "memory");
}

/* The up-counter, %asr23: cycles. */
static inline uint32_t cycle_count(void)
{
    uint32_t count;
    __asm__ volatile("rd %%asr23, %0" : "=r"(count));
    return count;
}

/* ---- kernel.c ---- */

/* A counting semaphore; zero-initialised it is ready for use. */
struct semaphore {
    volatile int32_t count;
};

void interrupt_connect(uint32_t level, void (*function)(uint32_t level));
void interrupt_force(uint32_t level); /* through IRQMP's force register */
uint32_t interrupt_depth(void);       /* handlers on the stack now */

/* At most TASK_MAX; name is for panics.  Returns its number. */
uint32_t task_start(const char *name, void (*function)(uint32_t argument), uint32_t argument);
void task_join(uint32_t task);
void task_sleep(uint32_t ticks);
void task_yield(void);
uint32_t task_switches(void);

uint32_t tick_count(void);
uint32_t clock_mhz(void);

void semaphore_post(struct semaphore *semaphore); /* from handlers too */
void semaphore_wait(struct semaphore *semaphore);

_Noreturn void kernel_panic(uint32_t tt, uint32_t pc, uint32_t npc, uint32_t psr);
/* The program's. */
uint32_t kernel_main(void);

/* ---- board.c: what plug&play tells ---- */

struct device {
    uint32_t base;
    uint32_t irq;
};

/* The nth APB slave of this identity; 0 if there are not so many. */
int board_find(uint32_t vendor, uint32_t device, uint32_t nth, struct device *found);
/* Prints one line for each core; returns how many there are. */
uint32_t board_print(void);
/* Reads the tables in bytes, halfwords, words and doublewords; returns 1 if all say the same. */
int board_sizes_agree(void);

/* ---- uart.c: the console, with interrupts once uart_start() was called ---- */

void uart_start(void);
void uart_put(char character);
void uart_drain(void);
void uart_poll_only(void); /* from now on without interrupts, for panics */
/* Waits for a character, at most `ticks` ticks; -1 if none came. */
int32_t uart_get(uint32_t ticks);
uint32_t uart_interrupts(void);

/* ---- text.c ---- */

/* %s %u %d %x (8 digits) %c */
void print(const char *format, ...);

#endif
