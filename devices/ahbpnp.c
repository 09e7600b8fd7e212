// SPDX-License-Identifier: MIT
/*
 * AHB plug&play area: what is on the AHB bus, 4 KiB that software scans when it starts (GRLIB
 * user's manual, "AHB plug&play configuration").
 *
 *     0x000  64 masters, 8 words each           0x800  63 slaves, 8 words each
 *     0xff0  device id [31:16] and build id [15:0] of the chip, where a 64th slave would have its
 *            bank address registers
 *
 * Each read computes its word from the devices on the bus.  Writes are ignored.
 */
#include <stdlib.h>

#include <leon3emu/device.h>

#define RECORD_SIZE 0x20
#define USER_WORDS  0x04 /* in the record */
#define BAR_WORDS   0x10
#define SLAVES      0x800
#define CHIP        0xff0

struct ahbpnp {
    struct l3_host *host;
    const struct l3_services *services;
    uint32_t chip; /* the word at CHIP */
};

static uint32_t ahbpnp_record_word(const struct ahbpnp *pnp, uint32_t table, uint32_t offset)
{
    struct l3_bus_entry entry = {.struct_size = sizeof entry};
    uint32_t index = offset / RECORD_SIZE;
    uint32_t in_record = offset % RECORD_SIZE;
    if (pnp->services->system->bus_entry(pnp->host, table, 0, index, &entry) != 1) {
        return 0;
    }
    if (in_record < USER_WORDS) {
        return entry.id;
    }
    if (in_record < BAR_WORDS) {
        return entry.user[(in_record - USER_WORDS) / 4];
    }
    return entry.bar[(in_record - BAR_WORDS) / 4];
}

static int32_t ahbpnp_read(void *instance, struct l3_request *request)
{
    const struct ahbpnp *pnp = instance;
    uint32_t offset = (uint32_t)request->offset;
    if (offset >= CHIP) {
        request->value = offset == CHIP ? pnp->chip : 0;
    } else if (offset >= SLAVES) {
        request->value = ahbpnp_record_word(pnp, L3_BUS_AHB_SLAVES, offset - SLAVES);
    } else {
        request->value = ahbpnp_record_word(pnp, L3_BUS_AHB_MASTERS, offset);
    }
    return L3_OK;
}

static int32_t ahbpnp_write(void *instance, struct l3_request *request)
{
    const struct ahbpnp *pnp = instance;
    pnp->services->log(pnp->host, L3_LOG_GUEST_ERROR, "write at 0x%x ignored, it is read-only",
                       (unsigned)request->offset);
    return L3_OK;
}

static void *ahbpnp_create(struct l3_host *host, const struct l3_services *services)
{
    struct ahbpnp *pnp = calloc(1, sizeof *pnp);
    if (pnp == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    pnp->host = host;
    pnp->services = services;
    pnp->chip = (uint32_t)(services->property_uint(host, "device_id") << 16 |
                           services->property_uint(host, "build_id"));
    return pnp;
}

/* clang-format off */
static const struct l3_property ahbpnp_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "device_id", "0", 0, 0xffff,
     "which chip this is; 0x0712 is a GR712RC"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "build_id", "4298", 0, 0xffff,
     "build number of the GRLIB it was made from"},
};
/* clang-format on */

static const struct l3_region ahbpnp_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_AHBIO,
    .name = "records",
    .size = 0x1000,
    .default_base = 0xfffff000,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
}};

static const struct l3_device_class ahbpnp = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "ahbpnp",
    .summary = "plug&play area of the AHB bus",
    .version = "1.0",
    .flags = L3_CLASS_BUS_INFO,
    .properties = ahbpnp_properties,
    .property_count = sizeof ahbpnp_properties / sizeof ahbpnp_properties[0],
    .regions = ahbpnp_regions,
    .region_count = 1,
    .create = ahbpnp_create,
    .destroy = free,
    .read = ahbpnp_read,
    .write = ahbpnp_write,
};
L3_DEVICE_CLASS(ahbpnp)
