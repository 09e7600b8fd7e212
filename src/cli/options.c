// SPDX-License-Identifier: MIT
/* The command line in GNU style, see options.h. */
#include "cli/options.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/foreign.h"
#include "cli/help.h"
#include "cli/options_jit.h"
#include "cli/options_lists.h"
#include "cli/options_log.h"
#include "cli/options_sis.h"
#include "cli/version.h"
#include "core/parse.h"
#include "core/suggest.h"
#include "log.h"

#define DEFAULT_HANG_LIMIT 10

enum {
    OPTION_PERIPH = 256,
    OPTION_SET,
    OPTION_RAM,
    OPTION_PLUGIN_PATH,
    OPTION_BOARD,
    OPTION_LOAD,
    OPTION_BIOS,
    OPTION_RESET_ADDRESS,
    OPTION_GDB,
    OPTION_TIME_LIMIT,
    OPTION_INSN_LIMIT,
    OPTION_REALTIME,
    OPTION_SMP,
    OPTION_QUANTUM,
    OPTION_STATS,
    OPTION_DUMP,
    OPTION_EXPLAIN,
    OPTION_NO_RAW,
    OPTION_HANG_LIMIT,
    OPTION_USAGE,
    OPTION_COMPLETION,
    OPTION_HELP = '?',
    OPTION_VERSION = 'V',
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "The machine:", 0},
    {"board", OPTION_BOARD, "NAME|FILE", 0,
     "A board that is built in (see below; leon3 if there is no --board), or a board file.  "
     "NAME,help lists its settings, help the boards",
     0},
    {"set", OPTION_SET, "NAME.KEY=VALUE", 0,
     "Change a thing of the board: uart1.chardev=pty, board.clock=50M, cpu.nwin=16, ram.size=256M",
     0},
    {"ram", OPTION_RAM, "SIZE", 0, "The same as --set ram.size=SIZE, for the board's first RAM", 0},
    {"periph", OPTION_PERIPH, "NAME[,PROPERTY=VALUE...]", 0,
     "Add a peripheral: a library (uart.so) or a built-in device.  Without base= it takes the "
     "place of the board's device of its kind.  NAME,help lists its properties, help the names",
     0},
    {"plugin-path", OPTION_PLUGIN_PATH, "DIR[:DIR...]", 0, "Where to look for libraries", 0},
    {"smp", OPTION_SMP, "N", 0, "How many CPUs, 1 to 16, instead of what the board says", 0},
    {"quantum", OPTION_QUANTUM, "CYCLES", 0,
     "Cycles that each of several CPUs executes in turn (default 700)", 0},
    {NULL, 0, NULL, 0, "What is loaded:", 0},
    {"load", OPTION_LOAD, "FILE[@ADDRESS]", 0,
     "Load one more image: of a known format, or any file at ADDRESS; what stands later lies on "
     "top",
     0},
    {"bios", OPTION_BIOS, NULL, 0,
     "Start at the reset address in reset state: the image is a boot PROM, also one without a "
     "format",
     0},
    {"reset-address", OPTION_RESET_ADDRESS, "ADDRESS", 0,
     "Where CPUs start after a reset, instead of what the board says", 0},
    {NULL, 0, NULL, 0, "The run:", 0},
    {"time-limit", OPTION_TIME_LIMIT, "TIME", 0,
     "Stop after this much guest time: 30, 1.5s, 500ms, 20us, 1m, 2h", 0},
    {"insn-limit", OPTION_INSN_LIMIT, "N", 0, "Stop after N instructions: 5000, 10M, 1G", 0},
    {"realtime", OPTION_REALTIME, NULL, 0, "Pace guest time to the wall clock", 0},
    {"no-raw", OPTION_NO_RAW, NULL, 0, "Leave the terminal in line mode", 0},
    {"hang-limit", OPTION_HANG_LIMIT, "TIME", 0,
     "A call into a peripheral that takes longer is reported as hanging (default 10; 0: never)", 0},
    {NULL, 0, NULL, 0, "Looking inside:", 0},
    {"gdb", OPTION_GDB, "[[ADDRESS:]PORT][,nowait]", OPTION_ARG_OPTIONAL,
     "Wait for GDB on 127.0.0.1:PORT (default 1234; 0 picks one), or, with nowait, run until it "
     "comes.  The word after --gdb is a port, too, if it is nothing but digits.  Without firmware "
     "GDB's load brings it",
     0},
    {NULL, 'd', "ITEM[,ITEM...]", 0, "Log to standard error; -d help lists the items", 0},
    {"stats", OPTION_STATS, NULL, 0, "Print counters at the end", 0},
    {"explain", OPTION_EXPLAIN, "WORD", 0,
     "Show what becomes of an instruction word: assembly, IR, host code", 0},
    {"dump", OPTION_DUMP, "mtree|qtree|stats", 0,
     "Print the address space, the devices with properties and lines, or the counters, and exit",
     0},
    {"help", OPTION_HELP, NULL, 0, "Print this and exit", 0},
    {"usage", OPTION_USAGE, NULL, 0, "Print the first lines of this and exit", 0},
    {"completion", OPTION_COMPLETION, "bash|zsh", 0,
     "Print a script by which the shell completes this command line, and exit", 0},
    {"version", OPTION_VERSION, NULL, 0, "Print the version and exit", 0},
    {0},
};

