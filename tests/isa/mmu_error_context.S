! rows: STA
! status: 80
! message: error mode: trap 0x01 (instruction_access_exception)
! qemu: does not say which trap it was
! SPDX-License-Identifier: MIT
! A change to an invalid context: the next fetch traps, and the fetch of the handler then ends in error mode.
#include "mmu.h"
BEGIN
MMU_START
CASE
    CONTEXT(1)
    nop; nop; nop; nop
    ba isa_fail
     nop
