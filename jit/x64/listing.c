// SPDX-License-Identifier: MIT
/*
 * Listings of generated code, by Capstone.
 *
 * Capstone has tables for many processors, and the dynamic linker relocates all of them when it is loaded.  That takes
 * longer than all else that happens before a guest begins, so it is loaded only when a listing is made.
 */
#include <capstone/capstone.h>
#include <dlfcn.h>

#include "x64.h"

#define TEXT_OF(number) #number
#define NAME_OF(number) "libcapstone.so." TEXT_OF(number)

struct capstone {
    __typeof__(cs_open) *open;
    __typeof__(cs_close) *close;
    __typeof__(cs_malloc) *allocate;
    __typeof__(cs_free) *release;
    __typeof__(cs_disasm_iter) *step;
};

/* Capstone stays loaded, so that the next listing finds it. */
static bool load(struct capstone *capstone)
{
    void *library = dlopen(NAME_OF(CS_API_MAJOR), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (library == NULL) {
        return false;
    }
    capstone->open = (__typeof__(cs_open) *)dlsym(library, "cs_open");
    capstone->close = (__typeof__(cs_close) *)dlsym(library, "cs_close");
    capstone->allocate = (__typeof__(cs_malloc) *)dlsym(library, "cs_malloc");
    capstone->release = (__typeof__(cs_free) *)dlsym(library, "cs_free");
    capstone->step = (__typeof__(cs_disasm_iter) *)dlsym(library, "cs_disasm_iter");
    dlclose(library);
    return capstone->open != NULL && capstone->close != NULL && capstone->allocate != NULL &&
           capstone->release != NULL && capstone->step != NULL;
}

static void print_line(const cs_insn *insn, FILE *stream)
{
    fprintf(stream, "%6llx:  ", (unsigned long long)insn->address);
    for (unsigned i = 0; i < insn->size; i++) {
        fprintf(stream, "%02x", insn->bytes[i]);
    }
    fprintf(stream, "%*s%s %s\n", 2 * (12 - (int)insn->size) + 2, "", insn->mnemonic, insn->op_str);
}

void x64_disassemble(const uint8_t *code, size_t size, FILE *stream)
{
    struct capstone capstone;
    uint64_t address = 0;
    csh handle;

    if (!load(&capstone) || capstone.open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        fprintf(stream, "(no disassembler: %s is missing)\n", NAME_OF(CS_API_MAJOR));
        return;
    }
    cs_insn *insn = capstone.allocate(handle);
    while (insn != NULL && capstone.step(handle, &code, &size, &address, insn)) {
        print_line(insn, stream);
    }
    if (insn != NULL) {
        capstone.release(insn, 1);
    }
    capstone.close(&handle);
}
