// SPDX-License-Identifier: MIT
/*
 * The hub of character lines and the table of their kinds, see chardev.h.
 *
 * What is particular to a kind is in chardev_<kind>.c; receiving and sending, the same for all
 * kinds, are in chardev_input.c and chardev_output.c.
 */
#include "chardev/chardev_backend.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "core/host_file.h"

static const struct chardev_backend *const backends[] = {
    &chardev_none, &chardev_stdio, &chardev_file, &chardev_pty, &chardev_tcp,
};

/* Do both descriptors lead to the same terminal, pipe or file? */
static bool is_same(int a, int b)
{
    struct stat first, second;
    return a >= 0 && b >= 0 && fstat(a, &first) == 0 && fstat(b, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

struct chardev_hub *chardev_hub_create(const struct chardev_hub_config *config)
{
    struct chardev_hub *hub = calloc(1, sizeof *hub);
    if (hub == NULL) {
        return NULL;
    }
    hub->config = *config;
    hub->shares_log = is_same(config->output_fd, config->log_fd);
    hub->shares_notices = is_same(config->output_fd, config->notice_fd);
    return hub;
}

void chardev_hub_destroy(struct chardev_hub *hub)
{
    if (hub == NULL) {
        return;
    }
    chardev_hub_drain(hub, 1000);
    while (hub->list != NULL) {
        chardev_close(hub->list);
    }
    free(hub);
}

/* "none, stdio, file:OUT[:IN], ..." */
static void backend_list(char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(backends) && used < size; i++) {
        int more =
            snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", backends[i]->form);
        used += more > 0 ? (size_t)more : 0;
    }
}

static const struct chardev_backend *backend_find(const char *spec, struct error *err)
{
    char list[256];
    size_t length = strcspn(spec, ":");
    for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
        const char *form = backends[i]->form;
        if (strcspn(form, ":[") == length && memcmp(form, spec, length) == 0) {
            return backends[i];
        }
    }
    backend_list(list, sizeof list);
    error_set(err, LEON3EMU_USAGE, "'%s' is no kind of character line; there are: %s", spec, list);
    return NULL;
}

/* "tcp:PORT" needs something behind the colon, "pty[:LINK]" may have it, "none" must not. */
static bool spec_check(const struct chardev_hub *hub, const struct chardev_backend *backend,
                       const char *argument, struct error *err)
{
    char separator = backend->form[strcspn(backend->form, ":[")];
    bool given = argument != NULL && argument[0] != '\0';
    if ((separator == '\0' && argument != NULL) || (separator == ':' && !given)) {
        return error_set(err, LEON3EMU_USAGE, "this character line is written %s", backend->form);
    }
    if (backend->stdio && hub->stdio != NULL) {
        return error_set(err, LEON3EMU_USAGE,
                         "stdio already belongs to %s and cannot be shared; give this one pty, "
                         "tcp:PORT, file:OUT or none",
                         hub->stdio->label);
    }
    return true;
}

static struct chardev *chardev_new(struct chardev_hub *hub, const char *label, const char *spec,
                                   const struct chardev_backend *backend)
{
    struct chardev *cd = calloc(1, sizeof *cd);
    if (cd == NULL) {
        return NULL;
    }
    cd->hub = hub;
    cd->backend = backend;
    cd->input.queue.limit = CHARDEV_INPUT_LIMIT;
    cd->output.queue.limit = backend->patient ? CHARDEV_PATIENT_LIMIT : CHARDEV_OUTPUT_LIMIT;
    snprintf(cd->label, sizeof cd->label, "%s", label);
    snprintf(cd->address, sizeof cd->address, "%s", spec);
    cd->next = hub->list;
    hub->list = cd;
    return cd;
}

bool chardev_open(struct chardev_hub *hub, const char *label, const char *spec, struct chardev **cd,
                  struct error *err)
{
    return chardev_open_at(hub, label, spec, NULL, cd, err);
}

