// SPDX-License-Identifier: MIT
/*
 * Reads the register at 0x80000800, writes it, lets some time pass, reads it again: the exit status
 * is what it read last.  Built with tests/demo/start.S.
 */
#include <stdint.h>

int main(void)
{
    volatile uint32_t *probe = (volatile uint32_t *)0x80000800;
    uint32_t first = *probe;
    *probe = first;
    for (volatile int wait = 0; wait < 400000; wait++) {
    }
    return (int)*probe;
}
