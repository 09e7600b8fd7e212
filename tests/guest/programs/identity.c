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

uint32_t kernel_main(void)
{
    print("mmu %x\n", mmu_control());
    print("icache %x\n", cache_register(8));
    print("dcache %x\n", cache_register(12));
    print("asr17 %x\n", configuration());
    return 0;
}
