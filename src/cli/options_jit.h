// SPDX-License-Identifier: MIT
/* The part of the command line that is about how code is executed. */
#ifndef CLI_OPTIONS_JIT_H
#define CLI_OPTIONS_JIT_H

#include <argp.h>

#include "error.h"
#include "leon3emu.h"

/* What the parser of these options works on. */
struct cli_jit_input {
    struct leon3emu_options *machine;
    struct error *err;
};

extern const struct argp_option cli_jit_options[];
extern const struct argp cli_jit_argp;

/* "jit", "ir", "interp". */
bool cli_parse_exec(const char *text, enum exec_kind *kind);

#endif
