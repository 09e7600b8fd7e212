// SPDX-License-Identifier: MIT
/* Helpers of the chardev_<kind>.c files: a path from their spec, a notice to the user. */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chardev/chardev_backend.h"
#include "core/host_file.h"

void chardev_notice(const struct chardev *cd, const char *format, ...)
{
    char line[512];
    int prefix = snprintf(line, sizeof line, "%s: ", cd->label);
    va_list arguments;
    if (cd->hub->config.notice == NULL || prefix < 0) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(line + prefix, sizeof line - (size_t)prefix, format, arguments);
    va_end(arguments);
    cd->hub->config.notice(cd->hub->config.context, line);
}

char *chardev_path(const struct chardev *cd, const char *path, size_t length)
{
    char *copy = strndup(path, length);
    char *resolved =
        copy == NULL ? NULL : host_file_resolve(length == 0 ? NULL : cd->directory, copy);
    free(copy);
    return resolved;
}
