/* SPDX-License-Identifier: MIT */
/*
 * Macros of the instruction tests.
 *
 * A test is one file: #include "isa.h", BEGIN, cases, END.  A case is one line; the line's number is the
 * name of the case, kept in %g7, and what a failing test prints and ends with.  Expected values come
 * from the SPARC V8 manual and LEON3's RTL, never from an emulator.
 *
 *   %g4..%g7   belong to the macros; a case may use all other registers
 *   state      supervisor, ET=1, EF=1, PIL=15, WIM=0, CWP=1 in the beginning
 *   icc        four bits N Z V C, as a number: N=8 Z=4 V=2 C=1
 *
 * A trap that no case expects ends the test.  QEMU is defined for the images that QEMU runs: cases that
 * it gets wrong are left out there, with the reason beside them.
 */
#ifndef ISA_H
#define ISA_H

#define TT_FETCH 0x01
#define TT_ILLEGAL 0x02
#define TT_PRIVILEGED 0x03
#define TT_FP_DISABLED 0x04
#define TT_OVERFLOW 0x05
#define TT_UNDERFLOW 0x06
#define TT_ALIGN 0x07
#define TT_FP 0x08
#define TT_DATA 0x09
#define TT_TAG 0x0a
#define TT_WATCH 0x0b
#define TT_CP_DISABLED 0x24
#define TT_DIVIDE 0x2a
#define TT_STORE 0x2b

#define PSR_EF 0x1000
#define PSR_PIL 0x0f00
#define PSR_S 0x80
#define PSR_PS 0x40
#define PSR_ET 0x20

/* An address where no board of these tests has anything. */
#define NOWHERE 0x50000000

#define BEGIN .text; .global isa_main; isa_main: nop
#define END ba isa_pass; nop

#define CASE set __LINE__, %g7

/* The register holds value, else the case failed.  Changes icc. */
#define CHECK(reg, value) set (value), %g5; cmp reg, %g5; bne isa_fail; nop

/* The memory word at symbol + offset. */
#define CHECK_WORD(place, value) set (place), %g6; ld [%g6], %g6; CHECK(%g6, value)

/* ---- PSR fields ---- */

#define PSR_WAIT nop; nop; nop
#define CHANGE_PSR(clear, put) \
    rd %psr, %g5; set (clear), %g6; andn %g5, %g6, %g5; set (put), %g6; or %g5, %g6, %g5; \
    wr %g5, %g0, %psr; PSR_WAIT
#define SET_ICC(icc) CHANGE_PSR(0xf << 20, (icc) << 20)
#define SET_CWP(cwp) CHANGE_PSR(0x1f, cwp)
#define FPU_ON CHANGE_PSR(0, PSR_EF)
#define FPU_OFF CHANGE_PSR(PSR_EF, 0)
#define ENTER_USER CHANGE_PSR(PSR_S, 0)

/* After KEEP_ICC, icc is in %g6 whatever the checks do. */
#define KEEP_ICC rd %psr, %g4
#define CHECK_ICC(icc) srl %g4, 20, %g6; and %g6, 15, %g6; CHECK(%g6, icc)

/* ---- traps ---- */

/* The next trap must be tt, with these pc, npc and PS; it is left to `resume`, in supervisor mode. */
#define EXPECT(tt, pc, npc, resume, ps) \
    set isa_record, %g5; set (tt), %g6; st %g6, [%g5]; set pc, %g6; st %g6, [%g5 + 4]; \
    set npc, %g6; st %g6, [%g5 + 8]; set resume, %g6; st %g6, [%g5 + 12]; set (ps), %g6; \
    st %g6, [%g5 + 16]

/* The instruction, the last one if there are more, takes trap tt. */
#define TRAPS(tt, ...) \
    CASE; EXPECT(tt, 1f, 1f + 4, 2f, 1); 1: __VA_ARGS__; nop; ba isa_fail; nop; 2: nop
/* The same in the delay slot of a branch: pc is the slot, npc the branch's target. */
#define TRAPS_IN_SLOT(tt, ...) \
    CASE; EXPECT(tt, 1f, 3f, 2f, 1); ba 3f; 1: __VA_ARGS__; ba isa_fail; nop; \
    3: ba isa_fail; nop; 2: nop
/* In user mode. */
#define USER_TRAPS(tt, ...) \
    CASE; EXPECT(tt, 1f, 1f + 4, 2f, 0); ENTER_USER; 1: __VA_ARGS__; nop; ba isa_fail; nop; 2: nop
