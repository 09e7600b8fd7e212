// SPDX-License-Identifier: MIT
/* Which C function and line of a library the host was executing, see crash_place.h. */
#define _GNU_SOURCE
#include "cli/crash_place.h"

#include <link.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unwind.h>
#include <unistd.h>

#include "core/libdw.h"
#include "core/peek.h"

#define FRAMES_MAX 100
#define WORDS_MAX  4096 /* of the stack */

/* ---- registers, in the order of the x86-64 ABI's DWARF numbers ---- */

enum { REGISTER_SP = 7, REGISTER_PC = 16 };

void crash_take_registers(const void *context, struct crash_registers *registers)
{
#if defined(__x86_64__)
    static const int order[CRASH_REGISTERS] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                                               REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                               REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    const ucontext_t *at = context;

    for (unsigned i = 0; i < CRASH_REGISTERS; i++) {
        registers->values[i] = (uint64_t)at->uc_mcontext.gregs[order[i]];
    }
    registers->flags = (uint64_t)at->uc_mcontext.gregs[REG_EFL];
    registers->known = true;
#else
    (void)context;
    registers->known = false;
#endif
}

/* ---- libdw ---- */

static struct libdw libdw;
static bool libdw_is_loaded;

void crash_prepare_place(void *context)
{
    (void)context;
    libdw_is_loaded = libdw_is_loaded || libdw_load(&libdw);
}

/* ---- this process, as libdwfl wants it ---- */

/* Uses only the debug information in the library's own file: libdw's search for more could wait for a server. */
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
    static Dwfl_Callbacks callbacks = {.find_debuginfo = find_no_debuginfo};
    Dwfl *dwfl;

    callbacks.find_elf = libdw.dwfl_linux_proc_find_elf;
    dwfl = libdw.dwfl_begin(&callbacks);

    if (dwfl != NULL && (libdw.dwfl_linux_proc_report(dwfl, getpid()) != 0 ||
                         libdw.dwfl_report_end(dwfl, NULL, NULL) != 0)) {
        libdw.dwfl_end(dwfl);
        dwfl = NULL;
    }
    return dwfl;
}

static pid_t next_thread(Dwfl *dwfl, void *context, void **thread)
{
    (void)dwfl;
    if (*thread != NULL) {
        return 0;
    }
    *thread = context;
    return getpid();
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *context)
{
    (void)dwfl;
    (void)context;
    return peek(word, (const void *)(uintptr_t)address, sizeof *word);
}

static bool set_registers(Dwfl_Thread *thread, void *context)
{
    const struct crash_registers *registers = context;
    Dwarf_Word values[CRASH_REGISTERS];

    for (unsigned i = 0; i < CRASH_REGISTERS; i++) {
        values[i] = registers->values[i];
    }
    libdw.dwfl_thread_state_register_pc(thread, values[REGISTER_PC]);
    return libdw.dwfl_thread_state_registers(thread, 0, CRASH_REGISTERS, values);
}

/* ---- whose code is it? ---- */

