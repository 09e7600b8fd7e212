// SPDX-License-Identifier: MIT
/* The softmmu TLB: what its flags mean, fill and flush, slow accesses, watchpoints, fetches,
 * translation by an MMU. */
#include <time.h>

#include "mem_mock.h"

#include "mem/tlb.h"

struct fixture {
    struct world w;
    struct tlb tlb;
    uint64_t cycles;
    struct mock mock;
    struct region *ram, *rom;
    /* watchpoints */
    uint32_t watched;
    enum tlb_kind hit_kind;
    unsigned hits;
    bool hit;
    /* translation */
    uint32_t shift, allowed;
    unsigned translations;
    unsigned flushes;
};

#define RAM    0x40000000u
#define DEVICE 0x80000000u
#define SMALL  0x90000000u /* memory smaller than a page */

static void fixture_open(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    world_init(&f->w);
    f->rom = add_rom(f->w.root, "rom", 0, 4 * PAGE, 0);
    f->ram = add_ram(f->w.root, "ram", RAM, 16 * PAGE, 0);
    add_mock(f->w.root, &f->mock, DEVICE, L3_SIZE_ALL, L3_SIZE_4);
    add_ram(f->w.root, "small", SMALL, 0x100, 0);
    world_commit(&f->w);
    assert_true(tlb_init(&f->tlb, &f->w.space, 2, &f->cycles));
    f->tlb.context = f;
}

static void fixture_close(struct fixture *f)
{
    tlb_fini(&f->tlb);
    assert_null(f->w.space.listeners);
    world_fini(&f->w);
}

static uint32_t flags_of(const struct fixture *f, uint32_t va)
{
    return f->tlb.now.flags[va >> TLB_PAGE_BITS];
}

static uint64_t load(struct fixture *f, uint32_t va, unsigned size)
{
    uint64_t value = UINT64_MAX;
    assert_int_equal(tlb_load(&f->tlb, va, size, &value, 0), TLB_OK);
    return value;
}

static enum tlb_result load_result(struct fixture *f, uint32_t va, unsigned size)
{
    uint64_t value;
    return tlb_load(&f->tlb, va, size, &value, 0);
}

/* ---- polarity ---- */

static void test_a_miss_is_zero(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    assert_int_equal(flags_of(&f, RAM), 0);
    assert_false(tlb_fetch_is_fast(&f.tlb, RAM));
    load(&f, RAM, 4);
    assert_int_equal(flags_of(&f, RAM), TLB_LOAD | TLB_STORE | TLB_FETCH);
    assert_true(tlb_fetch_is_fast(&f.tlb, RAM + 0xffc));
    assert_int_equal(flags_of(&f, RAM + 2 * PAGE), 0);
    assert_ptr_equal(tlb_host(&f.tlb, RAM + 0x123), f.ram->host + 0x123);
    fixture_close(&f);
}

static void test_devices_never_have_permissions(void **state)
{
    struct fixture f;
    (void)state;
    for (unsigned external = 0; external < 2; external++) {
        fixture_open(&f);
        f.mock.owner.external = external;
        load(&f, DEVICE, 4);
        assert_int_equal(flags_of(&f, DEVICE), external ? TLB_EXTERNAL : TLB_DEVICE);
        assert_int_equal(tlb_store(&f.tlb, DEVICE + 4, 4, 1, 0), TLB_OK);
        assert_int_equal(flags_of(&f, DEVICE), external ? TLB_EXTERNAL : TLB_DEVICE);
        assert_int_equal(f.mock.count, 2);
        fixture_close(&f);
    }
}

/* If memory and a device of a library share a page, all accesses to the page are slow. */
static void test_mixed_page(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    f.mock.owner.external = true;
    add_ram(f.w.root, "beside", DEVICE + 0x100, 0xf00, 0);
    world_commit(&f.w);
    assert_int_equal(tlb_store(&f.tlb, DEVICE + 0x100, 4, 0x12345678, 0), TLB_OK);
    assert_int_equal(load(&f, DEVICE + 0x102, 2), 0x5678);
    assert_int_equal(flags_of(&f, DEVICE), TLB_EXTERNAL);
    assert_int_equal(f.mock.count, 0);
    fixture_close(&f);
}

static void test_rom(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    f.rom->host[7] = 9;
    assert_int_equal(load(&f, 4, 4), 9);
    assert_int_equal(flags_of(&f, 0), TLB_LOAD | TLB_FETCH | TLB_ROM);
    assert_int_equal(tlb_store(&f.tlb, 4, 4, 1, 0), TLB_BUS_ERROR);
    assert_int_equal(load(&f, 4, 4), 9);
    fixture_close(&f);
}

