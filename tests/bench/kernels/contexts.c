/* SPDX-License-Identifier: MIT */
/*
 * Twenty-four address spaces (other numbers in scaling.py), more than an emulator may keep at hand: each has page
 * tables of its own, and four pages of its own at the same virtual address, beside the code, the stack and what else
 * is common to all.  In user mode each works on its pages for some hundred to some thousand instructions, makes two
 * system calls, and leaves to the next by a third, which writes the MMU's context register.
 *
 * It sets the MMU up itself, and so has no variant for run.py's --mmu.
 */
#include "bench.h"
#include "leon3.h"

#ifndef CONTEXTS
#define CONTEXTS 24
#endif
#define PAGES 4
#define WORDS (PAGES * 1024)

enum call { CALL_SWITCH, CALL_COUNT, CALL_CURRENT };

uint32_t contexts_count; /* contexts.S adds to it */

static uint32_t memories[CONTEXTS][WORDS] __attribute__((aligned(4096)));

#ifdef NATIVE

static uint32_t native_context;

static uint32_t call(enum call number, uint32_t argument)
{
    uint32_t before = native_context;
    switch (number) {
    case CALL_SWITCH:
        native_context = argument;
        return before;
    case CALL_COUNT:
        return contexts_count += argument;
    default:
        return before;
    }
}

static uint32_t *own_memory(void)
{
    return memories[native_context];
}

static void start(void)
{
}

static void stop(void)
{
}

#else

#define RAM     0x40000000u
#define PRIVATE 0x10000000u
#define DEVICES 0x80000000u

/* Each table is aligned to its size. */
static uint32_t roots[256] __attribute__((aligned(1024)));
static uint32_t first_tables[CONTEXTS][256] __attribute__((aligned(1024)));
static uint32_t second_tables[CONTEXTS][64] __attribute__((aligned(256)));
static uint32_t third_tables[CONTEXTS][64] __attribute__((aligned(256)));
static uint32_t common_second[64] __attribute__((aligned(256)));
static uint32_t common_third[64][64] __attribute__((aligned(256)));

static uint32_t pointer_to(const uint32_t *table)
{
    return (uint32_t)(uintptr_t)table >> 4 | ET_PTD;
}

static uint32_t page_at(uint32_t address)
{
    return address >> 4 | ACC_ALL | ET_PTE;
}

static void map_common(void)
{
    for (uint32_t i = 0; i < REGION / SEGMENT; i++) {
        common_second[i] = pointer_to(common_third[i]);
        for (uint32_t k = 0; k < SEGMENT / PAGE; k++) {
            common_third[i][k] = page_at(RAM + SEGMENT * i + PAGE * k) | CACHEABLE;
        }
    }
}

static void map_context(uint32_t number)
{
    uint32_t *table = first_tables[number];
    roots[number] = pointer_to(table);
    table[RAM / REGION] = pointer_to(common_second);
    table[DEVICES / REGION] = page_at(DEVICES);
    table[PRIVATE / REGION] = pointer_to(second_tables[number]);
    second_tables[number][0] = pointer_to(third_tables[number]);
    for (uint32_t i = 0; i < PAGES; i++) {
        uint32_t memory = (uint32_t)(uintptr_t)memories[number];
        third_tables[number][i] = page_at(memory + PAGE * i) | CACHEABLE;
    }
}

static void write_register(uint32_t address, uint32_t value)
{
    __asm__ volatile("sta %0, [%1] 0x19; nop; nop; nop" : : "r"(value), "r"(address) : "memory");
}

static inline uint32_t call(enum call number, uint32_t argument)
{
    register uint32_t result __asm__("o0") = number;
    register uint32_t value __asm__("o1") = argument;
    __asm__ volatile("ta 1" : "+r"(result) : "r"(value) : "memory");
    return result;
}

static uint32_t *own_memory(void)
{
    return (uint32_t *)(uintptr_t)PRIVATE;
}

static void start(void)
{
    map_common();
    for (uint32_t i = 0; i < CONTEXTS; i++) {
        map_context(i);
    }
    write_register(0x100, (uint32_t)(uintptr_t)roots >> 4);
    write_register(0x200, 0);
    write_register(0x000, 1);
    __asm__ volatile("ta 2" : : : "memory");
}

static void stop(void)
{
    __asm__ volatile("ta 3" : : : "memory");
    write_register(0x000, 0);
}

#endif

/* Steps from word to word all over the pages, and changes what it finds. */
static NOINLINE uint32_t work(uint32_t *words, uint32_t value, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t at = (value ^ value >> 15) % WORDS;
        value = value * 0x0019660d + words[at];
        words[at] = value ^ i;
    }
    return value;
}

/* From 20 to 430 steps of about ten instructions. */
static NOINLINE uint32_t run_context(uint32_t number, uint32_t sum)
{
    uint32_t before = call(CALL_SWITCH, number);
    uint32_t total;
    sum = work(own_memory(), sum + before, 20 + (number * 19 & 15) * 27);
    total = call(CALL_COUNT, sum & 0xff);
    return sum ^ total ^ call(CALL_CURRENT, 0) << 24;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
    start();
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < CONTEXTS; i++) {
            sum = run_context(i, sum);
        }
    }
    stop();
    return sum;
}
