// SPDX-License-Identifier: MIT
/* crash.elf of the quick start: reads an address at which nothing answers, as a wrong pointer does. */
#include <stdint.h>

int main(void);

static __attribute__((noinline, noclone)) uint32_t read_sensor(const volatile uint32_t *sensor)
{
    return *sensor;
}

static __attribute__((noinline)) uint32_t average(void)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < 4; i++) {
        sum += read_sensor((const volatile uint32_t *)0x20000000);
    }
    return sum / 4;
}

int main(void)
{
    return (int)average();
}
