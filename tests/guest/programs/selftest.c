// SPDX-License-Identifier: MIT
/*
 * The whole of what an operating system does on a LEON3, checked by itself: plug&play, traps,
 * nested interrupts, preemptive tasks with FPU and deep calls, semaphores and locks, timing, a
 * driver for the peripheral periph_pulse.c (if it is there).
 *
 * Ends with "selftest: N checks, M failures, checksum X"; the checksum depends on nothing but what
 * the guest computes.
 */
#include "check.h"
#include "float_work.h"
#include "pulse.h"

#define FLOAT_STEPS 30000
#define LOCK_ROUNDS 3000

/* ---- plug&play ---- */

static void test_board(void)
{
    uint32_t cores = board_print();
    print("pnp: %u cores, %u MHz, %u windows\n", cores, clock_mhz(), window_last + 1);
    check_equal("plug&play in all sizes", (uint32_t)board_sizes_agree(), 1);
}

/* ---- traps ---- */

static void load_unmapped(void)
{
    __asm__ volatile("set 0x70000000, %%g1; ld [%%g1], %%g0" : : : "g1");
}

static void store_unmapped(void)
{
    __asm__ volatile("set 0x70000000, %%g1; st %%g0, [%%g1]" : : : "g1");
}

static void load_misaligned(void)
{
    __asm__ volatile("set trap_table + 2, %%g1; ld [%%g1], %%g0" : : : "g1");
}

static void divide_by_zero(void)
{
    __asm__ volatile("wr %%g0, 0, %%y; nop; nop; nop; udiv %%g0, %%g0, %%g0" : : :);
}

static void illegal(void)
{
    __asm__ volatile("unimp 0x123");
}

static void software_trap(void)
{
    __asm__ volatile("ta 0x15");
}

static void software_trap_not_taken(void)
{
    __asm__ volatile("tn 0x15");
}

static void tag_overflow(void)
{
    __asm__ volatile("mov 3, %%g1; taddcctv %%g1, %%g1, %%g0" : : : "g1", "cc");
}

static void test_traps(void)
{
    check_trap("load from nowhere", load_unmapped, 0x09);
    check_trap("store to nowhere", store_unmapped, 0x2b);
    check_trap("misaligned load", load_misaligned, 0x07);
    check_trap("division by zero", divide_by_zero, 0x2a);
    check_trap("unimp", illegal, 0x02);
    check_trap("ta 0x15", software_trap, 0x95);
    check_trap("tn 0x15", software_trap_not_taken, 0);
    check_trap("tag overflow", tag_overflow, 0x0a);
}

/* ---- nested interrupts ---- */

static char journal[64];
static uint32_t journal_length;

static void note(char character)
{
    journal[journal_length++] = character;
}

static void on_low(uint32_t level)
{
    if (journal_length != 0) {
        note('=');
        return;
    }
    note('(');
    interrupt_force(2);     /* must wait until we are done: lower */
    interrupt_force(level); /* the same */
    note('1');
    interrupt_force(13); /* must come at once: higher */
    note('2');
    check_equal("depth in the handler", interrupt_depth(), 1);
    note(')');
}

static void on_middle(uint32_t level)
{
    (void)level;
    note('{');
    note('}');
}

static void on_high(uint32_t level)
{
    (void)level;
    note('[');
    check_equal("depth in the nested handler", interrupt_depth(), 2);
    interrupt_force(5); /* waits for us, but not for the one below us */
    note('3');
    interrupt_force(14);
    note(']');
}

static void on_highest(uint32_t level)
{
    (void)level;
    note('!');
    check_equal("depth at the top", interrupt_depth(), 3);
}

static void on_last(uint32_t level)
{
    (void)level;
    note('.');
}

static void test_nesting(void)
{
    static const char expected[] = "(1[3!]{}2)=.";
    interrupt_connect(2, on_last);
    interrupt_connect(4, on_low);
    interrupt_connect(5, on_middle);
    interrupt_connect(13, on_high);
    interrupt_connect(14, on_highest);
    uint32_t level = mask_interrupts();
    interrupt_force(4);
    check_equal("interrupts while masked", journal_length, 0);
    set_interrupt_level(level);
    check_equal("length of the journal", journal_length, sizeof expected - 1);
    for (uint32_t i = 0; i < sizeof expected - 1; i++) {
        if (journal[i] != expected[i]) {
            print("nesting: %s instead of %s\n", journal, expected);
            check_equal("order of nested interrupts", i, 0);
            return;
        }
    }
    print("nesting: %s\n", journal);
}