static const struct argp_option *const tables[] = {options, cli_log_options, cli_jit_options, NULL};

/* What argp passes to the parser.  argp would print errors and exit itself; they go to err instead, and
 * cli_parse() returns them. */
struct parser {
    struct cli_options *cli;
    struct error *err;
    struct cli_jit_input jit;
    struct cli_log_input log;
};

static bool ends_with_help(const char *text)
{
    size_t length = strlen(text);
    return length > 5 && strcmp(text + length - 5, ",help") == 0;
}

static bool add_peripheral(struct cli_options *cli, const char *text, struct error *err)
{
    if (ends_with_help(text)) {
        cli->periph_help = text;
    }
    cli->periph_list = cli->periph_list || strcmp(text, "help") == 0;
    return cli_add_peripheral(cli, text, err);
}

/* The same as --set ram.size=SIZE. */
static bool set_ram(struct cli_options *cli, const char *size, struct error *err)
{
    char *text = malloc(sizeof "ram.size=" + strlen(size));

    if (text != NULL) {
        strcat(strcpy(text, "ram.size="), size);
    }
    return cli_keep(cli, text, err) && cli_add_setting(cli, text, err);
}

/* NAME, FILE, NAME,help or help. */
static bool set_board(struct cli_options *cli, const char *text, struct error *err)
{
    char *name;

    cli->machine.board = text;
    if (strcmp(text, "help") == 0) {
        cli->board_list = true;
    } else if (ends_with_help(text)) {
        name = strndup(text, strlen(text) - 5);
        cli->board_help = true;
        cli->machine.board = name;
        return cli_keep(cli, name, err);
    }
    return true;
}

/* Refuses eight hexadecimal digits without 0x, as objdump prints a word or an address: if they were taken for a
 * decimal number it would be another one. */
static bool check_hexadecimal(const char *option, const char *text, struct error *err)
{
    if (strlen(text) == 8 && text[strspn(text, "0123456789abcdefABCDEF")] == '\0') {
        return error_set(err, LEON3EMU_USAGE, "%s %s: without 0x it is decimal; write 0x%s", option,
                         text, text);
    }
    return true;
}

/* FILE@ADDRESS; the last @ counts, so that file names may have others. */
static bool add_load(struct cli_options *cli, const char *text, struct error *err)
{
    const char *at = strrchr(text, '@');
    uint64_t address;
    char *path;

    if (at == NULL) {
        return cli_add_image(cli, text, false, 0, err);
    }
    if (at[1] == '\0') {
        return error_set(err, LEON3EMU_USAGE,
                         "--load %s: no address follows the last @; write FILE@ADDRESS", text);
    }
    if (!check_hexadecimal("--load address", at + 1, err)) {
        return false;
    }
    if (!parse_size(at + 1, &address) || address > UINT32_MAX) {
        return error_set(err, LEON3EMU_USAGE, "--load %s: %s is not an address", text, at + 1);
    }
    path = strndup(text, (size_t)(at - text));
    if (!cli_keep(cli, path, err)) {
        return false;
    }
    return cli_add_image(cli, path, true, (uint32_t)address, err);
}

