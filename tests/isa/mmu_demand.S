! rows: LD ST LDD STD JMPL SAVE RESTORE
! SPDX-License-Identifier: MIT
! Demand paging: the trap handler maps the page, and the instruction is executed again with the result that it would
! have had without the trap.  Loads, stores, code and delay slots; pages that are not mapped, and stores to a page that
! is mapped for reading only.
#include "mmu.h"
#define BROUGHT isa_memory
#define LAST_STATUS (isa_memory + 4)
#define LAST_ACC (isa_memory + 8) /* with which pages come */
#define COUNT_IS(n) CHECK_WORD(BROUGHT, n); PUT_WORD(BROUGHT, 0)
#define ALL_AWAY         \
    set LEVEL3, %l0;     \
    mov 252, %l1;        \
1:  st %g0, [%l0 + %l1]; \
    subcc %l1, 4, %l1;   \
    bge 1b;              \
     nop;                \
    FLUSH_MMU
#define COMES_WITH(acc) PUT_WORD(LAST_ACC, (acc) << 2 | 2)
BEGIN
MMU_START
HANDLER(handler)
COMES_WITH(ACC_RWX)
! 32 pages are filled, then summed.
CASE
    set PAGE(0), %o0
    set 0x8000, %o1
1:  st %o1, [%o0]
    subcc %o1, 1, %o1
    bne 1b
     add %o0, 4, %o0
    COUNT_IS(32)
    CHECK_WORD(LAST_STATUS, STATUS(3, AT_STORE, FT_INVALID))
CASE
    ALL_AWAY
    set PAGE(0), %o0
    set 0x8000, %o1
    clr %o3
1:  ld [%o0], %o2
    subcc %o1, 1, %o1
    add %o0, 4, %o0
    bne 1b
     add %o3, %o2, %o3
    COUNT_IS(32)
    CHECK(%o3, 0x20004000)
! The load in the delay slot of a loop's branch, the store by double words with carry between.
CASE
    ALL_AWAY
    set PAGE(0), %o0
    set 0x8000, %o1
    clr %o3
    clr %o4
1:  subcc %o1, 1, %o1
    add %o3, %o4, %o3
    add %o0, 4, %o0
    bne 1b
     ld [%o0 - 4], %o4
    add %o3, %o4, %o3
    COUNT_IS(32)
    CHECK(%o3, 0x20004000)
CASE
    ALL_AWAY
    set PAGE(0), %o0
    set 0x4000, %o1
    clr %l4
    clr %l5
    clr %o4
    clr %o5
1:  ldd [%o0], %l2
    addcc %l5, %l3, %l5
    addx %l4, %l2, %l4
    subcc %o1, 1, %o1
    add %o0, 8, %o0
    bne 1b
     std %l4, [%o0 - 8]
    COUNT_IS(32)
    CHECK(%l4, 0x10004000)
    CHECK(%l5, 0x10000000)
! Pages come for reading; the first store brings them again.
COMES_WITH(ACC_R)
CASE
    ALL_AWAY
    set PAGE(0), %o0
    set 0x8000, %o1
1:  ld [%o0], %o2
    subcc %o1, 1, %o1
    st %o1, [%o0]
    bne 1b
     add %o0, 4, %o0
    COUNT_IS(64)
    CHECK_WORD(LAST_STATUS, REFUSED(3, AT_STORE, FT_PROTECTION))
    PEEK(FRAME(31) + 0xff8, 1)
CASE
    ALL_AWAY
    set PAGE(0), %o0
    mov 32, %o1
    set 0x1000, %o2
1:  ldub [%o0 + 3], %o4
    ldstub [%o0 + 3], %o3
    subcc %o1, 1, %o1
    add %o3, %o4, %o5
    bne 1b
     add %o0, %o2, %o0
    CHECK(%o3, 0xff)
    CHECK(%o4, 0xff)
    COUNT_IS(64)
CASE
    ALL_AWAY
    set PAGE(0), %o0
    mov 32, %o1
1:  ldub [%o0 + 4], %o4
    swap [%o0 + 4], %o1
    swap [%o0 + 4], %o1
    subcc %o1, 1, %o1
    bne 1b
     add %o0, %o2, %o0
    COUNT_IS(64)
    PEEK(FRAME(30) + 4, 0x8000 - 30 * 0x400 - 2)
! Code: each page's last instruction branches to the last of the next, whose first is its delay instruction.
COMES_WITH(ACC_RX)
    set FRAME(0), %o0
    set 0x9402a001 /* inc %o2 */, %o1
    set 0x10800400 /* ba . + 0x1000 */, %o2
    set 0xffc, %o3
    set 0x1000, %o4
    mov 18, %o5
1:  sta %o1, [%o0] 0x1c
    sta %o2, [%o0 + %o3] 0x1c
    subcc %o5, 1, %o5
    bne 1b
     add %o0, %o4, %o0
POKE(FRAME(16) + 0xffc, RETL)
CASE
    ALL_AWAY
    set PAGE(0) + 0xffc, %o0
    call %o0
     clr %o2
    CHECK(%o2, 17)
    COUNT_IS(18)
    CHECK_WORD(LAST_STATUS, STATUS(3, AT_FETCH, FT_INVALID))
CASE
    call %o0
     clr %o2
    CHECK(%o2, 17)
    COUNT_IS(0)
    ALL_AWAY
    call %o0
     clr %o2
    CHECK(%o2, 17)
    COUNT_IS(18)
CASE
    ALL_AWAY
    USER_RUNS(call %o0; clr %o2)
    CHECK(%o2, 17)
    COUNT_IS(18)
    CHECK_WORD(LAST_STATUS, STATUS(3, AT_USER_FETCH, FT_INVALID))
HANDLER(0)
END

/* %l1, %l2 the instruction to be executed again */
handler:
    cmp %l3, TT_DATA
    be 1f
    cmp %l3, TT_FETCH
    bne 3f
    nop
1:  set MMU_STATUS, %l4
    lda [%l4] 0x19, %l5
    set BROUGHT, %l4
    st %l5, [%l4 + 4]
    srl %l5, 2, %l5
    and %l5, 7, %l5
    cmp %l5, FT_PROTECTION
    be 2f
    mov ACC_RWX << 2 | 2, %l7
    ld [%l4 + 8], %l7
2:  ld [%l4], %l5
    inc %l5
    st %l5, [%l4]
    set MMU_ADDRESS, %l4
    lda [%l4] 0x19, %l5
    set PAGE(0), %l4
    sub %l5, %l4, %l5
    set FRAME(0), %l6
    add %l6, %l5, %l6
    srl %l6, 4, %l6
    or %l6, %l7, %l6
    srl %l5, 10, %l5
    set LEVEL3, %l4
    st %l6, [%l4 + %l5]
    set 0x400, %l4
    sta %g0, [%l4] 0x18
    wr %l0, %g0, %psr
    PSR_WAIT
    jmp %l1
    rett %l2
/* USER_RUNS()'s end, and what is wrong: back to the common handler. */
3:  set isa_record, %l5
    st %g0, [%l5 + 24]
    ba isa_trap
    nop
