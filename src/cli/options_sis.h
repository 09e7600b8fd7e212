// SPDX-License-Identifier: MIT
/* The command line in the style of RTEMS's simulator SIS. */
#ifndef CLI_OPTIONS_SIS_H
#define CLI_OPTIONS_SIS_H

#include "cli/foreign.h"
#include "cli/options.h"

/* Is the command line of this style?  It is if it names a system, -leon3 or -gr740, which are no options in GNU
 * style. */
bool cli_is_sis(int argc, char **argv);

/* Parses it.  Leaves in *rest the words that are then to be parsed as options of this program. */
bool cli_parse_sis(int argc, char **argv, struct cli_options *cli, struct cli_words *rest,
                   struct error *err);

#endif
