// SPDX-License-Identifier: MIT
/*
 * Reading whole files, see host_file.h.
 *
 * The file is opened with O_NONBLOCK, so that a named pipe without a writer cannot hang the start.
 * It is copied instead of mapped, because a mapped file that is truncated while in use raises
 * SIGBUS.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Can the open file `fd` be read whole?  True: *size is its size.  False: *err says why not. */
static bool check_kind(int fd, const char *label, size_t limit, size_t *size, struct error *err)
{
    struct stat status;

    if (fstat(fd, &status) != 0) {
        return error_set(err, LEON3EMU_FILE, "cannot read %s: %s", label, strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        return error_set(err, LEON3EMU_FILE, "%s is a directory; give the name of a file", label);
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(err, LEON3EMU_FILE,
                         "%s is a pipe, socket or device; copy its contents into a file first",
                         label);
    }
    if ((uintmax_t)status.st_size > limit) {
        return error_set(err, LEON3EMU_FILE, "%s has %ju bytes, more than the %zu that can be used",
                         label, (uintmax_t)status.st_size, limit);
    }
    *size = (size_t)status.st_size;
    return true;
}

/* Reads `size` bytes.  It is an error if the file has become shorter or a read fails. */
static bool read_bytes(int fd, const char *label, uint8_t *bytes, size_t size, struct error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got > 0) {
            done += (size_t)got;
        } else if (got == 0) {
            return error_set(err, LEON3EMU_FILE,
                             "%s became shorter while it was read; start again when its writer "
                             "has finished",
                             label);
        } else if (errno != EINTR) {
            return error_set(err, LEON3EMU_FILE, "cannot read %s: %s", label, strerror(errno));
        }
    }
    return true;
}

static bool read_descriptor(int fd, const char *label, size_t limit, struct host_file *file,
                            struct error *err)
{
    uint8_t *bytes;
    size_t size = 0;

    if (!check_kind(fd, label, limit, &size, err)) {
        return false;
    }
    bytes = malloc(size + 1);
    if (bytes == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for the %zu bytes of %s", size, label);
    }
    if (!read_bytes(fd, label, bytes, size, err)) {
        free(bytes);
        return false;
    }
    bytes[size] = 0;
    file->bytes = bytes;
    file->size = size;
    return true;
}

bool host_file_read(const char *path, size_t limit, struct host_file *file, struct error *err)
{
    char label[HOST_FILE_LABEL_SIZE];
    bool good;
    int fd;

    host_file_label(path, label);
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return error_set(err, LEON3EMU_FILE, "cannot open %s: %s", label, strerror(errno));
    }
    good = read_descriptor(fd, label, limit, file, err);
    close(fd);
    return good;
}

char *host_file_resolve(const char *directory, const char *path)
{
    size_t length = directory == NULL || path[0] == '/' ? 0 : strlen(directory);
    size_t size = length + 1 + strlen(path) + 1;
    char *resolved = malloc(size);

    if (resolved != NULL) {
        snprintf(resolved, size, "%.*s%s%s", (int)length, directory == NULL ? "" : directory,
                 length == 0 || directory[length - 1] == '/' ? "" : "/", path);
    }
    return resolved;
}

void host_file_label(const char *path, char label[HOST_FILE_LABEL_SIZE])
{
    size_t length = strlen(path);
    size_t room = HOST_FILE_LABEL_SIZE - 1;

    if (length <= room) {
        memcpy(label, path, length + 1);
    } else {
        snprintf(label, HOST_FILE_LABEL_SIZE, "...%s", path + length - (room - 3));
    }
}
