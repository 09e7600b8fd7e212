// SPDX-License-Identifier: MIT
/*
 * Floating point before, between and after accesses to two devices of fp_state.c, at 0x80000800 (which may
 * leave anything) and 0x80000900 (which says what it finds).  The exit status is 0, or a sum:
 *
 *     1  exceptions accrued that were not the guest's      4  a denormal was taken for zero
 *     2  the guest's own were lost                         8  a result was rounded in another way
 *    16  the second device did not find the state of a C program
 */
#include <stdint.h>

#define NX 0x20u /* FSR.aexc */

struct device {
    volatile uint32_t act, found;
};
#define DIRTY   ((struct device *)0x80000800)
#define WITNESS ((struct device *)0x80000900)

/* Accrued exceptions of an exact sum before, between and after two accesses. */
static uint32_t exact(float one)
{
    uint32_t fsr = 0;
    float sum;

    __asm__ volatile("ld [%0], %%fsr" : : "r"(&fsr) : "memory");
    __asm__ volatile("fadds %1, %1, %0" : "=f"(sum) : "f"(one));
    (void)DIRTY->act;
    __asm__ volatile("fadds %1, %1, %0" : "=f"(sum) : "f"(sum));
    DIRTY->act = 1;
    __asm__ volatile("fadds %1, %1, %0" : "=f"(sum) : "f"(sum));
    __asm__ volatile("st %%fsr, [%0]" : : "r"(&fsr) : "memory");
    return fsr & 0x3e0;
}

/* An inexact quotient; the device between must not see that it was. */
static uint32_t inexact(float one, float three, uint32_t *found)
{
    uint32_t fsr = 0;
    float third;

    __asm__ volatile("ld [%0], %%fsr" : : "r"(&fsr) : "memory");
    __asm__ volatile("fdivs %1, %2, %0" : "=f"(third) : "f"(one), "f"(three));
    *found |= WITNESS->found;
    __asm__ volatile("fcmps %0, %0" : : "f"(third));
    (void)DIRTY->act;
    __asm__ volatile("fcmps %0, %0" : : "f"(one));
    __asm__ volatile("st %%fsr, [%0]" : : "r"(&fsr) : "memory");
    return fsr & 0x3e0;
}

static int round_is_right(float one, float three)
{
    union {
        float value;
        uint32_t bits;
    } third = {one};

    (void)DIRTY->act;
    third.value = one / three;
    return third.bits == 0x3eaaaaab;
}

static int denormals_are_kept(void)
{
    union {
        uint32_t bits;
        float value;
    } tiny = {0x00600000};
    volatile float value = tiny.value;

    DIRTY->act = 1;
    return value != 0 && value * 0.5f != 0 && (double)value != 0;
}

int main(void)
{
    volatile float one = 1, three = 3;
    uint32_t found = 0, status = 0;

    for (int i = 0; i < 300; i++) {
        status |= exact(one) != 0 ? 1 : 0;
        status |= inexact(one, three, &found) != NX ? 2 : 0;
        status |= !denormals_are_kept() ? 4 : 0;
        status |= !round_is_right(one, three) ? 8 : 0;
    }
    return (int)(status | (found != 0 ? 16 : 0));
}
