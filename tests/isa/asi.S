! rows: LDA STA
! SPDX-License-Identifier: MIT
! LEON3's alternate address spaces: cache registers, flushes, bypass, and ASIs that are ordinary memory.
#include "isa.h"
#define CCR_IS(value) lda [%g0] 2, %o2; CHECK(%o2, value)
BEGIN
set isa_memory, %o0; set MARK, %o1; st %o1, [%o0]
! Memory: forced miss, code and data spaces.
#define READS(asi) CASE; lda [%o0] asi, %o2; CHECK(%o2, MARK)
#define WRITES(asi)     \
    CASE;               \
    set MARK2, %o3;     \
    sta %o3, [%o0] asi; \
    ld [%o0], %o2;      \
    CHECK(%o2, MARK2);  \
    st %o1, [%o0]
READS(0xa)
READS(0xb)
WRITES(0xa)
WRITES(0xb)
READS(0x1c)
WRITES(0x1c)
#ifndef QEMU /* knows fewer names; LEON3 decodes five bits and takes what it does not know for memory */
READS(0)
WRITES(0)
READS(1)
WRITES(1)
READS(8)
READS(9)
READS(0x20)
READS(0x8b)
READS(0x3c)
WRITES(0x2a)
#endif
! The bypass in all sizes, and where there is nothing.
CASE
    set 0x89abcdef, %o2
    st %o2, [%o0 + 4]
    lduba [%o0 + %g0] 0x1c, %o3
    CHECK(%o3, 0x5a)
    ldsha [%o0] 0x1c, %o3
    CHECK(%o3, 0x5a3c)
    add %o0, 4, %o4
    ldsba [%o4] 0x1c, %o3
    CHECK(%o3, 0xffffff89)
    lduha [%o4] 0x1c, %o3
    CHECK(%o3, 0x89ab)
    ldda [%o0] 0x1c, %o2
    CHECK(%o2, MARK)
    CHECK(%o3, 0x89abcdef)
CASE
    mov 0x77, %o3
    stba %o3, [%o0] 0x1c
    CHECK_WORD(isa_memory, 0x773c9687)
    stha %o3, [%o0] 0x1c
    CHECK_WORD(isa_memory, 0x00779687)
    mov 1, %o2
    stda %o2, [%o0] 0x1c
    CHECK_WORD(isa_memory, 1)
    CHECK_WORD(isa_memory + 4, 0x77)
set isa_memory + 2, %o4; TRAPS(TT_ALIGN, lda [%o4] 0x1c, %o2); TRAPS(TT_ALIGN, sta %o2, [%o4] 0x1c)
#ifndef QEMU /* has no bus errors */
set NOWHERE, %o4; TRAPS(TT_DATA, lda [%o4] 0x1c, %o2); TRAPS(TT_STORE, sta %o2, [%o4] 0x1c)
TRAPS(TT_DATA, lda [%o4] 1, %o2); TRAPS(TT_STORE, sta %o2, [%o4] 1)
! Plug and play by the bypass, as idle loops read it.
CASE
    mov -16, %o4
    lda [%o4] 0x1c, %g0
    lda [%o4] 0x1c, %o2
    ld [%o4], %o3
    cmp %o2, %o3
    bne isa_fail
     nop
! Cache control: DS, IB, DF, IF, DCS and ICS can be written; flush bits read 0.
CASE; sta %g0, [%g0] 2; CCR_IS(0)
CASE; set 0x0081000f, %o3; sta %o3, [%g0] 2; CCR_IS(0x0081000f)
CASE; set 0x0061003f, %o3; sta %o3, [%g0] 2; CCR_IS(0x0001003f)
CASE; lda [%g0] 0x22, %o2; CHECK(%o2, 0x0001003f)
CASE; sta %g0, [%g0] 2; CCR_IS(0)
! Configuration: 4 KiB of 8 words a line; the data cache snoops.  Read-only.
CASE
    mov 8, %o4
    mov -1, %o3
    sta %o3, [%o4] 2
    lda [%o4] 2, %o2
    andn %o2, 8, %o2
    CHECK(%o2, 0x00230000)
    CCR_IS(0)
CASE
    mov 12, %o4
    sta %o3, [%o4] 2
    lda [%o4] 2, %o2
    andn %o2, 8, %o2
    CHECK(%o2, 0x08230000)
    CCR_IS(0)
CASE; mov 4, %o4; lda [%o4] 2, %o2; CHECK(%o2, 0)
! Flushes change no memory, and do not look at the address.
set isa_memory, %o0; st %o1, [%o0]; set NOWHERE, %o4
CASE
    sta %g0, [%o0] 0x10
    sta %g0, [%o0] 0x11
    sta %g0, [%o0] 0x13
    sta %g0, [%g0] 3
    sta %g0, [%g0] 0x18
    sta %g0, [%o4] 0x10
    sta %g0, [%o4] 0x11
    CHECK_WORD(isa_memory, MARK)
! Tags and data of the caches: no trap, no memory.
CASE
    lda [%o0] 0xc, %g0
    lda [%o0] 0xd, %g0
    lda [%o0] 0xe, %g0
    lda [%o0] 0xf, %g0
    sta %g0, [%o0] 0xc
    sta %g0, [%o0] 0xd
    sta %g0, [%o0] 0xe
    sta %g0, [%o0] 0xf
    lda [%o0] 0x1e, %g0
    sta %g0, [%o0] 0x1e
    CHECK_WORD(isa_memory, MARK)
#endif
END
