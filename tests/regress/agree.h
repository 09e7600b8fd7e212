// SPDX-License-Identifier: MIT
/* A few instruction words, executed by the interpreter, as host code and as IR: all state must be the same, at the same
 * cycle. */
#ifndef REGRESS_AGREE_H
#define REGRESS_AGREE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exec/cpu_state.h"
#include "guest.h"

#define CODE (GUEST_RAM + 0x2000)
#define DATA (GUEST_RAM + 0x8000)

struct test_case {
    const uint32_t *words;
    size_t count;
    void (*prepare)(struct cpu *cpu);     /* or NULL */
    void (*add_devices)(struct guest *g); /* or NULL */
};

static inline void agree_start(struct guest *g, const struct test_case *c, enum exec_kind kind)
{
    struct leon3emu_options options;
    struct cpu *cpu;

    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.exec = kind;
    options.jit.threshold = 0;
    options.jit.cache_size = 1 << 20; /* AddressSanitizer takes 50 ms for the default */
    guest_create_with(g, GUEST_BOARD, &options);
    assert_non_null(g->m);
    if (c->add_devices != NULL) {
        c->add_devices(g);
    }
    guest_program(g, CODE, c->words, c->count);
    cpu = guest_cpu(g);
    cpu_set_psr(cpu, cpu_psr(cpu) | 1u << PSR_EF);
    cpu_set_reg(cpu, G1, DATA);
    if (c->prepare != NULL) {
        c->prepare(cpu);
    }
}

static inline void agree_compare(struct guest *a, struct guest *b, const char *name)
{
    struct cpu_state expected, made;
    char text[160];

    cpu_state_capture(&expected, guest_cpu(a));
    cpu_state_capture(&made, guest_cpu(b));
    if (cpu_state_difference(&expected, &made, CPU_STATE & ~CPU_LIMIT, text, sizeof text)) {
        fail_msg("%s, cycle %u: %s", name, (unsigned)guest_cpu(a)->cycles, text);
    }
    for (uint32_t at = DATA; at < DATA + 64; at += 4) {
        assert_int_equal(guest_peek(b, at), guest_peek(a, at));
    }
}

/* From the start to cycle `end` in one go: all are then at the same place. */
static inline void agree_at(const struct test_case *c, unsigned end)
{
    static const struct {
        const char *name;
        enum exec_kind kind;
    } others[] = {{"jit", EXEC_JIT}, {"ir", EXEC_IR}};
    struct guest a;

    agree_start(&a, c, EXEC_INTERP);
    guest_run(&a, end);
    for (unsigned i = 0; i < 2; i++) {
        struct guest b;
        agree_start(&b, c, others[i].kind);
        guest_run(&b, end);
        agree_compare(&a, &b, others[i].name);
        guest_free(&b);
    }
    guest_free(&a);
}

/* The same for each of `cycles`, whatever lies on the way. */
static inline void agree(const struct test_case *c, unsigned cycles)
{
    for (unsigned end = 1; end <= cycles; end++) {
        agree_at(c, end);
    }
}

#endif
