// SPDX-License-Identifier: MIT
/*
 * The accesses that some instructions make to memory and devices, recorded so that they can be
 * undone and replayed.  The log is an observer of the bus (bus.h); --verify-jit (exec/verify.h)
 * uses it.
 *
 * While the log records, accesses to devices take place and are kept with their outcome; a store to
 * memory is kept together with the bytes that it overwrites, also if a device makes it (DMA).
 * access_log_undo() puts these bytes back.  While the log replays, no device is called: each access
 * must equal the next one of the log, and gets the outcome that is kept there.  Memory that the
 * device wrote during that access is written again.  See docs/leon3emu.1, --verify-jit.
 *
 * Only a CPU's loads and stores are kept.  Fetches and table walks are not, because the interpreter
 * and generated code make them at different times.
 */
#ifndef MEM_ACCESS_LOG_H
#define MEM_ACCESS_LOG_H

#include "mem/bus.h"

/* What a device may change of the CPU that accesses it. */
struct access_effect {
    uint64_t limit;
    unsigned irl;
    int status;
};

struct access_entry {
    bool is_memory;
    bool by_device; /* memory that was written during the last device access before it */
    /* of a device access: */
    bool write, ok;
    uint32_t size;
    uint64_t address, value;
    uint32_t wait_cycles;
    struct access_effect effect;
    /* of memory: */
    uint8_t *host;
    size_t length;
    size_t at; /* in access_log.bytes: `length` old bytes, then as many new ones */
};

enum access_state { ACCESS_OFF, ACCESS_RECORD, ACCESS_REPLAY };

struct access_log {
    enum access_state state;
    struct access_entry *entries;
    unsigned count, room;
    uint8_t *bytes;
    size_t bytes_used, bytes_room;
    unsigned next;  /* the entry to be replayed next */
    bool is_inside; /* an access is being made that is recorded in entry `open` */
    unsigned open;
    uint32_t waited; /* wait cycles before that access */
    bool bus_writes; /* memory was written by the bus: a slow store, a table walk, DMA */
    bool no_memory;  /* the host is out of memory, so the log is not complete */
    char wrong[160]; /* the first difference from the recording; empty: there is none */
    /* begin() and end() are called before and after an access to a device while the log records;
     * again() is called in the place of the access when it is replayed. */
    void (*begin)(void *context);
    void (*end)(void *context, struct access_effect *effect);
    void (*again)(void *context, const struct access_effect *effect);
    void *context;
    struct bus_observer observer;
};

/* Attaches log to bus.  The caller has set the fields begin, end, again and context, and all others
 * to zero. */
void access_log_init(struct access_log *log, struct bus *bus);
/* Frees the log.  The caller must have detached log->observer from the bus. */
void access_log_fini(struct access_log *log);

/* Empties the log and records. */
void access_log_record(struct access_log *log);
/* Ends recording and makes memory what it was when recording began. */
void access_log_undo(struct access_log *log);
/* Replays from the first entry on. */
void access_log_replay(struct access_log *log);
/* Ends replaying.  False: accesses or memory were not as recorded, log->wrong says which. */
bool access_log_finish(struct access_log *log);

/* To be called before a store that the bus does not see writes [host, host+length).  Does nothing
 * unless the log records. */
void access_log_memory(struct access_log *log, uint8_t *host, size_t length);

#endif
