/* SPDX-License-Identifier: MIT */
/*
 * A random program on which all executors must agree: code with control transfers in all directions, trap handlers
 * that return, memory, page tables.  Unlike a stream (stream.h) it is not compared with QEMU, so nothing need be left
 * out; and it has no end, so its user stops it after a number of instructions.
 */
#ifndef DIFF_PROGRAM_H
#define DIFF_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"
#include "sparc/decode.h"

#define PROGRAM_RAM      0x40000000u
#define PROGRAM_RAM_SIZE 0x80000u
#define PROGRAM_HANDLERS 0x40001000u
#define PROGRAM_CODE     0x40002800u /* the middle is a page's start */
#define PROGRAM_WORDS    1024u
#define PROGRAM_MIDDLE   (PROGRAM_CODE + 2 * PROGRAM_WORDS)
#define PROGRAM_QUEUE    0x40007000u /* the handler of FP exceptions stores here */
#define PROGRAM_SCRATCH  0x40008000u /* two pages, used around their border */
#define PROGRAM_FSRS     0x4000a000u /* values for LDFSR */
#define PROGRAM_TABLES   0x40040000u /* page tables */
#define PROGRAM_HOLE     0x30000000u
#define PROGRAM_DEVICES  0x80000000u

/* What a CPU starts with. */
struct program_start {
    uint32_t pc, psr, wim, y, fsr;
    uint32_t globals[8];
    uint32_t windows[16 * 8];
    uint32_t f[32];
    uint32_t watch[4]; /* %asr24 to 27 */
};

struct program {
    struct rng rng;
    bool mmu;
    bool mac;        /* the board has it */
    const char *fpu; /* as [cpu] fpu */
    bool fp_traps;
    bool watches;   /* watchpoints are set */
    uint32_t timer; /* reload value of one that interrupts; 0: none */
    uint32_t ram[PROGRAM_RAM_SIZE / 4];
};

/* Program `number`, the same for the same seed. */
void program_make(struct program *program, uint64_t seed, uint64_t number);

/* Bytes of a row's access to memory. */
unsigned program_access_size(enum insn_id row);

/* A CPU's state, anew each time. */
void program_start(struct program *program, struct program_start *start);

#endif
