// SPDX-License-Identifier: MIT
/*
 * Private to src/gdbstub: bytes to packets, packets to bytes, and reading what a packet says.
 *
 * A packet is $content#checksum (GDB manual E.1).  A packet whose content is longer than
 * GDB_PACKET_SIZE is ignored as a whole.
 */
#ifndef GDBSTUB_GDB_PACKET_H
#define GDBSTUB_GDB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/byte_queue.h"

/* Bytes between '$' and '#', in both directions. */
#define GDB_PACKET_SIZE 0x4000u

enum gdb_frame_event {
    GDB_FRAME_MORE,       /* nothing complete yet */
    GDB_FRAME_PACKET,     /* content[0..length-1] is one */
    GDB_FRAME_BROKEN,     /* wrong checksum */
    GDB_FRAME_OVERSIZED,  /* right checksum, but too long to keep */
    GDB_FRAME_REPEAT,     /* '-': the other side wants our last packet again */
    GDB_FRAME_INTERRUPT,  /* Ctrl-C */
    GDB_FRAME_NO_PROTOCOL /* a byte no client of GDB would begin with */
};

enum gdb_frame_state {
    GDB_BETWEEN,
    GDB_IN_CONTENT,
    GDB_IN_CHECKSUM_HIGH,
    GDB_IN_CHECKSUM_LOW,
};

/* Receiver; a fresh one is {0}. */
struct gdb_frame {
    enum gdb_frame_state state;
    bool begun;      /* something of the protocol was seen */
    uint8_t sum;     /* of the content */
    uint8_t claimed; /* high digit of the checksum received */
    bool claimed_bad;
    size_t length; /* may exceed GDB_PACKET_SIZE: then it was oversized */
    char content[GDB_PACKET_SIZE];
};

/* Takes the next byte. */
enum gdb_frame_event gdb_frame_byte(struct gdb_frame *frame, uint8_t byte);

/* What is left to read of a packet. */
struct gdb_cursor {
    const char *at;
    const char *end;
};

/* Each takes something from the front, or takes nothing and returns false. */
bool gdb_take_char(struct gdb_cursor *cursor, char wanted);
bool gdb_take_text(struct gdb_cursor *cursor, const char *wanted);
/* 1 to 8 hexadecimal digits; more are refused. */
bool gdb_take_number(struct gdb_cursor *cursor, uint32_t *value);
/* Two digits per byte, exactly size bytes. */
bool gdb_take_bytes(struct gdb_cursor *cursor, uint8_t *bytes, size_t size);
/* Binary with '}' escapes, exactly size bytes. */
bool gdb_take_binary(struct gdb_cursor *cursor, uint8_t *bytes, size_t size);

static inline size_t gdb_left(const struct gdb_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* The content of an answer; what does not fit is left out. */
struct gdb_reply {
    size_t length;
    char content[GDB_PACKET_SIZE];
};

void gdb_reply_format(struct gdb_reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void gdb_reply_hex(struct gdb_reply *reply, const void *bytes, size_t size);
/* Escapes what must be; returns how many of the bytes fitted. */
size_t gdb_reply_binary(struct gdb_reply *reply, const char *bytes, size_t size);

/* Appends the reply as a packet.  False: no room, nothing was appended. */
bool gdb_reply_frame(const struct gdb_reply *reply, struct byte_queue *output);

#endif