static void print_log_items(void)
{
    for (unsigned i = 0; log_item_name(i) != NULL; i++) {
        printf("%-14s %s\n", log_item_name(i), log_item_help(i));
    }
}

static bool set_log(struct cli_options *cli, const char *text, struct error *err)
{
    struct suggest suggest;
    const char *bad;
    int length;
    if (strcmp(text, "help") == 0) {
        print_log_items();
        exit(cli_finish_printing());
    }
    if (log_parse(text, &cli->machine.log_mask, &bad, &length)) {
        return true;
    }
    suggest_begin(&suggest, bad, (size_t)length);
    for (unsigned i = 0; log_item_name(i) != NULL; i++) {
        suggest_offer(&suggest, log_item_name(i));
    }
    return error_set(err, LEON3EMU_USAGE, "-d %s: there is no item %.*s; -d help lists them%s%s",
                     text, length, bad, suggest_text(&suggest),
                     text[strspn(text, "0123456789")] == '\0' ? "; SIS's -d is --quantum here"
                                                              : "");
}

/* The word after a plain --gdb, if it is a port: digits and nothing else.  Else argp takes the word for
 * what it is otherwise; firmware in a file called 1234 is ./1234. */
static const char *take_port(struct argp_state *state)
{
    const char *word = state->next < state->argc ? state->argv[state->next] : "";
    if (word[0] == '\0' || word[strspn(word, "0123456789")] != '\0') {
        return NULL;
    }
    state->next++;
    return word;
}

static bool set_limit(struct cli_options *cli, int key, const char *text, struct error *err)
{
    if (key == OPTION_TIME_LIMIT) {
        return (parse_time(text, &cli->time_limit_ns) && cli->time_limit_ns != 0) ||
               error_set(
                   err, LEON3EMU_USAGE,
                   "--time-limit %s: not a time; write it like 30, 1.5s, 500ms, 20us, 1m or 2h",
                   text);
    }
    return (parse_count(text, &cli->insn_limit) && cli->insn_limit != 0) ||
           error_set(err, LEON3EMU_USAGE,
                     "--insn-limit %s: not a number above 0; write it like 5000, 10M or 1G", text);
}

static bool set_hang_limit(struct cli_options *cli, const char *text, struct error *err)
{
    uint64_t nanoseconds;
    if (!parse_time(text, &nanoseconds) || nanoseconds % 1000000000 != 0 ||
        nanoseconds / 1000000000 > UINT32_MAX) {
        return error_set(err, LEON3EMU_USAGE,
                         "--hang-limit %s: not a number of whole seconds; write it like 10 or 1m",
                         text);
    }
    cli->hang_limit = (uint32_t)(nanoseconds / 1000000000);
    return true;
}

static bool set_cpus(struct cli_options *cli, int key, const char *text, struct error *err)
{
    uint64_t value;
    bool ok = parse_count(text, &value) && value != 0;
    if (key == OPTION_QUANTUM) {
        cli->machine.quantum = value;
        return ok || error_set(err, LEON3EMU_USAGE, "--quantum %s: not a number above 0", text);
    }
    cli->machine.cpus = (unsigned)value;
    return (ok && value <= 16) ||
           error_set(err, LEON3EMU_USAGE, "--smp %s: not a number from 1 to 16", text);
}

static bool set_reset_address(struct cli_options *cli, const char *text, struct error *err)
{
    uint64_t address;
    if (!check_hexadecimal("--reset-address", text, err)) {
        return false;
    }
    if (!parse_number(text, &address) || address > UINT32_MAX || address % 4096 != 0) {
        return error_set(
            err, LEON3EMU_USAGE,
            "--reset-address=%s: give the address of a page of 4 KiB, as in 0xc0000000", text);
    }
    cli->machine.has_reset_address = true;
    cli->machine.reset_address = (uint32_t)address;
    return true;
}