static void test_code_pages_have_no_store_permission(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    region_mark_code(f.ram, PAGE, REGION_DECODED, UINT64_MAX);
    load(&f, RAM + PAGE, 4);
    assert_int_equal(flags_of(&f, RAM + PAGE), TLB_LOAD | TLB_FETCH | TLB_CODE);
    assert_int_equal(tlb_store(&f.tlb, RAM + PAGE + 8, 8, 0x0123456789abcdef, 0), TLB_OK);
    assert_int_equal(f.w.written_calls, 1);
    assert_int_equal(f.w.written_offset, PAGE + 8);
    assert_int_equal(f.w.written_size, 8);
    assert_int_equal(load(&f, RAM + PAGE + 12, 4), 0x89abcdef);
    /* the code is gone, the page was flushed: stores are fast again */
    region_unmark_code(f.ram, PAGE, REGION_DECODED);
    tlb_flush_page(&f.tlb, RAM + PAGE);
    assert_int_equal(tlb_store(&f.tlb, RAM + PAGE, 1, 1, 0), TLB_OK);
    assert_int_equal(flags_of(&f, RAM + PAGE), TLB_LOAD | TLB_STORE | TLB_FETCH);
    assert_int_equal(f.w.written_calls, 1);
    fixture_close(&f);
}

/* Memory smaller than a page, or not on a page's boundary, works without permissions. */
static void test_small_memory(void **state)
{
    struct fixture f;
    struct region *odd;
    (void)state;
    fixture_open(&f);
    assert_int_equal(tlb_store(&f.tlb, SMALL + 8, 8, 0x0123456789abcdef, 0), TLB_OK);
    assert_int_equal(load(&f, SMALL + 0xf, 1), 0xef);
    assert_int_equal(flags_of(&f, SMALL), TLB_DEVICE);
    assert_int_equal(load_result(&f, SMALL + 0x100, 4), TLB_BUS_ERROR);

    /* a whole page of it, but its host bytes start in the middle of one */
    odd = add_ram(f.w.root, "odd", 0xa0000800, 2 * PAGE, 0);
    world_commit(&f.w);
    assert_int_equal(tlb_store(&f.tlb, 0xa0001ffc, 4, 7, 0), TLB_OK);
    assert_int_equal(flags_of(&f, 0xa0001000), TLB_DEVICE);
    assert_int_equal(odd->host[0x17ff], 7);
    assert_int_equal(load_result(&f, 0xa0002800, 4), TLB_BUS_ERROR);
    fixture_close(&f);
}

/* ---- accesses ---- */

static void test_sizes_fast_and_slow(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    for (unsigned round = 0; round < 2; round++) { /* the first goes slow */
        for (unsigned size = 1; size <= 8; size *= 2) {
            uint64_t mask = UINT64_MAX >> (64 - 8 * size);
            tlb_flush(&f.tlb);
            if (round == 1) {
                load(&f, RAM, 4);
            }
            assert_int_equal(tlb_store(&f.tlb, RAM + 16, size, 0x8182838485868788, 0), TLB_OK);
            if (round == 0) {
                tlb_flush(&f.tlb);
            }
            assert_int_equal(load(&f, RAM + 16, size), 0x8182838485868788 & mask);
        }
    }
    assert_int_equal(f.ram->host[16], 0x81);
    assert_int_equal(f.ram->host[23], 0x88);
    fixture_close(&f);
}

static void test_device_access(void **state)
{
    struct fixture f;
    const struct l3_request *r = &f.mock.calls[0].request;
    (void)state;
    fixture_open(&f);
    f.mock.wait = 4;
    f.cycles = 100;
    f.tlb.attributes = L3_ATTR_SUPERVISOR;
    assert_int_equal(tlb_store(&f.tlb, DEVICE + 8, 4, 5, 0x0b << L3_ATTR_ASI_SHIFT), TLB_OK);
    assert_int_equal(f.cycles, 104);
    check_call(&f.mock, 0, true, 8, 4, 5);
    assert_int_equal(r->master, 2);
    assert_int_equal(r->attributes, L3_ATTR_SUPERVISOR | 0x0b << L3_ATTR_ASI_SHIFT);
    assert_int_equal(load(&f, DEVICE + 8, 4), 5);
    assert_int_equal(f.cycles, 108);
    f.mock.result = L3_BUS_ERROR;
    assert_int_equal(load_result(&f, DEVICE, 4), TLB_BUS_ERROR);
    assert_int_equal(tlb_store(&f.tlb, DEVICE, 4, 0, 0), TLB_BUS_ERROR);
    assert_int_equal(f.cycles, 116);
    fixture_close(&f);
}

