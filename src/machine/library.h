// SPDX-License-Identifier: MIT
/*
 * Libraries.  A library is the code of one class of devices, built into the program or in a shared object that was
 * loaded.  struct library has a copy of the class's description, whose every field and text was checked when it was
 * made, so that the rest of this room can use it without checks.
 */
#ifndef MACHINE_LIBRARY_H
#define MACHINE_LIBRARY_H

#include <leon3emu/device.h>

#include "error.h"
#include "leon3emu.h"

struct library_memory;

/* A peripheral's code: built in, or a loaded library. */
struct library {
    struct library *next;
    char *path;                    /* NULL: built in */
    void *handle;                  /* from dlopen(); NULL: built in */
    bool changes_fp;               /* see struct io_owner */
    unsigned numbered;             /* see library_next_number() */
    struct l3_device_class class;  /* a copy; fields that the library does not have are 0 */
    struct library_memory *memory; /* the blocks that the copy consists of */
};

/* ---- library.c ---- */

/* Finds, loads and checks the class called name (a built-in's name or a library's file).  Loaded
 * libraries stay until the machine is destroyed.  NULL: *err says why, and which places were searched. */
const struct library *library_find(struct machine *m, const char *name, struct error *err);
/* The built-in class of that index; NULL past the end. */
const struct l3_device_class *library_builtin(unsigned index);
/* The install directory, in which libraries are looked for last. */
const char *library_directory(const struct leon3emu_options *options);
/* Is there a built-in class of that name? */
bool library_is_builtin(const char *name);
/* The next number for the name of a device that the user has not named ("CLASS0", "CLASS1", ...): how often it was
 * called for this library before. */
unsigned library_next_number(struct machine *m, const struct library *library);
void libraries_unload(struct machine *m);
/* Adds the library whose class *class is.  A crash while the class is read is reported as one of the library.
 * handle: from dlopen(), taken over unless NULL is returned; path and handle NULL: built in.  NULL: *err says what is
 * wrong with the class. */
const struct library *library_add(struct machine *m, const char *path, void *handle,
                                  const struct l3_device_class *const *class, struct error *err);

/* ---- library_class.c ---- */

/* Makes library->class from what the library (library->path; NULL: built in) exports, which may be
 * anything.  False: *err says what is wrong with it.  Call library_free_class() in either case. */
bool library_take_class(struct library *library, const struct l3_device_class *given,
                        struct error *err);
void library_free_class(struct library *library);
/* Rows of the tables of a class that library_take_class() has made, and its identity (struct_size 0: it has none). */
struct l3_property library_property(const struct l3_device_class *class, uint32_t index);
struct l3_region library_region(const struct l3_device_class *class, uint32_t index);
struct l3_pnp library_pnp(const struct l3_device_class *class);

/* Can code of the library `handle` (from dlopen()) change how the host computes (include/host_fp.h)?  True also if its
 * code cannot be examined. */
bool library_changes_fp(void *handle);

#endif
