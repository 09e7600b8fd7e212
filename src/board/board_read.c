// SPDX-License-Identifier: MIT
/* Reads the board that the options ask for, a built-in one or a file, and applies the settings. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "board/board_file.h"
#include "board/builtin_boards.h"
#include "core/suggest.h"

#define DEFAULT_BOARD "leon3" /* docs/adr/0019 */

const char *leon3emu_board_name(unsigned index)
{
    return index < builtin_board_count ? builtin_boards[index].name : NULL;
}

/* The name is neither a built-in board nor a file: the message lists the built-in boards. */
static bool refuse_name(const char *name, struct error *err)
{
    struct suggest suggest;
    char names[200] = "";

    suggest_begin(&suggest, name, strlen(name));
    for (unsigned i = 0; i < builtin_board_count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ",
                 builtin_boards[i].name);
        suggest_offer(&suggest, builtin_boards[i].name);
    }
    return error_set(err, LEON3EMU_FILE,
                     "there is no board file %s, and none of this name is built in (%s are)%s",
                     name, names, suggest_text(&suggest));
}

/* Reads the board, without applying settings. */
static bool read_named(const char *name, struct board_desc **desc, struct error *err)
{
    const char *text = board_builtin_text(name);

    if (text != NULL) {
        return board_file_builtin(name, text, desc, err);
    }
    if (strchr(name, '/') == NULL && access(name, F_OK) != 0) {
        return refuse_name(name, err);
    }
    return board_file_read(name, desc, err);
}

bool board_read(const struct leon3emu_options *options, struct board_desc **desc, struct error *err)
{
    struct board_desc *board;

    *desc = NULL;
    if (!read_named(options->board == NULL ? DEFAULT_BOARD : options->board, &board, err)) {
        return false;
    }
    board->may_be_late = options->peripheral_count > 0;
    if (!board_apply_settings(board, options->settings, options->setting_count, err)) {
        board_desc_destroy(board);
        return false;
    }
    *desc = board;
    return true;
}
