// SPDX-License-Identifier: MIT
/* The log of accesses that can be undone and replayed, see access_log.h. */
#include "mem/access_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "mem/transfer.h"

/* ---- entries ---- */

static struct access_entry *add(struct access_log *log)
{
    struct access_entry *entry;
    if (log->count == log->room) {
        unsigned room = log->room == 0 ? 64 : 2 * log->room;
        struct access_entry *grown = realloc(log->entries, room * sizeof *grown);
        if (grown == NULL) {
            log->no_memory = true;
            return NULL;
        }
        log->entries = grown;
        log->room = room;
    }
    entry = &log->entries[log->count++];
    memset(entry, 0, sizeof *entry);
    return entry;
}

static bool make_room(struct access_log *log, size_t size)
{
    size_t room = log->bytes_room;
    uint8_t *grown;

    if (size <= room - log->bytes_used) {
        return true;
    }
    room = 2 * room + size;
    grown = realloc(log->bytes, room);
    if (grown == NULL) {
        log->no_memory = true;
        return false;
    }
    log->bytes = grown;
    log->bytes_room = room;
    return true;
}

void access_log_memory(struct access_log *log, uint8_t *host, size_t length)
{
    struct access_entry *entry;
    if (log->state != ACCESS_RECORD || !make_room(log, 2 * length) || (entry = add(log)) == NULL) {
        return;
    }
    entry->is_memory = true;
    entry->by_device = log->is_inside;
    entry->host = host;
    entry->length = length;
    entry->at = log->bytes_used;
    memcpy(log->bytes + entry->at, host, length);
    log->bytes_used += 2 * length;
}

/* Completes the entries of memory from `first` on with the bytes that memory holds now. */
static void note_after(struct access_log *log, unsigned first, bool by_device)
{
    for (unsigned i = first; i < log->count; i++) {
        const struct access_entry *entry = &log->entries[i];
        if (entry->is_memory && entry->by_device == by_device) {
            memcpy(log->bytes + entry->at + entry->length, entry->host, entry->length);
        }
    }
}

/* ---- states ---- */

void access_log_record(struct access_log *log)
{
    log->state = ACCESS_RECORD;
    log->count = 0;
    log->bytes_used = 0;
    log->bus_writes = log->no_memory = false;
    log->wrong[0] = '\0';
}

void access_log_undo(struct access_log *log)
{
    note_after(log, 0, false);
    for (unsigned i = log->count; i-- > 0;) {
        const struct access_entry *entry = &log->entries[i];
        if (entry->is_memory) {
            memcpy(entry->host, log->bytes + entry->at, entry->length);
        }
    }
    log->state = ACCESS_OFF;
}

void access_log_replay(struct access_log *log)
{
    log->state = ACCESS_REPLAY;
    log->next = 0;
}

/* ---- replaying ---- */

static struct access_entry *next_access(struct access_log *log)
{
    while (log->next < log->count && log->entries[log->next].is_memory) {
        log->next++;
    }
    return log->next < log->count ? &log->entries[log->next] : NULL;
}

static void write_again(struct access_log *log)
{
    while (log->next < log->count && log->entries[log->next].by_device) {
        const struct access_entry *entry = &log->entries[log->next++];
        memcpy(entry->host, log->bytes + entry->at + entry->length, entry->length);
    }
}

static uint64_t low_bytes(uint64_t value, unsigned size)
{
    return value & UINT64_MAX >> (64 - 8 * size);
}

static void complain(struct access_log *log, const struct access_entry *expected,
                     const struct access_entry *made)
{
    char text[80] = "none";
    if (log->wrong[0] != '\0') {
        return;
    }
    if (expected != NULL) {
        snprintf(text, sizeof text, "a %u-byte %s of 0x%08" PRIx64 ", value 0x%" PRIx64,
                 expected->size, expected->write ? "store" : "load", expected->address,
                 expected->value);
    }
    snprintf(log->wrong, sizeof log->wrong,
             "device access: a %u-byte %s of 0x%08" PRIx64 ", value 0x%" PRIx64 ", expected is %s",
             made->size, made->write ? "store" : "load", made->address, made->value, text);
}

