// SPDX-License-Identifier: MIT
/* A machine's life: create, reset, run, destroy.  See include/leon3emu.h. */
#include "machine/load.h"
#include "machine/services.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exec/translator.h"
#include "image/image.h"
#include "image/loaded.h"
#include "mem/mmio_log.h"
#include "sparc/interp.h"

#define ADDRESS_SPACE_SIZE UINT64_C(0x100000000)
#define DEFAULT_CODE_CACHE ((size_t)256 << 20)
#define DEFAULT_THRESHOLD  8u

void leon3emu_options_init(struct leon3emu_options *options)
{
    memset(options, 0, sizeof *options);
    options->input_fd = 0;
    options->output_fd = 1;
    options->log_fd = options->notice_fd = -1;
    options->jit.cache_size = DEFAULT_CODE_CACHE;
    options->jit.threshold = DEFAULT_THRESHOLD;
    options->jit.passes = ~0u;
}

/* ---- wires between the rooms ---- */

static uint32_t guest_pc(void *context)
{
    return cpu_current_pc(((const struct machine *)context)->exec.cpu);
}

static uint64_t now(void *context)
{
    struct machine *m = context;
    return exec_reported_time(&m->exec);
}

static void code_written(void *context, struct region *region, uint64_t offset, uint64_t size)
{
    struct machine *m = context;
    decode_cache_written(&m->decode_cache, region, offset, size, interp_decode);
    if (m->exec.translator != NULL) {
        translator_code_written(m->exec.translator, region, offset, size);
    }
}

/* ---- creation ---- */

static bool create_memory(struct machine *m, struct error *err)
{
    m->bus.log = &m->log;
    m->bus.guest_pc = guest_pc;
    m->bus.now = now;
    m->bus.code_written = code_written;
    m->bus.context = m;
    m->root = region_new_container("system", ADDRESS_SPACE_SIZE);
    if (m->root == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    addrspace_init(&m->space, "system", m->root, &m->bus);
    if (log_on(&m->log, LOG_MMIO)) {
        mmio_log_attach(&m->bus, &m->mmio_log);
    }
    return true;
}

static bool build(struct machine *m, struct error *err)
{
    bool ok;
    addrspace_begin(&m->space);
    ok = machine_build(m, err);
    if (!addrspace_commit(&m->space) && ok) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    return ok;
}

struct machine *leon3emu_create(const struct leon3emu_options *options, struct error *err)
{
    struct machine *m = calloc(1, sizeof *m);
    if (m == NULL) {
        error_set(err, LEON3EMU_HOST, "out of memory");
        return NULL;
    }
    m->options = *options;
    m->decode_cache.added = machine_code_added;
    m->decode_cache.changed = machine_code_changed;
    m->decode_cache.context = m;
    services_bind_thread(m);
    pthread_mutex_init(&m->post_lock, NULL);
    m->posts_open = true;
    if (options->building != NULL) {
        options->building(options->context, m);
    }
    if (!machine_log_init(m, err) || !board_read(&m->options, &m->board, err) ||
        !machine_create_host_side(m, err) || !create_memory(m, err) ||
        !machine_create_cpus(m, err) || !build(m, err) || !machine_create_translator(m, err) ||
        !machine_log_check(m, err)) {
        leon3emu_destroy(m);
        return NULL;
    }
    machine_reset(m, L3_RESET_POWER_ON);
    /* Options hold pointers of the caller that need not live on. */
    m->options.board = NULL;
    m->options.peripherals = NULL;
    m->options.peripheral_count = 0;
    m->options.plugin_path = NULL;
    m->options.plugin_dir = NULL;
    m->options.log_filter = NULL;
    return m;
}

void leon3emu_destroy(struct machine *m)
{
    if (m == NULL) {
        return;
    }
    services_close_posts(m);
    if (m->driver.run != NULL) {
        m->driver.destroy(m->driver.context);
    }
    while (m->devices != NULL) {
        struct l3_host *host = m->devices;
        m->devices = host->next;
        device_destroy(host);
    }
    decode_cache_clear(&m->decode_cache);
    translator_destroy(m->exec.translator);
    m->exec.translator = NULL;
    for (unsigned i = 0; i < m->cpu_count; i++) {
        cpu_fini(&m->cpus[i]);
    }
    m->exec.cpu = NULL; /* a signal handler that looks at the machine finds none */
    m->bus.last = NULL;
    free(m->cpus);
    exec_fini(&m->exec);
    addrspace_fini(&m->space);
    region_destroy(m->root);
    places_free(m);
    chardev_hub_destroy(m->chardevs);
    m->chardevs = NULL;
    hostio_destroy(m->hostio);
    libraries_unload(m);
    symbols_destroy(m->symbols);
    image_destroy(m->image);
    loaded_free(&m->loaded);
    load_list_clear(m);
    board_desc_destroy(m->board);
    machine_log_fini(m);
    pthread_mutex_destroy(&m->post_lock);
    if (m->options.building != NULL) {
        m->options.building(m->options.context, NULL);
    }
    free(m);
}

/* ---- running ---- */

void leon3emu_set_limits(struct machine *m, uint64_t nanoseconds, uint64_t instructions)
{
    unsigned __int128 cycles = (unsigned __int128)nanoseconds * m->board->clock_hz;
    cycles = (cycles + NS_PER_SECOND - 1) / NS_PER_SECOND;
    m->exec.time_limit = cycles > UINT64_MAX ? UINT64_MAX : (uint64_t)cycles;
    m->exec.insn_limit = instructions;
}

void leon3emu_run(struct machine *m, uint64_t cycles, struct stop_info *stop)
{
    services_bind_thread(m);
    machine_run_begins(m);
    pacing_go(&m->exec.pacing);
    if (m->driver.run != NULL) {
        m->driver.run(m->driver.context, cycles, stop);
    } else {
        exec_run(&m->exec, cycles == 0 ? UINT64_MAX : cycles, stop);
    }
    pacing_stop(&m->exec.pacing);
    machine_run_ends(m);
    stop_add_place(m, stop);
    chardev_hub_drain(m->chardevs, -1);
}

uint64_t leon3emu_state_hash(struct machine *m)
{
    return exec_state_hash(&m->exec);
}
