// SPDX-License-Identifier: MIT
/* Accesses by physical address: memory, the sizes devices take, lanes, beats, bus errors, bytes in
 * bulk.  What happens between devices is test_mmio.c's. */
#include "mem_mock.h"

#include "mem/mmio_log.h"

/* ---- memory ---- */

static void test_memory_is_big_endian(void **state)
{
    struct world w;
    struct region *ram;
    (void)state;
    world_init(&w);
    ram = add_ram(w.root, "ram", 0x40000000, PAGE, 0);
    world_commit(&w);
    assert_true(store(&w, 0x40000008, 8, 0x0123456789abcdef));
    assert_int_equal(ram->host[8], 0x01);
    assert_int_equal(ram->host[15], 0xef);
    check_load(&w, 0x40000008, 8, 0x0123456789abcdef);
    check_load(&w, 0x4000000c, 4, 0x89abcdef);
    check_load(&w, 0x4000000a, 2, 0x4567);
    check_load(&w, 0x4000000f, 1, 0xef);
    assert_true(store(&w, 0x4000000a, 2, 0xffff1122));
    assert_true(store(&w, 0x4000000c, 1, 0xffffff33));
    check_load(&w, 0x40000008, 8, 0x0123112233abcdef);
    world_fini(&w);
}

static void test_unmapped(void **state)
{
    struct world w;
    struct access debug = debug_access();
    uint64_t value;
    (void)state;
    world_init(&w);
    world_commit(&w);
    check_no_load(&w, 0x1000, 4);
    assert_string_equal(w.line, "bus error: 4-byte load of 0x00001000 by cpu 0, pc 0x00000000");
    assert_false(store(&w, 0x1000, 1, 0));
    assert_string_equal(w.line, "bus error: 1-byte store of 0x00001000 by cpu 0, pc 0x00000000");
    w.lines = 0;
    assert_false(addrspace_load(&w.space, 0x1000, 4, &value, &debug));
    assert_false(addrspace_store(&w.space, 0x1000, 4, 0, &debug));
    assert_int_equal(w.lines, 0); /* a debugger may look anywhere */
    world_fini(&w);
}

static void test_rom(void **state)
{
    struct world w;
    struct access debug = debug_access();
    (void)state;
    world_init(&w);
    add_rom(w.root, "rom", 0, PAGE, 0);
    world_commit(&w);
    assert_true(addrspace_store(&w.space, 8, 4, 0x11223344, &debug));
    assert_false(store(&w, 8, 4, 0));
    check_load(&w, 8, 4, 0x11223344);
    world_fini(&w);
}

/* Two memories that meet inside a doubleword. */
static void test_doubleword_across_ranges(void **state)
{
    struct world w;
    (void)state;
    world_init(&w);
    add_ram(w.root, "a", 0x1000, 0x14, 0);
    add_ram(w.root, "b", 0x1014, 0x10, 0);
    world_commit(&w);
    assert_true(store(&w, 0x1010, 8, 0x0123456789abcdef));
    check_load(&w, 0x1010, 4, 0x01234567);
    check_load(&w, 0x1014, 4, 0x89abcdef);
    check_load(&w, 0x1010, 8, 0x0123456789abcdef);
    check_no_load(&w, 0x1020, 8); /* the second word is nowhere */
    world_fini(&w);
}

/* ---- what a device sees ---- */

static void test_request(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct access how = {L3_ATTR_SUPERVISOR | L3_ATTR_LOCKED | 0x0b00, 7, 100};
    struct l3_request *r = &mock.calls[0].request;
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000100, L3_SIZE_ALL, L3_SIZE_ALL);
    mock.wait = 3;
    world_commit(&w);
    assert_true(addrspace_load(&w.space, 0x80000104, 4, &value, &how));
    assert_int_equal(value, 0x14151617);
    check_call(&mock, 0, false, 4, 4, 0);
    assert_int_equal(r->region, 3);
    assert_int_equal(r->master, 7);
    assert_int_equal(r->attributes, L3_ATTR_SUPERVISOR | L3_ATTR_LOCKED | 0x0b00);
    assert_int_equal(L3_ATTR_ASI(r->attributes), 0x0b);
    assert_int_equal(how.wait_cycles, 103);
    assert_int_equal(w.bus.calls, 1);
    assert_null(w.bus.running);
    assert_int_equal(mock.owner.depth, 0);
    world_fini(&w);
}

