// SPDX-License-Identifier: MIT
/* The flat view: rendering, transactions and what listeners hear, look-up, dumps.  Accesses through
 * it are test_bus.c's. */

#include "mem_mock.h"

/* ---- views ---- */

/* The n-th range is region from offset on. */
static void check_range(const struct world *w, unsigned n, uint64_t start, uint64_t end,
                        const struct region *region, uint64_t offset)
{
    assert_true(n < w->space.range_count);
    assert_int_equal(w->space.ranges[n].start, start);
    assert_int_equal(w->space.ranges[n].start + w->space.ranges[n].size, end);
    assert_ptr_equal(w->space.ranges[n].region, region);
    assert_int_equal(w->space.ranges[n].offset, offset);
}

static void test_empty(void **state)
{
    struct world w;
    (void)state;
    world_init(&w);
    assert_null(addrspace_find(&w.space, 0));
    world_commit(&w);
    assert_int_equal(w.space.range_count, 0);
    assert_null(addrspace_find(&w.space, 0));
    assert_null(addrspace_find(&w.space, UINT64_MAX));
    world_fini(&w);
}

static void test_find(void **state)
{
    struct world w;
    struct region *a;
    struct region *b;
    (void)state;
    world_init(&w);
    b = add_ram(w.root, "b", 0xfffff000, 0x1000, 0);
    a = add_ram(w.root, "a", 0x40000000, 0x100, 0);
    world_commit(&w);
    assert_int_equal(w.space.range_count, 2);
    check_range(&w, 0, 0x40000000, 0x40000100, a, 0);
    check_range(&w, 1, 0xfffff000, SPACE_SIZE, b, 0);
    assert_null(addrspace_find(&w.space, 0x3fffffff));
    assert_ptr_equal(addrspace_find(&w.space, 0x40000000)->region, a);
    assert_ptr_equal(addrspace_find(&w.space, 0x400000ff)->region, a);
    assert_null(addrspace_find(&w.space, 0x40000100));
    assert_ptr_equal(addrspace_find(&w.space, 0xffffffff)->region, b);
    assert_null(addrspace_find(&w.space, SPACE_SIZE));
    world_fini(&w);
}

static void test_priorities(void **state)
{
    struct world w;
    struct region *low;
    struct region *high;
    struct region *last;
    (void)state;
    world_init(&w);
    high = add_ram(w.root, "high", 0x2000, 0x1000, 1);
    low = add_ram(w.root, "low", 0x1000, 0x4000, 0);
    last = add_ram(w.root, "last", 0x4000, 0x2000, 0);
    world_commit(&w);
    assert_int_equal(w.space.range_count, 4);
    check_range(&w, 0, 0x1000, 0x2000, low, 0);
    check_range(&w, 1, 0x2000, 0x3000, high, 0);
    check_range(&w, 2, 0x3000, 0x4000, low, 0x2000);
    check_range(&w, 3, 0x4000, 0x6000, last, 0);
    world_fini(&w);
}

/* One region in the gaps that many others leave. */
static void test_many_gaps(void **state)
{
    struct world w;
    struct region *under;
    (void)state;
    world_init(&w);
    for (unsigned i = 0; i < 100; i++) {
        add_ram(w.root, "tooth", 0x1000 + 0x200 * i, 0x100, 1);
    }
    under = add_ram(w.root, "under", 0, 0x100000, 0);
    world_commit(&w);
    assert_int_equal(w.space.range_count, 201);
    check_range(&w, 0, 0, 0x1000, under, 0);
    for (unsigned i = 0; i < 100; i++) {
        uint64_t gap = 0x1100 + 0x200 * (uint64_t)i;
        check_range(&w, 2 * i + 2, gap, i == 99 ? 0x100000 : gap + 0x100, under, gap);
    }
    world_fini(&w);
}

/* A container's own size bounds what is in it; its priority counts, not the children's. */
static void test_containers(void **state)
{
    struct world w;
    struct region *box;
    struct region *inner;
    struct region *inside;
    struct region *outside;
    (void)state;
    world_init(&w);
    box = add_container(w.root, "box", 0x1000, 0x1000, 0);
    inner = add_container(box, "inner", 0x800, 0x10000, 100);
    inside = add_ram(inner, "inside", 0x100, 0x10000, 100);
    outside = add_ram(w.root, "outside", 0x1900, 0x100, 1);
    world_commit(&w);
    assert_int_equal(w.space.range_count, 2);
    check_range(&w, 0, 0x1900, 0x1a00, outside, 0);
    check_range(&w, 1, 0x1a00, 0x2000, inside, 0x100);
    world_fini(&w);
}

