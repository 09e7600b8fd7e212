// SPDX-License-Identifier: MIT
/* Register windows in front of their save areas, see frames.h. */
#include "machine/frames.h"

#include <string.h>

#include "bits.h"
#include "machine/machine.h"

#define SAVE_AREA   64u /* %l0 to %l7, %i0 to %i7 */
#define SAVE_ALIGN  7u  /* the bits that LDD and STD want clear */
#define REGISTER_L0 16u /* first register of a save area */
#define REGISTER_FP 30u
#define WORD_SIZE   4u

/* A window of a caller, and its save area. */
struct outer {
    unsigned window;
    uint32_t address;
};

static struct outer innermost(const struct cpu *cpu)
{
    return (struct outer){.window = cpu->cwp};
}

/* Makes *outer the window of its caller.  False: the caller's registers are not in a window, or *outer has no frame
 * pointer that could be one. */
static bool next_outer(const struct cpu *cpu, struct outer *outer)
{
    uint32_t address = cpu_window_reg(cpu, outer->window, REGISTER_FP);
    unsigned next = (outer->window + 1) % cpu->config.windows;

    if (cpu->wim == 0 || (cpu->wim >> next & 1) || next == cpu->cwp || address == 0 ||
        (address & SAVE_ALIGN)) {
        return false;
    }
    *outer = (struct outer){next, address};
    return true;
}

static void area_load(const struct cpu *cpu, const struct outer *outer, uint8_t *area)
{
    for (unsigned i = 0; i < SAVE_AREA / WORD_SIZE; i++) {
        be32_store(area + WORD_SIZE * i, cpu_window_reg(cpu, outer->window, REGISTER_L0 + i));
    }
}

static void area_store(struct cpu *cpu, const struct outer *outer, const uint8_t *area)
{
    for (unsigned i = 0; i < SAVE_AREA / WORD_SIZE; i++) {
        cpu_set_window_reg(cpu, outer->window, REGISTER_L0 + i, be32_load(area + WORD_SIZE * i));
    }
}

/* The bytes that [address, address+size) and the save area have in common; false: there are none. */
struct common {
    size_t in_buffer, in_area, size;
};

static bool find_common(const struct outer *outer, uint32_t address, size_t size,
                        struct common *common)
{
    uint64_t from = outer->address > address ? outer->address : address;
    uint64_t area_end = (uint64_t)outer->address + SAVE_AREA;
    uint64_t end = area_end < (uint64_t)address + size ? area_end : (uint64_t)address + size;

    *common = (struct common){from - address, from - outer->address, end - from};
    return from < end;
}

bool frames_read(struct machine *m, const struct cpu *cpu, uint32_t address, void *buffer,
                 size_t size)
{
    struct outer outer = innermost(cpu);
    struct common common;
    uint8_t area[SAVE_AREA];

    if (!machine_debug_read(m, cpu, address, buffer, size)) {
        return false;
    }
    while (next_outer(cpu, &outer)) {
        if (find_common(&outer, address, size, &common)) {
            area_load(cpu, &outer, area);
            memcpy((uint8_t *)buffer + common.in_buffer, area + common.in_area, common.size);
        }
    }
    return true;
}

bool frames_read_word(struct machine *m, const struct cpu *cpu, uint32_t address, uint32_t *word)
{
    uint8_t bytes[WORD_SIZE];
    if ((address & (WORD_SIZE - 1)) != 0 || !frames_read(m, cpu, address, bytes, sizeof bytes)) {
        return false;
    }
    *word = be32_load(bytes);
    return true;
}

/* Finds all windows before it writes any, because the write may change a %fp by which the next window is found. */
bool frames_write(struct machine *m, struct cpu *cpu, uint32_t address, const void *buffer,
                  size_t size)
{
    struct outer outers[CPU_MAX_WINDOWS];
    struct outer outer = innermost(cpu);
    struct common common;
    uint8_t area[SAVE_AREA];
    unsigned count = 0;

    if (!machine_debug_write(m, cpu, address, buffer, size)) {
        return false;
    }
    while (next_outer(cpu, &outer)) {
        outers[count++] = outer;
    }
    for (unsigned i = 0; i < count; i++) {
        if (find_common(&outers[i], address, size, &common)) {
            area_load(cpu, &outers[i], area);
            memcpy(area + common.in_area, (const uint8_t *)buffer + common.in_buffer, common.size);
            area_store(cpu, &outers[i], area);
        }
    }
    return true;
}

bool frames_flush(struct machine *m, struct cpu *cpu)
{
    struct outer outer = innermost(cpu);
    uint8_t area[SAVE_AREA];

    if (!next_outer(cpu, &outer)) {
        return true;
    }
    do {
        area_load(cpu, &outer, area);
        if (!machine_debug_write(m, cpu, outer.address, area, sizeof area)) {
            return false;
        }
    } while (next_outer(cpu, &outer));
    cpu->wim = 1u << (cpu->cwp + 1) % cpu->config.windows;
    return true;
}
