// SPDX-License-Identifier: MIT
/* See check.h.  The checksum is FNV-1a over words. */
#include "check.h"

static uint32_t checks, failures;
static uint32_t checksum = 0x811c9dc5;

void check_note(uint32_t value)
{
    checksum = (checksum ^ value) * 0x01000193;
}

void check_equal(const char *what, uint32_t value, uint32_t expected)
{
    checks++;
    check_note(value);
    if (value != expected) {
        failures++;
        print("FAILED: %s is %x, should be %x\n", what, value, expected);
    }
}

void check_between(const char *what, uint32_t value, uint32_t low, uint32_t high)
{
    checks++;
    if (value < low || value > high) {
        failures++;
        print("FAILED: %s is %u, should be %u..%u\n", what, value, low, high);
    }
}

void check_trap(const char *what, void (*function)(void), uint32_t tt)
{
    fault_seen = 0;
    fault_expected = 1;
    function();
    fault_expected = 0;
    check_equal(what, fault_seen, tt);
}

uint32_t check_summary(const char *program)
{
    print("%s: %u checks, %u failures, checksum %x\n", program, checks, failures, checksum);
    return failures == 0 ? 0 : 1;
}
