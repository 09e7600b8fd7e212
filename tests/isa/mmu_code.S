! rows: ST FLUSH CALL
! SPDX-License-Identifier: MIT
! Code at virtual addresses is changed: by stores to its own page, to another page of the same frame and by the bypass
! ASI, and by mapping the page elsewhere.  What is executed after that is the new code.
#include "mmu.h"
#define GIVES(n) clr %o2; call %o0; nop; CHECK(%o2, n)
#define WRITE(value, address) set value, %o3; set address, %o4; st %o3, [%o4]
BEGIN
MMU_START
! PAGE(0) and PAGE(1) are one frame.
MAP(0, PTE(FRAME(0), ACC_RWX)); MAP(1, PTE(FRAME(0), ACC_RWX)); MAP(2, PTE(FRAME(2), ACC_RWX))
set PAGE(0), %o0
CASE
    WRITE(RETL, PAGE(0))
    WRITE(MOV_O2(1), PAGE(0) + 4)
    GIVES(1)
    GIVES(1)
! By its own page, with and without FLUSH.
CASE
    WRITE(MOV_O2(2), PAGE(0) + 4)
    flush %o4
    GIVES(2)
    WRITE(MOV_O2(3), PAGE(0) + 4)
    GIVES(3)
! By another page of the same frame; executed there as well.
CASE
    WRITE(MOV_O2(4), PAGE(1) + 4)
    flush %o4
    GIVES(4)
    set PAGE(1), %o0
    GIVES(4)
    WRITE(MOV_O2(5), PAGE(0) + 4)
    flush %o4
    GIVES(5)
    set PAGE(0), %o0
    GIVES(5)
CASE
    mov 30, %l0
3:  WRITE(MOV_O2(6), PAGE(1) + 4)
    flush %o4
    GIVES(6)
    WRITE(MOV_O2(7), PAGE(0) + 4)
    flush %o4
    GIVES(7)
    subcc %l0, 1, %l0
    bne 3b
     nop
! By user and supervisor.
CASE
    set MOV_O2(8), %o3
    set PAGE(0) + 4, %o4
    USER_RUNS(st %o3, [%o4]; flush %o4)
    GIVES(8)
    USER_RUNS(call %o0; nop)
    CHECK(%o2, 8)
    WRITE(MOV_O2(9), PAGE(0) + 4)
    flush %o4
    USER_RUNS(call %o0; nop)
    CHECK(%o2, 9)
! A page of code that may not be stored to: the store is refused, the code stays.  By another page it works.
CASE
    MAP(0, PTE(FRAME(0), ACC_RX))
    GIVES(9)
    set MOV_O2(10), %o3
    set PAGE(0) + 4, %o4
    FAULTS(REFUSED(3, AT_STORE, FT_PROTECTION), PAGE(0), st %o3, [%o4])
    GIVES(9)
    WRITE(MOV_O2(10), PAGE(1) + 4)
    flush %o4
    GIVES(10)
! A page that was met by a fetch, then stored to for the first time: to its code, and beside it.
CASE
    MAP(0, PTE(FRAME(0), ACC_RWX))
    GIVES(10)
    WRITE(MOV_O2(11), PAGE(0) + 4)
    flush %o4
    GIVES(11)
    ENTRY_IS(0, PTE(FRAME(0), ACC_RWX) | REFERENCED | MODIFIED)
    MAP(0, PTE(FRAME(0), ACC_RWX))
    GIVES(11)
    WRITE(MARK, PAGE(0) + 0x800)
    PEEK(FRAME(0) + 0x800, MARK)
    ENTRY_IS(0, PTE(FRAME(0), ACC_RWX) | REFERENCED | MODIFIED)
    GIVES(11)
! A page of data that becomes code.
CASE
    set PAGE(2), %o0
    ld [%o0], %o2
    st %o2, [%o0 + 8]
    WRITE(RETL, PAGE(2))
    WRITE(MOV_O2(12), PAGE(2) + 4)
    flush %o4
    GIVES(12)
    WRITE(MOV_O2(13), PAGE(2) + 4)
    flush %o4
    GIVES(13)
! The frame behind a page of code is another: what the page does changes with it, and back.
POKE_CODE(FRAME(3), 20); POKE_CODE(FRAME(4), 21)
CASE
    mov 10, %l0
    set PAGE(5), %o0
3:  MAP(5, PTE(FRAME(3), ACC_RX))
    GIVES(20)
    MAP(5, PTE(FRAME(4), ACC_RX))
    GIVES(21)
    subcc %l0, 1, %l0
    bne 3b
     nop
! Code at a frame that lies in two pages at different places within a large page and a small one.
CASE
    PUT_WORD(LEVEL1 + 4 * 0x11, PTE(0x41000000, ACC_RWX))
    FLUSH_MMU
    set 0x11003000, %o0
    GIVES(20)
    WRITE(MOV_O2(22), 0x11003004)
    flush %o4
    GIVES(22)
    MAP(5, PTE(FRAME(3), ACC_RX))
    set PAGE(5), %o0
    GIVES(22)
#ifndef QEMU /* goes on with the block that it has translated; takes bypass stores for data */
! By the instruction in front of it.
CASE
    MAP(0, PTE(FRAME(0), ACC_RWX))
    POKE(FRAME(0) + 0x100, 0xd6230000 /* st %o3, [%o4] */)
    POKE_CODE(FRAME(0) + 0x104, 30)
    set PAGE(0) + 0x100, %o0
    set PAGE(1) + 0x108, %o4
    set MOV_O2(31), %o3
    GIVES(31)
    inc %o3
    GIVES(32)
    inc %o3
    GIVES(33)
CASE
    set PAGE(2), %o0
    POKE(FRAME(2) + 4, MOV_O2(14))
    flush %o0
    GIVES(14)
    POKE(FRAME(2) + 4, MOV_O2(15))
    GIVES(15)
#endif
END
