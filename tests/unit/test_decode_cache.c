// SPDX-License-Identifier: MIT
/*
 * The cache of decoded instructions: that it gives what it was asked for and forgets what was
 * written, and that no guest sees it, whoever writes to code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"
#include "sparc/interp.h"

#define PROGRAM (GUEST_RAM + 0x1000)

/* ---- the cache itself ---- */

struct world {
    struct decode_cache cache;
    struct region *region;
    unsigned changes;
    unsigned added; /* pages */
    uint64_t last;  /* of these */
};

static void on_changed(void *context)
{
    struct world *w = context;
    w->changes++;
}

static void on_added(void *context, const struct region *region, uint64_t offset)
{
    struct world *w = context;
    assert_ptr_equal(region, w->region);
    w->added++;
    w->last = offset;
}

static void begin(struct world *w, uint64_t size)
{
    memset(w, 0, sizeof *w);
    w->cache.changed = on_changed;
    w->cache.added = on_added;
    w->cache.context = w;
    w->region = region_new_ram("ram", size, false);
    assert_non_null(w->region);
}

static void end(struct world *w)
{
    decode_cache_clear(&w->cache);
    region_destroy(w->region);
}

static struct decode_page *page_at(struct world *w, uint64_t offset)
{
    return decode_cache_page(&w->cache, w->region, offset, interp_decode);
}

static void mark_decoded(struct decode_page *page)
{
    for (unsigned i = 0; i < DECODE_PAGE_INSNS; i++) {
        page->insns[i].execute = do_ILLEGAL;
    }
}

/* How many entries are decoded, and that all of [first, last] are not. */
static unsigned decoded(const struct decode_page *page, unsigned first, unsigned last)
{
    unsigned count = 0;
    for (unsigned i = 0; i < DECODE_PAGE_INSNS; i++) {
        count += page->insns[i].execute != interp_decode;
        assert_true(i < first || i > last || page->insns[i].execute == interp_decode);
    }
    return count;
}

static void test_pages_are_made_once_and_marked(void **state)
{
    struct world w;
    struct decode_page *page;
    (void)state;
    begin(&w, 0x10000);
    page = page_at(&w, 0x3000);
    assert_non_null(page);
    assert_int_equal(decoded(page, 0, DECODE_PAGE_INSNS - 1), 0);
    assert_int_equal(w.region->code_pages[3], 1);
    assert_int_equal(w.region->code_pages[2], 0);
    assert_int_equal(w.added, 1);
    assert_int_equal(w.last, 0x3000);
    assert_ptr_equal(page_at(&w, 0x3000), page);
    assert_int_equal(w.added, 1);
    assert_ptr_not_equal(page_at(&w, 0x4000), page);
    assert_int_equal(w.cache.pages, 2);
    decode_cache_clear(&w.cache);
    assert_int_equal(w.cache.pages, 0);
    assert_int_equal(w.region->code_pages[3], 0);
    assert_int_equal(w.added, 2);
    assert_int_equal(w.changes, 1);
    end(&w);
}

static void test_what_was_written_is_forgotten_and_no_more(void **state)
{
    static const struct {
        uint64_t offset, size;
        unsigned first, last; /* words of the page at 0x1000 */
    } cases[] = {
        {0x1000, 1, 0, 0},       {0x1003, 1, 0, 0},         {0x1006, 4, 1, 2},
        {0x1ff8, 8, 1022, 1023}, {0x0ffe, 4, 0, 0},         {0x1ffc, 400, 1023, 1023},
        {0, 0x10000, 0, 1023},   {0x0f00, 0x1100, 0, 1023},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w;
        struct decode_page *page;
        begin(&w, 0x10000);
        page = page_at(&w, 0x1000);
        mark_decoded(page);
        decode_cache_written(&w.cache, w.region, cases[i].offset, cases[i].size, interp_decode);
        assert_int_equal(decoded(page, cases[i].first, cases[i].last),
                         DECODE_PAGE_INSNS - (cases[i].last - cases[i].first + 1));
        end(&w);
    }
}

/* A full cache starts anew rather than grow. */
static void test_a_full_cache_is_cleared(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (uint64_t)(DECODE_CACHE_MAX_PAGES + 1) * TLB_PAGE_SIZE);
    for (uint64_t i = 0; i < DECODE_CACHE_MAX_PAGES; i++) {
        assert_non_null(page_at(&w, i * TLB_PAGE_SIZE));
    }
    assert_int_equal(w.cache.pages, DECODE_CACHE_MAX_PAGES);
    assert_int_equal(w.added, DECODE_CACHE_MAX_PAGES);
    assert_int_equal(w.changes, 0);
    assert_non_null(page_at(&w, (uint64_t)DECODE_CACHE_MAX_PAGES * TLB_PAGE_SIZE));
    assert_int_equal(w.cache.pages, 1);
    assert_int_equal(w.region->code_pages[0], 0);
    assert_int_equal(w.region->code_pages[DECODE_CACHE_MAX_PAGES], 1);
    assert_int_equal(w.added, DECODE_CACHE_MAX_PAGES + 1);
    assert_int_equal(w.changes, 1);
    end(&w);
}

/* ---- guests ---- */

#define STORE_ALTERNATIVES 4

