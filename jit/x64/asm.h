// SPDX-License-Identifier: MIT
/*
 * The x86-64 encoder: bytes of single instructions, no policy.
 *
 * An opcode is a number with its escape bytes and prefixes as flags (X_...), so that one function for each
 * shape of operands encodes all instructions of that shape; with a constant opcode it folds to a few
 * stores.  Registers 0..15 are general ones, 16..31 xmm0..xmm15.  The caller must make sure that there is
 * room at `p` (X_LONGEST bytes for each instruction).  tests/x64 compares every form with a disassembler.
 * Manual: Intel SDM volume 2, chapter 2; docs/jit-x64.md.
 */
#ifndef X64_ASM_H
#define X64_ASM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "codebuf.h"

#define X_INLINE static inline __attribute__((always_inline))

enum x64_reg {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    XMM0,
    X64_REGS = 32,
    X64_NONE = 0xff
};

struct x64_mem {
    uint8_t base;
    uint8_t index; /* X64_NONE: none */
    uint8_t scale; /* log2 */
    int32_t disp;
};

#define X_LONGEST 16

/* What may be added to an opcode. */
enum {
    X_0F = 1 << 8,
    X_0F38 = 1 << 9,
    X_0F3A = 1 << 10,
    X_66 = 1 << 11,
    X_F2 = 1 << 12,
    X_F3 = 1 << 13,
    X_W = 1 << 14,        /* 64 bits */
    X_BYTE_REG = 1 << 15, /* the reg field is a byte register */
    X_BYTE_RM = 1 << 16,  /* and so is the r/m field */
};

/* Opcodes.  Operands are reg, r/m unless stated otherwise; "/n" is an extension in place of reg. */
enum {
    OP_MOV_LOAD = 0x8b,
    OP_MOV_STORE = 0x89,
    OP_MOV_STORE8 = 0x88 | X_BYTE_REG,
    OP_MOV_STORE16 = 0x89 | X_66,
    OP_MOV_MEM_IMM8 = 0xc6,
    OP_MOV_MEM_IMM = 0xc7,
    OP_MOVZX8 = 0xb6 | X_0F,
    OP_MOVZX16 = 0xb7 | X_0F,
    OP_MOVSX8 = 0xbe | X_0F,
    OP_MOVSX16 = 0xbf | X_0F,
    OP_MOVSXD = 0x63 | X_W,
    OP_LEA = 0x8d,
    OP_MOVBE_LOAD = 0xf0 | X_0F38,
    OP_MOVBE_STORE = 0xf1 | X_0F38,
    OP_TEST = 0x85,
    OP_TEST_MEM_IMM8 = 0xf6, /* /0 */
    OP_GROUP3 = 0xf7,        /* /0 test imm32, /2 not, /3 neg, /6 div, /7 idiv */
    OP_IMUL = 0xaf | X_0F,
    OP_IMUL_IMM8 = 0x6b,
    OP_IMUL_IMM32 = 0x69,
    OP_SHIFT_IMM = 0xc1, /* /0 rol, /1 ror, /4 shl, /5 shr, /7 sar */
    OP_SHIFT_CL = 0xd3,
    OP_ALU_IMM8 = 0x83, /* /n as enum x64_alu */
    OP_ALU_IMM32 = 0x81,
    OP_CMOV = 0x40 | X_0F, /* + condition */
    OP_SETCC = 0x90 | X_0F | X_BYTE_RM,
    OP_BT_IMM = 0xba | X_0F, /* /4 */
    OP_XCHG = 0x87,
    OP_CALL_MEM = 0xff, /* /2; /4: jmp */
    OP_LDMXCSR = 0xae | X_0F,
    OP_MOVD_LOAD = 0x6e | X_0F | X_66, /* xmm, r/m; | X_W: 64 bits */
    OP_MOVD_STORE = 0x7e | X_0F | X_66,
    OP_MOVSS_LOAD = 0x10 | X_0F | X_F3,
    OP_MOVSS_STORE = 0x11 | X_0F | X_F3,
    OP_MOVSD_LOAD = 0x10 | X_0F | X_F2,
    OP_MOVSD_STORE = 0x11 | X_0F | X_F2,
    OP_MOVAPS = 0x28 | X_0F,
    OP_ANDPS = 0x54 | X_0F,
    OP_XORPS = 0x57 | X_0F,
    OP_FADD = 0x58 | X_0F, /* this and the next five: | X_F3 for F32, X_F2 for F64 */
    OP_FMUL = 0x59 | X_0F,
    OP_FSUB = 0x5c | X_0F,
    OP_FDIV = 0x5e | X_0F,
    OP_FSQRT = 0x51 | X_0F,
    OP_CVTSI2F = 0x2a | X_0F,
    OP_CVTTF2SI = 0x2c | X_0F,
    OP_CVTF2F = 0x5a | X_0F, /* to the other width */
    OP_UCOMIS = 0x2e | X_0F, /* | X_66 for F64 */
    OP_COMIS = 0x2f | X_0F,
    OP_PTEST = 0x17 | X_0F38 | X_66,
    OP_PSHUFB = 0x00 | X_0F38 | X_66,
    OP_VFMSUB213 = 0xab | X_0F38 | X_66,  /* reg = reg * vvvv - r/m; | X_W for F64 */
    OP_VFNMADD213 = 0xad | X_0F38 | X_66, /* reg = r/m - reg * vvvv */
};

