// SPDX-License-Identifier: MIT
/* The executor that translates, see translator.h. */
#include "exec/translator.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "check.h"
#include "exec/block_cache.h"
#include "exec/code_source.h"
#include "exec/guesses.h"
#include "exec/hotness.h"
#include "exec/jump_cache.h"
#include "exec/listing.h"
#include "exec/run_counts.h"
#include "exec/verify.h"
#include "mem/addrspace.h"
#include "sparc/interp.h"
#include "sparc/translate.h"
#include "sparc/watch.h"

/* Bytes for generated code before the cache grows; the arena for the blocks' descriptions gets
 * twice as many. */
#define FIRST_SIZE ((size_t)16 << 20)

struct translator {
    struct translator_config config;
    struct leon3emu_jit_options options;
    struct ir_guest guest;
    struct jit *jit;
    struct block_cache cache;
    bool flush_wanted;
    bool watch_wanted; /* blocks are to be looked at for watchpoints */
    struct space_listener listener;
    struct run_counts counts;
    struct guesses guesses;
    uint64_t next_round;  /* when note_round() looks next, in cycles */
    uint64_t reuses_seen; /* cache.reuses when generated code was entered last */
    struct hotness hotness[HOTNESS_SLOTS];
    struct ir_block ir;
    struct translated translated;
    struct verify verify;
    struct jump_cache jumps;
};

static void block_gone(void *context, const struct block *block)
{
    struct translator *t = context;

    hotness_begin_anew(hotness_at(t->hotness, block->pc));
    for (unsigned i = 0; i < t->config.cpu_count; i++) {
        if (jit_env_calls_device(&t->config.cpus[i], &block->guest)) {
            cpu_attention(&t->config.cpus[i]); /* the CPU is to leave the block after the access */
        }
    }
    jump_cache_drop(&t->jumps, block->guest.mode, block->pc, block->entry);
}

/* Drops a block that is made anew at once, in another way: block_gone() must not make its code cold. */
static void drop_to_make_anew(struct translator *t, struct block *block)
{
    struct hotness *hotness = hotness_at(t->hotness, block->pc);
    struct hotness before = *hotness;

    block_cache_drop(&t->cache, block);
    *hotness = before;
}

/* A guess of the block about memory was wrong: the block is dropped when that has happened several times. */
static void note_wrong_guess(struct translator *t, struct block *block)
{
    struct hotness *hotness = hotness_at(t->hotness, block->pc);

    guesses_count(&t->guesses, t->config.cpus, t->config.cpu_count, hotness);
    if (hotness_forbids_guesses(hotness) && !block->guest.gone) {
        drop_to_make_anew(t, block);
        t->counts.deoptimized++;
    }
}

#define ROUNDS_APART 16384 /* cycles */

/* At some moment of guest time, which comes once in a while, execution was met in the block.  If the block leads to itself,
 * that makes it likelier to be a hot loop. */
static void note_round(struct translator *t, const struct cpu *cpu, struct block *block)
{
    struct hotness *hotness = hotness_at(t->hotness, block->pc);

    if (block->guest.gone || block->link_count == 0 || block->links[0].pc != block->pc ||
        hotness_is_long_loop(hotness) || cpu->cycles < t->next_round) {
        return;
    }
    t->next_round = cpu->cycles + ROUNDS_APART;
    hotness->rounds++;
    if (hotness_is_long_loop(hotness)) {
        drop_to_make_anew(t, block);
        t->counts.long_loops++;
    }
}

static void new_page(void *context, const struct region *region, uint64_t offset)
{
    struct translator *t = context;
    t->config.code_added(t->config.context, region, offset);
}

static void pages_gone(void *context)
{
    struct translator *t = context;
    t->config.code_changed(t->config.context);
}

void translator_tlb_flushed(struct translator *t, struct cpu *cpu)
{
    jump_cache_clear_virtual(&t->jumps, cpu);
}

void translator_context_changed(struct translator *t, struct cpu *cpu, unsigned context_slot,
                                bool is_new)
{
    jump_cache_select(&t->jumps, cpu, context_slot, is_new);
}

