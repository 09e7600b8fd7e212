// SPDX-License-Identifier: MIT
/*
 * The command line in the style of RTEMS's simulator SIS, so that a configuration of rtems-test can
 * name this program:  leon3emu -nouartrx -r -tlim 400 s -leon3 -m 4 test.exe
 *
 * Accepted, in any order: what RTEMS's test runner passes, and the options of SIS that mean something here.
 */
#include "cli/options_sis.h"

#include <stdio.h>
#include <string.h>

#include "cli/options_lists.h"
#include "core/parse.h"

struct arguments {
    int count;
    char **values;
    int next;
};

static const char *next_word(struct arguments *arguments)
{
    return arguments->next < arguments->count ? arguments->values[arguments->next++] : NULL;
}

/* -tlim N UNIT, with the unit as a word of its own. */
static bool take_time_limit(struct arguments *arguments, struct cli_options *cli, struct error *err)
{
    const char *number = next_word(arguments);
    const char *unit = next_word(arguments);
    char text[64];

    if (number != NULL && unit != NULL) {
        snprintf(text, sizeof text, "%s%s", number, unit);
        if (parse_time(text, &cli->time_limit_ns) && cli->time_limit_ns != 0) {
            return true;
        }
    }
    return error_set(err, LEON3EMU_USAGE, "-tlim wants a number and a unit, like -tlim 400 s");
}

static bool take_cpu_count(struct arguments *arguments, struct cli_options *cli, struct error *err)
{
    const char *text = next_word(arguments);
    uint64_t count;

    if (text == NULL || !parse_number(text, &count) || count == 0 || count > 16) {
        return error_set(err, LEON3EMU_USAGE, "-m wants a number of CPUs from 1 to 16, like -m 4");
    }
    cli->machine.cpus = (unsigned)count;
    return true;
}

static const struct {
    const char *option, *board;
} systems[] = {{"-leon3", "leon3-sis"}, {"-gr740", "gr740"}};

static const char *board_of(const char *option)
{
    for (unsigned i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        if (strcmp(systems[i].option, option) == 0) {
            return systems[i].board;
        }
    }
    return NULL;
}

bool cli_is_sis(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (board_of(argv[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool take_option(struct arguments *arguments, const char *option, struct cli_options *cli,
                        struct cli_words *rest, struct error *err)
{
    if (strcmp(option, "-v") == 0) {
        return true; /* this program is verbose anyway */
    }
    if (strcmp(option, "-nouartrx") == 0) {
        cli->machine.input_fd = -1;
        return true;
    }
    if (board_of(option) != NULL) {
        cli->machine.board = board_of(option);
        return true;
    }
    if (strcmp(option, "-m") == 0) {
        return take_cpu_count(arguments, cli, err);
    }
    if (strcmp(option, "-tlim") == 0) {
        return take_time_limit(arguments, cli, err);
    }
    arguments->next--;
    if (!cli_translate_word('S', arguments->count, arguments->values, &arguments->next, cli, rest,
                            err)) {
        return false;
    }
    arguments->next++;
    return true;
}

/* -help and similar words print this program's help, whatever name it was called by; -v, however, is an option of
 * SIS. */
static bool asks_for_help(int argc, char **argv, struct cli_options *cli, struct cli_words *rest,
                          struct error *err, bool *ok)
{
    for (int i = 1; i < argc; i++) {
        const char *word = strcmp(argv[i], "-v") == 0 ? NULL : cli_other_spelling(argv[i]);
        if (word == NULL &&
            (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-?") == 0 ||
             strcmp(argv[i], "--usage") == 0 || strcmp(argv[i], "--version") == 0)) {
            word = argv[i];
        }
        if (word != NULL) {
            *ok = cli_add_word(cli, rest, argv[0], strlen(argv[0]), err) &&
                  cli_add_word(cli, rest, word, strlen(word), err);
            return true;
        }
    }
    return false;
}

/* Refuses an option of GNU style, because the two styles cannot be mixed. */
static bool refuse_option(const struct cli_options *cli, const char *word, struct error *err)
{
    const char *board = cli->machine.board != NULL ? cli->machine.board : "leon3-sis";

    return error_set(
        err, LEON3EMU_USAGE,
        "%s is not known together with SIS's -leon3 or -gr740; write --board=%s instead "
        "of that to have the options of leon3emu (of SIS's options -d, -dumbio, -freq, -gdb, "
        "-m, -nfp, -nouartrx, -port, -r, -rt, -tlim, -uart1, -uart2 and -v are known)",
        word, board);
}

static bool is_known(const char *option)
{
    static const char *const own[] = {"-v", "-nouartrx", "-m", "-tlim"};

    for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(own[i], option) == 0) {
            return true;
        }
    }
    return board_of(option) != NULL || cli_knows('S', option);
}

static bool check_system(const struct cli_options *cli, struct error *err)
{
    return cli->machine.board != NULL ||
           error_set(
               err, LEON3EMU_USAGE,
               "SIS without -leon3 or -gr740 is an ERC32, and there is no board with one; say "
               "-leon3 or -gr740");
}

/* Finds the system's name before any option is parsed: it may stand behind an option whose refusal mentions it. */
static void find_system(const struct arguments *arguments, struct cli_options *cli)
{
    for (int i = 1; i < arguments->count; i++) {
        if (board_of(arguments->values[i]) != NULL) {
            cli->machine.board = board_of(arguments->values[i]);
        }
    }
}

bool cli_parse_sis(int argc, char **argv, struct cli_options *cli, struct cli_words *rest,
                   struct error *err)
{
    struct arguments arguments = {argc, argv, 1};
    const char *word;
    bool ok;

    if (asks_for_help(argc, argv, cli, rest, err, &ok)) {
        return ok;
    }
    cli->machine.cpus = 1; /* the default of SIS; -m may change it */
    find_system(&arguments, cli);
    if (!cli_add_word(cli, rest, argv[0], strlen(argv[0]), err) || !check_system(cli, err)) {
        return false;
    }
    while ((word = next_word(&arguments)) != NULL) {
        ok = word[0] != '-'   ? cli_add_firmware(cli, word, err)
             : is_known(word) ? take_option(&arguments, word, cli, rest, err)
                              : refuse_option(cli, word, err);
        if (!ok) {
            return false;
        }
    }
    return true;
}
