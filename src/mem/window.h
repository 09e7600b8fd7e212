// SPDX-License-Identifier: MIT
/*
 * A linear window onto an address space: 4 GiB of host addresses in which RAM and ROM lie as the guest
 * sees them, so that generated code finds a byte at window + gpa without asking a table for the place.
 * Whether an access is allowed is still the TLB's to say: what is no memory is not mapped there at all.
 *
 * The regions' bytes themselves live in the window (they are moved, not copied or shared).  A view that
 * cannot be shown so, because a region is visible twice or in part, is not `linear`; everybody then goes
 * by the TLB's addends.
 */
#ifndef MEM_WINDOW_H
#define MEM_WINDOW_H

#include <stdbool.h>

#include "mem/addrspace.h"

/* Reserves the window of a space that has none.  False: the host has no room; nothing is lost but speed.
 */
bool window_open(struct addrspace *space);

/* The flat view has changed from `old` (count ranges): moves memory to its places and sets space->linear. */
void window_arrange(struct addrspace *space, const struct flat_range *old, unsigned count);

/* Gives the window back; regions in it get places of their own. */
void window_close(struct addrspace *space);

#endif
