// SPDX-License-Identifier: MIT
/*
 * What a handler of a deadly signal can still send, see chardev.h.  Only async-signal-safe functions are used, and
 * nobody is waited for longer than a second.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine/chardev_backend.h"

#define EMERGENCY_WAIT_MS 1000

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

static void flush_line(const struct chardev_output *output)
{
    struct pollfd ready = {.fd = output->watch.fd, .events = POLLOUT};
    const uint8_t *bytes = byte_queue_front(&output->queue);
    size_t left = bytes == NULL ? 0 : output->queue.length;

    while (left != 0) {
        ssize_t put;
        if (poll(&ready, 1, EMERGENCY_WAIT_MS) == 0) {
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

/* The report of a crash begins on a line of its own. */
static void end_line(const struct chardev_output *output)
{
    const uint8_t *bytes = byte_queue_front(&output->queue);
    size_t length = bytes == NULL ? 0 : output->queue.length;
    struct pollfd ready = {.fd = output->watch.fd, .events = POLLOUT};

    if ((length == 0 ? output->mid_line : bytes[length - 1] != '\n') &&
        poll(&ready, 1, EMERGENCY_WAIT_MS) != 0) {
        put_piece(output, (const uint8_t *)"\n", 1);
    }
}

void chardev_hub_flush_unsafe(const struct chardev_hub *hub)
{
    for (const struct chardev *cd = hub->list; cd != NULL; cd = cd->next) {
        if (cd->output.mode >= CHARDEV_OUTPUT_PLAIN) {
            flush_line(&cd->output);
            if (cd == hub->stdio && hub->shares_notices) {
                end_line(&cd->output);
            }
        }
    }
}
