// SPDX-License-Identifier: MIT
/* Error texts (include/error.h) and failed checks (include/check.h). */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

bool error_set(struct error *err, enum leon3emu_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list arguments;
        err->status = status;
        va_start(arguments, format);
        vsnprintf(err->text, sizeof err->text, format, arguments);
        va_end(arguments);
    }
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    char old[sizeof err->text];
    va_list arguments;
    size_t length;

    if (err == NULL) {
        return false;
    }
    memcpy(old, err->text, sizeof old);
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text / 2, format, arguments);
    va_end(arguments);
    length = strlen(err->text);
    memcpy(err->text + length, ": ", 2);
    length += 2;
    memcpy(err->text + length, old, sizeof old - length);
    err->text[sizeof err->text - 1] = '\0';
    return false;
}

_Noreturn void check_failed(const char *file, int line, const char *what)
{
    /* The only place where the library prints: it has to, as the program aborts. */
    fprintf(stderr, "leon3emu: internal error: %s:%d: %s\n", file, line, what);
    abort();
}
