// SPDX-License-Identifier: MIT
/* The machine's side towards the host: its console and other character lines, its user, and looking after all of that
 * while it runs. */
#include "machine/services.h"

/* How long the machine may sleep while its process is in the background of the terminal, before it looks whether
 * it has been brought to the foreground. */
#define BACKGROUND_MS 100

/* Without a log, and before the machine sleeps, all output is flushed.  While log lines are written only whole
 * lines of the console are, once per EXEC_POLL_CYCLES of guest time: flushing at each look at the host, which is
 * more frequent because writing is slow, would put log lines into the middle of the guest's lines. */
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

/* Does what the host asks for and what must also be done while guest time stands still. */
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

static void ask_for_huge_pages(struct machine *m)
{
    if (!m->huge_pages && exec_now(&m->exec) >= EXEC_POLL_CYCLES) {
        region_use_huge_pages(m->space.root);
        m->huge_pages = true;
    }
}

/* Waits until the reader of a character line's output has caught up.  Guest time stands still meanwhile, but the
 * user can still stop the run, or ask how far it has come. */
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

/* May the user's interrupt become the stop of the run now?  Not if the run is stopping already for a debugger,
 * which could let it go on: the interrupt would be lost.  It is then taken at the next look at the host. */
static bool may_take_interrupt(const struct machine *m)
{
    return m->driver.run == NULL || m->exec.stop.kind == STOP_NONE;
}

void machine_poll_host(void *context, int timeout_ms)
{
    struct machine *m = context;
    if (chardev_console_look(m->chardevs) && (unsigned)timeout_ms > BACKGROUND_MS) {
        timeout_ms = BACKGROUND_MS;
    }
    host_fp_clean(); /* a library may change it in a way that library_changes_fp() does not see */
    ask_for_huge_pages(m);
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

bool machine_can_receive(void *context)
{
    const struct machine *m = context;
    return chardev_hub_can_receive(m->chardevs) || m->driver.run != NULL;
}

static void on_quit(void *context)
{
    leon3emu_interrupt(context);
}

static void on_status(void *context)
{
    leon3emu_request_status(context);
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

bool machine_create_host_side(struct machine *m, struct error *err)
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

void leon3emu_begin_line(struct machine *m)
{
    chardev_hub_before_notice(m->chardevs);
}

bool leon3emu_output_failed(const struct machine *m)
{
    return chardev_hub_failed(m->chardevs);
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