/* What the children of a container leave free shows what is below the container. */
static void test_containers_are_transparent(void **state)
{
    struct world w;
    struct region *box;
    struct region *under;
    struct region *child;
    (void)state;
    world_init(&w);
    under = add_ram(w.root, "under", 0, 0x3000, -1);
    box = add_container(w.root, "box", 0, 0x3000, 0);
    child = add_ram(box, "child", 0x1000, 0x1000, 0);
    world_commit(&w);
    assert_int_equal(w.space.range_count, 3);
    check_range(&w, 0, 0, 0x1000, under, 0);
    check_range(&w, 1, 0x1000, 0x2000, child, 0);
    check_range(&w, 2, 0x2000, 0x3000, under, 0x2000);
    world_fini(&w);
}

/* Against a simple model: who has the highest claim to each address? */
static void test_random_trees(void **state)
{
    unsigned seed = 1;
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct world w;
        struct region *ram[12];
        world_init(&w);
        for (unsigned i = 0; i < 12; i++) {
            unsigned base = (seed = seed * 1103515245 + 12345) >> 16 & 63;
            unsigned size = ((seed = seed * 1103515245 + 12345) >> 16 & 15) + 1;
            int priority = (int)((seed = seed * 1103515245 + 12345) >> 16 & 3);
            ram[i] = add_ram(w.root, "r", base * 4, size * 4, priority);
        }
        world_commit(&w);
        for (unsigned address = 0; address < 80 * 4; address++) {
            const struct flat_range *range = addrspace_find(&w.space, address);
            const struct region *best = NULL;
            for (unsigned i = 0; i < 12; i++) {
                if (address >= ram[i]->base && address < ram[i]->base + ram[i]->size &&
                    (best == NULL || ram[i]->priority >= best->priority)) {
                    best = ram[i];
                }
            }
            assert_ptr_equal(range == NULL ? NULL : range->region, best);
            if (best != NULL) {
                assert_int_equal(range->offset + (address - range->start), address - best->base);
            }
        }
        world_fini(&w);
    }
}

/* ---- transactions ---- */

struct ear {
    struct space_listener listener;
    struct {
        uint64_t start;
        bool added;
    } news[16];
    unsigned count;
};

static void ear_hears(void *context, const struct flat_range *range, bool added)
{
    struct ear *ear = context;
    assert_true(ear->count < 16);
    ear->news[ear->count].start = range->start;
    ear->news[ear->count].added = added;
    ear->count++;
}

static void ear_open(struct ear *ear, struct addrspace *space)
{
    memset(ear, 0, sizeof *ear);
    ear->listener.changed = ear_hears;
    ear->listener.context = ear;
    addrspace_listen(space, &ear->listener);
}

static void test_transactions_nest(void **state)
{
    struct world w;
    struct ear ear;
    (void)state;
    world_init(&w);
    ear_open(&ear, &w.space);
    addrspace_begin(&w.space);
    addrspace_begin(&w.space);
    add_ram(w.root, "ram", 0x1000, 0x1000, 0);
    assert_true(addrspace_commit(&w.space));
    assert_null(addrspace_find(&w.space, 0x1000));
    assert_int_equal(ear.count, 0);
    assert_true(addrspace_commit(&w.space));
    assert_non_null(addrspace_find(&w.space, 0x1000));
    assert_int_equal(ear.count, 1);
    world_fini(&w);
}

static void test_listeners_hear_the_difference(void **state)
{
    struct world w;
    struct ear ear;
    struct region *b;
    (void)state;
    world_init(&w);
    add_ram(w.root, "a", 0x1000, 0x1000, 0);
    b = add_ram(w.root, "b", 0x3000, 0x1000, 0);
    add_ram(w.root, "c", 0x5000, 0x1000, 0);
    world_commit(&w);
    ear_open(&ear, &w.space);

    world_commit(&w);
    assert_int_equal(ear.count, 0);

    region_remove(b);
    region_add(w.root, 0x4000, b, 0);
    world_commit(&w);
    assert_int_equal(ear.count, 2);
    assert_false(ear.news[0].added);
    assert_int_equal(ear.news[0].start, 0x3000);
    assert_true(ear.news[1].added);
    assert_int_equal(ear.news[1].start, 0x4000);

    /* covering the end of c: c's range is another one now */
    ear.count = 0;
    add_ram(w.root, "d", 0x5800, 0x1000, 1);
    world_commit(&w);
    assert_int_equal(ear.count, 3);
    assert_false(ear.news[0].added);
    assert_int_equal(ear.news[0].start, 0x5000);
    assert_int_equal(ear.news[1].start, 0x5000);
    assert_int_equal(ear.news[2].start, 0x5800);

    /* back and forth within one transaction is no change */
    ear.count = 0;
    addrspace_begin(&w.space);
    region_remove(b);
    region_add(w.root, 0x4000, b, 0);
    assert_true(addrspace_commit(&w.space));
    assert_int_equal(ear.count, 0);

    addrspace_unlisten(&w.space, &ear.listener);
    addrspace_unlisten(&w.space, &ear.listener);
    region_remove(b);
    world_commit(&w);
    region_destroy(b);
    assert_int_equal(ear.count, 0);
    world_fini(&w);
}

