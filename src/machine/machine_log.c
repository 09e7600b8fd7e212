// SPDX-License-Identifier: MIT
/* What a machine's log asks of the machine: the time, names of code addresses, and that console output which
 * the guest wrote before a line stands before it. */
#include <inttypes.h>
#include <stdio.h>

#include "machine/machine.h"

static uint64_t begin_line(void *context)
{
    const struct machine *m = context;
    if (m->chardevs != NULL) {
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

void machine_log_init(struct machine *m)
{
    m->log_hooks = (struct log_hooks){begin_line, name_address, m};
    m->log = (struct log){
        .mask = m->options.log_mask,
        .write = m->options.log_line,
        .context = m->options.context,
        .hooks = &m->log_hooks,
    };
}
