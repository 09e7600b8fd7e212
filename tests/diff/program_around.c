// SPDX-License-Identifier: MIT
/* Random programs, see program.h: trap handlers, memory and page tables, and the state in which a CPU starts. */
#include <string.h>

#include "program_inside.h"
#include "sparc/cpu.h"

/* ---- handlers ---- */

static void skip_handler(uint32_t *to)
{
    to[0] = JMPL | rs1(L2_LOCAL) | IMMEDIATE;
    to[1] = RETT | rs1(L2_LOCAL) | simm13(4);
}

/* Its RETT traps, and that is the end. */
static void last_handler(uint32_t *to)
{
    to[0] = JMPL | rs1(L2_LOCAL) | IMMEDIATE;
    to[1] = RETT | rs1(L2_LOCAL) | simm13(5);
}

static void again_handler(uint32_t *to)
{
    to[0] = JMPL | rs1(L1_LOCAL) | IMMEDIATE;
    to[1] = RETT | rs1(L2_LOCAL) | IMMEDIATE;
}

/* Where STDFQ stores: sometimes where it traps. */
static uint32_t queue_address(struct program *p, unsigned usual)
{
    if (percent(p, 2)) {
        return rs1(G_OTHER) | IMMEDIATE;
    }
    if (p->watches && percent(p, 20)) {
        return rs1(G_SCRATCH) | simm13((below(p, 128) - 64) & ~7u);
    }
    return rs1(usual) | simm13(8);
}

/* Empties the queue, if there is something in it. */
static void fp_handler(struct program *p, uint32_t *to)
{
    enum { L5 = 21, L6 = 22, L7 = 23 };
    const uint32_t code[] = {
        1u << 24 | rd(L7) | PROGRAM_QUEUE >> 10, /* sethi */
        MEM3(0x25) | rs1(L7) | IMMEDIATE,        /* st %fsr */
        MEM3(0x00) | rd(L6) | rs1(L7) | IMMEDIATE,
        1u << 24 | rd(L5) | 0x2000 >> 10,
        OP3(0x11) | rs1(L6) | L5, /* andcc: FSR.qne */
        0x02800000u | 3,          /* be */
        NOP,
        MEM3(0x26) | queue_address(p, L7), /* std %fq */
    };
    memcpy(to, code, sizeof code);
    skip_handler(to + sizeof code / 4);
}

static void make_handlers(struct program *p)
{
    bool opens_windows = percent(p, 60);
    for (unsigned tt = 0; tt < 256; tt++) {
        uint32_t *to = word_at(p, PROGRAM_RAM) + 4 * tt;
        if (tt >= 0x11 && tt < 0x20) {
            again_handler(to);
        } else if (tt == 0x01) { /* what comes next is out of reach, too */
            to[0] = JMPL | rs1(G_CODE) | simm13(below(p, 512) * 4);
            to[1] = RETT | rs1(G_CODE) | simm13(below(p, 512) * 4);
        } else if (tt == 0x08) {
            to[0] = 0x10800000u | (PROGRAM_HANDLERS - PROGRAM_RAM - 16 * tt) / 4; /* ba */
            to[1] = NOP;
        } else if ((tt == 0x05 || tt == 0x06) && opens_windows) {
            to[0] = WRWIM_ZERO;
            again_handler(to + 1);
        } else if (tt >= TT_SOFTWARE && percent(p, 10)) {
            last_handler(to);
        } else {
            skip_handler(to);
        }
    }
    fp_handler(p, word_at(p, PROGRAM_HANDLERS));
}

/* ---- memory ---- */

/* Mostly what goes fast: no traps, or none of inexact results and those have accrued. */
static uint32_t some_fsr(struct program *p)
{
    const uint32_t nxm = 1u << FSR_TEM, nxa = 1u << FSR_AEXC;
    uint32_t fsr = rng_next(&p->rng) & 0xcfc00fff;

    if (p->fp_traps && percent(p, 60)) {
        return percent(p, 40) ? fsr : (fsr & ~nxm) | nxa;
    }
    return fsr & (percent(p, 50) ? 0xc0400fff : 0x00400fff);
}

