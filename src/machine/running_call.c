// SPDX-License-Identifier: MIT
/*
 * Which call into a device is running, for reports.
 *
 * The notes about calls (struct device_call, struct mmio_call) lie on the stack, in frames of the functions that made
 * the calls; a library's code may have overwritten them.  So they are read with peek(), and believed only if the
 * device or region that they name exists.  Otherwise the report names the last call that began, which the machine
 * keeps off the stack (machine.entered, bus.last).
 */
#include <string.h>

#include "core/peek.h"
#include "machine/device.h"

/* A chain of more calls is taken for damaged: its pointers probably go in a circle. */
#define CALLS_MAX 1000

/* Is it a device of this machine?  One that is being destroyed is not in the list any more. */
static bool is_device(const struct machine *m, const struct l3_host *wanted)
{
    const struct l3_host *host = m->devices;
    while (host != NULL && host != wanted) {
        host = host->next;
    }
    return host != NULL || wanted == m->entered;
}

static const struct l3_host *owner_of(const struct machine *m, const struct region *region)
{
    const struct l3_host *host = m->devices;
    while (host != NULL && &host->owner != region->io.owner) {
        host = host->next;
    }
    return host;
}

static bool is_region(const struct machine *m, const struct region *wanted)
{
    const struct region *region = m->root == NULL ? NULL : m->root->children;
    while (region != NULL && region != wanted) {
        region = region->sibling;
    }
    return region != NULL;
}

/* ---- calls that are no register access ---- */

static bool read_call(const struct machine *m, struct device_call *call)
{
    if (!peek(call, m->call, sizeof *call) || !peek_is_text(call->callback)) {
        return false;
    }
    return call->host == NULL ? peek_is_text(call->path) : is_device(m, call->host);
}

/* The innermost such call; if its note was overwritten, the last one that began. */
static struct device_call find_call(const struct machine *m)
{
    struct device_call call;
    if (!read_call(m, &call)) {
        call = (struct device_call){NULL, m->entered, NULL, m->entered_callback};
    }
    return call;
}

/* ---- register accesses ---- */

/* The innermost call; false: it was overwritten. */
static bool read_running(const struct machine *m, struct mmio_call *call)
{
    return peek(call, m->bus.running, sizeof *call) && is_region(m, call->region) &&
           call->request.size <= 8;
}

/* The outermost register access that is running; NULL: none is, or a note on the way to it was overwritten. */
static const struct mmio_call *find_outermost(const struct machine *m)
{
    const struct mmio_call *at = m->bus.running;
    struct mmio_call call;

    for (unsigned i = 0; i < CALLS_MAX && at != NULL && peek(&call, at, sizeof call); i++) {
        if (call.outer == NULL) {
            return is_region(m, call.region) ? at : NULL;
        }
        at = call.outer;
    }
    return NULL;
}

static bool is_in_cpus(const struct machine *m, const void *address)
{
    return (uintptr_t)address - (uintptr_t)m->cpus < m->cpu_count * sizeof *m->cpus;
}

/* Of two calls on the stack, which grows down, the inner one is the lower one.  A call by generated code, which
 * lies in the CPU's MMIO inline cache, is always the outermost one. */
static bool call_is_inner(const struct machine *m)
{
    return m->call != NULL && (m->bus.running == NULL || is_in_cpus(m, m->bus.running) ||
                               (uintptr_t)m->call < (uintptr_t)m->bus.running);
}

/* ---- telling ---- */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void tell_access(struct leon3emu_device_call *told, const struct mmio_call *call)
{
    told->region = call->region->name;
    told->offset = call->request.offset;
    told->size = call->request.size;
    told->write = call->write;
}

static bool tell_host(struct leon3emu_device_call *call, const struct l3_host *host)
{
    if (host != NULL) {
        call->device = host->name;
        call->library = host->library->path;
    }
    return host != NULL;
}

static bool tell_call(const struct machine *m, struct leon3emu_device_call *told)
{
    struct device_call call = find_call(m);

    told->callback = call.callback;
    if (call.host != NULL) {
        return tell_host(told, call.host);
    }
    if (call.path != NULL) {
        told->library = call.path;
        told->device = file_name(call.path);
    }
    return call.path != NULL;
}

static bool tell_running(const struct machine *m, struct leon3emu_device_call *told)
{
    struct mmio_call call;

    if (!read_running(m, &call)) {
        call = *m->bus.last;
    }
    tell_access(told, &call);
    told->callback = call.write ? "write" : "read";
    told->running = true;
    return tell_host(told, owner_of(m, call.region));
}

bool leon3emu_device_call(const struct machine *m, struct leon3emu_device_call *call)
{
    memset(call, 0, sizeof *call);
    call->guest_pc = m->exec.cpu == NULL ? 0 : cpu_pc_of_call(m->exec.cpu, find_outermost(m));
    if (m->bus.last != NULL) {
        tell_access(call, m->bus.last);
    }
    if (call_is_inner(m)) {
        return tell_call(m, call);
    }
    return m->bus.running != NULL && tell_running(m, call);
}

/* The watchdog's thread calls this while the machine runs: each field is read once and by itself, and the notes on the
 * machine's stack are read with peek(), as they may be gone. */
void leon3emu_progress(const struct machine *m, struct leon3emu_progress *progress)
{
    struct device_call call = {NULL, NULL, NULL, NULL};
    const struct device_call *at = __atomic_load_n(&m->call, __ATOMIC_RELAXED);

    progress->in_call = at != NULL || __atomic_load_n(&m->bus.running, __ATOMIC_RELAXED) != NULL;
    progress->looks = atomic_load(&m->exec.poll.count);
    while (at != NULL && peek(&call, at, sizeof call) && call.outer != at) {
        at = call.outer;
    }
    progress->outermost = call.host != NULL ? (const void *)call.host : call.path;
}
