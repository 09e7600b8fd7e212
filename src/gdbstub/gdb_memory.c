// SPDX-License-Identifier: MIT
/* Commands on registers, memory, breakpoints and watchpoints.  Registers and memory are sent in guest byte order. */
#include "gdbstub/gdb_session.h"

#include <string.h>

#include "bits.h"

#define GDB_ERROR_FAULT "E0e" /* the number is EFAULT's */
/* Memory is read in pieces of this size: if one is out of reach GDB still gets the pieces before it. */
#define GDB_MEMORY_PIECE 256u

static void reply_register(struct gdbstub *s, unsigned number)
{
    uint32_t value;
    uint8_t bytes[4];
    if (!s->config.ops.read_register(s->config.ops.context, s->cpu, number, &value)) {
        gdb_reply_format(&s->reply, "xxxxxxxx");
        return;
    }
    be32_store(bytes, value);
    gdb_reply_hex(&s->reply, bytes, sizeof bytes);
}

/* g: all registers but the %asr, which GDB asks for with p because the g packet does not hold them. */
void gdb_do_registers_read(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_begin_answer(s);
    for (unsigned number = 0; number < GDB_REGISTER_ASR16; number++) {
        reply_register(s, number);
    }
    gdb_send(s);
}

static bool take_register(struct gdbstub *s, struct gdb_cursor *arguments, unsigned number)
{
    uint8_t bytes[4];
    return gdb_take_bytes(arguments, bytes, sizeof bytes) &&
           s->config.ops.write_register(s->config.ops.context, s->cpu, number, be32_load(bytes));
}

/* G: writes all registers; if the packet is too short, none.  Registers that the CPU does not have are passed over. */
void gdb_do_registers_write(struct gdbstub *s, struct gdb_cursor *arguments)
{
    bool ok = gdb_left(arguments) == 8 * (size_t)GDB_REGISTER_ASR16;
    for (size_t number = 0; ok && number < GDB_REGISTER_ASR16; number++) {
        struct gdb_cursor value = {arguments->at + 8 * number, arguments->at + 8 * (number + 1)};
        take_register(s, &value, (unsigned)number);
    }
    gdb_send_ok_if(s, ok);
}

void gdb_do_register_read(struct gdbstub *s, struct gdb_cursor *arguments)
{
    uint32_t number;
    if (!gdb_take_number(arguments, &number) || number >= GDB_REGISTER_COUNT) {
        gdb_send_text(s, "E01");
        return;
    }
    gdb_begin_answer(s);
    reply_register(s, number);
    gdb_send(s);
}

void gdb_do_register_write(struct gdbstub *s, struct gdb_cursor *arguments)
{
    uint32_t number;
    gdb_send_ok_if(s, gdb_take_number(arguments, &number) && number < GDB_REGISTER_COUNT &&
                          gdb_take_char(arguments, '=') && take_register(s, arguments, number));
}

/* "address,length"; the range must not wrap around. */
static bool take_range(struct gdb_cursor *arguments, uint32_t *address, uint32_t *length)
{
    return gdb_take_number(arguments, address) && gdb_take_char(arguments, ',') &&
           gdb_take_number(arguments, length) &&
           (*length == 0 || *address <= UINT32_MAX - (*length - 1));
}

static bool reply_piece(struct gdbstub *s, uint32_t address, uint32_t size)
{
    uint8_t bytes[GDB_MEMORY_PIECE];
    if (!s->config.ops.read_memory(s->config.ops.context, s->cpu, address, bytes, size)) {
        return false;
    }
    gdb_reply_hex(&s->reply, bytes, size);
    return true;
}

void gdb_do_memory_read(struct gdbstub *s, struct gdb_cursor *arguments)
{
    uint32_t address, length;
    if (!take_range(arguments, &address, &length)) {
        gdb_send_text(s, "E01");
        return;
    }
    if (length > GDB_PACKET_SIZE / 2) {
        length = GDB_PACKET_SIZE / 2;
    }
    gdb_begin_answer(s);
    while (length != 0) {
        uint32_t size = GDB_MEMORY_PIECE - address % GDB_MEMORY_PIECE;
        size = size < length ? size : length;
        if (!reply_piece(s, address, size)) {
            break;
        }
        address += size;
        length -= size;
    }
    if (length != 0 && s->reply.length == 0) {
        gdb_reply_format(&s->reply, GDB_ERROR_FAULT);
    }
    gdb_send(s);
}