enum x64_alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
enum x64_shift { SHIFT_ROL, SHIFT_ROR, SHIFT_SHL = 4, SHIFT_SHR = 5, SHIFT_SAR = 7 };
enum x64_cc {
    CC_O,
    CC_NO,
    CC_B,
    CC_AE,
    CC_E,
    CC_NE,
    CC_BE,
    CC_A,
    CC_S,
    CC_NS,
    CC_P,
    CC_NP,
    CC_L,
    CC_GE,
    CC_LE,
    CC_G
};

X_INLINE uint32_t x64_w(bool wide)
{
    return wide ? X_W : 0;
}

X_INLINE struct x64_mem x64_at(unsigned base, int32_t disp)
{
    return (struct x64_mem){(uint8_t)base, X64_NONE, 0, disp};
}

X_INLINE struct x64_mem x64_at_index(unsigned base, unsigned index, unsigned scale, int32_t disp)
{
    return (struct x64_mem){(uint8_t)base, (uint8_t)index, (uint8_t)scale, disp};
}

/* ---- parts of instructions ---- */

X_INLINE uint8_t *x64_put_32(uint8_t *p, uint32_t value)
{
    memcpy(p, &value, sizeof value);
    return p + sizeof value;
}

/* Prefixes, REX and the opcode; `rex` has R, X, B; `force`: emit a REX even if none of its bits is set, as byte
 * registers 4 to 7 need. */
X_INLINE uint8_t *x64_put_opcode(uint8_t *p, uint32_t opcode, unsigned rex, bool force)
{
    if (opcode & X_66) {
        *p++ = 0x66;
    }
    if (opcode & (X_F2 | X_F3)) {
        *p++ = opcode & X_F2 ? 0xf2 : 0xf3;
    }
    rex |= opcode & X_W ? 8 : 0;
    *p = (uint8_t)(0x40 | rex);
    p += (rex != 0) | force;
    if (opcode & (X_0F | X_0F38 | X_0F3A)) {
        *p++ = 0x0f;
    }
    if (opcode & (X_0F38 | X_0F3A)) {
        *p++ = opcode & X_0F38 ? 0x38 : 0x3a;
    }
    *p++ = (uint8_t)opcode;
    return p;
}

X_INLINE bool x64_needs_rex(uint32_t opcode, unsigned reg, unsigned rm)
{
    return ((opcode & X_BYTE_REG) && reg >= RSP) || ((opcode & X_BYTE_RM) && rm >= RSP);
}

