// SPDX-License-Identifier: MIT
/* Options of the executors, see options_jit.h. */
#include "cli/options_jit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "core/parse.h"

enum {
    OPTION_EXEC = 512,
    OPTION_PASSES,
    OPTION_CACHE,
    OPTION_THRESHOLD,
    OPTION_ONE_INSN,
    OPTION_NO_CHAIN,
    OPTION_STRESS,
    OPTION_PLAIN_CPU,
    OPTION_PERF_MAP,
    OPTION_VERIFY,
};

const struct argp_option cli_jit_options[] = {
    {NULL, 0, NULL, 0, "Execution:", 0},
    {"exec", OPTION_EXEC, "EXECUTOR", 0,
     "How code is executed: jit (default), ir (translated, not to host code), interp", 0},
    {"jit-cache", OPTION_CACHE, "SIZE", 0, "Bytes of generated code, at most: 1M, 256M (default)",
     0},
    {"jit-threshold", OPTION_THRESHOLD, "N", 0,
     "Interpret code N times before it is translated (0 to 255, default 8)", 0},
    {"passes", OPTION_PASSES, "-NAME[,-NAME...]", 0,
     "Leave out optimizer passes; -all leaves out all; help lists them", 0},
    {"one-insn", OPTION_ONE_INSN, 0, 0, "Translate one instruction at a time", 0},
    {"no-chain", OPTION_NO_CHAIN, 0, 0, "Come back to the dispatcher after each block", 0},
    {"stress", OPTION_STRESS, "THING[,THING...]", 0,
     "Make rare things common: ra (few host registers), tlb (few pages in the TLB), cache (tiny "
     "code cache), exit (no chaining)",
     0},
    {"plain-cpu", OPTION_PLAIN_CPU, 0, 0, "Use no host instructions beyond plain x86-64", 0},
    {"verify-jit", OPTION_VERIFY, "hash:N", OPTION_ARG_OPTIONAL,
     "Execute each block by the interpreter, too, and compare all state; with hash:N print a hash "
     "of all state at the end (with -d hash every N instructions, too)",
     0},
    {"perf-map", OPTION_PERF_MAP, 0, 0, "Write /tmp/perf-PID.map for perf", 0},
    {0},
};

/* ---- passes ---- */

static void list_passes(FILE *stream)
{
    for (unsigned i = 0; leon3emu_pass_name(i) != NULL; i++) {
        fprintf(stream, "%-10s %s\n", leon3emu_pass_name(i), leon3emu_pass_help(i));
    }
}

static bool drop_pass(unsigned *passes, const char *name, size_t length)
{
    if (length == 3 && strncmp(name, "all", 3) == 0) {
        *passes = 0;
        return true;
    }
    for (unsigned i = 0; leon3emu_pass_name(i) != NULL; i++) {
        if (strlen(leon3emu_pass_name(i)) == length &&
            strncmp(leon3emu_pass_name(i), name, length) == 0) {
            *passes &= ~(1u << i);
            return true;
        }
    }
    return false;
}

static bool set_passes(const struct cli_jit_input *in, const char *text)
{
    const char *at = text;
    if (strcmp(text, "help") == 0) {
        list_passes(stdout);
        exit(cli_finish_printing());
    }
    while (*at != '\0') {
        size_t length = strcspn(at, ",");
        if (*at != '-' || !drop_pass(&in->machine->jit.passes, at + 1, length - 1)) {
            return error_set(in->err, LEON3EMU_USAGE,
                             "--passes=%s: %.*s is not -NAME of a pass; --passes=help lists them",
                             text, (int)length, at);
        }
        at += length + (at[length] == ',');
    }
    return true;
}

/* ---- stress ---- */

