// SPDX-License-Identifier: MIT
/* How far a run has come: counters at its end (--stats), what Ctrl-A i and SIGUSR1 show while it runs, and the
 * place and time in the sentence that tells why it ended. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/host_clock.h"
#include "exec/translator.h"
#include "machine/machine.h"

/* ---- the guest's time ---- */

uint64_t leon3emu_cycles(const struct machine *m)
{
    return exec_now(&m->exec);
}

uint64_t leon3emu_instructions(const struct machine *m)
{
    return exec_insns(&m->exec);
}

uint64_t leon3emu_nanoseconds(const struct machine *m)
{
    return (uint64_t)((unsigned __int128)exec_now(&m->exec) * NS_PER_SECOND / m->board->clock_hz);
}

/* ---- the host's time ---- */

void machine_run_begins(struct machine *m)
{
    m->run_began = (uint64_t)host_monotonic_ns();
}

void machine_run_ends(struct machine *m)
{
    m->host_ns += (uint64_t)host_monotonic_ns() - m->run_began;
    m->run_began = 0;
}

/* The host's time in all runs so far, with the present one. */
static uint64_t host_ns(const struct machine *m)
{
    return m->host_ns + (m->run_began == 0 ? 0 : (uint64_t)host_monotonic_ns() - m->run_began);
}

static double rate(uint64_t what, double per)
{
    return per > 0 ? (double)what / per : 0;
}

void leon3emu_stats(const struct machine *m, FILE *stream)
{
    uint64_t ns = leon3emu_nanoseconds(m);
    double host = (double)host_ns(m);
    fprintf(stream, "instructions %" PRIu64 "\n", exec_insns(&m->exec));
    fprintf(stream, "cycles %" PRIu64 "\n", exec_now(&m->exec));
    for (unsigned i = 0; m->cpu_count > 1 && i < m->cpu_count; i++) {
        fprintf(stream, "instructions_cpu%u %" PRIu64 "\n", i, m->cpus[i].insns);
    }
    fprintf(stream, "guest_time_ns %" PRIu64 "\n", ns);
    fprintf(stream, "host_seconds %.6f\n", host / 1e9);
    fprintf(stream, "mips %.3f\n", rate(exec_insns(&m->exec), host / 1e3));
    fprintf(stream, "guest_time_per_host_time %.6f\n", rate(ns, host));
    fprintf(stream, "device_register_accesses %" PRIu64 "\n", m->bus.calls);
    fprintf(stream, "other_device_calls %" PRIu64 "\n", m->calls);
    fprintf(stream, "decoded_code_pages %u\n", m->decode_cache.pages);
    if (m->exec.translator != NULL) {
        translator_stats(m->exec.translator, m->exec.debug.insns, stream);
    }
}

/* ---- while it runs ---- */

static const char *cpu_status_text(const struct cpu *cpu)
{
    switch (cpu->status) {
    case CPU_RUNNING:
        return "running";
    case CPU_POWERED_DOWN:
        return "powered down";
    case CPU_ERROR_MODE:
        return "in error mode";
    }
    return "";
}

void machine_show_status(struct machine *m)
{
    double host = (double)host_ns(m);
    uint64_t guest = leon3emu_nanoseconds(m);
    char line[400];

    snprintf(line, sizeof line,
             "guest time %.6f s, host time %.3f s (ratio %.3f), %" PRIu64
             " instructions, %.1f MIPS",
             (double)guest / 1e9, host / 1e9, rate(guest, host), exec_insns(&m->exec),
             rate(exec_insns(&m->exec), host / 1e3));
    machine_notice(m, line);
    for (unsigned i = 0; i < m->cpu_count; i++) {
        const struct cpu *cpu = &m->cpus[i];
        snprintf(line, sizeof line, "cpu %u %s, %s", i, cpu_status_text(cpu),
                 log_describe_pc(&m->log, cpu_current_pc(cpu)).text);
        machine_notice(m, line);
    }
}

void leon3emu_request_status(struct machine *m)
{
    m->status_wanted = true;
    exec_attend(&m->exec);
    hostio_wake(m->hostio);
}

/* ---- at the end ---- */

/* Is the text of such a stop one that does not say yet where the CPU is? */
static bool lacks_place(enum stop_kind kind)
{
    return kind == STOP_TIME_LIMIT || kind == STOP_INSN_LIMIT || kind == STOP_INTERRUPT ||
           kind == STOP_IDLE || kind == STOP_DEVICE || kind == STOP_GUEST_FATAL;
}

void stop_add_place(const struct machine *m, struct stop_info *stop)
{
    size_t used = strlen(stop->text);
    char *end = stop->text + used;
    size_t room = sizeof stop->text - used;

    if (used == 0 || (!lacks_place(stop->kind) && stop->kind != STOP_ERROR_MODE)) {
        return;
    }
    if (lacks_place(stop->kind)) {
        int length = snprintf(end, room, "; cpu %" PRIu32 " at %s", stop->cpu,
                              log_describe_pc(&m->log, m->cpus[stop->cpu].pc).text);
        length = length < 0 || (size_t)length >= room ? (int)room - 1 : length;
        end += length;
        room -= (size_t)length;
    }
    snprintf(end, room, ", guest time %.6f s, %" PRIu64 " instructions",
             (double)leon3emu_nanoseconds(m) / 1e9, exec_insns(&m->exec));
}
