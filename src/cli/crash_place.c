// SPDX-License-Identifier: MIT
/*
 * Which C function and line an address of the host's code is, for authors of peripherals; see crash_state.h.
 *
 * libdw allocates and reads files: after a crash it may fail or hang.  The sentence about the crash was written
 * before, and whoever calls gives it a few seconds.
 */
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/crash_state.h"
#include "core/escape.h"

/* What is in the file itself: a search for more could wait for a server. */
static int find_no_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
                             const char *file, const char *link, GElf_Word crc, char **path)
{
    (void)module;
    (void)data;
    (void)name;
    (void)base;
    (void)file;
    (void)link;
    (void)crc;
    (void)path;
    return -1;
}

static Dwfl *open_process(void)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_linux_proc_find_elf,
        .find_debuginfo = find_no_debuginfo,
    };
    Dwfl *dwfl = dwfl_begin(&callbacks);

    if (dwfl != NULL &&
        (dwfl_linux_proc_report(dwfl, getpid()) != 0 || dwfl_report_end(dwfl, NULL, NULL) != 0)) {
        dwfl_end(dwfl);
        dwfl = NULL;
    }
    return dwfl;
}

static void append_line(Dwfl_Module *module, Dwarf_Addr pc, char *text, size_t size)
{
    Dwfl_Line *line = dwfl_module_getsrc(module, pc);
    size_t used = strlen(text);
    const char *file;
    int number;

    file = line == NULL ? NULL : dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
    if (file != NULL) {
        snprintf(text + used, size - used, ", %s:%d", file, number);
    } else {
        snprintf(text + used, size - used, " (compile it with -g to see the line)");
    }
}

static void print(Dwfl_Module *module, Dwarf_Addr pc)
{
    char text[700];
    Dwarf_Addr start = 0;
    const char *file = dwfl_module_info(module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
    const char *function = dwfl_module_addrname(module, pc);
    const char *slash = file == NULL ? NULL : strrchr(file, '/');

    snprintf(text, sizeof text, "leon3emu: that was in %s%s of %s, +0x%llx",
             function == NULL ? "code" : function, function == NULL ? "" : "()",
             slash == NULL ? "the program" : slash + 1, (unsigned long long)(pc - start));
    append_line(module, pc, text, sizeof text);
    crash_write(escape_in_place(text, sizeof text));
    crash_write("\n");
}

void crash_print_place(uintptr_t pc)
{
    Dwfl *dwfl = open_process();
    Dwfl_Module *module = dwfl == NULL ? NULL : dwfl_addrmodule(dwfl, pc);

    if (module != NULL) {
        print(module, pc);
    }
}
