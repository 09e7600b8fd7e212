// SPDX-License-Identifier: MIT
/* Where this program was installed, see install_dir.h. */
#define _GNU_SOURCE
#include "cli/install_dir.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of the libraries' directory, relative to that of the program. */
#ifndef LEON3EMU_PLUGINS_FROM_BIN
#define LEON3EMU_PLUGINS_FROM_BIN "../lib/leon3emu/plugins"
#endif

bool cli_install_dir(char *path, size_t size)
{
    struct stat status;
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    char *slash;

    if (length <= 0 || (size_t)length >= size - 1) {
        return false;
    }
    path[length] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL || (size_t)(slash + 1 - path) + sizeof LEON3EMU_PLUGINS_FROM_BIN > size) {
        return false;
    }
    strcpy(slash + 1, LEON3EMU_PLUGINS_FROM_BIN);
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