/* The first access to a register fills the entry of the MMIO inline cache that generated code looks
 * for, also if the page was not accessed before. */
static void test_first_device_access_is_kept(void **state)
{
    struct mmio_cache *cache;
    struct fixture f;
    (void)state;
    fixture_open(&f);
    cache = &f.tlb.mmio;
    load(&f, DEVICE + 8, 4);
    assert_non_null(mmio_cache_find(cache, cache->key, DEVICE + 8, 4, false));
    tlb_flush(&f.tlb);
    assert_null(mmio_cache_find(cache, cache->key, DEVICE + 8, 4, false));
    assert_int_equal(tlb_store(&f.tlb, DEVICE + 4, 4, 1, 0), TLB_OK);
    assert_non_null(mmio_cache_find(cache, cache->key, DEVICE + 4, 4, true));
    fixture_close(&f);
}

static void test_unmapped(void **state)
{
    struct fixture f;
    uint64_t value = 1;
    (void)state;
    fixture_open(&f);
    assert_int_equal(tlb_load(&f.tlb, 0xc0000000, 4, &value, 0), TLB_BUS_ERROR);
    assert_int_equal(value, 0);
    assert_int_equal(tlb_store(&f.tlb, 0xc0000000, 4, 0, 0), TLB_BUS_ERROR);
    assert_int_equal(flags_of(&f, 0xc0000000) & TLB_PERMISSIONS, 0);
    /* memory that is added there later is found */
    add_ram(f.w.root, "new", 0xc0000000, PAGE, 0);
    world_commit(&f.w);
    assert_int_equal(load(&f, 0xc0000000, 4), 0);
    fixture_close(&f);
}

/* A guest may touch any number of pages where there is nothing: no entries are kept for them. */
static void test_unmapped_pages_take_no_memory(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    for (uint32_t i = 0; i < 0x10000; i++) {
        assert_int_equal(load_result(&f, 0xc0000000 + i * PAGE / 4, 4), TLB_BUS_ERROR);
    }
    assert_int_equal(f.tlb.filled_count[f.tlb.table], 0);
    fixture_close(&f);
}

/* The processor time to touch `count` pages of a large device. */
static double time_of_pages(uint32_t count)
{
    struct fixture f;
    struct mock mock = {0};
    uint64_t value;
    clock_t before = clock();
    clock_t after;
    fixture_open(&f);
    region_add(f.w.root, 0xb0000000, mock_region(&mock, "large", UINT64_C(0x20000000), 4, 4), 0);
    world_commit(&f.w);
    for (uint32_t page = 0xb0000; page < 0xb0000 + count; page++) {
        assert_int_equal(tlb_load(&f.tlb, page << 12 | 8, 4, &value, 0), TLB_OK);
    }
    assert_int_equal(f.tlb.filled_count[f.tlb.table], count);
    after = clock();
    fixture_close(&f);
    return (double)(after - before);
}

/* The time for a page of a large device must not grow with the number of pages that have an entry:
 * when registers' pages were kept in a list, eight times as many pages took some sixty times as
 * long.  The two measurements take turns, and the least of each is compared. */
static void test_many_device_pages(void **state)
{
    double few = 1e30;
    double many = 1e30;
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        double time = time_of_pages(0x4000);
        few = time < few ? time : few;
        time = time_of_pages(0x20000);
        many = time < many ? time : many;
    }
    assert_true(many < 24 * few);
}

static void test_ends_of_the_space(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    add_ram(f.w.root, "top", 0xfffff000, PAGE, 0);
    world_commit(&f.w);
    assert_int_equal(tlb_store(&f.tlb, 0xfffffff8, 8, 1, 0), TLB_OK);
    assert_int_equal(load(&f, 0xffffffff, 1), 1);
    assert_int_equal(load(&f, 0, 8), 0);
    fixture_close(&f);
}

/* ---- flush ---- */

static void count_flush(void *context)
{
    struct fixture *f = context;
    f->flushes++;
}

