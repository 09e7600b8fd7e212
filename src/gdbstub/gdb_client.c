// SPDX-License-Identifier: MIT
/* The connection with one client: how it ends, and how answers are sent.  The commands call this file; it calls none
 * of them. */
#define _GNU_SOURCE
#include "gdbstub/gdb_session.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

/* Bytes of text in one packet, in which each takes two digits. */
#define SHOWN_PIECE 2048u

bool gdb_has_client(const struct gdbstub *s)
{
    return s->client.fd >= 0;
}

bool gdb_in_session(const struct gdbstub *s)
{
    return gdb_has_client(s) && s->frame.begun && !s->leaving;
}

void gdb_close_client(struct gdbstub *s)
{
    hostio_remove(s->config.hostio, &s->client);
    close(s->client.fd);
    s->client.fd = -1;
    byte_queue_free(&s->output);
}

void gdb_end_session(struct gdbstub *s, void (*op)(void *context))
{
    s->leaving = true;
    s->halted = false;
    (s->ended ? s->config.ops.kill : op)(s->config.ops.context);
}

/* The client has closed the connection, or it has broken.  If the session was on, that counts as a detach, except that
 * the machine stays halted if config.wait_again says so. */
void gdb_lose_client(struct gdbstub *s)
{
    bool detach = gdb_in_session(s);
    gdb_close_client(s);
    if (detach) {
        gdb_end_session(s, s->config.ops.detach);
        s->halted = s->config.wait_again && !s->ended;
    }
    s->leaving = true;
}

void gdb_watch_client(struct gdbstub *s)
{
    bool reads = s->output.length < GDB_OUTPUT_LIMIT / 2 && !s->stopping;
    unsigned events = reads ? HOSTIO_READ : 0;
    events |= s->output.length != 0 ? HOSTIO_WRITE : 0;
    if (gdb_has_client(s) && events != s->client_events) {
        s->client_events = events;
        hostio_change(s->config.hostio, &s->client, events);
    }
}

/* Sends as much as the client takes now.  After a D or k packet the connection is closed when all has been sent. */
void gdb_push_output(struct gdbstub *s)
{
    while (gdb_has_client(s) && s->output.length != 0) {
        ssize_t sent = send(s->client.fd, byte_queue_front(&s->output), s->output.length,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            byte_queue_drop(&s->output, (size_t)sent);
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            gdb_lose_client(s);
        }
    }
    if (gdb_has_client(s) && s->leaving && s->output.length == 0) {
        gdb_close_client(s);
    }
    gdb_watch_client(s);
}

/* Queues the answer; it is sent when all packets that were received together have been handled.  A client that sends
 * packets without taking the answers loses some of these. */
void gdb_send(struct gdbstub *s)
{
    if (s->output.length >= GDB_OUTPUT_LIMIT / 2) {
        gdb_push_output(s);
    }
    gdb_reply_frame(&s->reply, &s->output);
}

struct gdb_reply *gdb_begin_answer(struct gdbstub *s)
{
    s->reply.length = 0;
    return &s->reply;
}

void gdb_send_text(struct gdbstub *s, const char *text)
{
    gdb_reply_format(gdb_begin_answer(s), "%s", text);
    gdb_send(s);
}

void gdb_send_ok_if(struct gdbstub *s, bool ok)
{
    gdb_send_text(s, ok ? "OK" : "E01");
}

unsigned gdb_cpu_count(const struct gdbstub *s)
{
    unsigned count = s->config.ops.cpu_count(s->config.ops.context);
    CHECK(count >= 1 && count <= GDB_CPU_MAX);
    return count;
}

bool gdb_take_thread(const struct gdbstub *s, struct gdb_cursor *arguments, int any, int *cpu)
{
    uint32_t id;
    if (gdb_take_text(arguments, "-1")) {
        *cpu = -1;
        return true;
    }
    if (!gdb_take_number(arguments, &id) || id > gdb_cpu_count(s)) {
        return false;
    }
    *cpu = id == 0 ? any : (int)id - 1;
    return true;
}

void gdb_send_console_text(struct gdbstub *s, const char *text, size_t length)
{
    while (length != 0) {
        size_t piece = length < SHOWN_PIECE ? length : SHOWN_PIECE;
        gdb_reply_format(gdb_begin_answer(s), "O");
        gdb_reply_hex(&s->reply, text, piece);
        gdb_send(s);
        text += piece;
        length -= piece;
    }
}
