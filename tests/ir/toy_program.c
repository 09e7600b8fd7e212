// SPDX-License-Identifier: MIT
/* Programs and their dispatcher. */
#include "toy_program.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "toy_random.h"

#define LEAVES_MOST  60
#define REFILLS_MOST 8

/* ---- programs ---- */

static void find_links(struct toy_program *program, unsigned index)
{
    const struct ir_block *block = program->blocks[index];

    for (unsigned i = 0; i < block->op_count; i++) {
        if (block->ops[i].code == IR_EXIT) {
            program->links[index][block->ops[i].c] = (uint32_t)block->ops[i].imm;
        }
    }
}

struct toy_program *toy_program_create(uint64_t seed)
{
    struct toy_program *program = calloc(1, sizeof *program);
    struct toy_rng rng = {toy_scramble(seed)};

    CHECK(program != NULL);
    program->seed = seed;
    program->count = 1 + toy_below(&rng, TOY_BLOCKS);
    program->paged = toy_percent(&rng, 30);
    for (unsigned i = 0; i < program->count; i++) {
        /* most blocks are short, some very long */
        unsigned ops = 4 + toy_below(&rng, toy_percent(&rng, 3) ? 2500 : 60);
        program->blocks[i] = calloc(1, sizeof *program->blocks[i]);
        CHECK(program->blocks[i] != NULL);
        toy_random_block(program->blocks[i], &program->infos[i], seed, i, program->count, ops);
        program->blocks[i]->paged = program->paged;
        find_links(program, i);
    }
    return program;
}

void toy_program_destroy(struct toy_program *program)
{
    for (unsigned i = 0; i < program->count; i++) {
        free(program->blocks[i]);
    }
    free(program);
}

/* ---- running ---- */

struct dispatcher {
    const struct toy_program *program;
    const struct jit_backend *backend;
    void *self;
    struct toy *toy;
    struct toy_rng rng;
    unsigned refills;
    bool guessed_wrong;
    bool disabled[TOY_BLOCKS];
    bool linked[TOY_BLOCKS][IR_MAX_LINKS];
    struct jit_code codes[TOY_BLOCKS];
};

static unsigned block_at(const struct toy_program *program, uint32_t pc)
{
    for (unsigned i = 0; i < program->count; i++) {
        if (program->blocks[i]->pc == pc) {
            return i;
        }
    }
    UNREACHABLE();
}

static void compile(struct dispatcher *d, unsigned index)
{
    bool ok = d->backend->compile(d->self, d->program->blocks[index],
                                  (void *)&d->program->infos[index], &d->codes[index]);
    CHECK(ok);
    d->disabled[index] = false;
    memset(d->linked[index], 0, sizeof d->linked[index]);
}

static unsigned index_of(const struct dispatcher *d, const void *cookie)
{
    const struct toy_block *info = cookie;

    CHECK(info >= d->program->infos && info < d->program->infos + d->program->count);
    return (unsigned)(info - d->program->infos);
}

/* Block `from` was left by link `number`: returns the block that it leads to.  At random, also patches the link so that
 * the next time it is followed in generated code, or takes such a patch back. */
static unsigned follow_link(struct dispatcher *d, unsigned from, unsigned number)
{
    unsigned to = block_at(d->program, d->program->links[from][number]);
    unsigned other = toy_below(&d->rng, 4);

    if (toy_percent(&d->rng, 70)) {
        d->backend->link(d->self, d->codes[from].links[number], d->codes[to].entry);
        d->linked[from][number] = true;
    } else if (d->linked[from][other]) {
        d->backend->link(d->self, d->codes[from].links[other], NULL);
        d->linked[from][other] = false;
    }
    return to;
}

static unsigned follow_jump(struct dispatcher *d)
{
    uint32_t pc = d->toy->env.target;
    unsigned to = block_at(d->program, pc);

    if (toy_percent(&d->rng, 70)) {
        d->toy->env.jumps[(pc >> 2) % JIT_JUMPS] =
            (struct jit_jump){.pc = pc, .entry = d->codes[to].entry};
    }
    return to;
}

/* Block `index` was left with JIT_BUDGET: compiles it again if it was disabled, else gives more budget.  False: that was
 * done often enough, the program ends. */
static bool refill(struct dispatcher *d, unsigned index)
{
    if (d->disabled[index]) {
        compile(d, index);
        return true;
    }
    d->toy->env.budget += 20 + toy_below(&d->rng, 100);
    if (toy_percent(&d->rng, 30)) {
        unsigned other = toy_below(&d->rng, d->program->count);
        d->backend->disable(d->self, d->codes[other].entry);
        d->disabled[other] = true;
    }
    return ++d->refills < REFILLS_MOST;
}

/* Does what the reason to leave asks for.  True: the program goes on with block *next. */
static bool dispatch(struct dispatcher *d, struct jit_exit left, unsigned *next)
{
    switch (left.reason) {
    case JIT_QUIT:
        CHECK(left.cookie == NULL);
        *next = toy_below(&d->rng, d->program->count);
        return true;
    case JIT_BUDGET:
        *next = index_of(d, left.cookie);
        return refill(d, *next);
    case JIT_JUMP:
        *next = follow_jump(d);
        return true;
    case JIT_DEOPT:
        d->guessed_wrong = true;
        return false;
    default:
        CHECK(left.reason >= 0);
        *next = follow_link(d, index_of(d, left.cookie), (unsigned)left.reason);
        return true;
    }
}

static void note_leaving(struct dispatcher *d, struct jit_exit left)
{
    toy_note(d->toy, (struct toy_event){
                         .kind = 'q',
                         .pc = left.cookie == NULL ? 0 : toy_block_pc(index_of(d, left.cookie)),
                         .value = (uint64_t)left.reason,
                         .state = toy_state(d->toy)});
}

static void run_blocks(struct dispatcher *d)
{
    unsigned next = 0;

    for (unsigned leaves = 0; leaves < LEAVES_MOST; leaves++) {
        struct jit_exit left = d->backend->run(d->self, &d->toy->env, d->codes[next].entry);
        note_leaving(d, left);
        if (toy_percent(&d->rng, 20)) {
            toy_harvest(d->toy);
        }
        if (!dispatch(d, left, &next)) {
            break;
        }
    }
    if (d->toy->env.fp != 0) {
        toy_note(d->toy, (struct toy_event){.kind = 'e', .value = d->backend->fp_harvest(d->self)});
    }
}

bool toy_program_run(const struct toy_program *program, const struct jit_backend *backend,
                     const struct jit_config *config, struct toy *toy)
{
    struct dispatcher *d = calloc(1, sizeof *d);
    const char *message;

    CHECK(d != NULL);
    d->program = program;
    d->backend = backend;
    d->toy = toy;
    d->rng.state = program->seed;
    d->self = backend->create(config, &message);
    CHECK(d->self != NULL);
    toy_reset(toy, program->seed, program->paged);
    toy->block_count = program->count;
    toy->backend = backend;
    toy->self = d->self;
    for (unsigned i = 0; i < program->count; i++) {
        compile(d, i);
    }
    run_blocks(d);
    bool guessed_wrong = d->guessed_wrong || d->toy->guessed_wrong;
    backend->destroy(d->self);
    free(d);
    return !guessed_wrong;
}
