// SPDX-License-Identifier: MIT
/* The region tree by itself: order of siblings, ownership, memory. */
#include "mem_mock.h"

static void test_memory_is_zero_and_page_rounded(void **state)
{
    struct region *ram = region_new_ram("ram", PAGE + 16, false);
    struct region *rom = region_new_ram("rom", 16, true);
    (void)state;
    assert_non_null(ram);
    assert_non_null(rom);
    assert_int_equal(ram->kind, REGION_RAM);
    assert_int_equal(rom->kind, REGION_ROM);
    assert_int_equal(ram->mapped, 2 * PAGE);
    assert_int_equal(rom->mapped, PAGE);
    assert_int_equal((uintptr_t)ram->host & (PAGE - 1), 0);
    for (unsigned i = 0; i < ram->mapped; i++) {
        assert_int_equal(ram->host[i], 0);
    }
    assert_int_equal(ram->code_pages[0], 0);
    assert_int_equal(ram->code_pages[1], 0);
    region_destroy(ram);
    region_destroy(rom);
}

/* A gigabyte must not cost a gigabyte. */
static void test_big_memory(void **state)
{
    struct region *ram = region_new_ram("ram", UINT64_C(1) << 30, false);
    (void)state;
    assert_non_null(ram);
    ram->host[(1u << 30) - 1] = 1;
    region_destroy(ram);
}

static void test_name_is_copied(void **state)
{
    char name[] = "ram";
    struct region *region = region_new_container(name, 16);
    (void)state;
    name[0] = 'X';
    assert_string_equal(region->name, "ram");
    region_destroy(region);
}

static void test_siblings_are_ordered(void **state)
{
    struct region *root = region_new_container("root", SPACE_SIZE);
    struct region *a = add_container(root, "a", 0, 16, 0);
    struct region *b = add_container(root, "b", 0, 16, 5);
    struct region *c = add_container(root, "c", 0, 16, -1);
    struct region *d = add_container(root, "d", 0, 16, 0);
    (void)state;
    /* highest priority first, of equal ones the one added last */
    assert_ptr_equal(root->children, b);
    assert_ptr_equal(b->sibling, d);
    assert_ptr_equal(d->sibling, a);
    assert_ptr_equal(a->sibling, c);
    assert_null(c->sibling);
    region_remove(d);
    assert_null(d->parent);
    assert_ptr_equal(b->sibling, a);
    region_remove(b);
    assert_ptr_equal(root->children, a);
    region_add(root, 64, d, -7);
    assert_ptr_equal(c->sibling, d);
    assert_int_equal(d->base, 64);
    region_destroy(b);
    region_destroy(root); /* and all that is left in it: the sanitizers would see a leak */
}

static void test_kind_names(void **state)
{
    (void)state;
    assert_string_equal(region_kind_name(REGION_CONTAINER), "container");
    assert_string_equal(region_kind_name(REGION_RAM), "ram");
    assert_string_equal(region_kind_name(REGION_ROM), "rom");
    assert_string_equal(region_kind_name(REGION_IO), "i/o");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zero_and_page_rounded),
        cmocka_unit_test(test_big_memory),
        cmocka_unit_test(test_name_is_copied),
        cmocka_unit_test(test_siblings_are_ordered),
        cmocka_unit_test(test_kind_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
