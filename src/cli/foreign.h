// SPDX-License-Identifier: MIT
/*
 * Options as other simulators have them (foreign.def).
 *
 * argp would take "-kernel" for a group of one-letter options.  Therefore each word that looks like an
 * option and is none of this program is refused before argp sees it, with a hint of what to type.  If
 * this program is called by another program's name, that program's options are translated.
 */
#ifndef CLI_FOREIGN_H
#define CLI_FOREIGN_H

#include <argp.h>
#include <stdbool.h>

#include "cli/options.h"
#include "error.h"

/* Refuses the first word of the command line that is an option of none of the tables; -h, -help, --h,
 * -v and -version become --help and --version in place. */
bool cli_check_words(int argc, char **argv, const struct argp_option *const *tables,
                     struct error *err);

/* What -h, -help, --h, -v, -version and --v mean; NULL: it is none of them. */
char *cli_other_spelling(const char *word);

/* A command line of this program, made from another program's. */
struct cli_words {
    int count;
    char **words; /* from malloc(), ends with NULL; the texts belong to the struct cli_options */
};

/* Appends a copy of a word. */
bool cli_add_word(struct cli_options *cli, struct cli_words *words, const char *text, size_t length,
                  struct error *err);

/* The simulator that is called by this name: 'Q', 'S' or 'T' as in foreign.def; 0: none. */
char cli_personality(const char *program);

/* Has that program an option that this file knows? */
bool cli_knows(char personality, const char *option);

/* Translates the word at argv[*at], and the next one if that is its value.  An option of the other program that has no
 * equivalent here is refused; a word that is no option of the other program stays as it is. */
bool cli_translate_word(char personality, int argc, char **argv, int *at, struct cli_options *cli,
                        struct cli_words *words, struct error *err);
/* The same for a whole command line, with the program's name. */
bool cli_translate(char personality, int argc, char **argv, struct cli_options *cli,
                   struct cli_words *words, struct error *err);

#endif