X_INLINE uint8_t *x64_put_modrm(uint8_t *p, unsigned reg, struct x64_mem mem)
{
    unsigned base = mem.base & 7;
    bool sib = mem.index != X64_NONE || base == RSP;
    unsigned mod = mem.disp == 0 && base != RBP ? 0 : mem.disp == (int8_t)mem.disp ? 1 : 2;

    *p++ = (uint8_t)(mod << 6 | (reg & 7) << 3 | (sib ? RSP : base));
    if (sib) {
        unsigned index = mem.index != X64_NONE ? mem.index & 7u : RSP;
        *p++ = (uint8_t)((unsigned)mem.scale << 6 | index << 3 | base);
    }
    if (mod == 1) {
        *p++ = (uint8_t)mem.disp;
    } else if (mod == 2) {
        p = x64_put_32(p, (uint32_t)mem.disp);
    }
    return p;
}

X_INLINE unsigned x64_rex_mem(unsigned reg, struct x64_mem mem)
{
    unsigned index = mem.index != X64_NONE ? mem.index & 8u : 0;

    return (reg & 8) >> 1 | index >> 2 | (mem.base & 8u) >> 3;
}

/* ---- shapes ---- */

/* op reg, rm (registers); for groups `reg` is the opcode's extension. */
X_INLINE void x64_rr(struct code_cursor *as, uint32_t opcode, unsigned reg, unsigned rm)
{
    uint8_t *p = x64_put_opcode(as->p, opcode, (reg & 8) >> 1 | (rm & 8) >> 3,
                                x64_needs_rex(opcode, reg, rm));

    *p++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
    as->p = p;
}

/* op reg, mem */
X_INLINE void x64_rm(struct code_cursor *as, uint32_t opcode, unsigned reg, struct x64_mem mem)
{
    uint8_t *p = x64_put_opcode(as->p, opcode, x64_rex_mem(reg, mem),
                                x64_needs_rex(opcode & ~(uint32_t)X_BYTE_RM, reg, 0));

    as->p = x64_put_modrm(p, reg, mem);
}

/* op reg, [rip + ...]: `at` is a place in the same mapping as the code; `more`: how many bytes of immediate follow. */
X_INLINE void x64_rip(struct code_cursor *as, uint32_t opcode, unsigned reg, const uint8_t *at,
                      unsigned more)
{
    uint8_t *p = x64_put_opcode(as->p, opcode, (reg & 8) >> 1, false);

    *p++ = (uint8_t)((reg & 7) << 3 | RBP);
    as->p = x64_put_32(p, (uint32_t)(at - (p + 4 + more)));
}

X_INLINE void x64_byte(struct code_cursor *as, unsigned byte)
{
    *as->p++ = (uint8_t)byte;
}

X_INLINE void x64_imm16(struct code_cursor *as, uint32_t value)
{
    uint16_t half = (uint16_t)value;

    memcpy(as->p, &half, sizeof half);
    as->p += sizeof half;
}

X_INLINE void x64_imm32(struct code_cursor *as, uint32_t value)
{
    as->p = x64_put_32(as->p, value);
}

/* Three operands, VEX: reg, vvvv and r/m as the instruction has them.  opcode: with X_0F, X_0F38 or X_0F3A,
 * X_66, X_F2 or X_F3 as the mandatory prefix, and X_W. */
X_INLINE uint8_t *x64_put_vex(uint8_t *p, uint32_t opcode, unsigned rex, unsigned vvvv)
{
    unsigned map = opcode & X_0F3A ? 3 : opcode & X_0F38 ? 2 : 1;
    unsigned prefix = opcode & X_66 ? 1 : opcode & X_F3 ? 2 : opcode & X_F2 ? 3 : 0;

    unsigned rest = (~vvvv & 15) << 3 | prefix;

    if (map == 1 && !(opcode & X_W) && !(rex & 3)) {
        *p++ = 0xc5;
        *p++ = (uint8_t)((rex & 4 ? 0 : 0x80u) | rest);
    } else {
        *p++ = 0xc4;
        *p++ = (uint8_t)((~rex & 7) << 5 | map);
        *p++ = (uint8_t)((opcode & X_W ? 0x80u : 0) | rest);
    }
    *p++ = (uint8_t)opcode;
    return p;
}

