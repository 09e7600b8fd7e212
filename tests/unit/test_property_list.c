// SPDX-License-Identifier: MIT
/* Property lists: commas, blanks, keys without value, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "core/property_list.h"

static struct property_list parse_good(const char *text)
{
    struct error err = {.text = ""};
    struct property_list list;

    if (!property_list_parse(text, &list, &err)) {
        fail_msg("\"%s\" was refused: %s", text, err.text);
    }
    return list;
}

static void check_property(const struct property_list *list, size_t index, const char *key,
                           const char *value)
{
    assert_true(index < list->count);
    assert_string_equal(list->properties[index].key, key);
    if (value == NULL) {
        assert_null(list->properties[index].value);
    } else {
        assert_non_null(list->properties[index].value);
        assert_string_equal(list->properties[index].value, value);
    }
}

static void test_name_alone(void **state)
{
    struct property_list list = parse_good("./uart.so");

    (void)state;
    assert_string_equal(list.name, "./uart.so");
    assert_int_equal(list.count, 0);
    property_list_clear(&list);
    assert_null(list.name);
    assert_null(list.texts);
}

static void test_properties(void **state)
{
    struct property_list list = parse_good("uart.so,base=0x80000900,help,path=,x==a=b");

    (void)state;
    assert_string_equal(list.name, "uart.so");
    assert_int_equal(list.count, 4);
    check_property(&list, 0, "base", "0x80000900");
    check_property(&list, 1, "help", NULL);
    check_property(&list, 2, "path", "");
    check_property(&list, 3, "x", "=a=b");
    property_list_clear(&list);
}

static void test_commas(void **state)
{
    struct property_list list = parse_good("a,,b.so,c=,,,d=1,,,,2,,,e=,,");

    (void)state;
    assert_string_equal(list.name, "a,b.so");
    assert_int_equal(list.count, 3);
    check_property(&list, 0, "c", ",");
    check_property(&list, 1, "d", "1,,2,");
    check_property(&list, 2, "e", ",");
    property_list_clear(&list);
}

static void test_blanks(void **state)
{
    struct property_list list = parse_good("  apbuart ,\tbase = 0x80000100 , file=a b\t, x = ");

    (void)state;
    assert_string_equal(list.name, "apbuart");
    assert_int_equal(list.count, 3);
    check_property(&list, 0, "base", "0x80000100");
    check_property(&list, 1, "file", "a b");
    check_property(&list, 2, "x", "");
    property_list_clear(&list);
}

static void test_pairs_and_find(void **state)
{
    struct error err = {.text = ""};
    struct property_list list;

    (void)state;
    assert_true(property_list_parse_pairs("base=0x40000000, size=64M", &list, &err));
    assert_null(list.name);
    assert_int_equal(list.count, 2);
    assert_ptr_equal(property_list_find(&list, "size"), &list.properties[1]);
    assert_null(property_list_find(&list, "siz"));
    property_list_clear(&list);
}

static void test_refusals(void **state)
{
#define NO_NAME "there is no name before the first property; write NAME,key=value,..."
    static const struct {
        const char *text;
        const char *reason;
    } refusals[] = {
        {"", NO_NAME},
        {" ", NO_NAME},
        {",base=1", NO_NAME},
        {"a,", "property 1 has no name; write key=value, and a comma inside a value twice"},
        {"a,b=1, ,c=2",
         "property 2 has no name; write key=value, and a comma inside a value twice"},
        {"a,b=1,=2", "property 2 has no name; write key=value, and a comma inside a value twice"},
        {"a,b=1,c,b", "property b is given twice; remove one of them"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct error err = {.text = ""};
        struct property_list list;
        assert_false(property_list_parse(refusals[i].text, &list, &err));
        assert_string_equal(err.text, refusals[i].reason);
        assert_int_equal(err.status, LEON3EMU_USAGE);
        assert_null(list.texts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_alone),     cmocka_unit_test(test_properties),
        cmocka_unit_test(test_commas),         cmocka_unit_test(test_blanks),
        cmocka_unit_test(test_pairs_and_find), cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
