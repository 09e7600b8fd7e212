// SPDX-License-Identifier: MIT
/*
 * A linear window onto an address space: 4 GiB of host addresses in which RAM and ROM lie as the guest
 * sees them, so that generated code finds a byte at window + gpa without asking a table for the place.
 * The TLB still says whether an access is allowed; what is not memory is not mapped there at all.
 *
 * The regions' bytes themselves live in the window: they are moved there, not copied or shared.  A view of which a
 * region is visible in part only cannot be shown so.  It is not `linear`, and generated code goes by the TLB's addends.
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

/* Gives the window back; the bytes of regions in it are moved out. */
void window_close(struct addrspace *space);

#endif
