// SPDX-License-Identifier: MIT
/*
 * The arithmetic of the SPARC V8 floating-point operations on bit patterns (IEEE 754 binary32 and
 * binary64), in integers only: the host's floating-point unit, its modes and its NaN rules play no
 * part, so every host computes the same bits.
 *
 * Operands and results are the register images as the guest sees them. Results are the *untrapped*
 * ones. What belongs to the FSR is done by the caller: TEM, cexc and aexc, leaving rd and fcc alone
 * when a trap is taken, cutting cexc down to the one trapping bit, FQ and ftt. FMOVs, FNEGs and
 * FABSs only touch the sign bit and need nothing from here.
 *
 * No function fails, blocks or keeps state; any bit pattern is a valid operand. They are safe from
 * several threads, as each works only on the struct it is given.
 *
 * Rules (SPARC Architecture Manual V8, appendix N, "IEEE 754 Implementation Recommendations"):
 *
 * NaN results (N.4). A NaN operand gives that NaN with its quiet bit, the top fraction bit, set;
 * sign and payload are kept. Of two NaN operands a signaling one wins over a quiet one, else rs2
 * over rs1. Between formats the fraction keeps its top bits: low ones are cut off or filled with 0.
 * An invalid operation on numbers gives SOFTFLOAT_NAN_SINGLE / _DOUBLE: positive, fraction all 1.
 *
 * Flags each case adds (V8 4.4, N.4 to N.7):
 *
 *   case                                                          flags
 *   exact result, not tiny; quiet NaN to floating-point result    none
 *   inexact result, not tiny                                      NX
 *   rounded result above the largest finite number                OF NX
 *   tiny and inexact, whatever it rounds to                       UF NX
 *   tiny, exact, not zero: trap_underflow false                   none
 *   tiny, exact, not zero: trap_underflow true                    UF
 *   finite nonzero / 0 (but not infinity / 0)                     DZ
 *   inf - inf, 0 * inf, 0 / 0, inf / inf, sqrt(x < 0)             NV
 *   signaling NaN operand of any operation                        NV
 *   any NaN operand of a signaling compare                        NV
 *   NaN, infinity or out-of-range number to integer               NV (and not NX)
 *   number to integer with a fraction dropped                     NX
 *
 * GRFPU and GRFPU-Lite do not compute with denormal numbers (GR740 user's manual, 8.2). For these
 * kinds the rules above change as follows; compares do not change, and compare denormal numbers exactly.
 *
 *   - A denormal operand of an arithmetic operation or a conversion gives no result: the flag
 *     UNFINISHED is set, whatever the other operand is, and value and other flags mean nothing. With
 *     FSR.NS set the operand counts as a zero of its sign instead.
 *   - A tiny result, exact or not, becomes a zero of its sign, with UF and NX.
 *   - A signaling NaN gives the NaN of an invalid operation, which is SOFTFLOAT_GRFPU_NAN_SINGLE or
 *     _DOUBLE. Quiet NaNs are handed on as above.
 *
 * "Tiny": 0 < |unrounded result| < smallest normal number, found before rounding. OF and "tiny and
 * inexact" come with NX whatever TEM says; a trap handler must see one bit, which the caller picks:
 * an enabled OF or UF goes before NX (N.6; IEEE 754-1985, 8.3).
 */
#ifndef LEON3EMU_SPARC_SOFTFLOAT_H
#define LEON3EMU_SPARC_SOFTFLOAT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Rounding directions, numbered as in FSR.RD (V8 4.4, table 4-3).
enum softfloat_rounding {
    SOFTFLOAT_NEAREST_EVEN = 0,
    SOFTFLOAT_TO_ZERO = 1,
    SOFTFLOAT_UP = 2,
    SOFTFLOAT_DOWN = 3,
};

// Exceptions, placed as in FSR.cexc (V8 figure 4-11).
enum softfloat_flag {
    SOFTFLOAT_NX = 1,
    SOFTFLOAT_DZ = 2,
    SOFTFLOAT_UF = 4,
    SOFTFLOAT_OF = 8,
    SOFTFLOAT_NV = 16,
    SOFTFLOAT_UNFINISHED = 32, // no exception of cexc: ftt is to be unfinished_FPop
};

// The FPU and mode whose rules for denormal numbers and NaNs hold.
enum softfloat_kind {
    SOFTFLOAT_IEEE,     // as V8 recommends; FSR.NS is ignored, as N.8 advises
    SOFTFLOAT_GRFPU,    // GRFPU or GRFPU-Lite with FSR.NS clear
    SOFTFLOAT_GRFPU_NS, // GRFPU or GRFPU-Lite with FSR.NS set
};

