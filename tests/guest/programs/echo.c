// SPDX-License-Identifier: MIT
/*
 * Echoes its input, in upper case, while another task computes.  Ends at the character 4 (end of
 * transmission), or when nothing has come for 50 ms of guest time.
 */
#include "check.h"

static void busy_task(uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        check_note(i);
    }
}

uint32_t kernel_main(void)
{
    uint32_t count = 0;
    int32_t character;
    uart_start();
    print("echo: ready\n");
    task_start("busy", busy_task, 20000);
    while ((character = uart_get(50)) >= 0 && character != 4) {
        count++;
        uart_put((char)(character >= 'a' && character <= 'z' ? character - 32 : character));
    }
    print("\necho: %u characters, ended by %s\n", count, character == 4 ? "EOT" : "silence");
    return 0;
}
