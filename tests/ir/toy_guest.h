/* SPDX-License-Identifier: MIT */
/*
 * A toy guest for tests of the IR: little state of every kind, a small memory, helpers, and functions
 * for the slow paths that do something different for each state they see, and write it down.
 *
 * Two toys that execute the same blocks by different means must have the same state, memory and journal
 * in the end; FLAGS, which each backend keeps as it likes, are compared by their bits.
 *
 *     r0..r7      I32         x0 x1   I64
 *     f0..f7      F32         d0..d3  F64, each over two of f
 *     fi0..fi7    I32 over f
 *     b0..b7      I32 of the bank; bx0 I64 over b0 and b1
 *     icc         FLAGS
 *     low, high   I64: limits for MOVE_BANK
 *     clobbered   I32, clobbered_by_step: changed by slow paths of FP ops and MOVE_BANKs
 *     ignored     I32, ignored_by_fp_step: slow paths of FP ops do not look at it, and set it if they leave
 *
 * The bank is a ring of windows of 64 bytes; b6 and b7 reach into the next one.  Beyond the last window
 * lies a copy of the first, which is the true one while the bank is the last window; so from and to there
 * each MOVE_BANK takes its slow path.
 *
 * Memory: four pages from TOY_MEMORY on; with both permissions, loads only, none, both.
 */
#ifndef TOY_GUEST_H
#define TOY_GUEST_H

#include "backend.h"
#include "toy_rng.h"

enum toy_slot {
    TOY_NO_SLOT,
    TOY_R0,
    TOY_X0 = TOY_R0 + 8,
    TOY_F0 = TOY_X0 + 2,
    TOY_D0 = TOY_F0 + 8,
    TOY_FI0 = TOY_D0 + 4,
    TOY_B0 = TOY_FI0 + 8,
    TOY_BX0 = TOY_B0 + 8,
    TOY_ICC,
    TOY_LOW,
    TOY_HIGH,
    TOY_CLOBBERED,
    TOY_IGNORED,
    TOY_SLOTS
};

enum toy_helper {
    TOY_MIX,   /* pure, I32(I32, I32) */
    TOY_BLEND, /* pure, I64(I32, I64, I32) */
    TOY_HALF,  /* pure, I32(I64) */
    TOY_PEEK,  /* I32(env): of all state */
    TOY_POKE,  /* (env, I32, I64): changes r and b */
    TOY_NOTE,  /* I64(I64, I64, I32): changes nothing, but is not pure */
    TOY_HELPERS
};

#define TOY_MEMORY      0x40000000u
#define TOY_MEMORY_SIZE 0x4000u
#define TOY_WINDOWS     16
#define TOY_WINDOW_SIZE 64
#define TOY_MODES       2
#define TOY_JUMPS       32768 /* so many elements of a jump cache are used */

/* Guest addresses of a program's blocks; some share a place in the jump cache. */
static inline uint32_t toy_block_pc(unsigned index)
{
    return 0x10000 + index / 2 * 4 + index % 2 * (4 * JIT_JUMPS);
}

struct toy;

struct toy_env {
    uint8_t *bank;
    int64_t budget;
    uint8_t *memory;
    uint8_t *tlb;
    struct jit_jump *jumps;
    uint32_t target;
    uint32_t fp;
    uint64_t low, high;
    uint32_t clobbered;
    uint32_t ignored;
    uint32_t r[8];
    uint64_t x[2];
    uint32_t f[8];
    uint16_t icc;
    uint32_t plain[4]; /* the first page is plain memory in linear mode */
    uint8_t windows[(TOY_WINDOWS + 1) * TOY_WINDOW_SIZE];
    struct toy *toy;
};

/* What step() is to do for one instruction of a block. */
struct toy_insn {
    uint8_t code; /* an FP op, MOVE_BANK, LOAD, STORE, or NOP: anything */
    uint8_t type;
    uint8_t a, b;   /* slots of the operands */
    uint8_t slot;   /* of the result */
    int8_t windows; /* how far the MOVE_BANK goes */
    bool open;      /* FP op: the backend may choose whether step() performs it */
};

