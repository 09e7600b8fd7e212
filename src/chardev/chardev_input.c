// SPDX-License-Identifier: MIT
/*
 * The receiving half of a character line.
 *
 * There are two modes.  DIRECT: a file is read when the device asks, so that nothing depends on
 * when the host is polled.  POLLED: a watch fills the queue; when the queue is full the watch
 * pauses, and the host's flow control holds up the sender.  But a raw console (lossy) is read
 * further and drops what has no room, so that Ctrl-A x still works.
 */
#define _GNU_SOURCE
#include "chardev/chardev_backend.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check.h"

#define CHARDEV_READ_SIZE 4096u
/* Major number of /dev/null, /dev/zero and their kind: always ready, like files. */
#define CHARDEV_MEMORY_MAJOR 1u

static enum chardev_input_mode input_mode_of(int fd)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) { /* if fstat() fails, read() may still work */
        return fd < 0 || errno == EBADF ? CHARDEV_INPUT_NONE : CHARDEV_INPUT_POLLED;
    }
    bool memory = S_ISCHR(st.st_mode) && major(st.st_rdev) == CHARDEV_MEMORY_MAJOR;
    if (memory || S_ISREG(st.st_mode) || S_ISBLK(st.st_mode) || S_ISDIR(st.st_mode)) {
        return CHARDEV_INPUT_DIRECT;
    }
    return CHARDEV_INPUT_POLLED;
}

static void input_end(struct chardev *cd, bool failed)
{
    chardev_input_stop(cd, CHARDEV_INPUT_NONE);
    if (!failed && cd->backend->input_ended != NULL) {
        cd->backend->input_ended(cd);
    } else if (cd->backend->hang_up != NULL) {
        cd->backend->hang_up(cd);
    }
}

static void input_pause(struct chardev *cd, bool pause)
{
    if (cd->input.paused != pause) {
        cd->input.paused = pause;
        hostio_change(cd->hub->config.hostio, &cd->input.watch, pause ? 0 : HOSTIO_READ);
    }
}

static void input_tell_device(struct chardev *cd)
{
    if (cd->input.armed && cd->handler != NULL && cd->input.queue.length != 0) {
        cd->input.armed = false;
        cd->handler(cd->context); /* may close cd */
    }
}

static void input_ready(void *context, unsigned events)
{
    struct chardev *cd = context;
    struct chardev_input *input = &cd->input;
    uint8_t bytes[CHARDEV_READ_SIZE];
    size_t room = input->queue.limit - input->queue.length;
    (void)events;

    input->forbidden = cd->backend->may_read != NULL && !cd->backend->may_read(cd);
    if (input->forbidden || (room == 0 && !input->lossy)) {
        input_pause(cd, true);
        return;
    }
    size_t want = input->lossy || room > sizeof bytes ? sizeof bytes : room;
    ssize_t got = read(input->watch.fd, bytes, want);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            input_end(cd, got < 0);
        }
        return;
    }
    size_t size = (size_t)got;
    if (cd->backend->filter != NULL) {
        size = cd->backend->filter(cd, bytes, size);
    }
    byte_queue_put(&input->queue, bytes, size);
    input_tell_device(cd);
}

void chardev_input_resume(struct chardev *cd)
{
    if (cd->input.forbidden && cd->input.mode == CHARDEV_INPUT_POLLED &&
        cd->backend->may_read(cd)) {
        cd->input.forbidden = false;
        input_pause(cd, false);
    }
}

void chardev_input_start(struct chardev *cd, int fd)
{
    struct chardev_input *input = &cd->input;
    ASSERT(input->mode <= CHARDEV_INPUT_ABSENT);
    input->mode = input_mode_of(fd);
    input->watch = (struct hostio_watch){.fd = fd, .function = input_ready, .context = cd};
    input->paused = false;
    if (input->mode == CHARDEV_INPUT_POLLED) {
        hostio_add(cd->hub->config.hostio, &input->watch, HOSTIO_READ);
    }
}

void chardev_input_stop(struct chardev *cd, enum chardev_input_mode next)
{
    if (cd->input.mode == CHARDEV_INPUT_POLLED) {
        hostio_remove(cd->hub->config.hostio, &cd->input.watch);
    }
    cd->input.mode = next;
    cd->input.paused = false;
}

/* A read has failed.  Unlike the end of the input this is logged and makes the run fail. */
static void input_fail(struct chardev *cd, int error_number)
{
    cd->hub->failed = true;
    log_line(cd->hub->config.log, 0, "%s: cannot read from %s: %s; no more input comes", cd->label,
             cd->address, strerror(error_number));
}

/* Reads the next piece of a file; false at its end. */
static bool input_pull(struct chardev *cd)
{
    size_t size = CHARDEV_READ_SIZE;
    uint8_t *room = byte_queue_room(&cd->input.queue, &size);
    ssize_t got;

    do {
        got = room == NULL ? 0 : read(cd->input.watch.fd, room, size);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        if (got < 0 || room == NULL) {
            input_fail(cd, got < 0 ? errno : ENOMEM);
        }
        input_end(cd, got < 0);
        return false;
    }
    byte_queue_added(&cd->input.queue, (size_t)got);
    return true;
}

size_t chardev_input_get(struct chardev *cd, void *buffer, size_t size)
{
    struct chardev_input *input = &cd->input;
    uint8_t *bytes = buffer;
    size_t got = byte_queue_get(&input->queue, bytes, size);
    while (got < size && input->mode == CHARDEV_INPUT_DIRECT && input_pull(cd)) {
        got += byte_queue_get(&input->queue, bytes + got, size - got);
    }
    if (input->mode == CHARDEV_INPUT_POLLED && !input->forbidden &&
        input->queue.length < input->queue.limit) {
        input_pause(cd, false);
    }
    return got;
}
