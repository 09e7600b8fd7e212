/* SPDX-License-Identifier: MIT */
/*
 * Interrupts without latency: the program forces one in the interrupt controller, does a little
 * work, and waits until the handler has counted it.  The handler is a few instructions.
 */
#include "bench.h"
#include "leon3.h"

#define INTERRUPT 10
#define ROUND     256

volatile uint32_t irq_count;

static void force_interrupt(void)
{
#ifdef NATIVE
    irq_count += 1;
#else
    leon3_write(IRQMP_FORCE, 1u << INTERRUPT);
#endif
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    uint32_t value = bench_seed;
#ifndef NATIVE
    leon3_write(IRQMP_MASK, 1u << INTERRUPT);
    leon3_set_interrupt_level(0);
#endif
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < ROUND; i++) {
            uint32_t wanted = irq_count + 1;
            force_interrupt();
            for (int k = 0; k < 8; k++) {
                sum = bench_mix(sum, bench_random(&value));
            }
            while (irq_count != wanted) {
            }
        }
        sum = bench_mix(sum, irq_count);
    }
#ifndef NATIVE
    leon3_set_interrupt_level(15);
    leon3_write(IRQMP_MASK, 0);
#endif
    return sum;
}
