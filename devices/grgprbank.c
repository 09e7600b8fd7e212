// SPDX-License-Identifier: MIT
/*
 * GRGPRBANK: a bank of general purpose registers (grgprbank.vhd): grgpreg.c with many registers.
 *
 * Property `reset` lists the values after reset, separated by ':'; the last one is for all
 * registers that follow.  Property `registers` is their number.  From there up to the next power of
 * two words read 0; behind that the bank appears again, because the core decodes no more address
 * bits.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <leon3emu/device.h>

#define REGISTER_MAX 64

struct grgprbank {
    struct l3_host *host;
    const struct l3_services *services;
    uint32_t count;
    uint32_t index_mask; /* bits of the word number that are decoded */
    uint32_t mask;       /* bits that exist */
    uint32_t reset[REGISTER_MAX];
    uint32_t values[REGISTER_MAX];
};

static uint32_t grgprbank_index(const struct grgprbank *bank, const struct l3_request *request)
{
    return (uint32_t)(request->offset / 4) & bank->index_mask;
}

static int32_t grgprbank_read(void *instance, struct l3_request *request)
{
    const struct grgprbank *bank = instance;
    request->value = bank->values[grgprbank_index(bank, request)];
    return L3_OK;
}

static int32_t grgprbank_write(void *instance, struct l3_request *request)
{
    struct grgprbank *bank = instance;
    uint32_t index = grgprbank_index(bank, request);
    if (index < bank->count) {
        bank->values[index] = (uint32_t)request->value & bank->mask;
    }
    return L3_OK;
}

static void grgprbank_reset(void *instance, uint32_t cause)
{
    struct grgprbank *bank = instance;
    (void)cause;
    for (uint32_t i = 0; i < bank->count; i++) {
        bank->values[i] = bank->reset[i];
    }
}

/* Returns 0 if `text` is not a list of numbers separated by ':', or has too many. */
static int grgprbank_parse_reset(struct grgprbank *bank, const char *text)
{
    uint32_t given = 0;
    for (;;) {
        char *end;
        errno = 0;
        unsigned long value = strtoul(text, &end, 0);
        if (end == text || errno != 0 || value > UINT32_MAX || given == bank->count) {
            return 0;
        }
        bank->reset[given++] = (uint32_t)value & bank->mask;
        if (*end != ':') {
            text = end;
            break;
        }
        text = end + 1;
    }
    for (uint32_t i = given; i < bank->count; i++) {
        bank->reset[i] = bank->reset[given - 1];
    }
    return *text == '\0';
}

static int grgprbank_configure(struct grgprbank *bank)
{
    struct l3_host *host = bank->host;
    const struct l3_services *services = bank->services;
    const char *reset = services->property_text(host, "reset");
    bank->count = (uint32_t)services->property_uint(host, "registers");
    bank->mask = (uint32_t)((1ull << services->property_uint(host, "bits")) - 1);
    while (bank->index_mask < bank->count - 1) {
        bank->index_mask = 2 * bank->index_mask + 1;
    }
    if (!grgprbank_parse_reset(bank, reset)) {
        services->fail(host, "reset=%s: must be up to %u numbers, separated by ':'", reset,
                       (unsigned)bank->count);
        return 0;
    }
    return 1;
}

static void *grgprbank_create(struct l3_host *host, const struct l3_services *services)
{
    struct grgprbank *bank = calloc(1, sizeof *bank);
    if (bank == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    bank->host = host;
    bank->services = services;
    if (!grgprbank_configure(bank)) {
        free(bank);
        return NULL;
    }
    return bank;
}

/* clang-format off */
static const struct l3_property grgprbank_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "registers", "1", 1, REGISTER_MAX,
     "how many registers"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "bits", "32", 1, 32, "width of each"},
    {sizeof(struct l3_property), L3_PROPERTY_STRING, "reset", "0", 0, 0,
     "values after reset, separated by ':'; the last is for all that follow"},
};
/* clang-format on */

static const struct l3_region grgprbank_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
}};

static const struct l3_state_field grgprbank_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct grgprbank, values), 4, REGISTER_MAX, "values"},
};

static const struct l3_pnp grgprbank_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x08f, 0, 0,
};

static const struct l3_device_class grgprbank = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "grgprbank",
    .summary = "bank of general purpose registers",
    .version = "1.0",
    .properties = grgprbank_properties,
    .property_count = sizeof grgprbank_properties / sizeof grgprbank_properties[0],
    .regions = grgprbank_regions,
    .region_count = 1,
    .state = grgprbank_state,
    .state_count = 1,
    .pnp = &grgprbank_pnp,
    .create = grgprbank_create,
    .destroy = free,
    .reset = grgprbank_reset,
    .read = grgprbank_read,
    .write = grgprbank_write,
};
L3_DEVICE_CLASS(grgprbank)