/* ---- tasks that compute ---- */

static struct float_result float_results[4];

static void float_task(uint32_t seed)
{
    float_results[seed] = float_work(seed, FLOAT_STEPS);
}

static void test_float(void)
{
    struct float_result alone[4];
    uint32_t tasks[4];
    uint32_t before = fpu_switches;

    for (uint32_t seed = 0; seed < 4; seed++) {
        alone[seed] = float_work(seed, FLOAT_STEPS);
    }
    for (uint32_t seed = 0; seed < 4; seed++) {
        tasks[seed] = task_start("float", float_task, seed);
    }
    for (uint32_t seed = 0; seed < 4; seed++) {
        task_join(tasks[seed]);
        for (uint32_t i = 0; i < 5; i++) {
            check_equal("floating point", float_results[seed].words[i], alone[seed].words[i]);
        }
    }
    check_between("changes of the FPU's owner", fpu_switches - before, 8, 1000000);
}

static uint32_t fibonacci(uint32_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

/* Deeper than there are windows, with values in all of them. */
__attribute__((noinline)) static uint32_t deep(uint32_t n, uint32_t a, uint32_t b)
{
    uint32_t c = a * 3 + b;
    uint32_t d = b ^ n;
    if (n == 0) {
        return c + d;
    }
    uint32_t inner = deep(n - 1, c, d);
    return inner + (c ^ d) + (a - b);
}

static uint32_t results[4];

static void fibonacci_task(uint32_t n)
{
    results[0] = fibonacci(n);
}

static void deep_task(uint32_t rounds)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        sum = sum * 31 + deep(40, i, sum);
    }
    results[1] = sum;
}

/* Condition codes and Y must survive preemption. */
static void wide_task(uint32_t rounds)
{
    uint64_t x = 0x123456789abcdef1;
    for (uint32_t i = 0; i < rounds; i++) {
        uint64_t product = (uint64_t)(uint32_t)x * 0x9e3779b9u;
        x = x + product + (x >> 7) + i;
        uint32_t high = (uint32_t)(x >> 32) & 0x7fff;
        uint32_t quotient;
        __asm__ volatile("wr %1, 0, %%y; nop; nop; nop; udiv %2, %3, %0"
                         : "=r"(quotient)
                         : "r"(high), "r"((uint32_t)x), "r"(0x8000u + i));
        x ^= quotient;
    }
    results[2] = (uint32_t)(x >> 32);
    results[3] = (uint32_t)x;
}

static void test_calls(void)
{
    uint32_t expected[4];
    uint32_t tasks[3];
    fibonacci_task(17);
    deep_task(300);
    wide_task(8000);
    for (uint32_t i = 0; i < 4; i++) {
        expected[i] = results[i];
        results[i] = 0;
    }
    tasks[0] = task_start("fibonacci", fibonacci_task, 17);
    tasks[1] = task_start("deep", deep_task, 300);
    tasks[2] = task_start("wide", wide_task, 8000);
    for (uint32_t i = 0; i < 3; i++) {
        task_join(tasks[i]);
    }
    for (uint32_t i = 0; i < 4; i++) {
        check_equal("result under preemption", results[i], expected[i]);
    }
    check_equal("fibonacci(17)", results[0], 1597);
}

/* ---- locks ---- */

static volatile uint32_t swap_lock, counters[3];
static volatile uint8_t byte_lock;

static void add_with_casa(volatile uint32_t *counter)
{
    uint32_t old;
    uint32_t seen;
    do {
        old = *counter;
        seen = old + 1;
        __asm__ volatile("casa [%1] 0xb, %2, %0" : "+r"(seen) : "r"(counter), "r"(old) : "memory");
    } while (seen != old);
}

static void add_with_swap(volatile uint32_t *counter)
{
    uint32_t taken;
    do {
        taken = 1;
        __asm__ volatile("swap [%1], %0" : "+r"(taken) : "r"(&swap_lock) : "memory");
    } while (taken != 0);
    *counter = *counter + 1;
    swap_lock = 0;
}

static void add_with_ldstub(volatile uint32_t *counter)
{
    uint32_t taken;
    do {
        __asm__ volatile("ldstub [%1], %0" : "=&r"(taken) : "r"(&byte_lock) : "memory");
    } while (taken != 0);
    *counter = *counter + 1;
    byte_lock = 0;
}

