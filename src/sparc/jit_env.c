// SPDX-License-Identifier: MIT
/* Between generated code and the CPU: slots, crossing over, slow paths.  See jit_env.h. */
#include "sparc/jit_env.h"

#include <stddef.h>

#include "bits.h"
#include "check.h"
#include "sparc/asi.h"
#include "sparc/jit_env_state.h"
#include "sparc/interp.h"
#include "sparc/softfloat.h"

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

/* The slots that step() may change for an FP op, beside the op's result. */
#define IS_CLOBBERED_BY_STEP(id) ((id) == SLOT_FSR || (id) == SLOT_FPOP)
/* An FP op's step() does not read the last FPop, since its own FPop overwrites cexc and ftt. */
#define IS_IGNORED_BY_FP_STEP(id) ((id) >= SLOT_FPOP)

static const struct ir_slot slots[SLOT_COUNT] = {
    EIGHT(GLOBAL),      EIGHT(OUT),           EIGHT(LOCAL),   EIGHT(IN),
    THIRTY_TWO(F_WORD), THIRTY_TWO(F_SINGLE), EVEN(F_DOUBLE), EVEN(F_PAIR),
#define SLOT(id, name, bank, type, field)                                                          \
    [SLOT_##id] = {name,                                                                           \
                   IR_##bank,                                                                      \
                   IR_##type,                                                                      \
                   offsetof(struct cpu, field),                                                    \
                   .clobbered_by_step = IS_CLOBBERED_BY_STEP(SLOT_##id),                           \
                   .ignored_by_fp_step = IS_IGNORED_BY_FP_STEP(SLOT_##id)},
#include "sparc/slots.def"
#undef SLOT
};

/* ---- crossing over ---- */

static uint16_t place_flags(const struct jit_flags_layout *at, uint32_t icc)
{
    return (uint16_t)((icc / ICC_N & 1) << at->n | (icc / ICC_Z & 1) << at->z |
                      (icc / ICC_V & 1) << at->v | (icc / ICC_C & 1) << at->c);
}

static uint8_t find_icc(const struct jit_flags_layout *at, uint32_t flags)
{
    return (uint8_t)((flags >> at->n & 1) * ICC_N | (flags >> at->z & 1) * ICC_Z |
                     (flags >> at->v & 1) * ICC_V | (flags >> at->c & 1) * ICC_C);
}

/* Must FPops with inexact results be left to the interpreter (MODE_FP_EXACT)?  They must if they would trap, since an
 * exception that traps does not accrue.  They must also if overflow or underflow traps, as the host raises inexact
 * with each of these; but not if inexact has accrued already. */
static bool wants_exact(const struct cpu *cpu)
{
    unsigned tem = bits_get(cpu->fsr, FSR_TEM, 5);
    bool accrued = cpu->fsr >> FSR_AEXC & SOFTFLOAT_NX;

    return tem & SOFTFLOAT_NX || (tem & (SOFTFLOAT_OF | SOFTFLOAT_UF) && !accrued);
}

unsigned jit_env_fp_mode(const struct cpu *cpu)
{
    if (cpu->fp_state != FP_EXECUTE) {
        return MODE_FP_SLOW;
    }
    if (wants_exact(cpu)) {
        return MODE_FP_EXACT;
    }
    return bits_get(cpu->fsr, FSR_TEM, 5) != 0 ? MODE_FP_TRAPS : 0;
}

static inline void choose_fp_mode(struct cpu *cpu)
{
    bool flush = cpu->config.fpu > CPU_FPU_IEEE;
    cpu->jit_env.fp_mode = bits_get(cpu->fsr, FSR_RD, 2) | (flush ? IR_FP_FLUSH : 0u);
}

/* The exceptions in the host's sticky flags that accrue in the guest.  Not among them are those that the interpreter
 * enters when it performs the FPop again: underflow of an IEEE FPU, which detects tininess before rounding; invalid of
 * the other FPUs, since the host executes an FPop with a denormal operand before that is found to be unfinished; and,
 * where FPops may trap, all but inexact. */
static uint32_t accrued_of(const struct cpu *cpu, unsigned raised)
{
    if (wants_exact(cpu)) {
        raised = 0;
    } else if (cpu->fsr & FSR_TEM_MASK) {
        raised &= JIT_FP_INEXACT;
    } else {
        raised &= ~(cpu->config.fpu <= CPU_FPU_IEEE ? JIT_FP_UNDERFLOW : JIT_FP_INVALID);
    }
    return raised << FSR_AEXC;
}

static uint32_t harvest_fp(const struct cpu *cpu)
{
    return accrued_of(cpu, jit_fp_harvest(cpu->jit_context.jit));
}

/* Gives the host's floating-point unit back to C, so that what a device computes and what the guest has computed do
 * not mix.  fsr itself is not written, since the block may hold it in a host register: the exceptions go to
 * fp_kept. */
static void put_fp_aside(void *env)
{
    struct cpu *cpu = env;
    if (cpu->jit_env.fp_used) {
        cpu->jit_env.fp_used = 0;
        cpu->jit_env.fp_kept |= harvest_fp(cpu);
    }
}

static void sync_fp(struct cpu *cpu)
{
    if ((cpu->jit_env.fp_used | cpu->jit_env.fp_kept) != 0) {
        put_fp_aside(cpu);
        cpu->fsr |= cpu->jit_env.fp_kept;
        cpu->jit_env.fp_kept = 0;
    }
}

void jit_env_init(struct cpu *cpu, struct jit *jit)
{
    struct jit_flags_layout layout = jit_flags(jit);

    cpu->jit_context.jit = jit;
    cpu->jit_context.bypass_key = tlb_bus_key(L3_ATTR_SUPERVISOR | ASI_BYPASS << L3_ATTR_ASI_SHIFT);
    for (uint32_t icc = 0; icc < 16; icc++) {
        cpu->jit_context.flags_of_icc[icc] = place_flags(&layout, icc);
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        cpu->jit_context.icc_of_low[byte] = find_icc(&layout, byte);
        cpu->jit_context.icc_of_high[byte] = find_icc(&layout, byte << 8);
    }
}

void jit_env_prepare(struct cpu *cpu, uint32_t mode)
{
    struct jit_env *env = &cpu->jit_env;
    void *window = cpu->jit_context.window;
    bool paged = (mode & MODE_MMU) || window == NULL;
    env->memory = paged ? (void *)tlb_wanted_addend(&cpu->tlb) : window;
    tlb_make_common(&cpu->tlb, (uintptr_t)env->memory);
    env->tlb_flags = cpu->tlb.now.common;
    env->jumps = cpu->jit_context.all_jumps + mode * JIT_JUMPS;
}

void jit_env_enter(struct cpu *cpu)
{
    cpu->jit_env.flags = flags_of(cpu);
    find_limits(cpu, BY_SAVE);
    choose_fp_mode(cpu);
    restart_budget(cpu);
}

void jit_env_leave(struct cpu *cpu)
{
    sync_time(cpu);
    sync_integer(cpu);
    sync_fp(cpu);
}

/* Did generated code make this call itself?  Then the call lies in an entry of the MMIO inline cache; a pointer to
 * anywhere else is not followed. */
static inline bool is_by_generated_code(const struct cpu *cpu, const struct mmio_call *call)
{
    uintptr_t first = (uintptr_t)cpu->tlb.mmio.entries;
    return (uintptr_t)call - first < sizeof cpu->tlb.mmio.entries && call->by_generated_code;
}

/* Is generated code inside a device's callback?  That call is the outermost one. */
static inline bool mmio_is_running(const struct cpu *cpu)
{
    const struct mmio_call *call = cpu->tlb.bus->running;
    while (call != NULL && call->outer != NULL) {
        call = call->outer;
    }
    return is_by_generated_code(cpu, call);
}

/* The instruction whose access is that call. */
static const struct block_insn *mmio_insn(const struct cpu *cpu)
{
    const struct guest_block *block = ir_site_cookie(cpu->jit_context.mmio_site);
    return &block->insns[ir_site_insn(cpu->jit_context.mmio_site)];
}

bool jit_env_is_inside(const struct cpu *cpu, const struct guest_block *block)
{
    return mmio_is_running(cpu) && ir_site_cookie(cpu->jit_context.mmio_site) == block;
}

/* Devices and debuggers may ask for registers in the middle of an access. */
void cpu_sync(struct cpu *cpu)
{
    struct jit_context *context = &cpu->jit_context;
    if (!context->synced && mmio_is_running(cpu)) {
        context->at = mmio_insn(cpu);
        context->synced = true;
    } else if (cpu->jit_env.inside) {
        cpu->jit_env.inside = false;
    } else {
        return;
    }
    be_at(cpu, context->at);
    sync_integer(cpu);
    sync_fp(cpu);
    cpu_attention(cpu); /* the block is left, so that the next instruction sees what they write */
}

static uint32_t current_pc(const struct cpu *cpu, bool by_mmio_entry)
{
    const struct jit_context *context = &cpu->jit_context;
    if (!context->synced && by_mmio_entry) {
        return mmio_insn(cpu)->pc;
    }
    return cpu->jit_env.inside ? context->at->pc : cpu->pc;
}

uint32_t cpu_current_pc(const struct cpu *cpu)
{
    return current_pc(cpu, mmio_is_running(cpu));
}

uint32_t cpu_pc_of_call(const struct cpu *cpu, const struct mmio_call *outermost)
{
    return current_pc(cpu, is_by_generated_code(cpu, outermost));
}

/* ---- slow paths ---- */

/* Must the block be left after insn?  On entry there was enough budget for all of the block; since then wait cycles
 * may have passed, or a device may have lowered the limit, so that the limit lies before the block's end. */
static inline bool must_leave_block(const struct cpu *cpu, const struct guest_block *block,
                                    const struct block_insn *insn)
{
    return cpu->cycles + insn->refund > cpu->limit || cpu->cycles >= cpu->limit || block->gone;
}

/* May the interpreter have left a denormal number in a register that the block has checked already?  With FSR.NS set
 * it may.  The block does not check again, so it must be left. */
static inline bool forgets_registers(const struct cpu *cpu, const struct block_insn *insn)
{
    return cpu->config.fpu > CPU_FPU_IEEE && bits_get(cpu->fsr, FSR_NS, 1) &&
           (insn_rows[insn->f.row].flags & INSN_F_FPU);
}

/* Does the instruction that was executed lead to the next one of the block? */
static inline bool stays_in_block(const struct cpu *cpu, const struct guest_block *block,
                                  const struct block_insn *insn, uint32_t next)
{
    return cpu->pc == next && cpu->npc == next + 4 && insn->flow != BLOCK_END &&
           !must_leave_block(cpu, block, insn) && jit_env_mode(cpu) == block->mode &&
           !forgets_registers(cpu, insn);
}

static bool can_enter_next_block(const struct cpu *cpu)
{
    return cpu->cycles < cpu->limit && !cpu->jit_context.stop_after_blocks;
}

/* Does what jit_env_enter() does, but quicker: most instructions change neither icc nor what the limits depend on. */
static inline void enter_after_step(struct cpu *cpu, unsigned cwp, uint32_t wim)
{
    if (!cpu->jit_env.inside) {
        cpu->jit_env.flags = flags_of(cpu);
    }
    cpu->jit_env.inside = false;
    choose_fp_mode(cpu);
    if (cpu->cwp != cwp || cpu->wim != wim) {
        find_limits(cpu, BY_SAVE);
    }
    restart_budget(cpu);
}

/* Lets the interpreter execute insn, and says where generated code goes on.  All of the CPU's state is in sync, but
 * for icc if jit_env.inside is set. */
static enum ir_verdict interpret_in_block(struct cpu *cpu, const struct guest_block *block,
                                          const struct block_insn *insn)
{
    uint32_t next = cpu->npc;
    uint32_t wim = cpu->wim;
    unsigned cwp = cpu->cwp;
    enum ir_verdict verdict = IR_STAY;

    cpu->jit_context.stepped++;
    insn->f.execute(cpu, &insn->f);
    if (!stays_in_block(cpu, block, insn, next)) {
        verdict = can_enter_next_block(cpu) ? IR_GO_TO : IR_LEAVE;
        cpu->jit_context.target = jit_env_entry(cpu);
        jit_env_prepare(cpu, jit_env_mode(cpu));
    }
    enter_after_step(cpu, cwp, wim);
    return verdict;
}

uint32_t jit_env_long_step(struct cpu *cpu, const struct guest_block *block,
                           const struct block_insn *at)
{
    enum ir_verdict verdict;
    uint32_t npc;

    sync_time(cpu);
    sync_cwp(cpu);
    sync_fp(cpu);
    be_at(cpu, at);
    cpu->jit_context.at = at;
    cpu->jit_env.inside = !at->icc;
    if (at->icc) {
        cpu->icc = icc_of(cpu);
    }
    npc = cpu->npc;
    verdict = interpret_in_block(cpu, block, at);
    if (verdict == IR_STAY && at->npc == NPC_IN_SLOT) {
        cpu->npc = npc; /* the block may still read it from the slot */
    }
    return verdict;
}

/* Lets the interpreter execute an instruction whose access was made already (replay) or not at all (NULL).  The block
 * is left in any case, since its next op expects the access's result from generated code. */
static enum ir_verdict complete_by_interpreter(struct cpu *cpu, const struct guest_block *block,
                                               uint32_t insn, const struct tlb_replay *replay)
{
    enum ir_verdict verdict;
    if (cpu->jit_env.inside) {
        sync_cwp(cpu);
    }
    sync_fp(cpu);
    cpu->tlb.replay = replay;
    verdict = interpret_in_block(cpu, block, &block->insns[insn]);
    cpu->tlb.replay = NULL;
    return verdict == IR_STAY ? IR_LEAVE : verdict;
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

/* ---- memory and devices ---- */

static struct ir_loaded finish_load(struct cpu *cpu, const struct guest_block *block, uint32_t insn,
                                    uint32_t size, const struct tlb_replay *replay)
{
    struct ir_loaded done = {extend(replay->value, size), 0};
    if (replay->result == TLB_OK && !must_leave_block(cpu, block, &block->insns[insn])) {
        cpu->jit_env.inside = false;
        restart_budget(cpu);
        return done;
    }
    done.verdict = complete_by_interpreter(cpu, block, insn, replay);
    return done;
}

/* The store is done, and with it the instruction: the block is left for the next one. */
static uint32_t leave_after_store(struct cpu *cpu)
{
    cpu->jit_env.inside = false;
    sync_cwp(cpu);
    cpu_next(cpu);
    cpu->jit_context.target = cpu->pc;
    restart_budget(cpu);
    return cpu->npc == cpu->pc + 4 && can_enter_next_block(cpu) ? IR_GO_TO : IR_LEAVE;
}

/* A store that failed goes to the interpreter, which knows whether a bus error traps (ASR17.DWT).  So does one in the
 * middle of which a device or a debugger has called cpu_sync(), since it may have written registers, too. */
static uint32_t finish_store(struct cpu *cpu, const struct guest_block *block, uint32_t insn,
                             const struct tlb_replay *replay)
{
    const struct block_insn *at = &block->insns[insn];
    if (replay->result == TLB_OK && !must_leave_block(cpu, block, at)) {
        cpu->jit_env.inside = false;
        restart_budget(cpu);
        return 0;
    }
    if (replay->result == TLB_OK && cpu->jit_env.inside && !at->atomic) {
        return leave_after_store(cpu);
    }
    return complete_by_interpreter(cpu, block, insn, replay);
}

static void enter_slow_path(struct cpu *cpu, const struct block_insn *at)
{
    sync_time(cpu);
    be_at(cpu, at);
    cpu->jit_context.at = at;
    cpu->jit_env.inside = true;
    put_fp_aside(cpu);
}

/* Must the interpreter make the access itself?  It must if the address is misaligned, and if the access is half of an
 * atomic, both halves of which belong together. */
static bool is_for_interpreter(const struct block_insn *at, uint32_t address, unsigned bytes)
{
    return (address & (bytes - 1)) != 0 || at->atomic;
}

static struct ir_loaded slow_load(void *env, void *cookie, uint32_t insn, uint32_t address,
                                  uint32_t size)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    const struct block_insn *at = &block->insns[insn];
    unsigned bytes = 1u << (size & 3);
    struct tlb_replay replay = {TLB_OK, 0};
    struct ir_loaded left = {0, IR_LEAVE};

    enter_slow_path(cpu, at);
    if (is_for_interpreter(at, address, bytes)) {
        left.verdict = complete_by_interpreter(cpu, block, insn, NULL);
        return left;
    }
    replay.result = at->f.asi == 0 ? tlb_load(&cpu->tlb, address, bytes, &replay.value, 0)
                                   : asi_load(cpu, at->f.asi, address, bytes, &replay.value, 0);
    return finish_load(cpu, block, insn, size, &replay);
}

static uint32_t slow_store(void *env, void *cookie, uint32_t insn, uint32_t address, uint32_t size,
                           uint64_t value)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    const struct block_insn *at = &block->insns[insn];
    unsigned bytes = 1u << (size & 3);
    struct tlb_replay replay = {TLB_OK, 0};

    enter_slow_path(cpu, at);
    if (is_for_interpreter(at, address, bytes)) {
        return complete_by_interpreter(cpu, block, insn, NULL);
    }
    replay.result = at->f.asi == 0 ? tlb_store(&cpu->tlb, address, bytes, value, 0)
                                   : asi_store(cpu, at->f.asi, address, bytes, value, 0);
    return finish_store(cpu, block, insn, &replay);
}

/* ---- devices: what generated code has C do after a callback ---- */

/* After a callback that generated code has called: brings the CPU up to date, and puts the access's outcome into
 * *replay. */
static void sync_call(struct cpu *cpu, const struct guest_block *block, uint32_t insn,
                      struct mmio_call *call, int32_t result, struct tlb_replay *replay)
{
    struct mmio_entry *entry =
        (struct mmio_entry *)((uint8_t *)call - offsetof(struct mmio_entry, call));

    cpu->jit_context.at = &block->insns[insn];
    cpu->jit_env.inside = !cpu->jit_context.synced;
    cpu->jit_context.synced = false;
    be_at(cpu, cpu->jit_context.at);
    cpu->insns = cpu->cycles - cpu->jit_context.waited;
    replay->value = call->request.value & size_mask(call->request.size);
    replay->result = TLB_OK;
    if (result != L3_OK || call->request.wait_cycles != 0) {
        result = mmio_ended(cpu->tlb.bus, call, result);
        if (!mmio_entry_finish(entry, cpu->tlb.space, result, &replay->value, &cpu->cycles)) {
            replay->result = TLB_BUS_ERROR;
        }
    }
}

static struct ir_loaded loaded(void *env, void *cookie, uint32_t insn, void *call, uint32_t size,
                               int32_t result)
{
    struct tlb_replay replay;
    sync_call(env, cookie, insn, call, result, &replay);
    return finish_load(env, cookie, insn, size, &replay);
}

static uint32_t stored(void *env, void *cookie, uint32_t insn, void *call, uint32_t size,
                       int32_t result)
{
    struct tlb_replay replay;
    (void)size;
    sync_call(env, cookie, insn, call, result, &replay);
    return finish_store(env, cookie, insn, &replay);
}

#define KINDS(write)                                                                               \
    {                                                                                              \
        MMIO_KIND(1, write), MMIO_KIND(2, write), MMIO_KIND(4, write), MMIO_KIND(8, write)         \
    }

static const struct ir_mmio_cache mmio = {
    .tags = {KINDS(0u), KINDS(1u)},
    .entries = offsetof(struct cpu, tlb.mmio.entries),
    .keys = {offsetof(struct cpu, tlb.mmio.key), offsetof(struct cpu, jit_context.bypass_key)},
    .site = offsetof(struct cpu, jit_context.mmio_site),
    .end = offsetof(struct cpu, jit_context.base),
    .now = offsetof(struct cpu, cycles),
    .limit = offsetof(struct cpu, limit),
    .bus = offsetof(struct cpu, tlb.bus),
    .entry_size = sizeof(struct mmio_entry),
    .tag = offsetof(struct mmio_entry, tag),
    .function = offsetof(struct mmio_entry, function),
    .instance = offsetof(struct mmio_entry, instance),
    .request = offsetof(struct mmio_entry, call.request),
    .call = offsetof(struct mmio_entry, call),
    .value = offsetof(struct l3_request, value),
    .wait_cycles = offsetof(struct l3_request, wait_cycles),
    .cycles = offsetof(struct l3_request, cycles),
    .running = offsetof(struct bus, running),
    .last = offsetof(struct bus, last),
    .calls = offsetof(struct bus, calls),
    .dispatch = MMIO_DISPATCH,
    .fp_aside = put_fp_aside,
    .loaded = loaded,
    .stored = stored,
};

/* ---- helpers, and the guest's description ---- */

/* Quotient of y:a and b, B.19; b is not 0. */
static uint32_t sdiv(uint32_t y, uint32_t a, uint32_t b)
{
    bool overflow;
    return interp_divide_signed(y, a, b, &overflow);
}

/* WRWIM, B.29. */
static void set_wim(struct cpu *cpu, uint32_t value)
{
    cpu->wim = value & cpu_wim_mask(cpu);
    sync_cwp(cpu);
    find_limits(cpu, BY_RESTORE);
}

/* FSR, 4.4.  The exceptions in the host's sticky flags are moved to fsr.  FPops that follow may set the flags again,
 * so fp_used stays set. */
static uint32_t read_fsr(struct cpu *cpu)
{
    if (cpu->jit_env.fp_used) {
        cpu->fsr |= accrued_of(cpu, jit_fp_take(cpu->jit_context.jit));
    }
    cpu->fsr |= cpu->jit_env.fp_kept;
    cpu->jit_env.fp_kept = 0;
    return cpu_fsr(cpu);
}

static const struct ir_helper helpers[HELPER_COUNT] = {
    [HELPER_FSR] = {"fsr", (void (*)(void))read_fsr, IR_I32, {IR_VOID}, true, false},
    [HELPER_PSR] = {"psr", (void (*)(void))jit_env_read_psr, IR_I32, {IR_VOID}, true, false},
    [HELPER_SET_PSR] =
        {"set_psr", (void (*)(void))jit_env_write_psr, IR_I32, {IR_I32}, true, false},
    [HELPER_TRAP] =
        {"trap", (void (*)(void))jit_env_trap, IR_I32, {IR_I32, IR_I32, IR_I32}, true, false},
    [HELPER_RETURN] =
        {"return", (void (*)(void))jit_env_return, IR_I32, {IR_I32, IR_I32}, true, false},
    [HELPER_SET_WIM] = {"set_wim", (void (*)(void))set_wim, IR_VOID, {IR_I32}, true, false},
    [HELPER_SDIV] = {"sdiv", (void (*)(void))sdiv, IR_I32, {IR_I32, IR_I32, IR_I32}, false, true},
};

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
    .load = slow_load,
    .store = slow_store,
    .mmio = &mmio,
};

struct ir_guest jit_env_guest(unsigned windows, enum cpu_fpu fpu)
{
    struct ir_guest own = guest;
    own.bank_period = 64 * windows;
    own.fp_flush = fpu > CPU_FPU_IEEE;
    return own;
}
