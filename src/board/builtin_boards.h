// SPDX-License-Identifier: MIT
/* The board files of src/machine/boards, embedded by CMake (builtin_boards.c is generated). */
#ifndef MACHINE_BUILTIN_BOARDS_H
#define MACHINE_BUILTIN_BOARDS_H

struct builtin_board {
    const char *name;
    const char *text;
};

/* Ends with a row of NULLs, which the count leaves out. */
extern const struct builtin_board builtin_boards[];
extern const unsigned builtin_board_count;

/* Text of a built-in board, NULL if there is none of that name. */
const char *board_builtin_text(const char *name);

#endif