static void lock_task(uint32_t number)
{
    for (uint32_t i = 0; i < LOCK_ROUNDS; i++) {
        add_with_casa(&counters[0]);
        add_with_swap(&counters[1]);
        add_with_ldstub(&counters[2]);
        if ((i + number) % 64 == 0) {
            task_yield();
        }
    }
}

static void test_locks(void)
{
    uint32_t tasks[4];
    for (uint32_t i = 0; i < 4; i++) {
        tasks[i] = task_start("lock", lock_task, i);
    }
    for (uint32_t i = 0; i < 4; i++) {
        task_join(tasks[i]);
    }
    for (uint32_t i = 0; i < 3; i++) {
        check_equal("counter behind a lock", counters[i], 4 * LOCK_ROUNDS);
    }
}

/* ---- semaphores: a chain of tasks hands numbers on ---- */

static struct semaphore full[3], empty[3];
static volatile uint32_t cells[3];

static void stage_task(uint32_t stage)
{
    for (uint32_t i = 0; i < 100; i++) {
        semaphore_wait(&full[stage]);
        uint32_t value = cells[stage] * 2 + stage;
        semaphore_post(&empty[stage]);
        semaphore_wait(&empty[stage + 1]);
        cells[stage + 1] = value;
        semaphore_post(&full[stage + 1]);
    }
}

static void test_semaphores(void)
{
    uint32_t tasks[2];
    for (uint32_t i = 0; i < 3; i++) {
        semaphore_post(&empty[i]);
    }
    for (uint32_t i = 0; i < 2; i++) {
        tasks[i] = task_start("stage", stage_task, i);
    }
    for (uint32_t i = 0; i < 100; i++) {
        semaphore_wait(&empty[0]);
        cells[0] = i;
        semaphore_post(&full[0]);
        semaphore_wait(&full[2]);
        check_equal("what came out of the chain", cells[2], 4 * i + 1);
        semaphore_post(&empty[2]);
    }
    task_join(tasks[0]);
    task_join(tasks[1]);
}

/* ---- time ---- */

static void test_time(void)
{
    uint32_t ticks = tick_count();
    task_sleep(2);
    uint32_t cycles = cycle_count();
    for (uint32_t i = 0; i < 10; i++) {
        task_sleep(5);
    }
    cycles = cycle_count() - cycles;
    check_equal("ticks slept", tick_count() - ticks, 52);
    check_between("cycles of 50 ticks of 1 ms", cycles, 50000 * clock_mhz() - 2000,
                  50000 * clock_mhz() + 2000);
}

/* ---- a driver for the peripheral ---- */

static struct {
    uint32_t base;
    struct semaphore done;
    uint32_t started, ended; /* cycles */
} pulse;

static volatile uint32_t *pulse_register(uint32_t offset)
{
    return (volatile uint32_t *)(pulse.base + offset);
}

static void on_pulse(uint32_t level)
{
    (void)level;
    pulse.ended = cycle_count();
    semaphore_post(&pulse.done);
}

/* Returns the status. */
static uint32_t pulse_transfer(uint32_t source, uint32_t target, uint32_t length, uint32_t ns)
{
    *pulse_register(PULSE_SOURCE) = source;
    *pulse_register(PULSE_TARGET) = target;
    *pulse_register(PULSE_LENGTH) = length;
    *pulse_register(PULSE_DELAY) = ns;
    uint32_t level = mask_interrupts();
    pulse.started = cycle_count();
    *pulse_register(PULSE_CONTROL) = PULSE_START;
    uint32_t status = *pulse_register(PULSE_STATUS);
    set_interrupt_level(level);
    check_equal("busy", status, PULSE_BUSY);
    semaphore_wait(&pulse.done);
    status = *pulse_register(PULSE_STATUS);
    *pulse_register(PULSE_STATUS) = status;
    check_equal("status after clearing", *pulse_register(PULSE_STATUS), 0);
    return status;
}

static uint8_t source_bytes[300], target_bytes[308];

