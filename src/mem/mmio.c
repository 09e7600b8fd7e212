// SPDX-License-Identifier: MIT
/* Calls of devices, and the MMIO inline cache; see mmio.h. */
#include "mem/mmio.h"

#include <inttypes.h>
#include <stddef.h>

/* ---- one call ---- */

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

/* ---- the MMIO inline cache ---- */

/* An entry's `function` if the library changes the host's floating-point state.  The callbacks of
 * other libraries, which are most, are in the entry themselves. */
static int32_t call_guarded(void *instance, struct l3_request *request)
{
    const struct mmio_entry *entry =
        (const struct mmio_entry *)((const char *)request -
                                    offsetof(struct mmio_entry, call.request));
    int32_t result = entry->guarded(instance, request);
    host_fp_clean();
    return result;
}

void mmio_cache_fill(struct mmio_cache *cache, const struct bus *bus, uint64_t key,
                     uint32_t address, const struct transfer *t)
{
    struct mmio_entry *entry = &cache->entries[ir_mmio_index(address) + t->write];
    const struct region_io *io;

    if (bus->observers != NULL || !transfer_is_one_call(t)) {
        return;
    }
    io = &t->region->io;
    entry->tag = key | MMIO_KIND(t->size, t->write) | address;
    entry->function = t->write ? io->write : io->read;
    entry->instance = io->instance;
    if (io->owner->changes_fp) {
        entry->guarded = entry->function;
        entry->function = call_guarded;
    }
    entry->call = transfer_call(t);
    entry->call.by_generated_code = true;
    cache->is_used = true;
}

void mmio_cache_empty(struct mmio_cache *cache)
{
    for (unsigned i = 0; i < IR_MMIO_ENTRIES && cache->is_used; i++) {
        cache->entries[i].tag = 0;
    }
    cache->is_used = false;
}

void mmio_cache_join(struct mmio_cache *cache, struct bus *bus)
{
    cache->next = bus->caches;
    bus->caches = cache;
}

void mmio_cache_leave(struct mmio_cache *cache, struct bus *bus)
{
    struct mmio_cache **link = &bus->caches;
    while (*link != NULL && *link != cache) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = cache->next;
    }
}

bool mmio_entry_access(struct mmio_entry *entry, struct addrspace *space, uint64_t *value,
                       uint64_t *wait_cycles)
{
    struct mmio_call *call = &entry->call;
    uint64_t mask = size_mask(call->request.size);
    int32_t result;

    call->request.value = *value & mask;
    call->by_generated_code = false;
    result = mmio_run(space->bus, call, call);
    call->by_generated_code = true;
    *value = call->request.value & mask;
    return (result == L3_OK && call->request.wait_cycles == 0) ||
           mmio_entry_finish(entry, space, result, value, wait_cycles);
}

bool mmio_entry_finish(struct mmio_entry *entry, struct addrspace *space, int32_t result,
                       uint64_t *value, uint64_t *wait_cycles)
{
    struct mmio_call *call = &entry->call;
    struct access how = {call->request.attributes, call->request.master, call->request.wait_cycles};
    struct transfer t = {.address = call->address,
                         .size = call->request.size,
                         .write = call->write,
                         .is_cpu_data = true,
                         .value = *value,
                         .how = &how};
    bool ok;

    call->request.wait_cycles = 0;
    ok = transfer_settle(space, &t, result) || transfer_fail(space, &t);
    *value = t.value;
    *wait_cycles += how.wait_cycles;
    return ok;
}
