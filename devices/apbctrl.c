// SPDX-License-Identifier: MIT
/*
 * APBCTRL: the bridge from AHB to APB (GRLIB IP manual, "APBCTRL").
 *
 * This device answers only at those addresses of its 1 MiB where no APB core lies: reads give 0,
 * writes are ignored, and there is no bus error, as in apbctrlx.vhd.  Accesses to the APB cores do
 * not pass through it: the machine maps these cores above it.  The plug&play area in the last 4 KiB
 * is another device (apbpnp.c).
 */
#include <stdlib.h>

#include <leon3emu/device.h>

struct apbctrl {
    struct l3_host *host;
    const struct l3_services *services;
};

static void log_access(const struct apbctrl *bridge, const struct l3_request *request,
                       const char *what)
{
    if (!(request->attributes & L3_ATTR_DEBUG)) {
        bridge->services->log(bridge->host, L3_LOG_GUEST_ERROR, "%s at +0x%x, where no core is",
                              what, (unsigned)request->offset);
    }
}

static int32_t apbctrl_read(void *instance, struct l3_request *request)
{
    log_access(instance, request, "read");
    request->value = 0;
    return L3_OK;
}

static int32_t apbctrl_write(void *instance, struct l3_request *request)
{
    log_access(instance, request, "write");
    return L3_OK;
}

static void *apbctrl_create(struct l3_host *host, const struct l3_services *services)
{
    struct apbctrl *bridge = calloc(1, sizeof *bridge);
    if (bridge == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    bridge->host = host;
    bridge->services = services;
    return bridge;
}

static const struct l3_region apbctrl_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_AHB,
    .name = "apb",
    .size = 0x100000,
    .default_base = 0x80000000,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_ALL,
}};

static const struct l3_pnp apbctrl_pnp = {
    .struct_size = sizeof(struct l3_pnp),
    .where = L3_PNP_AHB_SLAVE,
    .vendor = L3_VENDOR_GAISLER,
    .device = 0x006,
};

static const struct l3_device_class apbctrl = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "apbctrl",
    .summary = "AHB/APB bridge",
    .version = "1.0",
    .flags = L3_CLASS_BRIDGE,
    .regions = apbctrl_regions,
    .region_count = 1,
    .pnp = &apbctrl_pnp,
    .create = apbctrl_create,
    .destroy = free,
    .read = apbctrl_read,
    .write = apbctrl_write,
};
L3_DEVICE_CLASS(apbctrl)
