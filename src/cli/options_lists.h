// SPDX-License-Identifier: MIT
/*
 * The lists in struct cli_options, which grow as the command line is read, in whatever style it is written.
 *
 * The texts are not copied: they are argv's, or were handed to cli_keep().  False: *err says that there is no memory.
 */
#ifndef CLI_OPTIONS_LISTS_H
#define CLI_OPTIONS_LISTS_H

#include "cli/options.h"

bool cli_add_image(struct cli_options *cli, const char *path, bool has_address, uint32_t address,
                   struct error *err);
/* Sets FIRMWARE, and appends it to the images.  There can be only one: false if there is one already. */
bool cli_add_firmware(struct cli_options *cli, const char *path, struct error *err);
bool cli_add_peripheral(struct cli_options *cli, const char *text, struct error *err);
bool cli_add_setting(struct cli_options *cli, const char *text, struct error *err);
/* Takes over a string from malloc(), which lives as long as *cli.  False also if it is NULL. */
bool cli_keep(struct cli_options *cli, char *string, struct error *err);

#endif