/* Gives the access `made` the outcome that the next entry of the log has. */
static bool repeat(struct access_log *log, struct access_entry *made, struct access *how)
{
    const struct access_entry *entry = next_access(log);
    if (entry == NULL || entry->write != made->write || entry->size != made->size ||
        entry->address != made->address || (made->write && entry->value != made->value)) {
        complain(log, entry, made);
        return false;
    }
    log->next++;
    write_again(log);
    made->value = entry->value;
    how->wait_cycles += entry->wait_cycles;
    log->again(log->context, &entry->effect);
    return entry->ok;
}

/* Only here it shows if an access of the log was not made again, or if a store wrote another value
 * to memory. */
bool access_log_finish(struct access_log *log)
{
    const struct access_entry *left = next_access(log);
    log->state = ACCESS_OFF;
    if (log->wrong[0] == '\0' && left != NULL) {
        snprintf(log->wrong, sizeof log->wrong,
                 "device access: none, expected is a %u-byte %s of 0x%08" PRIx64, left->size,
                 left->write ? "store" : "load", left->address);
    }
    for (unsigned i = 0; i < log->count && log->wrong[0] == '\0'; i++) {
        const struct access_entry *entry = &log->entries[i];
        const uint8_t *after = log->bytes + entry->at + entry->length;
        if (entry->is_memory && !entry->by_device &&
            memcmp(entry->host, after, entry->length) != 0) {
            size_t at = 0;
            while (entry->host[at] == after[at]) {
                at++;
            }
            snprintf(log->wrong, sizeof log->wrong,
                     "memory: store %u, byte %zu: 0x%02x, expected is 0x%02x", i, at,
                     entry->host[at], after[at]);
        }
    }
    return log->wrong[0] == '\0';
}

/* ---- called by the bus ---- */

static bool is_memory(const struct transfer *t)
{
    return t->region != NULL && t->size <= t->room &&
           (t->region->kind == REGION_RAM || (t->region->kind == REGION_ROM && !t->write));
}

/* The load of an atomic fills the TLB, so its store may go straight to memory, and the bus does not
 * see it.  Therefore the bytes that the store will overwrite are kept at the load. */
static void note_atomic(struct access_log *log, const struct transfer *t)
{
    if (t->how->attributes & L3_ATTR_LOCKED) {
        access_log_memory(log, t->region->host + t->offset, t->size);
    }
}

static struct access_entry entry_of(const struct transfer *t)
{
    struct access_entry entry = {.write = t->write, .size = t->size, .address = t->address};
    entry.value = t->write ? low_bytes(t->value, t->size) : 0;
    return entry;
}

static bool before(void *context, struct transfer *t, bool *ok)
{
    struct access_log *log = context;
    struct access_entry made;

    if (log->state == ACCESS_OFF || !t->is_cpu_data) {
        return false;
    }
    if (is_memory(t)) {
        note_atomic(log, t);
        return false;
    }
    if (log->state == ACCESS_REPLAY) {
        made = entry_of(t);
        *ok = repeat(log, &made, t->how);
        t->value = made.value;
        return true;
    }
    log->open = log->count;
    log->waited = t->how->wait_cycles;
    add(log); /* after() fills it in; entries of memory that the device writes follow it */
    log->is_inside = true;
    log->begin(log->context);
    return false;
}

static void after(void *context, const struct transfer *t, bool ok)
{
    struct access_log *log = context;
    struct access_entry made = entry_of(t);

    if (!log->is_inside || !t->is_cpu_data) {
        return;
    }
    log->is_inside = false;
    log->end(log->context, &made.effect);
    made.ok = ok;
    made.value = t->write ? made.value : t->value;
    made.wait_cycles = t->how->wait_cycles - log->waited;
    if (log->open < log->count) {
        log->entries[log->open] = made;
        note_after(log, log->open, true);
    }
}

static void overwrites(void *context, uint8_t *host, uint64_t length)
{
    struct access_log *log = context;
    log->bus_writes = true;
    access_log_memory(log, host, length);
}

/* ---- life ---- */

void access_log_init(struct access_log *log, struct bus *bus)
{
    log->observer = (struct bus_observer){
        .before = before, .after = after, .overwrites = overwrites, .context = log};
    bus_attach(bus, &log->observer);
}

void access_log_fini(struct access_log *log)
{
    free(log->entries);
    free(log->bytes);
}
