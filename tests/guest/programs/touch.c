// SPDX-License-Identifier: MIT
/* Does what diagnostics (-d) should show: unmapped addresses, a missing register, something that is
 * not modelled, a store to ROM. */
#include "check.h"

static volatile uint32_t *uart;

static void load_nowhere(void)
{
    (void)*(volatile uint32_t *)0x70001234;
}

static void store_nowhere(void)
{
    *(volatile uint32_t *)0x70005678 = 1;
}

static void store_rom(void)
{
    *(volatile uint32_t *)0x00010000 = 1;
}

uint32_t kernel_main(void)
{
    struct device device;
    board_find(1, 0x00c, 0, &device);
    uart = (volatile uint32_t *)device.base;
    check_trap("load from nowhere", load_nowhere, 0x09);
    check_trap("store to nowhere", store_nowhere, 0x2b);
    check_trap("store to ROM", store_rom, 0x2b);
    uart[0x80 / 4] = 5;        /* no register there */
    uart[2] = uart[2] | 0x100; /* external clock: not modelled */
    uart[2] = uart[2] & ~0x100u;
    return check_summary("touch");
}
