! rows:
! SPDX-License-Identifier: MIT
! Code that was executed before is changed by every kind of store, with and without FLUSH, and executed again.
#include "isa.h"
! add %o0, N, %o0; retl's second instruction
#define ADD_N(n) (0x90022000 | (n))
! Runs `patched` (which adds 1), changes it so that it adds n, runs it again.
#define CHANGED(n, ...) \
    CASE; set ADD_N(1), %o1; set 9f, %o2; st %o1, [%o2]; clr %o0; ba 8f; nop; \
    9: add %o0, 1, %o0; retl; nop; 8: call 9b; nop; CHECK(%o0, 1); set ADD_N(n), %o1; set 9b, %o2; \
    __VA_ARGS__; clr %o0; call 9b; nop; CHECK(%o0, n)
BEGIN
CHANGED(2, st %o1, [%o2]; flush %o2)
CHANGED(3, st %o1, [%o2])
CHANGED(4, stb %o1, [%o2 + 3])
CHANGED(5, sth %o1, [%o2 + 2])
CHANGED(6, set 0x81c3e008, %l1; mov %o1, %l0; andn %o2, 7, %l2; ld [%o2 + 4], %l1; ld [%o2 - 4], %l3; btst 4, %o2; bne 7f; nop; std %l0, [%o2]; ba 6f; nop; 7: mov %l3, %l4; mov %o1, %l5; std %l4, [%l2]; 6: nop)
CHANGED(7, swap [%o2], %o1)
CHANGED(8, sta %o1, [%o2] 0xb)
CHANGED(11, stba %o1, [%g0 + %o2] 0xb; st %o1, [%o2])
CHANGED(0xff, ldstub [%o2 + 3], %o3)
#ifndef QEMU /* has no ASI 1, and takes bypass stores for data */
CHANGED(9, sta %o1, [%o2] 1)
CHANGED(12, ld [%o2], %o3; casa [%o2] 0xb, %o3, %o1)
CHANGED(13, sta %o1, [%o2] 0x1c)
#endif
CHANGED(14, set isa_memory, %l0; st %o1, [%l0]; ld [%l0], %f0; st %f0, [%o2])
#ifndef QEMU /* goes on with the block it has translated */
! By the instruction in front of it, and from the same page or another.
CASE
    clr %o0
    set ADD_N(5), %o1
    set 9f, %o2
    ba 8f
     nop
7:  ba 6f
     nop
8:  st %o1, [%o2]
9:  add %o0, 1, %o0
    CHECK(%o0, 5)
6:  nop
#endif
CASE
    clr %o0
    set ADD_N(6), %o1
    set 9f, %o2
    ba 9f
     st %o1, [%o2]
    ba isa_fail
     nop
9:  add %o0, 1, %o0
    CHECK(%o0, 6)
#ifndef QEMU /* as above: one turn late */
! A loop that counts in its own code: each turn decodes anew.
CASE
    mov 0, %o3
    mov 20, %o4
    clr %o5
    set ADD_N(0), %o1
    set 9f, %o2
    clr %o0
1:  st %o1, [%o2]
    inc %o1
    ba 9f
     nop
9:  add %o0, 0, %o0
    subcc %o4, 1, %o4
    bne 1b
     nop
CHECK(%o0, 190)
#endif
! Code written where nothing was.
CASE
    set 0x40500000, %o2
    set ADD_N(9), %o1
    st %o1, [%o2]
    set 0x81c3e008, %o1
    st %o1, [%o2 + 4]
    set 0x01000000, %o1
    st %o1, [%o2 + 8]
    clr %o0
    call %o2
     nop
    CHECK(%o0, 9)
CASE
    set ADD_N(10), %o1
    st %o1, [%o2]
    clr %o0
    call %o2
     nop
    CHECK(%o0, 10)
END
