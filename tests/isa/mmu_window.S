! rows: SAVE RESTORE STD LDD RETT
! SPDX-License-Identifier: MIT
! A fault in a window handler, because the stack's page is not mapped.  First as operating systems handle it: the
! handler puts the window into a buffer, enables traps and copies it to the stack; the trap in that copy maps the page.
! Then as Linux probes a user's stack: with no-fault mode on and traps disabled.
#include "mmu.h"
#define STACK (PAGE(8) + 0xc00)
#define BUFFER isa_scratch
#define SEEN_STATUS (isa_memory + 0) /* of the last fault that was repaired */
#define REPAIRED (isa_memory + 4)    /* how many */
#define SPILLED (isa_memory + 8)     /* handlers' turns */
#define PROBE (isa_memory + 12)      /* not 0: the overflow handler probes */
#define MOVE_TO(base) \
    std %l0, [base]; std %l2, [base + 8]; std %l4, [base + 16]; std %l6, [base + 24]; \
    std %i0, [base + 32]; std %i2, [base + 40]; std %i4, [base + 48]; std %i6, [base + 56]
#define MOVE_FROM(base) \
    ldd [base], %l0; ldd [base + 8], %l2; ldd [base + 16], %l4; ldd [base + 24], %l6; \
    ldd [base + 32], %i0; ldd [base + 40], %i2; ldd [base + 48], %i4; ldd [base + 56], %i6
#define COPY(from, to)    \
    mov 60, %l6;          \
1:  ld [from + %l6], %l7; \
    st %l7, [to + %l6];   \
    subcc %l6, 4, %l6;    \
    bge 1b;               \
     nop
#define COUNT(place) set place, %l6; ld [%l6], %l7; inc %l7; st %l7, [%l6]
#define TRAPS_ON or %l0, PSR_ET, %l6; wr %l6, %g0, %psr; PSR_WAIT
#define TRAPS_OFF rd %psr, %l6; andn %l6, PSR_ET, %l6; wr %l6, %g0, %psr; PSR_WAIT
/* WIM turned left by `left` of eight. */
#define TURN_WIM(left)        \
    rd %wim, %l5;             \
    sll %l5, left, %l6;       \
    srl %l5, 8 - (left), %l5; \
    or %l5, %l6, %l5;         \
    and %l5, 0xff, %l5
/* Points the slot of page %l5 to its frame. */
#define BRING \
    set PAGE(0), %l4; sub %l5, %l4, %l5; set FRAME(0), %l6; add %l6, %l5, %l6; srl %l6, 4, %l6; \
    or %l6, ACC_RWX << 2 | 2, %l6; srl %l5, 10, %l5; set LEVEL3, %l4; st %l6, [%l4 + %l5]; \
    set 0x400, %l4; sta %g0, [%l4] 0x18
#define AGAIN wr %l0, %g0, %psr; PSR_WAIT; jmp %l1; rett %l2
/* Window 7, the oldest, has values and the stack; from window 1 SAVE overflows. */
#define SET_WINDOWS \
    SET_CWP(7); MAP(8, 0); set 0x11111111, %l0; set 0x22222222, %l1; set 0x33333333, %l6; \
    set 0x44444444, %l7; set 0x55555555, %i0; set 0x66666666, %i5; set 0x77777777, %i7; \
    set STACK, %sp; SET_CWP(1); wr %g0, 1, %wim; PSR_WAIT; PUT_WORD(REPAIRED, 0); PUT_WORD(SPILLED, 0)
#define WINDOW_IS_THERE \
    CHECK(%l0, 0x11111111); CHECK(%l1, 0x22222222); CHECK(%l6, 0x33333333); CHECK(%l7, 0x44444444); \
    CHECK(%i0, 0x55555555); CHECK(%i5, 0x66666666); CHECK(%i7, 0x77777777); CHECK(%sp, STACK)
#define ON_STACK_IS \
    PEEK(FRAME(8) + 0xc00, 0x11111111); PEEK(FRAME(8) + 0xc04, 0x22222222); \
    PEEK(FRAME(8) + 0xc1c, 0x44444444); PEEK(FRAME(8) + 0xc3c, 0x77777777)
#define SAVES(...)      \
    SET_WINDOWS;        \
    mov 1, %o0;         \
    CASE;               \
    __VA_ARGS__;        \
    add %i0, 1, %l0;    \
    CHECK(%l0, 2);      \
    rd %psr, %g1;       \
    and %g1, 0x1f, %g1; \
    CHECK(%g1, 0)
/* Back to window 7: the last RESTORE underflows, the page being away again. */
#define RESTORES(prepare) \
    prepare;              \
    CASE;                 \
    restore;              \
    restore;              \
    restore;              \
    restore;              \
    restore;              \
    restore;              \
    set STACK, %fp;       \
    restore;              \
    WINDOW_IS_THERE
