// SPDX-License-Identifier: MIT
/* Calls of devices, see mmio.h. */
#include "mem/mmio.h"

#include <inttypes.h>

bool mmio_is_allowed(const struct bus *bus, const struct mmio_call *call)
{
    const struct io_owner *owner = call->region->io.owner;
    bool is_dma = (call->request.attributes & L3_ATTR_DMA) != 0;
    bool refused = owner->depth > 0;

    for (const struct mmio_call *c = bus->running; c != NULL && !refused; c = c->outer) {
        refused = c->region->io.owner == owner || (c->from_cpu && is_dma);
    }
    if (refused) {
        log_line(bus->log, LOG_GUEST_ERRORS,
                 "refused: an access to %s from inside a device call (bus error to the master)",
                 owner->name);
    }
    return !refused;
}

int32_t mmio_ended(const struct bus *bus, const struct mmio_call *call, int32_t result)
{
    if (result != L3_OK && result != L3_BUS_ERROR && result != L3_NOT_MINE) {
        log_line(bus->log, 0,
                 "%s: %s of +0x%" PRIx64 " returned %" PRId32
                 ", which device.h does not define; taken for a bus error",
                 call->region->name, call->write ? "write" : "read", call->request.offset, result);
        result = L3_BUS_ERROR;
    }
    bus_called(bus, call, result);
    return result;
}
