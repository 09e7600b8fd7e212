// SPDX-License-Identifier: MIT
/*
 * FTMCTRL: the registers of the memory controller with EDAC (GRLIB IP manual, "FTMCTRL").
 *
 * The registers keep what boot software writes: widths, wait states, SDRAM timing.  An SDRAM
 * command is complete at once, so that its field always reads 0.  The memories themselves are lines
 * of the board file: no setting here moves, disables or slows them, and no memory has errors to
 * correct.
 *
 * MCTRL, the controller without EDAC, has the first three registers at the same places and is this
 * core with `edac` off (mctrl.vhd, sdmctrl.vhd).
 *
 * Not modelled: write protection and the enable bit of PROM and I/O area, wait states, time-out of
 * bus ready, EDAC tests (bits 11:0 of MCFG3 are only kept).
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define MCFG1_STORED      0x7efbcbffu /* all but reserved bits 31, 24, 18, 13, 12 and 10 */
#define MCFG1_RESET       0x000000ffu /* slowest PROM access */
#define MCFG1_WIDTH_LOW   8           /* of the PROM: 0 8 bits, 1 16 bits, 2 32 bits */
#define MCFG2_SDRAM       0xffe06000u
#define MCFG2_SRAM        0x00001effu
#define MCFG2_RESET       0x7c400000u /* slowest SDRAM timing, 1024 columns */
#define MCFG3_REFRESH     0x07fff000u
#define MCFG3_EDAC        0x00000fffu
#define MCFG3_HAS_EDAC    0x08000000u
#define MCFG3_PROM_EDAC   0x00000100u
#define MCFG5_STORED      0x3f803f80u
#define FTMCTRL_REGISTERS 5

struct ftmctrl {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t width; /* of the PROM, as in MCFG1 */
    uint32_t edac;
    uint32_t prom_edac; /* EDAC of the PROM is enabled after reset */
    uint32_t sdram;
    union {
        uint32_t values[FTMCTRL_REGISTERS];
        struct { /* in order of ftmctrl_registers */
            uint32_t mcfg1, mcfg2, mcfg3, mcfg5, mcfg7;
        };
    };
};

/* Fields for memory that this instance does not have read 0, whatever was written. */
static uint32_t ftmctrl_read_mcfg2(void *instance, uint32_t index, uint32_t value)
{
    const struct ftmctrl *ftmctrl = instance;
    (void)index;
    return ftmctrl->sdram ? value : value & MCFG2_SRAM;
}

static uint32_t ftmctrl_read_mcfg3(void *instance, uint32_t index, uint32_t value)
{
    const struct ftmctrl *ftmctrl = instance;
    (void)index;
    uint32_t exists = (ftmctrl->sdram ? MCFG3_REFRESH : 0) | (ftmctrl->edac ? MCFG3_EDAC : 0);
    return (value & exists) | (ftmctrl->edac ? MCFG3_HAS_EDAC : 0);
}

/* clang-format off */
static const struct l3_register ftmctrl_registers[] = {
    /*          offset name     reset        readable      stored        w1c */
    L3_REGISTER(0x00,  "mcfg1", MCFG1_RESET, MCFG1_STORED, MCFG1_STORED, 0, NULL, NULL),
    L3_REGISTER(0x04,  "mcfg2", MCFG2_RESET, MCFG2_SDRAM | MCFG2_SRAM, MCFG2_SDRAM | MCFG2_SRAM, 0,
                ftmctrl_read_mcfg2, NULL),
    L3_REGISTER(0x08,  "mcfg3", 0, MCFG3_REFRESH | MCFG3_EDAC, MCFG3_REFRESH | MCFG3_EDAC, 0,
                ftmctrl_read_mcfg3, NULL),
    L3_REGISTER(0x10,  "mcfg5", 0,           MCFG5_STORED, MCFG5_STORED, 0, NULL, NULL),
    L3_REGISTER(0x18,  "mcfg7", 0,           UINT32_MAX,   UINT32_MAX,   0, NULL, NULL),
};
/* clang-format on */

