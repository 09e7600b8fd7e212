// SPDX-License-Identifier: MIT
/*
 * A class as a library describes it becomes one of our own: everything is checked and copied, and nothing of
 * the description is read again.
 *
 * A description can be anything: a count without its table, a pointer to nowhere, text without an end.
 * Reading it is therefore done inside a call into the library (library.c), so that a crash is laid at its
 * door; and a limit on every count and length comes before the first use, so that no size overflows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "check.h"
#include "core/peek.h"
#include "machine/core_property.h"
#include "machine/library.h"

/* The smallest struct_size of each structure: up to its last field in the first release of ABI version 1. */
#define MINIMUM_CLASS    (offsetof(struct l3_device_class, state_load) + sizeof(void *))
#define MINIMUM_PROPERTY (offsetof(struct l3_property, help) + sizeof(void *))
#define MINIMUM_REGION   (offsetof(struct l3_region, reserved) + sizeof(uint32_t))
#define MINIMUM_PNP      (offsetof(struct l3_pnp, version) + sizeof(uint32_t))
#define MAXIMUM_ELEMENT  4096

/* No real device has more; a larger count means that the description is damaged. */
#define MAXIMUM_PROPERTIES 1024
#define MAXIMUM_REGIONS    64
#define MAXIMUM_OUTPUTS    1024
#define MAXIMUM_INPUTS     4096
#define MAXIMUM_ROWS       65536 /* of registers and state */
#define MAXIMUM_NAME       31
#define MAXIMUM_TEXT       4095

struct library_memory {
    struct library_memory *next;
    max_align_t bytes[];
};

/* A description that is being read. */
struct reader {
    const char *path; /* for messages; NULL: built in */
    struct library *library;
    struct error *err;
};

static __attribute__((format(printf, 2, 3))) bool refuse(const struct reader *reader,
                                                         const char *format, ...)
{
    char text[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(reader->err, LEON3EMU_PERIPHERAL, "%s: %s",
                     reader->path == NULL ? "built in" : reader->path, text);
}

static void *reserve(const struct reader *reader, size_t size)
{
    struct library_memory *memory = calloc(1, sizeof *memory + size);

    if (memory == NULL) {
        error_set(reader->err, LEON3EMU_HOST, "out of memory");
        return NULL;
    }
    memory->next = reader->library->memory;
    reader->library->memory = memory;
    return memory->bytes;
}

/* ---- texts ---- */

/* Makes *text a copy of itself; NULL stays.  what: whose text it is. */
static bool take_text(const struct reader *reader, const char **text, size_t maximum,
                      const char *what)
{
    size_t length = 0;
    char *copy;

    if (*text == NULL) {
        return true;
    }
    while (length <= maximum && (*text)[length] != '\0') {
        length++;
    }
    if (length > maximum) {
        return refuse(reader, "%s has more than %zu characters", what, maximum);
    }
    copy = reserve(reader, length + 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, *text, length);
    *text = copy;
    return true;
}

static bool is_name(const char *name, const char *others)
{
    if (name[0] < 'a' || name[0] > 'z') {
        return false;
    }
    for (const char *c = name; *c != '\0'; c++) {
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') && strchr(others, *c) == NULL) {
            return false;
        }
    }
    return true;
}

static bool take_name(const struct reader *reader, const char **name, const char *others,
                      const char *what)
{
    if (*name == NULL) {
        return refuse(reader, "%s has no name", what);
    }
    if (!take_text(reader, name, MAXIMUM_NAME, what)) {
        return false;
    }
    return is_name(*name, others) ||
           refuse(reader,
                  "%s is called \"%s\"; a name is of lower-case letters, digits and any of \"%s\", "
                  "and begins with a letter",
                  what, *name, others);
}

/* ---- tables ---- */

/* Is a table there, if it is to have rows, and not longer than makes sense? */
static bool check_table(const struct reader *reader, const void *table, uint32_t count,
                        uint32_t maximum, const char *what)
{
    if (count > maximum) {
        return refuse(reader, "its device description has %u %s; at most %u are possible", count,
                      what, maximum);
    }
    return count == 0 || table != NULL ||
           refuse(reader, "its device description has %u %s, but no table of them", count, what);
}

/* Copies one row and makes it `full` bytes long.  size: struct_size of the table's first row, which is also the
 * distance between rows.  The row's own struct_size is checked against `minimum` only. */
static bool copy_row(const struct reader *reader, char *to, const char *row, uint32_t size,
                     size_t minimum, size_t full, const char *what)
{
    uint32_t own = (uint32_t)full;
    uint32_t said;

    memcpy(&said, row, sizeof said);
    if (said < minimum) {
        return refuse(reader, "one of %s has the wrong struct_size, %u", what, said);
    }
    memcpy(to, row, size < full ? size : full);
    memcpy(to, &own, sizeof own);
    return true;
}

/* Copies a table to one whose rows have all the fields that we know.  The library's rows may be shorter or longer,
 * as it was compiled with another version of the header. */
