// SPDX-License-Identifier: MIT
/* What is rare about calls of devices: refusals and log lines, see mmio.h. */
#include "mem/mmio.h"

#include <inttypes.h>
#include <stdio.h>

bool device_call_is_allowed(const struct bus *bus, const struct region *region,
                            const struct access *how)
{
    bool refused = region->io.owner->depth > 0;

    for (const struct io_frame *f = bus->frames; f != NULL && !refused; f = f->outer) {
        refused = f->region->io.owner == region->io.owner ||
                  (f->from_cpu && (how->attributes & L3_ATTR_DMA));
    }
    if (refused) {
        log_line(bus->log, LOG_GUEST_ERRORS,
                 "refused: an access to %s from inside a device call (bus error to the master)",
                 region->io.owner->name);
    }
    return !refused;
}

static const char *result_text(int32_t result)
{
    switch (result) {
    case L3_OK:
        return "";
    case L3_NOT_MINE:
        return " (not mine)";
    default:
        return " (error)";
    }
}

/* " (NAME)" or " (NAME[2])" of the register at an offset, or nothing. */
static const char *register_text(const struct region_io *io, uint64_t offset, char *text,
                                 size_t size)
{
    text[0] = '\0';
    for (uint32_t i = 0; i < io->register_count; i++) {
        const struct l3_register *row = &io->registers[i];
        uint64_t distance = offset - row->offset;
        uint64_t stride = row->count > 1 && row->stride != 0 ? row->stride : 4;
        if (row->name == NULL || offset < row->offset || distance % stride >= 4 ||
            distance / stride >= (row->count > 1 ? row->count : 1)) {
            continue;
        }
        snprintf(text, size, row->count > 1 ? " (%s[%" PRIu64 "])" : " (%s)", row->name,
                 distance / stride);
        break;
    }
    return text;
}

int32_t device_call_report(const struct bus *bus, const struct io_frame *frame, int32_t result)
{
    const struct l3_request *request = frame->request;
    const char *verb = frame->write ? "write" : "read";
    char name[64];

    if (!(request->attributes & L3_ATTR_DEBUG) &&
        log_on_at(bus->log, LOG_MMIO, bus_guest_pc(bus)) &&
        log_on_device(bus->log, LOG_MMIO, frame->region->io.owner->name)) {
        log_line(
            bus->log, LOG_MMIO, "%s %s +0x%" PRIx64 "%s size %" PRIu32 " = 0x%" PRIx64 "%s, %s",
            frame->region->name, verb, request->offset,
            register_text(&frame->region->io, request->offset, name, sizeof name), request->size,
            request->value, result_text(result), log_place(bus->log, bus_guest_pc(bus)).text);
    }
    if (result == L3_OK || result == L3_BUS_ERROR || result == L3_NOT_MINE) {
        return result;
    }
    log_line(bus->log, 0,
             "%s: %s of +0x%" PRIx64 " returned %" PRId32
             ", which device.h does not define; taken for a bus error",
             frame->region->name, verb, request->offset, result);
    return L3_BUS_ERROR;
}
