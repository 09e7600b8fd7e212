// SPDX-License-Identifier: MIT
/*
 * A linear window onto an address space: 4 GiB of host addresses in which RAM and ROM lie as the
 * guest sees them, so that generated code finds a byte at window + gpa without reading an addend.
 * The TLB still says whether an access is allowed.  Where the guest has no memory, nothing is
 * accessible in the window (PROT_NONE).
 *
 * The bytes of the regions are moved into the window (mremap), not copied or shared.  So a region
 * can lie there only once and as a whole: if the view shows a part of a region, or a region twice,
 * space->linear is false, and generated code uses the TLB's addends.
 */
#ifndef MEM_WINDOW_H
#define MEM_WINDOW_H

#include <stdbool.h>

#include "mem/addrspace.h"

/* Reserves the window of a space that has none.  False: the host has no room for it; the machine
 * then only runs slower. */
bool window_open(struct addrspace *space);

/* The flat view has changed from `old` (count ranges): moves memory to its places and sets space->linear. */
void window_arrange(struct addrspace *space, const struct flat_range *old, unsigned count);

/* Gives the window back; the bytes of regions in it are moved out. */
void window_close(struct addrspace *space);

#endif
