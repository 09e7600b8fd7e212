// SPDX-License-Identifier: MIT
/*
 * L2CACHE: registers of the level-2 cache controller (GRLIB IP manual, "L2C"; GR740 user's manual,
 * chapter 9).
 *
 * There is no cache behind the registers, which a program can notice only by its timing.  The
 * registers keep what is written, flushes are done at once, and no error ever happens.  Sizes are
 * properties; their defaults are the GR740's: 4 ways of 512 KiB, lines of 32 bytes, a 128-bit
 * backend.
 *
 * Not modelled: write protection by memory type range registers, EDAC tests, and the diagnostic
 * access to tags and data, which reads 0.
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define DIAGNOSTIC 0x80000 /* from here on tags, then data */

#define CONTROL_EN       0x80000000u
#define CONTROL_STORED   0xf000ff3fu
#define CONTROL_BBS      0x00070000u /* backend bus size */
#define CONTROL_BBS_128  0x00040000u /* 128 bits */
#define STATUS_LINE_64   0x01000000u
#define STATUS_MP        0x00400000u /* memory protection is there */
#define STATUS_MTRR_LOW  16
#define STATUS_BBUS_128  0x00002000u
#define STATUS_SIZE_LOW  2           /* of a way, in KiB */
#define ERROR_STORED     0x00080ffeu /* all but RST */
#define SCRUB_STORED     0xffff0031u
#define ACCESS_STORED    0x000067f6u
#define INJECTION_STORED 0x00000700u
#define FLUSH_ADDRESS    0xffffffe0u
#define FLUSH_DISABLE    0x00000008u /* in both flush registers */
#define FLUSH_INDEX      0xfffffc30u
#define MTRR_MAX         32

#define VALUE_COUNT  (13 + MTRR_MAX)
#define ACCESS_VALUE 11 /* l2caccc's */

struct l2cache {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t status;
    uint32_t access; /* l2caccc after reset */
    union {
        uint32_t values[VALUE_COUNT];
        uint32_t control; /* the first of them */
    };
};

static uint32_t l2cache_read_status(void *instance, uint32_t index, uint32_t value)
{
    const struct l2cache *cache = instance;
    (void)index;
    (void)value;
    return cache->status;
}

/* There is nothing to flush: of the command only its bit DI, which disables the cache, has an
 * effect. */
static void l2cache_write_flush(void *instance, uint32_t index, uint32_t value)
{
    struct l2cache *cache = instance;
    (void)index;
    cache->control &= ~(value & FLUSH_DISABLE ? CONTROL_EN : 0);
}

/* clang-format off */
static const struct l3_register l2cache_registers[] = {
    /*          offset name         reset            readable      stored        w1c */
    L3_REGISTER(0x00, "l2cc",       CONTROL_BBS_128, CONTROL_STORED | CONTROL_BBS, CONTROL_STORED, 0,
                NULL, NULL),
    L3_REGISTER(0x04, "l2cs",       0,               0,            0,            0,
                l2cache_read_status, NULL),
    L3_REGISTER(0x08, "l2cfma",     0,               FLUSH_ADDRESS, FLUSH_ADDRESS, 0,
                NULL, l2cache_write_flush),
    L3_REGISTER(0x0c, "l2cfsi",     0,               FLUSH_INDEX,  FLUSH_INDEX,  0,
                NULL, l2cache_write_flush),
    L3_REGISTER(0x20, "l2cerr",     0,               ERROR_STORED, ERROR_STORED, 0, NULL, NULL),
    L3_REGISTER(0x24, "l2cerra",    0,               UINT32_MAX,   0,            0, NULL, NULL),
    L3_REGISTER(0x28, "l2ctcb",     0,               0x0000007f,   0x0000007f,   0, NULL, NULL),
    L3_REGISTER(0x2c, "l2ccb",      0,               0x0fffffff,   0x0fffffff,   0, NULL, NULL),
    L3_REGISTER(0x30, "l2cscrub",   0,               SCRUB_STORED, SCRUB_STORED, 0, NULL, NULL),
    L3_REGISTER(0x34, "l2csdel",    0,               0x0000ffff,   0x0000ffff,   0, NULL, NULL),
    L3_REGISTER(0x38, "l2ceinj",    0,               0xfffffffc,   0xfffffffc,   0, NULL, NULL),
    L3_REGISTER(0x3c, "l2caccc",    0,               ACCESS_STORED, ACCESS_STORED, 0, NULL, NULL),
    L3_REGISTER(0x50, "l2ceinjcfg", 0,               INJECTION_STORED, INJECTION_STORED, 0,
                NULL, NULL),
    L3_REGISTER_ARRAY(0x80, "l2cmtrr", 0, UINT32_MAX, UINT32_MAX, 0, NULL, NULL, MTRR_MAX, 4),
};
/* clang-format on */

