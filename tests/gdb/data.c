// SPDX-License-Identifier: MIT
/* Loads and stores of every size, for GDB's watchpoints. */

struct record {
    unsigned before;
    unsigned word;
    unsigned short halves[2];
    unsigned char bytes[4];
    unsigned long long pair __attribute__((aligned(8)));
    double number;
    unsigned lock;
    unsigned after;
};

volatile struct record record;

static void store_sizes(void)
{
    record.before = 1;
    record.after = 1;
    record.word = 10;
    record.word = 10; /* the same again: nothing for `watch` */
    record.word = 11;
    record.halves[1] = 12;
    record.bytes[2] = 13;
    *(volatile unsigned *)record.bytes = 0x01020304;
    record.pair = 0x1122334455667788;
    record.number = 1.5;
}

static unsigned load_sizes(void)
{
    unsigned sum = record.word + record.halves[1] + record.bytes[2];
    sum += (unsigned)record.pair;
    return sum + (record.number == 1.5);
}

static unsigned atomics(void)
{
    volatile unsigned *lock = &record.lock;
    unsigned old = 5;
    __asm__ volatile("ldstub [%1], %0" : "=r"(old) : "r"(lock) : "memory");
    __asm__ volatile("swap [%1], %0" : "+r"(old) : "r"(lock) : "memory");
    __asm__ volatile("mov 77, %0\n\tcasa [%1] 0xb, %2, %0"
                     : "=&r"(old)
                     : "r"(lock), "r"(0)
                     : "memory");
    return old;
}

static __attribute__((noinline)) unsigned on_stack(unsigned n)
{
    volatile unsigned array[4] = {1, 2, 3, 4};
    array[n] = 7;
    return array[2];
}

unsigned data_main(void)
{
    store_sizes();
    unsigned sum = load_sizes();
    return (sum + atomics() + on_stack(2)) & 63;
}