static void *copy_table(const struct reader *reader, const void *table, uint32_t count,
                        size_t minimum, size_t full, const char *what)
{
    uint32_t size = 0;
    char *copy;

    if (count != 0) {
        memcpy(&size, table, sizeof size);
        if (size < minimum || size > MAXIMUM_ELEMENT) {
            refuse(reader, "%s have the wrong struct_size, %u; set it to sizeof of the struct",
                   what, size);
            return NULL;
        }
    }
    copy = reserve(reader, (count + 1) * full);
    for (uint32_t i = 0; copy != NULL && i < count; i++) {
        if (!copy_row(reader, copy + i * full, (const char *)table + (size_t)size * i, size,
                      minimum, full, what)) {
            return NULL;
        }
    }
    return copy;
}

/* ---- properties ---- */

static bool check_property(const struct reader *reader, const struct l3_property *rows,
                           uint32_t index)
{
    const struct l3_property *p = &rows[index];

    if (p->type < L3_PROPERTY_UINT || p->type > L3_PROPERTY_CHARDEV) {
        return refuse(reader, "property %s has an unknown type (%u)", p->name, p->type);
    }
    if (p->type == L3_PROPERTY_UINT && p->minimum > p->maximum) {
        return refuse(reader, "property %s has a minimum above its maximum", p->name);
    }
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(rows[i].name, p->name) == 0) {
            return refuse(reader, "two properties are called %s", p->name);
        }
    }
    return true;
}

static bool take_properties(const struct reader *reader, struct l3_device_class *class)
{
    struct l3_property *rows;
    char what[40];

    if (!check_table(reader, class->properties, class->property_count, MAXIMUM_PROPERTIES,
                     "properties")) {
        return false;
    }
    rows = copy_table(reader, class->properties, class->property_count, MINIMUM_PROPERTY,
                      sizeof *rows, "its properties");
    class->properties = rows;
    for (uint32_t i = 0; rows != NULL && i < class->property_count; i++) {
        snprintf(what, sizeof what, "property %u", i);
        if (!take_name(reader, &rows[i].name, "_-", what) ||
            !take_text(reader, &rows[i].default_value, MAXIMUM_TEXT, rows[i].name) ||
            !take_text(reader, &rows[i].help, MAXIMUM_TEXT, rows[i].name) ||
            !check_property(reader, rows, i)) {
            return false;
        }
    }
    return rows != NULL;
}

/* ---- regions ---- */

static bool check_region(const struct reader *reader, const struct l3_region *region)
{
    if (region->kind < L3_REGION_APB || region->kind > L3_REGION_AHBIO) {
        return refuse(reader, "region %s has an unknown kind (%u)", region->name, region->kind);
    }
    if (region->size < 4 || !bits_is_power_of_two(region->size) ||
        region->size > UINT64_C(0x100000000)) {
        return refuse(reader, "region %s has size 0x%llx; it must be a power of two of at least 4",
                      region->name, (unsigned long long)region->size);
    }
    if (region->default_base > UINT32_MAX || (region->default_base & (region->size - 1)) != 0) {
        return refuse(reader,
                      "region %s has the default base 0x%llx; it must be a 32-bit address and a "
                      "multiple of the size",
                      region->name, (unsigned long long)region->default_base);
    }
    if (region->kind != L3_REGION_APB && (region->native_sizes & L3_SIZE_ALL) == 0) {
        return refuse(reader, "region %s has no native access size", region->name);
    }
    return check_table(reader, region->registers, region->register_count, MAXIMUM_ROWS,
                       "registers");
}

/* The name of a register for the log, or NULL: a library's author may have left it out, or written anything. */
static bool take_register_name(const struct reader *reader, const char **name)
{
    if (*name == NULL || !peek_is_text(*name) || strlen(*name) > MAXIMUM_NAME) {
        *name = NULL;
    }
    return take_text(reader, name, MAXIMUM_NAME, "a register");
}

/* Copies the rows that describe registers.  Only the log reads them; so a library whose rows have another size is not
 * refused, but its registers have no names.  Rows of a built-in device are not copied. */
