/* SPDX-License-Identifier: MIT */
/*
 * What an instruction should disassemble to, and the comparison with Capstone.  Include cmocka.h first.
 *
 * Registers are numbers as in jit/x64/asm.h; a width in bytes chooses the name: 1, 2, 4, 8, or 16 for xmm.
 */
#ifndef X64_ENCODINGS_H
#define X64_ENCODINGS_H

#include <capstone/capstone.h>

#include "asm.h"

enum want_kind { WANT_NONE, WANT_REG, WANT_MEM, WANT_RIP, WANT_IMM };

struct want {
    enum want_kind kind;
    unsigned reg, width;
    struct x64_mem mem;
    int64_t value; /* IMM; RIP: the displacement */
};

static inline struct want want_reg(unsigned reg, unsigned width)
{
    return (struct want){.kind = WANT_REG, .reg = reg, .width = width};
}

static inline struct want want_mem(struct x64_mem mem)
{
    return (struct want){.kind = WANT_MEM, .mem = mem};
}

static inline struct want want_imm(int64_t value)
{
    return (struct want){.kind = WANT_IMM, .value = value};
}

static inline struct want want_rip(int64_t displacement)
{
    return (struct want){.kind = WANT_RIP, .value = displacement};
}

struct encoder {
    struct code_cursor as;
    uint8_t bytes[0x2000]; /* more than one instruction: jumps go into it */
    csh capstone;
    unsigned count; /* instructions compared */
};

void encoder_open(struct encoder *encoder);
void encoder_close(struct encoder *encoder);
/* Returns the cursor at which the test writes the next instruction. */
struct code_cursor *encoder_begin(struct encoder *encoder);
/* Checks that exactly one instruction was written, and that Capstone shows it so. */
void encoder_expect(struct encoder *encoder, const char *mnemonic, struct want a, struct want b,
                    struct want c);

#define WANT_NOTHING ((struct want){.kind = WANT_NONE})

#endif
