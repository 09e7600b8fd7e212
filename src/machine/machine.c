// SPDX-License-Identifier: MIT
/* A machine's life: create, reset, run, destroy.  See include/leon3emu.h. */
#include "machine/machine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exec/translator.h"
#include "image/image.h"
#include "image/loaded.h"
#include "mem/mmio_log.h"
#include "mem/window.h"
#include "sparc/interp.h"

#define ADDRESS_SPACE_SIZE UINT64_C(0x100000000)
#define NS_PER_SECOND      1000000000u
#define DEFAULT_CODE_CACHE ((size_t)128 << 20)
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
    code_cache_written(&m->code_cache, region, offset, size, interp_decode);
    if (m->exec.translator != NULL) {
        translator_code_written(m->exec.translator, region, offset, size);
    }
}

static void code_changed(void *context)
{
    struct machine *m = context;
    for (unsigned i = 0; i < m->cpu_count; i++) {
        tlb_flush(&m->cpus[i].tlb);
    }
}

static void interrupt_acknowledge(void *context, struct cpu *cpu, unsigned level)
{
    struct machine *m = context;
    struct l3_host *controller = m->irq_controller;
    struct device_call call;

    if (controller != NULL && controller->library->class.irq_acknowledge != NULL) {
        device_enter(controller, "irq_acknowledge", &call);
        controller->library->class.irq_acknowledge(controller->instance, cpu->config.index, level);
        device_leave(controller);
    }
}

static void executor_failed(void *context, const char *text)
{
    struct machine *m = context;
    exec_stop(&m->exec, STOP_BUG, LEON3EMU_INTERNAL, "%s", text);
}

static uint64_t up_counter(void *context)
{
    return exec_reported_time(&((struct machine *)context)->exec);
}

static void tlb_flushed(void *context, struct cpu *cpu)
{
    struct machine *m = context;
    if (m->exec.translator != NULL) {
        translator_tlb_flushed(m->exec.translator, cpu);
    }
}

static void context_changed(void *context, struct cpu *cpu, unsigned context_slot, bool is_new)
{
    struct machine *m = context;
    if (m->exec.translator != NULL) {
        translator_context_changed(m->exec.translator, cpu, context_slot, is_new);
    }
}

static void watchpoints_changed(void *context)
{
    struct machine *m = context;
    if (m->exec.translator != NULL) {
        translator_watchpoints_changed(m->exec.translator);
    }
}

/* While log lines are written a line of the guest stays whole, as long as it goes on with it in guest time: that
 * the host looks more often, because writing is slow, must not break it. */
static void flush_console(struct machine *m, int timeout_ms)
{
    uint64_t now = exec_now(&m->exec);

    if (timeout_ms != 0 || m->log.mask == 0) {
        chardev_hub_flush(m->chardevs);
    } else if (now >= m->flush_lines_at) {
        chardev_hub_flush_lines(m->chardevs);
        m->flush_lines_at = now + EXEC_POLL_CYCLES;
    }
}

/* How long a machine may sleep that waits to be brought to the foreground. */
#define BACKGROUND_MS 100

/* What does not wait for the guest. */
static void serve_host(struct machine *m)
{
    if (atomic_exchange(&m->continued, false)) {
        chardev_console_continued(m->chardevs);
        pacing_forget(&m->exec.pacing);
    }
    services_run_posts(m);
    if (atomic_exchange(&m->status_wanted, false)) {
        machine_show_status(m);
    }
}

/* Standard output or a file is not read: guest time stands still, but whoever wants to stop or see the run need
 * not wait for that reader. */
static void await_reader(struct machine *m)
{
    pacing_stop(&m->exec.pacing);
    while (chardev_hub_congested(m->chardevs) && !m->interrupted &&
           m->exec.stop.kind == STOP_NONE) {
        hostio_poll(m->hostio, 100);
        serve_host(m);
    }
    pacing_go(&m->exec.pacing);
}

/* A stop after which a debugger can go on must not swallow the user's wish to end the run: the wish then waits for the
 * next look at the host. */
