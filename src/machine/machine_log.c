// SPDX-License-Identifier: MIT
/* What a machine's log asks of the machine: the time, names of code addresses, and that console output which
 * the guest wrote before a line stands before it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine/device.h"

static uint64_t begin_line(void *context, bool out)
{
    const struct machine *m = context;
    if (out && m->chardevs != NULL) {
        chardev_hub_before_line(m->chardevs);
    }
    return exec_now(&m->exec);
}

void machine_name_address(const struct machine *m, uint32_t address, char *text, size_t size)
{
    uint32_t offset = 0;
    const char *name = m->symbols == NULL ? NULL : symbols_find_name(m->symbols, address, &offset);

    text[0] = '\0';
    if (name != NULL && offset != 0) {
        snprintf(text, size, "%.*s+0x%" PRIx32, (int)size - 12, name, offset);
    } else if (name != NULL) {
        snprintf(text, size, "%s", name);
    }
}

static void name_address(void *context, uint32_t address, char *text, size_t size)
{
    machine_name_address(context, address, text, size);
}

#define HISTORY_ITEMS (LOG_EXEC | LOG_INT | LOG_MMIO | LOG_GUEST_ERRORS)

bool machine_log_init(struct machine *m, struct error *err)
{
    const struct leon3emu_options *options = &m->options;

    m->log_hooks = (struct log_hooks){begin_line, name_address, m};
    m->log = (struct log){
        .mask = options->log_mask,
        .shown = options->log_mask,
        .write = options->log_line,
        .context = options->context,
        .hooks = &m->log_hooks,
    };
    if (options->history != 0) {
        m->log.history = log_history_create(options->history);
        if (m->log.history == NULL) {
            return error_set(err, LEON3EMU_HOST, "out of memory");
        }
        m->log.kept = HISTORY_ITEMS;
        m->log.mask |= HISTORY_ITEMS;
    }
    if (options->log_filter != NULL) {
        m->log_filter = log_filter_parse(options->log_filter, err);
        m->log.filter = m->log_filter;
        return m->log_filter != NULL;
    }
    return true;
}

static bool has_device(const struct machine *m, const char *name)
{
    const struct l3_host *host = m->devices;
    while (host != NULL && strcmp(host->name, name) != 0) {
        host = host->next;
    }
    return host != NULL;
}

bool machine_log_check(const struct machine *m, struct error *err)
{
    const char *name;
    for (size_t i = 0;
         m->log_filter != NULL && (name = log_filter_device(m->log_filter, i)) != NULL; i++) {
        if (!has_device(m, name)) {
            return error_set(err, LEON3EMU_USAGE,
                             "--log-filter: the board has no device %s; --dump=qtree lists them",
                             name);
        }
    }
    return true;
}

void machine_log_fini(struct machine *m)
{
    log_history_destroy(m->log.history);
    log_filter_destroy(m->log_filter);
}

const char *leon3emu_history_line(const struct machine *m, size_t index)
{
    return m->log.history == NULL ? NULL : log_history_line(m->log.history, index);
}

/* Writes whole blocks of lines, because the stream may be unbuffered and there may be a million lines. */
void leon3emu_history(const struct machine *m, FILE *stream)
{
    const char *line;
    char block[16384];
    size_t used = 0;

    if (m->log.history == NULL) {
        return;
    }
    fprintf(stream, "history:\n");
    for (size_t i = 0; (line = leon3emu_history_line(m, i)) != NULL; i++) {
        size_t size = strlen(line) + sizeof "  \n";
        if (size > sizeof block - used) {
            fwrite(block, 1, used, stream);
            used = 0;
        }
        used += (size_t)snprintf(block + used, sizeof block - used, "  %.*s\n",
                                 (int)(sizeof block - sizeof "  \n"), line);
    }
    fwrite(block, 1, used, stream);
}

void machine_notice(struct machine *m, const char *line)
{
    chardev_hub_before_notice(m->chardevs);
    if (m->options.notice != NULL) {
        m->options.notice(m->options.context, line);
    }
}
