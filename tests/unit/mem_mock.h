// SPDX-License-Identifier: MIT
/* A small world for the tests of src/mem: a bus with a log, a tree, and devices that note what they
 * are asked. */
#ifndef TESTS_MEM_MOCK_H
#define TESTS_MEM_MOCK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem/addrspace.h"
#include "mem/tlb.h"

#define SPACE_SIZE (UINT64_C(1) << 32)
#define PAGE       0x1000u

struct world {
    struct log log;
    char line[256]; /* the last one logged */
    unsigned lines;
    struct bus bus;
    struct region *root;
    struct addrspace space;
    /* what code_written() was told */
    struct region *written;
    uint64_t written_offset, written_size;
    unsigned written_calls;
};

static inline void world_log(void *context, const char *line)
{
    struct world *w = context;
    snprintf(w->line, sizeof w->line, "%s", line);
    w->lines++;
}

static inline void world_code_written(void *context, struct region *region, uint64_t offset,
                                      uint64_t size)
{
    struct world *w = context;
    w->written = region;
    w->written_offset = offset;
    w->written_size = size;
    w->written_calls++;
}

static inline void world_init(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->log.write = world_log;
    w->log.context = w;
    w->log.mask = LOG_GUEST_ERRORS;
    w->bus.log = &w->log;
    w->bus.code_written = world_code_written;
    w->bus.context = w;
    w->root = region_new_container("system", SPACE_SIZE);
    assert_non_null(w->root);
    addrspace_init(&w->space, "test", w->root, &w->bus);
}

static inline void world_fini(struct world *w)
{
    addrspace_fini(&w->space);
    region_destroy(w->root);
}

static inline void world_commit(struct world *w)
{
    addrspace_begin(&w->space);
    assert_true(addrspace_commit(&w->space));
}

static inline struct region *add_ram(struct region *parent, const char *name, uint64_t base,
                                     uint64_t size, int priority)
{
    struct region *region = region_new_ram(name, size, false);
    assert_non_null(region);
    region_add(parent, base, region, priority);
    return region;
}

static inline struct region *add_rom(struct region *parent, const char *name, uint64_t base,
                                     uint64_t size, int priority)
{
    struct region *region = region_new_ram(name, size, true);
    assert_non_null(region);
    region_add(parent, base, region, priority);
    return region;
}

static inline struct region *add_container(struct region *parent, const char *name, uint64_t base,
                                           uint64_t size, int priority)
{
    struct region *region = region_new_container(name, size);
    assert_non_null(region);
    region_add(parent, base, region, priority);
    return region;
}

/* ---- a device ---- */

struct mock_call {
    bool write;
    struct l3_request request;
};

#define MOCK_CALLS 16

/* Registers that are bytes in guest order, so that any size reads and writes them. */
struct mock {
    struct io_owner owner;
    struct mock_call calls[MOCK_CALLS];
    unsigned count;
    uint8_t bytes[256];
    int32_t result;        /* what callbacks return */
    int32_t write_result;  /* what write() returns instead, if not L3_OK */
    uint64_t not_mine_bit; /* accesses with this bit in the offset are passed on */
    uint32_t wait;
    void (*act)(struct mock *mock); /* runs inside each callback */
    void *context;                  /* of act */
};

static inline int32_t mock_note(struct mock *mock, struct l3_request *request, bool write)
{
    assert_int_equal(request->struct_size, sizeof *request);
    assert_int_equal(request->offset & (request->size - 1), 0);
    if (mock->count < MOCK_CALLS) {
        mock->calls[mock->count].write = write;
        mock->calls[mock->count].request = *request;
    }
    mock->count++;
    request->wait_cycles = mock->wait;
    if (mock->act != NULL) {
        mock->act(mock);
    }
    return request->offset & mock->not_mine_bit ? L3_NOT_MINE : mock->result;
}

static inline int32_t mock_read(void *instance, struct l3_request *request)
{
    struct mock *mock = instance;
    int32_t result = mock_note(mock, request, false);
    assert_int_equal(request->value, 0);
    for (unsigned i = 0; i < request->size; i++) {
        request->value = request->value << 8 | mock->bytes[(request->offset + i) & 0xff];
    }
    return result;
}

static inline int32_t mock_write(void *instance, struct l3_request *request)
{
    struct mock *mock = instance;
    int32_t result = mock_note(mock, request, true);
    if (result == L3_OK) {
        result = mock->write_result;
    }
    if (result != L3_OK) {
        return result;
    }
    for (unsigned i = 0; i < request->size; i++) {
        mock->bytes[(request->offset + i) & 0xff] =
            (uint8_t)(request->value >> 8 * (request->size - 1 - i));
    }
    return result;
}

static inline struct region *mock_region(struct mock *mock, const char *name, uint64_t size,
                                         uint32_t valid, uint32_t native)
{
    struct region_io io = {
        .read = mock_read,
        .write = mock_write,
        .instance = mock,
        .owner = &mock->owner,
        .index = 3,
        .valid_sizes = valid,
        .native_sizes = native,
    };
    struct region *region = region_new_io(name, size, &io);
    assert_non_null(region);
    mock->owner.name = name;
    for (unsigned i = 0; i < sizeof mock->bytes; i++) {
        mock->bytes[i] = (uint8_t)(i + 0x10);
    }
    return region;
}

