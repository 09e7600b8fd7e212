// SPDX-License-Identifier: MIT
/*
 * AHBSTAT: AHB status registers (GRLIB IP manual, "AHBSTAT"; ahbstat.vhd).
 *
 * The core watches the bus.  At the first error it freezes the address and the kind of the access,
 * sets NE and raises its interrupt; later errors are not seen until software clears NE, by writing
 * 0 to it.  Software that writes 1 to a clear NE gets the interrupt too, as in the VHDL.
 *
 * Revision 1 (property `filters`) has a second pair of registers at 0x08.  It records an error that
 * the first pair cannot record, because that holds one already or its filter ignores errors.
 * Revision 1 also has filters for errors and for correctable errors, and ME, which says that there
 * was a further error that neither pair could record.
 *
 * HMASTER is the CPU's number, or the index of the DMA master's plug&play record.  HSIZE of a
 * doubleword access is a word, because the bus carries it as two words.
 *
 * Not modelled: correctable errors (no memory of the emulator has any).  While NE is clear, address
 * and kind in hardware follow the bus; here they keep those of the last error.
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define PAIRS 2

#define STATUS_KIND    0x000000ffu /* HSIZE, HMASTER and HWRITE of the access */
#define STATUS_WRITE   0x00000080u /* HWRITE */
#define STATUS_NE      0x00000100u /* new error */
#define STATUS_CE      0x00000200u /* it was correctable */
#define STATUS_AF      0x00000400u /* ignore errors */
#define STATUS_CF      0x00000800u /* ignore correctable errors */
#define STATUS_FW      0x00001000u /* write the filters */
#define STATUS_ME      0x00002000u /* multiple errors */
#define STATUS_FILTERS (STATUS_AF | STATUS_CF)

#define STATUS_MASTER_LOW 3

struct ahbstat {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t filters;
    union {
        uint32_t values[2 * PAIRS];
        struct { /* in order of ahbstat_registers */
            uint32_t status[PAIRS], address[PAIRS];
        };
    };
};

/* Bits of the status register that a write of `value` replaces.  Without property `filters` the
 * filters and ME do not exist. */
static uint32_t ahbstat_written(const struct ahbstat *ahbstat, uint32_t value)
{
    uint32_t written = STATUS_NE | STATUS_CE;
    if (ahbstat->filters) {
        written |= STATUS_ME | (value & STATUS_FW ? STATUS_FILTERS : 0);
    }
    return written;
}

static void ahbstat_write_status(void *instance, uint32_t index, uint32_t value)
{
    struct ahbstat *ahbstat = instance;
    uint32_t before = ahbstat->status[index];
    uint32_t written = ahbstat_written(ahbstat, value);
    ahbstat->status[index] = (before & ~written) | (value & written);
    if (ahbstat->status[index] & ~before & STATUS_NE) {
        ahbstat->services->irq_pulse(ahbstat->host, 0);
    }
}

/* ---- the bus ---- */

static uint32_t ahbstat_size(uint32_t bytes)
{
    return bytes == 1 ? 0 : bytes == 2 ? 1 : 2;
}

static void ahbstat_freeze(struct ahbstat *ahbstat, uint32_t pair, const struct l3_bus_error *error)
{
    uint32_t kind = ahbstat_size(error->size) | (error->master & 15) << STATUS_MASTER_LOW |
                    (error->write ? STATUS_WRITE : 0);
    ahbstat->status[pair] &= ~(STATUS_KIND | STATUS_CE);
    ahbstat->status[pair] |= kind | STATUS_NE;
    ahbstat->address[pair] = (uint32_t)error->address;
    ahbstat->services->irq_pulse(ahbstat->host, 0);
}

/* `pair` holds an error already.  Sets its ME if the other pair, whose status is `other`, cannot
 * record the new error either. */
static void ahbstat_note_another(struct ahbstat *ahbstat, uint32_t pair, uint32_t other)
{
    if (ahbstat->filters && (other & (STATUS_NE | STATUS_AF))) {
        ahbstat->status[pair] |= STATUS_ME;
    }
}

