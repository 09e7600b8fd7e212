// SPDX-License-Identifier: MIT
/*
 * Disassembles words from standard input, for tests/harness/check_disassembly.py.
 *
 * Each input line is "PC WORD", both hexadecimal; the answer is one line of text.  Nothing else is
 * accepted: a line that does not parse ends the program with status 1.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sparc/decode.h"

int main(void)
{
    uint32_t pc;
    uint32_t word;
    int fields;

    while ((fields = scanf("%" SCNx32 " %" SCNx32, &pc, &word)) == 2) {
        char text[80];
        insn_disassemble(word, pc, text, sizeof text);
        puts(text);
    }
    return fields == EOF ? 0 : 1;
}