static const struct l3_region ftmctrl_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = ftmctrl_registers,
    .register_count = sizeof ftmctrl_registers / sizeof ftmctrl_registers[0],
}};

static int32_t ftmctrl_read(void *instance, struct l3_request *request)
{
    struct ftmctrl *ftmctrl = instance;
    return l3_regfile_read(&ftmctrl->regs, request);
}

static int32_t ftmctrl_write(void *instance, struct l3_request *request)
{
    struct ftmctrl *ftmctrl = instance;
    return l3_regfile_write(&ftmctrl->regs, request);
}

/* ---- life ---- */

static void ftmctrl_reset(void *instance, uint32_t cause)
{
    struct ftmctrl *ftmctrl = instance;
    (void)cause;
    l3_regfile_reset(&ftmctrl->regs);
    ftmctrl->mcfg1 |= ftmctrl->width << MCFG1_WIDTH_LOW;
    ftmctrl->mcfg3 |= ftmctrl->prom_edac ? MCFG3_PROM_EDAC : 0;
}

static void ftmctrl_destroy(void *instance)
{
    struct ftmctrl *ftmctrl = instance;
    l3_regfile_destroy(&ftmctrl->regs);
    free(ftmctrl);
}

static int ftmctrl_configure(struct ftmctrl *ftmctrl)
{
    struct l3_host *host = ftmctrl->host;
    const struct l3_services *services = ftmctrl->services;
    uint64_t width = services->property_uint(host, "prom_width");
    if (width != 8 && width != 16 && width != 32) {
        services->fail(host, "prom_width=%u: must be 8, 16 or 32", (unsigned)width);
        return 0;
    }
    ftmctrl->width = (uint32_t)width / 16;
    ftmctrl->edac = (uint32_t)services->property_uint(host, "edac");
    ftmctrl->prom_edac = (uint32_t)services->property_uint(host, "prom_edac");
    ftmctrl->sdram = (uint32_t)services->property_uint(host, "sdram");
    return l3_regfile_create(&ftmctrl->regs);
}

static void *ftmctrl_create(struct l3_host *host, const struct l3_services *services)
{
    struct ftmctrl *ftmctrl = calloc(1, sizeof *ftmctrl);
    if (ftmctrl == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    ftmctrl->host = host;
    ftmctrl->services = services;
    ftmctrl->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &ftmctrl_regions[0],
        .instance = ftmctrl,
        .values = ftmctrl->values,
        .value_count = FTMCTRL_REGISTERS,
    };
    if (!ftmctrl_configure(ftmctrl)) {
        free(ftmctrl);
        return NULL;
    }
    return ftmctrl;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property ftmctrl_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "prom_width", "8", 8, 32,
     "data width of the PROM that the bootstrap pins say: 8, 16 or 32 bits"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "edac", "on", 0, 0,
     "memory errors can be corrected"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "prom_edac", "off", 0, 0,
     "the bootstrap pins say that the PROM has check bits"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "sdram", "on", 0, 0,
     "there is an SDRAM controller"},
};
/* clang-format on */

static const struct l3_state_field ftmctrl_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct ftmctrl, values), 4, FTMCTRL_REGISTERS,
     "values"},
};

static const struct l3_pnp ftmctrl_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x054, 0, 0,
};

static const struct l3_device_class ftmctrl = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "ftmctrl",
    .summary = "memory controller with EDAC (registers)",
    .version = "1.0",
    .properties = ftmctrl_properties,
    .property_count = sizeof ftmctrl_properties / sizeof ftmctrl_properties[0],
    .regions = ftmctrl_regions,
    .region_count = 1,
    .state = ftmctrl_state,
    .state_count = sizeof ftmctrl_state / sizeof ftmctrl_state[0],
    .pnp = &ftmctrl_pnp,
    .create = ftmctrl_create,
    .destroy = ftmctrl_destroy,
    .reset = ftmctrl_reset,
    .read = ftmctrl_read,
    .write = ftmctrl_write,
};
L3_DEVICE_CLASS(ftmctrl)
