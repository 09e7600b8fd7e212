// SPDX-License-Identifier: MIT
/*
 * The sending half of a character line.
 *
 * Bytes gather in the queue.  They are written when there are enough of them (CHARDEV_PUSH_SIZE) or
 * chardev_flush() is called, as far as the host takes them without waiting.  When it takes no more
 * (blocked), nothing is written until the watch reports that there is room.
 *
 * Other processes share standard output: O_NONBLOCK would change it for the shell that started the
 * emulator, too.  So before a write to a pipe or terminal (SHARED) the code calls poll(2), and then
 * writes no more than such a descriptor surely takes: PIPE_BUF for a pipe, a little for a terminal.
 * SIGPIPE is blocked during the write, because this is a library, which must not change how the
 * program handles signals.
 */
#define _GNU_SOURCE
#include "chardev/chardev_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* So many queued bytes are written at once; fewer wait for the next chardev_flush(). */
#define CHARDEV_PUSH_SIZE      4096u
#define CHARDEV_TERMINAL_PIECE 256u

/* write(2) that fails with EPIPE without raising SIGPIPE. */
static ssize_t write_quietly(int fd, const void *bytes, size_t size)
{
    static const struct timespec at_once = {0, 0};
    sigset_t pipe_set, before, pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
    ssize_t put = write(fd, bytes, size);
    int saved_errno = errno;
    if (put < 0 && saved_errno == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
        sigtimedwait(&pipe_set, NULL, &at_once);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved_errno;
    return put;
}

static ssize_t write_shared(const struct chardev_output *output, const void *bytes, size_t size)
{
    struct pollfd ready = {.fd = output->watch.fd, .events = POLLOUT};
    if (poll(&ready, 1, 0) <= 0) {
        errno = EAGAIN;
        return -1;
    }
    return write_quietly(output->watch.fd, bytes, size < output->piece ? size : output->piece);
}

static ssize_t output_write(const struct chardev_output *output, const void *bytes, size_t size)
{
    switch (output->mode) {
    case CHARDEV_OUTPUT_PLAIN:
        return write_quietly(output->watch.fd, bytes, size);
    case CHARDEV_OUTPUT_SHARED:
        return write_shared(output, bytes, size);
    case CHARDEV_OUTPUT_SOCKET:
        return send(output->watch.fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    case CHARDEV_OUTPUT_NONE:
    case CHARDEV_OUTPUT_ABSENT:
        break;
    }
    UNREACHABLE();
}

static bool output_is_open(const struct chardev_output *output)
{
    return output->mode >= CHARDEV_OUTPUT_PLAIN;
}

static void output_set_blocked(struct chardev *cd, bool blocked)
{
    if (cd->output.blocked != blocked) {
        cd->output.blocked = blocked;
        hostio_change(cd->hub->config.hostio, &cd->output.watch, blocked ? HOSTIO_WRITE : 0);
    }
}

/* A write has failed, and trying again makes no sense. */
static void output_fail(struct chardev *cd, int error_number)
{
    if (cd->backend->hang_up == NULL) {
        cd->hub->failed = true;
        log_line(cd->hub->config.log, 0,
                 "%s: cannot write to %s: %s; output is dropped from here on", cd->label,
                 cd->address, strerror(error_number));
        chardev_output_stop(cd, CHARDEV_OUTPUT_NONE);
    } else {
        chardev_output_stop(cd, CHARDEV_OUTPUT_ABSENT);
        cd->backend->hang_up(cd);
    }
}

/* Writes all queued bytes but the last `keep`, as far as the host takes them. */
static void output_push(struct chardev *cd, size_t keep)
{
    struct chardev_output *output = &cd->output;
    while (output_is_open(output) && !output->blocked && output->queue.length > keep) {
        const uint8_t *bytes = byte_queue_front(&output->queue);
        ssize_t put = output_write(output, bytes, output->queue.length - keep);
        if (put > 0) {
            output->mid_line = bytes[put - 1] != '\n';
        }
        if (put >= 0) {
            byte_queue_drop(&output->queue, (size_t)put);
            output->dropping = output->given_up = false;
        } else if (errno == EAGAIN) {
            output_set_blocked(cd, true);
        } else if (errno != EINTR) {
            output_fail(cd, errno);
        }
    }
}

void chardev_output_push(struct chardev *cd)
{
    output_push(cd, 0);
}

/* ---- in order with the log ---- */

/* How many bytes of the queue belong to its last line, if that has no newline yet. */
static size_t last_line_length(const struct chardev_output *output)
{
    const uint8_t *bytes = byte_queue_front(&output->queue);
    const uint8_t *end = bytes == NULL ? NULL : memrchr(bytes, '\n', output->queue.length);
    return end == NULL ? output->queue.length : output->queue.length - (size_t)(end + 1 - bytes);
}

void chardev_output_push_lines(struct chardev *cd)
{
    struct chardev_output *output = &cd->output;
    output_push(cd, output->seen == output->put ? 0 : last_line_length(output));
    output->seen = output->put;
}

static bool wait_for_room(struct chardev *cd)
{
    bool room = hostio_wait_fd(cd->hub->config.hostio, cd->output.watch.fd, HOSTIO_WRITE, -1);
    if (room) {
        output_set_blocked(cd, false);
    }
    return room;
}

static void end_line(struct chardev *cd)
{
    struct chardev_output *output = &cd->output;
    while (output_is_open(output) && output->mid_line) {
        if (output_write(output, "\n", 1) == 1) {
            output->mid_line = false;
        } else if (errno != EAGAIN || !wait_for_room(cd)) {
            return;
        }
    }
}

void chardev_output_before_line(struct chardev *cd)
{
    struct chardev_output *output = &cd->output;
    size_t keep = last_line_length(output);

    output_push(cd, keep);
    while (output_is_open(output) && output->queue.length > keep && wait_for_room(cd)) {
        output_push(cd, keep);
    }
    end_line(cd);
}

/* ---- */

static void output_retry(struct chardev *cd)
{
    if (output_is_open(&cd->output)) {
        output_set_blocked(cd, false);
        chardev_output_push(cd);
    }
}

static void output_ready(void *context, unsigned events)
{
    (void)events;
    output_retry(context);
}

/* How to write fd.  A descriptor that this room has opened is non-blocking; standard output may be
 * either. */
static enum chardev_output_mode output_mode_of(int fd, size_t *piece)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) { /* if fstat() fails, write() may still work */
        *piece = CHARDEV_TERMINAL_PIECE;
        return fd < 0 || errno == EBADF ? CHARDEV_OUTPUT_NONE : CHARDEV_OUTPUT_PLAIN;
    }
    *piece = S_ISFIFO(st.st_mode) ? PIPE_BUF : CHARDEV_TERMINAL_PIECE;
    if (S_ISSOCK(st.st_mode)) {
        return CHARDEV_OUTPUT_SOCKET;
    }
    bool waits = S_ISFIFO(st.st_mode) || isatty(fd) != 0;
    bool blocking = (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
    return waits && blocking ? CHARDEV_OUTPUT_SHARED : CHARDEV_OUTPUT_PLAIN;
}

void chardev_output_start(struct chardev *cd, int fd)
{
    struct chardev_output *output = &cd->output;
    ASSERT(!output_is_open(output));
    output->mode = output_mode_of(fd, &output->piece);
    output->watch = (struct hostio_watch){.fd = fd, .function = output_ready, .context = cd};
    output->blocked = false;
    if (output_is_open(output)) {
        hostio_add(cd->hub->config.hostio, &output->watch, 0);
    }
}

void chardev_output_stop(struct chardev *cd, enum chardev_output_mode next)
{
    if (output_is_open(&cd->output)) {
        hostio_remove(cd->hub->config.hostio, &cd->output.watch);
    }
    cd->output.mode = next;
    cd->output.blocked = false;
    if (next == CHARDEV_OUTPUT_NONE) {
        byte_queue_free(&cd->output.queue);
    }
}

static void output_drop(struct chardev *cd)
{
    bool no_memory = cd->output.queue.length < cd->output.queue.limit;

    cd->hub->failed = cd->hub->failed || no_memory;
    if (cd->output.dropping) {
        return;
    }
    cd->output.dropping = true;
    if (no_memory) {
        log_line(cd->hub->config.log, 0, "%s: no memory for output to %s; some of it is lost",
                 cd->label, cd->address);
    } else {
        log_line(cd->hub->config.log, 0,
                 "%s: %s is not read and %zu bytes wait for it; output is dropped until it is",
                 cd->label, cd->address, cd->output.queue.length);
    }
}

void chardev_output_put(struct chardev *cd, const uint8_t *bytes, size_t size)
{
    struct chardev_output *output = &cd->output;
    while (size != 0 && output->mode != CHARDEV_OUTPUT_NONE) {
        size_t put = byte_queue_put(&output->queue, bytes, size);
        if (put == 0) {
            output_drop(cd);
            return;
        }
        output->put += put;
        bytes += put;
        size -= put;
        if (output->queue.length >= CHARDEV_PUSH_SIZE) {
            chardev_output_push(cd);
        }
    }
}

bool chardev_output_drain(struct chardev *cd, int timeout_ms)
{
    struct chardev_output *output = &cd->output;

    output_retry(cd);
    while (output_is_open(output) && output->queue.length != 0) {
        if (!hostio_wait_fd(cd->hub->config.hostio, output->watch.fd, HOSTIO_WRITE, timeout_ms)) {
            return false;
        }
        output_retry(cd);
    }
    return true;
}