static void test_flush(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    f.tlb.flushed = count_flush;
    for (unsigned i = 0; i < 16; i++) {
        load(&f, RAM + i * PAGE, 4);
    }
    load(&f, DEVICE, 4);
    tlb_flush_page(&f.tlb, RAM + PAGE + 8);
    assert_int_equal(flags_of(&f, RAM + PAGE), 0);
    assert_true(flags_of(&f, RAM) != 0);
    assert_int_equal(f.flushes, 0);
    tlb_flush(&f.tlb);
    assert_int_equal(f.flushes, 1);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(flags_of(&f, RAM + i * PAGE), 0);
    }
    assert_int_equal(flags_of(&f, DEVICE), 0);
    assert_int_equal(load(&f, DEVICE, 4), 0x10111213);
    fixture_close(&f);
}

/* Filling and flushing one page again and again must not make the list of filled pages grow. */
static void test_flush_page_for_ever(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    for (unsigned i = 0; i < 10000; i++) {
        load(&f, RAM, 4);
        tlb_flush_page(&f.tlb, RAM);
    }
    load(&f, RAM, 4);
    assert_true(f.tlb.filled_count[0] < 16);
    tlb_flush(&f.tlb);
    assert_int_equal(flags_of(&f, RAM), 0);
    load(&f, RAM, 4);
    tlb_flush(&f.tlb);
    assert_int_equal(flags_of(&f, RAM), 0);
    fixture_close(&f);
}

static void test_more_pages_than_the_list_starts_with(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    add_ram(f.w.root, "big", 0x50000000, 1000 * PAGE, 0);
    world_commit(&f.w);
    for (unsigned i = 0; i < 1000; i++) {
        load(&f, 0x50000000 + i * PAGE, 4);
    }
    tlb_flush(&f.tlb);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(flags_of(&f, 0x50000000 + i * PAGE), 0);
    }
    fixture_close(&f);
}

/* With tlb.few a table keeps few entries, and all accesses still work. */
static void test_few_pages(void **state)
{
    struct fixture f;
    unsigned filled = 0;
    (void)state;
    fixture_open(&f);
    f.tlb.few = true;
    for (unsigned i = 0; i < 16; i++) {
        uint32_t va = RAM + i * PAGE;
        assert_int_equal(tlb_store(&f.tlb, va, 4, i, 0), TLB_OK);
        assert_int_equal(flags_of(&f, va), TLB_LOAD | TLB_STORE | TLB_FETCH);
    }
    for (unsigned i = 0; i < 16; i++) {
        filled += flags_of(&f, RAM + i * PAGE) != 0;
    }
    assert_in_range(filled, 1, TLB_FEW);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(load(&f, RAM + i * PAGE, 4), i);
    }
    fixture_close(&f);
}

/* After a change of the tree no old entry is used, and RAM that has moved is found at its new
 * place. */
static void test_view_changes(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    assert_int_equal(tlb_store(&f.tlb, RAM, 4, 0x1234, 0), TLB_OK);
    load(&f, DEVICE, 4);
    addrspace_begin(&f.w.space);
    region_remove(f.ram);
    region_add(f.w.root, 0x60000000, f.ram, 0);
    assert_true(addrspace_commit(&f.w.space));
    assert_int_equal(load_result(&f, RAM, 4), TLB_BUS_ERROR);
    assert_int_equal(load(&f, 0x60000000, 4), 0x1234);
    assert_int_equal(load(&f, DEVICE, 4), 0x10111213);
    /* a commit that changes nothing leaves entries and what they point to */
    f.tlb.flushed = count_flush;
    world_commit(&f.w);
    assert_int_equal(f.flushes, 0);
    assert_int_equal(load(&f, DEVICE, 4), 0x10111213);
    fixture_close(&f);
}

static void test_two_tlbs(void **state)
{
    struct fixture f;
    struct tlb other = {0};
    uint64_t value;
    (void)state;
    fixture_open(&f);
    assert_true(tlb_init(&other, &f.w.space, 3, &f.cycles));
    load(&f, RAM, 4);
    assert_int_equal(tlb_store(&other, RAM, 4, 77, 0), TLB_OK);
    assert_int_equal(load(&f, RAM, 4), 77);
    assert_int_equal(tlb_load(&other, DEVICE, 4, &value, 0), TLB_OK);
    assert_int_equal(f.mock.calls[0].request.master, 3);
    region_remove(f.ram);
    world_commit(&f.w);
    assert_int_equal(tlb_load(&other, RAM, 4, &value, 0), TLB_BUS_ERROR);
    assert_int_equal(load_result(&f, RAM, 4), TLB_BUS_ERROR);
    region_destroy(f.ram);
    tlb_fini(&other); /* and the space does not tell it any more */
    memset(&other, 0xa5, sizeof other);
    add_ram(f.w.root, "new", RAM, PAGE, 0);
    world_commit(&f.w);
    assert_int_equal(load(&f, RAM, 4), 0);
    fixture_close(&f);
}

