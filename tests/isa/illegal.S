! rows: UNIMP ILLEGAL UMAC SMAC
! SPDX-License-Identifier: MIT
! Words that are no instruction of V8 or LEON3, of each class: illegal_instruction (iu3.vhd, exception_detect).
#include "isa.h"
#define IS_ILLEGAL(insn) \
    TRAPS(TT_ILLEGAL, .word insn); USER_TRAPS(TT_ILLEGAL, .word insn); \
    TRAPS_IN_SLOT(TT_ILLEGAL, .word insn); ANNULLED(.word insn)
#define ARITH(op3) IS_ILLEGAL(0x80000000 | 10 << 25 | (op3) << 19 | 8 << 14 | 9)
#define MEM(op3) IS_ILLEGAL(0xc0000000 | 10 << 25 | (op3) << 19 | 8 << 14)
BEGIN
set isa_memory, %o0
! UNIMP with its constant; the op2 values that are free
IS_ILLEGAL(0)
IS_ILLEGAL(1)
IS_ILLEGAL(0x3fffff)
IS_ILLEGAL(0x00400000)
IS_ILLEGAL(0x00c00000)
IS_ILLEGAL(0x01400000)
#ifndef QEMU /* knows V9 instructions there */
ARITH(0x09)
ARITH(0x0d)
ARITH(0x19)
ARITH(0x1d)
ARITH(0x2c)
ARITH(0x2d)
ARITH(0x2e)
ARITH(0x2f)
MEM(0x08)
MEM(0x0b)
MEM(0x0c)
MEM(0x0e)
MEM(0x18)
MEM(0x1b)
MEM(0x1c)
MEM(0x1e)
MEM(0x22)
MEM(0x28)
MEM(0x29)
MEM(0x2a)
MEM(0x2b)
MEM(0x2c)
MEM(0x2d)
MEM(0x2e)
MEM(0x2f)
MEM(0x32)
MEM(0x38)
MEM(0x39)
MEM(0x3a)
MEM(0x3b)
MEM(0x3d)
MEM(0x3e)
MEM(0x3f)
#endif
! UMAC and SMAC where there is no MAC
ARITH(0x3e)
ARITH(0x3f)
END
