// SPDX-License-Identifier: MIT
/* Echoes its input for ever, asleep in between: for tests with a terminal.  Ends at 'q'. */
#include "kernel.h"

uint32_t kernel_main(void)
{
    int32_t character;
    uart_start();
    print("console: ready\n");
    do {
        character = uart_get(1000);
        if (character >= 0) {
            print("<%x>", (uint32_t)character);
        }
    } while (character != 'q');
    return 0;
}
