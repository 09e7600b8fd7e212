// SPDX-License-Identifier: MIT
/*
 * Which libraries can change how the host computes: rounding, flushing to zero, traps, precision.
 *
 * Nearly none can, and then their registers are accessed without saving any floating-point state; those that can are
 * called with more care (mem/mmio.h, mem/mmio_cache.c).  The answer comes from the instructions of the library, the
 * names that it takes from other libraries, and which libraries those are.
 */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

#include "check.h"
#include "host_fp.h"
#include "machine/library.h"

/* A library may depend on these: they change the floating-point state only in the functions that `changing` lists.  A
 * dependency on any other library counts as a change. */
static const char *const harmless[] = {
    "libc.so",     "libm.so",      "libpthread.so", "libdl.so",   "librt.so",    "ld-linux",
    "libgcc_s.so", "libstdc++.so", "linux-vdso",    "libasan.so", "libubsan.so",
};

static const char *const changing[] = {
    "fesetround",      "fesetenv",       "feupdateenv",     "feholdexcept", "fesetmode",
    "fesetexceptflag", "feenableexcept", "fedisableexcept", "dlopen",
};

static bool begins_with_any(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(name, list[i], strlen(list[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- names ---- */

/* Addresses in the table need no load address added: glibc has made them absolute. */
static const ElfW(Dyn) * find_dynamic(const struct link_map *map, ElfW(Sxword) tag)
{
    const ElfW(Dyn) *entry = map->l_ld;
    while (entry->d_tag != DT_NULL && entry->d_tag != tag) {
        entry++;
    }
    return entry->d_tag == tag ? entry : NULL;
}

static bool names_change_fp(const struct link_map *map)
{
    const ElfW(Dyn) *table = find_dynamic(map, DT_STRTAB);
    const ElfW(Dyn) *size = find_dynamic(map, DT_STRSZ);
    const char *names, *end;

    if (table == NULL || size == NULL) {
        return true;
    }
    names = (const char *)table->d_un.d_ptr;
    end = names + size->d_un.d_val;
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_NEEDED &&
            !begins_with_any(names + entry->d_un.d_val, harmless, ARRAY_LEN(harmless))) {
            return true;
        }
    }
    for (const char *name = names; name < end; name += strlen(name) + 1) {
        if (begins_with_any(name, changing, ARRAY_LEN(changing))) {
            return true;
        }
    }
    return false;
}

/* ---- instructions ---- */

struct search {
    const struct link_map *map;
    bool found, changes;
};

static int look_at_code(struct dl_phdr_info *info, size_t size, void *context)
{
    struct search *search = context;

    (void)size;
    if (info->dlpi_addr != search->map->l_addr ||
        strcmp(info->dlpi_name, search->map->l_name) != 0) {
        return 0;
    }
    search->found = true;
    for (unsigned i = 0; i < info->dlpi_phnum && !search->changes; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        const void *code = (const void *)(info->dlpi_addr + part->p_vaddr);
        search->changes = part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0 &&
                          host_fp_is_changed_by(code, part->p_filesz);
    }
    return 1;
}

bool library_changes_fp(void *handle)
{
    struct search search = {NULL, false, false};

    if (dlinfo(handle, RTLD_DI_LINKMAP, &search.map) != 0 || names_change_fp(search.map)) {
        return true;
    }
    dl_iterate_phdr(look_at_code, &search);
    return !search.found || search.changes;
}
