// SPDX-License-Identifier: MIT
/*
 * IR interpreter: floating point, with the host's arithmetic.
 *
 * Exceptions stick in the host's floating-point environment until jit_fp_harvest().  So this file is compiled with
 * options by which the compiler respects rounding modes and exceptions (jit/CMakeLists.txt), and each handler
 * stores its result before it returns.  Comparisons of NaNs, and conversions of numbers that do not fit, are
 * written out here, because hosts differ in them or C leaves them undefined.
 */
#include <fenv.h>
#include <math.h>

#include "host_fp.h"
#include "ir_interp.h"

#define F32_MAGNITUDE 0x7fffffffu
#define F32_INFINITY  0x7f800000u
#define F32_LEAST     0x00800000u /* the least normal number */
#define F32_QUIET     0x00400000u
#define F64_MAGNITUDE UINT64_C(0x7fffffffffffffff)
#define F64_INFINITY  UINT64_C(0x7ff0000000000000)
#define F64_LEAST     UINT64_C(0x0010000000000000)
#define F64_QUIET     UINT64_C(0x0008000000000000)
#define F32_GREATEST  0x7f7fffffu
#define F64_GREATEST  UINT64_C(0x7fefffffffffffff)

/* ---- bits ---- */

static float real_32(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float value;

    memcpy(&value, &low, sizeof value);
    return value;
}

