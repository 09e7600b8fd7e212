// SPDX-License-Identifier: MIT
/* The CPU described for the IR: its slots, the helpers, the functions that generated code calls.  See jit_env.h. */
#include "sparc/jit_env.h"

#include <stddef.h>

#include "sparc/jit_env_state.h"

/* ---- slots ---- */

#define GLOBAL(n)                                                                                  \
    {                                                                                              \
        .name = "g" #n, .bank = IR_ENV, .type = IR_I32,                                            \
        .offset = offsetof(struct cpu, globals) + 4 * n                                            \
    }
#define OUT(n)                                                                                     \
    {                                                                                              \
        .name = "o" #n, .bank = IR_BANKED, .type = IR_I32, .offset = 4 * n                         \
    }
#define LOCAL(n)                                                                                   \
    {                                                                                              \
        .name = "l" #n, .bank = IR_BANKED, .type = IR_I32, .offset = 32 + 4 * n                    \
    }
#define IN(n)                                                                                      \
    {                                                                                              \
        .name = "i" #n, .bank = IR_BANKED, .type = IR_I32, .offset = 64 + 4 * n                    \
    }
#define F_AT(n) (offsetof(struct cpu, f) + 4 * CPU_F(n))
#define F_WORD(n)                                                                                  \
    {                                                                                              \
        .name = "f" #n, .bank = IR_ENV, .type = IR_I32, .offset = F_AT(n)                          \
    }
#define F_SINGLE(n)                                                                                \
    {                                                                                              \
        .name = "s" #n, .bank = IR_ENV, .type = IR_F32, .offset = F_AT(n)                          \
    }
#define F_DOUBLE(n)                                                                                \
    {                                                                                              \
        .name = "d" #n, .bank = IR_ENV, .type = IR_F64, .offset = offsetof(struct cpu, f) + 4 * n  \
    }
#define F_PAIR(n)                                                                                  \
    {                                                                                              \
        .name = "x" #n, .bank = IR_ENV, .type = IR_I64, .offset = offsetof(struct cpu, f) + 4 * n  \
    }
#define EIGHT(m) m(0), m(1), m(2), m(3), m(4), m(5), m(6), m(7)
#define THIRTY_TWO(m)                                                                              \
    EIGHT(m), m(8), m(9), m(10), m(11), m(12), m(13), m(14), m(15), m(16), m(17), m(18), m(19),    \
        m(20), m(21), m(22), m(23), m(24), m(25), m(26), m(27), m(28), m(29), m(30), m(31)
#define EVEN(m)                                                                                    \
    m(0), m(2), m(4), m(6), m(8), m(10), m(12), m(14), m(16), m(18), m(20), m(22), m(24), m(26),   \
        m(28), m(30)

/* The slots that must be read each time: a device may request another interrupt in the middle of a block; and notes are
 * far from the bank's registers, so it would be wasteful to keep in mind what is known of them. */
#define IS_READ_ANEW(id)                                                                           \
    ((id) == SLOT_IRL || (id) == SLOT_WINDOW || (id) == SLOT_TRAPPED || (id) == SLOT_TRAPPED_BELOW)
/* The slots that step() may change for an FP op, beside the op's result. */
#define IS_CLOBBERED_BY_STEP(id) ((id) == SLOT_FPOP || IS_READ_ANEW(id))
/* An FP op's step() does not read the last FPop, since its own FPop overwrites cexc and ftt. */
#define IS_IGNORED_BY_FP_STEP(id) ((id) >= SLOT_FPOP)

/* Where slots of IR_BANKED are, from bank[1] of the window at place 0. */
#define OFFSET_ENV(field)    offsetof(struct cpu, field)
#define OFFSET_BANKED(field) (offsetof(struct cpu, field) - offsetof(struct cpu, windows))

static const struct ir_slot slots[SLOT_COUNT] = {
    EIGHT(GLOBAL),      EIGHT(OUT),           EIGHT(LOCAL),   EIGHT(IN),
    THIRTY_TWO(F_WORD), THIRTY_TWO(F_SINGLE), EVEN(F_DOUBLE), EVEN(F_PAIR),
#define SLOT(id, name, bank, type, field)                                                          \
    [SLOT_##id] = {name,                                                                           \
                   IR_##bank,                                                                      \
                   IR_##type,                                                                      \
                   OFFSET_##bank(field),                                                           \
                   .clobbered_by_step = IS_CLOBBERED_BY_STEP(SLOT_##id),                           \
                   .ignored_by_fp_step = IS_IGNORED_BY_FP_STEP(SLOT_##id)},
#include "sparc/slots.def"
#undef SLOT
};

/* ---- helpers ---- */

/* After WRWIM, B.29. */
static void find_limits_of_wim(struct cpu *cpu)
{
    find_limits(cpu, BY_RESTORE);
}

/* FSR, 4.4. */
static uint32_t read_fsr(struct cpu *cpu)
{
    jit_env_take_fp(cpu);
    return cpu_fsr(cpu);
}

static const struct ir_helper helpers[HELPER_COUNT] = {
    [HELPER_FSR] = {"fsr", (void (*)(void))read_fsr, IR_I32, {IR_VOID}, true, false},
    [HELPER_LIMITS] =
        {"limits", (void (*)(void))find_limits_of_wim, IR_VOID, {IR_VOID}, true, false},
};

/* ---- the description ---- */

static const struct ir_guest guest = {
    .name = "sparc",
    .slots = slots,
    .slot_count = SLOT_COUNT,
    .helpers = helpers,
    .helper_count = HELPER_COUNT,
    .bank_offset = offsetof(struct cpu, bank[1]),
    .budget_offset = offsetof(struct cpu, jit_env.budget),
    .memory_offset = offsetof(struct cpu, jit_env.memory),
    .tlb_offset = offsetof(struct cpu, jit_env.tlb_flags),
    .jumps_offset = offsetof(struct cpu, jit_env.jumps),
    .target_offset = offsetof(struct cpu, jit_context.target),
    .fp_offset = offsetof(struct cpu, jit_env.fp_used),
    .fp_mode_offset = offsetof(struct cpu, jit_env.fp_mode),
    .step = jit_env_step,
    .load = jit_env_load,
    .store = jit_env_store,
    .mmio = &jit_env_mmio,
};

struct ir_guest jit_env_guest(unsigned windows, enum cpu_fpu fpu, unsigned cpu_count)
{
    struct ir_guest own = guest;
    own.bank_period = 64 * windows;
    own.fp_flush = fpu > CPU_FPU_IEEE;
    own.plain_offset = offsetof(struct cpu, jit_context.plain);
    own.told_offset = cpu_count > 1 ? offsetof(struct cpu, jit_context.told) : 0;
    return own;
}
