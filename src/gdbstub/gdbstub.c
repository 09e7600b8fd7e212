// SPDX-License-Identifier: MIT
/*
 * The GDB server's connection, see gdbstub.h: clients come and go, bytes become packets, answers go
 * out as fast as the client takes them.
 *
 * A client halts the machine with its first byte, as GDB expects.  While answers pile up that the
 * client does not take, no more requests are read, so memory stays bounded.  The protocol has no
 * authentication; but a browser that a web page makes POST to our port is turned away at its first
 * byte, which is none that GDB would send.
 */
#define _GNU_SOURCE
#include "gdbstub/gdb_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "core/tcp_listen.h"

#define GDB_RECEIVE_SIZE 4096u

static void acknowledge(struct gdbstub *s, const char *sign)
{
    if (!s->no_ack) {
        byte_queue_put(&s->output, sign, 1);
    }
}

static void handle_packet(struct gdbstub *s)
{
    acknowledge(s, "+");
    gdb_execute_packet(s);
    s->no_ack = s->no_ack || s->no_ack_next;
}

static void handle_event(struct gdbstub *s, enum gdb_frame_event event)
{
    switch (event) {
    case GDB_FRAME_MORE:
        break;
    case GDB_FRAME_PACKET:
        handle_packet(s);
        break;
    case GDB_FRAME_BROKEN:
        acknowledge(s, "-");
        break;
    case GDB_FRAME_OVERSIZED:
        acknowledge(s, "+");
        gdb_send_text(s, "E16");
        break;
    case GDB_FRAME_REPEAT:
        gdb_send(s);
        break;
    case GDB_FRAME_INTERRUPT:
        if (!s->halted) {
            s->config.ops.interrupt(s->config.ops.context);
        }
        break;
    case GDB_FRAME_NO_PROTOCOL:
        log_line(s->config.log, 0,
                 "gdb: a client that does not speak GDB's protocol was sent away");
        s->leaving = true;
        break;
    }
}

/* Stops the machine if it runs: GDB expects it to be halted as soon as GDB is connected. */
static void halt_for_client(struct gdbstub *s)
{
    if (!s->halted) {
        s->halted = s->stopping = true;
        s->config.ops.interrupt(s->config.ops.context);
    }
}

void gdb_session_receive(struct gdbstub *s, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size && !s->leaving; i++) {
        bool first = !s->frame.begun;
        enum gdb_frame_event event = gdb_frame_byte(&s->frame, bytes[i]);
        if (first && event != GDB_FRAME_NO_PROTOCOL) {
            halt_for_client(s);
        }
        handle_event(s, event);
    }
}

void gdb_session_begin(struct gdbstub *s)
{
    s->frame.state = GDB_BETWEEN;
    s->frame.begun = false;
    s->reply.length = 0;
    s->no_ack = s->no_ack_next = s->leaving = false;
    s->knows_software = s->knows_hardware = false;
    s->extended = s->ended = s->created = s->stopping = false;
    s->last_stop = (struct gdb_stop){.signal = GDB_SIGNAL_TRAP};
    s->cpu = 0;
    s->continued_cpu = -1;
}

static void client_ready(void *context, unsigned events)
{
    struct gdbstub *s = context;
    uint8_t bytes[GDB_RECEIVE_SIZE];
    if ((events & HOSTIO_READ) != 0 && !s->stopping) {
        /* Reads the first byte alone: if it halts the machine, the others are read when it has halted. */
        size_t room = s->frame.begun ? sizeof bytes : 1;
        ssize_t got = recv(s->client.fd, bytes, room, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            gdb_lose_client(s);
            return;
        }
        gdb_session_receive(s, bytes, got > 0 ? (size_t)got : 0);
    }
    gdb_push_output(s);
}

static void end_refused(struct gdbstub *s)
{
    if (s->refused.fd >= 0) {
        hostio_remove(s->config.hostio, &s->refused);
        close(s->refused.fd);
        s->refused.fd = -1;
    }
}

/* Waits until the refused client closes the connection; if the stub closed it first, the text might not arrive. */
static void refused_ready(void *context, unsigned events)
{
    struct gdbstub *s = context;
    uint8_t bytes[GDB_RECEIVE_SIZE];
    (void)events;
    ssize_t got = recv(s->refused.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        end_refused(s);
    }
}