/* Runs in user mode without a trap; goes on in supervisor mode. */
#define USER_RUNS(...) \
    CASE; EXPECT(0xff, 1f, 1f + 4, 2f, 0); ENTER_USER; __VA_ARGS__; 1: ta 0x7f; nop; \
    ba isa_fail; nop; 2: nop
/* With the FPU off. */
#define FP_DISABLED(...) FPU_OFF; TRAPS(TT_FP_DISABLED, __VA_ARGS__); FPU_ON
/* Annulled in a delay slot, it does nothing, no trap either. */
#define ANNULLED(...) CASE; ba,a 1f; __VA_ARGS__; ba isa_fail; nop; 1: nop
/* PSR as the last expected trap found it, icc in particular. */
#define CHECK_TRAP_ICC(icc) \
    set isa_record, %g5; ld [%g5 + 20], %g6; srl %g6, 20, %g6; and %g6, 15, %g6; CHECK(%g6, icc)
/* From here on traps go to `handler` with %l0 = PSR, %l3 = entry of the table; 0: expectations. */
#define HANDLER(handler) set isa_record, %g5; set handler, %g6; st %g6, [%g5 + 24]

/* ---- arithmetic: %o0 op %o1 -> %o2, with Y and icc before and after ---- */

#define MARK 0x5a3c9687

#define ALU_SET(yin, icc, a, b) \
    CASE; set (a), %o0; set (b), %o1; set MARK, %o2; set (yin), %g5; wr %g5, %g0, %y; SET_ICC(icc)
#define ALU_CHECK(yout, icc) rd %y, %g6; CHECK(%g6, yout); CHECK_ICC(icc)

/* Operand 2 in a register; sources must stay as they were. */
#define REG(op, yin, icc, a, b, result, yout, icc_out) \
    ALU_SET(yin, icc, a, b); op %o0, %o1, %o2; KEEP_ICC; CHECK(%o2, result); \
    CHECK(%o0, a); CHECK(%o1, b); ALU_CHECK(yout, icc_out)
/* Immediate. */
#define IMM(op, yin, icc, a, b, result, yout, icc_out) \
    ALU_SET(yin, icc, a, 0); op %o0, b, %o2; KEEP_ICC; CHECK(%o2, result); CHECK(%o0, a); \
    ALU_CHECK(yout, icc_out)
/* rd is rs1, rd is rs2, rd is %g0. */
#define RD1(op, yin, icc, a, b, result, yout, icc_out) \
    ALU_SET(yin, icc, a, b); op %o0, %o1, %o0; KEEP_ICC; CHECK(%o0, result); CHECK(%o1, b); \
    ALU_CHECK(yout, icc_out)
#define RD2(op, yin, icc, a, b, result, yout, icc_out) \
    ALU_SET(yin, icc, a, b); op %o0, %o1, %o1; KEEP_ICC; CHECK(%o1, result); CHECK(%o0, a); \
    ALU_CHECK(yout, icc_out)
#define RD0(op, yin, icc, a, b, result, yout, icc_out) \
    ALU_SET(yin, icc, a, b); op %o0, %o1, %g0; KEEP_ICC; CHECK(%g0, 0); ALU_CHECK(yout, icc_out)
/* %g0 is rs1. */
#define RS0(op, yin, icc, a, b, result, yout, icc_out) \
    ALU_SET(yin, icc, a, b); op %g0, %o1, %o2; KEEP_ICC; CHECK(%o2, result); ALU_CHECK(yout, icc_out)
/* In the delay slot of a taken branch, with globals, locals, ins; annulled. */
#define DLY(op, yin, icc, a, b, result, yout, icc_out) \
    ALU_SET(yin, icc, a, b); mov %o0, %g1; mov %o1, %i1; ba 1f; op %g1, %i1, %l7; ba isa_fail; nop; \
    1: KEEP_ICC; CHECK(%l7, result); ALU_CHECK(yout, icc_out)
#define ANN(op, yin, icc, one, two) \
    ALU_SET(yin, icc, one, two); ba,a 1f; op %o0, %o1, %o2; ba isa_fail; nop; \
    1: KEEP_ICC; CHECK(%o2, MARK); ALU_CHECK(yin, icc)
/* Traps, and changes nothing. */
#define TRP(tt, op, yin, icc, a, b) \
    ALU_SET(yin, icc, a, b); TRAPS(tt, op %o0, %o1, %o2); CHECK(%o2, MARK); rd %y, %g6; \
    CHECK(%g6, yin); CHECK_TRAP_ICC(icc); \
    ALU_SET(yin, icc, a, b); TRAPS_IN_SLOT(tt, op %o0, %o1, %o2); CHECK(%o2, MARK)

