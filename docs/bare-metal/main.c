// SPDX-License-Identifier: MIT
/* A bare-metal program: prints through the first APBUART, and counts five ticks of the first timer.  The
 * addresses are those of the default board; docs/interrupts.md has the others. */
#include <stdint.h>

#define UART   ((volatile uint32_t *)0x80000100) /* APBUART: data, status, control, scaler */
#define IRQMP  ((volatile uint32_t *)0x80000200) /* IRQMP: level, pending, force, clear, ... */
#define TIMERS ((volatile uint32_t *)0x80000300) /* GPTIMER: scaler, its reload, configuration */
#define TIMER  ((volatile uint32_t *)0x80000310) /* its timer 1: counter, reload, control */

#define IRQMP_MASK (0x40 / 4)
#define TICKS      5

void enable_interrupts(void);
void power_down(void);

static unsigned timer_interrupt;
static volatile unsigned ticks;

static void print(const char *text)
{
    while (*text != '\0') {
        while ((UART[1] & 4) == 0) { /* TE: the transmitter has room */
        }
        UART[0] = (uint32_t)*text++;
    }
}

/* Called by start.S with traps on, at PIL 15. */
void handle_interrupt(unsigned level)
{
    if (level == timer_interrupt) {
        ticks++;
    }
}

int main(void)
{
    UART[2] = 3; /* receiver and transmitter on */
    print("Hello from bare metal.\n");

    timer_interrupt = TIMERS[2] >> 3 & 31; /* it differs from board to board */
    TIMER[1] = 9999;                       /* 10,000 ticks of the scaler: 10 ms */
    TIMER[2] = 0xf;                        /* enable, restart, load, interrupt */
    IRQMP[IRQMP_MASK] = 1 << timer_interrupt;
    enable_interrupts();
    /* A tick between the comparison and power_down() does no harm: the next one wakes the CPU.  Where an
     * interrupt comes once only, that would be too late: then poll, or have a timer wake the CPU as here. */
    while (ticks < TICKS) {
        power_down();
    }
    print("Five ticks of the timer: done.\n");
    return 0; /* the emulator's exit status */
}