static void leave_blocks(struct translator *t)
{
    for (unsigned i = 0; i < t->config.cpu_count; i++) {
        cpu_attention(&t->config.cpus[i]);
    }
}

void translator_flush(struct translator *t)
{
    t->flush_wanted = true;
    leave_blocks(t);
}

void translator_watchpoints_changed(struct translator *t)
{
    t->watch_wanted = true;
    leave_blocks(t);
}

/* May an instruction of the block be under a watchpoint of some CPU? */
static bool is_watched(void *context, const struct block *block)
{
    const struct translator *t = context;
    for (unsigned i = 0; i < block->guest.insn_count; i++) {
        uint32_t pc = block->guest.insns[i].pc;
        if (i > 0 && ((pc ^ block->guest.insns[i - 1].pc) & ~TLB_PAGE_MASK) == 0) {
            continue;
        }
        for (unsigned k = 0; k < t->config.cpu_count; k++) {
            if (watch_fetches(&t->config.cpus[k], pc)) {
                return true;
            }
        }
    }
    return false;
}

/* Memory may have moved. */
static void space_changed(void *context, const struct flat_range *range, bool added)
{
    (void)range;
    (void)added;
    translator_flush(context);
}

/* Memory may have moved, so the window may have come into use or out of it. */
static void tell_cpus(struct translator *t)
{
    t->guest.plain_size = addrspace_plain(t->config.space, &t->guest.plain_start);
    for (unsigned i = 0; i < t->config.cpu_count; i++) {
        struct jit_context *context = &t->config.cpus[i].jit_context;
        context->window = t->config.space->linear ? t->config.space->window : NULL;
        context->stop_after_blocks = t->options.no_chain;
        context->plain_size = t->guest.plain_size;
        jit_env_forget_plain(&t->config.cpus[i]);
    }
}

static void flush_now(struct translator *t)
{
    t->flush_wanted = false;
    tell_cpus(t);
    jump_cache_clear(&t->jumps);
    block_cache_flush(&t->cache);
    t->config.code_changed(t->config.context);
}

void translator_code_written(struct translator *t, const struct region *region, uint64_t offset,
                             uint64_t size)
{
    block_cache_written(&t->cache, region, offset, size);
}

/* ---- creation ---- */

static bool create_parts(struct translator *t, struct error *err)
{
    t->guest = jit_env_guest(t->config.cpus[0].config.windows, t->config.cpus[0].config.fpu,
                             t->config.cpu_count);
    struct jit_config config = {
        .guest = &t->guest,
        .backend = t->options.use_ir ? JIT_IR : JIT_HOST,
        .cache_size = t->options.cache_size,
        .first_size = FIRST_SIZE,
        .stress = (t->options.stress_ra ? JIT_STRESS_RA : 0) |
                  (t->options.no_chain ? JIT_STRESS_EXIT : 0),
        .perf_map = t->options.perf_map,
        .plain_cpu = t->options.plain_cpu,
    };
    const char *message = "";

    t->jit = jit_create(&config, &message);
    if (t->jit == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for generated code: %s; try --exec=interp",
                         message);
    }
    if (!block_cache_init(&t->cache, t->jit, 2 * t->options.cache_size, 2 * FIRST_SIZE) ||
        !jump_cache_init(&t->jumps, t->config.cpu_count)) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    t->cache.on_gone = block_gone;
    t->cache.on_new_page = new_page;
    t->cache.on_pages_gone = pages_gone;
    t->cache.context = t;
    for (unsigned i = 0; i < t->config.cpu_count; i++) {
        struct cpu *cpu = &t->config.cpus[i];
        jit_env_init(cpu, t->jit);
        cpu->jit_context.told = t->config.told;
        translator_context_changed(t, cpu, cpu->tlb.context_slot, true);
    }
    return true;
}

struct translator *translator_create(const struct translator_config *config, struct error *err)
{
    struct translator *t = calloc(1, sizeof *t);
    if (t == NULL) {
        error_set(err, LEON3EMU_HOST, "out of memory");
        return NULL;
    }
    t->config = *config;
    t->options = *config->options;
    if (log_on(config->log, LOG_IN_ASM)) {
        t->options.threshold = 0; /* else code that is interpreted would not be logged */
    }
    t->options.no_chain = t->options.no_chain || t->options.verify;
    if (t->options.verify) {
        verify_init(&t->verify, config->space->bus);
    }
    t->listener.changed = space_changed;
    t->listener.context = t;
    addrspace_listen(t->config.space, &t->listener);
    if (!create_parts(t, err)) {
        translator_destroy(t);
        return NULL;
    }
    return t;
}