static void test_native_sizes_go_straight(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_ALL);
    world_commit(&w);
    for (unsigned size = 1; size <= 8; size *= 2) {
        mock.count = 0;
        assert_true(load_all_ways(&w, &mock, 0x80000018, size, &value));
        assert_int_equal(value, 0x28292a2b2c2d2e2f >> (64 - 8 * size));
        assert_int_equal(mock.count, 1);
        check_call(&mock, 0, false, 0x18, size, 0);
        mock.count = 0;
        /* what a CPU's register holds beyond the size is not for the device */
        assert_true(store_all_ways(&w, &mock, 0x80000040, size, 0x1122334455667788));
        check_call(&mock, 0, true, 0x40, size,
                   0x1122334455667788 & (UINT64_MAX >> (64 - 8 * size)));
    }
    world_fini(&w);
}

static void test_split(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_1 | L3_SIZE_2);
    world_commit(&w);
    assert_true(load_all_ways(&w, &mock, 0x80000008, 8, &value));
    assert_int_equal(value, 0x18191a1b1c1d1e1f);
    assert_int_equal(mock.count, 4);
    for (unsigned i = 0; i < 4; i++) {
        check_call(&mock, i, false, 8 + 2 * i, 2, 0);
    }
    mock.count = 0;
    assert_true(store_all_ways(&w, &mock, 0x80000010, 4, 0x99aabbccdd));
    assert_int_equal(mock.count, 2);
    check_call(&mock, 0, true, 0x10, 2, 0xaabb);
    check_call(&mock, 1, true, 0x12, 2, 0xccdd);
    world_fini(&w);
}

/* A wide device: loads take a lane, stores leave the other lanes as they were. */
static void test_merge(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_8);
    world_commit(&w);
    assert_true(load_all_ways(&w, &mock, 0x8000000b, 1, &value));
    assert_int_equal(value, 0x1b);
    check_call(&mock, 0, false, 8, 8, 0);
    assert_true(load_all_ways(&w, &mock, 0x8000000e, 2, &value));
    assert_int_equal(value, 0x1e1f);
    mock.count = 0;
    assert_true(store_all_ways(&w, &mock, 0x8000000a, 2, 0x12345));
    assert_int_equal(mock.count, 2);
    check_call(&mock, 0, false, 8, 8, 0);
    check_call(&mock, 1, true, 8, 8, 0x181923451c1d1e1f);
    world_fini(&w);
}

static void test_invalid_sizes(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_4, L3_SIZE_ALL);
    world_commit(&w);
    for (unsigned size = 1; size <= 8; size *= 2) {
        assert_int_equal(load_all_ways(&w, &mock, 0x80000000, size, &value), size == 4);
        assert_int_equal(store_all_ways(&w, &mock, 0x80000000, size, 0), size == 4);
    }
    assert_int_equal(mock.count, 2);
    world_fini(&w);
}

static void test_no_native_size(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, 0);
    world_commit(&w);
    assert_false(load_all_ways(&w, &mock, 0x80000000, 4, &value));
    assert_int_equal(mock.count, 0);
    world_fini(&w);
}

/* ---- APB: no byte strobes ---- */

static void test_apb_stores(void **state)
{
    struct world w;
    struct mock mock = {0};
    (void)state;
    world_init(&w);
    add_apb_mock(w.root, &mock, 0x80000100);
    world_commit(&w);
    for (unsigned lane = 0; lane < 4; lane++) {
        mock.count = 0;
        assert_true(store_all_ways(&w, &mock, 0x80000104 + lane, 1, 0xffffff41));
        assert_int_equal(mock.count, 1);
        check_call(&mock, 0, true, 4, 4, 0x41414141);
    }
    for (unsigned lane = 0; lane < 4; lane += 2) {
        mock.count = 0;
        assert_true(store_all_ways(&w, &mock, 0x80000104 + lane, 2, 0xffff1234));
        assert_int_equal(mock.count, 1);
        check_call(&mock, 0, true, 4, 4, 0x12341234);
    }
    mock.count = 0;
    assert_true(store_all_ways(&w, &mock, 0x80000108, 8, 0x0123456789abcdef));
    assert_int_equal(mock.count, 2);
    check_call(&mock, 0, true, 8, 4, 0x01234567);
    check_call(&mock, 1, true, 12, 4, 0x89abcdef);
    world_fini(&w);
}

static void test_apb_loads(void **state)
{
    struct world w;
    struct mock mock = {0};
    uint64_t value;
    (void)state;
    world_init(&w);
    add_apb_mock(w.root, &mock, 0x80000100);
    world_commit(&w);
    for (unsigned lane = 0; lane < 4; lane++) {
        assert_true(load_all_ways(&w, &mock, 0x80000104 + lane, 1, &value));
        assert_int_equal(value, 0x14 + lane);
        check_call(&mock, mock.count - 1, false, 4, 4, 0);
    }
    assert_true(load_all_ways(&w, &mock, 0x80000106, 2, &value));
    assert_int_equal(value, 0x1617);
    check_call(&mock, mock.count - 1, false, 4, 4, 0);
    mock.count = 0;
    assert_true(load_all_ways(&w, &mock, 0x80000108, 8, &value));
    assert_int_equal(value, 0x18191a1b1c1d1e1f);
    assert_int_equal(mock.count, 2);
    check_call(&mock, 0, false, 8, 4, 0);
    check_call(&mock, 1, false, 12, 4, 0);
    world_fini(&w);
}

