// SPDX-License-Identifier: MIT
/* The part of the command line that is about the log: where it goes, what it is about, what is kept of it. */
#ifndef CLI_OPTIONS_LOG_H
#define CLI_OPTIONS_LOG_H

#include <argp.h>

struct cli_options;
struct error;

/* What the parser of these options works on. */
struct cli_log_input {
    struct cli_options *cli;
    struct error *err;
};

extern const struct argp_option cli_log_options[];
extern const struct argp cli_log_argp;

#endif
