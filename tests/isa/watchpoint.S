! rows:
! qemu: has no watchpoints
! SPDX-License-Identifier: MIT
! Watchpoints on fetches, and several watchpoints at once; those on data are in the tests of loads and stores.
#include "isa.h"
#define WATCH_FETCH(address) WATCH((address) + 1, 0xfffffffc)
BEGIN
! A fetch is caught before it does anything, with the instruction itself as pc.
CASE
    WATCH_FETCH(1f)
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    clr %g1
1:  inc %g1
    ba isa_fail
     nop
2:  UNWATCH
    CHECK(%g1, 0)
! In a delay slot; at the target of a branch with the delay instruction done.
CASE
    WATCH_FETCH(1f)
    EXPECT(TT_WATCH, 1f, 3f, 2f, 1)
    ba 3f
1:   inc %g1
3:  ba isa_fail
     nop
2:  UNWATCH
    CHECK(%g1, 0)
CASE
    WATCH_FETCH(1f)
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    ba 1f
     inc %g1
    ba isa_fail
1:   nop
    ba isa_fail
     nop
2:  UNWATCH
    CHECK(%g1, 1)
! Not in an annulled slot, nor beside the address, nor without IF.
CASE
    WATCH_FETCH(1f)
    ba,a 2f
1:   nop
2:  UNWATCH
CASE
    WATCH_FETCH(1f)
    ba 2f
     nop
1:  nop
2:  UNWATCH
CASE
    WATCH(1f, 0xffffffff)
    nop
1:  nop
    UNWATCH
CASE
    WATCH_FETCH(isa_memory)
    set isa_memory, %o0
    ld [%o0], %o1
    st %o1, [%o0]
    UNWATCH
! User mode too.
CASE
    WATCH_FETCH(1f)
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 0)
    ENTER_USER
1:  nop
    ba isa_fail
     nop
2:  UNWATCH
! A mask of 16 bytes.
ba 1f; nop
    .align 16
8:  nop
    nop
    nop
    ba isa_fail
    nop
1:  WATCH(8b + 1, 0xfffffff0); EXPECT(TT_WATCH, 8b + 8, 8b + 12, 2f, 1); ba 8b + 8; nop
2:  UNWATCH
! Each of the four.
#define EACH(address, mask)              \
    CASE;                                \
    EXPECT(TT_WATCH, 9f, 9f + 4, 2f, 1); \
    mov -4, %g5;                         \
    wr %g5, %g0, mask;                   \
    set 9f + 1, %g5;                     \
    wr %g5, %g0, address;                \
    nop; nop; nop;                       \
9:  ba isa_fail;                         \
     nop;                                \
2:  wr %g0, %g0, address;                \
    wr %g0, %g0, mask;                   \
    nop; nop; nop
EACH(%asr24, %asr25)
EACH(%asr26, %asr27)
EACH(%asr28, %asr29)
EACH(%asr30, %asr31)
! Traps that the decoder finds go before it; those that come later do not (exception_detect).
#define BEFORE(tt, ...)            \
    CASE;                          \
    WATCH_FETCH(1f);               \
    EXPECT(tt, 1f, 1f + 4, 2f, 1); \
1:  __VA_ARGS__;                   \
    ba isa_fail;                   \
     nop;                          \
2:  UNWATCH
#define USER_BEFORE(tt, ...)       \
    CASE;                          \
    WATCH_FETCH(1f);               \
    EXPECT(tt, 1f, 1f + 4, 2f, 0); \
    ENTER_USER;                    \
1:  __VA_ARGS__;                   \
    ba isa_fail;                   \
     nop;                          \
2:  UNWATCH
set isa_memory, %o0
BEFORE(TT_ILLEGAL, unimp 0)
BEFORE(TT_ILLEGAL, .word 0xd4400000)
BEFORE(TT_ILLEGAL, .word 0xda1a0000)
BEFORE(TT_ILLEGAL, .word 0xd4822000)
BEFORE(TT_ILLEGAL, .word 0xd5e22009 | 0xb << 5)
BEFORE(TT_ILLEGAL, .word 0x95f20009)
BEFORE(TT_CP_DISABLED, .word 0x81b00000)
FPU_OFF; BEFORE(TT_FP_DISABLED, fmovs %f0, %f0)
BEFORE(TT_FP_DISABLED, ld [%o0], %f0)
BEFORE(TT_WATCH, add %g1, %g1, %g1); FPU_ON
BEFORE(TT_WATCH, fmovs %f0, %f0)
BEFORE(TT_WATCH, ld [%o0], %f0)
USER_BEFORE(TT_PRIVILEGED, rd %psr, %o1)
USER_BEFORE(TT_PRIVILEGED, lda [%o0] 0xb, %o1)
USER_BEFORE(TT_PRIVILEGED, wr %g0, %asr19)
USER_BEFORE(TT_PRIVILEGED, casa [%o0] 0xb, %o1, %o1)
USER_BEFORE(TT_PRIVILEGED, std %fq, [%o0])
USER_BEFORE(TT_PRIVILEGED, rett %o0)
BEFORE(TT_ILLEGAL, rett %o0)
BEFORE(TT_WATCH, ta 5)
BEFORE(TT_WATCH, udiv %g0, %g0, %g0)
BEFORE(TT_WATCH, jmp %o0 + 1)
BEFORE(TT_WATCH, ld [%o0 + 1], %o1)
BEFORE(TT_WATCH, wr %o0, 0x3f, %psr)
BEFORE(TT_WATCH, lda [%o0] 0xb, %o1)
USER_BEFORE(TT_WATCH, wr %g0, %asr18)
USER_BEFORE(TT_WATCH, casa [%o0] 0xa, %o1, %o1)
wr %g0, 1, %wim; nop; nop; nop
BEFORE(TT_WATCH, save)
wr %g0, 4, %wim; nop; nop; nop
BEFORE(TT_WATCH, restore)
wr %g0, 0, %wim; nop; nop; nop
! RETT itself is never caught.
CASE
    WATCH_FETCH(1f)
    CHANGE_PSR(PSR_ET | 0x1f, PSR_PS)
    set 2f, %o0
    jmp %o0
