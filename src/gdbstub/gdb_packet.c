// SPDX-License-Identifier: MIT
/* Framing and text of the remote protocol, see gdb_packet.h.  This file knows no commands and no connection. */
#include "gdbstub/gdb_packet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GDB_CTRL_C     0x03
#define GDB_ESCAPE     '}'
#define GDB_ESCAPE_XOR 0x20

static const char hex_digits[] = "0123456789abcdef";

/* 0..15, or -1. */
static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static void frame_start(struct gdb_frame *frame)
{
    frame->state = GDB_IN_CONTENT;
    frame->length = 0;
    frame->sum = 0;
}

static enum gdb_frame_event frame_between(struct gdb_frame *frame, uint8_t byte)
{
    bool first = !frame->begun;
    frame->begun = true;
    switch (byte) {
    case '$':
        frame_start(frame);
        return GDB_FRAME_MORE;
    case '+':
        return GDB_FRAME_MORE;
    case '-':
        return GDB_FRAME_REPEAT;
    case GDB_CTRL_C:
        return GDB_FRAME_INTERRUPT;
    default:
        return first ? GDB_FRAME_NO_PROTOCOL : GDB_FRAME_MORE;
    }
}

static void frame_content(struct gdb_frame *frame, uint8_t byte)
{
    if (byte == '$') {
        frame_start(frame); /* the packet before was cut off */
    } else if (byte == '#') {
        frame->state = GDB_IN_CHECKSUM_HIGH;
    } else {
        if (frame->length < GDB_PACKET_SIZE) {
            frame->content[frame->length] = (char)byte;
        }
        frame->length += frame->length <= GDB_PACKET_SIZE;
        frame->sum = (uint8_t)(frame->sum + byte);
    }
}

static void frame_checksum_high(struct gdb_frame *frame, uint8_t byte)
{
    int value = hex_value((char)byte);
    frame->claimed_bad = value < 0;
    frame->claimed = (uint8_t)((unsigned)value << 4);
    frame->state = GDB_IN_CHECKSUM_LOW;
}

static enum gdb_frame_event frame_checksum_low(struct gdb_frame *frame, uint8_t byte)
{
    int value = hex_value((char)byte);
    frame->state = GDB_BETWEEN;
    if (value < 0 || frame->claimed_bad || (frame->claimed | value) != frame->sum) {
        return GDB_FRAME_BROKEN;
    }
    return frame->length > GDB_PACKET_SIZE ? GDB_FRAME_OVERSIZED : GDB_FRAME_PACKET;
}

enum gdb_frame_event gdb_frame_byte(struct gdb_frame *frame, uint8_t byte)
{
    switch (frame->state) {
    case GDB_BETWEEN:
        return frame_between(frame, byte);
    case GDB_IN_CONTENT:
        frame_content(frame, byte);
        break;
    case GDB_IN_CHECKSUM_HIGH:
        frame_checksum_high(frame, byte);
        break;
    case GDB_IN_CHECKSUM_LOW:
        return frame_checksum_low(frame, byte);
    }
    return GDB_FRAME_MORE;
}

bool gdb_take_char(struct gdb_cursor *cursor, char wanted)
{
    if (cursor->at == cursor->end || *cursor->at != wanted) {
        return false;
    }
    cursor->at++;
    return true;
}

bool gdb_take_text(struct gdb_cursor *cursor, const char *wanted)
{
    size_t length = strlen(wanted);
    if (gdb_left(cursor) < length || memcmp(cursor->at, wanted, length) != 0) {
        return false;
    }
    cursor->at += length;
    return true;
}

bool gdb_take_number(struct gdb_cursor *cursor, uint32_t *value)
{
    const char *at = cursor->at;
    uint32_t number = 0;
    while (at < cursor->end && hex_value(*at) >= 0) {
        if (at - cursor->at == 8) {
            return false;
        }
        number = number << 4 | (uint32_t)hex_value(*at++);
    }
    if (at == cursor->at) {
        return false;
    }
    cursor->at = at;
    *value = number;
    return true;
}

bool gdb_take_bytes(struct gdb_cursor *cursor, uint8_t *bytes, size_t size)
{
    if (gdb_left(cursor) / 2 < size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(cursor->at[2 * i]);
        int low = hex_value(cursor->at[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    cursor->at += 2 * size;
    return true;
}

bool gdb_take_binary(struct gdb_cursor *cursor, uint8_t *bytes, size_t size)
{
    const char *at = cursor->at;
    for (size_t i = 0; i < size; i++) {
        bool escaped = at < cursor->end && *at == GDB_ESCAPE;
        at += escaped;
        if (at >= cursor->end) {
            return false;
        }
        bytes[i] = (uint8_t)(*at++ ^ (escaped ? GDB_ESCAPE_XOR : 0));
    }
    cursor->at = at;
    return true;
}

void gdb_reply_format(struct gdb_reply *reply, const char *format, ...)
{
    size_t room = sizeof reply->content - reply->length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(reply->content + reply->length, room, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < room) {
        reply->length += (size_t)length;
    }
}

void gdb_reply_hex(struct gdb_reply *reply, const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < size && reply->length + 2 <= sizeof reply->content; i++) {
        reply->content[reply->length++] = hex_digits[byte[i] >> 4];
        reply->content[reply->length++] = hex_digits[byte[i] & 15];
    }
}

size_t gdb_reply_binary(struct gdb_reply *reply, const char *bytes, size_t size)
{
    size_t done = 0;
    while (done < size && reply->length + 2 <= sizeof reply->content) {
        char byte = bytes[done++];
        if (byte == '#' || byte == '$' || byte == '*' || byte == GDB_ESCAPE) {
            reply->content[reply->length++] = GDB_ESCAPE;
            byte ^= GDB_ESCAPE_XOR;
        }
        reply->content[reply->length++] = byte;
    }
    return done;
}

bool gdb_reply_frame(const struct gdb_reply *reply, struct byte_queue *output)
{
    uint8_t sum = 0;
    if (output->limit - output->length < reply->length + 4) {
        return false;
    }
    for (size_t i = 0; i < reply->length; i++) {
        sum = (uint8_t)(sum + (uint8_t)reply->content[i]);
    }
    char tail[3] = {'#', hex_digits[sum >> 4], hex_digits[sum & 15]};
    return byte_queue_put(output, "$", 1) == 1 &&
           byte_queue_put(output, reply->content, reply->length) == reply->length &&
           byte_queue_put(output, tail, sizeof tail) == sizeof tail;
}
