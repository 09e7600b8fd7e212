// SPDX-License-Identifier: MIT
/* Ends whose back-traces need care, in programs made as docs/bare-metal says; which one is a macro's matter. */
#include <stdint.h>

#define NOINLINE __attribute__((noinline))
#define IRQMP    ((volatile uint32_t *)0x80000200)
#define NOWHERE  0xb0000000u

void enable_interrupts(void);
void power_down(void);

typedef int reader(volatile int *);

static volatile int sink;

NOINLINE int read_sensor(volatile int *sensor)
{
    return *sensor;
}

static reader *volatile chosen = read_sensor;

NOINLINE int deeper(unsigned n, volatile int *sensor)
{
    int below = n == 0 ? read_sensor(sensor) : deeper(n - 1, sensor);
    sink = (int)n;
    return below + 1;
}

void handle_interrupt(unsigned level)
{
#if defined(TRACE_DEEP)
    sink = deeper(level + 7, (int *)NOWHERE);
#elif defined(TRACE_INTERRUPT)
    sink = read_sensor((int *)(NOWHERE + level));
    sink = 0;
#else
    (void)level;
#endif
}

NOINLINE int middle(int offset)
{
#if defined(TRACE_LEAF)
    return read_sensor((int *)(NOWHERE + 4)) + offset;
#elif defined(TRACE_INDIRECT)
    return chosen((int *)(NOWHERE + 1)) + offset;
#elif defined(TRACE_TAIL)
    return read_sensor((int *)NOWHERE + offset);
#elif defined(TRACE_JUMP)
    return ((reader *)(uintptr_t)NOWHERE)(0) + offset;
#elif defined(TRACE_RECURSION)
    return deeper(100, (int *)NOWHERE) + offset;
#elif defined(TRACE_RETURN)
    return deeper(20, &sink) + offset;
#elif defined(TRACE_STACK)
    __asm__ volatile("set %0, %%sp; ld [%%sp], %%g0" : : "i"(0x90000000) : "memory");
    return offset;
#elif defined(TRACE_WINDOWS) /* the seventh SAVE's overflow stores to a stack that is none */
    __asm__ volatile("set %0, %%sp\n.rept 8\nsave %%sp, -96, %%sp\n.endr"
                     :
                     : "i"(0x90000000)
                     : "memory");
    return offset;
#elif defined(TRACE_IDLE)
    power_down();
    return sink + offset;
#else
    IRQMP[0x40 / 4] = 1u << 5;
    enable_interrupts();
    IRQMP[0x08 / 4] = 1u << 5;
    for (;;) {
        sink = offset;
    }
#endif
}

int main(void)
{
    sink = middle(3);
    return sink;
}
