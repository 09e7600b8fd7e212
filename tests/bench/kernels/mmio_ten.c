/* SPDX-License-Identifier: MIT */
/*
 * Ten registers in turn, of all devices that leon3emu's default board and QEMU's leon3_generic have: UART,
 * interrupt controller, two timers and their unit, and the records of plug and play of AHB and APB, which are no device's
 * own.  Some lie at the same offset of their device.  What an emulator remembers of the last device, or of a
 * few, does not help.
 */
#include "bench.h"
#include "leon3.h"

#define ROUNDS 128

#define UART_CONTROL    0x80000108
#define IRQMP_LEVEL     0x80000200
#define APB_RECORDS     0x800ff000
#define AHB_RECORDS     0xfffff000 /* of masters; the first is a processor */
#define VENDOR_GAISLER  1
#define UART_EMPTY_BITS 0x6
#define INTERRUPTS      0x7ffe

#ifdef NATIVE

/* As much of the devices as the kernel sees. */
static volatile uint32_t native_registers[8];

static volatile uint32_t *native_register(uint32_t address)
{
    static const uint32_t addresses[] = {IRQMP_LEVEL,   IRQMP_MASK,     TIMER0_RELOAD,
                                         TIMER1_RELOAD, TIMER1_CONTROL, TIMER_SCALER_RELOAD,
                                         UART_CONTROL};
    uint32_t i = 0;
    while (addresses[i] != address) {
        i++;
    }
    return &native_registers[i];
}

static uint32_t get(uint32_t address)
{
    switch (address) {
    case UART_STATUS:
        return UART_EMPTY_BITS;
    case APB_RECORDS:
    case AHB_RECORDS:
        return VENDOR_GAISLER << 24;
    default:
        return *native_register(address);
    }
}

static void put(uint32_t address, uint32_t value)
{
    *native_register(address) = value;
}

#else
#define get leon3_read
#define put leon3_write
#endif

/* No register here changes on its own. */
static NOINLINE uint32_t look(uint32_t sum)
{
    sum = bench_mix(sum, get(UART_STATUS) & UART_EMPTY_BITS);
    sum = bench_mix(sum, get(IRQMP_LEVEL) & INTERRUPTS);
    sum = bench_mix(sum, get(TIMER0_RELOAD));
    sum = bench_mix(sum, get(APB_RECORDS) >> 24);
    sum = bench_mix(sum, get(UART_CONTROL) & 3);
    sum = bench_mix(sum, get(TIMER1_RELOAD));
    sum = bench_mix(sum, get(AHB_RECORDS) >> 24);
    sum = bench_mix(sum, get(TIMER1_CONTROL) & TIMER_ENABLE);
    sum = bench_mix(sum, get(IRQMP_MASK) & INTERRUPTS);
    return bench_mix(sum, get(TIMER_SCALER_RELOAD) & 0xff);
}

static NOINLINE void change(uint32_t value)
{
    put(TIMER0_RELOAD, value);
    put(IRQMP_MASK, value << 1 & INTERRUPTS);
    put(TIMER1_RELOAD, ~value);
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    put(TIMER1_CONTROL, 0);
    put(UART_CONTROL, 3);
    put(IRQMP_LEVEL, 0);
    put(TIMER_SCALER_RELOAD, 99);
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < ROUNDS; i++) {
            change(sum);
            sum = look(sum);
        }
    }
    put(IRQMP_MASK, 0);
    return sum;
}