/* ---- refusals ---- */

static void test_device_errors(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct region *region;
    uint64_t value;
    (void)state;
    world_init(&w);
    region = add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_4);
    world_commit(&w);
    mock.result = L3_BUS_ERROR;
    assert_false(load_all_ways(&w, &mock, 0x80000000, 4, &value));
    assert_int_equal(value, 0);
    assert_false(store_all_ways(&w, &mock, 0x80000000, 4, 1));
    /* a doubleword ends at the first word that fails */
    mock.count = 0;
    assert_false(load_all_ways(&w, &mock, 0x80000000, 8, &value));
    assert_int_equal(mock.count, 1);
    /* the write half of a merge */
    mock.result = L3_OK;
    mock.write_result = L3_BUS_ERROR;
    assert_false(store_all_ways(&w, &mock, 0x80000001, 1, 1));
    assert_true(load_all_ways(&w, &mock, 0x80000000, 4, &value));
    assert_int_equal(value, 0x10111213);

    region->io.read = NULL;
    assert_false(load_all_ways(&w, &mock, 0x80000000, 4, &value));
    world_fini(&w);
}

static void test_results_that_are_none(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct access how = cpu_access();
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_4);
    add_ram(w.root, "ram", 0x80000000, PAGE, -1);
    world_commit(&w);
    w.log.mask = 0; /* always logged */
    mock.result = -1;
    assert_false(addrspace_load(&w.space, 0x80000004, 4, &value, &how));
    assert_int_equal(value, 0);
    assert_string_equal(w.line, "mock: read of +0x4 returned -1, which device.h does not define; "
                                "taken for a bus error");
    mock.result = 3;
    w.lines = 0;
    assert_false(store_all_ways(&w, &mock, 0x80000004, 4, 0));
    assert_int_equal(w.lines, 7); /* 1 by address; a CPU makes 1, 2 and 3 accesses */
    world_fini(&w);
}

static void test_trace(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct access debug = debug_access();
    struct bus_observer observer;
    uint64_t value;
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_4);
    world_commit(&w);
    w.log.mask = LOG_MMIO;
    mmio_log_attach(&w.bus, &observer);
    check_load(&w, 0x80000004, 4, 0x14151617);
    assert_string_equal(w.line, "mock read +0x4 size 4 = 0x14151617, pc 0x00000000");
    mock.result = L3_BUS_ERROR;
    assert_false(store(&w, 0x80000008, 4, 0xff));
    assert_string_equal(w.line, "mock write +0x8 size 4 = 0xff (error), pc 0x00000000");
    w.lines = 0;
    addrspace_load(&w.space, 0x80000004, 4, &value, &debug);
    assert_int_equal(w.lines, 0);
    world_fini(&w);
}

/* ---- decoded code ---- */

static void test_code_written(void **state)
{
    struct world w;
    struct access how = dma_access();
    struct region *ram;
    (void)state;
    world_init(&w);
    ram = add_ram(w.root, "ram", 0x40000000, 4 * PAGE, 0);
    world_commit(&w);
    region_mark_code(ram, PAGE, REGION_DECODED, UINT64_MAX);
    assert_true(store(&w, 0x40000ffc, 4, 1));
    assert_true(store(&w, 0x40002000, 4, 1));
    assert_int_equal(w.written_calls, 0);
    assert_true(store(&w, 0x40001ffe, 2, 1));
    assert_int_equal(w.written_calls, 1);
    assert_ptr_equal(w.written, ram);
    assert_int_equal(w.written_offset, 0x1ffe);
    assert_int_equal(w.written_size, 2);
    /* DMA over all pages: told once, of everything */
    assert_true(addrspace_write(&w.space, 0x40000010, "0123456789abcdef", 16, &how));
    assert_int_equal(w.written_calls, 1);
    {
        uint8_t bytes[3 * PAGE] = {0};
        assert_true(addrspace_write(&w.space, 0x40000800, bytes, sizeof bytes, &how));
    }
    assert_int_equal(w.written_calls, 2);
    assert_int_equal(w.written_offset, 0x800);
    assert_int_equal(w.written_size, 3 * PAGE);
    /* loads tell nothing */
    check_load(&w, 0x40001000, 4, 0);
    assert_int_equal(w.written_calls, 2);
    world_fini(&w);
}

