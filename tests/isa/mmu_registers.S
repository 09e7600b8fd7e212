! rows: LDA STA
! qemu: keeps what it is given, and has no version
! SPDX-License-Identifier: MIT
! The MMU's registers by ASI 0x19 and 0x04; the bit for the MMU in the cache configuration registers (mmu_dcache.vhd).
#include "mmu.h"
#define READS(asi, address, value) CASE; set address, %o1; lda [%o1] asi, %o2; CHECK(%o2, value)
#define WRITES(asi, address, value) set address, %o1; set value, %o3; sta %o3, [%o1] asi
BEGIN
! As reset leaves them.
READS(0x19, MMU_CONTROL, CONTROL_FIXED)
READS(0x19, MMU_CONTEXT, 0)
CASE; NO_FAULT_SEEN
! The MMU is announced.
READS(2, 12, 0x08230008)
READS(2, 8, 0x00230008)
! What can be written, by either name.
CASE; WRITES(0x19, MMU_POINTER, 0xffffffff); READS(0x19, MMU_POINTER, 0xfffffffc); READS(4, MMU_POINTER, 0xfffffffc)
CASE; WRITES(4, MMU_POINTER, 0x12345678); READS(0x19, MMU_POINTER, 0x12345678)
CASE; WRITES(0x19, MMU_CONTEXT, 0xffffffff); READS(4, MMU_CONTEXT, 0xff)
CASE; WRITES(4, MMU_CONTEXT, 0x1a5); READS(0x19, MMU_CONTEXT, 0xa5)
! Status and address are read-only; there is nothing behind them.
CASE; WRITES(0x19, MMU_ADDRESS, 0xffffffff); WRITES(4, MMU_ADDRESS, 0xffffffff); READS(0x19, MMU_ADDRESS, 0)
CASE; WRITES(0x19, MMU_STATUS, 0xffffffff); READS(0x19, MMU_STATUS, 0)
CASE
    WRITES(0x19, 0x500, 0xffffffff)
    READS(0x19, 0x500, 0)
    READS(0x19, 0x600, 0)
    READS(4, 0x700, 0)
! Address bits 10:8 select.
READS(0x19, 0x9002fc, 0xa5)
READS(0x39, 0x81234a00, 0xa5)
READS(0x19, 0x800, CONTROL_FIXED)
! Control: PSO, NF, E and TD can be written.
MMU_START
READS(0x19, MMU_CONTROL, CONTROL_FIXED | 1)
CASE; WRITES(0x19, MMU_CONTROL, 0xffffffff); READS(0x19, MMU_CONTROL, CONTROL_FIXED | 0x8083)
CASE; WRITES(4, MMU_CONTROL, 0x81); READS(4, MMU_CONTROL, CONTROL_FIXED | 0x81)
! Only for the supervisor.
set MMU_CONTROL, %o1
USER_TRAPS(TT_PRIVILEGED, lda [%o1] 0x19, %o2)
USER_TRAPS(TT_PRIVILEGED, sta %g0, [%o1] 0x19)
USER_TRAPS(TT_PRIVILEGED, sta %g0, [%o1] 0x18)
USER_TRAPS(TT_PRIVILEGED, lda [%o1] 0x1c, %o2)
READS(0x19, MMU_CONTROL, CONTROL_FIXED | 0x81)
! Off: all is physical; on again: what was changed meanwhile is seen.
CASE
    WRITES(0x19, MMU_CONTROL, 0)
    PUT_WORD(FRAME(0), 1)
    PUT_WORD(FRAME(1), 2)
    PUT_WORD(SLOT(3), PTE(FRAME(0), ACC_RW))
    WRITES(0x19, MMU_CONTROL, 1)
    set PAGE(3), %o0
    ld [%o0], %o2
    CHECK(%o2, 1)
CASE
    WRITES(0x19, MMU_CONTROL, 0)
    PUT_WORD(SLOT(3), PTE(FRAME(1), ACC_RW))
    TRAPS(TT_DATA, ld [%o0], %o2)
    WRITES(0x19, MMU_CONTROL, 1)
    ld [%o0], %o2
    CHECK(%o2, 2)
