// SPDX-License-Identifier: MIT
/*
 * Sending buffered output from a handler of a deadly signal, see chardev.h.  Only async-signal-safe
 * functions are used.
 *
 * If the signal comes after write(2) has taken some bytes and before they are removed from the
 * queue, the handler sends them a second time: it cannot know that they were sent, and to lose
 * bytes would be worse.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/host_clock.h"
#include "chardev/chardev_backend.h"

static ssize_t put_piece(const struct chardev_output *output, const uint8_t *bytes, size_t size)
{
    if (output->mode == CHARDEV_OUTPUT_SOCKET) {
        return send(output->watch.fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (output->mode == CHARDEV_OUTPUT_SHARED && size > output->piece) {
        size = output->piece;
    }
    return write(output->watch.fd, bytes, size);
}

/* Waits until fd can be written, at most until the deadline (host_monotonic_ns()). */
static bool wait_for_room(int fd, int64_t deadline)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    int64_t left = deadline - host_monotonic_ns();
    return poll(&ready, 1, left > 0 ? (int)((left + 999999) / 1000000) : 0) != 0;
}

static void flush_line(const struct chardev_output *output, int64_t deadline)
{
    const uint8_t *bytes = byte_queue_front(&output->queue);
    size_t left = bytes == NULL ? 0 : output->queue.length;

    while (left != 0) {
        ssize_t put;
        if (!wait_for_room(output->watch.fd, deadline)) {
            return;
        }
        put = put_piece(output, bytes, left);
        if (put > 0) {
            bytes += put;
            left -= (size_t)put;
        } else if (put == 0 || (errno != EINTR && errno != EAGAIN)) {
            return;
        }
    }
}

/* Ends the line that the output stands in, so that the report of a crash begins on a line of its
 * own. */
static void end_line(const struct chardev_output *output, int64_t deadline)
{
    const uint8_t *bytes = byte_queue_front(&output->queue);
    size_t length = bytes == NULL ? 0 : output->queue.length;

    if ((length == 0 ? output->mid_line : bytes[length - 1] != '\n') &&
        wait_for_room(output->watch.fd, deadline)) {
        put_piece(output, (const uint8_t *)"\n", 1);
    }
}

static bool is_open(const struct chardev *cd)
{
    return cd->output.mode >= CHARDEV_OUTPUT_PLAIN;
}

static bool holds_bytes(const struct chardev *cd)
{
    return is_open(cd) && cd->output.queue.length != 0;
}

/* Each line may use its share of the time that the lines before it have left. */
void chardev_hub_flush_unsafe(const struct chardev_hub *hub, unsigned wait_ms)
{
    int64_t end = host_monotonic_ns() + (int64_t)wait_ms * 1000000;
    int64_t lines = 0;

    for (const struct chardev *cd = hub->list; cd != NULL; cd = cd->next) {
        lines += holds_bytes(cd);
    }
    for (const struct chardev *cd = hub->list; cd != NULL; cd = cd->next) {
        if (holds_bytes(cd) && lines > 0) {
            int64_t now = host_monotonic_ns();
            flush_line(&cd->output, now + (end - now) / lines--);
        }
        if (is_open(cd) && cd == hub->stdio && hub->shares_notices) {
            end_line(&cd->output, end);
        }
    }
}
