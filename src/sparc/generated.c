// SPDX-License-Identifier: MIT
/* Between generated code and the CPU: slots, crossing over, slow paths.  See generated.h. */
#include "sparc/generated.h"

#include <stddef.h>

#include "bits.h"
#include "check.h"
#include "sparc/interp.h"

/* ---- slots ---- */

#define GLOBAL(n) {.name = "g" #n, .bank = IR_ENV, .type = IR_I32, .offset = offsetof(struct cpu, globals) + 4 * n}
#define OUT(n)    {.name = "o" #n, .bank = IR_BANKED, .type = IR_I32, .offset = 4 * n}
#define LOCAL(n)  {.name = "l" #n, .bank = IR_BANKED, .type = IR_I32, .offset = 32 + 4 * n}
#define IN(n)     {.name = "i" #n, .bank = IR_BANKED, .type = IR_I32, .offset = 64 + 4 * n}
#define F_AT(n)   (offsetof(struct cpu, f) + 4 * CPU_F(n))
#define F_WORD(n) {.name = "f" #n, .bank = IR_ENV, .type = IR_I32, .offset = F_AT(n)}
#define F_SINGLE(n) {.name = "s" #n, .bank = IR_ENV, .type = IR_F32, .offset = F_AT(n)}
#define F_DOUBLE(n) {.name = "d" #n, .bank = IR_ENV, .type = IR_F64, .offset = offsetof(struct cpu, f) + 4 * n}
#define F_PAIR(n)   {.name = "x" #n, .bank = IR_ENV, .type = IR_I64, .offset = offsetof(struct cpu, f) + 4 * n}
#define EIGHT(m) m(0), m(1), m(2), m(3), m(4), m(5), m(6), m(7)
#define THIRTY_TWO(m)                                                                              \
    EIGHT(m), m(8), m(9), m(10), m(11), m(12), m(13), m(14), m(15), m(16), m(17), m(18), m(19),    \
        m(20), m(21), m(22), m(23), m(24), m(25), m(26), m(27), m(28), m(29), m(30), m(31)
#define EVEN(m)                                                                                    \
    m(0), m(2), m(4), m(6), m(8), m(10), m(12), m(14), m(16), m(18), m(20), m(22), m(24), m(26),   \
        m(28), m(30)

/* What an FP op's step() changes beside its result. */
#define SHY(id) ((id) == SLOT_FSR || (id) == SLOT_FPOP)