/* ---- watchpoints ---- */

static bool watch_page(void *context, uint32_t va)
{
    const struct fixture *f = context;
    return ((va ^ f->watched) & ~TLB_PAGE_MASK) == 0;
}

static bool watch_hit(void *context, uint32_t va, unsigned size, enum tlb_kind kind)
{
    struct fixture *f = context;
    f->hits++;
    f->hit_kind = kind;
    (void)size;
    return f->hit && (va & ~7u) == f->watched;
}

static void watch(struct fixture *f, uint32_t va)
{
    f->watched = va;
    f->tlb.watch_page = watch_page;
    f->tlb.watch_hit = watch_hit;
    tlb_flush(&f->tlb);
}

static void test_watched_pages_have_no_permissions(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    watch(&f, RAM + PAGE);
    assert_int_equal(tlb_store(&f.tlb, RAM + PAGE + 8, 4, 5, 0), TLB_OK);
    assert_int_equal(load(&f, RAM + PAGE + 8, 4), 5);
    assert_int_equal(flags_of(&f, RAM + PAGE), TLB_WATCH);
    assert_int_equal(f.hits, 2);
    load(&f, RAM, 4);
    assert_int_equal(flags_of(&f, RAM), TLB_PERMISSIONS);
    assert_int_equal(f.hits, 2);
    fixture_close(&f);
}

static void test_watchpoint_hits(void **state)
{
    struct fixture f;
    struct region *region;
    uint64_t offset;
    uint64_t value = 1;
    (void)state;
    fixture_open(&f);
    watch(&f, RAM);
    f.hit = true;
    assert_int_equal(tlb_store(&f.tlb, RAM + 4, 4, 5, 0), TLB_WATCHPOINT);
    assert_int_equal(f.hit_kind, TLB_KIND_STORE);
    assert_int_equal(f.ram->host[7], 0); /* nothing was written */
    assert_int_equal(tlb_load(&f.tlb, RAM, 4, &value, 0), TLB_WATCHPOINT);
    assert_int_equal(f.hit_kind, TLB_KIND_LOAD);
    /* the load of an atomic counts as a store */
    assert_int_equal(tlb_load(&f.tlb, RAM, 1, &value, L3_ATTR_LOCKED), TLB_WATCHPOINT);
    assert_int_equal(f.hit_kind, TLB_KIND_STORE);
    assert_int_equal(tlb_fetch_page(&f.tlb, RAM, &region, &offset), TLB_WATCHPOINT);
    assert_int_equal(f.hit_kind, TLB_KIND_FETCH);
    assert_int_equal(load(&f, RAM + 8, 4), 0);
    fixture_close(&f);
}

/* While a watchpoint on registers matches, no callback is called; when it does not, the callback is
 * called. */
static void test_watched_device(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    f.mock.owner.external = true;
    watch(&f, DEVICE);
    f.hit = true;
    assert_int_equal(load_result(&f, DEVICE, 4), TLB_WATCHPOINT);
    assert_int_equal(tlb_store(&f.tlb, DEVICE, 4, 1, 0), TLB_WATCHPOINT);
    assert_int_equal(f.mock.count, 0);
    f.mock.wait = 3;
    assert_int_equal(load(&f, DEVICE + 8, 4), 0x18191a1b);
    assert_int_equal(f.mock.count, 1);
    assert_int_equal(f.cycles, 3);
    assert_int_equal(flags_of(&f, DEVICE), TLB_EXTERNAL | TLB_WATCH);
    fixture_close(&f);
}

/* ---- fetches ---- */