static double real_64(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_32(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t bits_64(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bool is_nan(uint64_t bits, bool wide)
{
    return wide ? (bits & F64_MAGNITUDE) > F64_INFINITY : (bits & F32_MAGNITUDE) > F32_INFINITY;
}

static bool is_signaling(uint64_t bits, bool wide)
{
    return is_nan(bits, wide) && !(bits & (wide ? F64_QUIET : F32_QUIET));
}

/* Zero, subnormal, or the least normal number: results for which hosts may differ in whether they raise underflow. */
static bool is_small(uint64_t bits, bool wide)
{
    return wide ? (bits & F64_MAGNITUDE) <= F64_LEAST : (bits & F32_MAGNITUDE) <= F32_LEAST;
}

static bool is_subnormal(uint64_t bits, bool wide)
{
    uint64_t magnitude = bits & (wide ? F64_MAGNITUDE : F32_MAGNITUDE);

    return magnitude != 0 && magnitude < (wide ? F64_LEAST : F32_LEAST);
}

/* The greatest finite number, infinity, or a NaN. */
static bool is_large(uint64_t bits, bool wide)
{
    return wide ? (bits & F64_MAGNITUDE) >= F64_GREATEST : (bits & F32_MAGNITUDE) >= F32_GREATEST;
}

/* ---- operands and results ---- */

/* Is an operand subnormal that the op checks for that?  Then step() performs the op. */
static bool refuses(const struct irx_run *run, const struct irx_op *op, bool wide)
{
    unsigned checks = op->ir.cond;

    return (checks & IR_FP_A && is_subnormal(run->values[op->ir.a], wide)) ||
           (checks & IR_FP_B && is_subnormal(run->values[op->ir.b], wide));
}

static uint64_t zero_of(uint64_t bits, bool wide)
{
    return bits & ~(wide ? F64_MAGNITUDE : (uint64_t)F32_MAGNITUDE);
}

/* With IR_FP_FLUSH a subnormal operand counts as zero. */
static uint64_t operand(const struct irx_run *run, ir_ref number, bool wide)
{
    uint64_t bits = run->values[number];

    return run->fp_flush && is_subnormal(bits, wide) ? zero_of(bits, wide) : bits;
}

static uint64_t flush(const struct irx_run *run, uint64_t bits, bool wide)
{
    if (!run->fp_flush || !is_subnormal(bits, wide)) {
        return bits;
    }
    feraiseexcept(FE_UNDERFLOW | FE_INEXACT);
    return zero_of(bits, wide);
}

static bool is_out_of_range(const struct irx_op *op, uint64_t bits, bool wide)
{
    return op->ir.cond & IR_FP_RANGE && (is_large(bits, wide) || is_small(bits, wide));
}

/* Clears inexact before an op that checks for it (IR_FP_EXACT), so that it sticks afterwards only if this op has raised
 * it.  To be called before the operands are fetched. */
static void begin_exact(struct irx_run *run, const struct irx_op *op)
{
    if (op->ir.cond & IR_FP_EXACT) {
        run->fp_inexact = fetestexcept(FE_INEXACT) != 0;
        feclearexcept(FE_INEXACT);
    }
}

/* Was the result rounded?  To be called once the result is stored, so that the host has performed the op.  Inexact
 * sticks again if it did before begin_exact(). */
static bool was_rounded(const struct irx_run *run, const struct irx_op *op)
{
    bool inexact;

    if (!(op->ir.cond & IR_FP_EXACT)) {
        return false;
    }
    inexact = fetestexcept(FE_INEXACT) != 0;
    if (run->fp_inexact) {
        feraiseexcept(FE_INEXACT);
    }
    return inexact;
}

static uint64_t read_slot(const struct irx_run *run, const struct irx_op *op, bool wide)
{
    uint32_t narrow;
    uint64_t value;

    if (wide) {
        memcpy(&value, irx_slot(run, op), sizeof value);
        return value;
    }
    memcpy(&narrow, irx_slot(run, op), sizeof narrow);
    return narrow;
}

/* Has the guest perform the op, whose result is special, and takes the value from the slot. */
static const struct irx_op *leave_to_guest(struct irx_run *run, const struct irx_op *op)
{
    const struct irx_op *next = irx_step(run, op);

    if (next != NULL) {
        irx_give(run, op, read_slot(run, op, op->ir.type == IR_F64));
    }
    return next;
}

/* A quiet NaN of the op's type. */
static uint64_t poison_of(const struct irx_op *op)
{
    return op->ir.type == IR_F64 ? F64_MAGNITUDE : F32_MAGNITUDE;
}

/* Gives the op its result.  If that is special, the op is left to the guest where it has an instruction, or the result is
 * replaced (IR_FP_POISON). */
static const struct irx_op *finish(struct irx_run *run, const struct irx_op *op, uint64_t bits,
                                   bool special)
{
    const struct irx_op *next =
        irx_give(run, op, special && op->ir.cond & IR_FP_POISON ? poison_of(op) : bits);

    return (was_rounded(run, op) || special) && op->ir.insn != IR_NONE ? leave_to_guest(run, op)
                                                                       : next;
}

/* The same for an F32 or F64 result, which is checked here for what all ops treat as special. */
static const struct irx_op *finish_real(struct irx_run *run, const struct irx_op *op, uint64_t bits,
                                        bool wide, bool special)
{
    return finish(run, op, flush(run, bits, wide),
                  special || is_nan(bits, wide) || is_out_of_range(op, bits, wide));
}

/* ---- arithmetic ---- */

/* Defines handlers for both widths.  In `expression` a and b are the operands; root_32 and root_64 are functions that
 * are applied to it (FSQRT), or nothing. */
#define ARITHMETIC(name, fetch_b_32, fetch_b_64, expression, root_32, root_64, small_is_special)   \
    static const struct irx_op *name##_32(struct irx_run *run, const struct irx_op *op)            \
    {                                                                                              \
        if (refuses(run, op, false)) {                                                             \
            return leave_to_guest(run, op);                                                        \
        }                                                                                          \
        begin_exact(run, op);                                                                      \
        const float a = real_32(operand(run, op->ir.a, false));                                    \
        fetch_b_32;                                                                                \
        const uint64_t bits = bits_32(root_32(expression));                                        \
        return finish_real(run, op, bits, false, small_is_special && is_small(bits, false));       \
    }                                                                                              \
    static const struct irx_op *name##_64(struct irx_run *run, const struct irx_op *op)            \
    {                                                                                              \
        if (refuses(run, op, true)) {                                                              \
            return leave_to_guest(run, op);                                                        \
        }                                                                                          \
        begin_exact(run, op);                                                                      \
        const double a = real_64(operand(run, op->ir.a, true));                                    \
        fetch_b_64;                                                                                \
        const uint64_t bits = bits_64(root_64(expression));                                        \
        return finish_real(run, op, bits, true, small_is_special && is_small(bits, true));         \
    }
#define BINARY(name, expression, small_is_special)                                                 \
    ARITHMETIC(name, const float b = real_32(operand(run, op->ir.b, false)),                       \
               const double b = real_64(operand(run, op->ir.b, true)), expression, , ,             \
               small_is_special)

BINARY(fadd, a + b, false)
BINARY(fsub, a - b, false)
BINARY(fmul, (a * b), true)
BINARY(fdiv, a / b, true)
ARITHMETIC(fsqrt, (void)0, (void)0, a, sqrtf, sqrt, false)

static const struct irx_op *fwiden(struct irx_run *run, const struct irx_op *op)
{
    if (refuses(run, op, false)) {
        return leave_to_guest(run, op);
    }
    return finish_real(run, op, bits_64((double)real_32(operand(run, op->ir.a, false))), true,
                       false);
}

static const struct irx_op *fnarrow(struct irx_run *run, const struct irx_op *op)
{
    if (refuses(run, op, true)) {
        return leave_to_guest(run, op);
    }
    begin_exact(run, op);
    uint64_t bits = bits_32((float)real_64(operand(run, op->ir.a, true)));
    return finish_real(run, op, bits, false, is_small(bits, false));
}

static const struct irx_op *ffromi_32(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, bits_32((float)(int32_t)run->values[op->ir.a]));
}

static const struct irx_op *ffromi_64(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, bits_64((double)(int32_t)run->values[op->ir.a]));
}

/* NaN, and a number that does not fit, gives the least integer and raises invalid. */
static uint32_t to_integer(double value)
{
    if (isnan(value) || value <= -2147483649.0 || value >= 2147483648.0) {
        feraiseexcept(FE_INVALID);
        return 0x80000000u;
    }
    return (uint32_t)(int32_t)value;
}

static const struct irx_op *convert(struct irx_run *run, const struct irx_op *op, bool wide)
{
    uint64_t bits = run->values[op->ir.a];

    if (refuses(run, op, wide)) {
        return leave_to_guest(run, op);
    }
    begin_exact(run, op);
    uint32_t result = is_nan(bits, wide) ? to_integer(NAN)
                      : wide             ? to_integer(real_64(bits))
                                         : to_integer((double)real_32(bits));

    return finish(run, op, result, result == 0x80000000u);
}

static const struct irx_op *ftoi_32(struct irx_run *run, const struct irx_op *op)
{
    return convert(run, op, false);
}

static const struct irx_op *ftoi_64(struct irx_run *run, const struct irx_op *op)
{
    return convert(run, op, true);
}

/* ---- comparison ---- */

static const struct irx_op *compare(struct irx_run *run, const struct irx_op *op, bool wide)
{
    uint64_t x = run->values[op->ir.a];
    uint64_t y = run->values[op->ir.b];

    if (is_nan(x, wide) || is_nan(y, wide)) {
        if (op->ir.code == IR_FCMPE || is_signaling(x, wide) || is_signaling(y, wide)) {
            feraiseexcept(FE_INVALID);
        }
        return irx_give(run, op, 3);
    }
    /* What is no NaN widens exactly and without exception. */
    double a = wide ? real_64(x) : (double)real_32(x);
    double b = wide ? real_64(y) : (double)real_32(y);
    return irx_give(run, op, a == b ? 0 : a < b ? 1 : 2);
}

static const struct irx_op *compare_32(struct irx_run *run, const struct irx_op *op)
{
    return compare(run, op, false);
}

static const struct irx_op *compare_64(struct irx_run *run, const struct irx_op *op)
{
    return compare(run, op, true);
}

/* ---- signs ---- */

static const struct irx_op *fneg_32(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, run->values[op->ir.a] ^ ~F32_MAGNITUDE);
}