1:   rett %o0 + 4
    ba isa_fail
     nop
2:  UNWATCH
! What is written counts for fetches from the fourth instruction on, for data from the second (iu3.vhd: sp_write is in the
! exception stage, wphit in register access, mem_trap in memory).
    mov -4, %g6
    wr %g6, %g0, %asr25
    nop; nop; nop
CASE
    set 1f + 1, %g5
    wr %g5, %g0, %asr24
1:  nop
    UNWATCH
    mov -4, %g6
    wr %g6, %g0, %asr25
    nop; nop; nop
CASE
    set 1f + 1, %g5
    clr %g1
    wr %g5, %g0, %asr24
    inc %g1
    inc %g1
1:  inc %g1
    UNWATCH
    CHECK(%g1, 3)
    mov -4, %g6
    wr %g6, %g0, %asr25
    nop; nop; nop
CASE
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    set 1f + 1, %g5
    clr %g1
    wr %g5, %g0, %asr24
    inc %g1
    inc %g1
    inc %g1
1:  ba isa_fail
     nop
2:  UNWATCH
    CHECK(%g1, 3)
! Nor is one that is taken away gone before.
    mov -4, %g6
    wr %g6, %g0, %asr25
    nop; nop; nop
CASE
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    set 1f + 1, %g5
    wr %g5, %g0, %asr24
    nop
    wr %g0, %g0, %asr24
    nop
1:  ba isa_fail
     nop
2:  UNWATCH
    mov -4, %g6
    wr %g6, %g0, %asr25
    nop; nop; nop
CASE
    set 1f + 1, %g5
    wr %g5, %g0, %asr24
    wr %g0, %g0, %asr24
    nop; nop; nop
1:  nop
    UNWATCH
! Address first: the mask of 0 matches everywhere, but before the new mask counts there is one instruction only.
CASE
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    mov -1, %g5
    clr %g1
    wr %g5, %g0, %asr24
    wr %g5, %g0, %asr25
    inc %g1
    inc %g1
1:  ba isa_fail
     nop
2:  nop; nop
    UNWATCH
    CHECK(%g1, 2)
! A trap empties the pipeline: its handler meets what was written.
CASE
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    set isa_memory + 1, %g5
    set isa_memory, %o0
    mov -1, %g6
    wr %g6, %g0, %asr25
    wr %o0, %g0, %asr24
    nop
1:  ld [%o0], %o1
    ba isa_fail
     nop
2:  UNWATCH
set isa_memory, %o0
    mov %o0, %g5
    wr %g5, %g0, %asr24
    nop; nop; nop
CASE
    mov -1, %g5
    wr %g5, %g0, %asr25
    ld [%o0], %o1
    UNWATCH
    mov %o0, %g5
    wr %g5, %g0, %asr24
    nop; nop; nop
CASE
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    mov -1, %g5
    clr %g1
    wr %g5, %g0, %asr25
    inc %g1
1:  ld [%o0], %o1
    ba isa_fail
     nop
2:  UNWATCH
    CHECK(%g1, 1)
    mov %o0, %g5
    wr %g5, %g0, %asr24
    nop; nop; nop
CASE
    mov -3, %g5
    wr %g5, %g0, %asr25
    st %g0, [%o0]
    UNWATCH
    WATCH(isa_memory, 0xffffffff)
    CASE
    EXPECT(TT_WATCH, 1f, 1f + 4, 2f, 1)
    wr %g0, %g0, %asr25
1:  ld [%o0], %o1
    ba isa_fail
     nop
2:  UNWATCH
    WATCH(isa_memory, 0xffffffff)
    CASE
    wr %g0, %g0, %asr25
    nop
    ld [%o0], %o1
    UNWATCH
! Data: any ASI, also one that is no memory.
set isa_memory, %o0
    WATCH(isa_memory, 0xfffffffc | 2)
    TRAPS(TT_WATCH, lda [%o0] 0x1c, %o1)
    TRAPS(TT_WATCH, lda [%o0] 0xc, %o1)
    TRAPS(TT_WATCH, ldda [%o0] 0x1c, %o2)
    CASE
    sta %g0, [%o0] 0x1c
    UNWATCH
    WATCH(isa_memory, 0xfffffffc | 1)
    TRAPS(TT_WATCH, sta %o1, [%o0] 0x1c)
    TRAPS(TT_WATCH, sta %g0, [%o0] 0x11)
    TRAPS(TT_WATCH, swapa [%o0] 0x1c, %o1)
    CASE
    lda [%o0] 0x1c, %g0
    UNWATCH
! Sub-word accesses anywhere in the word.
    WATCH(isa_memory + 4, 0xfffffffc | 3)
    TRAPS(TT_WATCH, ldub [%o0 + 7], %o1)
    TRAPS(TT_WATCH, sth %o1, [%o0 + 6])
    CASE
    ldub [%o0 + 3], %o1
    ldub [%o0 + 8], %o1
    ldd [%o0], %o2
    std %o2, [%o0]
    UNWATCH
END