// Result of a compare, numbered as in FSR.fcc (V8 table 4-5).
enum softfloat_relation {
    SOFTFLOAT_EQUAL = 0,
    SOFTFLOAT_LESS = 1,
    SOFTFLOAT_GREATER = 2,
    SOFTFLOAT_UNORDERED = 3,
};

#define SOFTFLOAT_NAN_SINGLE UINT32_C(0x7fffffff)
#define SOFTFLOAT_NAN_DOUBLE UINT64_C(0x7fffffffffffffff)

#define SOFTFLOAT_GRFPU_NAN_SINGLE UINT32_C(0x7fff0000)
#define SOFTFLOAT_GRFPU_NAN_DOUBLE UINT64_C(0x7fffe00000000000)

// What one operation depends on besides its operands, and what it reports. Owned by the caller.
struct softfloat {
    uint8_t rounding;    // in: enum softfloat_rounding, = FSR.RD; only the low two bits count
    uint8_t flags;       // in/out: operations only ever set bits; clear it first to get cexc
    bool trap_underflow; // in: FSR.TEM.UFM; see "tiny" above
    uint8_t kind;        // in: enum softfloat_kind
};

// The operations, V8 B.33. Each takes its operands as rs1 and rs2, returns the new rd or fcc and
// adds its exceptions to env->flags.

// FADDs, FADDd: rs1 + rs2. An exact zero sum of opposite signs is +0, or -0 when rounding down.
uint32_t softfloat_fadds(struct softfloat *env, uint32_t rs1, uint32_t rs2);
uint64_t softfloat_faddd(struct softfloat *env, uint64_t rs1, uint64_t rs2);

// FSUBs, FSUBd: rs1 - rs2. The sign of a NaN rs2 is not inverted.
uint32_t softfloat_fsubs(struct softfloat *env, uint32_t rs1, uint32_t rs2);
uint64_t softfloat_fsubd(struct softfloat *env, uint64_t rs1, uint64_t rs2);

// FMULs, FMULd: rs1 * rs2.
uint32_t softfloat_fmuls(struct softfloat *env, uint32_t rs1, uint32_t rs2);
uint64_t softfloat_fmuld(struct softfloat *env, uint64_t rs1, uint64_t rs2);

// FsMULd: rs1 * rs2, single operands, double product. Always exact: only NV can arise.
uint64_t softfloat_fsmuld(struct softfloat *env, uint32_t rs1, uint32_t rs2);

// FDIVs, FDIVd: rs1 / rs2.
uint32_t softfloat_fdivs(struct softfloat *env, uint32_t rs1, uint32_t rs2);
uint64_t softfloat_fdivd(struct softfloat *env, uint64_t rs1, uint64_t rs2);

// FSQRTs, FSQRTd: square root of rs2. The root of -0 is -0.
uint32_t softfloat_fsqrts(struct softfloat *env, uint32_t rs2);
uint64_t softfloat_fsqrtd(struct softfloat *env, uint64_t rs2);

// FsTOd, FdTOs: between the formats. FsTOd is always exact: only NV can arise.
uint64_t softfloat_fstod(struct softfloat *env, uint32_t rs2);
uint32_t softfloat_fdtos(struct softfloat *env, uint64_t rs2);

// FiTOs, FiTOd: signed 32-bit integer to floating point. FiTOd is always exact. Zero gives +0.
uint32_t softfloat_fitos(struct softfloat *env, uint32_t rs2);
uint64_t softfloat_fitod(struct softfloat *env, uint32_t rs2);

// FsTOi, FdTOi: to signed 32-bit integer, towards zero whatever env->rounding says. With NV the
// result is 0x7fffffff, or 0x80000000 if the sign bit of rs2, number or NaN, is set (N.7).
uint32_t softfloat_fstoi(struct softfloat *env, uint32_t rs2);
uint32_t softfloat_fdtoi(struct softfloat *env, uint64_t rs2);

// FCMPs, FCMPd (signaling false): relation of rs1 to rs2; NV for a signaling NaN only.
// FCMPEs, FCMPEd (signaling true): the same with NV for any NaN. -0 equals +0.
enum softfloat_relation softfloat_fcmps(struct softfloat *env, uint32_t rs1, uint32_t rs2,
                                        bool signaling);
enum softfloat_relation softfloat_fcmpd(struct softfloat *env, uint64_t rs1, uint64_t rs2,
                                        bool signaling);

#ifdef __cplusplus
}
#endif

#endif
