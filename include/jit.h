// SPDX-License-Identifier: MIT
/*
 * Code generation and the cache of generated code: what src/ sees of jit/.
 *
 * A struct jit belongs to one machine and is used from one thread at a time.  jit_run() executes generated code and
 * returns why it was left.  Until then the code goes from block to block by itself: by links (EXIT ops, which
 * jit_link() connects to the block at their target) and by the jump cache (JUMP ops, whose target is computed).
 */
#ifndef JIT_H
#define JIT_H

#include "ir.h"

struct jit;

enum jit_backend_id { JIT_HOST, JIT_IR }; /* host code; the IR interpreter */

/* Makes rare things common, for tests. */
enum jit_stress {
    JIT_STRESS_RA = 1 /* few registers */,
    JIT_STRESS_EXIT = 2 /* no inline jump cache */
};

struct jit_config {
    const struct ir_guest *guest;
    enum jit_backend_id backend;
    size_t cache_size; /* most bytes of code; a backend raises it to its least size (x64: 64 KiB) */
    size_t first_size; /* bytes of code before jit_grow(); 0, or more than cache_size: cache_size */
    unsigned stress;   /* enum jit_stress */
    bool perf_map;     /* write /tmp/perf-PID.map */
    bool plain_cpu;    /* do not use MOVBE, BMI ... even if the host has them */
};

/* Is there a code generator for this host?  If not JIT_HOST becomes JIT_IR. */
bool jit_has_host_backend(void);

/* NULL: the host refuses executable memory, *message (static text) says what failed. */
struct jit *jit_create(const struct jit_config *config, const char **message);
void jit_destroy(struct jit *jit);

/* In which bits of a FLAGS slot the jit's backend keeps N, Z, V and C: N is bit `n`, and so on. */
struct jit_flags_layout {
    uint8_t n, z, v, c;
};
struct jit_flags_layout jit_flags(const struct jit *jit);

/* Generated code of a block.  `links` has the offset of each link in the code cache, for jit_link().  It is 0 where the optimizer has
 * dropped the link's EXIT: generated code is never left by such a link, and jit_link() ignores it. */
struct jit_code {
    const void *entry;
    uint32_t size;
    uint32_t cold_size; /* of code that is rarely executed, and lies elsewhere */
    const void *cold;
    uint32_t links[IR_MAX_LINKS];
};

/* Generates code; the block is then not needed any more.  False: the cache is full, call jit_grow(), jit_reuse() or
 * jit_flush().  The block must have passed ir_verify(). */
bool jit_compile(struct jit *jit, const struct ir_block *block, void *cookie,
                 struct jit_code *code);

/* Doubles the size at which the cache counts as full.  False: that makes no room, call jit_reuse(). */
bool jit_grow(struct jit *jit);
/* Forgets the code that was made before that of the block whose entry is `oldest`; NULL: all code.  Nothing may lead
 * there any more.  Its room may be in up to three pieces: then the next calls, when the cache is full again, give the others.
 * Must not be called by a function that generated code has called. */
void jit_reuse(struct jit *jit, const void *oldest);
/* Forgets all code.  Must not be called by a function that generated code has called. */
void jit_flush(struct jit *jit);
/* Bytes that were in use at once, at most. */
size_t jit_used(const struct jit *jit);

/* Why generated code was left. */
enum jit_reason {
    JIT_QUIT = -1,   /* state is complete: QUIT, or a slow path wanted it */
    JIT_BUDGET = -2, /* the budget does not suffice for block `cookie` */
    JIT_JUMP = -3,   /* env's target is not in the jump cache; cookie: the block left by a JUMP,
                        NULL: a slow path wanted to go there (IR_GO_TO) */
    JIT_DEOPT = -4,  /* as JIT_QUIT, but with a cookie: that block has guessed wrong about memory */
};
/* How generated code was left. */
struct jit_exit {
    void *cookie;   /* of the block that was left; NULL with JIT_QUIT */
    int64_t reason; /* enum jit_reason, or the number of an unpatched link of cookie */
};

/* Enters a block whose state is in env.  env's bank base, budget, memory, tlb and jumps must be valid. */
struct jit_exit jit_run(struct jit *jit, void *env, const void *entry);

/* Let the link at `offset` (of jit_code.links) go to entry; and let it leave to the caller of jit_run() again. */
void jit_link(struct jit *jit, uint32_t offset, const void *entry);
void jit_unlink(struct jit *jit, uint32_t offset);
/* Lets a block's entry leave with JIT_BUDGET from now on, its charge undone.  So a block whose guest code has changed is
 * never executed again, though links and the jump cache may still lead to its entry. */
void jit_disable(struct jit *jit, const void *entry);

/* The jump cache: JUMP finds pc's entry at index (pc >> 2) % JIT_JUMPS. */
#define JIT_JUMPS 262144
struct jit_jump {
    /* of an empty entry: an address of another index (0), or in entry 0 an odd one (1) */
    uint32_t pc;
    uint32_t unused;
    const void *entry;
};

/* Returns (enum jit_fp) and clears the exceptions that have stuck in the host since the last call, and makes the host's
 * floating-point state that of C again.  The caller translates the bits to the guest's. */
enum jit_fp {
    JIT_FP_INEXACT = 1,
    JIT_FP_DIVBYZERO = 2,
    JIT_FP_UNDERFLOW = 4,
    JIT_FP_OVERFLOW = 8,
    JIT_FP_INVALID = 16
};
unsigned jit_fp_harvest(const struct jit *jit);
/* The same, but leaves the guest's rounding mode in effect in the host, for a caller that returns to generated code. */
unsigned jit_fp_take(const struct jit *jit);

/* Writes a listing of the code to stream. */
void jit_disassemble(const struct jit *jit, const struct jit_code *code, FILE *stream);

#endif
