// SPDX-License-Identifier: MIT
/* leon3emu/regs.h, with a device made for it; and the table rules for every built-in device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before cmocka.h, which defines a macro fail(). */
#include <leon3emu/regs.h>

#include <cmocka.h>

#include "mock_host.h"

#define DEVICE(name) extern const struct l3_device_class *const l3_builtin_##name;
#include "builtin.def"
#undef DEVICE

static const struct l3_device_class *const *const builtins[] = {
#define DEVICE(name) &l3_builtin_##name,
#include "builtin.def"
#undef DEVICE
};

struct probe {
    struct l3_regfile regs;
    uint32_t values[8];
    uint32_t reads, debug_reads;
    uint32_t written_index, written_value;
};

static uint32_t probe_read(void *instance, uint32_t index, uint32_t value)
{
    struct probe *probe = instance;
    probe->reads += !probe->regs.debug;
    probe->debug_reads += probe->regs.debug;
    return value | index << 28;
}

static void probe_write(void *instance, uint32_t index, uint32_t value)
{
    struct probe *probe = instance;
    probe->written_index = index;
    probe->written_value = value;
}

static const struct l3_register probe_registers[] = {
    L3_REGISTER(0x00, "plain", 0x12345678, 0xffffffff, 0xffffffff, 0, NULL, NULL),
    L3_REGISTER(0x04, "masks", 0xff00ff00, 0x0ff00ff0, 0x00ff0000, 0x0000ff00, NULL, NULL),
    L3_REGISTER_ARRAY(0x10, "array", 7, 0xff, 0xff, 0, probe_read, probe_write, 4, 8),
    L3_REGISTER(0x14, "between", 1, 0xff, 0, 0, NULL, NULL),
    L3_REGISTER(0x40, "last", 0, 0xff, 0xff, 0, NULL, probe_write),
};

static const struct l3_region probe_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = probe_registers,
    .register_count = 5,
}};

static void *probe_create(struct l3_host *host, const struct l3_services *services)
{
    struct probe *probe = calloc(1, sizeof *probe);
    probe->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &probe_regions[0],
        .instance = probe,
        .values = probe->values,
        .value_count = (uint32_t)services->property_uint(host, "values"),
    };
    if (!l3_regfile_create(&probe->regs)) {
        free(probe);
        return NULL;
    }
    return probe;
}

static void probe_destroy(void *instance)
{
    struct probe *probe = instance;
    l3_regfile_destroy(&probe->regs);
    free(probe);
}

static void probe_reset(void *instance, uint32_t cause)
{
    struct probe *probe = instance;
    (void)cause;
    l3_regfile_reset(&probe->regs);
}

static int32_t probe_bus_read(void *instance, struct l3_request *request)
{
    struct probe *probe = instance;
    return l3_regfile_read(&probe->regs, request);
}

static int32_t probe_bus_write(void *instance, struct l3_request *request)
{
    struct probe *probe = instance;
    return l3_regfile_write(&probe->regs, request);
}

static const struct l3_property probe_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "values", "8", 0, 100, "how many"},
};

static const struct l3_device_class probe_class = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "probe",
    .properties = probe_properties,
    .property_count = 1,
    .regions = probe_regions,
    .region_count = 1,
    .create = probe_create,
    .destroy = probe_destroy,
    .reset = probe_reset,
    .read = probe_bus_read,
    .write = probe_bus_write,
};

static struct l3_host *start(void)
{
    struct l3_host *host = mock_new(&probe_class);
    assert_true(mock_start(host));
    return host;
}

static void test_masks(void **state)
{
    (void)state;
    struct l3_host *host = start();
    struct probe *probe = host->instance;
    assert_int_equal(mock_read(host, 0x00), 0x12345678);
    mock_write(host, 0x00, 0xcafebabe);
    assert_int_equal(mock_read(host, 0x00), 0xcafebabe);
    assert_int_equal(mock_read(host, 0x04), 0x0f000f00);
    mock_write(host, 0x04, 0x12345678);
    assert_int_equal(probe->values[1], 0xff34a900); /* ff00 & ~5600, 34 stored, the rest kept */
    assert_int_equal(mock_read(host, 0x04), 0x0f300900);
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(mock_read(host, 0x00), 0x12345678);
    assert_int_equal(mock_read(host, 0x04), 0x0f000f00);
    mock_free(host);
}

