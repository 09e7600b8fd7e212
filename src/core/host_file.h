// SPDX-License-Identifier: MIT
/*
 * Reading a whole file of the host into memory: firmware images and board files.
 *
 * Only regular files are read: a directory is named as one, and a pipe, socket or device is refused
 * instead of being waited for.
 */
#ifndef CORE_HOST_FILE_H
#define CORE_HOST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Longest label of host_file_label(), with its terminating zero. */
#define HOST_FILE_LABEL_SIZE 200

struct host_file {
    uint8_t *bytes; /* from malloc(), followed by one zero byte that size does not count; yours */
    size_t size;
};

/* Reads all of `path`; a file of more than `limit` bytes is refused.  On true the caller owns
 * file->bytes.  On false nothing is left open or allocated; err->status is LEON3EMU_FILE, or
 * LEON3EMU_HOST when memory ran out.  May be called from any thread. */
bool host_file_read(const char *path, size_t limit, struct host_file *file, struct error *err);

/* `path` as seen from `directory` (NULL: the current one): a copy, from malloc(), of the path itself if
 * it is absolute or directory is NULL.  NULL: no memory. */
char *host_file_resolve(const char *directory, const char *path);

/* Copies `path` into `label` for use in messages.  A path that is too long is cut to "..." and its
 * end, so that the sentence behind it still fits into struct error. */
void host_file_label(const char *path, char label[HOST_FILE_LABEL_SIZE]);

#endif
