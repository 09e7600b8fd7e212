! rows: STD
! status: 80
! message: error mode: trap 0x09 (data_access_exception)
! qemu: has no faults while traps are disabled
! SPDX-License-Identifier: MIT
! A window overflow handler that stores to a stack that is not there, traps being disabled.
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
