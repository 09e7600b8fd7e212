// SPDX-License-Identifier: MIT
/* The boards of src/board/boards as texts: src/CMakeLists.txt generates builtin_boards.c in the
 * build folder, so that the program needs no board files when it runs.  Private to src/board. */
#ifndef BOARD_BUILTIN_BOARDS_H
#define BOARD_BUILTIN_BOARDS_H

struct builtin_board {
    const char *name;
    const char *text;
};

extern const struct builtin_board builtin_boards[];
extern const unsigned builtin_board_count;

/* Text of a built-in board, NULL if there is none of that name. */
const char *board_builtin_text(const char *name);

#endif