static void test_arrays_and_hooks(void **state)
{
    (void)state;
    struct l3_host *host = start();
    struct probe *probe = host->instance;
    mock_write(host, 0x20, 0xabcdef42);
    assert_int_equal(probe->written_index, 2);
    assert_int_equal(probe->written_value, 0xabcdef42);
    assert_int_equal(probe->values[2 + 2], 0x42);
    assert_int_equal(mock_read(host, 0x20), 0x20000042);
    assert_int_equal(mock_read(host, 0x10), 0x00000007);
    assert_int_equal(mock_read(host, 0x28), 0x30000007);
    assert_int_equal(mock_read(host, 0x14), 1);
    mock_write(host, 0x40, 9);
    assert_int_equal(probe->written_index, 0);
    assert_int_equal(probe->values[7], 9);
    mock_free(host);
}

static void test_debug_reads_are_told(void **state)
{
    (void)state;
    struct l3_host *host = start();
    struct probe *probe = host->instance;
    assert_int_equal(mock_peek(host, 0x10), 7);
    assert_int_equal(probe->debug_reads, 1);
    assert_int_equal(probe->reads, 0);
    mock_read(host, 0x10);
    assert_int_equal(probe->debug_reads, 1);
    assert_int_equal(probe->reads, 1);
    mock_free(host);
}

static void test_holes_read_zero_and_are_logged(void **state)
{
    (void)state;
    struct l3_host *host = start();
    assert_int_equal(mock_read(host, 0x08), 0);
    assert_int_equal(mock_read(host, 0x30), 0);
    assert_int_equal(mock_read(host, 0x44), 0);
    assert_int_equal(mock_read(host, 0xfc), 0);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 4);
    mock_write(host, 0xfc, 1);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 5);
    assert_int_equal(mock_peek(host, 0x08), 0);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 5);
    mock_free(host);
}

static void test_limit(void **state)
{
    (void)state;
    struct l3_host *host = start();
    struct probe *probe = host->instance;
    l3_regfile_limit(&probe->regs, 0x10, 2);
    assert_int_equal(mock_read(host, 0x18), 0x10000007);
    assert_int_equal(mock_read(host, 0x20), 0);
    assert_int_equal(mock_read(host, 0x28), 0);
    assert_int_equal(mock_read(host, 0x14), 1);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 2);
    mock_free(host);
}

static void test_table_and_values_must_agree(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(&probe_class);
    mock_property(host, "values", "7");
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "8 registers"));
    mock_free(host);
}

/* Rows of one table do not overlap, lie in their region, and do not store what they clear. */
static void check_table(const struct l3_region *region)
{
    uint8_t taken[0x1000] = {0};
    for (uint32_t i = 0; i < region->register_count; i++) {
        const struct l3_register *row = &region->registers[i];
        assert_int_equal(row->struct_size, sizeof *row);
        assert_int_equal(row->stored & row->w1c, 0);
        for (uint32_t k = 0; k < l3_register_count(row); k++) {
            uint32_t offset = row->offset + k * row->stride;
            assert_int_equal(offset % 4, 0);
            assert_in_range(offset, 0, region->size - 4);
            assert_int_equal(taken[offset], 0);
            taken[offset] = 1;
        }
    }
}

static void test_descriptions_of_the_builtin_devices(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        const struct l3_device_class *device = *builtins[i];
        assert_int_equal(device->struct_size, sizeof *device);
        assert_int_equal(device->abi_version, L3_ABI_VERSION);
        assert_non_null(device->summary);
        for (uint32_t k = 0; k < device->property_count; k++) {
            assert_int_equal(device->properties[k].struct_size, sizeof(struct l3_property));
            assert_non_null(device->properties[k].help);
        }
        for (uint32_t k = 0; k < device->region_count; k++) {
            assert_int_equal(device->regions[k].struct_size, sizeof(struct l3_region));
            check_table(&device->regions[k]);
        }
        for (uint32_t k = 0; k < device->state_count; k++) {
            assert_int_equal(device->state[k].struct_size, sizeof(struct l3_state_field));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_arrays_and_hooks),
        cmocka_unit_test(test_debug_reads_are_told),
        cmocka_unit_test(test_holes_read_zero_and_are_logged),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_table_and_values_must_agree),
        cmocka_unit_test(test_descriptions_of_the_builtin_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
