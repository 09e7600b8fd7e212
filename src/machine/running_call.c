// SPDX-License-Identifier: MIT
/*
 * Which call into a device is running, for reports.
 *
 * The notes about calls lie on the stack of those who made them, below the frame of somebody else's code; that
 * code may have overwritten them.  So they are looked at with peek() and believed only if what they name is there;
 * else what is told comes from the machine's own memory, which keeps the last call that began.
 */
#include <string.h>

#include "core/peek.h"
#include "machine/machine.h"

/* More would be a circle. */
#define FRAMES_MAX 1000

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

/* The innermost of them. */
static struct device_call find_call(const struct machine *m)
{
    struct device_call call;
    if (!read_call(m, &call)) {
        call = (struct device_call){NULL, m->entered, NULL, m->entered_callback};
    }
    return call;
}

/* ---- register accesses ---- */

/* What a frame says; false: it was overwritten. */
static bool read_frame(const struct machine *m, struct io_access *access)
{
    struct io_frame frame;
    struct l3_request request;

    if (!peek(&frame, m->bus.frames, sizeof frame) || !is_region(m, frame.region) ||
        !peek(&request, frame.request, sizeof request) || request.size > 8) {
        return false;
    }
    *access = (struct io_access){frame.region, request.offset, request.size, frame.write};
    return true;
}

/* NULL also if the way there was overwritten. */
static const struct io_frame *find_outermost_frame(const struct machine *m)
{
    const struct io_frame *at = m->bus.frames;
    struct io_frame frame;

    for (unsigned i = 0; i < FRAMES_MAX && at != NULL && peek(&frame, at, sizeof frame); i++) {
        if (frame.outer == NULL) {
            return is_region(m, frame.region) ? at : NULL;
        }
        at = frame.outer;
    }
    return NULL;
}

static bool is_in_cpus(const struct machine *m, const void *address)
{
    return (uintptr_t)address - (uintptr_t)m->cpus < m->cpu_count * sizeof *m->cpus;
}

/* Of two calls on the stack, which grows down, the inner one is the lower one.  A call by a port, whose frame is
 * in the CPU, is the outermost one always. */
static bool call_is_inner(const struct machine *m)
{
    return m->call != NULL && (m->bus.frames == NULL || is_in_cpus(m, m->bus.frames) ||
                               (uintptr_t)m->call < (uintptr_t)m->bus.frames);
}

/* ---- telling ---- */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void tell_access(struct leon3emu_device_call *call, const struct io_access *access)
{
    call->region = access->region->name;
    call->offset = access->offset;
    call->size = access->size;
    call->write = access->write;
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

static bool tell_frame(const struct machine *m, struct leon3emu_device_call *told)
{
    struct io_access access;

    if (!read_frame(m, &access)) {
        access = bus_last_access(&m->bus);
    }
    tell_access(told, &access);
    told->callback = access.write ? "write" : "read";
    told->running = true;
    return tell_host(told, owner_of(m, access.region));
}

bool leon3emu_device_call(const struct machine *m, struct leon3emu_device_call *call)
{
    const struct io_access last = bus_last_access(&m->bus);

    memset(call, 0, sizeof *call);
    call->guest_pc = m->exec.cpu == NULL ? 0 : cpu_pc_of_call(m->exec.cpu, find_outermost_frame(m));
    if (last.region != NULL) {
        tell_access(call, &last);
    }
    if (call_is_inner(m)) {
        return tell_call(m, call);
    }
    return m->bus.frames != NULL && tell_frame(m, call);
}

/* Only fields of the machine itself, each read by itself: another thread looks while it changes. */
void leon3emu_progress(const struct machine *m, struct leon3emu_progress *progress)
{
    struct device_call call = {NULL, NULL, NULL, NULL};
    const struct device_call *at = __atomic_load_n(&m->call, __ATOMIC_RELAXED);

    progress->in_call = at != NULL || __atomic_load_n(&m->bus.frames, __ATOMIC_RELAXED) != NULL;
    progress->looks = atomic_load(&m->exec.poll.count);
    while (at != NULL && peek(&call, at, sizeof call) && call.outer != at) {
        at = call.outer;
    }
    progress->outermost = call.host != NULL ? (const void *)call.host : call.path;
}
