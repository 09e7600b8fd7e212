! rows: LD ST
! qemu: has no watchpoints
! SPDX-License-Identifier: MIT
! Watchpoints with the MMU on: they compare virtual addresses, and a watchpoint on data has priority over an MMU fault.
#include "mmu.h"
#define LOADS_AND_STORES 3
BEGIN
MMU_START
MAP(0, PTE(FRAME(0), ACC_RWX)); MAP(1, PTE(FRAME(0), ACC_RWX)); set PAGE(0) + 0x40, %o0; set PAGE(1) + 0x40, %o1
CASE; WATCH(PAGE(0) + 0x40, 0xfffffffc | LOADS_AND_STORES)
TRAPS(TT_WATCH, ld [%o0], %o2)
TRAPS(TT_WATCH, stb %o2, [%o0 + 2])
TRAPS(TT_WATCH, ldstub [%o0], %o2)
USER_TRAPS(TT_WATCH, ld [%o0], %o2)
! The same word by another page; the next word of the page.
CASE
    st %o1, [%o1]
    ld [%o1], %o2
    CHECK(%o2, PAGE(1) + 0x40)
    ld [%o0 + 4], %o2
    NO_FAULT_SEEN
! It goes before a fault, which is not recorded then, nor are R and M written.
CASE; MAP(0, 0)
TRAPS(TT_WATCH, ld [%o0], %o2); TRAPS(TT_WATCH, st %o2, [%o0]); CASE; NO_FAULT_SEEN
FAULTS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(0), ld [%o0 + 4], %o2)
CASE
    MAP(0, PTE(FRAME(0), ACC_RWX))
    TRAPS(TT_WATCH, st %o2, [%o0])
    CASE
    ENTRY_IS(0, PTE(FRAME(0), ACC_RWX))
! Also with no-fault on.
CASE
    MAP(0, 0)
    SET_MMU(MMU_CONTROL, 3)
    TRAPS(TT_WATCH, ld [%o0], %o2)
    SET_MMU(MMU_CONTROL, 1)
    CASE
    NO_FAULT_SEEN
! Of a fetch the fault comes first.
CASE; WATCH(PAGE(2) + 1, 0xfffffffc); set PAGE(2), %o0
FETCH_FAULTS(STATUS(3, AT_FETCH, FT_INVALID), PAGE(2), PAGE(2) + 4, 1, nop, jmp %o0)
CASE
    POKE_CODE(FRAME(2), 5)
    MAP(2, PTE(FRAME(2), ACC_RX))
    EXPECT(TT_WATCH, PAGE(2), PAGE(2) + 4, 2f, 1)
    jmp %o0
     nop
    ba isa_fail
     nop
2:  nop
CASE
    MAP(3, PTE(FRAME(2), ACC_RX))
    set PAGE(3), %o0
    clr %o2
    call %o0
     nop
    CHECK(%o2, 5)
    UNWATCH
    set PAGE(2), %o0
    call %o0
     clr %o2
    CHECK(%o2, 5)
! Registers that may be read only.
CASE
    MAP(4, PTE(0x80000000, ACC_R))
    WATCH(PAGE(4) + 0x240, 0xfffffffc | LOADS_AND_STORES)
    set PAGE(4) + 0x240, %o0
    ld [%o0 + 4], %o2
TRAPS(TT_WATCH, ld [%o0], %o2); TRAPS(TT_WATCH, st %o2, [%o0])
UNWATCH
END
