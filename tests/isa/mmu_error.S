! rows: STD
! status: 80
! message: error mode: trap 0x09 (data_access_exception)
! qemu: has no faults while traps are disabled
! SPDX-License-Identifier: MIT
! A window overflow handler stores to a stack that is not mapped while traps are disabled: error mode.
#include "mmu.h"
BEGIN
MMU_START
HANDLER(overflow)
CASE
    wr %g0, 1, %wim
    PSR_WAIT
    set PAGE(0), %sp
    save
    ba isa_fail
     nop
overflow:
    std %l0, [%fp]
    ba isa_fail
    nop
