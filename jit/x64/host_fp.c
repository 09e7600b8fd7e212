// SPDX-License-Identifier: MIT
/*
 * Floating-point state of an x86-64 processor, see include/host_fp.h: MXCSR and the x87 unit.
 *
 * MXCSR is written without being compared first: on many processors reading it waits for all instructions before
 * it, and takes ten times as long as writing it.
 */
#include <stdint.h>
#include <string.h>

#include "../backend.h"

#define MXCSR_DEFAULT 0x1f80u
#define X87_DEFAULT   0x037fu
/* Bits of RFLAGS that C code neither sets nor works with: with DF, the direction flag, string instructions run
 * downwards; with AC, the alignment check, a misaligned access traps. */
#define RFLAGS_DF  (1ull << 10)
#define RFLAGS_AC  (1ull << 18)
#define RFLAGS_ODD (RFLAGS_DF | RFLAGS_AC)

/* EMMS marks the x87 registers as empty, as the calling convention requires; MMX code that has no EMMS of its own leaves
 * them full.  EMMS traps if an exception is pending and not masked, so the control word is loaded first.
 *
 * AddressSanitizer's own accesses at the beginning of a function may be misaligned, and trap while AC is set. */
__attribute__((no_sanitize_address)) void x64_fp_clean(void)
{
    static const uint32_t mxcsr = MXCSR_DEFAULT;
    uint16_t control;
    unsigned long long flags = __builtin_ia32_readeflags_u64();

    if (flags & RFLAGS_ODD) {
        __builtin_ia32_writeeflags_u64(flags & ~RFLAGS_ODD);
    }

    __asm__ volatile("ldmxcsr %1\n\tfnstcw %0" : "=m"(control) : "m"(mxcsr));
    if (control == X87_DEFAULT) {
        __asm__ volatile("emms");
    } else {
        __asm__ volatile("fninit");
    }
}

bool x64_fp_flags_are_odd(uint64_t flags)
{
    return (flags & RFLAGS_ODD) != 0;
}

/* LDMXCSR, FXRSTOR, XRSTOR: 0f ae /2, /1, /5 with an operand in memory; VLDMXCSR: the first with a VEX prefix. */
static bool is_mxcsr_load(const uint8_t *code, size_t at, size_t size)
{
    unsigned modrm = at + 1 < size ? code[at + 1] : 0xffu;
    unsigned reg = modrm >> 3 & 7;

    if (code[at] != 0xae || modrm >= 0xc0 || at == 0) {
        return false;
    }
    if (code[at - 1] == 0x0f) {
        return reg == 1 || reg == 2 || reg == 5;
    }
    return reg == 2 && ((at >= 2 && code[at - 2] == 0xc5) || (at >= 3 && code[at - 3] == 0xc4));
}

/* FLDCW and FLDENV in the forms that compilers make: on the stack, and relative to the code.  Of others the
 * second byte is too often the beginning of another instruction. */
static bool is_x87_load(const uint8_t *code, size_t at, size_t size)
{
    static const struct {
        uint8_t modrm, sib; /* sib 0: any */
    } forms[] = {{0x6c, 0x24}, {0xac, 0x24}, {0x64, 0x24}, {0xa4, 0x24},
                 {0x6d, 0},    {0xad, 0},    {0x2d, 0}};

    if (code[at] != 0xd9 || size - at < 3) {
        return false;
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (code[at + 1] == forms[i].modrm && (forms[i].sib == 0 || code[at + 2] == forms[i].sib)) {
            return true;
        }
    }
    return false;
}

bool x64_fp_is_changed_by(const void *code, size_t size)
{
    const uint8_t *bytes = code;

    for (size_t at = 0; at < size; at++) {
        if (is_mxcsr_load(bytes, at, size) || is_x87_load(bytes, at, size)) {
            return true;
        }
    }
    return false;
}