static const char *base_name(const char *path)
{
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static const char *module_file(Dwfl_Module *module, Dwarf_Addr *start)
{
    return base_name(libdw.dwfl_module_info(module, NULL, start, NULL, NULL, NULL, NULL, NULL));
}

/* Is it a library of the system, or the emulator's?  A line in those does not help the author of a peripheral. */
static bool is_runtime(const char *file)
{
    static const char *const names[] = {"libc.",      "libc-",     "libm.",       "libpthread.",
                                        "libstdc++.", "libgcc_s.", "ld-linux",    "libasan.",
                                        "libubsan.",  "libffi.",   "libleon3emu", "[vdso"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (file != NULL && strncmp(file, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

struct search {
    const char *library; /* whose code is wanted; NULL: any, but see is_runtime() */
    Dwfl_Module *not_in; /* if library is NULL: one more module that is not wanted; NULL: none */
    Dwfl *dwfl;
    Dwarf_Addr pc; /* of the nearest frame in wanted code */
    bool found;
    bool guessed; /* pc is a word on the stack that may be a return address */
    unsigned frames;
};

static bool is_wanted(const struct search *search, Dwarf_Addr pc)
{
    Dwfl_Module *module = libdw.dwfl_addrmodule(search->dwfl, pc);
    Dwarf_Addr start;
    const char *file = module == NULL ? NULL : module_file(module, &start);

    if (file == NULL) {
        return false;
    }
    return search->library == NULL ? !is_runtime(file) && module != search->not_in
                                   : strcmp(file, search->library) == 0;
}

/* Subtracts 1 from return addresses, as one may lie behind the end of the function that made the call. */
static int look_at_frame(Dwfl_Frame *frame, void *context)
{
    struct search *search = context;
    Dwarf_Addr pc;
    bool exact;

    if (!libdw.dwfl_frame_pc(frame, &pc, &exact) || search->frames++ == FRAMES_MAX) {
        return DWARF_CB_ABORT;
    }
    search->pc = exact ? pc : pc - 1;
    search->found = is_wanted(search, search->pc);
    return search->found ? DWARF_CB_ABORT : DWARF_CB_OK;
}

/* If the thread has called an address where there is no code, goes back to the caller, whose pc is on top of the
 * stack. */
static void step_back(Dwfl *dwfl, struct crash_registers *registers)
{
    uint64_t back;
    uint64_t *values = registers->values;

    if (libdw.dwfl_addrmodule(dwfl, values[REGISTER_PC]) == NULL &&
        peek(&back, (const void *)(uintptr_t)values[REGISTER_SP], sizeof back)) {
        values[REGISTER_PC] = back;
        values[REGISTER_SP] += sizeof back;
    }
}

static void search_frames(struct search *search, struct crash_registers *registers)
{
    static const Dwfl_Thread_Callbacks callbacks = {
        .next_thread = next_thread,
        .memory_read = read_word,
        .set_initial_registers = set_registers,
    };
    if (libdw.dwfl_attach_state(search->dwfl, NULL, getpid(), &callbacks, registers)) {
        libdw.dwfl_getthread_frames(search->dwfl, getpid(), look_at_frame, search);
    }
}

static bool is_function(Dwfl *dwfl, Dwarf_Addr pc)
{
    GElf_Sym symbol;
    GElf_Off offset;
    Dwfl_Module *module = libdw.dwfl_addrmodule(dwfl, pc);

    return module != NULL &&
           libdw.dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL, NULL, NULL) != NULL &&
           GELF_ST_TYPE(symbol.st_info) == STT_FUNC;
}

/* If there are no unwind tables, or the stack is overwritten: looks for the nearest word on the stack that may be
 * a return address into wanted code. */
static void search_words(struct search *search, uint64_t sp)
{
    uint64_t word;

    for (unsigned i = 0; i < WORDS_MAX && !search->found; i++) {
        if (!peek(&word, (const void *)(uintptr_t)(sp + i * sizeof word), sizeof word)) {
            return;
        }
        search->pc = word - 1;
        search->found = search->guessed =
            is_wanted(search, word - 1) && is_function(search->dwfl, word - 1);
    }
}

/* ---- in words ---- */

static void append_line(Dwfl_Module *module, Dwarf_Addr pc, bool advise, char *text, size_t size)
{
    Dwfl_Line *line = libdw.dwfl_module_getsrc(module, pc);
    size_t used = strlen(text);
    const char *file;
    int number;

    file = line == NULL ? NULL : libdw.dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
    if (file != NULL) {
        snprintf(text + used, size - used, ", %s:%d", file, number);
    } else if (advise) {
        snprintf(text + used, size - used, " (compile it with -g to see the line)");
    }
}

static void append_place(Dwfl *dwfl, Dwarf_Addr pc, bool advise, char *text, size_t size)
{
    Dwfl_Module *module = libdw.dwfl_addrmodule(dwfl, pc);
    Dwarf_Addr start = 0;
    const char *file = module == NULL ? NULL : module_file(module, &start);
    const char *function = module == NULL ? NULL : libdw.dwfl_module_addrname(module, pc);
    size_t used = strlen(text);

    snprintf(text + used, size - used, "%s%s of %s, +0x%llx", function == NULL ? "code" : function,
             function == NULL ? "" : "()", file == NULL ? "the program" : file,
             (unsigned long long)(pc - start));
    if (module != NULL) {
        append_line(module, pc, advise, text, size);
    }
}

/* Appends where the thread is.  False: that is only an address outside all code. */
static bool append_innermost(const struct search *search, Dwarf_Addr pc, char *text, size_t size)
{
    size_t used = strlen(text);

    if (libdw.dwfl_addrmodule(search->dwfl, pc) != NULL) {
        append_place(search->dwfl, pc, search->found && search->pc == pc, text, size);
        return true;
    }
    snprintf(text + used, size - used, "no code, at 0x%llx", (unsigned long long)pc);
    return false;
}

static void describe(const struct search *search, const struct crash_registers *registers,
                     char *text, size_t size)
{
    Dwarf_Addr pc = registers->values[REGISTER_PC];
    bool has_caller = search->found && search->pc != pc;
    bool worth_it = has_caller;

    snprintf(text, size, "that was in ");
    if (!registers->inside) {
        worth_it = append_innermost(search, pc, text, size) || has_caller;
    }
    if (has_caller) {
        strncat(text,
                registers->inside ? ""
                : search->guessed ? ", perhaps called by "
                                  : ", called by ",
                size - strlen(text) - 1);
        append_place(search->dwfl, search->pc, true, text, size);
    }
    if (!worth_it) {
        text[0] = '\0';
    }
}

bool crash_describe_place(const struct crash_registers *registers, const char *library,
                          bool library_thread, char *text, size_t size)
{
    struct crash_registers at = *registers;
    struct search search = {.library = base_name(library)};

    text[0] = '\0';
    crash_prepare_place(NULL);
    search.dwfl = libdw_is_loaded ? open_process() : NULL;
    if (search.dwfl != NULL) {
        if (library_thread) { /* an address of code, because libdw does not know .bss */
            search.not_in = libdw.dwfl_addrmodule(search.dwfl, (uintptr_t)crash_describe_place);
        }
        step_back(search.dwfl, &at);
        search_frames(&search, &at);
        if (!search.found) {
            search_words(&search, at.values[REGISTER_SP]);
        }
        describe(&search, registers, text, size);
    }
    return search.dwfl != NULL;
}

/* ---- without libdw ---- */

struct library_code {
    const char *library;
    uintptr_t base, from, to; /* the address at which it was loaded; the bounds of its code */
};

static int find_code(struct dl_phdr_info *info, size_t size, void *context)
{
    struct library_code *code = context;
    (void)size;

    if (info->dlpi_name == NULL || strcmp(base_name(info->dlpi_name), code->library) != 0) {
        return 0;
    }
    code->base = info->dlpi_addr;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) != 0) {
            code->from = info->dlpi_addr + segment->p_vaddr;
            code->to = code->from + segment->p_memsz;
        }
    }
    return 1;
}

static bool is_in(const struct library_code *code, uint64_t pc)
{
    return pc >= code->from && pc < code->to;
}

struct frame_search {
    const struct library_code *code;
    uint64_t pc;
};

static _Unwind_Reason_Code look_at_own_frame(struct _Unwind_Context *frame, void *context)
{
    struct frame_search *search = context;
    int exact = 0;
    uint64_t pc = _Unwind_GetIPInfo(frame, &exact);

    search->pc = exact ? pc : pc - 1;
    return is_in(search->code, search->pc) ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* The nearest frame of the calling thread in that code; useful only in a handler of the thread that has crashed. */
static bool find_own_frame(const struct library_code *code, uint64_t *pc)
{
    struct frame_search search = {.code = code};
    _Unwind_Backtrace(look_at_own_frame, &search);
    *pc = search.pc;
    return is_in(code, search.pc);
}

/* The thread's pc, or the nearest word on its stack that may be a return address. */
static bool find_word(const struct library_code *code, const struct crash_registers *registers,
                      uint64_t *pc)
{
    const uint64_t *stack = (const uint64_t *)(uintptr_t)registers->values[REGISTER_SP];

    *pc = registers->values[REGISTER_PC];
    for (unsigned i = 0; i < WORDS_MAX && !is_in(code, *pc); i++) {
        if (!peek(pc, stack + i, sizeof *pc)) {
            return false;
        }
        --*pc;
    }
    return is_in(code, *pc);
}

void crash_describe_place_plainly(const struct crash_registers *registers, const char *library,
                                  char *text, size_t size)
{
    struct library_code code = {.library = base_name(library)};
    bool certain;
    uint64_t pc;

    text[0] = '\0';
    if (library == NULL || dl_iterate_phdr(find_code, &code) != 1) {
        return;
    }
    certain = find_own_frame(&code, &pc);
    if (certain || find_word(&code, registers, &pc)) {
        snprintf(text, size, "that was %sin code of %s, +0x%llx", certain ? "" : "perhaps ",
                 code.library, (unsigned long long)(pc - code.base));
    }
}