/* ---- bytes in bulk ---- */

static void test_bulk_at_any_alignment(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct access how = dma_access();
    uint8_t model[0x400];
    uint8_t bytes[64];
    (void)state;
    world_init(&w);
    add_ram(w.root, "a", 0x80000000 - 0x100, 0x100, 0);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_ALL);
    add_ram(w.root, "b", 0x80000100, 0x100, 0);
    world_commit(&w);
    for (unsigned start = 0; start < 16; start++) {
        for (unsigned size = 0; size < 48; size++) {
            uint64_t address = 0x80000000 - 0x18 + start;
            for (unsigned i = 0; i < size; i++) {
                model[i] = (uint8_t)(start * 31 + size * 7 + i);
            }
            mock.count = 0;
            assert_true(addrspace_write(&w.space, address, model, size, &how));
            memset(bytes, 0xee, sizeof bytes);
            assert_true(addrspace_read(&w.space, address, bytes, size, &how));
            assert_memory_equal(bytes, model, size);
            assert_int_equal(bytes[size], 0xee);
            /* and off the end of the device */
            address = 0x80000100 - 0x18 + start;
            assert_true(addrspace_write(&w.space, address, model, size, &how));
            assert_true(addrspace_read(&w.space, address, bytes, size, &how));
            assert_memory_equal(bytes, model, size);
        }
    }
    world_fini(&w);
}

/* Words where they fit, smaller accesses at the ends; attributes and master are the caller's. */
static void test_bulk_beats(void **state)
{
    struct world w;
    struct mock mock = {0};
    struct access how = dma_access();
    uint8_t bytes[10];
    (void)state;
    world_init(&w);
    add_mock(w.root, &mock, 0x80000000, L3_SIZE_ALL, L3_SIZE_ALL);
    world_commit(&w);
    assert_true(addrspace_read(&w.space, 0x80000001, bytes, 10, &how));
    assert_memory_equal(bytes, mock.bytes + 1, 10);
    assert_int_equal(mock.count, 5);
    check_call(&mock, 0, false, 1, 1, 0);
    check_call(&mock, 1, false, 2, 2, 0);
    check_call(&mock, 2, false, 4, 4, 0);
    check_call(&mock, 3, false, 8, 2, 0);
    check_call(&mock, 4, false, 10, 1, 0);
    assert_int_equal(mock.calls[0].request.attributes, L3_ATTR_DMA);
    assert_int_equal(mock.calls[0].request.master, 5);
    world_fini(&w);
}

static void test_bulk_stops_at_errors(void **state)
{
    struct world w;
    struct access how = dma_access();
    struct access debug = debug_access();
    uint8_t bytes[32] = {1, 2, 3};
    struct region *ram;
    (void)state;
    world_init(&w);
    ram = add_ram(w.root, "ram", 0x1000, 0x10, 0);
    add_rom(w.root, "rom", 0x2000, 0x10, 0);
    add_ram(w.root, "last", 0xfffffff0, 0x10, 0);
    world_commit(&w);
    assert_false(addrspace_write(&w.space, 0x1008, bytes, 16, &how));
    assert_int_equal(ram->host[10], 3); /* what came before was written */
    assert_string_equal(w.line, "bus error: 4-byte store of 0x00001010 by bus master 5, "
                                "pc 0x00000000");
    assert_false(addrspace_read(&w.space, 0x0ff0, bytes, 32, &how));
    assert_false(addrspace_write(&w.space, 0x2000, bytes, 4, &how));
    assert_true(addrspace_write(&w.space, 0x2000, bytes, 4, &debug));
    assert_true(addrspace_read(&w.space, 0x2000, bytes, 0, &how));
    /* no wrap at the top of the space */
    assert_true(addrspace_read(&w.space, 0xfffffff0, bytes, 16, &how));
    assert_false(addrspace_read(&w.space, 0xfffffff0, bytes, 17, &how));
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_big_endian),
        cmocka_unit_test(test_unmapped),
        cmocka_unit_test(test_rom),
        cmocka_unit_test(test_doubleword_across_ranges),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_native_sizes_go_straight),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_invalid_sizes),
        cmocka_unit_test(test_no_native_size),
        cmocka_unit_test(test_apb_stores),
        cmocka_unit_test(test_apb_loads),
        cmocka_unit_test(test_device_errors),
        cmocka_unit_test(test_results_that_are_none),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_code_written),
        cmocka_unit_test(test_bulk_at_any_alignment),
        cmocka_unit_test(test_bulk_beats),
        cmocka_unit_test(test_bulk_stops_at_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
