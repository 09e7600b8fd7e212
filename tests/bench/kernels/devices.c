/* SPDX-License-Identifier: MIT */
/*
 * DEVICES UARTs beside those of the board, 256 bytes apart (scaling.py makes the board).  A register of each is written and
 * read in turn; the number of accesses is the same for every number of devices.
 */
#include "bench.h"
#include "leon3.h"

#ifndef DEVICES
#define DEVICES 10
#endif
#define BASE     0x90000000u
#define ACCESSES 1000

#ifdef NATIVE

static uint32_t native_scalers[DEVICES];

static void put(uint32_t device, uint32_t value)
{
    native_scalers[device] = value;
}

static uint32_t get(uint32_t device)
{
    return native_scalers[device];
}

#else

static uint32_t scaler_of(uint32_t device)
{
    return BASE + 0x100 * device + 0xc;
}

static void put(uint32_t device, uint32_t value)
{
    leon3_write(scaler_of(device), value);
}

static uint32_t get(uint32_t device)
{
    return leon3_read(scaler_of(device));
}

#endif

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed, device = 0;
    for (uint32_t i = 0; i < DEVICES; i++) {
        put(i, i & 0xfff);
    }
    for (uint32_t i = 0; i < repeat * ACCESSES; i++) {
        sum = bench_mix(sum, get(device));
        put(device, sum & 0xfff);
        device = device + 1 < DEVICES ? device + 1 : 0;
    }
    return sum;
}
