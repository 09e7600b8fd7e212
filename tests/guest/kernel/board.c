// SPDX-License-Identifier: MIT
/* AMBA plug&play: GRLIB user's manual, "plug&play configuration". */
#include "kernel.h"

#define AHB_MASTERS 0xfffff000u
#define AHB_SLAVES  0xfffff800u
#define AHB_SLOTS   63 /* the last slave's place holds the build number */
#define AHB_WORDS   8
#define APB_RECORDS 0x000ff000u /* from the start of the bridge */
#define APB_SLOTS   512

enum { VENDOR_GAISLER = 1, DEVICE_APBMST = 0x006 };

static uint32_t vendor_of(uint32_t id)
{
    return id >> 24;
}

static uint32_t device_of(uint32_t id)
{
    return id >> 12 & 0xfff;
}

/* Base of the nth APB bridge, 0 if there is none. */
static uint32_t bridge(uint32_t nth)
{
    const volatile uint32_t *record = (const volatile uint32_t *)AHB_SLAVES;
    for (uint32_t i = 0; i < AHB_SLOTS; i++, record += AHB_WORDS) {
        if (vendor_of(record[0]) == VENDOR_GAISLER && device_of(record[0]) == DEVICE_APBMST &&
            nth-- == 0) {
            return record[4] & 0xfff00000u;
        }
    }
    return 0;
}

int board_find(uint32_t vendor, uint32_t device, uint32_t nth, struct device *found)
{
    for (uint32_t b = 0; bridge(b) != 0; b++) {
        const volatile uint32_t *record = (const volatile uint32_t *)(bridge(b) + APB_RECORDS);
        for (uint32_t i = 0; i < APB_SLOTS; i++, record += 2) {
            if (vendor_of(record[0]) == vendor && device_of(record[0]) == device && nth-- == 0) {
                found->base = bridge(b) | (record[1] >> 12 & 0xfff00u);
                found->irq = record[0] & 31;
                return 1;
            }
        }
    }
    return 0;
}

static uint32_t print_ahb(const char *kind, uint32_t address)
{
    const volatile uint32_t *record = (const volatile uint32_t *)address;
    uint32_t count = 0;
    for (uint32_t i = 0; i < AHB_SLOTS; i++, record += AHB_WORDS) {
        if (record[0] != 0) {
            print("pnp: %s %x bar %x\n", kind, record[0], record[4]);
            count++;
        }
    }
    return count;
}

uint32_t board_print(void)
{
    uint32_t count = print_ahb("master", AHB_MASTERS) + print_ahb("slave", AHB_SLAVES);
    for (uint32_t b = 0; bridge(b) != 0; b++) {
        const volatile uint32_t *record = (const volatile uint32_t *)(bridge(b) + APB_RECORDS);
        for (uint32_t i = 0; i < APB_SLOTS; i++, record += 2) {
            if (record[0] != 0) {
                print("pnp: apb %x base %x irq %u\n", record[0],
                      bridge(b) | (record[1] >> 12 & 0xfff00u), record[0] & 31);
                count++;
            }
        }
    }
    return count;
}

/* ---- all sizes ---- */

static uint32_t from_bytes(uint32_t address)
{
    const volatile uint8_t *at = (const volatile uint8_t *)address;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t from_halves(uint32_t address)
{
    const volatile uint16_t *at = (const volatile uint16_t *)address;
    return (uint32_t)at[0] << 16 | at[1];
}

static void from_double(uint32_t address, uint32_t words[2])
{
    register uint32_t high __asm__("o2");
    register uint32_t low __asm__("o3");
    __asm__ volatile("ldd [%2], %0" : "=r"(high), "=r"(low) : "r"(address));
    words[0] = high;
    words[1] = low;
}

static int area_agrees(uint32_t address, uint32_t size)
{
    for (uint32_t end = address + size; address != end; address += 8) {
        uint32_t words[2];
        from_double(address, words);
        for (uint32_t i = 0; i < 2; i++) {
            uint32_t at = address + 4 * i;
            uint32_t word = *(const volatile uint32_t *)at;
            if (from_bytes(at) != word || from_halves(at) != word || words[i] != word) {
                print("plug&play differs at %x: word %x bytes %x halves %x double %x\n", at, word,
                      from_bytes(at), from_halves(at), words[i]);
                return 0;
            }
        }
    }
    return 1;
}

int board_sizes_agree(void)
{
    return area_agrees(AHB_MASTERS, 0x1000) && area_agrees(bridge(0) + APB_RECORDS, 0x1000);
}