/* The cookie of a block. */
struct toy_block {
    uint32_t pc;
    struct toy_insn insns[IR_MAX_INSNS];
};

/* An entry of the journal: one call of a function of the guest, a return from generated code, or a harvest. */
struct toy_event {
    char
        kind; /* 's' step, 'f' step of an FP op, 'l' load, 't' store, 'h' helper, 'q' left, 'e' harvest */
    uint8_t size;
    uint32_t pc;   /* of the block */
    uint32_t insn; /* or helper */
    uint32_t address;
    uint64_t value; /* what was stored; the reason to leave; or what else tells two events apart */
    uint64_t state; /* hash of all state, at that moment */
};

#define TOY_EVENTS 4096

struct toy {
    struct toy_env env;
    struct jit_flags_layout flags;
    uint8_t *window;         /* 4 GiB, memory at TOY_MEMORY */
    uint8_t *tlb[TOY_MODES]; /* TLB_SPAN bytes each; in mode 1 only page 0 is fast */
    struct jit_jump jumps[TOY_MODES][JIT_JUMPS];
    /* The backend whose exceptions slow paths harvest; NULL: they harvest none. */
    const struct jit_backend *backend;
    void *self;
    /* How many blocks a slow path may choose from when it says IR_GO_TO; 0 after a reset: it never does. */
    unsigned block_count;
    bool
        guessed_wrong; /* the instruction of an access was performed by step(): a guard has refused it */
    bool quiet;        /* slow paths neither leave nor change budget and bank */
    uint64_t calls; /* how many calls of the guest's functions might change state at random */
    unsigned watch; /* 0, or 1 + the event at which state is copied to `watched` */
    struct toy_env watched;
    unsigned event_count;
    struct toy_event events[TOY_EVENTS];
};

extern const struct ir_guest toy_guest;
extern const struct ir_slot toy_slots[TOY_SLOTS];

/* Aborts if the host has not the memory. */
struct toy *toy_create(struct jit_flags_layout flags);
void toy_destroy(struct toy *toy); /* or NULL */
/* All state and memory anew, from seed; the journal is empty. */
void toy_reset(struct toy *toy, uint64_t seed, bool paged);
/* Writes the TLB entry of a page; `common`: the page has the common addend. */
void toy_map(struct toy *toy, unsigned mode, uint32_t page, uint8_t flags, bool common);
/* Writes the TLB entries of the toy's memory, and env's common addend.  some: in paged mode, some pages have that. */
void toy_map_memory(struct toy *toy, bool paged, bool some);
/* FLAGS as N 8, Z 4, V 2, C 1, from and to the form of the toy's backend. */
unsigned toy_flags(const struct toy *toy);
void toy_set_flags(struct toy *toy, unsigned flags);
/* Hash of state (not memory), the same for every backend. */
uint64_t toy_state(const struct toy *toy);
uint8_t *toy_memory(const struct toy *toy);
/* Makes window number `window`, from 0 to TOY_WINDOWS - 1, the current one, with new random limits around it. */
void toy_move_bank(struct toy_env *env, unsigned window, struct toy_rng *rng);
/* Harvests floating-point exceptions, if there may be any, and notes them in the journal. */
void toy_harvest(struct toy *toy);
/* Adds an event to the journal. */
void toy_note(struct toy *toy, struct toy_event event);
/* Number of the first event that differs; TOY_EVENTS: none does. */
unsigned toy_different_event(const struct toy *a, const struct toy *b);
/* What differs in the states that were watched, or NULL. */
const char *toy_watched_difference(const struct toy *a, const struct toy *b, char *text,
                                   size_t size);
/* NULL if the two agree; else what differs, in a text that lives until the next call. */
const char *toy_difference(const struct toy *a, const struct toy *b, char *text, size_t size);

#endif
