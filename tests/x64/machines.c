// SPDX-License-Identifier: MIT
/* Backends with a toy guest each: see machines.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "machines.h"

#define SEED 7

static const struct {
    const char *name;
    const struct jit_backend *backend;
    unsigned stress;
    bool plain_cpu;
} variants[MACHINES] = {
    {"ir", &jit_ir_backend, 0, false},
    {"x64", &jit_x64_backend, 0, false},
    {"x64 plain", &jit_x64_backend, 0, true},
    {"x64 few registers", &jit_x64_backend, JIT_STRESS_RA, false},
    {"x64 plain, few registers", &jit_x64_backend, JIT_STRESS_RA, true},
};

void machines_open(struct machines *machines)
{
    *machines = (struct machines){.runs = 0};
    for (unsigned i = 0; i < MACHINES; i++) {
        struct machine *machine = &machines->machine[i];
        struct jit_config config = {.guest = &toy_guest,
                                    .cache_size = 1 << 20,
                                    .stress = variants[i].stress,
                                    .plain_cpu = variants[i].plain_cpu};
        const char *message = NULL;
        machine->name = variants[i].name;
        machine->backend = variants[i].backend;
        machine->self = machine->backend->create(&config, &message);
        if (machine->self == NULL) {
            fail_msg("%s: %s", machine->name, message);
        }
        machine->toy = toy_create(machine->backend->flags);
        toy_reset(machine->toy, SEED, false);
        machine->toy->quiet = true;
        machine->fresh = machine->toy->env;
    }
}

void machines_close(struct machines *machines)
{
    for (unsigned i = 0; i < MACHINES; i++) {
        machines->machine[i].backend->destroy(machines->machine[i].self);
        toy_destroy(machines->machine[i].toy);
    }
}

static void set_state(const struct machine *machine, const struct ir_block *block,
                      const uint64_t values[2])
{
    struct toy_env *env = &machine->toy->env;

    *env = machine->fresh;
    toy_map_memory(machine->toy, block->paged, values[0] & 1);
    env->budget = 1000;
    machine->toy->event_count = 0;
    machine->toy->calls = 0;
    for (unsigned i = 0; i < 8; i++) {
        env->r[i] = (uint32_t)values[i % 2];
    }
    env->x[0] = values[0];
    env->x[1] = values[1];
}

struct jit_code machine_compile(struct machines *machines, unsigned number,
                                const struct ir_block *block)
{
    const struct machine *machine = &machines->machine[number];
    struct jit_code code;

    if (!machine->backend->compile(machine->self, block, &machines->info, &code)) {
        machine->backend->flush(machine->self);
        assert_true(machine->backend->compile(machine->self, block, &machines->info, &code));
    }
    return code;
}

static struct jit_exit run(struct machines *machines, unsigned number, const struct ir_block *block,
                           const uint64_t values[2])
{
    const struct machine *machine = &machines->machine[number];
    struct jit_code code = machine_compile(machines, number, block);

    set_state(machine, block, values);
    machines->runs++;
    return machine->backend->run(machine->self, &machine->toy->env, code.entry);
}

static void differ(struct machines *machines, unsigned number, const struct ir_block *block,
                   const char *text)
{
    char *listing = machine_listing(machines, number, block);

    ir_dump(block, stderr);
    fail_msg("%s: %s\n%s", machines->machine[number].name, text, listing);
}

void machines_compare(struct machines *machines, const struct ir_block *block,
                      const uint64_t values[2])
{
    struct jit_exit expected = run(machines, 0, block, values);
    char text[600];

    for (unsigned i = 1; i < MACHINES; i++) {
        struct jit_exit left = run(machines, i, block, values);
        if (left.cookie != expected.cookie || left.reason != expected.reason) {
            differ(machines, i, block, "left for another reason");
        }
        if (toy_difference(machines->machine[0].toy, machines->machine[i].toy, text, sizeof text) !=
            NULL) {
            differ(machines, i, block, text);
        }
    }
}

char *machine_listing(struct machines *machines, unsigned number, const struct ir_block *block)
{
    struct jit_code code = machine_compile(machines, number, block);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    machines->machine[number].backend->disassemble(machines->machine[number].self, &code, stream);
    fclose(stream);
    return text;
}

struct ir_block *machine_parse(const char *text)
{
    struct ir_block *block = calloc(1, sizeof *block);
    char message[200];

    assert_non_null(block);
    if (!ir_parse(block, &toy_guest, text, message, sizeof message) ||
        !ir_verify(block, message, sizeof message)) {
        fail_msg("%s in:\n%s", message, text);
    }
    return block;
}