static const struct irx_op *fneg_64(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, run->values[op->ir.a] ^ ~F64_MAGNITUDE);
}

static const struct irx_op *fabs_32(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, run->values[op->ir.a] & F32_MAGNITUDE);
}

static const struct irx_op *fabs_64(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, run->values[op->ir.a] & F64_MAGNITUDE);
}

/* ---- the environment ---- */

/* The guest's enum ir_fp_mode. */
static unsigned fp_mode(const struct irx_run *run)
{
    uint32_t mode = IR_FP_NEAREST;

    if (run->guest->fp_mode_offset != 0) {
        memcpy(&mode, run->bases[IR_ENV] + run->guest->fp_mode_offset, sizeof mode);
    }
    return mode;
}

/* Makes the host ready for FP ops.  If it is not ready yet, no exception sticks afterwards, whatever functions were
 * called before.  The rounding mode is set in any case. */
void irx_fp_begin(struct irx_run *run)
{
    uint8_t *used = run->bases[IR_ENV] + run->guest->fp_offset;
    static const int directions[] = {
        [IR_FP_NEAREST] = FE_TONEAREST,
        [IR_FP_ZERO] = FE_TOWARDZERO,
        [IR_FP_UP] = FE_UPWARD,
        [IR_FP_DOWN] = FE_DOWNWARD,
    };
    uint32_t ready;

    memcpy(&ready, used, sizeof ready);
    if (ready == 0) {
        host_fp_clean();
        feclearexcept(FE_ALL_EXCEPT);
        ready = 1;
        memcpy(used, &ready, sizeof ready);
    }
    unsigned mode = fp_mode(run);
    fesetround(directions[mode & 3]);
    run->fp_flush = mode & IR_FP_FLUSH;
    run->fp_begun = true;
}

