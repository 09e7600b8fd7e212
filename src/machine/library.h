// SPDX-License-Identifier: MIT
/* Libraries: the code of devices, built in or loaded, and its class, which is checked and copied before it is used. */
#ifndef MACHINE_LIBRARY_H
#define MACHINE_LIBRARY_H

#include <leon3emu/device.h>

#include "error.h"
#include "leon3emu.h"

struct library_memory;

/* A peripheral's code: built in, or a loaded library. */
struct library {
    struct library *next;
    char *path;                   /* NULL: built in */
    void *handle;                 /* of dlopen */
    bool changes_fp;              /* see struct io_owner */
    unsigned numbered;            /* see library_next_number() */
    struct l3_device_class class; /* copy with its tables; fields the library does not have are 0 */
    struct library_memory *memory; /* what the copy consists of */
};

/* ---- library.c ---- */

/* Finds, loads and checks the class called name (a built-in's name or a library's file).  Loaded
 * libraries stay until the machine goes.  NULL: *err says why, and where was looked. */
const struct library *library_find(struct machine *m, const char *name, struct error *err);
/* The built-in classes; NULL past the end. */
const struct l3_device_class *library_builtin(unsigned index);
/* Where libraries are looked for last. */
const char *library_directory(const struct leon3emu_options *options);
/* Is there a built-in class of that name? */
bool library_is_builtin(const char *name);
/* How many devices of a library have been numbered; each call counts one. */
unsigned library_next_number(struct machine *m, const struct library *library);
void libraries_unload(struct machine *m);
/* Adds the library whose class *class is; reading it is a call into the library.  handle: of dlopen(), taken
 * over; path and handle NULL: built in.  NULL: *err says what is wrong with the class. */
const struct library *library_add(struct machine *m, const char *path, void *handle,
                                  const struct l3_device_class *const *class, struct error *err);

/* ---- library_class.c ---- */

/* Makes library->class from what the library (library->path; NULL: built in) exports, which may be
 * anything.  False: *err says what is wrong with it.  Whatever comes, library_free_class() frees. */
bool library_take_class(struct library *library, const struct l3_device_class *given,
                        struct error *err);
void library_free_class(struct library *library);
/* Rows of the tables of a class that was taken. */
struct l3_property library_property(const struct l3_device_class *class, uint32_t index);
struct l3_region library_region(const struct l3_device_class *class, uint32_t index);
struct l3_pnp library_pnp(const struct l3_device_class *class);

/* Can code of the library `handle` (of dlopen()) change how the host computes (include/host_fp.h)?  What
 * cannot be looked at can. */
bool library_changes_fp(void *handle);

#endif
