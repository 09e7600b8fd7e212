// SPDX-License-Identifier: MIT
/*
 * The optimizer: its passes in the order in which they run.
 *
 * Requires a block that ir_verify() accepts, and leaves one.  All that the guest can see stays the same: at each
 * op that LEAVES, at each branch and at each section's end every slot has the value it had, and those ops are
 * performed in the same order with the same operands.  Links keep their numbers, but may be left without an EXIT;
 * arms that no branch goes to any more are dropped, and the others get new numbers.
 *
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

enum { NO_WALK, FORWARD, PROBES, NANS, BACKWARD };

const struct ir_pass ir_passes[] = {
    {"fold", "constants, identities, cheaper ops for the same", opt_fold, FORWARD},
    {"flags", "compare and branch on operands, not on their flags", opt_flags, FORWARD},
    {"cse", "one op for equal ops", opt_cse, FORWARD},
    {"state", "values instead of reads of guest state", opt_state, FORWARD},
    {"sink", "writes of flags into the arms that need them", opt_sink, FORWARD},
    {"probes", "one look at the TLB for several accesses", opt_probes, PROBES},
    {"nans", "one check for the results of several FP ops", opt_nans, NANS},
    {"dead", "drops writes of state that are overwritten unseen", opt_dead, BACKWARD},
    {"dce", "drops ops whose result nobody uses", opt_dce, BACKWARD},
};
const unsigned ir_pass_count = ARRAY_LEN(ir_passes);

_Static_assert(IR_GUESSES == (OPT_PROBES | OPT_NANS), "the passes that guess");
_Static_assert(1 << (ARRAY_LEN(ir_passes) - 1) == OPT_DCE, "enum opt_pass is the table's order");

#ifdef NDEBUG
static void verify(const struct ir_block *block, const char *pass)
{
    (void)block;
    (void)pass;
}
#else
static void verify(const struct ir_block *block, const char *pass)
{
    char message[200];

    if (!ir_verify(block, message, sizeof message)) {
        check_failed(pass, 0, message);
    }
}
#endif

/* Runs the enabled passes of the walk that begins with pass `first`, and returns the number of the pass after them. */
static unsigned run_walk(struct ir_block *block, unsigned passes, unsigned first, unsigned *last)
{
    unsigned next = first;
    unsigned together = 0;

    for (; next < ir_pass_count && ir_passes[next].walk == ir_passes[first].walk; next++) {
        if (passes >> next & 1) {
            together |= 1u << next;
            *last = next;
        }
    }
    if (together == 0) {
        return next;
    }
    if (ir_passes[first].walk == FORWARD) {
        opt_forward(block, together);
    } else if (ir_passes[first].walk == BACKWARD) {
        opt_backward(block, together);
    } else {
        ir_passes[first].run(block);
    }
    return next;
}

void ir_optimize(struct ir_block *block, unsigned passes,
                 void (*trace)(void *context, const struct ir_block *block, const char *pass),
                 void *context)
{
    for (unsigned i = 0; i < ir_pass_count;) {
        unsigned last = ir_pass_count;

        i = run_walk(block, passes, i, &last);
        if (last == ir_pass_count) {
            continue;
        }
        verify(block, ir_passes[last].name);
        if (trace != NULL) {
            trace(context, block, ir_passes[last].name);
        }
    }
}

void opt_fold(struct ir_block *block)
{
    opt_forward(block, OPT_FOLD);
}

void opt_flags(struct ir_block *block)
{
    opt_forward(block, OPT_FLAGS);
}

void opt_cse(struct ir_block *block)
{
    opt_forward(block, OPT_CSE);
}

void opt_state(struct ir_block *block)
{
    opt_forward(block, OPT_STATE);
}

void opt_sink(struct ir_block *block)
{
    opt_forward(block, OPT_SINK);
}

void opt_dead(struct ir_block *block)
{
    opt_backward(block, OPT_DEAD);
}

void opt_dce(struct ir_block *block)
{
    opt_backward(block, OPT_DCE);
}