void translator_destroy(struct translator *t)
{
    if (t == NULL) {
        return;
    }
    addrspace_unlisten(t->config.space, &t->listener);
    block_cache_fini(&t->cache);
    for (unsigned i = 0; i < t->config.cpu_count; i++) {
        t->config.cpus[i].jit_context.all_jumps = NULL;
    }
    jump_cache_fini(&t->jumps);
    if (t->jit != NULL) {
        jit_destroy(t->jit);
    }
    verify_fini(&t->verify);
    free(t);
}

/* ---- translating ---- */

static void trace_pass(void *context, const struct ir_block *block, const char *pass)
{
    const struct translator *t = context;
    listing_log_ir(t->config.log, LOG_OP_OPT, block, pass);
}

static unsigned passes_for(struct translator *t, uint32_t pc)
{
    return hotness_forbids_guesses(hotness_at(t->hotness, pc)) ? t->options.passes & ~IR_GUESSES
                                                               : t->options.passes;
}

static bool compile(struct translator *t, const struct translate_request *request,
                    const struct code_source *source, struct block **block)
{
    struct jit_code code;

    listing_log_guest(t->config.log, &t->translated, &t->ir);
    listing_log_ir(t->config.log, LOG_OP, &t->ir, "translated");
    ir_optimize(&t->ir, passes_for(t, request->pc),
                log_on(t->config.log, LOG_OP_OPT) ? trace_pass : NULL, t);
    *block =
        block_cache_add(&t->cache, request, &t->ir, &t->translated, source->places, source->count);
    if (*block == NULL || !jit_compile(t->jit, &t->ir, *block, &code)) {
        return false;
    }
    listing_log_host(t->config.log, t->jit, &code, request->pc);
    block_cache_publish(&t->cache, *block, &code);
    return true;
}

/* How code at pc is translated now; the caller says where the words come from. */
static struct translate_request request_for(struct translator *t, struct cpu *cpu, uint32_t pc,
                                            uint32_t mode)
{
    return (struct translate_request){
        .guest = &t->guest,
        .cpu = cpu,
        .pc = pc,
        .mode = mode,
        .paged = (mode & MODE_MMU) || !t->config.space->linear,
        .max_insns = t->options.one_insn ? 1 : TRANSLATE_MAX_INSNS,
        .long_loop = hotness_is_long_loop(hotness_at(t->hotness, pc)),
    };
}

/* Makes the block for `entry` (jit_env_entry()); NULL: none can be made there. */
static struct block *translate_at(struct translator *t, struct cpu *cpu, uint32_t entry,
                                  uint32_t mode)
{
    struct code_source source = {.cpu = cpu, .cache = &t->cache, .pc = entry};
    struct translate_request request = request_for(t, cpu, entry, mode);
    struct block *block;
    bool flushed = false;

    request.fetch = code_source_fetch;
    request.context = &source;
    if (!translate(&request, &t->ir, &t->translated)) {
        return NULL;
    }
    while (!compile(t, &request, &source, &block)) {
        if (!block_cache_grow(&t->cache) && !block_cache_evict(&t->cache)) {
            CHECK(!flushed);
            flush_now(t);
            flushed = true;
        }
        source.count = 0;
        CHECK(translate(&request, &t->ir, &t->translated));
    }
    return block;
}

/* ---- finding ---- */

/* The block for the CPU's present pc, made if need be.  NULL: the interpreter is to execute, and
 * *why says why. */
static struct block *look_up(struct translator *t, struct cpu *cpu, uint32_t mode,
                             enum fallback *why)
{
    uint32_t pc = jit_env_entry(cpu);
    struct block_place place;
    struct block *block;

