// SPDX-License-Identifier: MIT
/* What the processor says that it is. */
#include "kernel.h"

static uint32_t cache_register(uint32_t address)
{
    uint32_t value;
    __asm__ volatile("lda [%1] 2, %0" : "=r"(value) : "r"(address));
    return value;
}

static uint32_t mmu_control(void)
{
    uint32_t value;
    __asm__ volatile("lda [%%g0] 0x19, %0" : "=r"(value));
    return value;
}

static uint32_t configuration(void)
{
    uint32_t value;
    __asm__ volatile("rd %%asr17, %0" : "=r"(value));
    return value;
}

static uint32_t state(void)
{
    uint32_t value;
    __asm__ volatile("rd %%psr, %0" : "=r"(value));
    return value & 0xff000000;
}

/* As operating systems find out: if it is there, it counts. */
static int has_up_counter(void)
{
    uint32_t first, second;
    __asm__ volatile("wr %%g0, %%asr22; nop; nop; nop; rd %%asr23, %0; nop; nop; rd %%asr23, %1"
                     : "=r"(first), "=r"(second));
    return first != second;
}

uint32_t kernel_main(void)
{
    print("psr %x\n", state());
    print("mmu %x\n", mmu_control());
    print("icache %x\n", cache_register(8));
    print("dcache %x\n", cache_register(12));
    print("asr17 %x\n", configuration());
    print(has_up_counter() ? "up-counter\n" : "no up-counter\n");
    return 0;
}
