// SPDX-License-Identifier: MIT
/* Loading images, the state in which a program begins, and beginning anew. */
#ifndef MACHINE_LOAD_H
#define MACHINE_LOAD_H

#include "machine/machine.h"

/* ---- load_list.c ---- */

/* How a file was loaded: by leon3emu_load(), ..._more(), ..._raw(), ..._prom(). */
enum load_kind { LOAD_IMAGE, LOAD_MORE, LOAD_RAW, LOAD_PROM };

struct load_step {
    struct load_step *next; /* what was loaded after this */
    enum load_kind kind;
    uint32_t address; /* of LOAD_RAW */
    char path[];
};

/* Notes that a file was loaded.  address: of LOAD_RAW.  False: no memory. */
bool load_list_add(struct machine *m, const char *path, enum load_kind kind, uint32_t address);
/* Puts a step that was taken from the list, and all steps after it, back at the list's end. */
void load_list_append(struct machine *m, struct load_step *step);
/* The path of the index-th load; NULL: there were not so many. */
const char *load_list_path(const struct machine *m, size_t index);
void load_list_clear(struct machine *m);

/* ---- boot.c, restart.c ---- */

/* Reset, and the state that the start mode asks for. */
void machine_begin(struct machine *m);
/* Loads again what was loaded, and begins as leon3emu_start() did.  Not within a run.  Time goes on. */
bool machine_restart(struct machine *m, struct error *err);

#endif
