! rows: RDPSR WRPSR
! SPDX-License-Identifier: MIT
#include "isa.h"
! PSR without EC, which LEON3 lets software write and V8 does not where there is no coprocessor.
#define NOT_EC 0xffffdfff
#define PSR_IS(value) rd %psr, %o5; set NOT_EC, %g5; and %o5, %g5, %o5; CHECK(%o5, value)
#define WRITE_PSR(value) \
    CASE;                \
    set (value), %o0;    \
    wr %o0, %g0, %psr;   \
    PSR_WAIT;            \
    PSR_IS(0xf3000000 | (value))
BEGIN
wr %g0, %g0, %wim
! Each field, ET and S on.
WRITE_PSR(0x0010a1)
WRITE_PSR(0x1010a1)
WRITE_PSR(0x2010a1)
WRITE_PSR(0x4010a1)
WRITE_PSR(0x8010a1)
WRITE_PSR(0xf010a1)
WRITE_PSR(0x0011a1)
WRITE_PSR(0x0012a1)
WRITE_PSR(0x0014a1)
WRITE_PSR(0x001fa1)
WRITE_PSR(0x000fa1)
WRITE_PSR(0x001fe1)
WRITE_PSR(0x001f81)
WRITE_PSR(0x001fa0)
WRITE_PSR(0x001fa2)
WRITE_PSR(0x001fa4)
WRITE_PSR(0x001fa7)
WRITE_PSR(0x001fa1)
! impl, ver and reserved bits stay.
CASE
    set 0x0cffcfa1 ^ (0xf << 20), %o0
    wr %o0, %g0, %psr
    PSR_WAIT
    PSR_IS(0xf3000fa1)
WRITE_PSR(0x001fa1)
! rs1 xor operand 2.
CASE
    set 0x501fa1, %o0
    set 0x700000, %o1
    wr %o0, %o1, %psr
    PSR_WAIT
    PSR_IS(0xf3201fa1)
CASE; wr %o0, 0x40, %psr; PSR_WAIT; PSR_IS(0xf3501fe1)
CASE; wr %o0, -0x1000, %psr; PSR_WAIT; PSR_IS(0xf3a00fa1)
WRITE_PSR(0x001fa1)
! rd is ignored where there is no partial WRPSR.
CASE
    set 0x901fa1, %o0
    .word 0x83880000 | 8 << 14
    PSR_WAIT
    PSR_IS(0xf3901fa1)
! A window that does not exist: illegal, nothing is written.  (icc is Z, of the check before.)
set 0x101fa8, %o0; TRAPS(TT_ILLEGAL, wr %o0, %g0, %psr); PSR_IS(0xf3401fe1)
set 0x101fb1, %o0; TRAPS(TT_ILLEGAL, wr %o0, %g0, %psr); PSR_IS(0xf3401fe1)
set 0x101fbf, %o0; TRAPS(TT_ILLEGAL, wr %o0, %g0, %psr); PSR_IS(0xf3401fe1)
set 0x101fa9, %o0; TRAPS_IN_SLOT(TT_ILLEGAL, wr %o0, %g0, %psr); PSR_IS(0xf3401fe1)
! Privileged, before it is illegal; user mode is S = 0, and a trap brings S = 1, PS = 0.
set 0x101fa1, %o0; USER_TRAPS(TT_PRIVILEGED, wr %o0, %g0, %psr)
set 0x101fbf, %o0; USER_TRAPS(TT_PRIVILEGED, wr %o0, %g0, %psr)
set MARK, %o2; USER_TRAPS(TT_PRIVILEGED, rd %psr, %o2); CHECK(%o2, MARK)
set 0x101fa1, %o0; USER_TRAPS(TT_PRIVILEGED, .word 0x83880000 | 8 << 14)
PSR_IS(0xf3401fe1)
! In a delay slot, annulled, into %g0, which reads nothing.
CASE
    set 0xb01fe1, %o0
    ba 1f
     wr %o0, %g0, %psr
    ba isa_fail
     nop
1:  PSR_WAIT
    PSR_IS(0xf3b01fe1)
CASE
    set 0xc01fe1, %o0
    ba,a 1f
     wr %o0, %g0, %psr
    nop
1:  PSR_WAIT
    PSR_IS(0xf3401fe1)
CASE
    set MARK, %o2
    ba 1f
     rd %psr, %o2
    ba isa_fail
     nop
1:  CHECK(%o2, 0xf3401fe1)
CASE
    set MARK, %o2
    ba,a 1f
     rd %psr, %o2
    nop
1:  CHECK(%o2, MARK)
CASE; rd %psr, %g0; CHECK(%g0, 0)
! Reading changes nothing.
CASE
    SET_ICC(5)
    rd %psr, %o2
    rd %psr, %g4
    CHECK_ICC(5)
END
