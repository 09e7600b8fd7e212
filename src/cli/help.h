// SPDX-License-Identifier: MIT
/* What --help and --usage print; and the check, after anything that is printed instead of a run, that it was
 * written. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <argp.h>
#include <stdio.h>

void cli_print_usage(FILE *stream);
/* tables: ends with NULL; each of them ends with a row of zeros.  A row without name and key is a
 * heading. */
void cli_print_help(FILE *stream, const struct argp_option *const *tables);

/* Flushes standard output, and prints a sentence if some of it could not be written.  Returns the exit status. */
int cli_finish_printing(void);

#endif