/* A board of thousands of devices, added in no order. */
static void test_many_regions(void **state)
{
    struct world w;
    struct mock mock = {0};
    const uint64_t count = 4000;
    (void)state;
    world_init(&w);
    for (uint64_t i = 0; i < count; i++) {
        region_add(w.root, 0x80000000 + 0x1000 * (i * 919 % count),
                   mock_region(&mock, "device", 0x100, L3_SIZE_4, L3_SIZE_4), 0);
    }
    world_commit(&w);
    assert_int_equal(w.space.range_count, count);
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(w.space.ranges[i].start, 0x80000000 + 0x1000 * i);
    }
    world_fini(&w);
}

static void test_several_spaces_over_one_tree(void **state)
{
    struct world w;
    struct addrspace other;
    struct addrspace part;
    struct region *bus;
    struct region *ram;
    (void)state;
    world_init(&w);
    bus = add_container(w.root, "bus", 0x40000000, 0x10000, 0);
    ram = add_ram(bus, "ram", 0x1000, 0x1000, 0);
    addrspace_init(&other, "other", w.root, &w.bus);
    addrspace_init(&part, "part", bus, &w.bus); /* a master that sees this bus only */
    world_commit(&w);
    assert_int_equal(other.range_count, 0);
    addrspace_begin(&other);
    addrspace_begin(&part);
    assert_true(addrspace_commit(&other));
    assert_true(addrspace_commit(&part));
    assert_true(store(&w, 0x40001004, 4, 0x12345678));
    assert_ptr_equal(addrspace_find(&other, 0x40001004)->region, ram);
    assert_ptr_equal(addrspace_find(&part, 0x1004)->region, ram);
    assert_null(addrspace_find(&part, 0x40001004));
    assert_int_equal(addrspace_memory(&part, 0x1004, 4)[3], 0x78);
    addrspace_fini(&part);
    addrspace_fini(&other);
    world_fini(&w);
}

static void test_memory(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct region *ram;
    (void)state;
    world_init(&w);
    ram = add_ram(w.root, "ram", 0x1000, 0x2000, 0);
    add_mock(w.root, &mock, 0x3000, L3_SIZE_ALL, L3_SIZE_4);
    world_commit(&w);
    assert_ptr_equal(addrspace_memory(&w.space, 0x1004, 0x1ffc), ram->host + 4);
    assert_null(addrspace_memory(&w.space, 0x1004, 0x1ffd));
    assert_null(addrspace_memory(&w.space, 0x1004, UINT64_MAX));
    assert_null(addrspace_memory(&w.space, 0x3000, 4));
    assert_null(addrspace_memory(&w.space, 0x0fff, 1));
    world_fini(&w);
}

static void test_dump(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct region *box;
    char *text = NULL;
    size_t size = 0;
    FILE *stream;
    (void)state;
    world_init(&w);
    add_ram(w.root, "ram", 0x40000000, 0x1000, 0);
    add_rom(w.root, "rom", 0, 0x1000, 0);
    add_ram(w.root, "over", 0x40000800, 0x400, 2);
    box = add_container(w.root, "apb", 0x80000000, 0x100000, 0);
    mock.owner.external = true;
    add_mock(box, &mock, 0x100, L3_SIZE_ALL, L3_SIZE_4);
    world_commit(&w);
    stream = open_memstream(&text, &size);
    assert_non_null(stream);
    addrspace_dump(&w.space, stream);
    fclose(stream);
    assert_string_equal(text, "address space test: regions\n"
                              "  00000000-ffffffff system (container)\n"
                              "    40000800-40000bff over (ram, priority 2)\n"
                              "    80000000-800fffff apb (container)\n"
                              "      80000100-800001ff mock (i/o, external)\n"
                              "    00000000-00000fff rom (rom)\n"
                              "    40000000-40000fff ram (ram)\n"
                              "address space test: flat view\n"
                              "  00000000-00000fff rom +0 (rom)\n"
                              "  40000000-400007ff ram +0 (ram)\n"
                              "  40000800-40000bff over +0 (ram)\n"
                              "  40000c00-40000fff ram +c00 (ram)\n"
                              "  80000100-800001ff mock +0 (i/o)\n");
    free(text);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_priorities),
        cmocka_unit_test(test_many_gaps),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_containers_are_transparent),
        cmocka_unit_test(test_random_trees),
        cmocka_unit_test(test_transactions_nest),
        cmocka_unit_test(test_listeners_hear_the_difference),
        cmocka_unit_test(test_many_regions),
        cmocka_unit_test(test_several_spaces_over_one_tree),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_dump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
