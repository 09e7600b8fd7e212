// SPDX-License-Identifier: MIT
/* Makes the CPUs, the scheduler and the translator as the board's keys and the options say, and has the functions that
 * these call in the machine (struct cpu_hooks, struct exec_hooks). */
#include <inttypes.h>
#include <stdlib.h>

#include "exec/translator.h"
#include "machine/device.h"
#include "mem/window.h"

void machine_code_added(void *context, const struct region *region, uint64_t offset)
{
    struct machine *m = context;
    for (unsigned i = 0; i < m->cpu_count; i++) {
        tlb_withdraw_stores(&m->cpus[i].tlb, region->host + offset);
    }
}

void machine_code_changed(void *context)
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

static void executor_failed(void *context, const char *text)
{
    struct machine *m = context;
    exec_stop(&m->exec, STOP_BUG, LEON3EMU_INTERNAL, "%s", text);
}

/* Runs between instructions and events: carries out a reset that a device has asked for during one.  True: it did. */
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

static bool can_go_on(void *context)
{
    return machine_can_wake(context) || machine_will_restart(context);
}

/* The fields of %asr17 that only identify the CPU and change nothing else in the emulation, as asr17_gen() of GRLIB's
 * iu3.vhd makes them from the generics. */
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

bool machine_create_cpus(struct machine *m, struct error *err)
{
    struct cpu_config config = cpu_configuration(m->board, &m->options);
    unsigned count = m->options.cpus != 0 ? m->options.cpus : m->board->cpu.count;

    m->cpu_hooks.interrupt_acknowledge = interrupt_acknowledge;
    m->cpu_hooks.up_counter = up_counter;
    m->cpu_hooks.tlb_flushed = tlb_flushed;
    m->cpu_hooks.context_changed = context_changed;
    m->cpu_hooks.watchpoints_changed = watchpoints_changed;
    m->cpu_hooks.context = m;
    m->exec_hooks.poll_host = machine_poll_host;
    m->exec_hooks.between = between;
    m->exec_hooks.can_receive = machine_can_receive;
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
        if (!cpu_init(&m->cpus[config.index], &config, &m->space, &m->decode_cache, &m->cpu_hooks,
                      &m->log)) {
            return error_set(err, LEON3EMU_HOST, "out of memory");
        }
        m->cpus[config.index].tlb.few = m->options.jit.stress_tlb;
    }
    return true;
}

bool machine_create_translator(struct machine *m, struct error *err)
{
    struct translator_config config = {
        .cpus = m->cpus,
        .cpu_count = m->cpu_count,
        .space = &m->space,
        .log = &m->log,
        .options = &m->options.jit,
        .told = &m->exec.last_reported,
        .attention = &m->exec.poll.wanted,
        .code_added = machine_code_added,
        .code_changed = machine_code_changed,
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