! A flush has no hardware probe beside it: a read tells nothing, and flushes nothing.
CASE
    set PAGE(3), %o1
    lda [%o1] 0x18, %o2
    lda [%o1] 3, %o2
    ld [%o0], %o2
    CHECK(%o2, 2)
! The bypass goes round it, in both directions.
CASE
    set FRAME(1), %o1
    lda [%o1] 0x1c, %o2
    CHECK(%o2, 2)
    set MARK, %o3
    sta %o3, [%o1] 0x1c
    ld [%o0], %o2
    CHECK(%o2, MARK)
TRAPS(TT_DATA, lda [%o0] 0x1c, %o2)
TRAPS(TT_STORE, sta %o3, [%o0] 0x1c)
CASE; NO_FAULT_SEEN
! Memory by other names is translated.
READS(0xa, PAGE(3), MARK)
READS(0xb, PAGE(3), MARK)
READS(8, PAGE(3), MARK)
READS(0, PAGE(3), MARK)
READS(1, PAGE(3), MARK)
! Whose rights: those of the mode, whatever the ASI says.
CASE; MAP(4, PTE(FRAME(1), ACC_N_RWX)); READS(0xa, PAGE(4), MARK); READS(8, PAGE(4), MARK)
CASE
    set PAGE(4), %o0
    set MARK, %o1
    set MARK2, %o2
    casa [%o0] 0xa, %o1, %o2
    CHECK(%o2, MARK)
    PEEK(FRAME(1), MARK2)
! With TD the TLB is not used: an entry that is changed counts at once, for loads, stores and code.
#define TD_ON FLUSH_MMU; WRITES(0x19, MMU_CONTROL, 0x8001)
#define TD_OFF FLUSH_MMU; WRITES(0x19, MMU_CONTROL, 1)
    POKE(FRAME(1), 1)
    POKE(FRAME(2), 2)
    POKE_CODE(FRAME(1) + 8, 11)
    POKE_CODE(FRAME(2) + 8, 12)
    set PAGE(5), %o0
    set PAGE(5) + 8, %o4
CASE
    TD_ON
    PUT_WORD(SLOT(5), PTE(FRAME(1), ACC_RWX))
    ld [%o0], %o2
    CHECK(%o2, 1)
    ENTRY_IS(5, PTE(FRAME(1), ACC_RWX) | REFERENCED)
    PUT_WORD(SLOT(5), PTE(FRAME(2), ACC_RWX))
    ld [%o0], %o2
    CHECK(%o2, 2)
    mov 5, %o3
    st %o3, [%o0]
    ENTRY_IS(5, PTE(FRAME(2), ACC_RWX) | REFERENCED | MODIFIED)
    PEEK(FRAME(2), 5)
CASE
    mov 3, %l0
3:  PUT_WORD(SLOT(5), PTE(FRAME(1), ACC_RWX))
    call %o4
     nop
    CHECK(%o2, 11)
    PUT_WORD(SLOT(5), PTE(FRAME(2), ACC_RWX))
    call %o4
     nop
    CHECK(%o2, 12)
    subcc %l0, 1, %l0
    bne 3b
     nop
CASE
    PUT_WORD(SLOT(5), PTE(FRAME(1), ACC_R))
    FAULTS(STATUS(3, AT_STORE, FT_PROTECTION), PAGE(5), st %o3, [%o0])
    PUT_WORD(SLOT(5), PTE(0x80000000, ACC_RW))
    ld [%o0 + 0x244], %o2
    PUT_WORD(SLOT(5), PTE(FRAME(1), ACC_R))
    POKE(FRAME(1) + 0x244, MARK)
    ld [%o0 + 0x244], %o2
    CHECK(%o2, MARK)
CASE
    TD_OFF
    READS(0x19, MMU_CONTROL, CONTROL_FIXED | 1)
    PUT_WORD(SLOT(5), PTE(FRAME(1), ACC_RWX))
    FLUSH_MMU
    ld [%o0], %o2
    CHECK(%o2, 1)
END
