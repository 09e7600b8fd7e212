/* SPDX-License-Identifier: MIT */
/* What C and assembly of the test kernel both know. */
#ifndef LAYOUT_H
#define LAYOUT_H

#define PSR_ET  0x20
#define PSR_PS  0x40
#define PSR_S   0x80
#define PSR_PIL 0xf00
#define PSR_EF  0x1000

/* On the stack of who was interrupted, above the place for its window. */
#define FRAME_PSR  96
#define FRAME_PC   100
#define FRAME_NPC  104
#define FRAME_Y    108
#define FRAME_G1   116 /* %g2 is aligned to 8 */
#define FRAME_SIZE 144

#define CONTEXT_PSR 0
#define CONTEXT_SP  4
#define CONTEXT_PC  8

#endif
