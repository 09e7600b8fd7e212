// SPDX-License-Identifier: MIT
/* Log lines and notices, see log_output.h.  Each line is written at once, so that a crash loses none, and if
 * possible in one piece, so that the output of other programs on the same terminal does not come in between. */
#include "cli/log_output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cli/options.h"
#include "core/escape.h"
#include "leon3emu.h"

static int open_or_create(struct cli_log_output *log, const char *path)
{
    const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = open(path, flags);
    if (fd < 0 && errno == ENOENT) {
        fd = open(path, flags | O_CREAT, 0666);
        log->created = fd >= 0;
    }
    return fd;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is `text`, or what stands before its first comma (as in "PATH,KEY=VALUE"), a path of that file? */
static bool is_file(const struct stat *file, const char *text)
{
    char path[PATH_MAX];
    struct stat other;

    snprintf(path, sizeof path, "%.*s", (int)strcspn(text, ","), text);
    return (stat(text, &other) == 0 && is_same(file, &other)) ||
           (stat(path, &other) == 0 && is_same(file, &other));
}

/* What the command line, or a standard stream, uses the file for already; NULL: nothing. */
static const char *other_use(const struct stat *file, const struct cli_options *cli)
{
    static const char *const standard[] = {"standard input", "standard output", "standard error"};
    struct stat other;

    for (size_t i = 0; i < cli->image_count; i++) {
        if (is_file(file, cli->images[i].path)) {
            return "an image to load";
        }
    }
    if (cli->machine.board != NULL && is_file(file, cli->machine.board)) {
        return "the board file";
    }
    for (size_t i = 0; i < cli->machine.peripheral_count; i++) {
        if (is_file(file, cli->peripherals[i])) {
            return "a peripheral library";
        }
    }
    for (int fd = 0; fd < 3; fd++) {
        if (fstat(fd, &other) == 0 && is_same(file, &other)) {
            return standard[fd];
        }
    }
    return NULL;
}

/* Refuses a log file that is a regular file with another use, which the log would overwrite.  Terminals and pipes
 * can be shared. */
static bool check_alone(int fd, const struct cli_options *cli, struct error *err)
{
    struct stat file;
    const char *use;

    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || (use = other_use(&file, cli)) == NULL) {
        return true;
    }
    return error_set(err, LEON3EMU_FILE,
                     "the log file %s is %s, too; give the log a file of its own", cli->log_file,
                     use);
}

bool cli_log_open(struct cli_log_output *log, const struct cli_options *cli, struct error *err)
{
    const char *path = cli->log_file;

    *log = (struct cli_log_output){.begun = true};
    if (path == NULL || strcmp(path, "-") == 0) {
        log->fd = path == NULL ? STDERR_FILENO : STDOUT_FILENO;
        return true;
    }
    log->begun = false;
    log->fd = open_or_create(log, path);
    if (log->fd < 0 && errno == ENXIO) {
        return error_set(err, LEON3EMU_FILE,
                         "cannot write the log to the FIFO %s: nobody reads it; start its reader "
                         "first",
                         path);
    }
    if (log->fd < 0) {
        return error_set(err, LEON3EMU_FILE, "cannot write the log file %s: %s", path,
                         strerror(errno));
    }
    if (!check_alone(log->fd, cli, err)) {
        close(log->fd);
        return false;
    }
    return true;
}

void cli_log_begin(struct cli_log_output *log)
{
    struct stat file;

    if (!log->begun) {
        log->begun = true;
        if (fstat(log->fd, &file) == 0 && S_ISREG(file.st_mode) && ftruncate(log->fd, 0) != 0) {
            log->error = errno; /* old contents may remain behind the log's lines */
        }
    }
}

bool cli_log_close(struct cli_log_output *log, const char *path, struct error *err)
{
    if (log->fd > STDERR_FILENO && close(log->fd) != 0 && log->error == 0) {
        log->error = errno;
    }
    if (log->created && !log->begun) {
        unlink(path);
    }
    return log->error == 0 ||
           error_set(err, LEON3EMU_FILE, "the log is not whole: cannot write to %s: %s",
                     log->fd == STDERR_FILENO   ? "standard error"
                     : log->fd == STDOUT_FILENO ? "standard output"
                                                : path,
                     strerror(log->error));
}

/* Makes the parts of a line those that are left after `done` bytes were written. */
static void skip_written(struct iovec *parts, unsigned count, size_t done)
{
    for (unsigned i = 0; i < count; i++) {
        size_t taken = done < parts[i].iov_len ? done : parts[i].iov_len;
        parts[i].iov_base = (char *)parts[i].iov_base + taken;
        parts[i].iov_len -= taken;
        done -= taken;
    }
}

static int write_line(int fd, const char *prefix, const char *line)
{
    struct iovec parts[] = {
        {(char *)(uintptr_t)prefix, strlen(prefix)},
        {(char *)(uintptr_t)line, strlen(line)},
        {(char *)(uintptr_t) "\n", 1},
    };
    while (parts[2].iov_len != 0) {
        ssize_t done = writev(fd, parts, 3);
        if (done < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (done < 0 && errno != EINTR) {
            return errno;
        }
        skip_written(parts, 3, done < 0 ? 0 : (size_t)done);
    }
    return 0;
}

void cli_log_line(void *context, const char *line)
{
    struct cli_log_output *log = context;
    int error;

    cli_log_begin(log);
    error = write_line(log->fd, "", line);
    if (log->error == 0) {
        log->error = error;
    }
}

void cli_notice(void *context, const char *line)
{
    char shown[1024];
    (void)context;
    write_line(STDERR_FILENO, "leon3emu: ", escape_text(line, shown, sizeof shown));
}