static const struct ir_slot slots[SLOT_COUNT] = {
    EIGHT(GLOBAL), EIGHT(OUT), EIGHT(LOCAL), EIGHT(IN), THIRTY_TWO(F_WORD), THIRTY_TWO(F_SINGLE),
    EVEN(F_DOUBLE), EVEN(F_PAIR),
#define SLOT(id, name, bank, type, field)                                                          \
    [SLOT_##id] = {name, IR_##bank, IR_##type, offsetof(struct cpu, field), SHY(SLOT_##id)},
#include "sparc/slots.def"
#undef SLOT
};

/* ---- crossing over ---- */

static uint32_t icc_of(const struct cpu *cpu)
{
    const struct jit_flags_layout *at = &cpu->generated.layout;
    uint32_t flags = cpu->generated.flags;
    return (flags >> at->n & 1) * ICC_N | (flags >> at->z & 1) * ICC_Z |
           (flags >> at->v & 1) * ICC_V | (flags >> at->c & 1) * ICC_C;
}

static uint16_t flags_of(const struct cpu *cpu)
{
    const struct jit_flags_layout *at = &cpu->generated.layout;
    uint32_t icc = cpu->icc;
    return (uint16_t)((icc / ICC_N & 1) << at->n | (icc / ICC_Z & 1) << at->z |
                      (icc / ICC_V & 1) << at->v | (icc / ICC_C & 1) << at->c);
}

/* Counters as after the instruction that budget stands for. */
static inline void settle_time(struct cpu *cpu)
{
    uint64_t cycles = cpu->generated.base - (uint64_t)cpu->generated.budget;
    cpu->insns += cycles - cpu->cycles;
    cpu->cycles = cycles;
}

static inline void restart_budget(struct cpu *cpu)
{
    cpu->generated.base = cpu->limit;
    cpu->generated.budget = (int64_t)(cpu->limit - cpu->cycles);
}

static void settle_integer(struct cpu *cpu)
{
    cpu->cwp = (uint8_t)((cpu->bank[1] - cpu->windows) / 16);
    cpu->icc = icc_of(cpu);
}

static void settle_fp(struct cpu *cpu)
{
    if (cpu->generated.fp_used) {
        cpu->generated.fp_used = 0;
        cpu->fsr |= (jit_fp_harvest(cpu->generated.jit) & ~(unsigned)JIT_FP_UNDERFLOW) << FSR_AEXC;
    }
}

/* The windows, as bits, from which SAVE (RESTORE) is more than a step of the pointer: the next one is
 * invalid, or the copy of the last window's ins comes into it (see struct cpu). */
static void find_limits(struct cpu *cpu)
{
    unsigned n = cpu->config.windows;
    uint64_t wim = cpu->wim;
    uint64_t ends = UINT64_C(1) << (n - 1);
    uint64_t save = (wim << 1 | 1 | ends) & ((UINT64_C(2) << cpu->cwp) - 1);
    uint64_t restore = (wim >> 1 | ends | ends >> 1) >> cpu->cwp;

    cpu->generated.save_limit = cpu->windows + 16 * (63 - __builtin_clzll(save));
    cpu->generated.restore_limit = cpu->bank[1] + 16 * __builtin_ctzll(restore);
}

void generated_init(struct cpu *cpu, struct jit *jit)
{
    cpu->generated.jit = jit;
    cpu->generated.layout = jit_flags(jit);
}

void generated_enter(struct cpu *cpu)
{
    cpu->generated.flags = flags_of(cpu);
    find_limits(cpu);
    restart_budget(cpu);
}

void generated_leave(struct cpu *cpu)
{
    settle_time(cpu);
    settle_integer(cpu);
    settle_fp(cpu);
}

/* Devices and debuggers may ask for registers in the middle of an access. */
void cpu_settle(struct cpu *cpu)
{
    if (cpu->generated.inside) {
        cpu->generated.inside = false;
        settle_integer(cpu);
        cpu_attention(cpu); /* what they change counts from the next instruction on */
    }
}

/* ---- slow paths ---- */

/* Must the block be left after insn?  Wait cycles or a new event may have made the limit nearer than the
 * block's end, which was looked at on entry only. */
static inline bool wants_out(const struct cpu *cpu, const struct guest_block *block,
                             const struct block_insn *insn)
{
    return cpu->cycles + insn->left > cpu->limit || cpu->cycles >= cpu->limit || block->gone;
}

static inline void be_at(struct cpu *cpu, const struct block_insn *insn)
{
    cpu->pc = insn->pc;
    if (insn->npc != NPC_IN_SLOT) {
        cpu->npc = insn->npc;
    }
}

/* Executes insn, all of the CPU's state being settled. Must generated code be left? */
static uint32_t execute(struct cpu *cpu, const struct guest_block *block,
                        const struct block_insn *insn)
{
    uint32_t next = cpu->npc;
    insn->f.execute(cpu, &insn->f);
    if (cpu->pc != next || cpu->npc != next + 4 || wants_out(cpu, block, insn) ||
        generated_mode(cpu) != block->mode) {
        restart_budget(cpu);
        cpu->generated.flags = flags_of(cpu);
        return 1;
    }
    generated_enter(cpu);
    return 0;
}

static uint32_t step(void *env, void *cookie, uint32_t insn)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;

    generated_leave(cpu);
    be_at(cpu, &block->insns[insn]);
    return execute(cpu, block, &block->insns[insn]);
}

