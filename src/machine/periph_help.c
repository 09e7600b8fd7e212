// SPDX-License-Identifier: MIT
/* --periph NAME,help: what a class says of itself. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "machine/library.h"
#include "machine/machine.h"

static const char *type_name(uint32_t type)
{
    static const char *const names[] = {"", "number", "on/off", "text", "line"};
    return names[type];
}

static void print_property(const struct l3_property *p, FILE *stream)
{
    escape_print(stream, "  %-16s %-7s %s", p->name, type_name(p->type),
                 p->help == NULL ? "" : p->help);
    if (p->type == L3_PROPERTY_UINT) {
        fprintf(stream, "; %llu to %llu", (unsigned long long)p->minimum,
                (unsigned long long)p->maximum);
    }
    if (p->default_value == NULL) {
        fprintf(stream, "; must be given\n");
    } else {
        escape_print(stream, "; default %s\n", p->default_value);
    }
}

static void print_core_properties(const struct l3_device_class *class, FILE *stream)
{
    for (uint32_t i = 0; i < class->region_count; i++) {
        struct l3_region region = library_region(class, i);
        char key[64];
        snprintf(key, sizeof key, i == 0 ? "base" : "%s_base", region.name);
        escape_print(stream, "  %-16s number  address of region %s, 0x%llx bytes", key, region.name,
                     (unsigned long long)region.size);
        fprintf(stream, region.default_base == 0 ? "\n" : "; default 0x%llx\n",
                (unsigned long long)region.default_base);
    }
    if (class->irq_output_count > 0) {
        fprintf(stream, "  %-16s number  interrupt line 1 to 31 of the first output; 0: none\n",
                "irq");
    }
    if (class->irq_output_count > 2) {
        char keys[40];
        snprintf(keys, sizeof keys, "irq1 to irq%u", class->irq_output_count - 1);
        fprintf(stream, "  %-16s number  interrupt lines of outputs 1 to %u; default irq+1, ...\n",
                keys, class->irq_output_count - 1);
    } else if (class->irq_output_count == 2) {
        fprintf(stream, "  %-16s number  interrupt line of output 1; default irq+1\n", "irq1");
    }
    fprintf(stream, "  %-16s text    name of the instance\n", "name");
    if (class->pnp != NULL) {
        fprintf(stream, "  %-16s number  identity in plug&play; so pnp_device, pnp_version\n",
                "pnp_vendor");
    }
    fprintf(stream, "  %-16s number  where regions overlap the higher one is seen; default 0\n",
            "priority");
}

static void print_class(const struct library *library, FILE *stream)
{
    const struct l3_device_class *class = &library->class;
    struct l3_pnp pnp = library_pnp(class);

    escape_print(stream, "%s%s%s: %s\n", class->name, class->version == NULL ? "" : " ",
                 class->version == NULL ? "" : class->version,
                 class->summary == NULL ? "" : class->summary);
    escape_print(stream, "from %s", library->path == NULL ? "this program" : library->path);
    if (pnp.struct_size != 0) {
        fprintf(stream, ", plug&play vendor 0x%02x device 0x%03x", (unsigned)pnp.vendor,
                (unsigned)pnp.device);
    }
    fprintf(stream, "\nproperties:\n");
    for (uint32_t i = 0; i < class->property_count; i++) {
        struct l3_property p = library_property(class, i);
        print_property(&p, stream);
    }
    print_core_properties(class, stream);
}

bool leon3emu_peripheral_help(const struct leon3emu_options *options, const char *name,
                              FILE *stream, struct error *err)
{
    struct machine m = {.options = *options};
    size_t length = strcspn(name, ",");
    char *plain = strndup(name, length);
    const struct library *library;

    if (plain == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    if (options->building != NULL) {
        options->building(options->context, &m);
    }
    library = library_find(&m, plain, err);
    if (library != NULL) {
        print_class(library, stream);
    }
    libraries_unload(&m);
    if (options->building != NULL) {
        options->building(options->context, NULL);
    }
    free(plain);
    return library != NULL;
}

/* ---- the list of classes ---- */

static int is_library_name(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0;
}

/* Lists libraries by their file names, without loading them: loading a library runs its code. */
static void list_libraries(const char *directory, size_t length, FILE *stream)
{
    char *path = strndup(directory, length);
    struct dirent **entries = NULL;
    int count = path == NULL ? 0 : scandir(path, &entries, is_library_name, alphasort);

    if (count > 0) {
        escape_print(stream, "\nLibraries in %s:\n", path);
    }
    for (int i = 0; i < count; i++) {
        escape_print(stream, "  %s\n", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    free(path);
}

void leon3emu_peripheral_list(const struct leon3emu_options *options, FILE *stream)
{
    const struct l3_device_class *class;

    fprintf(stream, "Built in:\n");
    for (unsigned i = 0; (class = library_builtin(i)) != NULL; i++) {
        escape_print(stream, "  %-12s %s\n", class->name,
                     class->summary == NULL ? "" : class->summary);
    }
    list_libraries(".", 1, stream);
    for (const char *list = options->plugin_path; list != NULL && *list != '\0';) {
        size_t length = strcspn(list, ":");
        if (length > 0) {
            list_libraries(list, length, stream);
        }
        list += length;
        list += *list == ':';
    }
    list_libraries(library_directory(options), strlen(library_directory(options)), stream);
    fprintf(stream, "\n--periph NAME,help shows the properties of one.\n");
}
