// SPDX-License-Identifier: MIT
/* Devices and what is around them: regions below regions (L3_NOT_MINE), re-entrancy, running calls, a tree
 * that changes during a call. */
#include "mem_mock.h"

/* ---- one region below another ---- */

static void test_not_mine_goes_down(void **state)
{
    struct world w;
    struct mock top = {0};
    struct mock bottom = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    region_add(w.root, 0x80000000, mock_region(&top, "top", 0x100, L3_SIZE_ALL, L3_SIZE_4), 2);
    region_add(w.root, 0x7fffffe0, mock_region(&bottom, "bottom", 0x40, L3_SIZE_ALL, L3_SIZE_ALL),
               1);
    add_ram(w.root, "ram", 0x80000000, PAGE, 0);
    world_commit(&w);
    top.result = L3_NOT_MINE;
    assert_true(load_all_ways(&w, &bottom, 0x80000004, 4, &value));
    check_call(&bottom, 0, false, 0x24, 4, 0);
    assert_int_equal(value, 0x34353637);
    /* the size of the lane access is what goes down, not that of the word */
    bottom.count = 0;
    assert_true(store_all_ways(&w, &bottom, 0x80000005, 1, 0xaa));
    assert_int_equal(bottom.count, 1);
    check_call(&bottom, 0, true, 0x25, 1, 0xaa);
    /* beyond the end of bottom, and when that passes on as well, there is memory */
    assert_true(store_all_ways(&w, &bottom, 0x80000080, 4, 0x12345678));
    check_load(&w, 0x80000080, 4, 0x12345678);
    bottom.result = L3_NOT_MINE;
    assert_true(store_all_ways(&w, &bottom, 0x80000008, 8, 0x0123456789abcdef));
    check_load(&w, 0x8000000c, 4, 0x89abcdef);
    world_fini(&w);
}

static void test_not_mine_at_the_bottom(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_4);
    add_ram(w.root, "elsewhere", 0x80000100, PAGE, 0);
    world_commit(&w);
    mock.result = L3_NOT_MINE;
    assert_false(load_all_ways(&w, &mock, 0x80000000, 4, &value));
    assert_int_equal(value, 0);
    assert_false(store_all_ways(&w, &mock, 0x80000000, 4, 0));
    assert_string_equal(w.line, "bus error: 4-byte store of 0x80000000 by cpu 0, pc 0x00000000");
    world_fini(&w);
}

