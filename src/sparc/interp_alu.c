// SPDX-License-Identifier: MIT
/* Interpreter: arithmetic, logic, shifts, multiply, divide.  SPARC V8 B.9 to B.19, LEON3 MAC. */
#include "bits.h"
#include "sparc/interp.h"

/* ---- B.9 SETHI ---- */

void do_SETHI(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, (uint32_t)f->imm);
    cpu_next(cpu);
}

/* ---- B.11 logical ---- */

/* A pair of rows: op and opcc, which sets N and Z and clears V and C. */
#define LOGICAL(name, expression)                                                                  \
    void do_##name(struct cpu *cpu, const struct insn *f)                                          \
    {                                                                                              \
        uint32_t a = operand1(cpu, f);                                                             \
        uint32_t b = operand2(cpu, f);                                                             \
        write_rd(cpu, f, expression);                                                              \
        cpu_next(cpu);                                                                             \
    }                                                                                              \
    void do_##name##CC(struct cpu *cpu, const struct insn *f)                                      \
    {                                                                                              \
        uint32_t a = operand1(cpu, f);                                                             \
        uint32_t b = operand2(cpu, f);                                                             \
        uint32_t result = expression;                                                              \
        cpu->icc = icc_nz(result);                                                                 \
        write_rd(cpu, f, result);                                                                  \
        cpu_next(cpu);                                                                             \
    }

LOGICAL(AND, a &b)
LOGICAL(ANDN, a & ~b)
LOGICAL(OR, a | b)
LOGICAL(ORN, a | ~b)
LOGICAL(XOR, a ^ b)
LOGICAL(XNOR, a ^ ~b)

/* ---- B.12 shifts ---- */

void do_SLL(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, operand1(cpu, f) << (operand2(cpu, f) & 31));
    cpu_next(cpu);
}

void do_SRL(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, operand1(cpu, f) >> (operand2(cpu, f) & 31));
    cpu_next(cpu);
}

void do_SRA(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, (uint32_t)((int32_t)operand1(cpu, f) >> (operand2(cpu, f) & 31)));
    cpu_next(cpu);
}

/* ---- B.13, B.15 add, subtract ---- */

/* icc of result = a + b (+ carry): V if both operands have a sign that the result has not, C is the
 * carry out of bit 31. */
static inline uint32_t icc_add(uint32_t a, uint32_t b, uint32_t result)
{
    uint32_t overflow = (~(a ^ b) & (a ^ result)) >> 31;
    uint32_t carry = ((a & b) | ((a | b) & ~result)) >> 31;
    return icc_nz(result) | overflow * ICC_V | carry * ICC_C;
}

/* icc of result = a - b (- carry): C is the borrow. */
static inline uint32_t icc_sub(uint32_t a, uint32_t b, uint32_t result)
{
    uint32_t overflow = ((a ^ b) & (a ^ result)) >> 31;
    uint32_t borrow = ((~a & b) | ((~a | b) & result)) >> 31;
    return icc_nz(result) | overflow * ICC_V | borrow * ICC_C;
}

static inline uint32_t carry_in(const struct cpu *cpu)
{
    return cpu->icc & ICC_C;
}

void do_ADD(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, operand1(cpu, f) + operand2(cpu, f));
    cpu_next(cpu);
}

void do_ADDX(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, operand1(cpu, f) + operand2(cpu, f) + carry_in(cpu));
    cpu_next(cpu);
}

void do_SUB(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, operand1(cpu, f) - operand2(cpu, f));
    cpu_next(cpu);
}

void do_SUBX(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, operand1(cpu, f) - operand2(cpu, f) - carry_in(cpu));
    cpu_next(cpu);
}

static void add_cc(struct cpu *cpu, const struct insn *f, uint32_t carry)
{
    uint32_t a = operand1(cpu, f);
    uint32_t b = operand2(cpu, f);
    uint32_t result = a + b + carry;
    cpu->icc = icc_add(a, b, result);
    write_rd(cpu, f, result);
    cpu_next(cpu);
}

static void sub_cc(struct cpu *cpu, const struct insn *f, uint32_t carry)
{
    uint32_t a = operand1(cpu, f);
    uint32_t b = operand2(cpu, f);
    uint32_t result = a - b - carry;
    cpu->icc = icc_sub(a, b, result);
    write_rd(cpu, f, result);
    cpu_next(cpu);
}

void do_ADDCC(struct cpu *cpu, const struct insn *f)
{
    add_cc(cpu, f, 0);
}

void do_ADDXCC(struct cpu *cpu, const struct insn *f)
{
    add_cc(cpu, f, carry_in(cpu));
}

void do_SUBCC(struct cpu *cpu, const struct insn *f)
{
    sub_cc(cpu, f, 0);
}

void do_SUBXCC(struct cpu *cpu, const struct insn *f)
{
    sub_cc(cpu, f, carry_in(cpu));
}

/* ---- B.14, B.16 tagged ---- */

/* V also says that one of the operands' two tag bits was not 0. */
static uint32_t icc_tag(uint32_t icc, uint32_t a, uint32_t b)
{
    return ((a | b) & 3) != 0 ? icc | ICC_V : icc;
}

static void tagged(struct cpu *cpu, const struct insn *f, bool subtract, bool trap)
{
    uint32_t a = operand1(cpu, f);
    uint32_t b = operand2(cpu, f);
    uint32_t result = subtract ? a - b : a + b;
    uint32_t icc = icc_tag(subtract ? icc_sub(a, b, result) : icc_add(a, b, result), a, b);

    if (trap && (icc & ICC_V)) {
        cpu_trap(cpu, TT_TAG_OVERFLOW);
        return;
    }
    cpu->icc = icc;
    write_rd(cpu, f, result);
    cpu_next(cpu);
}