static void test_fetch(void **state)
{
    struct fixture f;
    struct region *region;
    uint64_t offset;
    uint32_t word;
    (void)state;
    fixture_open(&f);
    assert_int_equal(tlb_fetch_page(&f.tlb, RAM + 3 * PAGE + 0x24, &region, &offset), TLB_OK);
    assert_ptr_equal(region, f.ram);
    assert_int_equal(offset, 3 * PAGE);
    assert_true(tlb_fetch_is_fast(&f.tlb, RAM + 3 * PAGE));
    f.ram->host[4] = 1;
    assert_int_equal(tlb_fetch_word(&f.tlb, RAM + 4, &word), TLB_OK);
    assert_int_equal(word, 0x01000000);

    assert_int_equal(tlb_fetch_page(&f.tlb, DEVICE, &region, &offset), TLB_OK);
    assert_null(region);
    assert_false(tlb_fetch_is_fast(&f.tlb, DEVICE));
    assert_int_equal(tlb_fetch_word(&f.tlb, DEVICE + 4, &word), TLB_OK);
    assert_int_equal(word, 0x14151617);
    assert_int_equal(f.mock.calls[0].request.attributes, L3_ATTR_FETCH);

    assert_int_equal(tlb_fetch_page(&f.tlb, SMALL, &region, &offset), TLB_OK);
    assert_null(region);
    assert_int_equal(tlb_fetch_word(&f.tlb, SMALL, &word), TLB_OK);
    assert_int_equal(tlb_fetch_word(&f.tlb, 0xc0000000, &word), TLB_BUS_ERROR);
    fixture_close(&f);
}

/* ---- indexes and translation ---- */

static uint32_t translate(void *context, uint32_t va, enum tlb_kind kind, uint32_t *pa)
{
    struct fixture *f = context;
    (void)kind;
    f->translations++;
    *pa = va + f->shift;
    return f->allowed;
}

/* What common[] has for the page is true: of the page alone, and of it and the next one. */
static void check_pair(const struct fixture *f, uint32_t va, uint32_t alone, uint32_t both)
{
    assert_int_equal(f->tlb.now.common[va >> TLB_PAGE_BITS], alone | both << TLB_PAIR_SHIFT);
}

/* With a page of memory those beside it get their entries, as long as they are memory; and each page knows what it and the
 * next one permit. */
static void test_pairs(void **state)
{
    const uint32_t all = TLB_LOAD | TLB_STORE | TLB_FETCH, load_only = TLB_LOAD | TLB_FETCH;
    struct fixture f;
    (void)state;
    fixture_open(&f);
    load(&f, RAM + 4, 4);
    tlb_make_common(&f.tlb, tlb_wanted_addend(&f.tlb));
    check_pair(&f, RAM - PAGE, 0, 0);
    check_pair(&f, RAM, all, all);
    check_pair(&f, RAM + PAGE, all, 0);
    load(&f, RAM + 3 * PAGE, 4);
    check_pair(&f, RAM + PAGE, all, all);
    check_pair(&f, RAM + 4 * PAGE, all, 0);
    assert_true(region_mark_code(f.ram, 2 * PAGE, REGION_DECODED, 1));
    tlb_withdraw_stores(&f.tlb, f.ram->host + 2 * PAGE);
    check_pair(&f, RAM + PAGE, all, load_only);
    check_pair(&f, RAM + 2 * PAGE, load_only, load_only);
    tlb_flush_page(&f.tlb, RAM + 3 * PAGE);
    check_pair(&f, RAM + 2 * PAGE, load_only, 0);
    check_pair(&f, RAM + 3 * PAGE, 0, 0);
    load(&f, RAM + 3 * PAGE, 4);
    check_pair(&f, RAM + 2 * PAGE, load_only, load_only);
    check_pair(&f, RAM + 3 * PAGE, all, all);
    load(&f, RAM + 15 * PAGE, 4);
    check_pair(&f, RAM + 14 * PAGE, all, all);
    check_pair(&f, RAM + 15 * PAGE, all, 0);
    tlb_flush(&f.tlb);
    check_pair(&f, RAM, 0, 0);
    fixture_close(&f);
}

/* Behind the MMU a page gets its entry by its own access only, since that sets bits in the page table. */
static void test_pairs_behind_the_mmu(void **state)
{
    const uint32_t all = TLB_LOAD | TLB_STORE | TLB_FETCH;
    struct fixture f;
    (void)state;
    fixture_open(&f);
    f.allowed = all;
    f.tlb.translate = translate;
    assert_true(tlb_select(&f.tlb, TLB_SUPERVISOR));
    load(&f, RAM, 4);
    tlb_make_common(&f.tlb, tlb_wanted_addend(&f.tlb));
    check_pair(&f, RAM, all, 0);
    load(&f, RAM + PAGE, 4);
    assert_int_equal(f.translations, 2);
    check_pair(&f, RAM, all, all);
    f.allowed = TLB_LOAD;
    load(&f, RAM + 2 * PAGE, 4);
    check_pair(&f, RAM + PAGE, all, TLB_LOAD);
    fixture_close(&f);
}

