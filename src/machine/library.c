// SPDX-License-Identifier: MIT
/*
 * Peripheral classes: built in, or from shared libraries.
 *
 * A library is looked for at the path given, in the current directory, in the directories of
 * --plugin-path and in the install directory, in this order.  Its description is checked and copied before
 * anything of it is called (library_class.c); fields that its header did not have yet read as 0.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "core/suggest.h"
#include "host_fp.h"
#include "machine/library.h"
#include "machine/machine.h"

#ifndef LEON3EMU_PLUGIN_DIR
#define LEON3EMU_PLUGIN_DIR "/usr/local/lib/leon3emu/plugins"
#endif

#define DEVICE(name) extern const struct l3_device_class *const l3_builtin_##name;
#include "builtin.def"
#undef DEVICE

const struct l3_device_class *library_builtin(unsigned index)
{
    const struct l3_device_class *const classes[] = {
#define DEVICE(name) l3_builtin_##name,
#include "builtin.def"
#undef DEVICE
    };
    return index < ARRAY_LEN(classes) ? classes[index] : NULL;
}

static const struct l3_device_class *builtin_class(const char *name)
{
    const struct l3_device_class *class;
    unsigned i = 0;

    while ((class = library_builtin(i)) != NULL && strcmp(class->name, name) != 0) {
        i++;
    }
    return class;
}

/* ---- finding ---- */

static void free_library(struct library *library)
{
    library_free_class(library);
    free(library->path);
    free(library);
}

/* The pointers of a description may lead anywhere.  Reading it is therefore noted as a call into the library, so that
 * a crash report names the library. */
const struct library *library_add(struct machine *m, const char *path, void *handle,
                                  const struct l3_device_class *const *class, struct error *err)
{
    struct library *library = calloc(1, sizeof *library);
    struct device_call call = {m->call, NULL, path, "L3_DEVICE_CLASS"};
    bool ok;

    if (library == NULL || (path != NULL && (library->path = strdup(path)) == NULL)) {
        free(library);
        error_set(err, LEON3EMU_HOST, "out of memory");
        return NULL;
    }
    m->call = &call;
    m->calls++;
    ok = library_take_class(library, *class, err);
    m->call = call.outer;
    if (!ok) {
        free_library(library);
        return NULL;
    }
    library->handle = handle;
    library->changes_fp = handle != NULL && library_changes_fp(handle);
    library->next = m->libraries;
    m->libraries = library;
    return library;
}

/* dlopen() runs the library's constructors; a crash in one of them is reported as the library's. */
static void *open_library(struct machine *m, const char *path)
{
    struct device_call call = {m->call, NULL, path, "dlopen"};
    void *handle;

    if (m->options.loading != NULL) {
        m->options.loading(m->options.context);
    }
    m->call = &call;
    m->calls++;
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    host_fp_clean();
    m->call = call.outer;
    return handle;
}

static void close_library(struct machine *m, const char *path, void *handle)
{
    struct device_call call = {m->call, NULL, path, "dlclose"};

    m->call = &call;
    m->calls++;
    dlclose(handle);
    host_fp_clean();
    m->call = call.outer;
}

