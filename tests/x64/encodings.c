// SPDX-License-Identifier: MIT
/* Comparison of encoded instructions with what Capstone says they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "encodings.h"

void encoder_open(struct encoder *encoder)
{
    encoder->count = 0;
    assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &encoder->capstone), CS_ERR_OK);
    assert_int_equal(cs_option(encoder->capstone, CS_OPT_DETAIL, CS_OPT_ON), CS_ERR_OK);
}

void encoder_close(struct encoder *encoder)
{
    cs_close(&encoder->capstone);
}

struct code_cursor *encoder_begin(struct encoder *encoder)
{
    memset(encoder->bytes, 0xcc, 4 * X_LONGEST);
    encoder->as.p = encoder->bytes;
    return &encoder->as;
}

static const char *register_name(unsigned reg, unsigned width, char name[8])
{
    static const char *const old[4][8] = {
        {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"},
        {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"},
        {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"},
        {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"},
    };
    static const char *const suffixes[4] = {"b", "w", "d", ""};
    unsigned log = width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : 3;

    if (width == 16) {
        snprintf(name, 8, "xmm%u", (reg - XMM0) & 15);
    } else if (reg < R8) {
        snprintf(name, 8, "%s", old[log][reg]);
    } else {
        snprintf(name, 8, "r%u%s", reg & 15, suffixes[log]);
    }
    return name;
}

static void expect_register(const struct encoder *encoder, unsigned got, unsigned reg,
                            unsigned width)
{
    char name[8];

    assert_string_equal(cs_reg_name(encoder->capstone, got), register_name(reg, width, name));
}

static void expect_address(const struct encoder *encoder, const x86_op_mem *got, struct x64_mem mem)
{
    expect_register(encoder, got->base, mem.base, 8);
    if (mem.index == X64_NONE) {
        assert_int_equal(got->index, X86_REG_INVALID);
    } else {
        expect_register(encoder, got->index, mem.index, 8);
        assert_int_equal(got->scale, 1 << mem.scale);
    }
    assert_int_equal(got->disp, mem.disp);
}

static void expect_operand(const struct encoder *encoder, const cs_x86_op *got, struct want want)
{
    switch (want.kind) {
    case WANT_REG:
        assert_int_equal(got->type, X86_OP_REG);
        expect_register(encoder, got->reg, want.reg, want.width);
        break;
    case WANT_MEM:
        assert_int_equal(got->type, X86_OP_MEM);
        expect_address(encoder, &got->mem, want.mem);
        break;
    case WANT_RIP:
        assert_int_equal(got->type, X86_OP_MEM);
        assert_int_equal(got->mem.base, X86_REG_RIP);
        assert_int_equal(got->mem.disp, want.value);
        break;
    default:
        assert_int_equal(got->type, X86_OP_IMM);
        if (got->size <= sizeof(uint32_t)) {
            assert_int_equal((uint32_t)got->imm, (uint32_t)want.value); /* sign-extended or not */
        } else {
            assert_int_equal(got->imm, want.value);
        }
        break;
    }
}

void encoder_expect(struct encoder *encoder, const char *mnemonic, struct want a, struct want b,
                    struct want c)
{
    const struct want wants[] = {a, b, c};
    size_t size = (size_t)(encoder->as.p - encoder->bytes);
    unsigned count = 0;
    cs_insn *insn;

    assert_int_equal(cs_disasm(encoder->capstone, encoder->bytes, size, 0, 0, &insn), 1);
    assert_int_equal(insn->size, size);
    assert_true(size <= X_LONGEST);
    assert_string_equal(insn->mnemonic, mnemonic);
    for (; count < 3 && wants[count].kind != WANT_NONE; count++) {
        assert_true(count < insn->detail->x86.op_count);
        expect_operand(encoder, &insn->detail->x86.operands[count], wants[count]);
    }
    assert_int_equal(insn->detail->x86.op_count, count);
    cs_free(insn, 1);
    encoder->count++;
}