/* ---- branches: `went` is 1 if the delay instruction is executed, plus 2 if the branch is not taken ---- */

#define SET_FCC(fcc) \
    set isa_scratch, %g5; set (fcc) << 10, %g6; st %g6, [%g5]; ld [%g5], %fsr; nop; nop; nop
#define BRANCH_GOES(went, ...) \
    clr %o0; __VA_ARGS__ 1f; or %o0, 1, %o0; or %o0, 2, %o0; 1: KEEP_ICC; CHECK(%o0, went)
#define BRANCH(icc, went, ...) CASE; SET_ICC(icc); BRANCH_GOES(went, __VA_ARGS__); CHECK_ICC(icc)
#define FBRANCH(fcc, went, ...) CASE; SET_FCC(fcc); BRANCH_GOES(went, __VA_ARGS__)
/* A taken branch to a lower address. */
#define BACKWARD(prepare, op) \
    CASE; clr %o0; ba 2f; nop; ba isa_fail; nop; 1: or %o0, 4, %o0; ba 3f; nop; \
    2: prepare; op 1b; or %o0, 1, %o0; ba isa_fail; nop; 3: CHECK(%o0, 5)
#define BRANCH_IN_USER_MODE(op) clr %o0; USER_RUNS(op 3f; or %o0, 1, %o0; or %o0, 2, %o0; 3: nop); \
    CHECK(%o0, 1)
/* A branch in the delay slot of a branch: one instruction at the first target, then the second. */
#define BRANCH_TO_BRANCH(op, second) \
    CASE; clr %o0; op 1f; second 2f; or %o0, 8, %o0; 1: or %o0, 1, %o0; or %o0, 2, %o0; \
    2: CHECK(%o0, 1)
/* The displacement's upper bits: 4 MiB and back. */
#define FAR(op) \
    CASE; set 2f + 0x400000, %g6; set 0x81c3e008, %o0; st %o0, [%g6]; set 0x01000000, %o0; \
    st %o0, [%g6 + 4]; set 1f - 8, %o7; clr %o0; 2: op . + 0x400000; or %o0, 1, %o0; \
    ba isa_fail; nop; 1: CHECK(%o0, 1)

/* ---- Ticc: %o0 = 0x40, %o1 = 0x15, %o2 = 0x1e ---- */

#define TICC_SET(icc) CASE; set 0x40, %o0; set 0x15, %o1; set 0x1e, %o2
#define TICC(icc, tt, ...) TICC_SET(icc); SET_ICC(icc); TRAPS(tt, __VA_ARGS__); CHECK_TRAP_ICC(icc)
#define NO_TICC(icc, tt, ...) TICC_SET(icc); SET_ICC(icc); __VA_ARGS__; KEEP_ICC; CHECK_ICC(icc)

/* ---- floating point: %f0:1 op %f2:3 -> %f4:5, with the FSR before and after ---- */

#define PUT(offset, value) set (value), %g6; st %g6, [%g5 + (offset)]
#define FP_SET(before, a, a_low, b, b_low) \
    CASE; set isa_scratch, %g5; PUT(0, a); PUT(4, a_low); PUT(8, b); PUT(12, b_low); \
    PUT(16, 0x5a3c9687); PUT(20, 0x13579bdf); PUT(24, before); \
    ldd [%g5], %f0; ldd [%g5 + 8], %f2; ldd [%g5 + 16], %f4; ld [%g5 + 24], %fsr; nop; nop; nop
/* The FSR without its version. */
#define CHECK_FSR(value) \
    set isa_scratch, %g5; st %fsr, [%g5 + 28]; ld [%g5 + 28], %g6; set 7 << 17, %g5; \
    andn %g6, %g5, %g6; CHECK(%g6, value)
#define CHECK_F4(high, low) \
    set isa_scratch, %g5; std %f4, [%g5 + 32]; ld [%g5 + 32], %g6; CHECK(%g6, high); \
    CHECK_WORD(isa_scratch + 36, low)

#define FPOP(before, a, a_low, b, b_low, d, d_low, fsr_out, ...) \
    FP_SET(before, a, a_low, b, b_low); __VA_ARGS__; CHECK_F4(d, d_low); CHECK_FSR(fsr_out)