/* A page that gets code keeps its entries, but for the permission to store, wherever it is mapped. */
static void test_withdraw_stores(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    f.tlb.flushed = count_flush;
    f.allowed = TLB_LOAD | TLB_STORE | TLB_FETCH;
    f.tlb.translate = translate;
    assert_true(tlb_select(&f.tlb, TLB_PHYSICAL));
    load(&f, RAM + PAGE, 4);
    load(&f, RAM + 2 * PAGE, 4);
    assert_true(tlb_select(&f.tlb, TLB_SUPERVISOR));
    f.shift = PAGE;
    load(&f, RAM, 4); /* is RAM + PAGE */
    assert_true(flags_of(&f, RAM) & TLB_STORE);
    tlb_make_common(&f.tlb, tlb_wanted_addend(&f.tlb));
    assert_true(f.tlb.now.common[RAM >> TLB_PAGE_BITS] & TLB_STORE);
    assert_true(region_mark_code(f.ram, PAGE, REGION_DECODED, 1));
    tlb_withdraw_stores(&f.tlb, f.ram->host + PAGE);
    assert_int_equal(flags_of(&f, RAM), TLB_LOAD | TLB_FETCH | TLB_CODE);
    assert_int_equal(f.tlb.now.common[RAM >> TLB_PAGE_BITS], TLB_LOAD | TLB_FETCH);
    assert_true(tlb_select(&f.tlb, TLB_PHYSICAL));
    assert_int_equal(flags_of(&f, RAM + PAGE), TLB_LOAD | TLB_FETCH | TLB_CODE);
    assert_int_equal(flags_of(&f, RAM + 2 * PAGE), TLB_LOAD | TLB_STORE | TLB_FETCH);
    assert_int_equal(f.flushes, 0);
    fixture_close(&f);
}

static void test_translation(void **state)
{
    struct fixture f;
    uint64_t value;
    (void)state;
    fixture_open(&f);
    f.tlb.translate = translate;
    f.shift = RAM;
    f.allowed = TLB_LOAD | TLB_FETCH;
    f.ram->host[2 * PAGE + 3] = 42;
    assert_true(tlb_select(&f.tlb, TLB_SUPERVISOR));
    assert_int_equal(load(&f, 2 * PAGE, 4), 42);
    assert_int_equal(flags_of(&f, 2 * PAGE), TLB_LOAD | TLB_FETCH);
    assert_int_equal(f.translations, 1);
    load(&f, 2 * PAGE + 4, 4); /* fast now */
    assert_int_equal(f.translations, 1);
    assert_int_equal(tlb_store(&f.tlb, 2 * PAGE, 4, 1, 0), TLB_MMU_FAULT);
    assert_int_equal(f.ram->host[2 * PAGE + 3], 42);

    /* a store that is allowed later on is fast after the first */
    f.allowed |= TLB_STORE;
    assert_int_equal(tlb_store(&f.tlb, 2 * PAGE, 4, 43, 0), TLB_OK);
    assert_int_equal(flags_of(&f, 2 * PAGE), TLB_LOAD | TLB_FETCH | TLB_STORE);
    f.translations = 0;
    assert_int_equal(tlb_store(&f.tlb, 2 * PAGE, 4, 42, 0), TLB_OK);
    assert_int_equal(f.translations, 0);

    /* with NF (no_fault) a load that faults gives 0, and a store that faults stores nothing */
    tlb_flush(&f.tlb);
    f.allowed = 0;
    f.tlb.no_fault = true;
    assert_int_equal(load(&f, 2 * PAGE, 4), 0);
    assert_int_equal(tlb_store(&f.tlb, 2 * PAGE, 4, 1, 0), TLB_OK);
    f.tlb.no_fault = false;
    assert_int_equal(f.ram->host[2 * PAGE + 3], 42);

    /* the entries of the other indexes are not affected */
    assert_true(tlb_select(&f.tlb, TLB_USER));
    assert_int_equal(flags_of(&f, 2 * PAGE), 0);
    f.allowed = 0;
    assert_int_equal(tlb_load(&f.tlb, 2 * PAGE, 4, &value, 0), TLB_MMU_FAULT);
    assert_int_equal(flags_of(&f, 2 * PAGE), 0);
    assert_true(tlb_select(&f.tlb, TLB_PHYSICAL));
    assert_int_equal(load(&f, 2 * PAGE, 4), 0); /* rom */

    /* the MMU forbids stores to a page of registers: loads use the entry, stores ask the MMU */
    assert_true(tlb_select(&f.tlb, TLB_USER));
    f.shift = DEVICE;
    f.allowed = TLB_LOAD;
    assert_int_equal(load(&f, 4, 4), 0x14151617);
    assert_int_equal(flags_of(&f, 4), TLB_DEVICE | TLB_ROM);
    f.translations = 0;
    assert_int_equal(load(&f, 4, 4), 0x14151617);
    assert_int_equal(f.translations, 0);
    assert_int_equal(tlb_store(&f.tlb, 4, 4, 0, 0), TLB_MMU_FAULT);
    assert_int_equal(f.translations, 1);
    assert_int_equal(f.mock.count, 2);

    /* the first store that the MMU allows makes it an entry for loads and stores */
    f.allowed = TLB_LOAD | TLB_STORE;
    assert_int_equal(tlb_store(&f.tlb, 4, 4, 0x14151617, 0), TLB_OK);
    assert_int_equal(flags_of(&f, 4), TLB_DEVICE);
    f.translations = 0;
    assert_int_equal(load(&f, 4, 4), 0x14151617);
    assert_int_equal(tlb_store(&f.tlb, 4, 4, 0, 0), TLB_OK);
    assert_int_equal(f.translations, 0);
    assert_int_equal(f.mock.count, 5);

    tlb_flush(&f.tlb);
    assert_true(tlb_select(&f.tlb, TLB_SUPERVISOR));
    assert_int_equal(flags_of(&f, 2 * PAGE), 0);
    fixture_close(&f);
}

