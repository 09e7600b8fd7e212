// SPDX-License-Identifier: MIT
/* Commands that ask (q) or set (Q) something general: features, target.xml, threads, monitor. */
#include "debug/gdb_session.h"

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
    gdb_reply_format(gdb_answer(s),
                     "PacketSize=%x;qXfer:features:read+;swbreak+;hwbreak+;vContSupported+;"
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

/* ":features:read:target.xml:offset,length" */
void gdb_do_transfer(struct gdbstub *s, struct gdb_cursor *arguments)
{
    char xml[10240];
    uint32_t offset, length;
    if (!gdb_take_text(arguments, ":features:read:")) {
        gdb_send_text(s, "");
        return;
    }
    if (!gdb_take_text(arguments, "target.xml:")) {
        gdb_send_text(s, "E00");
        return;
    }
    size_t size = gdb_describe(xml, sizeof xml);
    if (!gdb_take_number(arguments, &offset) || !gdb_take_char(arguments, ',') ||
        !gdb_take_number(arguments, &length) || offset > size) {
        gdb_send_text(s, "E01");
        return;
    }
    size_t left = size - offset;
    size_t part = length < left ? length : left;
    gdb_reply_format(gdb_answer(s), "m");
    if (gdb_reply_binary(&s->reply, xml + offset, part) == left) {
        s->reply.content[0] = 'l';
    }
    gdb_send(s);
}

void gdb_do_attached(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_send_text(s, "1");
}

void gdb_do_thread_current(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_reply_format(gdb_answer(s), "QC%x", s->cpu + 1);
    gdb_send(s);
}

void gdb_do_thread_first(struct gdbstub *s, struct gdb_cursor *arguments)
{
    unsigned count = gdb_cpu_count(s);
    (void)arguments;
    gdb_answer(s);
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
    gdb_answer(s);
    gdb_reply_hex(&s->reply, text, strlen(text));
    gdb_send(s);
}

void gdb_do_monitor(struct gdbstub *s, struct gdb_cursor *arguments)
{
    char command[GDB_PACKET_SIZE / 2 + 1] = "";
    char text[GDB_PACKET_SIZE / 2] = "This machine has no monitor commands.\n";
    size_t length = gdb_left(arguments) / 2; /* the comma is the odd one */
    if (!gdb_take_char(arguments, ',') || !gdb_take_bytes(arguments, (uint8_t *)command, length) ||
        gdb_left(arguments) != 0) {
        gdb_send_text(s, "E01");
        return;
    }
    if (s->config.ops.monitor != NULL) {
        text[0] = '\0';
        s->config.ops.monitor(s->config.ops.context, command, text, sizeof text);
    }
    gdb_answer(s);
    gdb_reply_hex(&s->reply, text, strlen(text));
    gdb_reply_format(&s->reply, "%s", text[0] == '\0' ? "OK" : ""); /* empty means: unknown */
    gdb_send(s);
}
