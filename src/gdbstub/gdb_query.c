// SPDX-License-Identifier: MIT
/* Commands that ask (q) or set (Q) something general: features, target.xml, threads, monitor. */
#include "gdbstub/gdb_session.h"

#include <stdlib.h>
#include <string.h>

/* GDB tells what it knows: "multiprocess+;swbreak+;..." */
static bool client_knows(struct gdb_cursor features, const char *feature)
{
    while (gdb_left(&features) != 0) {
        struct gdb_cursor here = features;
        if (gdb_take_text(&here, feature) && (gdb_left(&here) == 0 || *here.at == ';')) {
            return true;
        }
        const char *next = memchr(features.at, ';', gdb_left(&features));
        features.at = next == NULL ? features.end : next + 1;
    }
    return false;
}

void gdb_do_supported(struct gdbstub *s, struct gdb_cursor *arguments)
{
    gdb_take_char(arguments, ':');
    s->knows_software = client_knows(*arguments, "swbreak+");
    s->knows_hardware = client_knows(*arguments, "hwbreak+");
    gdb_reply_format(gdb_begin_answer(s),
                     "PacketSize=%x;qXfer:features:read+;qXfer:memory-map:read+;swbreak+;hwbreak+;"
                     "vContSupported+;"
                     "QStartNoAckMode+",
                     GDB_PACKET_SIZE);
    gdb_send(s);
}

void gdb_do_no_ack(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_send_text(s, "OK");
    s->no_ack_next = true;
}

/* Answers a request "offset,length" with that piece of a text. */
static void reply_part(struct gdbstub *s, struct gdb_cursor *arguments, const char *text,
                       size_t size)
{
    uint32_t offset, length;
    if (!gdb_take_number(arguments, &offset) || !gdb_take_char(arguments, ',') ||
        !gdb_take_number(arguments, &length) || offset > size) {
        gdb_send_text(s, "E01");
        return;
    }
    size_t left = size - offset;
    size_t part = length < left ? length : left;
    gdb_reply_format(gdb_begin_answer(s), "m");
    if (gdb_reply_binary(&s->reply, text + offset, part) == left) {
        s->reply.content[0] = 'l';
    }
    gdb_send(s);
}

/* ":features:read:target.xml:offset,length", ":memory-map:read::offset,length" */
void gdb_do_transfer(struct gdbstub *s, struct gdb_cursor *arguments)
{
    char xml[10240];
    if (gdb_take_text(arguments, ":features:read:target.xml:")) {
        reply_part(s, arguments, xml, gdb_describe(xml, sizeof xml));
    } else if (gdb_take_text(arguments, ":memory-map:read::")) {
        reply_part(s, arguments, xml, gdb_describe_memory(s, xml, sizeof xml));
    } else {
        bool known = gdb_take_text(arguments, ":features:read:") ||
                     gdb_take_text(arguments, ":memory-map:read:");
        gdb_send_text(s, known ? "E00" : "");
    }
}

void gdb_do_attached(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_send_text(s, s->created ? "0" : "1");
}

void gdb_do_thread_current(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_reply_format(gdb_begin_answer(s), "QC%x", s->cpu + 1);
    gdb_send(s);
}

void gdb_do_thread_first(struct gdbstub *s, struct gdb_cursor *arguments)
{
    unsigned count = gdb_cpu_count(s);
    (void)arguments;
    gdb_begin_answer(s);
    for (unsigned cpu = 0; cpu < count; cpu++) {
        gdb_reply_format(&s->reply, "%c%x", cpu == 0 ? 'm' : ',', cpu + 1);
    }
    gdb_send(s);
}

void gdb_do_thread_next(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_send_text(s, "l");
}

void gdb_do_thread_extra(struct gdbstub *s, struct gdb_cursor *arguments)
{
    char text[128] = "";
    int cpu;
    if (!gdb_take_char(arguments, ',') || !gdb_take_thread(s, arguments, 0, &cpu) || cpu < 0) {
        gdb_send_text(s, "E01");
        return;
    }
    s->config.ops.cpu_status(s->config.ops.context, (unsigned)cpu, text, sizeof text);
    gdb_begin_answer(s);
    gdb_reply_hex(&s->reply, text, strlen(text));
    gdb_send(s);
}

static void run_monitor(struct gdbstub *s, const char *command)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL) {
        gdb_send_text(s, "E01");
        return;
    }
    if (s->config.ops.monitor != NULL) {
        s->config.ops.monitor(s->config.ops.context, s->cpu, command, stream);
    } else {
        fputs("This machine has no monitor commands.\n", stream);
    }
    fclose(stream);
    gdb_send_console_text(s, text, length);
    free(text);
    gdb_send_text(s, "OK");
}

void gdb_do_monitor(struct gdbstub *s, struct gdb_cursor *arguments)
{
    char command[GDB_PACKET_SIZE / 2 + 1] = "";
    size_t length = gdb_left(arguments) / 2; /* a comma, then two digits for each byte */
    if (!s->halted || !gdb_take_char(arguments, ',') ||
        !gdb_take_bytes(arguments, (uint8_t *)command, length) || gdb_left(arguments) != 0) {
        gdb_send_text(s, "E01");
        return;
    }
    run_monitor(s, command);
}