static bool may_take_interrupt(const struct machine *m)
{
    return m->driver.run == NULL || m->exec.stop.kind == STOP_NONE;
}

static void poll_host(void *context, int timeout_ms)
{
    struct machine *m = context;
    if (chardev_console_look(m->chardevs) && (unsigned)timeout_ms > BACKGROUND_MS) {
        timeout_ms = BACKGROUND_MS;
    }
    host_fp_clean(); /* a library may change it in a way that library_changes_fp() does not see */
    flush_console(m, timeout_ms);
    hostio_poll(m->hostio, timeout_ms);
    serve_host(m);
    if (chardev_hub_congested(m->chardevs)) {
        await_reader(m);
    }
    if (may_take_interrupt(m) && atomic_exchange(&m->interrupted, false)) {
        exec_stop(&m->exec, STOP_INTERRUPT, LEON3EMU_INTERRUPTED, "interrupted");
    }
}

/* A reset that a device asked for waits until the instruction or event is over. */
static bool between(void *context)
{
    struct machine *m = context;
    bool wanted = m->reset_wanted;
    if (wanted) {
        machine_reset(m, m->reset_cause);
    }
    return wanted;
}

static void endless(void *context, const struct event *event, uint32_t runs)
{
    struct machine *m = context;
    const struct l3_event *of_device = event->context;
    exec_stop(&m->exec, STOP_DEVICE, LEON3EMU_HANG,
              "peripheral %s has its event %s at cycle %" PRIu64 " again and again: after %" PRIu32
              " events of that instant the run is ended; arm it for a later cycle",
              of_device->host->name, of_device->name, exec_now(&m->exec), runs);
}

static bool can_receive(void *context)
{
    const struct machine *m = context;
    return chardev_hub_can_receive(m->chardevs) || m->driver.run != NULL;
}

static bool can_go_on(void *context)
{
    return machine_can_wake(context) || machine_will_restart(context);
}

static void on_quit(void *context)
{
    leon3emu_interrupt(context);
}

static void on_status(void *context)
{
    leon3emu_request_status(context);
}

void machine_notice(struct machine *m, const char *line)
{
    chardev_hub_before_notice(m->chardevs);
    if (m->options.notice != NULL) {
        m->options.notice(m->options.context, line);
    }
}

static void on_notice(void *context, const char *line)
{
    machine_notice(context, line);
}

void leon3emu_interrupt(struct machine *m)
{
    m->interrupted = true;
    exec_attend(&m->exec);
    hostio_wake(m->hostio);
}

void leon3emu_tick(struct machine *m)
{
    exec_tick(&m->exec);
}

/* ---- creation ---- */

/* The fields of %asr17 that nothing else hangs on, as asr17_gen() of iu3.vhd makes them from the generics. */
static uint32_t asr17_identity(const struct board_cpu *cpu)
{
    uint32_t factor = cpu->clk2x % 8;
    return cpu->bp << 25 | (cpu->clk2x > 8 ? 1u << 17 : 0) | (factor > 3 ? 3 : factor) << 15 |
           (cpu->lddel == 2 ? 1u << 12 : 0);
}

static struct cpu_config cpu_configuration(const struct board_desc *board,
                                           const struct leon3emu_options *options)
{
    struct cpu_config config = {
        .windows = board->cpu.nwin,
        .watchpoints = board->cpu.watchpoints,
        .fpu = (enum cpu_fpu)board->cpu.fpu,
        .casa = board->cpu.casa,
        .mac = board->cpu.mac,
        .svt = board->cpu.svt,
        .partial_wrpsr = board->cpu.pwrpsr,
        .mmu = board->cpu.mmu,
        .up_counter = board->cpu.up_counter,
        .psr_identity = 0xfu << 28 | board->cpu.psr_ver << 24,
        .asr17_identity = asr17_identity(&board->cpu),
        .reset_address = options->has_reset_address ? options->reset_address : board->cpu.reset,
        .icache = board->cpu.icache,
        .dcache = board->cpu.dcache,
        .mmu_identity =
            board->cpu.mmu_impl << MMU_IMPL_LOW | board->cpu.mmu_version << MMU_VERSION_LOW |
            board->cpu.itlb << MMU_ITLB_LOW | board->cpu.dtlb << MMU_DTLB_LOW | MMU_SEPARATE_TLBS,
    };
    return config;
}