X_INLINE void x64_vex_rr(struct code_cursor *as, uint32_t opcode, unsigned reg, unsigned vvvv,
                         unsigned rm)
{
    uint8_t *p = x64_put_vex(as->p, opcode, (reg & 8) >> 1 | (rm & 8) >> 3, vvvv);

    *p++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
    as->p = p;
}

X_INLINE void x64_vex_rm(struct code_cursor *as, uint32_t opcode, unsigned reg, unsigned vvvv,
                         struct x64_mem mem)
{
    uint8_t *p = x64_put_vex(as->p, opcode, x64_rex_mem(reg, mem), vvvv);

    as->p = x64_put_modrm(p, reg, mem);
}

X_INLINE void x64_vex_rip(struct code_cursor *as, uint32_t opcode, unsigned reg, unsigned vvvv,
                          const uint8_t *at)
{
    uint8_t *p = x64_put_vex(as->p, opcode, (reg & 8) >> 1, vvvv);

    *p++ = (uint8_t)((reg & 7) << 3 | RBP);
    as->p = x64_put_32(p, (uint32_t)(at - (p + 4)));
}

/* ---- instructions ---- */

X_INLINE void x64_mov(struct code_cursor *as, bool wide, unsigned to, unsigned from)
{
    x64_rr(as, OP_MOV_LOAD | x64_w(wide), to, from);
}

/* mov of a constant to a general register, in the shortest form that leaves the flags alone. */
X_INLINE void x64_mov_imm(struct code_cursor *as, bool wide, unsigned to, int32_t value)
{
    if (wide && value < 0) {
        x64_rr(as, OP_MOV_MEM_IMM | X_W, 0, to);
    } else {
        uint8_t *p = as->p;
        *p = 0x41;
        p += to >= R8;
        *p++ = (uint8_t)(0xb8 | (to & 7));
        as->p = p;
    }
    x64_imm32(as, (uint32_t)value);
}

X_INLINE void x64_mov_imm64(struct code_cursor *as, unsigned to, uint64_t value)
{
    as->p = x64_put_opcode(as->p, (0xb8u | (to & 7)) | X_W, (to & 8) >> 3, false);
    memcpy(as->p, &value, sizeof value);
    as->p += sizeof value;
}

X_INLINE void x64_alu_rr(struct code_cursor *as, enum x64_alu alu, bool wide, unsigned reg,
                         unsigned rm)
{
    x64_rr(as, ((uint32_t)alu << 3 | 3) | x64_w(wide), reg, rm);
}

X_INLINE void x64_alu_rm(struct code_cursor *as, enum x64_alu alu, bool wide, unsigned reg,
                         struct x64_mem mem)
{
    x64_rm(as, ((uint32_t)alu << 3 | 3) | x64_w(wide), reg, mem);
}

X_INLINE void x64_alu_mr(struct code_cursor *as, enum x64_alu alu, bool wide, struct x64_mem mem,
                         unsigned reg)
{
    x64_rm(as, ((uint32_t)alu << 3 | 1) | x64_w(wide), reg, mem);
}

X_INLINE void x64_alu_ri(struct code_cursor *as, enum x64_alu alu, bool wide, unsigned rm,
                         int32_t value)
{
    if (value == (int8_t)value) {
        x64_rr(as, OP_ALU_IMM8 | x64_w(wide), alu, rm);
        x64_byte(as, (uint8_t)value);
    } else {
        x64_rr(as, OP_ALU_IMM32 | x64_w(wide), alu, rm);
        x64_imm32(as, (uint32_t)value);
    }
}

X_INLINE void x64_alu_mi(struct code_cursor *as, enum x64_alu alu, bool wide, struct x64_mem mem,
                         int32_t value)
{
    if (value == (int8_t)value) {
        x64_rm(as, OP_ALU_IMM8 | x64_w(wide), alu, mem);
        x64_byte(as, (uint8_t)value);
    } else {
        x64_rm(as, OP_ALU_IMM32 | x64_w(wide), alu, mem);
        x64_imm32(as, (uint32_t)value);
    }
}

