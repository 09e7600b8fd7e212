// SPDX-License-Identifier: MIT
/*
 * Implements a device's read() and write() from a table of registers (struct l3_register rows).
 * Header only.
 *
 * Optional: it uses nothing but leon3emu/device.h, and a device may decode its registers in another
 * way.  It does the routine part: masks, write-1-to-clear, reset values, and the log line for an
 * access to an offset without a register.  A register with a side effect gets a hook (on_read,
 * on_write).
 *
 *     static const struct l3_register rows[] = {
 *         L3_REGISTER(0x00, "control", 0, 0xffff, 0x00ff, 0, NULL, write_control),
 *         L3_REGISTER_ARRAY(0x40, "mask", 0, 0xfffe, 0xfffe, 0, NULL, NULL, 16, 4),
 *     };
 *
 * The values are in an array of the device, one uint32_t for each register (17 in this example), in
 * the order of the rows.  The device reads and writes the array freely, and names it as a state
 * field (l3_device_class.state).  The region of the registers has native size L3_SIZE_4.
 *
 * Debug reads (L3_ATTR_DEBUG) must not change anything: an on_read hook with a side effect leaves
 * it out while l3_regfile.debug is 1.  Debug writes act like the guest's writes.
 *
 * Threads: as everything in a device, on the machine's thread only.
 */
#ifndef LEON3EMU_REGS_H
#define LEON3EMU_REGS_H

#include <stdlib.h>
#include <string.h>

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For a function that must not be inlined: its callers, which run at each access, stay short. */
#if defined(__GNUC__)
#define L3_APART __attribute__((noinline, unused))
#else
#define L3_APART inline
#endif

/* Rows.  Bits of readable read as stored, bits of stored are replaced by a write, bits of w1c are
 * cleared by writing 1; the last two must not overlap. */
#define L3_REGISTER_ARRAY(offset, name, reset, readable, stored, w1c, on_read, on_write, count,    \
                          stride)                                                                  \
    {                                                                                              \
        (uint32_t)sizeof(struct l3_register), (offset), (name), (reset), (readable), (stored),     \
            (w1c), (count), (stride), (on_read), (on_write)                                        \
    }
#define L3_REGISTER(offset, name, reset, readable, stored, w1c, on_read, on_write)                 \
    L3_REGISTER_ARRAY(offset, name, reset, readable, stored, w1c, on_read, on_write, 1, 4)

/* What is at one word of the region, copied from its row so that an access looks at nothing else.
 * `unused` fills it up to 64 bytes, a cache line, on a 64-bit host. */
struct l3_regfile_place {
    uint32_t *value;
    uint32_t readable, stored, w1c; /* of the row */
    uint32_t index;                 /* which of row->count */
    uint32_t (*on_read)(void *instance, uint32_t index, uint32_t value);
    void (*on_write)(void *instance, uint32_t index, uint32_t value);
    const struct l3_register *row; /* NULL: no register; the hooks are not NULL */
    uint64_t unused[2];
};

struct l3_regfile {
    /* Set by the device before l3_regfile_create(). */
    struct l3_host *host;
    const struct l3_services *services;
    const struct l3_region *region; /* whose registers these are; must outlive the regfile */
    void *instance;                 /* first argument of the hooks */
    uint32_t *values;               /* the device's array */
    uint32_t value_count;
    /* For hooks to look at: 1 during a debug read, else 0. */
    uint32_t debug;
    /* Private. */
    uint32_t word_count;
    uint32_t nothing;                /* value of all offsets without a register: stays 0 */
    struct l3_regfile_place *places; /* word_count of them; owned */
};

static inline uint32_t l3_register_count(const struct l3_register *row)
{
    return row->count > 1 ? row->count : 1;
}

/* Offset of the first byte behind the row's last register. */
static inline uint32_t l3_register_end(const struct l3_register *row)
{
    return row->offset + (l3_register_count(row) - 1) * row->stride + 4;
}

static inline void l3_regfile_place_row(struct l3_regfile *regs, const struct l3_register *row,
                                        uint32_t first_slot)
{
    for (uint32_t i = 0; i < l3_register_count(row); i++) {
        struct l3_regfile_place *place = &regs->places[(row->offset + i * row->stride) / 4];
        place->value = &regs->values[first_slot + i];
        place->readable = row->readable;
        place->stored = row->stored;
        place->w1c = row->w1c;
        place->index = i;
        place->on_read = row->on_read;
        place->on_write = row->on_write;
        place->row = row;
    }
}

/* The hooks of an offset without a register.  They are never called: that they are not NULL takes
 * an access out of the fast path, which therefore need not look at `row`. */
static inline uint32_t l3_regfile_no_read(void *instance, uint32_t index, uint32_t value)
{
    (void)instance;
    (void)index;
    return value;
}

static inline void l3_regfile_no_write(void *instance, uint32_t index, uint32_t value)
{
    (void)instance;
    (void)index;
    (void)value;
}

static inline void l3_regfile_place_nothing(struct l3_regfile *regs, struct l3_regfile_place *place)
{
    memset(place, 0, sizeof *place);
    place->value = &regs->nothing;
    place->on_read = l3_regfile_no_read;
    place->on_write = l3_regfile_no_write;
}

/*
 * Prepares *regs.  The device calls it in create(), after it has set the fields at the top of
 * struct l3_regfile.  Returns 1, or 0 after services->fail(): out of memory, or value_count is not
 * the number of registers in the table.  After 1 the device's destroy() calls l3_regfile_destroy().
 */
