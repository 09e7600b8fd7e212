// SPDX-License-Identifier: MIT
/*
 * Peripheral classes: built in, or from shared libraries.
 *
 * A library is looked for at the path given, in the current directory, in the directories of
 * --plugin-path and in the install directory, in this order.  Its descriptor is checked before
 * anything of it is called; fields that its header did not have yet read as 0.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "core/suggest.h"
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

/* ---- array elements of any size ---- */

static void copy_element(void *to, size_t to_size, const void *array, uint32_t index)
{
    uint32_t size;
    memcpy(&size, array, sizeof size);
    memset(to, 0, to_size);
    memcpy(to, (const char *)array + (size_t)size * index, size < to_size ? size : to_size);
}

struct l3_property library_property(const struct l3_device_class *class, uint32_t index)
{
    struct l3_property property;
    copy_element(&property, sizeof property, class->properties, index);
    return property;
}

struct l3_region library_region(const struct l3_device_class *class, uint32_t index)
{
    struct l3_region region;
    copy_element(&region, sizeof region, class->regions, index);
    return region;
}

struct l3_pnp library_pnp(const struct l3_device_class *class)
{
    struct l3_pnp pnp = {0};
    if (class->pnp != NULL) {
        copy_element(&pnp, sizeof pnp, class->pnp, 0);
    }
    return pnp;
}

/* ---- checks ---- */

/* Smallest sizes that make sense: up to the last field of version 1's first release. */
#define MINIMUM_CLASS    (offsetof(struct l3_device_class, state_load) + sizeof(void *))
#define MINIMUM_PROPERTY (offsetof(struct l3_property, help) + sizeof(void *))
#define MINIMUM_REGION   (offsetof(struct l3_region, reserved) + sizeof(uint32_t))

static bool check_region(const char *path, const struct l3_region *region, struct error *err)
{
    if (region->struct_size < MINIMUM_REGION || region->name == NULL) {
        return error_set(err, LEON3EMU_PERIPHERAL,
                         "%s: a region has no name or the wrong struct_size", path);
    }
    if (region->kind < L3_REGION_APB || region->kind > L3_REGION_AHBIO) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s: region %s has an unknown kind (%u)", path,
                         region->name, (unsigned)region->kind);
    }
    if (region->size < 4 || (region->size & (region->size - 1)) != 0 ||
        region->size > UINT64_C(0x100000000)) {
        return error_set(err, LEON3EMU_PERIPHERAL,
                         "%s: region %s has size 0x%llx; it must be a power of two of at least 4",
                         path, region->name, (unsigned long long)region->size);
    }
    if (region->kind != L3_REGION_APB && (region->native_sizes & L3_SIZE_ALL) == 0) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s: region %s has no native access size", path,
                         region->name);
    }
    return true;
}

static bool check_arrays(const char *path, const struct l3_device_class *class, struct error *err)
{
    for (uint32_t i = 0; i < class->property_count; i++) {
        struct l3_property property = library_property(class, i);
        if (property.struct_size < MINIMUM_PROPERTY || property.name == NULL ||
            property.type < L3_PROPERTY_UINT || property.type > L3_PROPERTY_CHARDEV) {
            return error_set(err, LEON3EMU_PERIPHERAL,
                             "%s: property %u has no name or the wrong type or struct_size", path,
                             i);
        }
    }
    for (uint32_t i = 0; i < class->region_count; i++) {
        struct l3_region region = library_region(class, i);
        if (!check_region(path, &region, err)) {
            return false;
        }
    }
    return true;
}

/* What a library exports is checked field by field: it may be anything. */
static bool check_class(const char *path, const struct l3_device_class *class, struct error *err)
{
    if (class == NULL) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s: its device description is empty", path);
    }
    if (class->abi_version != L3_ABI_VERSION) {
        return error_set(err, LEON3EMU_PERIPHERAL,
                         "%s: made for plug-in ABI %u, this leon3emu has ABI %u; rebuild it with "
                         "this version's <leon3emu/device.h>",
                         path, (unsigned)class->abi_version, L3_ABI_VERSION);
    }
    if (class->struct_size < MINIMUM_CLASS) {
        return error_set(err, LEON3EMU_PERIPHERAL,
                         "%s: its device description has %u bytes, at least %u are needed; set "
                         "struct_size to sizeof(struct l3_device_class)",
                         path, (unsigned)class->struct_size, (unsigned)MINIMUM_CLASS);
    }
    if (class->name == NULL || class->create == NULL) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s: its device has no %s", path,
                         class->name == NULL ? "name" : "create function");
    }
    return check_arrays(path, class, err);
}

/* ---- finding ---- */

static const struct library *add_library(struct machine *m, const char *path, void *handle,
                                         const struct l3_device_class *class, struct error *err)
{
    struct library *library;
    size_t size = class->struct_size;

    library = calloc(1, sizeof *library);
    if (library == NULL || (path != NULL && (library->path = strdup(path)) == NULL)) {
        free(library);
        error_set(err, LEON3EMU_HOST, "out of memory");
        return NULL;
    }
    memcpy(&library->class, class, size < sizeof library->class ? size : sizeof library->class);
    library->handle = handle;
    library->changes_fp = handle != NULL && library_changes_fp(handle);
    library->next = m->libraries;
    m->libraries = library;
    return library;
}

/* Its constructors run: they are the library's code as much as its callbacks. */
static void *open_library(struct machine *m, const char *path)
{
    struct device_call call = {m->call, NULL, path, "dlopen"};
    void *handle;

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
    } else if (check_class(path, *pointer, err)) {
        library = add_library(m, path, handle, *pointer, err);
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
    snprintf(tried + used, tried_size - used, "%s%s", used == 0 ? "" : ", ", path);
    return is_file(path);
}

const char *library_directory(const struct leon3emu_options *options)
{
    return options->plugin_dir != NULL ? options->plugin_dir : LEON3EMU_PLUGIN_DIR;
}

/* The near names of what is built in. */
static const char *near_builtin(const char *name, struct suggest *suggest)
{
    const struct l3_device_class *class;

    suggest_begin(suggest, name, strlen(name));
    for (unsigned i = 0; (class = library_builtin(i)) != NULL; i++) {
        suggest_offer(suggest, class->name);
    }
    return suggest_text(suggest);
}

/* Fills path with the first file that exists; *err lists the places otherwise. */
static bool search(const struct machine *m, const char *name, char *path, size_t size,
                   struct error *err)
{
    struct suggest suggest;
    char tried[700] = "";
    const char *list = m->options.plugin_path;
    const char *last = library_directory(&m->options);

    if (strchr(name, '/') != NULL) {
        snprintf(path, size, "%s", name);
        return is_file(path) ||
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
                     "no peripheral called %s: it is not built in, and there is no file %s%s", name,
                     tried, near_builtin(name, &suggest));
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
    char path[512];

    if (builtin != NULL) {
        library = find_loaded(m, NULL, builtin);
        return library != NULL ? library : add_library(m, NULL, NULL, builtin, err);
    }
    if (!search(m, name, path, sizeof path, err)) {
        return NULL;
    }
    library = find_loaded(m, path, NULL);
    return library != NULL ? library : load(m, path, err);
}

void libraries_unload(struct machine *m)
{
    while (m->libraries != NULL) {
        struct library *library = m->libraries;
        m->libraries = library->next;
        if (library->handle != NULL) {
            close_library(m, library->path, library->handle);
        }
        free(library->path);
        free(library);
    }
}
