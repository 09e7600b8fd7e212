// SPDX-License-Identifier: MIT
/* Options of other simulators, see foreign.h. */
#include "cli/foreign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cli/options_lists.h"
#include "core/suggest.h"
#include "log.h"

#define TEXT_SIZE 600

enum argument_kind {
    NONE,
    WORD,
    MIB,
    KIB,
    PORT,
    BOARD,
    LINE,
};

static const struct foreign {
    const char *programs;
    const char *option;
    enum argument_kind argument;
    const char *native;
    const char *remark;
} foreign_options[] = {
#define FOREIGN(programs, option, argument, native, remark)                                        \
    {programs, option, argument, native, remark},
#include "cli/foreign.def"
#undef FOREIGN
};

/* ---- values ---- */

static bool all_digits(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* The number in "tcp::4000,server=on", "localhost:4000", "4000". */
static void port_text(const char *value, char *text, size_t size)
{
    const char *end = value + strcspn(value, ",");
    const char *start = end;

    while (start > value && start[-1] != ':') {
        start--;
    }
    snprintf(text, size, "%.*s", (int)(end - start), start);
}

static void line_text(const char *value, char *text, size_t size)
{
    char port[32];

    if (strncmp(value, "mon:", 4) == 0) {
        value += 4;
    }
    if (strncmp(value, "tcp:", 4) == 0) {
        port_text(value, port, sizeof port);
        snprintf(text, size, "tcp:%s", port);
    } else if (strcmp(value, "null") == 0 || strcmp(value, "/dev/null") == 0) {
        snprintf(text, size, "none");
    } else if (strncmp(value, "/dev/pt", 7) == 0) {
        snprintf(text, size, "pty");
    } else {
        snprintf(text, size, "%s", value);
    }
}

/* QEMU's machines for 32-bit SPARC that are no LEON3. */
static bool is_sun(const char *machine)
{
    static const char *const names[] = {"SS-", "LX", "SPARC", "sun4", "niagara", "none"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strncmp(machine, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Is it an existing terminal?  A character line cannot be connected to one.  /dev/pty... is not meant: that is the
 * half of a pair by which a program makes a terminal, as `pty` does here. */
static bool is_terminal(const char *value)
{
    return strncmp(value, "/dev/", 5) == 0 && strncmp(value, "/dev/pty", 8) != 0 &&
           strcmp(value, "/dev/ptmx") != 0 && strcmp(value, "/dev/null") != 0;
}

/* Refuses values to which nothing in this program corresponds. */
static bool check_value(const struct foreign *row, const char *word, const char *value,
                        struct error *err)
{
    if (row->argument == BOARD && is_sun(value)) {
        return error_set(err, LEON3EMU_USAGE,
                         "%s %s: that machine has no LEON3; QEMU's leon3_generic has, and is "
                         "--board=leon3 here",
                         word, value);
    }
    if (row->argument == LINE && is_terminal(value)) {
        return error_set(err, LEON3EMU_USAGE,
                         "%s %s: a UART does not open a terminal that is there, it makes one; type "
                         "--set=%.5s.chardev=pty and let the other program open what that names",
                         word, value, strcmp(row->option, "-uart2") == 0 ? "uart1" : "uart0");
    }
    return true;
}

/* Writes the other program's value in the form that this program's option wants. */
static void convert_value(enum argument_kind kind, const char *value, char *text, size_t size)
{
    switch (kind) {
    case MIB:
    case KIB:
        snprintf(text, size, "%s%s", value, !all_digits(value) ? "" : kind == MIB ? "M" : "k");
        break;
    case PORT:
        port_text(value, text, size);
        break;
    case BOARD:
        value = strncmp(value, "type=", 5) == 0 ? value + 5 : value;
        snprintf(text, size, "%s", strcmp(value, "leon3_generic") == 0 ? "leon3" : value);
        break;
    case LINE:
        line_text(value, text, size);
        break;
    default:
        snprintf(text, size, "%s", value);
    }
}

/* Fills the row's text of this program's options: puts the value in place of %s and the number in place of %n. */
static void fill_native(const struct foreign *row, const char *value, unsigned number,
                        char text[TEXT_SIZE])
{
    char converted[TEXT_SIZE - 100];
    size_t used = 0;

    convert_value(row->argument, value, converted, sizeof converted);
    text[0] = '\0';
    for (const char *at = row->native; *at != '\0' && used < TEXT_SIZE - 1; at++) {
        if (at[0] == '%' && at[1] == 's') {
            used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s", converted);
            at++;
        } else if (at[0] == '%' && at[1] == 'n') {
            used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%u", number);
            at++;
        } else {
            text[used++] = *at;
            text[used] = '\0';
        }
    }
}

/* ---- rows ---- */

/* Finds the row of an option -NAME, or --NAME as most of the programs take it, too; =VALUE may follow the latter.
 * personality 0: looks at the rows of all programs. */
static const struct foreign *find_row(char personality, const char *word)
{
    const char *name = word[0] == '-' && word[1] == '-' ? word + 1 : word;
    size_t length = name == word ? strlen(name) : strcspn(name, "=");

    for (size_t i = 0; i < ARRAY_LEN(foreign_options); i++) {
        const struct foreign *row = &foreign_options[i];
        if (strlen(row->option) == length && memcmp(row->option, name, length) == 0 &&
            (personality == 0 || strchr(row->programs, personality) != NULL)) {
            return row;
        }
    }
    return NULL;
}

bool cli_knows(char personality, const char *option)
{
    return find_row(personality, option) != NULL;
}

static void program_names(const char *programs, char *text, size_t size)
{
    static const char *const names[] = {
        ['Q'] = "QEMU", ['S'] = "SIS", ['T'] = "TSIM", ['G'] = "GNATemulator", ['R'] = "Renode",
    };

    text[0] = '\0';
    for (size_t i = 0; programs[i] != '\0'; i++) {
        size_t used = strlen(text);
        const char *between = i == 0 ? "" : programs[i + 1] == '\0' ? " and " : ", ";
        snprintf(text + used, size - used, "%s%s", between, names[(unsigned char)programs[i]]);
    }
}

/* Refuses another program's option, and says what to type instead. */
static bool refuse_row(const struct foreign *row, const char *word, const char *next,
                       struct error *err)
{
    char programs[64], text[TEXT_SIZE];
    const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
    const char *value = equals != NULL                   ? equals + 1
                        : next != NULL && next[0] != '-' ? next
                                                         : "VALUE";
    const char *colon = row->remark == NULL ? "" : ": ";
    const char *remark = row->remark == NULL ? "" : row->remark;

    program_names(row->programs, programs, sizeof programs);
    if (row->native == NULL) {
        return error_set(err, LEON3EMU_USAGE, "%s is an option of %s that is not here%s%s", word,
                         programs, colon, remark);
    }
    if (row->native[0] == '\0') {
        return error_set(err, LEON3EMU_USAGE, "%s is an option of %s; leave it out%s%s", word,
                         programs, colon, remark);
    }
    fill_native(row, value, 0, text);
    return check_value(row, word, value, err) &&
           error_set(err, LEON3EMU_USAGE, "%s is an option of %s; here type %s%s%s%s", word,
                     programs, text[0] == '-' ? "" : "leon3emu ", text, colon, remark);
}

/* ---- the options here ---- */

/* Finds the row of a long option, of which the user may have typed only the beginning; *count: of how many rows
 * the word is the beginning (more than one: it is ambiguous). */
static const struct argp_option *find_long(const struct argp_option *const *tables,
                                           const char *name, size_t length, unsigned *count)
{
    const struct argp_option *found = NULL;

    *count = 0;
    for (unsigned i = 0; tables[i] != NULL; i++) {
        for (const struct argp_option *row = tables[i]; row->doc != NULL; row++) {
            if (row->name == NULL || strncmp(row->name, name, length) != 0) {
                continue;
            }
            found = row;
            ++*count;
            if (row->name[length] == '\0') {
                *count = 1;
                return row;
            }
        }
    }
    return found;
}

static bool refuse_ambiguous(const char *word, unsigned count, struct error *err)
{
    return error_set(err, LEON3EMU_USAGE,
                     "%s is the beginning of %u options; write more of it (--help lists them)",
                     word, count);
}

static bool refuse_unknown(const struct argp_option *const *tables, const char *word,
                           struct error *err)
{
    const char *name = word + 1 + (word[1] == '-');
    char dashed[SUGGEST_WORD_MAX];
    struct suggest suggest;

    suggest_begin(&suggest, word, 0);
    if (strcspn(name, "=") < SUGGEST_WORD_MAX - 2) {
        snprintf(dashed, sizeof dashed, "--%.*s", (int)strcspn(name, "="), name);
        suggest_begin(&suggest, dashed, strlen(dashed));
    }
    for (unsigned i = 0; tables[i] != NULL; i++) {
        for (const struct argp_option *row = tables[i]; row->doc != NULL; row++) {
            if (row->name != NULL) {
                snprintf(dashed, sizeof dashed, "--%.30s", row->name);
                suggest_offer(&suggest, dashed);
            }
        }
    }
    return error_set(err, LEON3EMU_USAGE, "there is no option %s; --help lists them%s", word,
                     suggest_text(&suggest));
}

/* Spellings of help and version that users know from other programs. */
char *cli_other_spelling(const char *word)
{
    static char help[] = "--help", version[] = "--version";
    static const struct {
        const char *word;
        char *means;
    } spellings[] = {{"-h", help},    {"-help", help},       {"--h", help},
                     {"-v", version}, {"-version", version}, {"--v", version}};

    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        if (strcmp(spellings[i].word, word) == 0) {
            return spellings[i].means;
        }
    }
    return NULL;
}

/* Is what follows -d a log item?  -dint is -d int, but -deterministic is probably meant as an option of that name. */
static bool is_log_item(const char *text)
{
    uint32_t mask;
    const char *bad;
    int length;

    return strcmp(text, "help") == 0 || log_parse(text, &mask, &bad, &length) || bad != text;
}

/* Is the word a one-letter option of the tables, such as -d ITEM, -V or -?  *takes_next: the next word is its
 * value. */
static bool is_short(const struct argp_option *const *tables, const char *word, bool *takes_next)
{
    for (unsigned i = 0; tables[i] != NULL; i++) {
        for (const struct argp_option *row = tables[i]; row->doc != NULL; row++) {
            if (row->key == word[1] &&
                (word[2] == '\0' ||
                 (row->arg != NULL && !(word[1] == 'd' && !is_log_item(word + 2))))) {
                *takes_next = row->arg != NULL && word[2] == '\0';
                return true;
            }
        }
    }
    return false;
}

static bool check_word(const struct argp_option *const *tables, char **word, const char *next,
                       bool *takes_next, struct error *err)
{
    const char *name = *word + 2;
    const struct argp_option *row = NULL;
    const struct foreign *foreign;
    unsigned count = 0;

    if (cli_other_spelling(*word) != NULL) {
        *word = cli_other_spelling(*word);
        return true;
    }
    if ((*word)[1] == '-') {
        row = find_long(tables, name, strcspn(name, "="), &count);
    }
    if (count > 1) {
        return refuse_ambiguous(*word, count, err);
    }
    if (row != NULL) {
        *takes_next =
            row->arg != NULL && !(row->flags & OPTION_ARG_OPTIONAL) && strchr(name, '=') == NULL;
        return true;
    }
    foreign = find_row(0, *word);
    if (foreign != NULL && ((*word)[2] != '\0' || !is_short(tables, *word, takes_next))) {
        return refuse_row(foreign, *word, next, err);
    }
    return ((*word)[1] != '-' && is_short(tables, *word, takes_next)) ||
           refuse_unknown(tables, *word, err);
}

bool cli_check_words(int argc, char **argv, const struct argp_option *const *tables,
                     struct error *err)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool takes_next = false;
        if (argv[i][0] == '-' && argv[i][1] != '\0' &&
            !check_word(tables, &argv[i], i + 1 < argc ? argv[i + 1] : NULL, &takes_next, err)) {
            return false;
        }
        i += takes_next;
    }
    return true;
}

/* ---- if the program is called by another program's name ---- */

char cli_personality(const char *program)
{
    const char *slash = program == NULL ? NULL : strrchr(program, '/');
    const char *name = program == NULL ? "" : slash != NULL ? slash + 1 : program;
    size_t length = strlen(name);

    if (strncmp(name, "qemu-system-sparc", 17) == 0) {
        return 'Q';
    }
    if (strncmp(name, "tsim", 4) == 0) {
        return 'T';
    }
    return strcmp(name, "sis") == 0 || (length > 4 && strcmp(name + length - 4, "-sis") == 0) ? 'S'
                                                                                              : 0;
}

bool cli_add_word(struct cli_options *cli, struct cli_words *words, const char *text, size_t length,
                  struct error *err)
{
    char *copy = strndup(text, length);
    char **grown;

    if (!cli_keep(cli, copy, err)) {
        return false;
    }
    grown = realloc(words->words, ((size_t)words->count + 2) * sizeof *grown);
    if (grown == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    words->words = grown;
    grown[words->count++] = copy;
    grown[words->count] = NULL;
    return true;
}

/* Adds the row's options of this program.  Its text is split at blanks before the value is put in ("--bios %s" is two
 * words), because the value may have blanks itself. */
static bool add_native(struct cli_options *cli, struct cli_words *words, const struct foreign *row,
                       const char *value, struct error *err)
{
    const char *blank = strchr(row->native, ' ');
    char text[TEXT_SIZE];
    size_t first = blank == NULL ? 0 : (size_t)(blank - row->native);

    fill_native(row, value, row->argument == LINE ? cli->lines++ : 0, text);
    if (row->native[0] == '\0') {
        return true;
    }
    return (blank == NULL || cli_add_word(cli, words, text, first, err)) &&
           cli_add_word(cli, words, text + (blank == NULL ? 0 : first + 1), strlen(text), err);
}

bool cli_translate_word(char personality, int argc, char **argv, int *at, struct cli_options *cli,
                        struct cli_words *words, struct error *err)
{
    const char *word = argv[*at];
    const struct foreign *row = word[0] == '-' ? find_row(personality, word) : NULL;
    const char *equals = row != NULL && word[1] == '-' ? strchr(word, '=') : NULL;
    const char *value = equals != NULL ? equals + 1 : NULL;

    if (row == NULL) {
        return cli_add_word(cli, words, word, strlen(word), err);
    }
    if (row->native == NULL) {
        return refuse_row(row, word, *at + 1 < argc ? argv[*at + 1] : NULL, err);
    }
    if (row->argument != NONE && value == NULL) {
        bool own = row->argument == PORT && personality != 'Q';
        if (*at + 1 == argc && !own) {
            return error_set(err, LEON3EMU_USAGE, "%s wants a value behind it", word);
        }
        value = own ? "1234" : argv[++*at]; /* SIS and TSIM have -port for another port */
    }
    return check_value(row, word, value == NULL ? "" : value, err) &&
           add_native(cli, words, row, value == NULL ? "" : value, err);
}

/* -S was given: removes `,nowait` from the --gdb options, so that the guest waits for GDB.  Without one -S is refused,
 * because nothing could ever make the guest go on. */
static bool stop_at_start(struct cli_words *words, struct error *err)
{
    bool found = false;

    for (int i = 1; i < words->count; i++) {
        char *comma =
            strncmp(words->words[i], "--gdb=", 6) == 0 ? strchr(words->words[i], ',') : NULL;
        if (comma != NULL) {
            *comma = '\0';
            found = true;
        }
    }
    return found ||
           error_set(err, LEON3EMU_USAGE,
                     "-S waits for GDB before the first instruction; say where GDB comes to "
                     "with -s or -gdb");
}

bool cli_translate(char personality, int argc, char **argv, struct cli_options *cli,
                   struct cli_words *words, struct error *err)
{
    bool stopped = false;

    for (int i = 0; i < argc; i++) {
        stopped = stopped || (personality == 'Q' &&
                              (strcmp(argv[i], "-S") == 0 || strcmp(argv[i], "--S") == 0));
        if (!(i == 0 ? cli_add_word(cli, words, argv[0], strlen(argv[0]), err)
                     : cli_translate_word(personality, argc, argv, &i, cli, words, err))) {
            return false;
        }
    }
    return !stopped || stop_at_start(words, err);
}