static inline int l3_regfile_create(struct l3_regfile *regs)
{
    const struct l3_region *region = regs->region;
    uint32_t end = 4;
    uint32_t slot = 0;
    for (uint32_t i = 0; i < region->register_count; i++) {
        uint32_t row_end = l3_register_end(&region->registers[i]);
        end = row_end > end ? row_end : end;
        slot += l3_register_count(&region->registers[i]);
    }
    if (slot != regs->value_count) {
        regs->services->fail(regs->host, "region %s has %u registers but %u values", region->name,
                             (unsigned)slot, (unsigned)regs->value_count);
        return 0;
    }
    regs->debug = 0;
    regs->word_count = end / 4;
    regs->places = (struct l3_regfile_place *)calloc(regs->word_count, sizeof *regs->places);
    if (regs->places == NULL) {
        regs->services->fail(regs->host, "out of memory");
        return 0;
    }
    regs->nothing = 0;
    for (uint32_t i = 0; i < regs->word_count; i++) {
        l3_regfile_place_nothing(regs, &regs->places[i]);
    }
    slot = 0;
    for (uint32_t i = 0; i < region->register_count; i++) {
        l3_regfile_place_row(regs, &region->registers[i], slot);
        slot += l3_register_count(&region->registers[i]);
    }
    return 1;
}

static inline void l3_regfile_destroy(struct l3_regfile *regs)
{
    free(regs->places);
    regs->places = NULL;
}

/* Removes all but the first `count` registers of the row that starts at `offset`; the others become
 * offsets without a register.  For create() of an instance that has fewer registers than its
 * class's table, which is constant, has rows for. */
static inline void l3_regfile_limit(struct l3_regfile *regs, uint32_t offset, uint32_t count)
{
    const struct l3_register *row = regs->places[offset / 4].row;
    for (uint32_t i = count; row != NULL && i < l3_register_count(row); i++) {
        l3_regfile_place_nothing(regs, &regs->places[(offset + i * row->stride) / 4]);
    }
}

/* Sets all values to their rows' reset values.  Calls no hook. */
static inline void l3_regfile_reset(struct l3_regfile *regs)
{
    uint32_t slot = 0;
    for (uint32_t i = 0; i < regs->region->register_count; i++) {
        const struct l3_register *row = &regs->region->registers[i];
        for (uint32_t k = 0; k < l3_register_count(row); k++) {
            regs->values[slot++] = row->reset;
        }
    }
}

/* Logs an access to an offset without a register.  Always returns L3_OK. */
static L3_APART int32_t l3_regfile_miss(struct l3_regfile *regs, const struct l3_request *request,
                                        const char *access)
{
    if ((request->attributes & L3_ATTR_DEBUG) == 0) {
        regs->services->log(regs->host, L3_LOG_GUEST_ERROR, "%s at 0x%x, where no register is",
                            access, (unsigned)request->offset);
    }
    return L3_OK;
}

/* A read with an on_read hook, or at an offset without a register.  place: NULL if the offset lies
 * behind the last register. */
static L3_APART int32_t l3_regfile_read_unusual(struct l3_regfile *regs, struct l3_request *request,
                                                const struct l3_regfile_place *place)
{
    if (place == NULL || place->row == NULL) {
        request->value = 0;
        return l3_regfile_miss(regs, request, "read");
    }
    regs->debug = (request->attributes & L3_ATTR_DEBUG) != 0;
    request->value = place->on_read(regs->instance, place->index, *place->value & place->readable);
    regs->debug = 0;
    return L3_OK;
}

/* For the device's read().  Always returns L3_OK: an offset without a register reads 0. */
static inline int32_t l3_regfile_read(struct l3_regfile *regs, struct l3_request *request)
{
    uint64_t word = request->offset / 4;
    if (word >= regs->word_count) {
        return l3_regfile_read_unusual(regs, request, NULL);
    }
    const struct l3_regfile_place *place = &regs->places[word];
    if (place->on_read != NULL) {
        return l3_regfile_read_unusual(regs, request, place);
    }
    request->value = *place->value & place->readable;
    return L3_OK;
}

/* What follows a write: the on_write hook, or the log line if there is no register.  place: NULL if
 * the offset lies behind the last register. */
static L3_APART int32_t l3_regfile_written(struct l3_regfile *regs,
                                           const struct l3_request *request,
                                           const struct l3_regfile_place *place)
{
    if (place == NULL || place->row == NULL) {
        return l3_regfile_miss(regs, request, "write");
    }
    place->on_write(regs->instance, place->index, (uint32_t)request->value);
    return L3_OK;
}

/* For the device's write().  Always returns L3_OK: a write to an offset without a register is
 * lost. */
static inline int32_t l3_regfile_write(struct l3_regfile *regs, const struct l3_request *request)
{
    uint64_t word = request->offset / 4;
    uint32_t value = (uint32_t)request->value;
    if (word >= regs->word_count) {
        return l3_regfile_written(regs, request, NULL);
    }
    const struct l3_regfile_place *place = &regs->places[word];
    uint32_t kept = *place->value & ~place->stored;
    *place->value = (kept | (value & place->stored)) & ~(value & place->w1c);
    if (place->on_write != NULL) {
        return l3_regfile_written(regs, request, place);
    }
    return L3_OK;
}

#ifdef __cplusplus
}
#endif

#endif