/* The trap of an FPop comes with the next floating-point instruction; FQ has the FPop. */
#define FTT(type) ((type) << 14)
#define QNE (1 << 13)
#define FP_DEFERRED(before, a, a_low, b, b_low, fsr_out, ...) \
    FP_SET(before, a, a_low, b, b_low); 8: __VA_ARGS__; nop; TRAPS(TT_FP, fmovs %f0, %f6); \
    CHECK_FSR(fsr_out); CHECK_F4(0x5a3c9687, 0x13579bdf); set isa_scratch, %g5; \
    std %fq, [%g5 + 40]; CHECK_WORD(isa_scratch + 40, 8b); set 8b, %g5; ld [%g5], %g5; \
    set isa_scratch, %g6; ld [%g6 + 44], %g6; cmp %g5, %g6; bne isa_fail; nop; \
    CHECK_FSR((fsr_out) & ~QNE); fmovs %f0, %f6
#ifndef QEMU
#define FPOP_NOT_QEMU FPOP
#define FPOP_TRAPS(before, a, a_low, b, b_low, d, d_low, fsr_out, ...) \
    FP_DEFERRED(before, a, a_low, b, b_low, (fsr_out) | FTT(1) | QNE, __VA_ARGS__)
#else /* takes the trap at the FPop itself; LEON3's FPUs defer it */
#define FPOP_TRAPS(...)
#define FPOP_NOT_QEMU(...)
#endif

/* ---- memory: four words at isa_memory; %o2 and %o3 are rd and the register after it ---- */

#define MARK2 0x13579bdf
#define SET_RD set MARK, %o2; set MARK2, %o3
#define CHECK_RD CHECK(%o2, MARK); CHECK(%o3, MARK2)
#define SET_MEMORY(w0, w1, w2, w3) \
    set isa_memory, %g5; PUT(0, w0); PUT(4, w1); PUT(8, w2); PUT(12, w3)
#define CHECK_MEMORY(w0, w1, w2, w3) \
    CHECK_WORD(isa_memory, w0); CHECK_WORD(isa_memory + 4, w1); CHECK_WORD(isa_memory + 8, w2); \
    CHECK_WORD(isa_memory + 12, w3)
/* What FP_SET(0x40000c21, ...) left. */
#define CHECK_FP_KEPT CHECK_FSR(0x40000c21); CHECK_F4(MARK, MARK2)
#define CHECK_FSR_MASKED(value, mask) \
    set isa_scratch, %g5; st %fsr, [%g5 + 28]; ld [%g5 + 28], %g6; set (mask) & ~(7 << 17), %g5; \
    and %g6, %g5, %g6; CHECK(%g6, value)

/* Watchpoint 1.  The mask first: with IF and a mask of 0 every fetch would hit. */
#define WATCH(address, mask) \
    set mask, %g5; wr %g5, %g0, %asr25; set address, %g5; wr %g5, %g0, %asr24; nop; nop; nop
#define UNWATCH wr %g0, %g0, %asr24; wr %g0, %g0, %asr25; nop; nop; nop

/* A pending exception (of FADDq) is met by this instruction, which traps; then it is a sequence error;
 * and when the queue is empty, it executes. */
#define FADDQ .word 0x91a00864
#define EMPTY_FQ set isa_scratch, %g5; std %fq, [%g5 + 40]
#define FP_PENDING_MEETS(...) \
    FP_SET(0, 0, 0, 0, 0); FADDQ; nop; TRAPS(TT_FP, __VA_ARGS__); CHECK_FSR(FTT(3) | QNE); \
    TRAPS(TT_FP, __VA_ARGS__); CHECK_FSR(FTT(4) | QNE); CHECK_F4(MARK, MARK2); EMPTY_FQ; \
    CHECK_FSR(FTT(4))
#define FP_PENDING_MEETS_IN_SLOT(...) \
    FP_SET(0, 0, 0, 0, 0); FADDQ; nop; TRAPS_IN_SLOT(TT_FP, __VA_ARGS__); \
    CHECK_FSR(FTT(3) | QNE); EMPTY_FQ
/* A floating-point store waits for its trap too, but executes while the queue is not empty. */
#define FP_PENDING_MEETS_STORE(...) \
    FP_SET(0, 0, 0, 0, 0); FADDQ; nop; TRAPS(TT_FP, __VA_ARGS__); CHECK_FSR(FTT(3) | QNE); \
    CASE; __VA_ARGS__; CHECK_FSR(FTT(3) | QNE); EMPTY_FQ; CHECK_FSR(FTT(3))

/* ---- handlers that note what they see: isa_seen holds psr, pc, npc, entry, tbr, number of traps ---- */

#define SEEN_PSR isa_seen
#define SEEN_PC (isa_seen + 4)
#define SEEN_NPC (isa_seen + 8)
#define SEEN_ENTRY (isa_seen + 12)
#define SEEN_TBR (isa_seen + 16)
#define SEEN_COUNT (isa_seen + 20)

#endif