BEGIN
MMU_START
HANDLER(handler)
PUT_WORD(PROBE, 0)
SAVES(save)
CHECK_WORD(SPILLED, 1); CHECK_WORD(REPAIRED, 1); CHECK_WORD(SEEN_STATUS, STATUS(3, AT_STORE, FT_INVALID)); ON_STACK_IS
RESTORES(MAP(8, 0))
CHECK_WORD(SPILLED, 2); CHECK_WORD(REPAIRED, 2); CHECK_WORD(SEEN_STATUS, STATUS(3, AT_LOAD, FT_INVALID))
! In a delay slot; the page is there for reading only: it is brought in again for the store.
SAVES(MAP(8, PTE(FRAME(8), ACC_RX)); ba 9f; save; ba isa_fail; nop; 9: nop)
CHECK_WORD(SPILLED, 1); CHECK_WORD(REPAIRED, 1); CHECK_WORD(SEEN_STATUS, REFUSED(3, AT_STORE, FT_PROTECTION)); ON_STACK_IS
RESTORES(nop)
CHECK_WORD(SPILLED, 2); CHECK_WORD(REPAIRED, 1)
! The page is there: nothing to be repaired.
SAVES(MAP(8, PTE(FRAME(8), ACC_RWX)); save)
    CHECK_WORD(SPILLED, 1)
    CHECK_WORD(REPAIRED, 0)
    ON_STACK_IS
    RESTORES(nop)
    CHECK_WORD(REPAIRED, 0)
#ifndef QEMU /* with no-fault on it makes the page accessible; with ET=0, too */
! Probing.  The stores do nothing, there is no trap, and the status tells.
PUT_WORD(PROBE, 1)
SAVES(save)
CHECK_WORD(SPILLED, 1); CHECK_WORD(REPAIRED, 1); CHECK_WORD(SEEN_STATUS, STATUS(3, AT_STORE, FT_INVALID)); ON_STACK_IS
MMU_IS(MMU_CONTROL, CONTROL_FIXED | 1); RESTORES(nop)
SAVES(MAP(8, PTE(FRAME(8), ACC_RX)); save)
CHECK_WORD(SPILLED, 1); CHECK_WORD(REPAIRED, 1); CHECK_WORD(SEEN_STATUS, STATUS(3, AT_STORE, FT_PROTECTION)); ON_STACK_IS
RESTORES(MAP(8, 0))
CHECK_WORD(REPAIRED, 2)
#endif
HANDLER(0); SET_CWP(1); wr %g0, %g0, %wim; PSR_WAIT
END

handler:
    cmp %l3, TT_OVERFLOW
    be overflow
    cmp %l3, TT_UNDERFLOW
    be underflow
    cmp %l3, TT_DATA
    be repair
    nop
    ba isa_wrong_trap
    nop

/* Brings the page that the fault address register names. */
repair:
    set MMU_STATUS, %l4
    lda [%l4] 0x19, %l5
    set SEEN_STATUS, %l4
    st %l5, [%l4]
    set MMU_ADDRESS, %l4
    lda [%l4] 0x19, %l5
    COUNT(REPAIRED)
    BRING
    AGAIN

overflow:
    COUNT(SPILLED)
    TURN_WIM(7)
    wr %g0, %g0, %wim
    PSR_WAIT
    set BUFFER, %g1
    save
    MOVE_TO(%g1)
    mov %sp, %g2
    restore
    wr %l5, %g0, %wim
    PSR_WAIT
    set PROBE, %l6
    ld [%l6], %l6
    tst %l6
    bne probe
    nop
    TRAPS_ON
    COPY(%g1, %g2)
    TRAPS_OFF
    AGAIN

/* %g2: where the window is to go */
probe:
    SET_MMU(MMU_CONTROL, 3)
    COPY(%g1, %g2)
    SET_MMU(MMU_CONTROL, 1)
    set MMU_STATUS, %l4
    lda [%l4] 0x19, %l5
    btst 2, %l5
    be 2f
    nop
    set SEEN_STATUS, %l4
    st %l5, [%l4]
    set MMU_ADDRESS, %l4
    lda [%l4] 0x19, %l5
    COUNT(REPAIRED)
    BRING
    COPY(%g1, %g2)
2:  AGAIN

underflow:
    COUNT(SPILLED)
    TURN_WIM(1)
    wr %g0, %g0, %wim
    PSR_WAIT
    restore
    mov %fp, %g2
    save
    set BUFFER, %g1
    TRAPS_ON
    COPY(%g2, %g1)
    TRAPS_OFF
    restore
    restore
    MOVE_FROM(%g1)
    save
    save
    wr %l5, %g0, %wim
    PSR_WAIT
    AGAIN