/* Sends a second client away.  A GDB takes the text for the answer to its first question, and shows it. */
static void refuse_client(struct gdbstub *s, int fd)
{
    struct byte_queue text = {.limit = GDB_PACKET_SIZE};
    struct gdb_reply reply = {0};

    gdb_reply_format(&reply, "E.another GDB is connected to this emulator");
    byte_queue_put(&text, "+", 1);
    gdb_reply_frame(&reply, &text);
    ssize_t sent = send(fd, byte_queue_front(&text), text.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent;
    byte_queue_free(&text);
    shutdown(fd, SHUT_WR);
    end_refused(s);
    s->refused.fd = fd;
    hostio_add(s->config.hostio, &s->refused, HOSTIO_READ);
    log_line(s->config.log, 0, "gdb: one more client was sent away: there is one already");
}

/* Is there a client that has never sent anything, and has nothing waiting to be read?  A GDB speaks first: this is a
 * forgotten telnet, or a program that looks which ports are open. */
static bool is_silent(const struct gdbstub *s)
{
    uint8_t byte;
    return gdb_has_client(s) && !s->frame.begun &&
           recv(s->client.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

static void listener_ready(void *context, unsigned events)
{
    struct gdbstub *s = context;
    (void)events;
    int fd = tcp_accept(s->listener.fd);
    if (fd >= 0 && is_silent(s)) {
        gdb_lose_client(s);
        log_line(s->config.log, 0, "gdb: a client that said nothing gave way to the next one");
    }
    if (fd >= 0 && gdb_has_client(s)) {
        refuse_client(s, fd);
    } else if (fd >= 0) {
        gdbstub_adopt(s, fd);
    }
}

struct gdbstub *gdbstub_create(const struct gdbstub_config *config)
{
    struct gdbstub *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->config = *config;
    s->listener = (struct hostio_watch){-1, listener_ready, s};
    s->client = (struct hostio_watch){-1, client_ready, s};
    s->refused = (struct hostio_watch){-1, refused_ready, s};
    s->output.limit = GDB_OUTPUT_LIMIT;
    s->halted = config->wait_first;
    return s;
}

void gdbstub_destroy(struct gdbstub *s)
{
    if (s == NULL) {
        return;
    }
    if (gdb_has_client(s)) {
        gdb_push_output(s);
    }
    if (gdb_has_client(s)) {
        gdb_close_client(s);
    }
    end_refused(s);
    if (s->listener.fd >= 0) {
        hostio_remove(s->config.hostio, &s->listener);
        close(s->listener.fd);
    }
    free(s);
}

bool gdbstub_listen(struct gdbstub *s, const char *address, unsigned *port, struct error *err)
{
    ASSERT(s->listener.fd < 0);
    s->listener.fd = tcp_listen(address, port, err);
    if (s->listener.fd < 0) {
        return false;
    }
    hostio_add(s->config.hostio, &s->listener, HOSTIO_READ);
    return true;
}

void gdbstub_adopt(struct gdbstub *s, int fd)
{
    ASSERT(!gdb_has_client(s));
    gdb_session_begin(s);
    s->client.fd = fd;
    s->client_events = HOSTIO_READ;
    hostio_add(s->config.hostio, &s->client, HOSTIO_READ);
}

bool gdbstub_is_waiting(const struct gdbstub *s)
{
    return s->halted;
}

void gdbstub_notify_halted(struct gdbstub *s)
{
    s->stopping = false;
    gdb_watch_client(s);
}

void gdbstub_print(struct gdbstub *s, const char *text)
{
    if (gdb_in_session(s) && !s->halted) {
        gdb_send_console_text(s, text, strlen(text));
        gdb_push_output(s);
    }
}

bool gdbstub_notify_stop(struct gdbstub *s, const struct gdb_stop *stop)
{
    if (!gdb_in_session(s)) {
        return false;
    }
    bool asked = !s->halted;
    s->last_stop = *stop;
    s->cpu = stop->cpu;
    s->halted = true;
    if (s->stopping && stop->reason == GDB_STOP_SIGNAL) {
        s->last_stop.signal = GDB_SIGNAL_TRAP; /* it was halted because GDB has come */
    }
    gdbstub_notify_halted(s);
    if (asked) {
        gdb_begin_answer(s);
        gdb_reply_stop(s);
        gdb_send(s);
        gdb_push_output(s);
    }
    return gdb_in_session(s);
}
