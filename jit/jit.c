// SPDX-License-Identifier: MIT
/*
 * The functions of include/jit.h: each passes its call on to the backend that jit_create() has picked.
 * Manual: docs/jit.md, docs/ir.md.
 */
#include <stdlib.h>

#include "backend.h"

struct jit {
    void *self;
    jit_runner *run;
    const struct jit_backend *backend;
};

static const struct jit_backend *host_backend(void)
{
#if defined(__x86_64__)
    return &jit_x64_backend;
#else
    return NULL;
#endif
}

static const struct jit_backend *pick_backend(enum jit_backend_id id)
{
    const struct jit_backend *host = host_backend();

    return id == JIT_HOST && host != NULL ? host : &jit_ir_backend;
}

bool jit_has_host_backend(void)
{
    return host_backend() != NULL;
}

struct jit *jit_create(const struct jit_config *config, const char **message)
{
    struct jit *jit = malloc(sizeof *jit);

    if (jit == NULL) {
        *message = "there is no memory for the translator";
        return NULL;
    }
    jit->backend = pick_backend(config->backend);
    jit->self = jit->backend->create(config, message);
    if (jit->self == NULL) {
        free(jit);
        return NULL;
    }
    jit->run = jit->backend->runner != NULL ? jit->backend->runner(jit->self) : jit->backend->run;
    return jit;
}

void jit_destroy(struct jit *jit)
{
    if (jit != NULL) {
        jit->backend->destroy(jit->self);
        free(jit);
    }
}

struct jit_flags_layout jit_flags(const struct jit *jit)
{
    return jit->backend->flags;
}

bool jit_compile(struct jit *jit, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    return jit->backend->compile(jit->self, block, cookie, code);
}

void jit_flush(struct jit *jit)
{
    jit->backend->flush(jit->self);
}

bool jit_grow(struct jit *jit)
{
    return jit->backend->grow(jit->self);
}

void jit_reuse(struct jit *jit, const void *oldest)
{
    jit->backend->reuse(jit->self, oldest);
}

size_t jit_used(const struct jit *jit)
{
    return jit->backend->used(jit->self);
}

struct jit_exit jit_run(struct jit *jit, void *env, const void *entry)
{
    return jit->run(jit->self, env, entry);
}

void jit_link(struct jit *jit, uint32_t offset, const void *entry)
{
    jit->backend->link(jit->self, offset, entry);
}

void jit_unlink(struct jit *jit, uint32_t offset)
{
    jit->backend->link(jit->self, offset, NULL);
}

void jit_disable(struct jit *jit, const void *entry)
{
    jit->backend->disable(jit->self, entry);
}

unsigned jit_fp_take(const struct jit *jit)
{
    return jit->backend->fp_take(jit->self);
}

unsigned jit_fp_harvest(const struct jit *jit)
{
    return jit->backend->fp_harvest(jit->self);
}

void jit_disassemble(const struct jit *jit, const struct jit_code *code, FILE *stream)
{
    jit->backend->disassemble(jit->self, code, stream);
}
