! rows: LDA STA
! board: no_mmu
! qemu: always has an MMU
! SPDX-License-Identifier: MIT
! Without an MMU its registers read 0, writes to them do nothing, and the cache configuration registers say that there
! is none.
#include "mmu.h"
BEGIN
CASE
    MMU_START
    MMU_IS(MMU_CONTROL, 0)
    MMU_IS(MMU_POINTER, 0)
    MMU_IS(MMU_CONTEXT, 0)
    MMU_IS(MMU_STATUS, 0)
    MMU_IS(MMU_ADDRESS, 0)
CASE
    mov 8, %o1
    lda [%o1] 2, %o2
    CHECK(%o2, 0x00230000)
    mov 12, %o1
    lda [%o1] 2, %o2
    CHECK(%o2, 0x08230000)
set PAGE(0), %o0
TRAPS(TT_DATA, ld [%o0], %o2)
CASE; FLUSH_MMU; MMU_IS(MMU_STATUS, 0)
CASE; POKE(isa_memory, MARK); PEEK(isa_memory, MARK); CHECK_WORD(isa_memory, MARK)
END
