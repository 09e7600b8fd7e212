// SPDX-License-Identifier: MIT
/*
 * IR interpreter: floating point, with the host's arithmetic.
 *
 * Exceptions stick in the host's floating-point environment, where harvest finds them: so this file is
 * compiled such that the compiler takes rounding and exceptions seriously (jit/CMakeLists.txt), and each
 * result is stored before its handler returns.  What a host may do otherwise than IEEE asks, or C leaves
 * open, is done here by hand: comparisons of NaNs, and conversions that do not fit.
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

/* Zero, subnormal, or the least normal number: what hosts may see as tiny differently. */
static bool is_small(uint64_t bits, bool wide)
{
    return wide ? (bits & F64_MAGNITUDE) <= F64_LEAST : (bits & F32_MAGNITUDE) <= F32_LEAST;
}

static bool is_subnormal(uint64_t bits, bool wide)
{
    uint64_t magnitude = bits & (wide ? F64_MAGNITUDE : F32_MAGNITUDE);

    return magnitude != 0 && magnitude < (wide ? F64_LEAST : F32_LEAST);
}

/* The greatest finite number, and all above it. */
static bool is_large(uint64_t bits, bool wide)
{
    return wide ? (bits & F64_MAGNITUDE) >= F64_GREATEST : (bits & F32_MAGNITUDE) >= F32_GREATEST;
}

/* ---- operands and results ---- */

/* Is an operand one that the op must not be performed on? */
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

/* Before the operands are fetched: then the host has inexact only if the op raises it. */
static void begin_exact(struct irx_run *run, const struct irx_op *op)
{
    if (op->ir.cond & IR_FP_EXACT) {
        run->fp_inexact = fetestexcept(FE_INEXACT) != 0;
        feclearexcept(FE_INEXACT);
    }
}

/* The result has been stored, so that the host has performed the op. */
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

/* What the guest makes of a special operation. */
static const struct irx_op *leave_to_guest(struct irx_run *run, const struct irx_op *op)
{
    const struct irx_op *next = irx_step(run, op);

    if (next != NULL) {
        irx_give(run, op, read_slot(run, op, op->ir.type == IR_F64));
    }
    return next;
}

/* The result; or, if it is special and there is an instruction, what the guest makes of that. */
static const struct irx_op *finish(struct irx_run *run, const struct irx_op *op, uint64_t bits,
                                   bool special)
{
    const struct irx_op *next = irx_give(run, op, bits);

    return (was_rounded(run, op) || special) && op->ir.insn != IR_NONE ? leave_to_guest(run, op)
                                                                       : next;
}

/* The same for a number of either width. */
static const struct irx_op *finish_real(struct irx_run *run, const struct irx_op *op, uint64_t bits,
                                        bool wide, bool special)
{
    return finish(run, op, flush(run, bits, wide),
                  special || is_nan(bits, wide) || is_out_of_range(op, bits, wide));
}

/* ---- arithmetic ---- */

/* Handlers for both widths; in the expression a and b are the operands, `root` is the square root. */
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

/* What does not fit becomes the least integer and is invalid. */
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

/* ---- the environment ---- */

/* How the guest wants ops to round. */
static unsigned fp_mode(const struct irx_run *run)
{
    uint32_t mode = IR_FP_NEAREST;

    if (run->guest->fp_mode_offset != 0) {
        memcpy(&mode, run->bases[IR_ENV] + run->guest->fp_mode_offset, sizeof mode);
    }
    return mode;
}

/* Nothing sticks yet, and the host computes as C does, whatever was called meanwhile. */
void irx_fp_begin(struct irx_run *run)
{
    uint8_t *place = run->bases[IR_ENV] + run->guest->fp_offset;
    static const int directions[] = {
        [IR_FP_NEAREST] = FE_TONEAREST,
        [IR_FP_ZERO] = FE_TOWARDZERO,
        [IR_FP_UP] = FE_UPWARD,
        [IR_FP_DOWN] = FE_DOWNWARD,
    };
    uint32_t ready;

    memcpy(&ready, place, sizeof ready);
    if (ready == 0) {
        host_fp_clean();
        feclearexcept(FE_ALL_EXCEPT);
        ready = 1;
        memcpy(place, &ready, sizeof ready);
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
};
