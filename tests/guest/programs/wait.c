// SPDX-License-Identifier: MIT
/* Sleeps for a second of guest time, in ten pieces. */
#include "kernel.h"

uint32_t kernel_main(void)
{
    for (uint32_t i = 0; i < 10; i++) {
        task_sleep(100);
        print("wait: %u ms\n", tick_count());
    }
    return 0;
}