    /* This test comes first because it decides most often: cold code is interpreted. */
    *why = FALLBACK_COLD;
    if (hotness_is_cold(hotness_at(t->hotness, pc), t->options.threshold)) {
        return NULL;
    }
    *why = FALLBACK_PLACE;
    if (!code_source_find(cpu, pc, &place)) {
        return NULL;
    }
    block =
        block_cache_find(&t->cache, place.region, place.offset + (pc & TLB_PAGE_MASK), pc, mode);
    if (block == NULL) {
        block = translate_at(t, cpu, pc, mode);
        *why = pc & ENTRY_IN_DELAY_SLOT ? FALLBACK_NPC : FALLBACK_PLACE;
    }
    if (block != NULL && !t->options.no_chain) {
        jump_cache_note(&t->jumps, cpu, mode, block->pc, block->entry);
    }
    return block;
}

/* ---- interpreting ---- */

/* Interprets until a jump: a block may begin at its target.  If code reads or writes devices, its block
 * is made without guesses about memory, which would be wrong; else it would be made twice. */
static void interpret(struct translator *t, struct cpu *cpu, enum fallback why)
{
    const struct bus *bus = cpu->tlb.bus;
    struct hotness *hotness = hotness_at(t->hotness, jit_env_entry(cpu));
    uint64_t before = cpu->insns, calls = bus->calls;

    interp_run_to_jump(cpu);
    t->counts.fallbacks[why] += cpu->insns - before;
    if (bus->calls != calls) {
        hotness_forbid_guesses(hotness);
    }
}

/* Interprets while writes of watchpoint registers are under way: they take effect a number of
 * instructions later, so the instructions must be counted one by one. */
static void wait_for_watchpoints(struct translator *t, struct cpu *cpu)
{
    uint64_t before = cpu->insns;
    do {
        interp_step(cpu);
    } while (cpu->watch.count != 0 && cpu->cycles < cpu->limit);
    t->counts.fallbacks[FALLBACK_PLACE] += cpu->insns - before;
}

static void interpret_rest(struct translator *t, struct cpu *cpu)
{
    uint64_t before = cpu->insns;
    interp_run(cpu);
    t->counts.fallbacks[FALLBACK_BUDGET] += cpu->insns - before;
}

/* ---- running ---- */

static void prepare(struct translator *t, struct cpu *cpu, uint32_t mode)
{
    (void)t;
    jit_env_prepare(cpu, mode);
    jit_env_enter(cpu);
}

/* Continues at the entry of a block.  If that is a delay instruction, npc is right already. */
static void go_to(struct cpu *cpu, uint32_t entry)
{
    cpu->pc = entry & ~ENTRY_IN_DELAY_SLOT;
    if (!(entry & ENTRY_IN_DELAY_SLOT)) {
        cpu->npc = cpu->pc + 4;
    }
}

/* Block `from` was left by an exit that is not linked: finds or makes the block at its target and
 * links the exit, so that generated code jumps there by itself next time. */
static void follow_link(struct translator *t, struct cpu *cpu, struct block *from, unsigned link)
{
    uint32_t mode = from->guest.mode;
    enum fallback why;
    struct block *to;

    go_to(cpu, from->links[link].pc);
    if (from->links[link].pc == from->pc) {
        note_round(t, cpu, from);
    }
    if (from->guest.gone || cpu->cycles >= cpu->limit || t->options.no_chain || t->flush_wanted) {
        return;
    }
    to = look_up(t, cpu, mode, &why);
    /* Making `to` may have dropped `from` and reused its memory. */
    if (to != NULL && t->cache.reuses == t->reuses_seen) {
        block_cache_link(&t->cache, from, link, to);
    }
}

static void leave(struct translator *t, struct cpu *cpu, struct jit_exit left)
{
    struct block *block = left.cookie;
    switch (left.reason) {
    case JIT_QUIT:
        break;
    case JIT_DEOPT:
        note_wrong_guess(t, block);
        break;
    case JIT_BUDGET:
        go_to(cpu, block->pc);
        if (!block->guest.gone) {
            interpret_rest(t, cpu);
        }
        note_round(t, cpu, block);
        break;
    case JIT_JUMP:
        go_to(cpu, cpu->jit_context.target);
        break;
    default:
        follow_link(t, cpu, block, (unsigned)left.reason);
        break;
    }
}

