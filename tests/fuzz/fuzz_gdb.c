// SPDX-License-Identifier: MIT
/*
 * libFuzzer entry: bytes from a GDB client, against a fake machine.
 *
 * A checksum would keep the fuzzer out, so the input is a list of packet contents, separated by
 * newlines, that get their '#' and sum here; a line that begins with a zero byte goes in as it is, and
 * one that begins with the byte 1 ends the guest, if it runs.  Between lines the machine runs a little.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "core/hostio.h"
#include "gdbstub/gdbstub.h"

#include "../unit/fake_gdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct world {
    struct hostio *h;
    struct gdbstub *stub;
    struct fake fake;
    int far;
};

static void connect_client(struct world *w)
{
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    w->far = ends[0];
    gdbstub_adopt(w->stub, ends[1]);
    CHECK(write(w->far, "+", 1) == 1);
    hostio_poll(w->h, 0);
    fake_run(&w->fake, w->stub, 1); /* it stands now */
}

/* False: the stub has closed the connection. */
static bool throw_answers_away(struct world *w)
{
    char bytes[4096];
    ssize_t got;
    do {
        hostio_poll(w->h, 0);
        got = read(w->far, bytes, sizeof bytes);
    } while (got > 0);
    return got != 0;
}

static void send_bytes(struct world *w, const void *bytes, size_t size)
{
    ssize_t put = send(w->far, bytes, size, MSG_NOSIGNAL);
    (void)put;
}

static void send_line(struct world *w, const uint8_t *line, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sum = 0;
    if (size != 0 && line[0] == 0) {
        send_bytes(w, line + 1, size - 1);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + line[i]);
    }
    char tail[3] = {'#', digits[sum >> 4], digits[sum & 15]};
    send_bytes(w, "$", 1);
    send_bytes(w, line, size);
    send_bytes(w, tail, sizeof tail);
}

static void end_guest(struct world *w, int status)
{
    if (!gdbstub_is_waiting(w->stub)) {
        gdbstub_print(w->stub, "the guest ends");
        gdbstub_notify_exit(w->stub, status);
    }
}

static void play_line(struct world *w, const uint8_t *line, size_t size)
{
    if (size >= 2 && line[0] == 1) {
        end_guest(w, line[1]);
    } else {
        send_line(w, line, size);
    }
    if (!throw_answers_away(w)) {
        close(w->far);
        hostio_poll(w->h, 0);
        connect_client(w);
    }
    if (!gdbstub_is_waiting(w->stub)) {
        fake_run(&w->fake, w->stub, 3);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct world w = {.h = hostio_create(NULL)};
    struct log log = {0};
    CHECK(w.h != NULL);
    fake_init(&w.fake);
    struct gdbstub_config config = {.hostio = w.h, .log = &log, .ops = fake_ops(&w.fake)};
    w.stub = gdbstub_create(&config);
    connect_client(&w);
    while (size != 0) {
        const uint8_t *end = memchr(bytes, '\n', size);
        size_t length = end == NULL ? size : (size_t)(end - bytes);
        play_line(&w, bytes, length);
        length += end != NULL;
        bytes += length;
        size -= length;
    }
    close(w.far);
    gdbstub_destroy(w.stub);
    hostio_destroy(w.h);
    return 0;
}
