// SPDX-License-Identifier: MIT
/*
 * Beginning anew: GDB's `run` and `monitor reset`.
 *
 * What was loaded is loaded again from its files, so that a program that was built anew meanwhile is
 * the one that runs; memory that no file covers keeps what it holds.
 */
#include <stdlib.h>

#include "image/image.h"
#include "image/loaded.h"
#include "machine/load.h"

static bool load_again(struct machine *m, const struct load_step *step, struct error *err)
{
    switch (step->kind) {
    case LOAD_IMAGE:
        return leon3emu_load(m, step->path, err);
    case LOAD_MORE:
        return leon3emu_load_more(m, step->path, err);
    case LOAD_RAW:
        return leon3emu_load_raw(m, step->path, step->address, err);
    default:
        return leon3emu_load_prom(m, step->path, err);
    }
}

/* Forgets what was loaded: otherwise each file would be reported as overlapping with its first loading. */
static void forget_images(struct machine *m)
{
    loaded_free(&m->loaded);
    symbols_destroy(m->symbols);
    image_destroy(m->image);
    m->symbols = NULL;
    m->image = NULL;
}

/* Each file that is loaded again appends itself to the new list.  If one fails, it and those after it are put back, so
 * that the next attempt loads them, too. */
static bool load_all_again(struct machine *m, struct error *err)
{
    struct load_step *next = m->load_steps;

    m->load_steps = NULL;
    forget_images(m);
    while (next != NULL) {
        struct load_step *step = next;
        if (!load_again(m, step, err)) {
            load_list_append(m, step);
            return false;
        }
        next = step->next;
        free(step);
    }
    return true;
}

bool machine_restart(struct machine *m, struct error *err)
{
    if (!load_all_again(m, err)) {
        return false;
    }
    exec_restart(&m->exec);
    machine_begin(m);
    return true;
}
