// SPDX-License-Identifier: MIT
/* Look-up in the table of built-in boards. */
#include <string.h>

#include "board/builtin_boards.h"

const char *board_builtin_text(const char *name)
{
    for (unsigned i = 0; i < builtin_board_count; i++) {
        if (strcmp(builtin_boards[i].name, name) == 0) {
            return builtin_boards[i].text;
        }
    }
    return NULL;
}
