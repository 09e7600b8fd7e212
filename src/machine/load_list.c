// SPDX-License-Identifier: MIT
/* The list of what has been loaded, in order: machine_restart() loads it again, and machine_check_outputs() looks
 * which files were read. */
#include <stdlib.h>
#include <string.h>

#include "machine/load.h"

void load_list_append(struct machine *m, struct load_step *step)
{
    struct load_step **end = &m->load_steps;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = step;
}

bool load_list_add(struct machine *m, const char *path, enum load_kind kind, uint32_t address)
{
    size_t size = strlen(path) + 1;
    struct load_step *step = malloc(sizeof *step + size);

    if (step == NULL) {
        return false;
    }
    *step = (struct load_step){.kind = kind, .address = address};
    memcpy(step->path, path, size);
    load_list_append(m, step);
    return true;
}

const char *load_list_path(const struct machine *m, size_t index)
{
    const struct load_step *step = m->load_steps;
    while (step != NULL && index-- > 0) {
        step = step->next;
    }
    return step == NULL ? NULL : step->path;
}

void load_list_clear(struct machine *m)
{
    while (m->load_steps != NULL) {
        struct load_step *step = m->load_steps;
        m->load_steps = step->next;
        free(step);
    }
}