void do_TADDCC(struct cpu *cpu, const struct insn *f)
{
    tagged(cpu, f, false, false);
}

void do_TADDCCTV(struct cpu *cpu, const struct insn *f)
{
    tagged(cpu, f, false, true);
}

void do_TSUBCC(struct cpu *cpu, const struct insn *f)
{
    tagged(cpu, f, true, false);
}

void do_TSUBCCTV(struct cpu *cpu, const struct insn *f)
{
    tagged(cpu, f, true, true);
}

/* ---- B.17, B.18 multiply ---- */

/* One step: rs1 shifted right with N xor V coming in, plus operand 2 if Y's low bit says so; Y shifted
 * right with rs1's low bit coming in. */
void do_MULSCC(struct cpu *cpu, const struct insn *f)
{
    uint32_t rs1 = operand1(cpu, f);
    uint32_t sign = (cpu->icc / ICC_N ^ cpu->icc / ICC_V) & 1;
    uint32_t a = rs1 >> 1 | sign << 31;
    uint32_t b = cpu->y & 1 ? operand2(cpu, f) : 0;
    uint32_t result = a + b;

    cpu->y = cpu->y >> 1 | rs1 << 31;
    cpu->icc = icc_add(a, b, result);
    write_rd(cpu, f, result);
    cpu_next(cpu);
}

static uint32_t multiply(struct cpu *cpu, const struct insn *f, bool is_signed)
{
    uint32_t a = operand1(cpu, f);
    uint32_t b = operand2(cpu, f);
    uint64_t product = is_signed ? (uint64_t)((int64_t)(int32_t)a * (int32_t)b) : (uint64_t)a * b;

    cpu->y = (uint32_t)(product >> 32);
    write_rd(cpu, f, (uint32_t)product);
    cpu_next(cpu);
    return (uint32_t)product;
}

void do_UMUL(struct cpu *cpu, const struct insn *f)
{
    multiply(cpu, f, false);
}

void do_SMUL(struct cpu *cpu, const struct insn *f)
{
    multiply(cpu, f, true);
}

void do_UMULCC(struct cpu *cpu, const struct insn *f)
{
    cpu->icc = icc_nz(multiply(cpu, f, false));
}

void do_SMULCC(struct cpu *cpu, const struct insn *f)
{
    cpu->icc = icc_nz(multiply(cpu, f, true));
}

/* LEON3's multiply and accumulate: the low halves' product into the 40 bits of Y[7:0] and ASR18.  Y's
 * upper bits become the sign of the sum, or 0 in UMAC (mul32.vhd). */
static void accumulate(struct cpu *cpu, const struct insn *f, int64_t product, bool is_signed)
{
    uint64_t sum = ((uint64_t)(cpu->y & 0xff) << 32 | cpu->asr18) + (uint64_t)product;
    uint32_t high = (uint32_t)(sum >> 32) & 0xff;

    cpu->asr18 = (uint32_t)sum;
    cpu->y = is_signed ? (uint32_t)bits_signed(high, 8) : high;
    write_rd(cpu, f, (uint32_t)sum);
    cpu_next(cpu);
}

void do_UMAC(struct cpu *cpu, const struct insn *f)
{
    accumulate(cpu, f, (int64_t)(uint16_t)operand1(cpu, f) * (uint16_t)operand2(cpu, f), false);
}

void do_SMAC(struct cpu *cpu, const struct insn *f)
{
    accumulate(cpu, f, (int64_t)(int16_t)operand1(cpu, f) * (int16_t)operand2(cpu, f), true);
}

/* ---- B.19 divide ---- */

/* Y:a / b, saturated to 32 bits; *overflow says whether it was. */
static uint32_t divide_unsigned(uint32_t y, uint32_t a, uint32_t b, bool *overflow)
{
    uint64_t quotient = ((uint64_t)y << 32 | a) / b;
    *overflow = quotient > UINT32_MAX;
    return *overflow ? UINT32_MAX : (uint32_t)quotient;
}

static uint32_t divide_signed(uint32_t y, uint32_t a, uint32_t b, bool *overflow)
{
    int64_t dividend = (int64_t)((uint64_t)y << 32 | a);
    int64_t quotient;

    if (dividend == INT64_MIN && b == UINT32_MAX) {
        quotient = INT64_MAX; /* the host's division would trap; 2^63 saturates like any big one */
    } else {
        quotient = dividend / (int32_t)b;
    }
    *overflow = quotient > INT32_MAX || quotient < INT32_MIN;
    if (*overflow) {
        return quotient < 0 ? 0x80000000 : 0x7fffffff;
    }
    return (uint32_t)quotient;
}

static void divide(struct cpu *cpu, const struct insn *f, bool is_signed, bool set_icc)
{
    uint32_t b = operand2(cpu, f);
    uint32_t result;
    bool overflow;

    if (b == 0) {
        cpu_trap(cpu, TT_DIVISION_BY_ZERO);
        return;
    }
    result = is_signed ? divide_signed(cpu->y, operand1(cpu, f), b, &overflow)
                       : divide_unsigned(cpu->y, operand1(cpu, f), b, &overflow);
    if (set_icc) {
        cpu->icc = icc_nz(result) | overflow * ICC_V;
    }
    write_rd(cpu, f, result);
    cpu_next(cpu);
}

void do_UDIV(struct cpu *cpu, const struct insn *f)
{
    divide(cpu, f, false, false);
}

void do_SDIV(struct cpu *cpu, const struct insn *f)
{
    divide(cpu, f, true, false);
}

void do_UDIVCC(struct cpu *cpu, const struct insn *f)
{
    divide(cpu, f, false, true);
}

void do_SDIVCC(struct cpu *cpu, const struct insn *f)
{
    divide(cpu, f, true, true);
}
