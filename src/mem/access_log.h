// SPDX-License-Identifier: MIT
/*
 * What a stretch of instructions does to memory and devices, so that it can be undone and done again.  An observer of
 * the bus (bus.h) that belongs to --verify-jit (exec/verify.h).
 *
 * While it records, accesses to devices take place and are kept with their outcome, and stores to memory are kept with
 * what was there before (those of devices' DMA, too).  access_log_undo() puts memory back.  While it replays, no device
 * is called: each access must be the next one of the log and has the outcome it had; memory that a device wrote then
 * is written again.  See docs/leon3emu.1, --verify-jit.
 *
 * Loads and stores of a CPU are kept.  Fetches and table walks are not: the interpreter and generated code make them at
 * different times.
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
    bool by_device; /* memory that was written during the device access before it */
    /* of a device access: */
    bool write, ok;
    uint32_t size;
    uint64_t address, value;
    uint32_t wait_cycles;
    struct access_effect effect;
    /* of memory: */
    uint8_t *host;
    size_t length;
    size_t at; /* in access_log.bytes: `length` bytes of before the store, then of after it */
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
    bool no_memory;  /* the host had none, so the log is not complete */
    char wrong[160]; /* the first thing that was not repeated as recorded; empty: all was */
    /* Called before and after an access to a device, and in its place when it is replayed. */
    void (*begin)(void *context);
    void (*end)(void *context, struct access_effect *effect);
    void (*again)(void *context, const struct access_effect *effect);
    void *context;
    struct bus_observer observer;
};

/* Attaches log to bus.  Its fields begin, end, again and context are set before, the others are zero. */
void access_log_init(struct access_log *log, struct bus *bus);
/* The observer must have been detached. */
void access_log_fini(struct access_log *log);

/* Empties the log and records. */
void access_log_record(struct access_log *log);
/* Ends recording and makes memory what it was when recording began. */
void access_log_undo(struct access_log *log);
/* Replays from the first entry on. */
void access_log_replay(struct access_log *log);
/* Ends replaying.  False: accesses or memory were not as recorded, log->wrong says which. */
bool access_log_finish(struct access_log *log);

/* [host, host+length) is about to be written by a store that the bus does not see.  Does nothing but while recording. */
void access_log_memory(struct access_log *log, uint8_t *host, size_t length);

#endif