static inline struct region *add_mock(struct region *parent, struct mock *mock, uint64_t base,
                                      uint32_t valid, uint32_t native)
{
    struct region *region = mock_region(mock, "mock", 0x100, valid, native);
    region_add(parent, base, region, 0);
    return region;
}

static inline struct region *add_apb_mock(struct region *parent, struct mock *mock, uint64_t base)
{
    struct region *region = add_mock(parent, mock, base, L3_SIZE_ALL, L3_SIZE_4);
    region->io.apb = true;
    return region;
}

/* The n-th call: what it was. */
static inline void check_call(const struct mock *mock, unsigned n, bool write, uint64_t offset,
                              unsigned size, uint64_t value)
{
    assert_true(n < mock->count && n < MOCK_CALLS);
    assert_int_equal(mock->calls[n].write, write);
    assert_int_equal(mock->calls[n].request.offset, offset);
    assert_int_equal(mock->calls[n].request.size, size);
    if (write) {
        assert_int_equal(mock->calls[n].request.value, value);
    }
}

/* ---- accesses ---- */

static inline struct access cpu_access(void)
{
    struct access how = {L3_ATTR_SUPERVISOR, 0, 0};
    return how;
}

static inline struct access dma_access(void)
{
    struct access how = {L3_ATTR_DMA, 5, 0};
    return how;
}

static inline struct access debug_access(void)
{
    struct access how = {L3_ATTR_DEBUG, 0, 0};
    return how;
}

static inline void check_load(struct world *w, uint64_t address, unsigned size, uint64_t expected)
{
    struct access how = cpu_access();
    uint64_t value = UINT64_MAX;
    assert_true(addrspace_load(&w->space, address, size, &value, &how));
    assert_int_equal(value, expected);
}

static inline void check_no_load(struct world *w, uint64_t address, unsigned size)
{
    struct access how = cpu_access();
    uint64_t value = UINT64_MAX;
    assert_false(addrspace_load(&w->space, address, size, &value, &how));
    assert_int_equal(value, 0);
}

static inline bool store(struct world *w, uint64_t address, unsigned size, uint64_t value)
{
    struct access how = cpu_access();
    return addrspace_store(&w->space, address, size, value, &how);
}

/* A CPU's load or store, and how it ended: the wait cycles are in *cycles.  way 1: of a page that the TLB does not know,
 * 2: of one that it knows, 3: by the MMIO inline cache. */
static inline bool cpu_accesses(struct world *w, unsigned way, uint32_t address, unsigned size,
                                bool write, uint64_t *value, struct mock *mock, uint64_t *cycles)
{
    static struct tlb tlb;
    uint8_t bytes[sizeof mock->bytes];
    unsigned before = mock->count;
    uint64_t given = *value;
    bool ok = false;

    memset(&tlb, 0, sizeof tlb);
    assert_true(tlb_init(&tlb, &w->space, 0, cycles));
    tlb_set_attributes(&tlb, L3_ATTR_SUPERVISOR);
    memcpy(bytes, mock->bytes, sizeof bytes);
    for (unsigned i = 0; i < way; i++) {
        mock->count = before;
        memcpy(mock->bytes, bytes, sizeof bytes);
        *cycles = 0;
        *value = given;
        ok = (write ? tlb_store(&tlb, address, size, given, 0)
                    : tlb_load(&tlb, address, size, value, 0)) == TLB_OK;
    }
    tlb_fini(&tlb);
    return ok;
}

/* One access in each way that there is.  The device sees all: its calls are forgotten between. */
static inline bool access_all_ways(struct world *w, struct mock *mock, uint32_t address,
                                   unsigned size, bool write, uint64_t *value)
{
    struct access how = cpu_access();
    uint8_t bytes[sizeof mock->bytes];
    unsigned before = mock->count;
    uint64_t given = *value;
    unsigned calls;
    bool ok;

    memcpy(bytes, mock->bytes, sizeof bytes);
    ok = write ? addrspace_store(&w->space, address, size, given, &how)
               : addrspace_load(&w->space, address, size, value, &how);
    calls = mock->count - before;
    for (unsigned way = 1; way <= 3; way++) {
        uint64_t again = given;
        uint64_t cycles;
        mock->count = before;
        memcpy(mock->bytes, bytes, sizeof bytes);
        assert_int_equal(cpu_accesses(w, way, address, size, write, &again, mock, &cycles), ok);
        assert_int_equal(mock->count, before + calls);
        assert_int_equal(again, *value);
        assert_int_equal(cycles, how.wait_cycles);
    }
    return ok;
}

static inline bool load_all_ways(struct world *w, struct mock *mock, uint32_t address,
                                 unsigned size, uint64_t *value)
{
    *value = 0;
    return access_all_ways(w, mock, address, size, false, value);
}

static inline bool store_all_ways(struct world *w, struct mock *mock, uint32_t address,
                                  unsigned size, uint64_t value)
{
    return access_all_ways(w, mock, address, size, true, &value);
}

#endif
