// SPDX-License-Identifier: MIT
/* From a TLB miss to an entry: the first half of each slow access (tlb_access.c). */
#ifndef MEM_TLB_FILL_H
#define MEM_TLB_FILL_H

#include "mem/tlb.h"

/* Translates va for an access of that kind, and fills the entry of its page if it has none or if
 * its entry does not yet answer for such accesses.  TLB_OK: *pa is the physical address, *flags
 * those of the entry, whether the entry was kept or not.  Any other result ends the access. */
enum tlb_result tlb_look_up(struct tlb *tlb, uint32_t va, enum tlb_kind kind, uint32_t *pa,
                            uint32_t *flags);

#endif