/* As many contexts as there are slots keep their entries; one more takes the slot that was used
 * least recently.  Numbers that differ in high bits only are different contexts. */
static void test_contexts(void **state)
{
    struct fixture f;
    bool is_new;
    (void)state;
    fixture_open(&f);
    f.tlb.translate = translate;
    f.allowed = TLB_LOAD;
    assert_true(tlb_select(&f.tlb, TLB_SUPERVISOR));
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < TLB_CONTEXTS; i++) {
            uint32_t number = i / 2 + i % 2 * 0x10000;
            tlb_set_context(&f.tlb, number, &is_new);
            assert_int_equal(is_new, round == 0 && i > 0); /* 0 is the first from the beginning */
            assert_int_equal(flags_of(&f, RAM + i * PAGE % (16 * PAGE)), round * TLB_LOAD);
            load(&f, RAM + i * PAGE % (16 * PAGE), 4);
        }
    }
    tlb_set_context(&f.tlb, 0xfff, &is_new);
    assert_true(is_new);
    assert_int_equal(flags_of(&f, RAM), 0);
    tlb_set_context(&f.tlb, 0x10000, &is_new);
    assert_false(is_new);
    tlb_set_context(&f.tlb, 0, &is_new);
    assert_true(is_new);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_miss_is_zero),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_pairs_behind_the_mmu),
        cmocka_unit_test(test_devices_never_have_permissions),
        cmocka_unit_test(test_mixed_page),
        cmocka_unit_test(test_rom),
        cmocka_unit_test(test_code_pages_have_no_store_permission),
        cmocka_unit_test(test_small_memory),
        cmocka_unit_test(test_sizes_fast_and_slow),
        cmocka_unit_test(test_device_access),
        cmocka_unit_test(test_first_device_access_is_kept),
        cmocka_unit_test(test_unmapped),
        cmocka_unit_test(test_unmapped_pages_take_no_memory),
        cmocka_unit_test(test_many_device_pages),
        cmocka_unit_test(test_ends_of_the_space),
        cmocka_unit_test(test_flush),
        cmocka_unit_test(test_flush_page_for_ever),
        cmocka_unit_test(test_more_pages_than_the_list_starts_with),
        cmocka_unit_test(test_few_pages),
        cmocka_unit_test(test_withdraw_stores),
        cmocka_unit_test(test_view_changes),
        cmocka_unit_test(test_two_tlbs),
        cmocka_unit_test(test_watched_pages_have_no_permissions),
        cmocka_unit_test(test_watchpoint_hits),
        cmocka_unit_test(test_watched_device),
        cmocka_unit_test(test_fetch),
        cmocka_unit_test(test_translation),
        cmocka_unit_test(test_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