static bool set_dump(struct cli_options *cli, const char *text, struct error *err)
{
    char names[200] = "";
    const char *name;

    for (unsigned i = 0; (name = leon3emu_dump_name(i)) != NULL; i++) {
        size_t used = strlen(names);
        if (strcmp(text, name) == 0) {
            snprintf(cli->dump, sizeof cli->dump, "info %s", name);
            return true;
        }
        snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ", name);
    }
    return error_set(err, LEON3EMU_USAGE, "--dump %s: what can be dumped: %s", text, names);
}

static bool set_explain(struct cli_options *cli, const char *text, struct error *err)
{
    uint64_t word;
    if (!check_hexadecimal("--explain", text, err)) {
        return false;
    }
    if (!parse_number(text, &word) || word > UINT32_MAX) {
        return error_set(err, LEON3EMU_USAGE,
                         "--explain %s: not a word of 32 bits, like 0x9de3bf98", text);
    }
    cli->explain = true;
    cli->explain_word = (uint32_t)word;
    return true;
}

static bool print_completion(const char *shell, struct error *err)
{
    if (cli_print_completion(shell, tables, stdout)) {
        exit(cli_finish_printing());
    }
    return error_set(err, LEON3EMU_USAGE, "--completion %s: there is one for bash and one for zsh",
                     shell);
}

static bool set_option(struct parser *parser, int key, const char *text)
{
    struct cli_options *cli = parser->cli;
    struct error *err = parser->err;

    switch (key) {
    case OPTION_PERIPH:
        return add_peripheral(cli, text, err);
    case OPTION_SET:
        return cli_add_setting(cli, text, err);
    case OPTION_RAM:
        return set_ram(cli, text, err);
    case OPTION_BOARD:
        return set_board(cli, text, err);
    case OPTION_LOAD:
        return add_load(cli, text, err);
    case OPTION_TIME_LIMIT:
    case OPTION_INSN_LIMIT:
        return set_limit(cli, key, text, err);
    case OPTION_HANG_LIMIT:
        return set_hang_limit(cli, text, err);
    case OPTION_SMP:
    case OPTION_QUANTUM:
        return set_cpus(cli, key, text, err);
    case OPTION_RESET_ADDRESS:
        return set_reset_address(cli, text, err);
    case 'd':
        return set_log(cli, text, err);
    case OPTION_EXPLAIN:
        return set_explain(cli, text, err);
    case OPTION_DUMP:
        return set_dump(cli, text, err);
    case OPTION_COMPLETION:
        return print_completion(text, err);
    default:
        return cli_add_firmware(cli, text, err);
    }
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct parser *parser = state->input;
    struct cli_options *cli = parser->cli;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &parser->jit;
        state->child_inputs[1] = &parser->log;
        return 0;
    case OPTION_PLUGIN_PATH:
        cli->machine.plugin_path = text;
        return 0;
    case OPTION_BIOS:
        cli->bios = true;
        return 0;
    case OPTION_REALTIME:
        cli->machine.realtime = true;
        return 0;
    case OPTION_STATS:
        cli->stats = true;
        return 0;
    case OPTION_NO_RAW:
        cli->no_raw = true;
        return 0;
    case OPTION_HELP:
        cli_print_help(stdout, tables);
        exit(cli_finish_printing());
    case OPTION_USAGE:
        cli_print_usage(stdout);
        exit(cli_finish_printing());
    case OPTION_VERSION:
        printf("leon3emu %s\ncommit %s\nbuild %s\n", LEON3EMU_VERSION, LEON3EMU_COMMIT,
               LEON3EMU_BUILD);
        exit(cli_finish_printing());
    case OPTION_GDB:
        return cli_parse_gdb(text == NULL ? take_port(state) : text, &cli->gdb, parser->err)
                   ? 0
                   : EINVAL;
    case OPTION_PERIPH:
    case OPTION_SET:
    case OPTION_RAM:
    case OPTION_BOARD:
    case OPTION_LOAD:
    case OPTION_TIME_LIMIT:
    case OPTION_INSN_LIMIT:
    case OPTION_HANG_LIMIT:
    case OPTION_SMP:
    case OPTION_QUANTUM:
    case OPTION_RESET_ADDRESS:
    case OPTION_DUMP:
    case OPTION_EXPLAIN:
    case OPTION_COMPLETION:
    case 'd':
    case ARGP_KEY_ARG:
        return set_option(parser, key, text) ? 0 : EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&cli_jit_argp, 0, NULL, 0}, {&cli_log_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    .options = options,
    .children = children,
    .parser = parse_option,
};

