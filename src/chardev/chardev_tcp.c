// SPDX-License-Identifier: MIT
/*
 * `tcp:PORT`: a TCP server for one client at a time, on 127.0.0.1 only, because clients are not
 * authenticated.  Port 0 takes a free one.  A second client waits until the first has disconnected.
 *
 * A client that has closed its sending side may still read (socat -, nc -N); the server cannot
 * know.  So it gets the guest's output until a send fails, or until the next client connects.
 */
#define _GNU_SOURCE
#include "chardev/chardev_backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "core/tcp_listen.h"

struct tcp_state {
    struct hostio_watch listener;
    int client; /* -1: none */
};

static void drop_client(struct chardev *cd)
{
    struct tcp_state *state = cd->state;
    chardev_input_stop(cd, CHARDEV_INPUT_ABSENT);
    chardev_output_stop(cd, CHARDEV_OUTPUT_ABSENT);
    close(state->client);
    state->client = -1;
}

/* Called when a client connects.  Either the listener or the client is watched, and both when the
 * client has closed its sending side. */
static void tcp_connected(void *context, unsigned events)
{
    struct chardev *cd = context;
    struct tcp_state *state = cd->state;
    int client = tcp_accept(state->listener.fd);
    (void)events;
    if (client >= 0) {
        if (state->client >= 0) {
            drop_client(cd);
        }
        state->client = client;
        hostio_change(cd->hub->config.hostio, &state->listener, 0);
        chardev_input_start(cd, state->client);
        chardev_output_start(cd, state->client);
        chardev_output_push(cd);
    }
}

static void tcp_hang_up(struct chardev *cd)
{
    struct tcp_state *state = cd->state;
    drop_client(cd);
    hostio_change(cd->hub->config.hostio, &state->listener, HOSTIO_READ);
}

static void tcp_input_ended(struct chardev *cd)
{
    struct tcp_state *state = cd->state;
    chardev_input_stop(cd, CHARDEV_INPUT_ABSENT);
    hostio_change(cd->hub->config.hostio, &state->listener, HOSTIO_READ);
}

static bool tcp_open(struct chardev *cd, const char *argument, struct error *err)
{
    struct tcp_state *state = malloc(sizeof *state);
    unsigned port;
    if (state == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    *state = (struct tcp_state){{.fd = -1, .function = tcp_connected, .context = cd}, -1};
    cd->state = state;
    if (!tcp_parse_port(argument, &port, err)) {
        return false;
    }
    state->listener.fd = tcp_listen_local(&port, err);
    if (state->listener.fd < 0) {
        return false;
    }
    hostio_add(cd->hub->config.hostio, &state->listener, HOSTIO_READ);
    cd->input.mode = CHARDEV_INPUT_ABSENT;
    cd->output.mode = CHARDEV_OUTPUT_ABSENT;
    snprintf(cd->address, sizeof cd->address, "127.0.0.1:%u", port);
    chardev_notice(cd, "tcp listens on %s", cd->address);
    return true;
}

static void tcp_close(struct chardev *cd)
{
    struct tcp_state *state = cd->state;
    if (state->client >= 0) {
        close(state->client);
    }
    if (state->listener.fd >= 0) {
        hostio_remove(cd->hub->config.hostio, &state->listener);
        close(state->listener.fd);
    }
    free(state);
}

const struct chardev_backend chardev_tcp = {
    .form = "tcp:PORT",
    .help = "a TCP server on 127.0.0.1; port 0 takes a free one",
    .open = tcp_open,
    .close = tcp_close,
    .hang_up = tcp_hang_up,
    .input_ended = tcp_input_ended,
};
