// SPDX-License-Identifier: MIT
/*
 * What --help prints, see help.h: the rows of the option tables in their order, the built-in boards,
 * the exit statuses.  argp's own help is not used: with some lengths of its text glibc 2.36 prints the
 * margin of a line into the line before.
 */
#include "cli/help.h"

#include <errno.h>
#include <string.h>

#include "leon3emu.h"

#define TEXT_COLUMN 29
#define LAST_COLUMN 79

/* Words of text from TEXT_COLUMN on; the line has `column` characters already. */
static void print_words(FILE *stream, const char *text, int column)
{
    int spaces = TEXT_COLUMN - column;

    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (column > TEXT_COLUMN && column + spaces + length > LAST_COLUMN) {
            fputc('\n', stream);
            column = 0;
            spaces = TEXT_COLUMN;
        }
        fprintf(stream, "%*s%.*s", spaces, "", length, text);
        column += spaces + length;
        text += length;
        spaces = (int)strspn(text, " ");
        text += spaces;
    }
    fputc('\n', stream);
}

/* "  -d ITEM", "      --load=FILE", "  -?, --help" */
static int print_name(FILE *stream, const struct argp_option *row)
{
    const char *open = row->flags & OPTION_ARG_OPTIONAL ? "[=" : "=";
    const char *close = row->flags & OPTION_ARG_OPTIONAL ? "]" : "";
    int column = row->key < 128 ? fprintf(stream, "  -%c", row->key) : fprintf(stream, "    ");

    if (row->name != NULL) {
        column += fprintf(stream, "%s--%s", row->key < 128 ? ", " : "  ", row->name);
    } else {
        open = " ";
    }
    if (row->arg != NULL) {
        column += fprintf(stream, "%s%s%s", open, row->arg, close);
    }
    return column;
}

static void print_row(FILE *stream, const struct argp_option *row)
{
    int column;

    if (row->name == NULL && row->key == 0) {
        fprintf(stream, "\n%s\n", row->doc);
        return;
    }
    column = print_name(stream, row);
    if (column + 2 > TEXT_COLUMN) {
        fputc('\n', stream);
        column = 0;
    }
    print_words(stream, row->doc, column);
}

static void print_boards(FILE *stream)
{
    const char *name = leon3emu_board_name(0);
    int column = fprintf(stream, "\nBuilt-in boards: %s", name) - 1;

    for (unsigned i = 1; (name = leon3emu_board_name(i)) != NULL; i++) {
        if (column + (int)(strlen(", ,") + strlen(name)) > LAST_COLUMN) {
            column = fprintf(stream, ",\n  %s", name) - 2;
        } else {
            column += fprintf(stream, ", %s", name);
        }
    }
    fputc('\n', stream);
}

static void print_statuses(FILE *stream)
{
    fprintf(stream, "\nExit status: 0 to 63 is the guest's own; beyond that\n");
#define STATUS(name, value, meaning) fprintf(stream, "  %3d  %s\n", value, meaning);
#include "exit_status.def"
#undef STATUS
}

void cli_print_usage(FILE *stream)
{
    fprintf(stream, "Usage: leon3emu [OPTION...] FIRMWARE\n"
                    "       leon3emu -leon3 [SIS-OPTION...] FIRMWARE\n");
}

void cli_print_help(FILE *stream, const struct argp_option *const *tables)
{
    cli_print_usage(stream);
    fprintf(stream, "Runs LEON3 firmware (ELF, S-record, Intel HEX, uImage; each also as .gz).\n");
    for (unsigned i = 0; tables[i] != NULL; i++) {
        for (const struct argp_option *row = tables[i]; row->doc != NULL; row++) {
            print_row(stream, row);
        }
    }
    print_boards(stream);
    print_statuses(stream);
    fprintf(stream, "\nOn a raw console Ctrl-A x quits, Ctrl-A i shows progress, Ctrl-A h help.\n");
}

int cli_finish_printing(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return LEON3EMU_OK;
    }
    if (errno != EPIPE) {
        fprintf(stderr, "leon3emu: cannot write to standard output: %s\n", strerror(errno));
    }
    return LEON3EMU_OUTPUT;
}