bool chardev_open_at(struct chardev_hub *hub, const char *label, const char *spec,
                     const char *directory, struct chardev **cd, struct error *err)
{
    const struct chardev_backend *backend = backend_find(spec, err);
    const char *colon = strchr(spec, ':');
    const char *argument = colon == NULL ? NULL : colon + 1;
    *cd = NULL;
    if (backend == NULL || !spec_check(hub, backend, argument, err)) {
        return false;
    }
    struct chardev *made = chardev_new(hub, label, spec, backend);
    if (made == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    made->directory = directory;
    if (backend->stdio) {
        hub->stdio = made;
    }
    if (!backend->open(made, argument == NULL ? "" : argument, err)) {
        chardev_close(made);
        return false;
    }
    *cd = made;
    return true;
}

void chardev_close(struct chardev *cd)
{
    struct chardev **link = &cd->hub->list;
    while (*link != cd) {
        link = &(*link)->next;
    }
    *link = cd->next;
    chardev_output_push(cd);
    chardev_input_stop(cd, CHARDEV_INPUT_NONE);
    chardev_output_stop(cd, CHARDEV_OUTPUT_NONE);
    if (cd->backend->close != NULL && cd->state != NULL) {
        cd->backend->close(cd);
    }
    if (cd->hub->stdio == cd) {
        cd->hub->stdio = NULL;
    }
    byte_queue_free(&cd->input.queue);
    free(cd);
}

void chardev_set_input_handler(struct chardev *cd, void (*function)(void *context), void *context)
{
    cd->handler = function;
    cd->context = context;
}

size_t chardev_read(struct chardev *cd, void *buffer, size_t size)
{
    size_t got = chardev_input_get(cd, buffer, size);
    cd->input.armed = got < size;
    return got;
}

static void chardev_begin(struct chardev *cd)
{
    if (!cd->begun) {
        cd->begun = true;
        if (cd->backend->begin != NULL) {
            cd->backend->begin(cd);
        }
    }
}

void chardev_hub_begin(struct chardev_hub *hub)
{
    for (struct chardev *cd = hub->list; cd != NULL; cd = cd->next) {
        chardev_begin(cd);
    }
}

const char *chardev_hub_user(const struct chardev_hub *hub, const struct stat *file, bool *writes)
{
    for (const struct chardev *cd = hub->list; S_ISREG(file->st_mode) && cd != NULL;
         cd = cd->next) {
        if (cd->backend->uses != NULL && cd->backend->uses(cd, file, writes)) {
            return cd->label;
        }
    }
    return NULL;
}

void chardev_write(struct chardev *cd, const void *buffer, size_t size)
{
    chardev_begin(cd);
    chardev_output_put(cd, buffer, size);
}

bool chardev_can_receive(const struct chardev *cd)
{
    bool may_come =
        cd->input.mode == CHARDEV_INPUT_POLLED || cd->input.mode == CHARDEV_INPUT_ABSENT;
    return may_come && cd->input.armed && cd->handler != NULL;
}

bool chardev_hub_can_receive(const struct chardev_hub *hub)
{
    const struct chardev *cd = hub->list;
    while (cd != NULL && !chardev_can_receive(cd)) {
        cd = cd->next;
    }
    return cd != NULL;
}

const char *chardev_address(const struct chardev *cd)
{
    return cd->address;
}

void chardev_flush(struct chardev *cd)
{
    chardev_output_push(cd);
}

void chardev_hub_flush(struct chardev_hub *hub)
{
    for (struct chardev *cd = hub->list; cd != NULL; cd = cd->next) {
        chardev_output_push(cd);
        chardev_input_resume(cd);
    }
}

void chardev_hub_flush_lines(struct chardev_hub *hub)
{
    for (struct chardev *cd = hub->list; cd != NULL; cd = cd->next) {
        if (cd == hub->stdio && hub->shares_log) {
            chardev_output_push_lines(cd);
        } else {
            chardev_output_push(cd);
        }
    }
}

/* Called before a line of the log.  If writing the buffered output fails, that is logged, too, and
 * calls this function again; the inner call does nothing. */
static void before_line(struct chardev_hub *hub)
{
    if (hub->stdio != NULL && !hub->before_line) {
        hub->before_line = true;
        chardev_output_before_line(hub->stdio);
        hub->before_line = false;
    }
}

void chardev_hub_before_line(struct chardev_hub *hub)
{
    if (hub->shares_log) {
        before_line(hub);
    }
}

void chardev_hub_before_notice(struct chardev_hub *hub)
{
    if (hub->shares_notices) {
        before_line(hub);
    }
}

bool chardev_hub_failed(const struct chardev_hub *hub)
{
    return hub->failed;
}

bool chardev_hub_congested(const struct chardev_hub *hub)
{
    const struct chardev *cd = hub->list;
    while (cd != NULL &&
           !(cd->backend->patient && cd->output.queue.length > CHARDEV_OUTPUT_LIMIT)) {
        cd = cd->next;
    }
    return cd != NULL;
}

/* How long to wait for one line's reader before trying the next line, whose reader may be ready. */
#define DRAIN_TURN_MS 10
/* How long to wait for the readers of ptys and sockets, all together. */
#define IMPATIENT_MS 1000

/* The time at which to stop waiting for a line's reader; INT64_MAX: never. */
static int64_t drain_deadline(const struct chardev *cd, int64_t start, int timeout_ms)
{
    if (!cd->backend->patient) {
        bool less = timeout_ms >= 0 && timeout_ms < IMPATIENT_MS;
        return cd->output.given_up ? start : start + (less ? timeout_ms : IMPATIENT_MS);
    }
    return timeout_ms < 0 ? INT64_MAX : start + timeout_ms;
}

/* Sends what the line's reader takes within one turn.  True: all is sent.  False: something is
 * left; *waits becomes true if the deadline is not over, so that another turn makes sense. */
static bool drain_line(struct chardev *cd, int64_t deadline, bool *waits)
{
    int64_t left = deadline - hostio_clock_ms();

    if (chardev_output_drain(cd, left <= 0               ? 0
                                 : left <= DRAIN_TURN_MS ? (int)left
                                                         : DRAIN_TURN_MS)) {
        return true;
    }
    cd->output.given_up = left <= 0;
    *waits = *waits || left > 0;
    return false;
}

bool chardev_hub_drain(struct chardev_hub *hub, int timeout_ms)
{
    /* The hostio_wake() that ended the run must not end this wait, too.  It is repeated afterwards,
     * because other code may still have to see it. */
    bool wake = hostio_forget_wake(hub->config.hostio);
    int64_t start = hostio_clock_ms();
    bool done, waits, woken = false;

    do {
        done = true;
        waits = false;
        for (struct chardev *cd = hub->list; cd != NULL; cd = cd->next) {
            done = drain_line(cd, drain_deadline(cd, start, timeout_ms), &waits) && done;
        }
        woken = hostio_forget_wake(hub->config.hostio);
    } while (waits && !woken);
    if (wake || woken) {
        hostio_wake(hub->config.hostio);
    }
    return done;
}

bool chardev_kind(unsigned index, const char **form, const char **help)
{
    if (index >= ARRAY_LEN(backends)) {
        return false;
    }
    *form = backends[index]->form;
    *help = backends[index]->help;
    return true;
}
