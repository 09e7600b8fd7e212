! rows: STA LD ST CALL
! SPDX-License-Identifier: MIT
! Contexts and flushes.  LEON3's TLBs have the context in each entry, so a change of context needs no flush.  A change
! of a page table entry does need one, and every flush is of everything (mmutlbcam.vhd: "invalidate on flush hit").
#include "mmu.h"
/* Context n has tables of its own for 0x10000000, as context 0 has LEVEL2 and LEVEL3. */
#define SPACE(n) \
    PUT_WORD(CONTEXTS + 4 * (n), PTD(TABLE(4 * (n)))); IDENTITY(TABLE(4 * (n))); \
    PUT_WORD(TABLE(4 * (n)) + 4 * 0x10, PTD(TABLE(4 * (n) + 1))); \
    PUT_WORD(TABLE(4 * (n) + 1), PTD(TABLE(4 * (n) + 2)))
#define SLOT_OF(n, page) (TABLE(4 * (n) + 2) + 4 * (page))
#define HOLDS(value) ld [%o0], %o2; CHECK(%o2, value)
#define WITH_FLUSH CONTEXT(1); FLUSH_MMU
#define GIVES(n) clr %o2; call %o0; nop; CHECK(%o2, n)
BEGIN
MMU_START
SPACE(1); SPACE(2)
PUT_WORD(SLOT_OF(1, 0), PTE(FRAME(1), ACC_RWX)); PUT_WORD(SLOT_OF(2, 0), PTE(FRAME(2), ACC_RWX)); MAP(0, PTE(FRAME(0), ACC_RWX))
POKE(FRAME(0), 100); POKE(FRAME(1), 101); POKE(FRAME(2), 102)
! One address, three contexts: loads and stores.
set PAGE(0), %o0
CASE
    CONTEXT(0)
    HOLDS(100)
    CONTEXT(1)
    HOLDS(101)
    CONTEXT(2)
    HOLDS(102)
    CONTEXT(1)
    HOLDS(101)
    CONTEXT(0)
    HOLDS(100)
CASE
    mov 7, %o3
    CONTEXT(2)
    st %o3, [%o0 + 4]
    CONTEXT(1)
    ld [%o0 + 4], %o2
    CHECK(%o2, 0)
    inc %o3
    st %o3, [%o0 + 4]
    CONTEXT(0)
    ld [%o0 + 4], %o2
    CHECK(%o2, 0)
    PEEK(FRAME(2) + 4, 7)
    PEEK(FRAME(1) + 4, 8)
CASE; PEEK(SLOT_OF(1, 0), PTE(FRAME(1), ACC_RWX) | REFERENCED | MODIFIED); ENTRY_IS(0, PTE(FRAME(0), ACC_RWX) | REFERENCED)
! With a flush at the change it is the same.
CASE
    WITH_FLUSH
    HOLDS(101)
    CONTEXT(2)
    FLUSH_MMU
    HOLDS(102)
    FLUSH_MMU
    CONTEXT(0)
    HOLDS(100)
! A thousand changes, in a loop.
CASE
    set 500, %o4
    clr %o5
    set MMU_CONTEXT, %o1
1:  mov 1, %o3
    sta %o3, [%o1] 0x19
    ld [%o0], %o2
    add %o5, %o2, %o5
    mov 2, %o3
    sta %o3, [%o1] 0x19
    ld [%o0], %o2
    subcc %o4, 1, %o4
    bne 1b
     add %o5, %o2, %o5
    CHECK(%o5, 500 * 203)
    CONTEXT(0)
! A page in one context, none in the other; rights that differ.
CASE
    PUT_WORD(SLOT_OF(1, 1), PTE(FRAME(3), ACC_RWX))
    FLUSH_MMU
    set PAGE(1), %o0
    CONTEXT(1)
    HOLDS(0)
CONTEXT(2); FAULTS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1), ld [%o0], %o2)
CASE; CONTEXT(1); HOLDS(0); st %o2, [%o0]
CASE
    CONTEXT(2)
    PUT_WORD(SLOT_OF(2, 1), PTE(FRAME(3), ACC_R))
    FLUSH_MMU
    HOLDS(0)