static const struct irx_op *fbegin(struct irx_run *run, const struct irx_op *op)
{
    irx_fp_begin(run);
    return op + 1;
}

unsigned irx_fp_take(const void *self)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);

    (void)self;
    feclearexcept(FE_ALL_EXCEPT);
    return (raised & FE_INEXACT ? JIT_FP_INEXACT : 0u) |
           (raised & FE_DIVBYZERO ? JIT_FP_DIVBYZERO : 0u) |
           (raised & FE_UNDERFLOW ? JIT_FP_UNDERFLOW : 0u) |
           (raised & FE_OVERFLOW ? JIT_FP_OVERFLOW : 0u) |
           (raised & FE_INVALID ? JIT_FP_INVALID : 0u);
}

unsigned irx_fp_harvest(const void *self)
{
    unsigned raised = irx_fp_take(self);

    fesetround(FE_TONEAREST);
    return raised;
}

/* ---- the rows ---- */

const struct irx_row irx_fp_rows[IR_CODES] = {
    [IR_FADD] = {fadd_32, fadd_64},        [IR_FSUB] = {fsub_32, fsub_64},
    [IR_FMUL] = {fmul_32, fmul_64},        [IR_FDIV] = {fdiv_32, fdiv_64},
    [IR_FSQRT] = {fsqrt_32, fsqrt_64},     [IR_FWIDEN] = {fwiden, NULL},
    [IR_FNARROW] = {fnarrow, NULL},        [IR_FFROMI] = {ffromi_32, ffromi_64},
    [IR_FTOI] = {ftoi_32, ftoi_64},        [IR_FCMP] = {compare_32, compare_64},
    [IR_FCMPE] = {compare_32, compare_64}, [IR_FBEGIN] = {fbegin, NULL},
    [IR_FNEG] = {fneg_32, fneg_64},        [IR_FABS] = {fabs_32, fabs_64},
};
