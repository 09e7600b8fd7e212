/* SPDX-License-Identifier: MIT */
/* What program.c (the random code) and program_around.c (handlers, memory, the CPU's first state) share. */
#ifndef DIFF_PROGRAM_INSIDE_H
#define DIFF_PROGRAM_INSIDE_H

#include "emit.h"
#include "program.h"

/* Globals that random code leaves alone, mostly: bases of what is worth an access. */
enum { G_SCRATCH = 1, G_FSRS = 2, G_DEVICE = 3, G_OTHER = 4, G_CODE = 5, G_PSR = 6 };

#define OP3(op3)   (2u << 30 | (uint32_t)(op3) << 19)
#define MEM3(op3)  (3u << 30 | (uint32_t)(op3) << 19)
#define JMPL       OP3(0x38)
#define RETT       OP3(0x39)
#define WRWIM_ZERO (OP3(0x32) | IMMEDIATE)
#define L1_LOCAL   17u
#define L2_LOCAL   18u

static inline unsigned below(struct program *p, unsigned limit)
{
    return rng_below(&p->rng, limit);
}

static inline bool percent(struct program *p, unsigned chance)
{
    return rng_percent(&p->rng, chance);
}

static inline uint32_t *word_at(struct program *p, uint32_t address)
{
    return &p->ram[(address - PROGRAM_RAM) / 4];
}

/* program_around.c: trap handlers, data, page tables. */
void program_make_around(struct program *program);

#endif
