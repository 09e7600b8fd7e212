// SPDX-License-Identifier: MIT
/* Says good night and powers down for ever, while its UART could still interrupt.  Built with tests/demo/start.S. */
#include <stdint.h>

int main(void)
{
    volatile uint32_t *uart = (volatile uint32_t *)0x80000100;
    volatile uint32_t *mask = (volatile uint32_t *)0x80000240;
    for (const char *text = "good night\n"; *text != '\0'; text++) {
        while ((uart[1] & 4) == 0) {
        }
        uart[0] = (uint32_t)*text;
    }
    *mask = 1u << 3;
    uart[2] |= 4; /* an interrupt for each character */
    for (;;) {
        __asm__ volatile("wr %g0, %asr19");
    }
}