/* The loop adds 1 to %g6 by an instruction that it then makes add 2: by a store of each size. */
static void test_self_modifying_code(void **state)
{
    static const struct {
        unsigned op3, offset;
        uint32_t value, odd; /* odd: for %g3, the second word of a doubleword */
    } stores[STORE_ALTERNATIVES] = {
        {0x04, 0, W_ADD(G6, G6, 2), 0},          /* st  */
        {0x06, 2, W_ADD(G6, G6, 2) & 0xffff, 0}, /* sth */
        {0x05, 3, 2, 0},                         /* stb */
        {0x07, 0, W_ADD(G6, G6, 2), W_ADD(G7, G7, 5)},
    };
    (void)state;
    for (unsigned i = 0; i < STORE_ALTERNATIVES; i++) {
        const uint32_t words[] = {
            W_ADD(G6, G6, 1), /* this one */
            W_ADD(G7, G7, 1), /* and, by std, this */
            W_FORMAT3(3, stores[i].op3, G2, G1, stores[i].offset),
            W_BA(-3),
            W_NOP,
        };
        struct guest g;
        guest_new(&g, GUEST_BOARD);
        GUEST_PROGRAM(&g, PROGRAM, words);
        cpu_set_reg(&g.m->cpus[0], G1, PROGRAM);
        cpu_set_reg(&g.m->cpus[0], G2, stores[i].value);
        cpu_set_reg(&g.m->cpus[0], G3, stores[i].odd);
        assert_int_equal(guest_run(&g, 5 * 10), STOP_CYCLES);
        assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 1 + 9 * 2);
        assert_int_equal(cpu_reg(&g.m->cpus[0], G7), stores[i].odd != 0 ? 1 + 9 * 5 : 10);
        guest_free(&g);
    }
}

/* The next instruction but one, in the same page, is what was just stored. */
static void test_code_just_ahead(void **state)
{
    static const uint32_t words[] = {
        W_ST(G2, G1, 8), W_NOP, W_ADD(G6, G6, 1), W_OR(G3, G0, 0), W_ST(G4, G1, 8), W_BA(-5), W_NOP,
    };
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    GUEST_PROGRAM(&g, PROGRAM, words);
    cpu_set_reg(&g.m->cpus[0], G1, PROGRAM);
    cpu_set_reg(&g.m->cpus[0], G2, W_ADD(G7, G7, 1));
    cpu_set_reg(&g.m->cpus[0], G4, W_ADD(G6, G6, 100));
    assert_int_equal(guest_run(&g, 7 * 20), STOP_CYCLES);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G7), 20);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 0);
    guest_free(&g);
}

/* A device that writes into the loop at a certain time, as a debugger does at another. */
struct writer {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
};

static void writer_event(void *instance, uint32_t argument)
{
    static const uint8_t add_3[] = {0x8c, 0x01, 0xa0, 0x03}; /* add %g6, 3, %g6 */
    struct writer *writer = instance;
    (void)argument;
    assert_int_equal(writer->services->dma_write(writer->host, PROGRAM + 1, add_3 + 1, 3), L3_OK);
}

static void *writer_create(struct l3_host *host, const struct l3_services *services)
{
    struct writer *writer = calloc(1, sizeof *writer);
    writer->host = host;
    writer->services = services;
    writer->event = services->event_create(host, "write", writer_event, 0);
    return writer;
}

static const struct library writer_library = {
    .class = {.name = "writer",
              .struct_size = sizeof(struct l3_device_class),
              .create = writer_create,
              .destroy = free}};

static void test_dma_and_debugger_write_to_code(void **state)
{
    static const uint32_t words[] = {W_ADD(G6, G6, 1), W_BA(-1), W_NOP};
    struct guest g;
    struct l3_host *host;
    struct writer *writer;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    host = guest_add_device(&g, &writer_library, "writer0", "name=writer0");
    writer = host->instance;
    GUEST_PROGRAM(&g, PROGRAM, words);
    writer->services->event_arm(host, writer->event, 3 * 100);
    assert_int_equal(guest_run(&g, 3 * 200), STOP_CYCLES);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 100 + 100 * 3);
    guest_poke(&g, PROGRAM, W_ADD(G6, G6, 7));
    assert_int_equal(guest_run(&g, 3 * 300), STOP_CYCLES);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 100 + 100 * 3 + 100 * 7);
    guest_free(&g);
}

/* More pages of code than the cache holds, twice over: the CPU runs on while pages go. */
static void test_a_guest_that_fills_the_cache(void **state)
{
    enum { PAGES = 8300 };
    struct guest g;
    uint32_t last = 0x40000000 + (PAGES - 1) * TLB_PAGE_SIZE;
    (void)state;
    guest_new(&g, "[board]\nclock = 40M\n[memory]\nram = base=0x40000000, size=64M\n");
    for (uint32_t i = 0; i < PAGES; i++) {
        uint32_t address = 0x40000000 + i * TLB_PAGE_SIZE;
        guest_poke(&g, address, W_BA(TLB_PAGE_SIZE / 4));
        guest_poke(&g, address + 4, W_ADD(G6, G6, 1));
    }
    guest_poke(&g, last, W_BA(-((PAGES - 1) * TLB_PAGE_SIZE / 4)));
    g.m->cpus[0].pc = 0x40000000;
    g.m->cpus[0].npc = 0x40000004;
    assert_int_equal(guest_run(&g, 2 * 2 * PAGES), STOP_CYCLES);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 2 * PAGES);
    assert_in_range(g.m->decode_cache.pages, 1, DECODE_CACHE_MAX_PAGES);
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_are_made_once_and_marked),
        cmocka_unit_test(test_what_was_written_is_forgotten_and_no_more),
        cmocka_unit_test(test_a_full_cache_is_cleared),
        cmocka_unit_test(test_self_modifying_code),
        cmocka_unit_test(test_code_just_ahead),
        cmocka_unit_test(test_dma_and_debugger_write_to_code),
        cmocka_unit_test(test_a_guest_that_fills_the_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