/* The device may pass on one word of a doubleword and keep the other. */
static void test_not_mine_word_by_word(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct region *ram;
    uint64_t value;
    (void)state;
    world_init(&w);
    ram = add_ram(w.root, "ram", 0x80000000, PAGE, -1);
    add_apb_mock(w.root, &mock, 0x80000000);
    world_commit(&w);
    mock.not_mine_bit = 4;
    memcpy(ram->host, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
    assert_true(load_all_ways(&w, &mock, 0x80000000, 8, &value));
    assert_int_equal(value, 0x1011121305060708);
    mock.count = 0;
    assert_true(store_all_ways(&w, &mock, 0x80000000, 8, 0xa1a2a3a4a5a6a7a8));
    assert_memory_equal(ram->host, "\x01\x02\x03\x04\xa5\xa6\xa7\xa8", 8);
    check_call(&mock, 0, true, 0, 4, 0xa1a2a3a4);
    world_fini(&w);
}

/* Down through containers, with their sizes as bounds. */
static void test_not_mine_through_a_tree(void **state)
{
    struct world w;
    struct mock top = {0};
    struct mock low = {0};
    struct region *bus;
    uint64_t value;
    (void)state;
    world_init(&w);
    region_add(w.root, 0x80000000, mock_region(&top, "top", 0x100, L3_SIZE_ALL, L3_SIZE_4), 5);
    bus = add_container(w.root, "bus", 0x7ffffff0, 0x50, 0);
    add_mock(bus, &low, 0x20, L3_SIZE_ALL, L3_SIZE_4);
    world_commit(&w);
    top.result = L3_NOT_MINE;
    assert_false(load_all_ways(&w, &low, 0x80000008, 4, &value)); /* bus + 0x18: nothing */
    assert_true(load_all_ways(&w, &low, 0x80000018, 4, &value));  /* bus + 0x28: low + 8 */
    check_call(&low, 0, false, 8, 4, 0);
    assert_false(load_all_ways(&w, &low, 0x80000040, 4, &value)); /* past the container */
    world_fini(&w);
}

/* ---- re-entrancy ---- */

/* What a callback does on the side. */
struct side {
    struct world *world;
    uint64_t address;
    struct access how;
    bool tried, worked;
};

static void side_access(struct mock *mock)
{
    struct side *side = mock->context;
    uint64_t value;
    side->tried = true;
    side->worked = addrspace_load(&side->world->space, side->address, 4, &value, &side->how);
}

static void test_reentrancy(void **state)
{
    struct world w;
    struct mock a = {0};
    struct mock b = {0};
    struct side side;
    struct access dma = dma_access();
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &a, 0x80000000, L3_SIZE_ALL, L3_SIZE_4);
    add_mock(w.root, &b, 0x80000100, L3_SIZE_ALL, L3_SIZE_4);
    add_ram(w.root, "ram", 0x40000000, PAGE, 0);
    world_commit(&w);
    a.act = side_access;
    a.context = &side;

    /* during a CPU's access: memory yes, a device no, neither itself nor another */
    side = (struct side){&w, 0x40000000, dma, false, false};
    check_load(&w, 0x80000000, 4, 0x10111213);
    assert_true(side.tried && side.worked);
    side = (struct side){&w, 0x80000000, dma, false, false};
    check_load(&w, 0x80000000, 4, 0x10111213);
    assert_true(side.tried && !side.worked);
    side = (struct side){&w, 0x80000100, dma, false, false};
    w.lines = 0;
    check_load(&w, 0x80000000, 4, 0x10111213);
    assert_true(side.tried && !side.worked);
    assert_int_equal(b.count, 0);
    assert_int_equal(w.lines, 2); /* the refusal, and the bus error it means */

    /* by a bus master outside any access: devices yes, a device that is being called no */
    assert_true(addrspace_load(&w.space, 0x80000100, 4, &value, &dma));
    side = (struct side){&w, 0x80000100, dma, false, false};
    assert_true(addrspace_load(&w.space, 0x80000000, 4, &value, &dma));
    assert_true(side.tried && side.worked);
    side = (struct side){&w, 0x80000000, dma, false, false};
    assert_true(addrspace_load(&w.space, 0x80000000, 4, &value, &dma));
    assert_true(side.tried && !side.worked);

    /* from an event of the device, which is a call that has no frame */
    a.owner.depth = 1;
    assert_true(addrspace_load(&w.space, 0x80000100, 4, &value, &dma));
    assert_false(addrspace_load(&w.space, 0x80000000, 4, &value, &dma));
    assert_int_equal(a.owner.depth, 1);
    a.owner.depth = 0;
    assert_null(w.bus.running);
    world_fini(&w);
}

static void check_running(struct mock *mock)
{
    struct world *w = mock->context;
    const struct mmio_call *call = w->bus.running;
    assert_non_null(call);
    assert_null(call->outer);
    assert_string_equal(call->region->name, "mock");
    assert_int_equal(call->request.offset, 8);
    assert_int_equal(call->address, 0x80000008);
    assert_true(call->from_cpu);
    assert_false(call->by_generated_code);
    assert_ptr_equal(call->region->io.owner, &mock->owner);
    assert_int_equal(w->bus.last->request.offset, 8);
}

static void test_running_call(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_4);
    world_commit(&w);
    mock.act = check_running;
    mock.context = &w;
    assert_true(load_all_ways(&w, &mock, 0x80000008, 4, &value));
    assert_true(store_all_ways(&w, &mock, 0x80000008, 4, 0));
    world_fini(&w);
}

/* A device that moves itself while it is being called: the old view is gone when it returns. */
static void move_away(struct mock *mock)
{
    struct world *w = mock->context;
    struct region *region = w->root->children;
    mock->act = NULL;
    addrspace_begin(&w->space);
    region_remove(region);
    region_add(w->root, 0x90000000, region, 0);
    assert_true(addrspace_commit(&w->space));
}

static void test_device_moves_itself(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value = 0;
    uint64_t cycles;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_4);
    world_commit(&w);
    mock.act = move_away;
    mock.context = &w;
    mock.result = L3_NOT_MINE;
    assert_false(cpu_accesses(&w, 1, 0x80000004, 4, false, &value, &mock, &cycles));
    mock.result = L3_OK;
    check_load(&w, 0x90000004, 4, 0x14151617);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_mine_goes_down),
        cmocka_unit_test(test_not_mine_at_the_bottom),
        cmocka_unit_test(test_not_mine_word_by_word),
        cmocka_unit_test(test_not_mine_through_a_tree),
        cmocka_unit_test(test_reentrancy),
        cmocka_unit_test(test_running_call),
        cmocka_unit_test(test_device_moves_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
