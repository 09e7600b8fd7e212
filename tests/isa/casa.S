! rows: CASA
! SPDX-License-Identifier: MIT
#include "isa.h"
#define OLD 0x80017fff
#define SET SET_MEMORY(OLD, 0xfe1234d6, 0x7f80c3a5, 0x00ff5a96); set isa_memory, %o0; set MARK, %o2; set MARK2, %o3
#define KEPT CHECK_MEMORY(OLD, 0xfe1234d6, 0x7f80c3a5, 0x00ff5a96)
#define NEW CHECK_MEMORY(MARK, 0xfe1234d6, 0x7f80c3a5, 0x00ff5a96)
! Word with i=1, ASI %g0: casa [%o0] ..., %o1, %o2
#define IMMEDIATE(asi) .word 0xd5e22009 | (asi) << 5
BEGIN
! Equal: swapped.  Not equal: read only.  icc stays.
CASE
    SET
    set OLD, %o1
    SET_ICC(10)
    casa [%o0] 0xb, %o1, %o2
    KEEP_ICC
    CHECK(%o2, OLD)
    CHECK(%o1, OLD)
    CHECK(%o0, isa_memory)
    NEW
    CHECK_ICC(10)
CASE
    SET
    set OLD, %o1
    SET_ICC(5)
    casa [%o0] 0xa, %o1, %o2
    KEEP_ICC
    CHECK(%o2, OLD)
    NEW
    CHECK_ICC(5)
CASE
    SET
    set OLD ^ 1, %o1
    casa [%o0] 0xb, %o1, %o2
    CHECK(%o2, OLD)
    KEPT
CASE
    SET
    set OLD ^ 0x80000000, %o1
    casa [%o0] 0xa, %o1, %o2
    CHECK(%o2, OLD)
    KEPT
CASE
    SET
    add %o0, 12, %o0
    set 0x00ff5a96, %o1
    casa [%o0] 0xb, %o1, %o2
    CHECK(%o2, 0x00ff5a96)
    CHECK_MEMORY(OLD, 0xfe1234d6, 0x7f80c3a5, MARK)
! rd = rs2, %g0 as either, the address register as rd.
CASE
    SET
    set OLD, %o1
    casa [%o0] 0xb, %o1, %o1
    CHECK(%o1, OLD)
    KEPT
CASE
    SET
    set OLD, %o1
    sub %g0, 1, %g0
    casa [%o0] 0xb, %o1, %g0
    CHECK(%g0, 0)
    CHECK_MEMORY(0, 0xfe1234d6, 0x7f80c3a5, 0x00ff5a96)
CASE
    SET_MEMORY(0, 1, 2, 3)
    set isa_memory, %o0
    set MARK, %o2
    casa [%o0] 0xb, %g0, %o2
    CHECK(%o2, 0)
    CHECK_MEMORY(MARK, 1, 2, 3)
CASE
    SET
    set OLD, %o1
    casa [%o0] 0xb, %o1, %o0
    CHECK(%o0, OLD)
    CHECK_MEMORY(isa_memory, 0xfe1234d6, 0x7f80c3a5, 0x00ff5a96)
CASE
    SET
    set OLD, %o1
    mov %o0, %l0
    mov %o1, %i1
    mov %o2, %g2
    ba 1f
     casa [%l0] 0xb, %i1, %g2
    ba isa_fail
     nop
1:  CHECK(%g2, OLD)
    NEW
CASE
    SET
    set OLD, %o1
    ba,a 1f
     casa [%o0] 0xb, %o1, %o2
    nop
1:  CHECK(%o2, MARK)
    KEPT
! Alternate spaces that are memory, and the bypass.
#ifndef QEMU /* has no CASA for these */
CASE
    SET
    set OLD, %o1
    casa [%o0] 1, %o1, %o2
    CHECK(%o2, OLD)
    NEW
CASE
    SET
    set OLD, %o1
    casa [%o0] 0x1c, %o1, %o2
    CHECK(%o2, OLD)
    NEW
