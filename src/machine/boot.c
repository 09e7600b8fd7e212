// SPDX-License-Identifier: MIT
/*
 * Loading firmware, and the state in which it starts.
 *
 * A PROM image starts as the hardware does.  An image in RAM expects what a boot loader has done: a
 * stack at the end of RAM, traps and FPU enabled, one window marked invalid, caches on, timer
 * scaler counting microseconds (RTEMS takes the clock frequency from it), UARTs enabled.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "image/image.h"
#include "image/loaded.h"
#include "machine/device.h"
#include "machine/load.h"

#define ENTRY_PSR 0xf30010e0u /* EF, S, PS, ET */
#define ENTRY_WIM 2u
#define ENTRY_CCR 0x0081000fu /* snooping, burst fetch, both caches on */

#define STACK_STRIDE  0x20000u /* between the CPUs' stacks */
#define STACK_RESERVE 0x80u    /* a window save area and hidden parameters above %sp */

#define PNP_APBUART 0x00cu
#define PNP_GPTIMER 0x011u

#define UART_CONTROL   0x08u
#define UART_SCALER    0x0cu
#define UART_ENABLE    0x3u
#define UART_BAUD      38400u
#define TIMER_SCALER   0x00u
#define TIMER_RELOAD   0x04u
#define TIMER1_RELOAD  0x14u
#define TIMER1_CONTROL 0x18u
#define TIMER_FREE_RUN 0x7u /* enable, restart, load */

/* ---- loading ---- */

static bool is_memory(void *context, uint32_t address, uint32_t size)
{
    const struct machine *m = context;
    return addrspace_memory(&m->space, address, size) != NULL;
}

static void write_bytes(void *context, uint32_t address, const uint8_t *bytes, uint32_t size)
{
    struct machine *m = context;
    uint8_t *host = addrspace_memory(&m->space, address, size);
    if (bytes != NULL) {
        memcpy(host, bytes, size);
    } else {
        memset(host, 0, size);
    }
    decode_cache_clear(&m->decode_cache);
}

static void notice_line(void *context, const char *line)
{
    machine_notice(context, line);
}

static bool store_image(struct machine *m, const struct image *image, struct error *err)
{
    if (!image_check_fits(image, is_memory, m, err)) {
        return false;
    }
    if (!loaded_add(&m->loaded, image, notice_line, m)) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    image_store(image, write_bytes, m);
    return true;
}

static void notice_image_note(const struct machine *m, const struct image *image)
{
    char line[sizeof image->label + sizeof image->note + 4];

    if (m->options.notice != NULL) {
        snprintf(line, sizeof line, "%s: %s", image->label, image->note);
        m->options.notice(m->options.context, line);
    }
}

static const struct board_memory *rom_at(const struct machine *m, uint32_t address)
{
    for (size_t i = 0; i < m->board->memory_count; i++) {
        const struct board_memory *memory = &m->board->memories[i];
        if (memory->type == BOARD_ROM && address - memory->base < memory->size) {
            return memory;
        }
    }
    return NULL;
}

/* Warns of a program whose variables are addressed in a ROM: it was linked for another board.  A boot PROM gives
 * no warning, since its variables are only stored in the ROM, and are copied to RAM, where they are addressed. */
static void warn_of_data_in_rom(const struct machine *m, const struct image *image)
{
    char line[sizeof image->label + 200];

    for (size_t i = 0; image->format == IMAGE_ELF && i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        const struct board_memory *rom = rom_at(m, segment->address);
        if ((segment->access & IMAGE_WRITE) && segment->virtual_address == segment->address &&
            rom != NULL && m->options.notice != NULL) {
            snprintf(line, sizeof line,
                     "%s: the data that it writes (0x%08" PRIx32 "-0x%08" PRIx32
                     ") lies in %s, which the board cannot write; is it for another --board?",
                     image->label, segment->address, segment->address + segment->mem_size - 1,
                     rom->name);
            m->options.notice(m->options.context, line);
            return;
        }
    }
}