static void make_data(struct program *p)
{
    for (unsigned i = 0; i < 2048; i++) {
        *word_at(p, PROGRAM_SCRATCH + 4 * i) =
            percent(p, 70) ? stream_biased_float(&p->rng) : stream_biased(&p->rng);
    }
    for (unsigned i = 0; i < 64; i++) {
        *word_at(p, PROGRAM_FSRS + 4 * i) = some_fsr(p);
    }
}

#define PTD(address)      ((address) >> 4 | 1)
#define PTE(address, acc) ((address) >> 4 | (acc) << 2 | 2)
#define ACC_ALL           3u

/* Identity, but for the hole, and with pages of all rights about the scratch memory. */
static void make_tables(struct program *p)
{
    const uint32_t level1 = PROGRAM_TABLES + 0x1000;
    const uint32_t level2 = PROGRAM_TABLES + 0x2000;
    const uint32_t level3 = PROGRAM_TABLES + 0x3000;

    *word_at(p, PROGRAM_TABLES) = PTD(level1);
    *word_at(p, level1 + 4 * 0x40) = PTD(level2);
    *word_at(p, level1 + 4 * 0x80) = PTE(PROGRAM_DEVICES, ACC_ALL);
    *word_at(p, level1 + 4 * 0x50) = PTE(PROGRAM_RAM, ACC_ALL); /* a second view */
    *word_at(p, level2) = PTD(level3);
    *word_at(p, level2 + 4) = PTE(PROGRAM_RAM + 0x40000, ACC_ALL);
    for (unsigned i = 0; i < 64; i++) {
        bool is_data = i >= 8 && i <= 10;
        uint32_t acc = is_data && percent(p, 50) ? below(p, 8) : ACC_ALL;
        *word_at(p, level3 + 4 * i) = PTE(PROGRAM_RAM + 0x1000 * i, acc);
    }
}

void program_make_around(struct program *p)
{
    make_handlers(p);
    make_data(p);
    make_tables(p);
}

/* ---- a start ---- */

static uint32_t other_place(struct program *p)
{
    static const uint32_t places[] = {PROGRAM_HOLE, 0, 0x50008000, PROGRAM_RAM + PROGRAM_RAM_SIZE};
    return places[below(p, 4)];
}

static uint32_t device(struct program *p)
{
    static const uint32_t devices[] = {0x80000200, 0x80000100, 0x80000300, 0x80000240};
    return devices[below(p, 4)];
}

void program_start(struct program *p, struct program_start *s)
{
    bool supervisor = percent(p, 55);
    s->pc = PROGRAM_CODE + 4 * below(p, PROGRAM_WORDS);
    s->psr = rng_next(&p->rng) & 0x00f00047;
    s->psr |=
        1u << 5 | (uint32_t)supervisor << 7 | (percent(p, 92) ? 1u << 12 : 0) | below(p, 16) << 8;
    s->wim = percent(p, 30) ? 0 : 1u << below(p, 8);
    s->y = stream_biased(&p->rng);
    s->fsr = percent(p, 50) ? some_fsr(p) : 0;
    for (unsigned i = 0; i < 8; i++) {
        s->globals[i] = stream_biased(&p->rng);
    }
    for (unsigned i = 0; i < 16 * 8; i++) {
        s->windows[i] =
            percent(p, 20) ? PROGRAM_CODE + 4 * below(p, PROGRAM_WORDS) : stream_biased(&p->rng);
    }
    for (unsigned i = 0; i < 32; i++) {
        s->f[i] = stream_biased_float(&p->rng);
    }
    s->watch[0] = (PROGRAM_SCRATCH + 0x1000 - 128 + below(p, 256)) & ~3u; /* loads and stores */
    s->watch[1] = 0xfffffff0u << below(p, 4) | 3;
    s->watch[2] = (PROGRAM_CODE + 4 * below(p, PROGRAM_WORDS)) | 1; /* fetches */
    s->watch[3] = 0xfffffff0u;
    s->globals[0] = 0;
    s->globals[G_SCRATCH] = PROGRAM_SCRATCH + 0x1000;
    s->globals[G_FSRS] = PROGRAM_FSRS;
    s->globals[G_DEVICE] = device(p);
    s->globals[G_OTHER] = other_place(p);
    s->globals[G_CODE] = PROGRAM_MIDDLE;
    s->globals[G_PSR] = 0x000010a0; /* EF, S, ET */
}