static const struct l3_region l2cache_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_AHB,
    .name = "registers",
    .size = 0x400000,
    .default_base = 0xf0000000,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = l2cache_registers,
    .register_count = sizeof l2cache_registers / sizeof l2cache_registers[0],
}};

/* ---- access ---- */

static int l2cache_is_diagnostic(const struct l2cache *cache, const struct l3_request *request,
                                 const char *access)
{
    if (request->offset < DIAGNOSTIC) {
        return 0;
    }
    if ((request->attributes & L3_ATTR_DEBUG) == 0) {
        cache->services->log(cache->host, L3_LOG_UNIMP, "%s of tags or data at 0x%x", access,
                             (unsigned)request->offset);
    }
    return 1;
}

static int32_t l2cache_read(void *instance, struct l3_request *request)
{
    struct l2cache *cache = instance;
    if (l2cache_is_diagnostic(cache, request, "read")) {
        request->value = 0;
        return L3_OK;
    }
    return l3_regfile_read(&cache->regs, request);
}

static int32_t l2cache_write(void *instance, struct l3_request *request)
{
    struct l2cache *cache = instance;
    if (l2cache_is_diagnostic(cache, request, "write")) {
        return L3_OK;
    }
    return l3_regfile_write(&cache->regs, request);
}

/* ---- life ---- */

static void l2cache_reset(void *instance, uint32_t cause)
{
    struct l2cache *cache = instance;
    (void)cause;
    l3_regfile_reset(&cache->regs);
    cache->values[ACCESS_VALUE] = cache->access;
}

static void l2cache_destroy(void *instance)
{
    struct l2cache *cache = instance;
    l3_regfile_destroy(&cache->regs);
    free(cache);
}

static int l2cache_configure(struct l2cache *cache)
{
    struct l3_host *host = cache->host;
    const struct l3_services *services = cache->services;
    uint32_t ways = (uint32_t)services->property_uint(host, "ways");
    uint32_t way_size = (uint32_t)services->property_uint(host, "way_size");
    uint32_t line = (uint32_t)services->property_uint(host, "line");
    uint32_t mtrrs = (uint32_t)services->property_uint(host, "mtrrs");
    if (line != 32 && line != 64) {
        services->fail(host, "line=%u: must be 32 or 64", (unsigned)line);
        return 0;
    }
    cache->status = (line == 64 ? STATUS_LINE_64 : 0) | STATUS_MP | mtrrs << STATUS_MTRR_LOW |
                    STATUS_BBUS_128 | way_size << STATUS_SIZE_LOW | (ways - 1);
    if (!l3_regfile_create(&cache->regs)) {
        return 0;
    }
    l3_regfile_limit(&cache->regs, 0x80, mtrrs);
    cache->access = (uint32_t)services->property_uint(host, "accc") & ACCESS_STORED;
    return 1;
}

static void *l2cache_create(struct l3_host *host, const struct l3_services *services)
{
    struct l2cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    cache->host = host;
    cache->services = services;
    cache->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &l2cache_regions[0],
        .instance = cache,
        .values = cache->values,
        .value_count = VALUE_COUNT,
    };
    if (!l2cache_configure(cache)) {
        l3_regfile_destroy(&cache->regs);
        free(cache);
        return NULL;
    }
    return cache;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property l2cache_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "ways", "4", 1, 4, "number of ways"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "way_size", "512", 1, 2047,
     "size of a way in KiB"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "line", "32", 32, 64,
     "bytes in a line: 32 or 64"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "mtrrs", "16", 0, MTRR_MAX,
     "number of memory type range registers"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "accc", "0", 0, ACCESS_STORED,
     "access control register after reset, as a boot loader leaves it"},
};
/* clang-format on */

static const struct l3_state_field l2cache_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct l2cache, values), 4, VALUE_COUNT, "values"},
};

static const struct l3_pnp l2cache_pnp = {
    sizeof(struct l3_pnp), L3_PNP_AHB_SLAVE, L3_VENDOR_GAISLER, 0x04b, 0, 0,
};

static const struct l3_device_class l2cache = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "l2cache",
    .summary = "level-2 cache controller (registers)",
    .version = "1.0",
    .properties = l2cache_properties,
    .property_count = sizeof l2cache_properties / sizeof l2cache_properties[0],
    .regions = l2cache_regions,
    .region_count = 1,
    .irq_output_count = 1, /* for plug&play: errors would raise it */
    .state = l2cache_state,
    .state_count = sizeof l2cache_state / sizeof l2cache_state[0],
    .pnp = &l2cache_pnp,
    .create = l2cache_create,
    .destroy = l2cache_destroy,
    .reset = l2cache_reset,
    .read = l2cache_read,
    .write = l2cache_write,
};
L3_DEVICE_CLASS(l2cache)
