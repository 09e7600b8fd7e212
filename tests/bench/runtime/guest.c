/* SPDX-License-Identifier: MIT */
/*
 * The guest's main program: runs the kernel, prints "BENCH name checksum" on the UART.
 *
 * KERNEL and REPEAT come from the command line and are used here only, so that a kernel's code is
 * the same at every scale.
 */
#include "bench.h"
#include "leon3.h"

#define UART_SHIFT_EMPTY 0x2
#define UART_EMPTY       0x4

uint32_t bench_main(void);
void bench_prepare(void); /* mmu.c */
void bench_print_trap(uint32_t trap, uint32_t pc);
void *memcpy(void *restrict to, const void *restrict from, __SIZE_TYPE__ size);
void *memset(void *to, int value, __SIZE_TYPE__ size);

volatile uint32_t bench_seed = 0x2545f491;

/* GCC may call these two for assignments and initializers even in a freestanding program. */
void *memcpy(void *restrict to, const void *restrict from, __SIZE_TYPE__ size)
{
    char *target = to;
    const char *source = from;
    while (size-- > 0) {
        *target++ = *source++;
    }
    return to;
}

void *memset(void *to, int value, __SIZE_TYPE__ size)
{
    char *target = to;
    while (size-- > 0) {
        *target++ = (char)value;
    }
    return to;
}

static void print_text(const char *text)
{
    for (; *text != 0; text++) {
        while ((leon3_read(UART_STATUS) & UART_EMPTY) == 0) {
        }
        leon3_write(UART_DATA, (uint8_t)*text);
    }
}

static void print_hex(uint32_t value)
{
    char text[10] = " ";
    for (int i = 8; i > 0; i--) {
        text[i] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
    text[9] = 0;
    print_text(text);
}

/* The last character must have left before the run ends. */
static void print_end(void)
{
    const uint32_t idle = UART_EMPTY | UART_SHIFT_EMPTY;
    print_text("\n");
    while ((leon3_read(UART_STATUS) & idle) != idle) {
    }
}

void bench_print_trap(uint32_t trap, uint32_t pc)
{
    print_text("TRAP");
    print_hex(trap);
    print_hex(pc);
    print_end();
}

/* With FSR defined the kernel runs with these traps enabled and in this rounding mode. */
static void set_fp_modes(void)
{
#ifdef FSR
    static const uint32_t fsr = FSR;
    __asm__ volatile("ld [%0], %%fsr; nop; nop; nop" : : "r"(&fsr), "m"(fsr));
#endif
}

uint32_t bench_main(void)
{
    uint32_t sum;
    bench_prepare();
    set_fp_modes();
    sum = bench_run(REPEAT);
    leon3_write(UART_SCALER, 1); /* fast: waiting for the line is no part of the work */
    print_text("BENCH " KERNEL);
    print_hex(sum);
    print_end();
    return 0;
}