static void memory_write(struct gdbstub *s, struct gdb_cursor *arguments,
                         bool (*take)(struct gdb_cursor *cursor, uint8_t *bytes, size_t size))
{
    uint8_t bytes[GDB_PACKET_SIZE];
    uint32_t address, length;
    if (!take_range(arguments, &address, &length) || !gdb_take_char(arguments, ':') ||
        length > sizeof bytes || !take(arguments, bytes, length) || gdb_left(arguments) != 0) {
        gdb_send_text(s, "E01");
        return;
    }
    bool ok = length == 0 ||
              s->config.ops.write_memory(s->config.ops.context, s->cpu, address, bytes, length);
    gdb_send_text(s, ok ? "OK" : GDB_ERROR_FAULT);
}

void gdb_do_memory_write(struct gdbstub *s, struct gdb_cursor *arguments)
{
    memory_write(s, arguments, gdb_take_bytes);
}

/* Length 0 is how GDB asks whether there is an X command. */
void gdb_do_memory_write_binary(struct gdbstub *s, struct gdb_cursor *arguments)
{
    memory_write(s, arguments, gdb_take_binary);
}

/* ---- read-only memory, as GDB's `load` writes it ---- */

#define ERASED 0xff

/* ":address,length" */
void gdb_do_flash_erase(struct gdbstub *s, struct gdb_cursor *arguments)
{
    const struct gdb_ops *ops = &s->config.ops;
    uint8_t bytes[GDB_MEMORY_PIECE];
    uint32_t address, length;
    bool ok = gdb_take_char(arguments, ':') && take_range(arguments, &address, &length);

    memset(bytes, ERASED, sizeof bytes);
    while (ok && length != 0) {
        uint32_t size = length < sizeof bytes ? length : (uint32_t)sizeof bytes;
        ok = ops->write_memory(ops->context, s->cpu, address, bytes, size);
        address += size;
        length -= size;
    }
    gdb_send_ok_if(s, ok);
}

/* ":address:bytes" */
void gdb_do_flash_write(struct gdbstub *s, struct gdb_cursor *arguments)
{
    const struct gdb_ops *ops = &s->config.ops;
    uint8_t bytes[GDB_PACKET_SIZE];
    uint32_t address;
    size_t size = 0;
    bool ok = gdb_take_char(arguments, ':') && gdb_take_number(arguments, &address) &&
              gdb_take_char(arguments, ':');

    while (ok && gdb_left(arguments) != 0) {
        ok = gdb_take_binary(arguments, &bytes[size++], 1);
    }
    ok = ok && size != 0 && address <= UINT32_MAX - (uint32_t)(size - 1) &&
         ops->write_memory(ops->context, s->cpu, address, bytes, size);
    gdb_send_ok_if(s, ok);
}

void gdb_do_flash_done(struct gdbstub *s, struct gdb_cursor *arguments)
{
    (void)arguments;
    gdb_send_text(s, "OK");
}

/* "kind,address,length"; conditions behind it are never sent, because we do not announce them. */
static bool take_point(struct gdb_cursor *arguments, struct gdb_point *point)
{
    uint32_t kind;
    if (!gdb_take_number(arguments, &kind) || !gdb_take_char(arguments, ',') ||
        !take_range(arguments, &point->address, &point->length)) {
        return false;
    }
    point->kind = kind < GDB_POINT_KIND_COUNT ? (enum gdb_point_kind)kind : GDB_POINT_KIND_COUNT;
    return point->length != 0;
}

static void point_change(struct gdbstub *s, struct gdb_cursor *arguments,
                         enum gdb_result (*op)(void *context, const struct gdb_point *point))
{
    static const char *const answers[] = {
        [GDB_OK] = "OK", [GDB_FAILED] = "E01", [GDB_UNSUPPORTED] = ""};
    struct gdb_point point;
    enum gdb_result result = GDB_FAILED;
    if (take_point(arguments, &point)) {
        result = point.kind == GDB_POINT_KIND_COUNT ? GDB_UNSUPPORTED
                                                    : op(s->config.ops.context, &point);
    }
    gdb_send_text(s, answers[result]);
}

void gdb_do_point_insert(struct gdbstub *s, struct gdb_cursor *arguments)
{
    point_change(s, arguments, s->config.ops.insert_point);
}

void gdb_do_point_remove(struct gdbstub *s, struct gdb_cursor *arguments)
{
    point_change(s, arguments, s->config.ops.remove_point);
}
