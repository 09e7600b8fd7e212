// SPDX-License-Identifier: MIT
/* Log lines and notices, see log_output.h.  A line is written at once and, if the host lets it, in one piece:
 * what other programs write to the same terminal does not come between, and a crash loses none. */
#include "cli/log_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/escape.h"
#include "leon3emu.h"

bool cli_log_open(struct cli_log_output *log, const char *path, struct error *err)
{
    log->error = 0;
    log->fd = path == NULL             ? STDERR_FILENO
              : strcmp(path, "-") == 0 ? STDOUT_FILENO
                                       : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return log->fd >= 0 ||
           error_set(err, LEON3EMU_FILE, "cannot write the log file %s: %s", path, strerror(errno));
}

bool cli_log_close(struct cli_log_output *log, const char *path, struct error *err)
{
    if (log->fd > STDERR_FILENO && close(log->fd) != 0 && log->error == 0) {
        log->error = errno;
    }
    return log->error == 0 ||
           error_set(err, LEON3EMU_FILE, "the log is not whole: cannot write to %s: %s",
                     log->fd == STDERR_FILENO   ? "standard error"
                     : log->fd == STDOUT_FILENO ? "standard output"
                                                : path,
                     strerror(log->error));
}

/* What is left of a line after `done` bytes went. */
static void advance(struct iovec *parts, unsigned count, size_t done)
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
        advance(parts, 3, done < 0 ? 0 : (size_t)done);
    }
    return 0;
}

void cli_log_line(void *context, const char *line)
{
    struct cli_log_output *log = context;
    int error = write_line(log->fd, "", line);
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
