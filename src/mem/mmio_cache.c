// SPDX-License-Identifier: MIT
/* The MMIO inline cache, see mmio_cache.h. */
#include "mem/mmio_cache.h"

#include <stddef.h>

#include "host_fp.h"
#include "mem/region.h"

/* An entry's `function` if the library changes the host's floating-point state.  The callbacks of
 * other libraries, which are most, are in the entry themselves. */
static int32_t call_and_clean_fp(void *instance, struct l3_request *request)
{
    const struct mmio_entry *entry =
        (const struct mmio_entry *)((const char *)request -
                                    offsetof(struct mmio_entry, call.request));
    int32_t result = entry->callback(instance, request);
    host_fp_clean();
    return result;
}

void mmio_cache_fill(struct mmio_cache *cache, uint64_t key, uint32_t address,
                     const struct mmio_call *call)
{
    struct mmio_entry *entry = &cache->entries[ir_mmio_index(address) + call->write];
    const struct region_io *io = &call->region->io;

    if (entry->tag == 0) {
        cache->filled[cache->filled_count++] = (uint16_t)(entry - cache->entries);
    }
    entry->tag = key | MMIO_KIND(call->request.size, call->write) | address;
    entry->function = call->write ? io->write : io->read;
    entry->instance = io->instance;
    if (io->owner->changes_fp) {
        entry->callback = entry->function;
        entry->function = call_and_clean_fp;
    }
    entry->call = *call;
    entry->call.by_generated_code = true;
}

void mmio_cache_empty(struct mmio_cache *cache)
{
    while (cache->filled_count > 0) {
        cache->entries[cache->filled[--cache->filled_count]].tag = 0;
    }
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
