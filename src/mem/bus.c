// SPDX-License-Identifier: MIT
/* Observers of the bus, see bus.h. */
#include "mem/bus.h"

#include <stddef.h>

#include "mem/mmio_cache.h"

void bus_attach(struct bus *bus, struct bus_observer *observer)
{
    observer->next = bus->observers;
    bus->observers = observer;
    for (struct mmio_cache *cache = bus->caches; cache != NULL; cache = cache->next) {
        mmio_cache_empty(cache);
    }
}

void bus_detach(struct bus *bus, struct bus_observer *observer)
{
    struct bus_observer **link = &bus->observers;
    while (*link != NULL && *link != observer) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = observer->next;
    }
}

bool bus_before(const struct bus *bus, struct transfer *t, bool *ok)
{
    for (const struct bus_observer *o = bus->observers; o != NULL; o = o->next) {
        if (o->before != NULL && o->before(o->context, t, ok)) {
            return true;
        }
    }
    return false;
}

void bus_after(const struct bus *bus, const struct transfer *t, bool ok)
{
    for (const struct bus_observer *o = bus->observers; o != NULL; o = o->next) {
        if (o->after != NULL) {
            o->after(o->context, t, ok);
        }
    }
}

void bus_called(const struct bus *bus, const struct mmio_call *call, int32_t result)
{
    for (const struct bus_observer *o = bus->observers; o != NULL; o = o->next) {
        if (o->called != NULL) {
            o->called(o->context, call, result);
        }
    }
}

void bus_overwrites(const struct bus *bus, uint8_t *host, uint64_t length)
{
    for (const struct bus_observer *o = bus->observers; o != NULL; o = o->next) {
        if (o->overwrites != NULL) {
            o->overwrites(o->context, host, length);
        }
    }
}
