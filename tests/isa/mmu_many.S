! rows: STA LD ST CALL
! SPDX-License-Identifier: MIT
! More contexts than the TLBs keep take turns.  All have data and code at the same virtual addresses, each its own; if
! entries of one context are changed while another is in use, the change is seen after the flush.
#include "mmu.h"
/* Context n, 1 to 10, has tables of its own for 0x10000000. */
#define SPACE(n) \
    PUT_WORD(CONTEXTS + 4 * (n), PTD(TABLE(4 * (n)))); IDENTITY(TABLE(4 * (n))); \
    PUT_WORD(TABLE(4 * (n)) + 4 * 0x10, PTD(TABLE(4 * (n) + 1))); \
    PUT_WORD(TABLE(4 * (n) + 1), PTD(TABLE(4 * (n) + 2))); \
    PUT_WORD(SLOT_OF(n), PTE(FRAME(n), ACC_RWX)); POKE_CODE(FRAME(n) + 0x40, 0x50 + (n)); POKE(FRAME(n), 0)
#define SLOT_OF(n) TABLE(4 * (n) + 2)
#define COUNT set PAGE(0), %o0; ld [%o0], %o2; inc %o2; st %o2, [%o0]
#define GIVES(value)         \
    set PAGE(0) + 0x40, %o0; \
    clr %o2;                 \
    call %o0;                \
     nop;                    \
    CHECK(%o2, value)
#define TURN(n) CONTEXT(n); COUNT; GIVES(0x50 + (n))
#define COUNTED(n, value) PEEK(FRAME(n), value)
BEGIN
MMU_START
    SPACE(1)
    SPACE(2)
    SPACE(3)
    SPACE(4)
    SPACE(5)
    SPACE(6)
    SPACE(7)
    SPACE(8)
    SPACE(9)
    SPACE(10)
! All in turn, with the supervisor's and a user's code; one that is used twice as often stays.
CASE
    mov 30, %l0
1:  TURN(1)
    TURN(2)
    TURN(3)
    TURN(4)
    TURN(5)
    TURN(1)
    TURN(6)
    TURN(7)
    TURN(8)
    TURN(9)
    TURN(10)
    subcc %l0, 1, %l0
    bne 1b
     nop
CASE
    CONTEXT(0)
    COUNTED(1, 60)
    COUNTED(2, 30)
    COUNTED(3, 30)
    COUNTED(4, 30)
    COUNTED(5, 30)
    COUNTED(6, 30)
    COUNTED(7, 30)
    COUNTED(8, 30)
    COUNTED(9, 30)
    COUNTED(10, 30)
! As many as are kept, and one that pushes out the oldest each time.
CASE
    mov 20, %l0
1:  TURN(1)
    TURN(2)
    TURN(3)
    TURN(4)
    TURN(5)
    TURN(6)
    TURN(7)
    TURN(8)
    TURN(9)
    subcc %l0, 1, %l0
    bne 1b
     nop
CASE
    CONTEXT(0)
    COUNTED(1, 80)
    COUNTED(9, 50)
    COUNTED(10, 30)
CASE
    CONTEXT(7)
    set PAGE(0) + 0x40, %o0
    USER_RUNS(call %o0; nop)
    CHECK(%o2, 0x57)
    CONTEXT(8)
    set PAGE(0) + 0x40, %o0
    USER_RUNS(call %o0; nop)
    CHECK(%o2, 0x58)
    CONTEXT(7)
    set PAGE(0) + 0x40, %o0
    USER_RUNS(call %o0; nop)
    CHECK(%o2, 0x57)
! While context 3 is in use, context 4 gets another frame: from the flush on it has that.
#define MOVE(from, n, to) CONTEXT(from); PUT_WORD(SLOT_OF(n), PTE(FRAME(to), ACC_RWX)); FLUSH_ALL
/* QEMU forgets a context when it is left. */
#define FLUSH_ALL FLUSH_MMU
CASE
    TURN(4)
    TURN(3)
    MOVE(3, 4, 9)
    CONTEXT(4)
    GIVES(0x59)
    COUNT
    COUNTED(9, 51)
    CONTEXT(3)
    GIVES(0x53)
    MOVE(3, 4, 4)
    TURN(4)
! Rights taken away in the other context; the page's M bit is set again once it was cleared.
CASE
    TURN(5)
    CONTEXT(6)
    PUT_WORD(SLOT_OF(5), PTE(FRAME(5), ACC_RX))
    FLUSH_ALL
    CONTEXT(5)
    GIVES(0x55)
set PAGE(0), %o0; FAULTS(REFUSED(3, AT_STORE, FT_PROTECTION), PAGE(0), st %o2, [%o0])
CASE
    CONTEXT(6)
    PUT_WORD(SLOT_OF(5), PTE(FRAME(5), ACC_RWX))
    FLUSH_ALL
    CONTEXT(5)
    set PAGE(0), %o0
    ld [%o0], %o2
    PEEK(SLOT_OF(5), PTE(FRAME(5), ACC_RWX) | REFERENCED)
    st %o2, [%o0]
    PEEK(SLOT_OF(5), PTE(FRAME(5), ACC_RWX) | REFERENCED | MODIFIED)
! Code that one context writes is what another, which has the same frame, executes.
CASE
    CONTEXT(0)
    PUT_WORD(SLOT_OF(8), PTE(FRAME(7), ACC_RWX))
    FLUSH_ALL
    CONTEXT(8)
    GIVES(0x57)
    CONTEXT(7)
    GIVES(0x57)
    set PAGE(0) + 0x44, %o0
    set MOV_O2(0x77), %o3
    st %o3, [%o0]
    flush %o0
    GIVES(0x77)
    CONTEXT(8)
    GIVES(0x77)
! Translation off and on again: contexts come back.
CASE
    CONTEXT(9)
    GIVES(0x59)
    SET_MMU(MMU_CONTROL, 0)
    CONTEXT(10)
    CONTEXT(2)
    SET_MMU(MMU_CONTROL, 1)
    GIVES(0x52)
    CONTEXT(10)
    GIVES(0x5a)
    CONTEXT(0)
END