static const struct library *load(struct machine *m, const char *path, struct error *err)
{
    void *handle = open_library(m, path);
    const struct l3_device_class *const *pointer;
    const struct library *library = NULL;

    if (handle == NULL) {
        error_set(err, LEON3EMU_PERIPHERAL, "cannot load peripheral: %s", dlerror());
        return NULL;
    }
    pointer = dlsym(handle, L3_CLASS_SYMBOL);
    if (pointer == NULL) {
        error_set(err, LEON3EMU_PERIPHERAL,
                  "%s: not a leon3emu peripheral: it does not export " L3_CLASS_SYMBOL
                  " (see L3_DEVICE_CLASS in <leon3emu/device.h>)",
                  path);
    } else {
        library = library_add(m, path, handle, pointer, err);
    }
    if (library == NULL) {
        close_library(m, path, handle);
    }
    return library;
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

/* Tries directory/name; appends what was tried to `tried`. */
static bool try_directory(const char *directory, size_t length, const char *name, char *path,
                          size_t size, char *tried, size_t tried_size)
{
    size_t used = strlen(tried);
    snprintf(path, size, "%.*s/%s", (int)length, directory, name);
    snprintf(tried + used, tried_size - used, "%s%.511s", used == 0 ? "" : ", ", path);
    return is_file(path);
}

const char *library_directory(const struct leon3emu_options *options)
{
    return options->plugin_dir != NULL ? options->plugin_dir : LEON3EMU_PLUGIN_DIR;
}

/* Text that suggests built-in classes with similar names. */
static const char *near_builtin(const char *name, struct suggest *suggest)
{
    const struct l3_device_class *class;

    suggest_begin(suggest, name, strlen(name));
    for (unsigned i = 0; (class = library_builtin(i)) != NULL; i++) {
        suggest_offer(suggest, class->name);
    }
    return suggest_text(suggest);
}

/* "; ./adc.so is there: write adc.so" if the user has written --periph adc and that file exists; else "". */
static const char *near_file(const struct machine *m, const char *name, char *text, size_t size)
{
    char so[200], path[512], tried[700] = "";
    const char *list = m->options.plugin_path;
    const char *last = library_directory(&m->options);
    bool found;

    snprintf(so, sizeof so, "%s.so", name);
    found = try_directory(".", 1, so, path, sizeof path, tried, sizeof tried);
    while (!found && list != NULL && *list != '\0') {
        size_t length = strcspn(list, ":");
        found =
            length > 0 && try_directory(list, length, so, path, sizeof path, tried, sizeof tried);
        list += length;
        list += *list == ':';
    }
    found = found || try_directory(last, strlen(last), so, path, sizeof path, tried, sizeof tried);
    snprintf(text, size, "; %s is there: write %s", path, so);
    return found ? text : "";
}

/* Fills path with the first file that exists; *err lists the places otherwise. */
static bool search(const struct machine *m, const char *name, char *path, size_t size,
                   struct error *err)
{
    struct suggest suggest;
    char tried[700] = "", near[760];
    const char *list = m->options.plugin_path;
    const char *last = library_directory(&m->options);

    if (strchr(name, '/') != NULL) {
        bool fits = (size_t)snprintf(path, size, "%s", name) < size;
        return (fits && is_file(path)) ||
               error_set(err, LEON3EMU_PERIPHERAL, "no peripheral library %s", name);
    }
    if (try_directory(".", 1, name, path, size, tried, sizeof tried)) {
        return true;
    }
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ":");
        if (length > 0 && try_directory(list, length, name, path, size, tried, sizeof tried)) {
            return true;
        }
        list += length;
        list += *list == ':';
    }
    if (try_directory(last, strlen(last), name, path, size, tried, sizeof tried)) {
        return true;
    }
    return error_set(err, LEON3EMU_PERIPHERAL,
                     "no peripheral called %s: it is not built in, and there is no file %s%s%s",
                     name, tried, near_file(m, name, near, sizeof near),
                     near_builtin(name, &suggest));
}

static const struct library *find_loaded(const struct machine *m, const char *path,
                                         const struct l3_device_class *builtin)
{
    for (const struct library *l = m->libraries; l != NULL; l = l->next) {
        if (path == NULL ? l->path == NULL && strcmp(l->class.name, builtin->name) == 0
                         : l->path != NULL && strcmp(l->path, path) == 0) {
            return l;
        }
    }
    return NULL;
}

bool library_is_builtin(const char *name)
{
    return builtin_class(name) != NULL;
}

const struct library *library_find(struct machine *m, const char *name, struct error *err)
{
    const struct l3_device_class *builtin = builtin_class(name);
    const struct library *library;
    char path[PATH_MAX];

    if (builtin != NULL) {
        library = find_loaded(m, NULL, builtin);
        return library != NULL ? library : library_add(m, NULL, NULL, &builtin, err);
    }
    if (!search(m, name, path, sizeof path, err)) {
        return NULL;
    }
    library = find_loaded(m, path, NULL);
    return library != NULL ? library : load(m, path, err);
}

unsigned library_next_number(struct machine *m, const struct library *library)
{
    struct library *own = m->libraries;
    while (own != library) {
        own = own->next;
    }
    return own->numbered++;
}

void libraries_unload(struct machine *m)
{
    while (m->libraries != NULL) {
        struct library *library = m->libraries;
        m->libraries = library->next;
        if (library->handle != NULL) {
            close_library(m, library->path, library->handle);
        }
        free_library(library);
    }
}