/* Refuses options that could show nothing in this combination. */
static bool check_combinations(const struct cli_options *cli, struct error *err)
{
    const struct leon3emu_options *machine = &cli->machine;
    bool logs = machine->log_mask != 0 || machine->history != 0 || cli->gdb.on;

    if (machine->jit.verify && machine->exec == EXEC_INTERP) {
        return error_set(err, LEON3EMU_USAGE,
                         "--verify-jit compares translated code with the interpreter, and with "
                         "--exec=interp nothing is translated; leave one of them out");
    }
    if (!logs && (cli->log_file != NULL || machine->log_filter != NULL)) {
        return error_set(err, LEON3EMU_USAGE,
                         "%s without -d: nothing is logged; -d help lists what can be",
                         cli->log_file != NULL ? "--log-file" : "--log-filter");
    }
    return true;
}

static bool check_usage(const struct cli_options *cli, struct error *err)
{
    bool prints = cli->dump[0] != '\0' || cli->explain || cli->periph_help != NULL ||
                  cli->periph_list || cli->board_help || cli->board_list;

    if (cli->image_count == 0 && cli->gdb.on && cli->gdb.options.nowait) {
        return error_set(err, LEON3EMU_USAGE,
                         "no firmware given, so there is nothing to run before GDB comes; give a "
                         "firmware.elf, or --gdb without nowait and GDB's load");
    }
    if (cli->image_count == 0 && !cli->gdb.on && !prints) {
        return error_set(err, LEON3EMU_USAGE,
                         "no firmware given; try: leon3emu firmware.elf (--help shows more)");
    }
    return true;
}

static bool parse_native(int argc, char **argv, struct cli_options *cli, struct error *err)
{
    struct parser parser = {cli, err, {&cli->machine, err}, {cli, err}};

    return cli_check_words(argc, argv, tables, err) &&
           /* This stays the error if argp fails by itself, for which lack of memory is the only reason. */
           (error_set(err, LEON3EMU_HOST, "out of memory"), true) &&
           argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &parser) == 0;
}

/* Translates another program's command line, or the words of SIS's style that options_sis.c does not handle, and
 * parses the result. */
static bool parse_foreign(char personality, int argc, char **argv, struct cli_options *cli,
                          struct error *err)
{
    struct cli_words words = {0};
    bool ok = personality == 'S' ? cli_parse_sis(argc, argv, cli, &words, err)
                                 : cli_translate(personality, argc, argv, cli, &words, err);

    ok = ok && parse_native(words.count, words.words, cli, err);
    if (ok && personality == 'T' && cli->machine.board == NULL) {
        cli->machine.board = "leon3-grlib";
    }
    free(words.words);
    return ok;
}

bool cli_parse(int argc, char **argv, struct cli_options *cli, struct error *err)
{
    char personality = cli_personality(argv[0]);
    bool ok;

    memset(cli, 0, sizeof *cli);
    leon3emu_options_init(&cli->machine);
    cli->hang_limit = DEFAULT_HANG_LIMIT;
    argp_err_exit_status = LEON3EMU_USAGE;
    if (personality == 0 && cli_is_sis(argc, argv)) {
        personality = 'S';
    }
    ok = (personality != 0 ? parse_foreign(personality, argc, argv, cli, err)
                           : parse_native(argc, argv, cli, err)) &&
         check_usage(cli, err) && (personality != 0 || check_combinations(cli, err));
    if (!ok) {
        cli_options_fini(cli);
    }
    return ok;
}