static void ahbstat_bus_error(void *instance, const struct l3_bus_error *error)
{
    struct ahbstat *ahbstat = instance;
    uint32_t pairs = ahbstat->filters ? PAIRS : 1;
    uint32_t before[PAIRS] = {ahbstat->status[0], ahbstat->status[1]};

    for (uint32_t pair = 0; pair < pairs; pair++) {
        if (before[pair] & STATUS_AF) {
            continue;
        }
        if (!(before[pair] & STATUS_NE)) {
            ahbstat_freeze(ahbstat, pair, error);
            return;
        }
        ahbstat_note_another(ahbstat, pair, before[!pair]);
    }
}

/* ---- registers ---- */

#define STATUS_READABLE (STATUS_KIND | STATUS_NE | STATUS_CE | STATUS_FILTERS | STATUS_ME)

static const struct l3_register ahbstat_registers[] = {
    L3_REGISTER_ARRAY(0x00, "ahbs", 0, STATUS_READABLE, 0, 0, NULL, ahbstat_write_status, PAIRS, 8),
    L3_REGISTER_ARRAY(0x04, "ahbfar", 0, UINT32_MAX, 0, 0, NULL, NULL, PAIRS, 8),
};

static const struct l3_region ahbstat_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = ahbstat_registers,
    .register_count = sizeof ahbstat_registers / sizeof ahbstat_registers[0],
}};

static int32_t ahbstat_read(void *instance, struct l3_request *request)
{
    struct ahbstat *ahbstat = instance;
    return l3_regfile_read(&ahbstat->regs, request);
}

static int32_t ahbstat_write(void *instance, struct l3_request *request)
{
    struct ahbstat *ahbstat = instance;
    return l3_regfile_write(&ahbstat->regs, request);
}

/* ---- life ---- */

static void ahbstat_reset(void *instance, uint32_t cause)
{
    struct ahbstat *ahbstat = instance;
    (void)cause;
    l3_regfile_reset(&ahbstat->regs);
}

static void ahbstat_destroy(void *instance)
{
    struct ahbstat *ahbstat = instance;
    l3_regfile_destroy(&ahbstat->regs);
    free(ahbstat);
}

static void *ahbstat_create(struct l3_host *host, const struct l3_services *services)
{
    struct ahbstat *ahbstat = calloc(1, sizeof *ahbstat);
    if (ahbstat == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    ahbstat->host = host;
    ahbstat->services = services;
    ahbstat->filters = (uint32_t)services->property_uint(host, "filters");
    ahbstat->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &ahbstat_regions[0],
        .instance = ahbstat,
        .values = ahbstat->values,
        .value_count = 2 * PAIRS,
    };
    if (!l3_regfile_create(&ahbstat->regs)) {
        free(ahbstat);
        return NULL;
    }
    services->system->watch_bus_errors(host, ahbstat_bus_error);
    l3_regfile_limit(&ahbstat->regs, 0x00, ahbstat->filters ? PAIRS : 1);
    l3_regfile_limit(&ahbstat->regs, 0x04, ahbstat->filters ? PAIRS : 1);
    return ahbstat;
}

/* ---- description ---- */

static const struct l3_property ahbstat_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "filters", "off", 0, 0,
     "revision 1 of the core: two pairs of registers, filters, multiple errors"},
};

static const struct l3_state_field ahbstat_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct ahbstat, values), 4, 2 * PAIRS, "values"},
};

static const struct l3_pnp ahbstat_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x052, 0, 0,
};

static const struct l3_device_class ahbstat = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "ahbstat",
    .summary = "AHB status registers: the first bus error",
    .version = "1.0",
    .properties = ahbstat_properties,
    .property_count = 1,
    .regions = ahbstat_regions,
    .region_count = 1,
    .irq_output_count = 1,
    .state = ahbstat_state,
    .state_count = 1,
    .pnp = &ahbstat_pnp,
    .create = ahbstat_create,
    .destroy = ahbstat_destroy,
    .reset = ahbstat_reset,
    .read = ahbstat_read,
    .write = ahbstat_write,
};
L3_DEVICE_CLASS(ahbstat)
