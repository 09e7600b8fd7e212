// SPDX-License-Identifier: MIT
/*
 * An address space: the flat view of a region tree, and accesses through it.
 *
 * The tree is rendered into sorted, disjoint ranges when a transaction commits.  Listeners (TLBs,
 * code caches) are told of each range that went and each that came, and of nothing that stayed.
 * Several address spaces may show the same tree or different ones: a bus master can have a view of
 * its own.
 *
 * Accesses here are the slow way, by address; CPUs go through tlb.h and come here for devices.  All
 * addresses are guest physical (gpa), 32 bits wide on LEON3.
 */
#ifndef MEM_ADDRSPACE_H
#define MEM_ADDRSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "log.h"
#include "mem/region.h"
#include "tlb_layout.h"

/* A piece of the flat view.  [start, start+size) shows region from offset on. */
struct flat_range {
    uint64_t start;
    uint64_t size;
    struct region *region;
    uint64_t offset;
};

/* Told in the order removed, then added. */
struct space_listener {
    void (*changed)(void *context, const struct flat_range *range, bool added);
    void *context;
    struct space_listener *next;
};

/* What a page that is not plain memory consists of: index + 1 into the ranges, 0 nothing.  Built on first use, thrown
 * away when the view changes.  A page with nothing in it gets none: a guest may touch any number of these. */
struct io_page {
    struct addrspace *space;
    uint32_t page;
    uint32_t flags;  /* TLB_DEVICE or TLB_EXTERNAL */
    uint32_t whole;  /* the range that all of the page belongs to; 0: there are several */
    uint32_t slot[]; /* of each word, if there are several */
};

/* They are found by a table of tables. */
#define IO_TABLE_PAGES 1024u
#define IO_TABLES      (TLB_PAGES / IO_TABLE_PAGES)

/* One access on its way to a device: what reports and the re-entrancy rule need to know.  The
 * frames of nested calls form a stack. */
struct io_frame {
    struct io_frame *outer;
    const struct region *region;
    const struct l3_request *request;
    bool write;
    bool from_cpu; /* a CPU's load, store or fetch, not DMA */
};

struct access;
/* The last access to a register, for reports. */
struct io_access {
    const struct region *region; /* NULL: there was none */
    uint64_t offset;
    uint32_t size;
    bool write;
};

struct access_log;

/* State that all address spaces of a machine share. */
struct bus {
    const struct log *log;
    struct io_frame *frames; /* innermost call that is running, NULL if none */
    uint64_t calls;          /* device calls so far; a watchdog sees by it whether one hangs */
    /* The last access, begun and perhaps still running: a call by a port if last_port is not NULL. */
    struct io_access last;
    const struct io_frame *last_port;
    /* Guest pc and name of the place, for log lines; may be NULL. */
    uint32_t (*guest_pc)(void *context);
    /* The time, for devices; may be NULL. */
    uint64_t (*now)(void *context);
    /* An access was refused; not told of a debugger's.  May be NULL. */
    void (*failed)(void *context, uint64_t address, unsigned size, bool write,
                   const struct access *how);
    /* Memory that holds decoded code was written: [offset, offset+size) of region. */
    void (*code_written)(void *context, struct region *region, uint64_t offset, uint64_t size);
    void *context;
    /* Not NULL: is told of memory before it is written. */
    struct access_log *access_log;
};

/* pc of the guest for a log line, 0 if nobody knows. */
static inline uint32_t bus_guest_pc(const struct bus *bus)
{
    return bus->guest_pc == NULL ? 0 : bus->guest_pc(bus->context);
}

static inline struct io_access bus_last_access(const struct bus *bus)
{
    const struct io_frame *port = bus->last_port;
    if (port == NULL) {
        return bus->last;
    }
    return (struct io_access){port->region, port->request->offset, port->request->size,
                              port->write};
}

/* Cycles since power-on, 0 if nobody knows. */
static inline uint64_t bus_now(const struct bus *bus)
{
    return bus->now == NULL ? 0 : bus->now(bus->context);
}

struct addrspace {
    const char *name;
    struct bus *bus;
    struct region *root;
    struct flat_range *ranges; /* sorted by start */
    unsigned range_count;
    unsigned depth;             /* of open transactions */
    struct io_page ***io_pages; /* NULL: none yet; IO_TABLES tables, or NULL, of IO_TABLE_PAGES */
    unsigned io_page_count;
    struct space_listener *listeners;
    uint8_t *window; /* window.h; NULL: none */
    bool linear;     /* all memory of the view is where the window says */
};

/* A view of root, empty until the first commit.  name and root stay the caller's.  */
void addrspace_init(struct addrspace *space, const char *name, struct region *root,
                    struct bus *bus);
void addrspace_fini(struct addrspace *space);

/* Changes of the tree stand between these; they nest, the outermost commit renders.  False: the
 * host is out of memory, the old view stays. */
void addrspace_begin(struct addrspace *space);
bool addrspace_commit(struct addrspace *space);

/* listener stays the caller's and must outlive the space or be removed; removing one that is not
 * there is allowed. */
void addrspace_listen(struct addrspace *space, struct space_listener *listener);
void addrspace_unlisten(struct addrspace *space, struct space_listener *listener);

/* Range that holds address, or NULL. */
const struct flat_range *addrspace_find(const struct addrspace *space, uint64_t address);

/* Host address of [address, address+size) if that is plain memory in one piece, else NULL. */
uint8_t *addrspace_memory(const struct addrspace *space, uint64_t address, uint64_t size);

/* How an access is to be made. */
struct access {
    uint32_t attributes; /* L3_ATTR_* */
    uint32_t master;
    uint32_t wait_cycles; /* out: added to by devices */
};

/* One aligned access of 1, 2, 4 or 8 bytes.  Value: host order, right-aligned.  False: bus error,
 * logged unless it is a debug access; *value is then 0.  Device callbacks run inside. */
bool addrspace_load(struct addrspace *space, uint64_t address, unsigned size, uint64_t *value,
                    struct access *how);
bool addrspace_store(struct addrspace *space, uint64_t address, unsigned size, uint64_t value,
                     struct access *how);

/* The same for a page whose io_page is known: the slow path of the TLB. */
bool io_page_load(struct io_page *io, uint32_t address, unsigned size, uint64_t *value,
                  struct access *how);
bool io_page_store(struct io_page *io, uint32_t address, unsigned size, uint64_t value,
                   struct access *how);

/* The io_page of the page that holds address; NULL if the host is out of memory. */
struct io_page *addrspace_io_page(struct addrspace *space, uint32_t address);
/* Forgets all of them. */
void addrspace_drop_io_pages(struct addrspace *space);
/* Is there nothing in the page that holds address? */
bool addrspace_is_empty_page(const struct addrspace *space, uint64_t address);

/* Copies bytes in guest order, any alignment and length, as a bus master with `how`.  ROM can be
 * written with L3_ATTR_DEBUG (loaders, debuggers).  False at the first bus error. */
bool addrspace_read(struct addrspace *space, uint64_t address, void *buffer, uint64_t size,
                    struct access *how);
bool addrspace_write(struct addrspace *space, uint64_t address, const void *buffer, uint64_t size,
                     struct access *how);

/* Prints the tree and the flat view: --dump mtree. */
void addrspace_dump(const struct addrspace *space, FILE *stream);

#endif