/* Lets the interpreter complete an access that was made already, or is not to be made.  As execute(). */
static uint32_t complete(struct cpu *cpu, const struct guest_block *block, uint32_t insn,
                     const struct tlb_replay *replay)
{
    uint32_t leave;
    if (cpu->generated.inside) {
        settle_integer(cpu);
    }
    cpu->generated.inside = false;
    settle_fp(cpu);
    cpu->tlb.replay = replay;
    leave = execute(cpu, block, &block->insns[insn]);
    cpu->tlb.replay = NULL;
    return leave;
}

static uint64_t extend(uint64_t value, uint32_t size)
{
    switch (size) {
    case IR_S8:
        return (uint32_t)(int8_t)value;
    case IR_S16:
        return (uint32_t)(int16_t)value;
    default:
        return value;
    }
}

/* Half an atomic must not be made. */
static inline bool is_atomic(const struct block_insn *insn)
{
    return (insn_rows[insn->f.row].flags & INSN_F_ATOMIC) != 0;
}

static struct ir_loaded load(void *env, void *cookie, uint32_t insn, uint32_t address,
                             uint32_t size)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    unsigned bytes = 1u << (size & 3);
    struct tlb_replay replay = {TLB_OK, 0};
    struct ir_loaded left = {0, 1};

    settle_time(cpu);
    be_at(cpu, &block->insns[insn]);
    cpu->generated.inside = true;
    if ((address & (bytes - 1)) || is_atomic(&block->insns[insn])) {
        complete(cpu, block, insn, NULL);
        return left;
    }
    replay.result = tlb_load(&cpu->tlb, address, bytes, &replay.value, 0);
    if (replay.result == TLB_OK && !wants_out(cpu, block, &block->insns[insn])) {
        struct ir_loaded done = {extend(replay.value, size), 0};
        cpu->generated.inside = false;
        restart_budget(cpu);
        return done;
    }
    complete(cpu, block, insn, &replay);
    return left;
}

static uint32_t store(void *env, void *cookie, uint32_t insn, uint32_t address, uint32_t size,
                      uint64_t value)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    unsigned bytes = 1u << (size & 3);
    struct tlb_replay replay = {TLB_OK, 0};

    settle_time(cpu);
    be_at(cpu, &block->insns[insn]);
    cpu->generated.inside = true;
    if ((address & (bytes - 1)) || is_atomic(&block->insns[insn])) {
        complete(cpu, block, insn, NULL);
        return 1;
    }
    replay.result = tlb_store(&cpu->tlb, address, bytes, value, 0);
    if (replay.result == TLB_OK && !wants_out(cpu, block, &block->insns[insn])) {
        cpu->generated.inside = false;
        restart_budget(cpu);
        return 0;
    }
    return complete(cpu, block, insn, &replay); /* a store's bus error may not matter */
}

/* ---- what is left of the description ---- */

/* Quotient of y:a and b, B.19; b is not 0. */
static uint32_t sdiv(uint32_t y, uint32_t a, uint32_t b)
{
    bool overflow;
    return interp_divide_signed(y, a, b, &overflow);
}

static const struct ir_helper helpers[HELPER_COUNT] = {
    [HELPER_SDIV] = {"sdiv", (void (*)(void))sdiv, IR_I32, {IR_I32, IR_I32, IR_I32}, false, true},
};

static const struct ir_guest guest = {
    .name = "sparc",
    .slots = slots,
    .slot_count = SLOT_COUNT,
    .helpers = helpers,
    .helper_count = HELPER_COUNT,
    .bank_offset = offsetof(struct cpu, bank[1]),
    .budget_offset = offsetof(struct cpu, generated.budget),
    .memory_offset = offsetof(struct cpu, generated.memory),
    .tlb_offset = offsetof(struct cpu, generated.tlb_flags),
    .jumps_offset = offsetof(struct cpu, generated.jumps),
    .target_offset = offsetof(struct cpu, generated.target),
    .fp_offset = offsetof(struct cpu, generated.fp_used),
    .step = step,
    .load = load,
    .store = store,
};

const struct ir_guest *generated_guest(void)
{
    return &guest;
}
