! rows: STDFQ
! qemu: has no deferred floating-point traps
! SPDX-License-Identifier: MIT
#include "isa.h"
#define STD_FQ set isa_scratch + 40, %o0; std %fq, [%o0]
#define AT(address) set address, %o0
BEGIN
AT(isa_scratch + 40)
! Privileged, then fp_disabled, then alignment.
USER_TRAPS(TT_PRIVILEGED, std %fq, [%o0])
FPU_OFF; USER_TRAPS(TT_PRIVILEGED, std %fq, [%o0]); FPU_ON
FP_DISABLED(std %fq, [%o0])
    FPU_OFF
    TRAPS_IN_SLOT(TT_FP_DISABLED, std %fq, [%o0])
    AT(1)
    TRAPS(TT_FP_DISABLED, std %fq, [%o0])
    FPU_ON
AT(NOWHERE + 4)
ANNULLED(std %fq, [%o0])
! Empty: sequence_error.
AT(isa_scratch + 40)
TRAPS(TT_FP, std %fq, [%o0]); CHECK_FSR(FTT(4))
TRAPS_IN_SLOT(TT_FP, std %fq, [%o0]); CHECK_FSR(FTT(4))
fmovs %f0, %f0
! What cannot be stored stays in the queue.
FP_SET(0, 0, 0, 0, 0)
8: FADDQ
nop
TRAPS(TT_FP, std %fq, [%o0]); CHECK_FSR(FTT(3) | QNE)
AT(isa_scratch + 44); TRAPS(TT_ALIGN, std %fq, [%o0]); CHECK_FSR(FTT(3) | QNE)
AT(isa_scratch + 41); TRAPS_IN_SLOT(TT_ALIGN, std %fq, [%o0]); CHECK_FSR(FTT(3) | QNE)
AT(NOWHERE); TRAPS(TT_STORE, std %fq, [%o0]); CHECK_FSR(FTT(3) | QNE)
AT(0x100); TRAPS(TT_STORE, std %fq, [%o0]); CHECK_FSR(FTT(3) | QNE)
    AT(isa_memory)
    WATCH(isa_memory, 0xfffffffc | 1)
    TRAPS(TT_WATCH, std %fq, [%o0])
    UNWATCH
    CHECK_FSR(FTT(3) | QNE)
    AT(isa_memory + 1)
    WATCH(isa_memory, 0xfffffffc | 1)
    TRAPS(TT_WATCH, std %fq, [%o0])
    UNWATCH
    CHECK_FSR(FTT(3) | QNE)
! Then it comes out, in a delay slot here, address and word; the FPU goes on.
CASE
    SET_MEMORY(0, 0, 0, 0)
    set isa_memory - 16, %o1
    mov 16, %o2
    SET_ICC(9)
    ba 1f
     std %fq, [%o1 + %o2]
    ba isa_fail
     nop
1:  KEEP_ICC
    CHECK_FSR(FTT(3))
    CHECK_MEMORY(8b, 0x91a00864, 0, 0)
    CHECK_ICC(9)
CASE; fmovs %f0, %f0; CHECK_FSR(0)
! Immediate address.
CASE
    FADDQ
    nop
    TRAPS(TT_FP, fmovs %f0, %f0)
    set isa_memory, %o1
    std %fq, [%o1 + 8]
    CHECK_WORD(isa_memory + 12, 0x91a00864)
    CHECK_FSR(FTT(3))
! The FSR can be stored while the queue is not empty, and before that waits for the trap.
CASE
    FADDQ
    nop
    set isa_scratch, %o0
    TRAPS(TT_FP, st %fsr, [%o0])
    CHECK_FSR(FTT(3) | QNE)
    EMPTY_FQ
    fmovs %f0, %f0
! LDFSR does not touch ftt and qne (4.4).
CASE
    FADDQ
    nop
    TRAPS(TT_FP, fmovs %f0, %f0)
    EMPTY_FQ
    set isa_scratch, %g5
    mov -1, %g6
    st %g6, [%g5]
    ld [%g5], %fsr
    CHECK_FSR_MASKED(FTT(3), FTT(7) | QNE)
    set isa_scratch, %g5
    st %g0, [%g5]
    ld [%g5], %fsr
    CHECK_FSR(FTT(3))
! An FBfcc meets the pending trap whatever its condition.
CASE
    FADDQ
    nop
    TRAPS(TT_FP, fbn .+8)
    EMPTY_FQ
! A data trap of a floating-point load comes after the pending exception, alignment before it (iu3.vhd).
CASE
    FADDQ
    nop
    AT(NOWHERE)
    TRAPS(TT_FP, ld [%o0], %f0)
    EMPTY_FQ
CASE
    FADDQ
    nop
    AT(isa_memory + 2)
    TRAPS(TT_ALIGN, ld [%o0], %f0)
    AT(isa_memory)
    TRAPS(TT_FP, ld [%o0], %f0)
    EMPTY_FQ
CASE
    FADDQ
    nop
    AT(isa_memory)
    WATCH(isa_memory, 0xfffffffc | 2)
    TRAPS(TT_WATCH, ld [%o0], %f0)
    UNWATCH
    TRAPS(TT_FP, ld [%o0], %f0)
    EMPTY_FQ
CASE
    FADDQ
    nop
    AT(isa_memory)
    WATCH(isa_memory, 0xfffffffc | 1)
    TRAPS(TT_WATCH, st %f0, [%o0])
    UNWATCH
    TRAPS(TT_FP, st %f0, [%o0])
    EMPTY_FQ
! An odd register of a double is for the FPU to refuse: a watchpoint of the right kind comes before.
#define LDDF_ODD .word 0xcb1a2000
#define STDF_ODD .word 0xcb3a2000
AT(isa_memory)
WATCH(isa_memory, 0xfffffffc | 2); TRAPS(TT_WATCH, LDDF_ODD); TRAPS(TT_FP, STDF_ODD); UNWATCH
WATCH(isa_memory, 0xfffffffc | 1); TRAPS(TT_WATCH, STDF_ODD); TRAPS(TT_FP, LDDF_ODD); UNWATCH
CHECK_FSR(FTT(6))
WATCH(isa_memory, 0xfffffffc | 1); TRAPS(TT_WATCH, std %fq, [%o0]); UNWATCH
WATCH(isa_memory, 0xfffffffc | 2); TRAPS(TT_FP, std %fq, [%o0]); UNWATCH
CHECK_FSR(FTT(4))
! Integer instructions do not care.
CASE
    FADDQ
    mov 5, %o2
    add %o2, 1, %o2
    set isa_memory, %o0
    st %o2, [%o0]
    CHECK(%o2, 6)
    TRAPS(TT_FP, fmovs %f0, %f0)
    EMPTY_FQ
END
