// SPDX-License-Identifier: MIT
/* Where this program was installed. */
#ifndef CLI_INSTALL_DIR_H
#define CLI_INSTALL_DIR_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the directory of libraries that belongs to the running program: a whole installation may have
 * been moved, or made with another prefix than it was configured for.  False: there is none, as in a
 * build directory. */
bool cli_install_dir(char *path, size_t size);

#endif
