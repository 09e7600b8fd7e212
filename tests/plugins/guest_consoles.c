// SPDX-License-Identifier: MIT
/*
 * Talks on two UARTs: greets on both, then sends every character that the second one (0x80000900)
 * gets to both, until that is a '.'.
 */
#include <stdint.h>

#define STATUS_DR 1u
#define STATUS_TE 4u

struct uart {
    volatile uint32_t data, status, control, scaler;
};

static void put(struct uart *uart, const char *text)
{
    for (; *text != '\0'; text++) {
        while ((uart->status & STATUS_TE) == 0) {
        }
        uart->data = (uint32_t)*text;
    }
}

int main(void)
{
    struct uart *first = (struct uart *)0x80000100;
    struct uart *second = (struct uart *)0x80000900;
    char text[2] = "";

    put(first, "first\n");
    put(second, "second\n");
    do {
        while ((second->status & STATUS_DR) == 0) {
        }
        text[0] = (char)second->data;
        put(first, text);
        put(second, text);
    } while (text[0] != '.');
    return 0;
}
