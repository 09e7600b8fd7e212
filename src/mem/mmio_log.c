// SPDX-License-Identifier: MIT
/* The log of calls of devices, see mmio_log.h. */
#include "mem/mmio_log.h"

#include <inttypes.h>
#include <stdio.h>

#include "mem/region.h"

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

static void log_call(void *context, const struct mmio_call *call, int32_t result)
{
    const struct bus *bus = context;
    const struct l3_request *request = &call->request;
    uint32_t pc = bus_guest_pc(bus);
    char name[64];

    if ((request->attributes & L3_ATTR_DEBUG) || !log_on_at(bus->log, LOG_MMIO, pc) ||
        !log_on_device(bus->log, LOG_MMIO, call->region->io.owner->name)) {
        return;
    }
    log_line(bus->log, LOG_MMIO, "%s %s +0x%" PRIx64 "%s size %" PRIu32 " = 0x%" PRIx64 "%s, %s",
             call->region->name, call->write ? "write" : "read", request->offset,
             register_text(&call->region->io, request->offset, name, sizeof name), request->size,
             request->value, result_text(result), log_describe_pc(bus->log, pc).text);
}

void mmio_log_attach(struct bus *bus, struct bus_observer *observer)
{
    *observer = (struct bus_observer){.called = log_call, .context = bus};
    bus_attach(bus, observer);
}