static void check_transfer(uint32_t round, uint32_t key)
{
    static const uint32_t delays[] = {500, 1000, 25000, 1000000, 4000000};
    uint32_t length = 1 + round * 61;
    for (uint32_t i = 0; i < length; i++) {
        source_bytes[i] = (uint8_t)(i * 7 + round);
    }
    target_bytes[round + length] = 0xee;
    check_equal("transfer",
                pulse_transfer((uint32_t)source_bytes, (uint32_t)target_bytes + round, length,
                               delays[round]),
                PULSE_DONE);
    uint32_t bad = 0;
    for (uint32_t i = 0; i < length; i++) {
        bad += target_bytes[round + i] != (uint8_t)(source_bytes[i] ^ key);
    }
    check_equal("bytes that differ", bad, 0);
    check_equal("byte behind the transfer", target_bytes[round + length], 0xee);
    uint32_t least = delays[round] / 1000 * clock_mhz();
    check_between("cycles from start to interrupt", pulse.ended - pulse.started, least,
                  least + 600);
}

/* A transfer into code must be seen by the processor at once. */
static uint32_t code_words[8] __attribute__((aligned(8)));

static uint32_t call_code(void)
{
    return ((uint32_t(*)(void))(uint32_t)code_words)();
}

static void check_code_transfer(uint32_t key)
{
    static uint32_t new_code[2];
    uint32_t word = 0x90102000; /* mov 0, %o0 */
    uint32_t keys = key * 0x01010101;
    code_words[0] = 0x81c3e008; /* retl */
    code_words[1] = word | 11;
    check_equal("code before the transfer", call_code(), 11);
    new_code[0] = code_words[0] ^ keys;
    new_code[1] = (word | 22) ^ keys;
    pulse_transfer((uint32_t)new_code, (uint32_t)code_words, 8, 1000);
    check_equal("code after the transfer", call_code(), 22);
}

static void test_pulse(void)
{
    struct device device;
    uint32_t key;
    if (!board_find(PULSE_VENDOR, PULSE_DEVICE, 0, &device)) {
        print("pulse: none\n");
        return;
    }
    pulse.base = device.base;
    interrupt_connect(device.irq, on_pulse);
    check_equal("identity", *pulse_register(PULSE_ID), PULSE_IDENTITY);
    key = *pulse_register(PULSE_KEY);
    for (uint32_t i = 0; i < 4; i++) {
        *pulse_register(PULSE_SCRATCH + 4 * i) = 0x01020304 * (i + 1);
    }
    /* APB: a byte store drives all lanes, a byte load takes its own. */
    *(volatile uint8_t *)(pulse.base + PULSE_SCRATCH + 4) = 0x41;
    check_equal("scratch 0", *pulse_register(PULSE_SCRATCH), 0x01020304);
    check_equal("scratch 1 after a byte store", *pulse_register(PULSE_SCRATCH + 4), 0x41414141);
    check_equal("byte 2 of scratch 3", *(volatile uint8_t *)(pulse.base + PULSE_SCRATCH + 14),
                0x0c);
    for (uint32_t round = 0; round < 5; round++) {
        check_transfer(round, key);
    }
    check_equal("transfer to nowhere", pulse_transfer((uint32_t)source_bytes, 0x70000000, 16, 1000),
                PULSE_ERROR);
    check_equal("transfer from nowhere",
                pulse_transfer(0x70000000, (uint32_t)target_bytes, 16, 1000), PULSE_ERROR);
    check_code_transfer(key);
    *pulse_register(PULSE_DELAY) = 500000;
    *pulse_register(PULSE_CONTROL) = PULSE_START;
    *pulse_register(PULSE_CONTROL) = PULSE_CANCEL;
    task_sleep(2);
    check_equal("cancelled", *pulse_register(PULSE_STATUS), 0);
    check_equal("transfers", *pulse_register(PULSE_RUNS), 8);
    print("pulse: key %x, %u transfers\n", key, *pulse_register(PULSE_RUNS));
}

/* ---- a console that prints while the others compute ---- */

static struct semaphore console_end;

static void console_task(uint32_t lines)
{
    for (uint32_t i = 0; i < lines; i++) {
        print("console: line %u of %u, 0123456789 abcdefghijklmnopqrstuvwxyz\n", i + 1, lines);
    }
    semaphore_post(&console_end);
}

uint32_t kernel_main(void)
{
    test_board();
    test_traps();
    test_nesting();
    uart_start();
    uint32_t console = task_start("console", console_task, 4);
    test_float();
    semaphore_wait(&console_end);
    task_join(console);
    uart_drain();
    test_calls();
    test_locks();
    test_semaphores();
    test_time();
    test_pulse();
    check_between("task switches", task_switches(), 100, 1000000);
    check_between("UART interrupts", uart_interrupts(), 8, 1000000);
    return check_summary("selftest");
}
