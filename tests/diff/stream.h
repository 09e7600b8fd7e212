/* SPDX-License-Identifier: MIT */
/*
 * A random instruction stream: the code of one case.
 *
 * A stream is a row of units.  A unit is one random instruction with what it needs before it (an
 * address, a value for PSR) and after it.  All control flow is forward, to the first word of a
 * unit. It must stay in bounds even if an instruction traps and is skipped. Therefore the first word
 * of a longer unit may be executed or skipped alone, and a unit of one word follows each control
 * transfer.
 */
#ifndef DIFF_STREAM_H
#define DIFF_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"
#include "rng.h"

#define STREAM_WORDS ((SLOT_SIZE - SLOT_CODE) / 4)
#define STREAM_TAIL  8 /* words at the end, all `ta END_TRAP` */

enum fixup_kind {
    FIXUP_DISPLACEMENT,
    FIXUP_JUMP,   /* SETHI, JMPL     */
    FIXUP_RETURN, /* SETHI, JMPL, RETT */
};

/* A control transfer whose aim is not known yet. */
struct fixup {
    enum fixup_kind kind;
    unsigned at;    /* word */
    unsigned unit;  /* wanted aim */
    bool is_couple; /* the delay instruction is a control transfer, too */
};

struct stream {
    struct rng rng;
    uint32_t base; /* address of words[0] */
    bool user;     /* some of it may run in user mode */
    bool fp_traps; /* FSR.TEM may be other than 0 */
    uint32_t words[STREAM_WORDS];
    unsigned count;
    unsigned units;
    unsigned unit_at[STREAM_WORDS + 1];
    struct fixup fixups[STREAM_WORDS];
    unsigned fixup_count;
};

/* Fills the stream; rng, base, user and fp_traps must be set. */
void stream_generate(struct stream *s);

/* Replaces a unit by NOPs. */
void stream_drop(struct stream *s, unsigned unit);

/* A word that is often a borderline case; the same for f registers. */
uint32_t stream_biased(struct rng *rng);
uint32_t stream_biased_float(struct rng *rng);
/* A value for FSR: TEM without UFM, or 0. */
uint32_t stream_fsr(struct rng *rng, bool traps);

#endif