CASE
    SET
    set OLD ^ 4, %o1
    casa [%o0] 0x1c, %o1, %o2
    CHECK(%o2, OLD)
    KEPT
#endif
! User mode has ASI 0xa only.
    SET
    set OLD, %o1
    USER_RUNS(casa [%o0] 0xa, %o1, %o2)
    CHECK(%o2, OLD)
    NEW
    SET
    set OLD, %o1
    USER_TRAPS(TT_PRIVILEGED, casa [%o0] 0xb, %o1, %o2)
    CHECK(%o2, MARK)
    KEPT
    SET
    set OLD, %o1
    USER_TRAPS(TT_PRIVILEGED, casa [%o0] 0x8a, %o1, %o2)
    CHECK(%o2, MARK)
    KEPT
! No immediate form: illegal, but in user mode privileged if the ASI is.
SET; TRAPS(TT_ILLEGAL, IMMEDIATE(0xb)); CHECK(%o2, MARK); KEPT
SET; TRAPS_IN_SLOT(TT_ILLEGAL, IMMEDIATE(0xa)); CHECK(%o2, MARK); KEPT
SET; USER_TRAPS(TT_ILLEGAL, IMMEDIATE(0xa)); CHECK(%o2, MARK)
#ifndef QEMU /* takes i=1 before the mode */
SET; USER_TRAPS(TT_PRIVILEGED, IMMEDIATE(0xb)); CHECK(%o2, MARK)
#endif
! Alignment.
    SET
    inc %o0
    TRAPS(TT_ALIGN, casa [%o0] 0xb, %o1, %o2)
    CHECK(%o2, MARK)
    KEPT
    SET
    add %o0, 2, %o0
    TRAPS(TT_ALIGN, casa [%o0] 0xb, %o1, %o2)
    CHECK(%o2, MARK)
    KEPT
    SET
    add %o0, 3, %o0
    TRAPS_IN_SLOT(TT_ALIGN, casa [%o0] 0xb, %o1, %o2)
    CHECK(%o2, MARK)
    KEPT
#ifndef QEMU /* has no bus errors and watchpoints */
SET; set NOWHERE, %o0; TRAPS(TT_DATA, casa [%o0] 0xb, %o1, %o2); CHECK(%o2, MARK)
SET; set NOWHERE, %o0; TRAPS_IN_SLOT(TT_DATA, casa [%o0] 0xb, %o1, %o2); CHECK(%o2, MARK)
! PROM: cannot be written, but compared.
    SET
    set 0x100, %o0
    mov 0, %o1
    TRAPS(TT_STORE, casa [%o0] 0xb, %o1, %o2)
    CHECK(%o2, MARK)
CASE
    SET
    set 0x100, %o0
    mov 1, %o1
    casa [%o0] 0xb, %o1, %o2
    CHECK(%o2, 0)
! To a watchpoint it is a store, whether it stores or not.
    SET
    set OLD, %o1
    WATCH(isa_memory, 0xfffffffc | 1)
    TRAPS(TT_WATCH, casa [%o0] 0xb, %o1, %o2)
    UNWATCH
    CHECK(%o2, MARK)
    KEPT
    SET
    mov 0, %o1
    WATCH(isa_memory, 0xfffffffc | 1)
    TRAPS(TT_WATCH, casa [%o0] 0xb, %o1, %o2)
    UNWATCH
    CHECK(%o2, MARK)
    KEPT
    SET
    inc %o0
    WATCH(isa_memory, 0xfffffffc | 1)
    TRAPS(TT_WATCH, casa [%o0] 0xb, %o1, %o2)
    UNWATCH
    KEPT
    SET
    set OLD, %o1
    WATCH(isa_memory, 0xfffffffc | 2)
    CASE
    casa [%o0] 0xb, %o1, %o2
    UNWATCH
    CHECK(%o2, OLD)
    NEW
#endif
END