static bool remember_load(struct machine *m, const char *path, enum load_kind kind,
                          uint32_t address, struct error *err)
{
    return load_list_add(m, path, kind, address) || error_set(err, LEON3EMU_HOST, "out of memory");
}

/* Loads an image that was read, and takes it over: it is the one that GDB and messages know, and its
 * entry is where the CPU starts. */
static bool take_image(struct machine *m, struct image *image, struct error *err)
{
    struct symbols *symbols = NULL;

    if (!store_image(m, image, err) || !symbols_read(image, &symbols, err)) {
        image_destroy(image);
        return false;
    }
    if (image->note[0] != '\0') {
        notice_image_note(m, image);
    }
    symbols_destroy(m->symbols);
    image_destroy(m->image);
    m->symbols = symbols;
    m->image = image;
    if (image->has_entry) {
        m->has_entry = true;
        m->entry = image->entry;
    }
    return true;
}

/* Loads the bytes of an image, and no symbols.  If the machine has no entry yet, it gets the image's (for raw
 * bytes, the address at which they lie). */
static bool store_without_symbols(struct machine *m, struct image *image, struct error *err)
{
    bool ok = store_image(m, image, err);

    if (ok && !m->has_entry) {
        m->has_entry = true;
        m->entry = image->entry;
    }
    image_destroy(image);
    return ok;
}

bool leon3emu_load(struct machine *m, const char *path, struct error *err)
{
    struct image *image;

    if (!image_read(path, &image, err) || !take_image(m, image, err)) {
        return false;
    }
    warn_of_data_in_rom(m, image);
    return remember_load(m, path, LOAD_IMAGE, 0, err);
}

bool leon3emu_load_more(struct machine *m, const char *path, struct error *err)
{
    struct image *image;
    bool ok;

    if (!image_read(path, &image, err)) {
        return false;
    }
    ok = m->image == NULL ? take_image(m, image, err) : store_without_symbols(m, image, err);
    return ok && remember_load(m, path, LOAD_MORE, 0, err);
}

bool leon3emu_load_raw(struct machine *m, const char *path, uint32_t address, struct error *err)
{
    struct image *image;

    return image_read_raw(path, address, &image, err) && store_without_symbols(m, image, err) &&
           remember_load(m, path, LOAD_RAW, address, err);
}

bool leon3emu_load_prom(struct machine *m, const char *path, struct error *err)
{
    struct image *image;
    bool ok;

    if (!image_read_any(path, m->cpus[0].config.reset_address, &image, err)) {
        return false;
    }
    ok = image->format == IMAGE_RAW ? store_without_symbols(m, image, err)
                                    : take_image(m, image, err);
    return ok && remember_load(m, path, LOAD_PROM, 0, err);
}

/* ---- the state at entry ---- */

static void write_register(struct machine *m, const struct l3_host *host, uint32_t offset,
                           uint32_t value)
{
    struct access how = {L3_ATTR_SUPERVISOR, 0, 0};
    addrspace_store(&m->space, host->bases[0] + offset, 4, value, &how);
}

static void prepare_uart(struct machine *m, const struct l3_host *host)
{
    write_register(m, host, UART_SCALER, m->board->clock_hz / (8 * UART_BAUD) - 1);
    write_register(m, host, UART_CONTROL, UART_ENABLE);
}

static void prepare_timer(struct machine *m, const struct l3_host *host)
{
    uint32_t reload = m->board->clock_hz / 1000000 - 1;
    write_register(m, host, TIMER_SCALER, reload);
    write_register(m, host, TIMER_RELOAD, reload);
    write_register(m, host, TIMER1_RELOAD, UINT32_MAX);
    write_register(m, host, TIMER1_CONTROL, TIMER_FREE_RUN);
}

