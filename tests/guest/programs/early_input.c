// SPDX-License-Identifier: MIT
/*
 * A console driver as many are: the receiver is on from the start, its interrupt comes when the driver is
 * ready.  What is typed or piped meanwhile fills the FIFO and stands on the line.
 */
#include "kernel.h"

#define EXPECTED 3000u
#define BOOTING  50000u /* rounds of a loop: the FIFO is full long before */

uint32_t kernel_main(void)
{
    uint32_t count = 0;
    uint32_t sum = 0;
    int32_t character;

    /* No counter of cycles: not every chip has one. */
    for (uint32_t i = 0; i < BOOTING; i++) {
        __asm__ volatile("nop");
    }
    uart_start();
    while (count < EXPECTED && (character = uart_get(50)) >= 0) {
        count++;
        sum = sum * 31 + (uint32_t)character;
    }
    print("early_input: %u characters, sum %x\n", count, sum);
    return count == EXPECTED ? 0 : 1;
}