static bool create_host_side(struct machine *m, struct error *err)
{
    struct chardev_hub_config config = {
        .log = &m->log,
        .input_fd = m->options.input_fd,
        .output_fd = m->options.output_fd,
        .log_fd = m->options.log_fd,
        .notice_fd = m->options.notice_fd,
        .notice = on_notice,
        .quit = on_quit,
        .status = on_status,
        .context = m,
    };
    m->hostio = hostio_create(err);
    if (m->hostio == NULL) {
        return false;
    }
    config.hostio = m->hostio;
    m->chardevs = chardev_hub_create(&config);
    return m->chardevs != NULL || error_set(err, LEON3EMU_HOST, "out of memory");
}

static bool create_cpu(struct machine *m, struct error *err)
{
    struct cpu_config config = cpu_configuration(m->board, &m->options);
    unsigned count = m->options.cpus != 0 ? m->options.cpus : m->board->cpu.count;

    m->cpu_hooks.interrupt_acknowledge = interrupt_acknowledge;
    m->cpu_hooks.up_counter = up_counter;
    m->cpu_hooks.tlb_flushed = tlb_flushed;
    m->cpu_hooks.context_changed = context_changed;
    m->cpu_hooks.watchpoints_changed = watchpoints_changed;
    m->cpu_hooks.context = m;
    m->exec_hooks.poll_host = poll_host;
    m->exec_hooks.between = between;
    m->exec_hooks.can_receive = can_receive;
    m->exec_hooks.endless = endless;
    m->exec_hooks.error_mode = stop_error_mode;
    m->exec_hooks.can_go_on = can_go_on;
    m->exec_hooks.context = m;
    m->cpus = calloc(count, sizeof *m->cpus);
    if (m->cpus == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    exec_init(&m->exec, m->cpus, count, m->board->clock_hz, &m->exec_hooks);
    m->exec.pacing.on = m->options.realtime;
    m->exec.hash.every = m->exec.hash.next = m->options.jit.hash;
    if (m->options.quantum != 0) {
        m->exec.quantum = m->options.quantum;
    }
    for (; config.index < count; config.index++) {
        m->cpu_count++;
        if (!cpu_init(&m->cpus[config.index], &config, &m->space, &m->code_cache, &m->cpu_hooks,
                      &m->log)) {
            return error_set(err, LEON3EMU_HOST, "out of memory");
        }
        m->cpus[config.index].tlb.few = m->options.jit.stress_tlb;
    }
    return true;
}

/* After the memory is there: the window takes it in. */
static bool create_translator(struct machine *m, struct error *err)
{
    struct translator_config config = {
        .cpus = m->cpus,
        .cpu_count = m->cpu_count,
        .space = &m->space,
        .log = &m->log,
        .options = &m->options.jit,
        .attention = &m->exec.poll.wanted,
        .code_changed = code_changed,
        .failed = executor_failed,
        .context = m,
    };
    if (m->options.exec == EXEC_INTERP) {
        return true;
    }
    m->options.jit.use_ir = m->options.exec == EXEC_IR;
    m->exec.slice = m->options.jit.use_ir ? EXEC_SLICE_IR : EXEC_POLL_CYCLES;
    m->exec.verifies = m->options.jit.verify;
    window_open(&m->space);
    m->exec.translator = translator_create(&config, err);
    return m->exec.translator != NULL;
}

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
    m->code_cache.changed = code_changed;
    m->code_cache.context = m;
    services_bind_thread(m);
    pthread_mutex_init(&m->post_lock, NULL);
    m->posts_open = true;
    if (options->building != NULL) {
        options->building(options->context, m);
    }
    if (!machine_log_init(m, err) || !board_read(&m->options, &m->board, err) ||
        !create_host_side(m, err) || !create_memory(m, err) || !create_cpu(m, err) ||
        !build(m, err) || !create_translator(m, err) || !machine_log_check(m, err)) {
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
    code_cache_clear(&m->code_cache);
    translator_destroy(m->exec.translator);
    m->exec.translator = NULL;
    for (unsigned i = 0; i < m->cpu_count; i++) {
        cpu_fini(&m->cpus[i]);
    }
    m->exec.cpu = NULL; /* who looks at the machine from a signal handler finds none */
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
    restart_forget(m);
    board_desc_destroy(m->board);
    machine_log_fini(m);
    pthread_mutex_destroy(&m->post_lock);
    if (m->options.building != NULL) {
        m->options.building(m->options.context, NULL);
    }
    free(m);
}

/* ---- running ---- */

/* Devices in board order, then the CPU; interrupt lines are low afterwards. */
void machine_reset(struct machine *m, uint32_t cause)
{
    m->reset_wanted = false;
    code_cache_clear(&m->code_cache);
    if (m->exec.translator != NULL) {
        translator_flush(m->exec.translator);
    }
    for (unsigned i = 0; i < m->cpu_count; i++) {
        cpu_reset(&m->cpus[i]);
    }
    services_release_lines(m);
    m->resetting = true;
    for (struct l3_host *host = m->devices; host != NULL; host = host->next) {
        device_reset(host, cause);
    }
    m->resetting = false;
}

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

void leon3emu_begin_line(struct machine *m)
{
    chardev_hub_before_notice(m->chardevs);
}

bool leon3emu_output_failed(const struct machine *m)
{
    return chardev_hub_failed(m->chardevs);
}

uint64_t leon3emu_cycles(const struct machine *m)
{
    return exec_now(&m->exec);
}

uint64_t leon3emu_instructions(const struct machine *m)
{
    return exec_insns(&m->exec);
}

uint64_t leon3emu_state_hash(struct machine *m)
{
    return exec_state_hash(&m->exec);
}

uint64_t leon3emu_nanoseconds(const struct machine *m)
{
    return (uint64_t)((unsigned __int128)exec_now(&m->exec) * NS_PER_SECOND / m->board->clock_hz);
}

/* Pieces that lie in one page: the next page may be anywhere. */
static size_t page_piece(uint32_t address, size_t size)
{
    size_t left = TLB_PAGE_SIZE - (address & TLB_PAGE_MASK);
    return size < left ? size : left;
}

bool machine_debug_read(struct machine *m, const struct cpu *cpu, uint32_t address, void *buffer,
                        size_t size)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    uint8_t *to = buffer;
    uint32_t pa;

    while (size > 0) {
        size_t piece = page_piece(address, size);
        if (!mmu_probe(cpu, address, &pa) || !addrspace_read(&m->space, pa, to, piece, &how)) {
            return false;
        }
        address += (uint32_t)piece;
        to += piece;
        size -= piece;
    }
    return true;
}

bool machine_debug_write(struct machine *m, const struct cpu *cpu, uint32_t address,
                         const void *buffer, size_t size)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    const uint8_t *from = buffer;
    uint32_t pa;

    while (size > 0) {
        size_t piece = page_piece(address, size);
        if (!mmu_probe(cpu, address, &pa) || !addrspace_write(&m->space, pa, from, piece, &how)) {
            return false;
        }
        address += (uint32_t)piece;
        from += piece;
        size -= piece;
    }
    return true;
}

bool leon3emu_console_raw(struct machine *m, bool on)
{
    return chardev_console_raw(m->chardevs, on);
}

void leon3emu_restore_terminal(const struct machine *m)
{
    if (m->chardevs != NULL) {
        chardev_console_restore_unsafe(m->chardevs);
    }
}

void leon3emu_emergency(const struct machine *m, unsigned wait_ms)
{
    if (m->chardevs != NULL) {
        chardev_console_restore_unsafe(m->chardevs);
        chardev_hub_flush_unsafe(m->chardevs, wait_ms);
    }
}

void leon3emu_continued(struct machine *m)
{
    m->continued = true;
    exec_attend(&m->exec);
    hostio_wake(m->hostio);
}