FAULTS(REFUSED(3, AT_STORE, FT_PROTECTION), PAGE(1), st %o2, [%o0])
CASE
    CONTEXT(1)
    mov 33, %o3
    st %o3, [%o0]
    CONTEXT(2)
    HOLDS(33)
    CONTEXT(0)
FAULTS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1), ld [%o0], %o2)
! Code at one address.
POKE_CODE(FRAME(0) + 0x40, 0x50); POKE_CODE(FRAME(1) + 0x40, 0x51); POKE_CODE(FRAME(2) + 0x40, 0x52)
set PAGE(0) + 0x40, %o0
CASE
    GIVES(0x50)
    CONTEXT(1)
    GIVES(0x51)
    CONTEXT(2)
    GIVES(0x52)
    CONTEXT(1)
    GIVES(0x51)
    CONTEXT(0)
    GIVES(0x50)
    GIVES(0x50)
CASE
    mov 20, %l0
3:  CONTEXT(1)
    GIVES(0x51)
    CONTEXT(2)
    GIVES(0x52)
    subcc %l0, 1, %l0
    bne 3b
     nop
    CONTEXT(0)
    GIVES(0x50)
! The same in user mode, where it was the supervisor's before.
CASE
    USER_RUNS(call %o0; nop)
    CHECK(%o2, 0x50)
    CONTEXT(2)
    USER_RUNS(call %o0; nop)
    CHECK(%o2, 0x52)
    CONTEXT(0)
! The code that changes the context is itself in a page that changes: it goes on in the other.  In each
! frame: sta to the register of the context, eight NOPs, then its own number.
#define STEP_OF(frame, n) \
    POKE(frame + 0x80, 0xd6a24320 /* sta %o3, [%o1] 0x19 */); POKE(frame + 0x84, NOP); POKE(frame + 0x88, NOP); \
    POKE(frame + 0x8c, NOP); POKE(frame + 0x90, NOP); POKE(frame + 0x94, NOP); POKE(frame + 0x98, NOP); \
    POKE(frame + 0x9c, NOP); POKE(frame + 0xa0, NOP); POKE_CODE(frame + 0xa4, n)
STEP_OF(FRAME(0), 0x60); STEP_OF(FRAME(1), 0x61); STEP_OF(FRAME(2), 0x62)
#define GOES(from, to) CONTEXT(from); set MMU_CONTEXT, %o1; mov to, %o3; GIVES(0x60 + to)
set PAGE(0) + 0x80, %o0
CASE
    GOES(0, 1)
    GOES(0, 2)
    GOES(0, 0)
    GOES(1, 2)
    GOES(1, 1)
    GOES(1, 0)
    GOES(2, 0)
    GOES(0, 2)
    GOES(0, 1)
CASE
    mov 10, %l0
3:  GOES(0, 1)
    GOES(0, 2)
    GOES(1, 0)
    subcc %l0, 1, %l0
    bne 3b
     nop
    CONTEXT(0)
! ... and the same with an entry instead of a context: store by bypass, flush, go on in the other frame.
#define TURN_OF(frame, n) \
    POKE(frame + 0x100, 0xd8a34380 /* sta %o4, [%o5] 0x1c */); POKE(frame + 0x104, 0xc0a08300 /* sta %g0, [%g2] 0x18 */); \
    POKE(frame + 0x108, NOP); POKE(frame + 0x10c, NOP); POKE(frame + 0x110, NOP); POKE(frame + 0x114, NOP); \
    POKE(frame + 0x118, NOP); POKE(frame + 0x11c, NOP); POKE_CODE(frame + 0x120, n)
TURN_OF(FRAME(0), 0x70); TURN_OF(FRAME(1), 0x71); TURN_OF(FRAME(2), 0x72)
#define TURNS(to) set PTE(FRAME(to), ACC_RWX), %o4; set SLOT(0), %o5; set 0x400, %g2; GIVES(0x70 + to)
set PAGE(0) + 0x100, %o0
CASE
    TURNS(1)
    TURNS(2)
    TURNS(0)
    TURNS(0)
    TURNS(2)
    TURNS(1)
    TURNS(0)
    mov 10, %l0
