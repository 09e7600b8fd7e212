// SPDX-License-Identifier: MIT
/*
 * libdw, which reads debug information.
 *
 * The host's loader takes as long for it and for the libraries that it needs as for most of the emulator's start, and
 * few runs need it, so it is loaded when something is looked up (ADR 63).  Its functions are members of struct libdw,
 * under their own names: libdw->dwarf_lineno().
 */
#ifndef CORE_LIBDW_H
#define CORE_LIBDW_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>

#define LIBDW_FILE "libdw.so.1"

#define LIBDW_FUNCTIONS(FUNCTION)                                                                  \
    FUNCTION(dwarf_addrdie)                                                                        \
    FUNCTION(dwarf_begin_elf)                                                                      \
    FUNCTION(dwarf_end)                                                                            \
    FUNCTION(dwarf_getsrc_die)                                                                     \
    FUNCTION(dwarf_haspc)                                                                          \
    FUNCTION(dwarf_lineno)                                                                         \
    FUNCTION(dwarf_linesrc)                                                                        \
    FUNCTION(dwarf_nextcu)                                                                         \
    FUNCTION(dwarf_offdie)                                                                         \
    FUNCTION(dwfl_addrmodule)                                                                      \
    FUNCTION(dwfl_attach_state)                                                                    \
    FUNCTION(dwfl_begin)                                                                           \
    FUNCTION(dwfl_end)                                                                             \
    FUNCTION(dwfl_frame_pc)                                                                        \
    FUNCTION(dwfl_getthread_frames)                                                                \
    FUNCTION(dwfl_lineinfo)                                                                        \
    FUNCTION(dwfl_linux_proc_find_elf)                                                             \
    FUNCTION(dwfl_linux_proc_report)                                                               \
    FUNCTION(dwfl_module_addrinfo)                                                                 \
    FUNCTION(dwfl_module_addrname)                                                                 \
    FUNCTION(dwfl_module_getsrc)                                                                   \
    FUNCTION(dwfl_module_info)                                                                     \
    FUNCTION(dwfl_report_end)                                                                      \
    FUNCTION(dwfl_thread_state_register_pc)                                                        \
    FUNCTION(dwfl_thread_state_registers)

struct libdw {
#define FUNCTION(name) __typeof__(name) *name;
    LIBDW_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

/* Loads the library, which then stays loaded, and fills *libdw.  False: the host has none that fits. */
bool libdw_load(struct libdw *libdw);

#endif
