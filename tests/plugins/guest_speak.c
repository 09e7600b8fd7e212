// SPDX-License-Identifier: MIT
/*
 * Says something on the board's UART and on the one at 0x80000900, without an end of line, then reads the register
 * at 0x80000800 for ever.  Built with tests/demo/start.S.
 */
#include <stdint.h>

struct uart {
    volatile uint32_t data, status, control, scaler;
};

static void put(struct uart *uart, const char *text)
{
    for (; *text != '\0'; text++) {
        while ((uart->status & 4) == 0) {
        }
        uart->data = (uint32_t)*text;
    }
}

int main(void)
{
    volatile uint32_t *probe = (volatile uint32_t *)0x80000800;
    put((struct uart *)0x80000100, "spoken");
    put((struct uart *)0x80000900, "written");
    for (;;) {
        (void)*probe;
    }
}
