// SPDX-License-Identifier: MIT
/*
 * The one description of a CPU's registers (registers.def), for all that read, write, print, compare or hash them:
 * debuggers and devices by number (cpu_read_register() in cpu.h), the monitor by name, exec/cpu_state.h all of
 * them at once.  None of these sees a register that has no row there.
 */
#ifndef SPARC_REGISTERS_H
#define SPARC_REGISTERS_H

#include "sparc/cpu.h"

/* See registers.def. */
enum cpu_group {
    CPU_CONTROL = 0x01,
    CPU_INTEGER = 0x02,
    CPU_FLOAT = 0x04,
    CPU_SYSTEM = 0x08,
    CPU_TIME = 0x10,
    CPU_WIRES = 0x20,
    CPU_LIMIT = 0x40,
    CPU_VIEW = 0x80,
    CPU_STATE = 0x7f, /* all but views */
};

struct cpu_register {
    const char *name;
    uint8_t bits;
    uint8_t group;
    uint16_t count;
    uint32_t number; /* of the first register, as in <leon3emu/device.h>; or CPU_NO_NUMBER */
    size_t offset;   /* in struct cpu_arch */
    uint32_t (*get)(struct cpu *cpu, unsigned i);
    bool (*set)(struct cpu *cpu, unsigned i, uint32_t value); /* false: an impossible value */
    void (*copy)(struct cpu *cpu, uint32_t *words);
};
#define CPU_NO_NUMBER UINT32_MAX

extern const struct cpu_register cpu_registers[];
extern const unsigned cpu_register_count;

/* How many 32-bit words the registers of all rows are, views left out. */
enum {
    CPU_STATE_WORDS = 0
#define REGISTER(name, bits, count, group, ...)                                                    \
    +(CPU_##group == CPU_VIEW ? 0 : (count) * (bits) / 32)
#include "sparc/registers.def"
};

/* Words of a row. */
static inline unsigned cpu_register_words(const struct cpu_register *row)
{
    return row->count * row->bits / 32u;
}

/* Copies all of a row's registers to words, those of 64 bits in the host's byte order.  The CPU is not changed. */
void cpu_copy_registers(struct cpu *cpu, const struct cpu_register *row, uint32_t *words);

/* The row with that number; NULL: there is none. */
const struct cpu_register *cpu_find_register(uint32_t number);

#endif
