! rows:
! qemu: has no bus errors and no watchpoints
! SPDX-License-Identifier: MIT
! Several accesses near one register, in the same block, with an index into a table among them and a branch behind them.
! The register points to memory first; then to its end, to another page's, to code, to a watched page, to registers, to
! the PROM.  Each access does what it does alone, and the trap is that of the access at fault.
#include "isa.h"
#define AREA 0x40100000
#define RAM_END 0x48000000
#define DEVICE 0x80000200 /* interrupt controller: level, pending */
#define TOUCH(base, index) set base, %o0; set index, %o1; clr %o2; clr %o3; clr %o4; call touch; nop
#define TOUCHED(first, indexed, last) CHECK(%o2, first); CHECK(%o3, indexed); CHECK(%o4, last)
/* The call of touch() takes a trap at one of its instructions; to be followed by what it has done before that. */
#define TOUCH_TRAPS(tt, at, base, index) \
    CASE; EXPECT(tt, at, at + 4, 2f, 1); TOUCH(base, index); ba isa_fail; nop; 2: nop
/* Often, so that generated code has guessed right or does not guess any more. */
#define WARM_UP \
    CASE; set 30, %l0; 1: TOUCH(AREA, 3); TOUCHED(0x01020304, 0x0d0e0f10, 4); deccc %l0; bne 1b; nop
#define FILL(base) \
    set base, %l1; set 0x01020304, %l2; st %l2, [%l1]; set 0x05060708, %l2; st %l2, [%l1 + 4]; \
    set 0x090a0b0c, %l2; st %l2, [%l1 + 8]; set 0x0d0e0f10, %l2; st %l2, [%l1 + 12]
BEGIN
FILL(AREA)
WARM_UP
CHECK_WORD(AREA + 4, 0x01020304)
! The table would go on where there is no memory.
FILL(RAM_END - 16)
CASE; TOUCH(RAM_END - 16, 3); TOUCHED(0x01020304, 0x0d0e0f10, 4); CHECK_WORD(RAM_END - 12, 0x01020304)
FILL(RAM_END - 16)
TOUCH_TRAPS(TT_DATA, touch_indexed, RAM_END - 16, 4); TOUCHED(0x01020304, 0, 0)
CHECK_WORD(RAM_END - 12, 0x05060708)
WARM_UP
! A block whose guesses were wrong before.
TOUCH_TRAPS(TT_DATA, touch_indexed, RAM_END - 4, 1); TOUCHED(0x0d0e0f10, 0, 0)
TOUCH_TRAPS(TT_STORE, touch_store, RAM_END - 4, 0); TOUCHED(0x0d0e0f10, 0x0d0e0f10, 0)
WARM_UP
! Across the end of a page, the next of which was never accessed.
FILL(AREA + 0x4ffc)
CASE; TOUCH(AREA + 0x4ffc, 2); TOUCHED(0x01020304, 0x090a0b0c, 4); CHECK_WORD(AREA + 0x5000, 0x01020304)
CASE; TOUCH(AREA + 0x5ffc, 0); TOUCHED(0, 0, 0)
TOUCH_TRAPS(TT_ALIGN, touch, AREA + 2, 0); TOUCHED(0, 0, 0)
TOUCH_TRAPS(TT_ALIGN, touch, AREA + 1, 3); TOUCHED(0, 0, 0)
WARM_UP
#ifndef QEMU /* has no watchpoints */
! The index reaches into a watched place: of the same page, of the next one.
WATCH(AREA + 12, 0xfffffffe)
TOUCH_TRAPS(TT_WATCH, touch_indexed, AREA, 3); UNWATCH; TOUCHED(0x01020304, 0, 0)
WARM_UP
FILL(AREA + 0x4ff8)
WATCH(AREA + 0x5000, 0xfffffffe)
TOUCH_TRAPS(TT_WATCH, touch_indexed, AREA + 0x4ff8, 2)
TOUCHED(0x01020304, 0, 0); CHECK_WORD(AREA + 0x4ffc, 0x05060708)
CASE; TOUCH(AREA + 0x4ff8, 3); UNWATCH; TOUCHED(0x01020304, 0x0d0e0f10, 4)
#endif
WARM_UP
! On code: the store changes an instruction.
CASE
    set 0x90022009, %o3
    set changed - 8, %l3
    ld [%l3], %l4
    mov 1, %o0
    call changed
     nop
    CHECK(%o0, 2)
    set 30, %l0
1:  TOUCH(changed - 4, 0)
    CHECK(%o4, 9)
    mov 1, %o0
    call changed
     nop
    CHECK(%o0, 10)
    deccc %l0
    bne 1b
     nop
! Registers of a device.
CASE
    set 30, %l0
1:  set DEVICE, %o0
    call pair
     nop
    CHECK(%o2, 0)
    CHECK(%o3, 0)
    set AREA, %o0
    call pair
     nop
    CHECK(%o2, 0x01020304)
    CHECK(%o3, 0x01020304)
    deccc %l0
    bne 1b
     nop
! On both sides of a branch: the delay instruction is at the end of memory.
FILL(RAM_END - 16)
CASE
    set 30, %l0
1:  set RAM_END - 16, %o0
    and %l0, 1, %o1
    clr %o4
    call sides
     nop
    CHECK(%o2, 0x01020304)
    CHECK(%o3, 0x090a0b0c)
    deccc %l0
    bne 1b
     nop
CASE; EXPECT(TT_DATA, sides_delay, sides_delay + 4, 2f, 1); set RAM_END - 8, %o0; clr %o1; clr %o3; call sides; nop; ba isa_fail; nop; 2: CHECK(%o2, 0x090a0b0c); CHECK(%o3, 0)
CASE; EXPECT(TT_DATA, sides_delay, sides_end, 2f, 1); set RAM_END - 8, %o0; mov 1, %o1; clr %o3; call sides; nop; ba isa_fail; nop; 2: CHECK(%o2, 0x090a0b0c); CHECK(%o3, 0)
END

touch:
    ld [%o0], %o2
    and %o1, 0xff, %g1
    sll %g1, 2, %g1
touch_indexed:
    ld [%o0 + %g1], %o3
touch_store:
    st %o2, [%o0 + 4]
    retl
     ldub [%o0 + 7], %o4

pair:
    ld [%o0], %o2
    retl
     ld [%o0 + 4], %o3

sides:
    ld [%o0], %o2
    ldub [%o0 + 3], %o4
    cmp %o1, 1
    be sides_end
sides_delay:
     ld [%o0 + 8], %o3
    inc %o4
sides_end:
    retl
     nop

    .align 8
    .word 0, 0x90022009 /* add %o0, 9, %o0 */
changed:
    add %o0, 1, %o0
    retl
     nop
