// SPDX-License-Identifier: MIT
/* The plug&play areas show what bus_entry() gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_ahbpnp;
extern const struct l3_device_class *const l3_builtin_apbpnp;

/* Slots 0, 2 and 62 of each table are in use; the value of each word encodes its own place. */
static int32_t some_entries(uint32_t table, uint32_t bridge, uint32_t index,
                            struct l3_bus_entry *entry)
{
    if (index >= 64) {
        return -1;
    }
    if (index != 0 && index != 2 && index != 62) {
        memset(&entry->id, 0xee, sizeof *entry - offsetof(struct l3_bus_entry, id));
        return 0;
    }
    uint32_t where = (table + 1) << 24 | bridge << 16 | index << 8;
    entry->id = where;
    for (uint32_t i = 0; i < 3; i++) {
        entry->user[i] = where + 1 + i;
    }
    for (uint32_t i = 0; i < 4; i++) {
        entry->bar[i] = where + 4 + i;
    }
    return 1;
}

static void check_table(struct l3_host *host, uint32_t table, uint32_t start)
{
    for (uint32_t slot = 0; slot < 63; slot++) {
        bool used = slot == 0 || slot == 2 || slot == 62;
        for (uint32_t word = 0; word < 8; word++) {
            uint32_t expected = used ? (table + 1) << 24 | slot << 8 | word : 0;
            assert_int_equal(mock_read(host, start + slot * 32 + word * 4), expected);
        }
    }
}

static void test_ahb(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_ahbpnp);
    mock_property(host, "device_id", "0x712");
    mock_property(host, "build_id", "4144");
    host->bus_entry = some_entries;
    assert_true(mock_start(host));
    check_table(host, L3_BUS_AHB_MASTERS, 0);
    check_table(host, L3_BUS_AHB_SLAVES, 0x800);
    assert_int_equal(mock_read(host, 0xfec), 0);
    assert_int_equal(mock_read(host, 0xff0), 0x0712 << 16 | 4144);
    assert_int_equal(mock_read(host, 0xff4), 0);
    assert_int_equal(mock_read(host, 0xffc), 0);
    mock_free(host);
}

static void test_apb(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_apbpnp);
    mock_property(host, "bridge", "1");
    host->bus_entry = some_entries;
    assert_true(mock_start(host));
    for (uint32_t slot = 0; slot < 512; slot++) {
        bool used = slot == 0 || slot == 2 || slot == 62;
        uint32_t where = (L3_BUS_APB_SLAVES + 1) << 24 | 1 << 16 | slot << 8;
        assert_int_equal(mock_read(host, slot * 8), used ? where : 0);
        assert_int_equal(mock_read(host, slot * 8 + 4), used ? where + 4 : 0);
    }
    mock_free(host);
}

static void test_writes_are_ignored(void **state)
{
    (void)state;
    const struct l3_device_class *const devices[] = {l3_builtin_ahbpnp, l3_builtin_apbpnp};
    for (uint32_t i = 0; i < 2; i++) {
        struct l3_host *host = mock_new(devices[i]);
        host->bus_entry = some_entries;
        assert_true(mock_start(host));
        uint32_t before = mock_read(host, 0);
        mock_write(host, 0, 0x12345678);
        assert_int_equal(mock_read(host, 0), before);
        assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
        mock_free(host);
    }
}

static void test_they_take_no_slot_themselves(void **state)
{
    (void)state;
    assert_true(l3_builtin_ahbpnp->flags & L3_CLASS_BUS_INFO);
    assert_true(l3_builtin_apbpnp->flags & L3_CLASS_BUS_INFO);
    assert_int_equal(l3_builtin_ahbpnp->regions[0].default_base, 0xfffff000);
    assert_int_equal(l3_builtin_ahbpnp->regions[0].valid_sizes, L3_SIZE_ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ahb),
        cmocka_unit_test(test_apb),
        cmocka_unit_test(test_writes_are_ignored),
        cmocka_unit_test(test_they_take_no_slot_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
