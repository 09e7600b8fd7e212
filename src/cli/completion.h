// SPDX-License-Identifier: MIT
/* Scripts by which shells complete the command line, made from the option tables. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints the script for a shell, "bash" or "zsh"; false: it is another one.  tables: as for cli_print_help(). */
bool cli_print_completion(const char *shell, const struct argp_option *const *tables, FILE *stream);

#endif