static bool take_registers(const struct reader *reader, struct l3_region *region)
{
    const char *table = (const char *)region->registers;
    uint32_t size = 0, count = region->register_count;
    struct l3_register *rows;

    if (reader->path == NULL || count == 0) {
        return true;
    }
    memcpy(&size, table, sizeof size);
    if (size != sizeof *rows) {
        region->register_count = 0;
        return true;
    }
    rows = reserve(reader, count * sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    memcpy(rows, table, count * sizeof *rows);
    region->registers = rows;
    for (uint32_t i = 0; i < count; i++) {
        if (!take_register_name(reader, &rows[i].name)) {
            return false;
        }
    }
    return true;
}

/* The address of each region but the first is set by a property that has the region's name (REGION_base). */
static bool check_region_name(const struct reader *reader, const struct l3_region *rows,
                              uint32_t index)
{
    for (uint32_t i = 1; i < index; i++) {
        if (strcmp(rows[i].name, rows[index].name) == 0) {
            return refuse(reader, "two regions are called %s", rows[i].name);
        }
    }
    return true;
}

static bool take_regions(const struct reader *reader, struct l3_device_class *class)
{
    struct l3_region *rows;
    char what[40];

    if (!check_table(reader, class->regions, class->region_count, MAXIMUM_REGIONS, "regions")) {
        return false;
    }
    rows = copy_table(reader, class->regions, class->region_count, MINIMUM_REGION, sizeof *rows,
                      "its regions");
    class->regions = rows;
    for (uint32_t i = 0; rows != NULL && i < class->region_count; i++) {
        snprintf(what, sizeof what, "region %u", i);
        if (!take_name(reader, &rows[i].name, "_-", what) || !check_region_name(reader, rows, i) ||
            !check_region(reader, &rows[i]) || !take_registers(reader, &rows[i])) {
            return false;
        }
    }
    return rows != NULL;
}

/* ---- the rest ---- */

/* Refuses properties that leon3emu itself gives the devices of the class; which these are depends on
 * the class's regions, interrupt outputs and identity. */
static bool check_core_properties(const struct reader *reader, const struct l3_device_class *class)
{
    for (uint32_t i = 0; i < class->property_count; i++) {
        const char *name = class->properties[i].name;
        if (core_property_is(class, name)) {
            return refuse(
                reader,
                "a property is called %s, which leon3emu itself gives its devices; choose "
                "another name",
                name);
        }
    }
    return true;
}

static bool take_pnp(const struct reader *reader, struct l3_device_class *class)
{
    struct l3_pnp *pnp;

    if (class->pnp == NULL) {
        return true;
    }
    pnp = copy_table(reader, class->pnp, 1, MINIMUM_PNP, sizeof *pnp, "its plug&play record");
    class->pnp = pnp;
    if (pnp == NULL) {
        return false;
    }
    if (pnp->vendor > 0xff || pnp->device > 0xfff || pnp->version > 0x1f) {
        return refuse(reader,
                      "its plug&play record has vendor 0x%x, device 0x%x, version 0x%x; they have "
                      "8, 12 and 5 bits",
                      pnp->vendor, pnp->device, pnp->version);
    }
    return true;
}

static bool check_counts(const struct reader *reader, const struct l3_device_class *class)
{
    if (class->irq_output_count > MAXIMUM_OUTPUTS || class->input_pin_count > MAXIMUM_INPUTS) {
        return refuse(reader,
                      "its device description has %u interrupt outputs and %u input pins; at most "
                      "%u and %u are possible",
                      class->irq_output_count, class->input_pin_count, MAXIMUM_OUTPUTS,
                      MAXIMUM_INPUTS);
    }
    return check_table(reader, class->state, class->state_count, MAXIMUM_ROWS, "state fields");
}

/* Looks at abi_version before anything else, because the other fields may mean something else in another ABI. */
static bool copy_class(const struct reader *reader, const struct l3_device_class *given)
{
    struct l3_device_class *class = &reader->library->class;
    size_t size;

    if (given == NULL) {
        return refuse(reader, "its device description is empty");
    }
    if (given->abi_version != L3_ABI_VERSION) {
        return refuse(reader,
                      "made for plug-in ABI %u, this leon3emu has ABI %u; rebuild it with this "
                      "version's <leon3emu/device.h>",
                      given->abi_version, L3_ABI_VERSION);
    }
    size = given->struct_size;
    if (size < MINIMUM_CLASS || size > MAXIMUM_ELEMENT) {
        return refuse(reader,
                      "its device description has %zu bytes, at least %zu are needed; set "
                      "struct_size to sizeof(struct l3_device_class)",
                      size, MINIMUM_CLASS);
    }
    memcpy(class, given, size < sizeof *class ? size : sizeof *class);
    return class->create != NULL || refuse(reader, "its device has no create function");
}

bool library_take_class(struct library *library, const struct l3_device_class *given,
                        struct error *err)
{
    const struct reader reader = {library->path, library, err};
    struct l3_device_class *class = &library->class;

    return copy_class(&reader, given) && take_name(&reader, &class->name, "_-", "its device") &&
           take_text(&reader, &class->summary, MAXIMUM_TEXT, "its summary") &&
           take_text(&reader, &class->version, MAXIMUM_TEXT, "its version") &&
           check_counts(&reader, class) && take_properties(&reader, class) &&
           take_regions(&reader, class) && take_pnp(&reader, class) &&
           check_core_properties(&reader, class);
}

void library_free_class(struct library *library)
{
    while (library->memory != NULL) {
        struct library_memory *memory = library->memory;
        library->memory = memory->next;
        free(memory);
    }
}

/* ---- rows ---- */

struct l3_property library_property(const struct l3_device_class *class, uint32_t index)
{
    return class->properties[index];
}

struct l3_region library_region(const struct l3_device_class *class, uint32_t index)
{
    return class->regions[index];
}

struct l3_pnp library_pnp(const struct l3_device_class *class)
{
    struct l3_pnp none = {0};
    return class->pnp == NULL ? none : *class->pnp;
}