static void prepare_devices(struct machine *m)
{
    for (const struct l3_host *host = m->devices; host != NULL; host = host->next) {
        struct l3_pnp pnp = library_pnp(&host->library->class);
        if (pnp.vendor != L3_VENDOR_GAISLER || host->library->class.region_count == 0) {
            continue;
        }
        if (pnp.device == PNP_APBUART) {
            prepare_uart(m, host);
        } else if (pnp.device == PNP_GPTIMER) {
            prepare_timer(m, host);
        }
    }
}

/* The end of the RAM that holds the entry point; if none does, the end of the first RAM. */
static uint32_t ram_end(const struct machine *m)
{
    const struct board_memory *found = NULL;
    for (size_t i = 0; i < m->board->memory_count; i++) {
        const struct board_memory *memory = &m->board->memories[i];
        if (memory->type == BOARD_RAM &&
            (found == NULL || m->entry - memory->base < memory->size)) {
            found = memory;
        }
    }
    return found == NULL ? 0 : found->base + found->size;
}

/* Every CPU gets the state of the entry, with a stack of its own.  All but the first wait in power-down, and begin
 * at the entry when they are woken; the program tells them apart by %asr17. */
static void enter_cpu(struct machine *m, struct cpu *cpu)
{
    unsigned index = cpu->config.index;
    uint32_t stack = (ram_end(m) - index * STACK_STRIDE - STACK_RESERVE) & ~7u;

    cpu_set_psr(cpu, index == 0 ? ENTRY_PSR : ENTRY_PSR & ~(1u << PSR_ET));
    cpu->wim = ENTRY_WIM;
    cpu->tba = m->entry & TBR_TBA;
    cpu->cache_control = ENTRY_CCR;
    cpu_set_reg(cpu, 14, stack);
    cpu_set_reg(cpu, 30, stack);
    cpu->pc = m->entry;
    cpu->npc = m->entry + 4;
}

static void enter_image(struct machine *m)
{
    for (unsigned i = 0; i < m->cpu_count; i++) {
        enter_cpu(m, &m->cpus[i]);
    }
    prepare_devices(m);
}

/* Makes the start of the first RAM the entry, because programs in RAM usually begin there. */
static bool set_entry_to_ram(struct machine *m, struct error *err)
{
    for (size_t i = 0; i < m->board->memory_count; i++) {
        if (m->board->memories[i].type == BOARD_RAM) {
            m->entry = m->board->memories[i].base;
            return true;
        }
    }
    return error_set(err, LEON3EMU_BOARD, "the board has no RAM for a debugger to load into");
}

void machine_begin(struct machine *m)
{
    machine_reset(m, L3_RESET_POWER_ON);
    if (m->start_mode != START_RESET) {
        enter_image(m);
    }
}

/* Something must be where the CPU starts, unless nothing is loaded at all: then GDB may bring it. */
static bool check_reset_address(const struct machine *m, struct error *err)
{
    uint32_t address = m->cpus[0].config.reset_address;

    for (const struct loaded *image = m->loaded; image != NULL; image = image->next) {
        for (size_t i = 0; i < image->count; i++) {
            if (address >= image->ranges[i].start && address < image->ranges[i].end) {
                return true;
            }
        }
    }
    return m->loaded == NULL ||
           error_set(err, LEON3EMU_IMAGE,
                     "nothing is loaded at the reset address 0x%" PRIx32
                     ", where --bios starts; leave out --bios, or give another one with "
                     "--reset-address=ADDRESS",
                     address);
}

bool leon3emu_start(struct machine *m, enum start_mode mode, struct error *err)
{
    if (mode == START_LOADED && !m->has_entry) {
        return error_set(err, LEON3EMU_IMAGE,
                         "nothing to run: no image was loaded, or it names no entry point");
    }
    if (mode == START_EMPTY && !set_entry_to_ram(m, err)) {
        return false;
    }
    if (mode == START_RESET && !check_reset_address(m, err)) {
        return false;
    }
    if (!machine_check_outputs(m, err)) {
        return false;
    }
    chardev_hub_begin(m->chardevs);
    m->start_mode = mode;
    machine_begin(m);
    return true;
}
