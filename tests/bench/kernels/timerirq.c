/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of a timer, at most 200 instructions apart where an instruction takes a cycle, with
 * the full entry of an operating system: registers saved, windows kept, a handler in C.
 *
 * How far the program in the background gets between two of them differs from machine to machine;
 * the checksum comes from the handler only.  An emulator whose timers follow the host's clock is at
 * a disadvantage here: it waits; run.py runs QEMU with -icount too, where they follow instructions.
 */
#include "bench.h"
#include "leon3.h"

#define ROUND  64
#define PERIOD 180 /* cycles */
#define SCALER 3   /* timers tick every 4 cycles: as fast as two timers can */

void timerirq_handle(uint32_t level);

volatile uint32_t timerirq_count;
static uint32_t handler_sum;

void timerirq_handle(uint32_t level)
{
    uint32_t count = timerirq_count + 1;
    timerirq_count = count;
    handler_sum = bench_mix(handler_sum, count ^ (level != 0));
}

#ifdef NATIVE

static void start_timer(void)
{
}

static void stop_timer(void)
{
}

#else

/* The timer says which interrupt is its own: boards differ. */
static void start_timer(void)
{
    uint32_t interrupt = leon3_read(TIMER_CONFIG) >> 3 & 15;
    leon3_write(TIMER0_CONTROL, 0);
    leon3_write(TIMER1_CONTROL, 0);
    leon3_write(TIMER_SCALER_RELOAD, SCALER);
    leon3_write(TIMER0_RELOAD, PERIOD / (SCALER + 1) - 1);
    leon3_write(IRQMP_MASK, 1u << interrupt);
    leon3_write(TIMER0_CONTROL, TIMER_INTERRUPT | TIMER_LOAD | TIMER_RESTART | TIMER_ENABLE);
    leon3_set_interrupt_level(0);
}

static void stop_timer(void)
{
    leon3_set_interrupt_level(15);
    leon3_write(TIMER0_CONTROL, 0);
    leon3_write(IRQMP_MASK, 0);
}

#endif

/* Until `count` interrupts have come; the native twin calls the handler itself. */
static NOINLINE uint32_t background(uint32_t value, uint32_t count)
{
    while ((int32_t)(timerirq_count - count) < 0) {
        bench_random(&value);
#ifdef NATIVE
        timerirq_handle(1);
#endif
    }
    return value;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t value = bench_seed;
    start_timer();
    for (uint32_t round = 1; round <= repeat; round++) {
        value = background(value, round * ROUND);
    }
    stop_timer();
    /* The next one may have come before the timer stopped: the sum up to the last one wanted. */
    for (uint32_t i = timerirq_count; i > repeat * ROUND; i--) {
        handler_sum -= i ^ 1;
        handler_sum = handler_sum >> 5 | handler_sum << 27;
    }
    return handler_sum + (value == 0);
}
