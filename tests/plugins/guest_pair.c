// SPDX-License-Identifier: MIT
/*
 * Two instances of the tally peripheral (outside/tally.c, tally.cpp), at 0x80000800 and 0x80000900:
 *
 *     0x00  step    value of property `step`
 *     0x04  total   each write adds value * step; bit 31 of a value also asks for an interrupt
 *
 * Exit status 0, or the number of the check that failed.
 */
#include <stdint.h>

#define IRQMP_PENDING (*(volatile uint32_t *)0x80000204)
#define IRQMP_CLEAR   (*(volatile uint32_t *)0x8000020c)

struct tally {
    volatile uint32_t step;
    volatile uint32_t total;
};

int main(void)
{
    struct tally *a = (struct tally *)0x80000800;
    struct tally *b = (struct tally *)0x80000900;

    if (a->step != 3 || b->step != 10) {
        return 1;
    }
    a->total = 2;
    b->total = 5;
    a->total = 1;
    if (a->total != 9 || b->total != 50) {
        return 2;
    }
    IRQMP_CLEAR = ~0u;
    b->total = 0x80000000u;
    if (IRQMP_PENDING != 0) {
        return 3; /* b has no line */
    }
    a->total = 0x80000000u;
    if (IRQMP_PENDING != 1u << 5) {
        return 4;
    }
    return 0;
}
