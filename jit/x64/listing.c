// SPDX-License-Identifier: MIT
/* Listings of generated code, by Capstone. */
#include <capstone/capstone.h>

#include "x64.h"

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
    uint64_t address = 0;
    csh handle;

    if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        fprintf(stream, "(no disassembler)\n");
        return;
    }
    cs_insn *insn = cs_malloc(handle);
    while (insn != NULL && cs_disasm_iter(handle, &code, &size, &address, insn)) {
        print_line(insn, stream);
    }
    if (insn != NULL) {
        cs_free(insn, 1);
    }
    cs_close(&handle);
}
