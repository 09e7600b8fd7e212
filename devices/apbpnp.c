// SPDX-License-Identifier: MIT
/*
 * APB plug&play area: what is behind one APB bridge, the last 4 KiB of the bridge's 1 MiB (GRLIB
 * user's manual, "APB plug&play configuration").  Each slave has 8 bytes: the identity register and
 * the bank address register.
 *
 * Each read computes its word from the devices on the bus.  Writes are ignored.
 */
#include <stdlib.h>

#include <leon3emu/device.h>

#define RECORD_SIZE 8
#define BAR_WORD    4

struct apbpnp {
    struct l3_host *host;
    const struct l3_services *services;
    uint32_t bridge;
};

static int32_t apbpnp_read(void *instance, struct l3_request *request)
{
    const struct apbpnp *pnp = instance;
    struct l3_bus_entry entry = {.struct_size = sizeof entry};
    uint32_t index = (uint32_t)request->offset / RECORD_SIZE;
    int32_t used =
        pnp->services->system->bus_entry(pnp->host, L3_BUS_APB_SLAVES, pnp->bridge, index, &entry);
    if (used != 1) {
        request->value = 0;
    } else if (request->offset % RECORD_SIZE == BAR_WORD) {
        request->value = entry.bar[0];
    } else {
        request->value = entry.id;
    }
    return L3_OK;
}

static int32_t apbpnp_write(void *instance, struct l3_request *request)
{
    const struct apbpnp *pnp = instance;
    pnp->services->log(pnp->host, L3_LOG_GUEST_ERROR, "write at 0x%x ignored, it is read-only",
                       (unsigned)request->offset);
    return L3_OK;
}

static void *apbpnp_create(struct l3_host *host, const struct l3_services *services)
{
    struct apbpnp *pnp = calloc(1, sizeof *pnp);
    if (pnp == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    pnp->host = host;
    pnp->services = services;
    pnp->bridge = (uint32_t)services->property_uint(host, "bridge");
    return pnp;
}

/* clang-format off */
static const struct l3_property apbpnp_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "bridge", "0", 0, 15,
     "which APB bridge, in order of the board; 0 is the first"},
};
/* clang-format on */

static const struct l3_region apbpnp_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "records",
    .size = 0x1000,
    .default_base = 0x800ff000,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
}};

static const struct l3_device_class apbpnp = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "apbpnp",
    .summary = "plug&play area of an APB bridge",
    .version = "1.0",
    .flags = L3_CLASS_BUS_INFO,
    .properties = apbpnp_properties,
    .property_count = sizeof apbpnp_properties / sizeof apbpnp_properties[0],
    .regions = apbpnp_regions,
    .region_count = 1,
    .create = apbpnp_create,
    .destroy = free,
    .read = apbpnp_read,
    .write = apbpnp_write,
};
L3_DEVICE_CLASS(apbpnp)
