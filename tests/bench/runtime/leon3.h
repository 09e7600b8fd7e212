/* SPDX-License-Identifier: MIT */
/*
 * Registers of the LEON3 system that kernels use (GRLIB IP manual: IRQMP, GPTIMER, APBUART), at the
 * addresses that leon3emu's default board, QEMU's leon3_generic and SIS have in common.
 */
#ifndef BENCH_LEON3_H
#define BENCH_LEON3_H

#define UART_DATA   0x80000100
#define UART_STATUS 0x80000104
#define UART_SCALER 0x8000010c

#define IRQMP_PENDING 0x80000204
#define IRQMP_FORCE   0x80000208
#define IRQMP_CLEAR   0x8000020c
#define IRQMP_MASK    0x80000240

#define TIMER_SCALER_RELOAD 0x80000304
#define TIMER_CONFIG        0x80000308
#define TIMER0_COUNTER      0x80000310
#define TIMER0_RELOAD       0x80000314
#define TIMER0_CONTROL      0x80000318
#define TIMER1_RELOAD       0x80000324
#define TIMER1_CONTROL      0x80000328

#define TIMER_ENABLE    0x01
#define TIMER_RESTART   0x02
#define TIMER_LOAD      0x04
#define TIMER_INTERRUPT 0x08
#define TIMER_PENDING   0x10

/* Entries of the SRMMU's tables (SPARC V8 appendix H), and what an entry of each table maps. */
#define REGION    0x01000000u /* of the first */
#define SEGMENT   0x00040000u /* of the second */
#define PAGE      0x00001000u /* of the third */
#define ET_PTD    1u
#define ET_PTE    2u
#define ACC_ALL   (3u << 2) /* load, store, execute; user and supervisor */
#define CACHEABLE 0x80u

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline uint32_t leon3_read(uint32_t address)
{
    return *(volatile uint32_t *)(uintptr_t)address;
}

static inline void leon3_write(uint32_t address, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)address = value;
}

/* The processor's interrupt level: 15 keeps all but interrupt 15 out. */
static inline void leon3_set_interrupt_level(uint32_t level)
{
#ifdef NATIVE
    (void)level;
#else
    uint32_t psr;
    __asm__ volatile("rd %%psr, %0" : "=r"(psr));
    psr = (psr & ~0xf00u) | level << 8;
    __asm__ volatile("wr %0, 0, %%psr; nop; nop; nop" : : "r"(psr) : "memory", "cc");
#endif
}
#endif

#endif
