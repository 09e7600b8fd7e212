// SPDX-License-Identifier: MIT
/*
 * What a backend is: the functions of include/jit.h for one way of executing blocks.  jit.c picks a backend
 * and passes its callers' calls on to it; `self` is what the backend's create() returned.
 */
#ifndef JIT_BACKEND_H
#define JIT_BACKEND_H

#include "jit.h"

/* jit_run() of a backend. */
typedef struct jit_exit jit_runner(void *self, void *env, const void *entry);

struct jit_backend {
    const char *name;
    struct jit_flags_layout flags;
    void *(*create)(const struct jit_config *config, const char **message);
    void (*destroy)(void *self);
    bool (*compile)(void *self, const struct ir_block *block, void *cookie, struct jit_code *code);
    void (*flush)(void *self);
    bool (*grow)(void *self);
    void (*reuse)(void *self, const void *oldest);
    size_t (*used)(const void *self);
    jit_runner *run;
    /* If not NULL: returns the function that jit_run() calls instead of `run`, which saves an indirection. */
    jit_runner *(*runner)(const void *self);
    void (*link)(void *self, uint32_t offset, const void *entry); /* entry NULL: unlink */
    void (*disable)(void *self, const void *entry);
    unsigned (*fp_harvest)(const void *self);
    unsigned (*fp_take)(const void *self);
    void (*disassemble)(const void *self, const struct jit_code *code, FILE *stream);
};

extern const struct jit_backend jit_ir_backend;
#if defined(__x86_64__)
extern const struct jit_backend jit_x64_backend;
/* The functions of include/host_fp.h, for x86-64. */
void x64_fp_clean(void);
bool x64_fp_flags_are_odd(uint64_t flags);
bool x64_fp_is_changed_by(const void *code, size_t size);
#endif

#endif
