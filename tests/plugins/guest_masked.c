// SPDX-License-Identifier: MIT
/* Powers down while a timer runs whose interrupt is masked.  Built with tests/demo/start.S. */
#include <stdint.h>

int main(void)
{
    volatile uint32_t *timer = (volatile uint32_t *)0x80000300;
    timer[1] = 0;    /* scaler reload */
    timer[5] = 1;    /* reload of timer 1 */
    timer[6] = 0x0f; /* enable, restart, load, interrupt */
    for (;;) {
        __asm__ volatile("wr %g0, %asr19");
    }
}
