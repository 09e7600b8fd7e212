// SPDX-License-Identifier: MIT
/* libdw, loaded on demand: see libdw.h. */
#include "core/libdw.h"

#include <dlfcn.h>
#include <stddef.h>

bool libdw_load(struct libdw *libdw)
{
    void *library = dlopen(LIBDW_FILE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    bool all = library != NULL;

#define FUNCTION(name)                                                                             \
    libdw->name = all ? (__typeof__(name) *)dlsym(library, #name) : NULL;                          \
    all = libdw->name != NULL;
    LIBDW_FUNCTIONS(FUNCTION)
#undef FUNCTION
    if (library != NULL) {
        dlclose(library);
    }
    return all;
}