static bool set_stress_item(struct leon3emu_jit_options *jit, const char *name, size_t length)
{
    static const char *const names[] = {"ra", "tlb", "cache", "exit"};
    unsigned i = 0;
    while (i < 4 && (strlen(names[i]) != length || strncmp(names[i], name, length) != 0)) {
        i++;
    }
    jit->stress_ra = jit->stress_ra || i == 0;
    jit->stress_tlb = jit->stress_tlb || i == 1;
    jit->no_chain = jit->no_chain || i == 3;
    if (i == 2) {
        jit->cache_size = 128u << 10;
    }
    return i < 4;
}

static bool set_stress(const struct cli_jit_input *in, const char *text)
{
    const char *at = text;
    while (*at != '\0') {
        size_t length = strcspn(at, ",");
        if (!set_stress_item(&in->machine->jit, at, length)) {
            return error_set(in->err, LEON3EMU_USAGE,
                             "--stress=%s: there is ra, tlb, cache and exit, but no %.*s", text,
                             (int)length, at);
        }
        at += length + (at[length] == ',');
    }
    return true;
}

/* ---- numbers ---- */

static bool set_cache(const struct cli_jit_input *in, const char *text)
{
    uint64_t size;

    if (!parse_size(text, &size) || size < 65536 || size > 1u << 30) {
        return error_set(in->err, LEON3EMU_USAGE, "--jit-cache %s: not a size from 64K to 1G",
                         text);
    }
    in->machine->jit.cache_size = (size_t)size;
    return true;
}

static bool set_threshold(const struct cli_jit_input *in, const char *text)
{
    uint64_t value;
    if (!parse_number(text, &value) || value > 255) {
        return error_set(in->err, LEON3EMU_USAGE, "--jit-threshold %s: not a number from 0 to 255",
                         text);
    }
    in->machine->jit.threshold = (unsigned)value;
    return true;
}

bool cli_parse_exec(const char *text, enum exec_kind *kind)
{
    static const char *const names[] = {
        [EXEC_JIT] = "jit", [EXEC_IR] = "ir", [EXEC_INTERP] = "interp"};
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *kind = (enum exec_kind)i;
            return true;
        }
    }
    return false;
}

static bool set_verify(const struct cli_jit_input *in, const char *text)
{
    if (text == NULL) {
        in->machine->jit.verify = true;
        return true;
    }
    if (strncmp(text, "hash:", 5) != 0 || !parse_count(text + 5, &in->machine->jit.hash) ||
        in->machine->jit.hash == 0) {
        return error_set(in->err, LEON3EMU_USAGE,
                         "--verify-jit=%s: not hash:N with a number of instructions", text);
    }
    return true;
}

static bool set_exec(const struct cli_jit_input *in, const char *text)
{
    return cli_parse_exec(text, &in->machine->exec) ||
           error_set(in->err, LEON3EMU_USAGE, "--exec=%s: there is jit, ir and interp", text);
}

static bool set_option(const struct cli_jit_input *in, int key, const char *text)
{
    switch (key) {
    case OPTION_EXEC:
        return set_exec(in, text);
    case OPTION_PASSES:
        return set_passes(in, text);
    case OPTION_CACHE:
        return set_cache(in, text);
    case OPTION_THRESHOLD:
        return set_threshold(in, text);
    case OPTION_VERIFY:
        return set_verify(in, text);
    default:
        return set_stress(in, text);
    }
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    const struct cli_jit_input *in = state->input;
    switch (key) {
    case OPTION_ONE_INSN:
        in->machine->jit.one_insn = true;
        return 0;
    case OPTION_NO_CHAIN:
        in->machine->jit.no_chain = true;
        return 0;
    case OPTION_PLAIN_CPU:
        in->machine->jit.plain_cpu = true;
        return 0;
    case OPTION_PERF_MAP:
        in->machine->jit.perf_map = true;
        return 0;
    case OPTION_EXEC:
    case OPTION_PASSES:
    case OPTION_CACHE:
    case OPTION_THRESHOLD:
    case OPTION_STRESS:
    case OPTION_VERIFY:
        return set_option(in, key, text) ? 0 : EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_jit_argp = {.options = cli_jit_options, .parser = parse_option};