/* ---- verifying ---- */

/* translate_request.fetch for a block that was translated before: gives the words from which it was
 * made. */
static bool fetch_known(void *context, uint32_t pc, uint32_t *word)
{
    const struct guest_block *block = context;
    for (unsigned i = 0; i < block->insn_count; i++) {
        if (block->insns[i].pc == pc) {
            *word = block->insns[i].f.word;
            return true;
        }
    }
    return false;
}

static void report_difference(struct translator *t, struct cpu *cpu, struct block *block)
{
    struct translate_request request = request_for(t, cpu, block->pc, block->guest.mode);
    char text[320];

    request.fetch = fetch_known;
    request.context = &block->guest;
    snprintf(text, sizeof text,
             "bug: block 0x%08" PRIx32 " (mode %" PRIu32 ") differs from the interpreter: %s",
             block->pc, block->guest.mode, t->verify.wrong);
    if (translate(&request, &t->ir, &t->translated)) {
        ir_optimize(&t->ir, passes_for(t, block->pc), NULL, NULL);
        listing_log_block(t->config.log, &t->translated, &t->ir);
    }
    t->config.failed(t->config.context, text);
}

static void run_verified(struct translator *t, struct cpu *cpu, struct block *block)
{
    struct jit_exit left;

    if (cpu->limit - cpu->cycles < block->guest.charge) {
        interpret_rest(t, cpu);
        return;
    }
    if (!verify_interpret(&t->verify, cpu, &block->guest, &t->flush_wanted)) {
        return;
    }
    prepare(t, cpu, block->guest.mode);
    left = jit_run(t->jit, cpu, block->entry);
    jit_env_leave(cpu);
    leave(t, cpu, left);
    if (!verify_compare(&t->verify)) {
        report_difference(t, cpu, block);
    }
}

/* ---- running ---- */

static const void *find_entry(struct translator *t, struct cpu *cpu, uint32_t mode,
                              enum fallback *why)
{
    uint32_t entry = jit_env_entry(cpu);
    const struct jit_jump *jump = jump_cache_at(cpu->jit_context.all_jumps, mode, entry);
    const struct block *block;
    if (jump->pc == entry) {
        return jump->entry;
    }
    block = look_up(t, cpu, mode, why);
    return block == NULL ? NULL : block->entry;
}

/* Executes and compares one block, or interprets if there is none. */
static void run_and_verify(struct translator *t, struct cpu *cpu)
{
    enum fallback why;
    struct block *block = look_up(t, cpu, jit_env_mode(cpu), &why);

    if (block == NULL) {
        interpret(t, cpu, why);
    } else {
        t->counts.entries++;
        run_verified(t, cpu, block);
    }
}

void translator_run(struct translator *t, struct cpu *cpu)
{
    while (cpu->cycles < cpu->limit) {
        uint32_t mode = jit_env_mode(cpu);
        enum fallback why;
        const void *entry;

        if (t->flush_wanted) {
            flush_now(t);
        }
        if (cpu->watch.count != 0) {
            wait_for_watchpoints(t, cpu);
            continue;
        }
        if (t->watch_wanted) {
            t->watch_wanted = false;
            block_cache_drop_if(&t->cache, is_watched, t);
        }
        if (t->options.verify) {
            run_and_verify(t, cpu);
            if (atomic_load(t->config.attention)) {
                return;
            }
            continue;
        }
        entry = find_entry(t, cpu, mode, &why);
        if (entry == NULL) {
            interpret(t, cpu, why);
            continue;
        }
        t->reuses_seen = t->cache.reuses;
        t->counts.entries++;
        prepare(t, cpu, mode);
        struct jit_exit left = jit_run(t->jit, cpu, entry);
        jit_env_leave(cpu);
        leave(t, cpu, left);
    }
}

/* ---- statistics ---- */

void translator_stats(const struct translator *t, uint64_t watched, FILE *stream)
{
    block_cache_stats(&t->cache, stream);
    if (t->options.verify) {
        verify_stats(&t->verify, stream);
    }
    run_counts_print(&t->counts, t->config.cpus, t->config.cpu_count, watched, stream);
}
