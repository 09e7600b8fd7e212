// SPDX-License-Identifier: MIT
/*
 * Reads the register at 0x80000800 ten thousand times, so that an executor with a translator has
 * translated the loop long before the end.  Built with tests/demo/start.S.
 */
#include <stdint.h>

int main(void)
{
    volatile uint32_t *probe = (volatile uint32_t *)0x80000800;
    uint32_t sum = 0;
    for (int i = 0; i < 10000; i++) {
        sum += *probe;
    }
    return (int)(sum & 15);
}