X_INLINE void x64_shift_imm(struct code_cursor *as, enum x64_shift shift, bool wide, unsigned rm,
                            unsigned count)
{
    x64_rr(as, OP_SHIFT_IMM | x64_w(wide), shift, rm);
    x64_byte(as, count);
}

X_INLINE void x64_rorx(struct code_cursor *as, bool wide, unsigned to, unsigned from,
                       unsigned count)
{
    x64_vex_rr(as, 0xf0 | X_0F3A | X_F2 | x64_w(wide), to, 0, from);
    x64_byte(as, count);
}

X_INLINE void x64_bswap(struct code_cursor *as, bool wide, unsigned reg)
{
    as->p = x64_put_opcode(as->p, (0xc8u | (reg & 7)) | X_0F | x64_w(wide), (reg & 8) >> 3, false);
}

X_INLINE void x64_setcc(struct code_cursor *as, enum x64_cc cc, unsigned reg)
{
    x64_rr(as, OP_SETCC | (uint32_t)cc, 0, reg);
}

/* test byte [mem], imm */
X_INLINE void x64_test_byte(struct code_cursor *as, struct x64_mem mem, unsigned imm)
{
    x64_rm(as, OP_TEST_MEM_IMM8, 0, mem);
    x64_byte(as, imm);
}

/* ---- jumps; targets are places in the same mapping ---- */

X_INLINE void x64_jmp(struct code_cursor *as, const uint8_t *to)
{
    uint8_t *p = as->p;

    *p++ = 0xe9;
    as->p = x64_put_32(p, (uint32_t)(to - (p + 4)));
}

X_INLINE void x64_jcc(struct code_cursor *as, enum x64_cc cc, const uint8_t *to)
{
    uint8_t *p = as->p;

    *p++ = 0x0f;
    *p++ = (uint8_t)(0x80 | cc);
    as->p = x64_put_32(p, (uint32_t)(to - (p + 4)));
}

X_INLINE void x64_call(struct code_cursor *as, const uint8_t *to)
{
    uint8_t *p = as->p;

    *p++ = 0xe8;
    as->p = x64_put_32(p, (uint32_t)(to - (p + 4)));
}

X_INLINE void x64_push(struct code_cursor *as, unsigned reg)
{
    if (reg >= R8) {
        x64_byte(as, 0x41);
    }
    x64_byte(as, 0x50 | (reg & 7));
}

X_INLINE void x64_pop(struct code_cursor *as, unsigned reg)
{
    if (reg >= R8) {
        x64_byte(as, 0x41);
    }
    x64_byte(as, 0x58 | (reg & 7));
}

/* A jump whose target is not yet known: the caller gives it later, by x64_bind(what this returned, target). */
X_INLINE uint8_t *x64_jcc_later(struct code_cursor *as, enum x64_cc cc)
{
    x64_jcc(as, cc, as->p);
    return as->p - 4;
}

X_INLINE uint8_t *x64_jmp_later(struct code_cursor *as)
{
    x64_jmp(as, as->p);
    return as->p - 4;
}

X_INLINE void x64_bind(uint8_t *field, const uint8_t *to)
{
    x64_put_32(field, (uint32_t)(to - (field + 4)));
}

/* Where a jump goes that was bound. */
X_INLINE uint8_t *x64_target(uint8_t *field)
{
    int32_t distance;

    memcpy(&distance, field, sizeof distance);
    return field + 4 + distance;
}

/* The same as a short jump; x64_bind_short() gives its target. */
X_INLINE uint8_t *x64_jcc_short(struct code_cursor *as, enum x64_cc cc)
{
    x64_byte(as, 0x70 | (unsigned)cc);
    x64_byte(as, 0);
    return as->p - 1;
}

X_INLINE void x64_bind_short(uint8_t *field, const uint8_t *to)
{
    *field = (uint8_t)(to - (field + 1));
}

#endif
