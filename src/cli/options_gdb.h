// SPDX-License-Identifier: MIT
/* The option --gdb: where to listen, and whether the guest waits. */
#ifndef CLI_OPTIONS_GDB_H
#define CLI_OPTIONS_GDB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"
#include "leon3emu.h"

struct cli_gdb {
    bool on;
    struct leon3emu_gdb_options options; /* points into text */
    char *text;
};

/* text: what is behind "--gdb="; NULL: nothing.  Free gdb->text in any case. */
bool cli_parse_gdb(const char *text, struct cli_gdb *gdb, struct error *err);

/* Tells the user what to type in GDB, and warns if GDBs on other hosts could connect, too. */
void cli_announce_gdb(const struct cli_gdb *gdb, uint16_t port, bool has_firmware, FILE *stream);

#endif
