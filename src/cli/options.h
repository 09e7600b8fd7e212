// SPDX-License-Identifier: MIT
/*
 * The room src/cli: the program around the library.  src/main.c calls it; it sees src/core and include/ only, and
 * reaches a machine as any user of the library does, through include/leon3emu.h.
 *
 *   options.c, options_*.c   the command line, read into struct cli_options (this header)
 *   foreign.c, foreign.def   options of QEMU, SIS and TSIM: translated, or refused with what to type instead
 *   help.c, completion.c     what --help, --usage and --completion print, made from the tables of options
 *   log_output.c             where lines of the log and notices to the user are written
 *   install_dir.c            where libraries of peripherals are installed
 *   crash.h                  crashes and hangs of peripheral libraries, and signals: eight files, listed there
 *
 * What must hold: whatever the library must not do is done here and in main.c.  Only they print, exit, and install
 * signal handlers, and only the files of crash.h have mutable globals.  A mistake of the user becomes a struct error,
 * which main() prints; its status is the program's exit status.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options_gdb.h"
#include "error.h"
#include "leon3emu.h"

/* A file to load: the firmware, or one of --load. */
struct cli_image {
    const char *path;
    bool has_address; /* raw bytes for `address`; else ELF or S-record */
    uint32_t address;
};

struct cli_options {
    struct leon3emu_options machine;
    struct cli_image *images; /* in the order of the command line */
    size_t image_count;
    const char *firmware;     /* the image that is not of --load; NULL: there is none */
    const char **peripherals; /* what machine.peripherals points to */
    const char **settings;    /* what machine.settings points to */
    char **strings;           /* owned copies */
    size_t string_count;
    unsigned lines;          /* how many character lines translated options of QEMU have named */
    const char *periph_help; /* NAME of --periph NAME,help; NULL: not asked */
    bool periph_list;        /* --periph help */
    bool board_help;         /* --board NAME,help, with the name in machine.board */
    bool board_list;         /* --board help */
    bool bios;               /* start at 0 in reset state */
    struct cli_gdb gdb;
    uint64_t time_limit_ns; /* 0: none */
    uint64_t insn_limit;
    bool stats;
    const char *log_file; /* where log lines go; NULL: standard error */
    char dump[32];        /* --dump: the monitor's command that is run, and no guest; "": none */
    bool explain;         /* --explain: explain_word is explained, and no guest is run */
    uint32_t explain_word;
    bool no_raw;         /* leave the terminal in line mode */
    uint32_t hang_limit; /* how many seconds a call into a peripheral may take; 0: any number */
};

/* Parses argv into *cli; cli_options_fini() frees it.  --help, --version and -d help print and
 * exit, as argp does.  False: *err says what is wrong with which argument, *cli needs no fini. */
bool cli_parse(int argc, char **argv, struct cli_options *cli, struct error *err);
void cli_options_fini(struct cli_options *cli);

#endif