3:  TURNS(1)
    TURNS(2)
    TURNS(0)
    subcc %l0, 1, %l0
    bne 3b
     nop
! An entry is changed: after any kind of flush, by either name, the change is seen.
#define CHANGED(asi, kind) \
    CASE; PUT_WORD(SLOT(0), PTE(FRAME(0), ACC_RWX)); set PAGE(0) + (kind), %o1; sta %g0, [%o1] asi; \
    set PAGE(0), %o0; HOLDS(100); PUT_WORD(SLOT(0), PTE(FRAME(1), ACC_RWX)); sta %g0, [%o1] asi; HOLDS(101)
CHANGED(0x18, 0x400)
CHANGED(0x18, 0)
CHANGED(0x03, 0x400)
CHANGED(0x03, 0)
#ifndef QEMU /* flushes what the address says, and only by these names */
CHANGED(0x18, 0x100)
CHANGED(0x18, 0x200)
CHANGED(0x18, 0x300)
CHANGED(0x03, 0x700)
CHANGED(0x18, 0x12000)
CHANGED(0x38, 0x400)
! Of another context, too.
CASE
    CONTEXT(1)
    set PAGE(0), %o0
    HOLDS(101)
    CONTEXT(0)
    PUT_WORD(SLOT_OF(1, 0), PTE(FRAME(2), ACC_RWX))
    set 0, %o1
    sta %g0, [%o1] 0x18
    CONTEXT(1)
    HOLDS(102)
    CONTEXT(0)
    PUT_WORD(SLOT_OF(1, 0), PTE(FRAME(1), ACC_RWX))
    FLUSH_MMU
#endif
! Rights taken away and given.
    MAP(0, PTE(FRAME(0), ACC_RWX))
    set PAGE(0), %o0
    CASE
    HOLDS(100)
    st %o2, [%o0]
    MAP(0, PTE(FRAME(0), ACC_RX))
FAULTS(REFUSED(3, AT_STORE, FT_PROTECTION), PAGE(0), st %o2, [%o0])
MAP(0, 0); FAULTS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(0), ld [%o0], %o2)
MAP(0, PTE(FRAME(0), ACC_RWX)); CASE; st %o2, [%o0]; HOLDS(100)
! A table is taken out above, and another put in; a whole page becomes a table.
CASE
    PUT_WORD(LEVEL2, PTD(TABLE(6)))
    FLUSH_MMU
    HOLDS(101)
    PUT_WORD(LEVEL2, PTE(0x41000000, ACC_RWX))
    FLUSH_MMU
    set PAGE(2), %o1
    ld [%o1], %o2
    CHECK(%o2, 102)
    PUT_WORD(LEVEL2, PTD(LEVEL3))
    FLUSH_MMU
    HOLDS(100)
set PAGE(2), %o0; FAULTS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(2), ld [%o0], %o2)
! The context pointer is changed: other contexts altogether.
CASE
    PUT_WORD(TABLE(20), PTD(TABLE(4)))
    set PAGE(0), %o0
    HOLDS(100)
    SET_MMU(MMU_POINTER, TABLE(20) >> 4)
    FLUSH_MMU
    HOLDS(101)
    SET_MMU(MMU_POINTER, CONTEXTS >> 4)
    FLUSH_MMU
    HOLDS(100)
! Context numbers up to 255.
CASE
    PUT_WORD(CONTEXTS + 4 * 255, PTD(TABLE(8)))
    CONTEXT(255)
    HOLDS(102)
    CONTEXT(0)
    HOLDS(100)
! Tables that two contexts share: what the one's access writes there is the other's, too.
CASE
    PUT_WORD(CONTEXTS + 12, PTD(LEVEL1))
    MAP(4, PTE(FRAME(4), ACC_RWX))
    set PAGE(4), %o0
    ld [%o0], %o2
    CONTEXT(3)
    ld [%o0], %o2
    CONTEXT(0)
    st %o2, [%o0]
    CONTEXT(3)
    st %o2, [%o0]
    ENTRY_IS(4, PTE(FRAME(4), ACC_RWX) | REFERENCED | MODIFIED)
    CONTEXT(0)
END
