// SPDX-License-Identifier: MIT
/*
 * Every form of every instruction that the x86-64 backend writes, with every register and every shape of
 * memory operand, against Capstone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "encodings.h"

static struct encoder *open_encoder(void)
{
    static struct encoder encoder; /* one test at a time */

    encoder_open(&encoder);
    return &encoder;
}

/* Calls `f` for each memory operand of some kind: all bases, with and without index, all sizes of
 * displacement. */
static void each_memory(struct encoder *e, void (*f)(struct encoder *e, struct x64_mem mem))
{
    static const int32_t displacements[] = {0, 1, -1, 127, -128, 128, -129, INT32_MAX, INT32_MIN};

    for (unsigned base = RAX; base <= R15; base++) {
        for (unsigned i = 0; i < ARRAY_LEN(displacements); i++) {
            f(e, x64_at(base, displacements[i]));
            for (unsigned index = RAX; index <= R15; index++) {
                if (index != RSP) {
                    f(e, x64_at_index(base, index, (index + i) & 3, displacements[i]));
                }
            }
        }
    }
}

/* ---- general registers: reg, r/m ---- */

struct form {
    const char *name;
    uint32_t opcode;
    unsigned reg_width, rm_width; /* of the 32-bit form; they are 8 with X_W */
    bool wide;                    /* there is one with X_W */
    bool only_memory;
    bool store; /* r/m comes first */
};

static const struct form forms[] = {
    {"mov", OP_MOV_LOAD, 4, 4, true, false, false},
    {"mov", OP_MOV_STORE, 4, 4, true, false, true},
    {"mov", OP_MOV_STORE8, 1, 1, false, true, true},
    {"mov", OP_MOV_STORE16, 2, 2, false, true, true},
    {"movzx", OP_MOVZX8 | X_BYTE_RM, 4, 1, false, false, false},
    {"movzx", OP_MOVZX16, 4, 2, false, false, false},
    {"movsx", OP_MOVSX8 | X_BYTE_RM, 4, 1, false, false, false},
    {"movsx", OP_MOVSX16, 4, 2, false, false, false},
    {"movsxd", OP_MOVSXD, 8, 4, false, false, false},
    {"lea", OP_LEA, 4, 4, true, true, false},
    {"movbe", OP_MOVBE_LOAD, 4, 4, true, true, false},
    {"movbe", OP_MOVBE_LOAD | X_66, 2, 2, false, true, false},
    {"movbe", OP_MOVBE_STORE, 4, 4, true, true, true},
    {"movbe", OP_MOVBE_STORE | X_66, 2, 2, false, true, true},
    {"imul", OP_IMUL, 4, 4, true, false, false},
    {"cmovb", OP_CMOV | (uint32_t)CC_B, 4, 4, true, false, false},
    {"cmovne", OP_CMOV | (uint32_t)CC_NE, 4, 4, true, false, false},
    {"cvttss2si", OP_CVTTF2SI | X_F3, 4, 16, false, false, false},
    {"cvttsd2si", OP_CVTTF2SI | X_F2, 4, 16, false, false, false},
    {"cvtsi2ss", OP_CVTSI2F | X_F3, 16, 4, false, false, false},
    {"cvtsi2sd", OP_CVTSI2F | X_F2, 16, 4, false, false, false},
    {"movd", OP_MOVD_LOAD, 16, 4, false, false, false},
    {"movq", OP_MOVD_LOAD | X_W, 16, 8, false, false, false},
    {"movd", OP_MOVD_STORE, 16, 4, false, false, true},
    {"movq", OP_MOVD_STORE | X_W, 16, 8, false, false, true},
    {"movss", OP_MOVSS_LOAD, 16, 16, false, true, false},
    {"movss", OP_MOVSS_STORE, 16, 16, false, true, true},
    {"movsd", OP_MOVSD_LOAD, 16, 16, false, true, false},
    {"movsd", OP_MOVSD_STORE, 16, 16, false, true, true},
    {"movaps", OP_MOVAPS, 16, 16, false, false, false},
    {"andps", OP_ANDPS, 16, 16, false, false, false},
    {"xorps", OP_XORPS, 16, 16, false, false, false},
    {"addss", OP_FADD | X_F3, 16, 16, false, false, false},
    {"addsd", OP_FADD | X_F2, 16, 16, false, false, false},
    {"mulss", OP_FMUL | X_F3, 16, 16, false, false, false},
    {"mulsd", OP_FMUL | X_F2, 16, 16, false, false, false},
    {"subss", OP_FSUB | X_F3, 16, 16, false, false, false},
    {"subsd", OP_FSUB | X_F2, 16, 16, false, false, false},
    {"divss", OP_FDIV | X_F3, 16, 16, false, false, false},
    {"divsd", OP_FDIV | X_F2, 16, 16, false, false, false},
    {"sqrtss", OP_FSQRT | X_F3, 16, 16, false, false, false},
    {"sqrtsd", OP_FSQRT | X_F2, 16, 16, false, false, false},
    {"cvtss2sd", OP_CVTF2F | X_F3, 16, 16, false, false, false},
    {"cvtsd2ss", OP_CVTF2F | X_F2, 16, 16, false, false, false},
    {"ucomiss", OP_UCOMIS, 16, 16, false, false, false},
    {"ucomisd", OP_UCOMIS | X_66, 16, 16, false, false, false},
    {"comiss", OP_COMIS, 16, 16, false, false, false},
    {"comisd", OP_COMIS | X_66, 16, 16, false, false, false},
};

static unsigned numbered(unsigned reg, unsigned width)
{
    return width == 16 ? reg + XMM0 : reg;
}

static void expect_form(struct encoder *e, const struct form *form, bool wide, struct want reg,
                        struct want rm)
{
    (void)wide;
    if (form->store) {
        encoder_expect(e, form->name, rm, reg, WANT_NOTHING);
    } else {
        encoder_expect(e, form->name, reg, rm, WANT_NOTHING);
    }
}

static void check_registers(struct encoder *e, const struct form *form, bool wide)
{
    unsigned reg_width = wide ? 8 : form->reg_width;
    unsigned rm_width = wide ? 8 : form->rm_width;

    for (unsigned i = 0; i < 16 * 16; i++) {
        unsigned reg = numbered(i / 16, reg_width);
        unsigned rm = numbered(i % 16, rm_width);
        x64_rr(encoder_begin(e), form->opcode | x64_w(wide), reg, rm);
        expect_form(e, form, wide, want_reg(reg, reg_width), want_reg(rm, rm_width));
    }
}

/* Parameters of the callback of each_memory(). */
static const struct form *form_at_hand;
static bool wide_at_hand;

static void check_memory(struct encoder *e, struct x64_mem mem)
{
    const struct form *form = form_at_hand;
    unsigned width = wide_at_hand ? 8 : form->reg_width;
    unsigned reg = numbered(e->count % 16, width);

    x64_rm(encoder_begin(e), form->opcode | x64_w(wide_at_hand), reg, mem);
    expect_form(e, form, wide_at_hand, want_reg(reg, width), want_mem(mem));
}

static void test_forms(void **state)
{
    struct encoder *e = open_encoder();

    (void)state;
    for (unsigned i = 0; i < 2 * ARRAY_LEN(forms); i++) {
        form_at_hand = &forms[i / 2];
        wide_at_hand = i % 2;
        if (wide_at_hand && !form_at_hand->wide) {
            continue;
        }
        if (!form_at_hand->only_memory) {
            check_registers(e, form_at_hand, wide_at_hand);
        }
        each_memory(e, check_memory);
    }
    print_message("%u instructions\n", e->count);
    encoder_close(e);
}

/* ---- ALU, shifts, immediates ---- */

static const char *const alu_names[] = {"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"};
static const int32_t immediates[] = {0, 1, -1, 127, -128, 128, -129, INT32_MAX, INT32_MIN};

/* An immediate as Capstone shows it. */
static int64_t shown(int32_t value, bool wide)
{
    return wide ? value : (int64_t)(uint32_t)value;
}

static void check_alu(struct encoder *e, enum x64_alu alu, bool wide, unsigned reg)
{
    unsigned width = wide ? 8 : 4;
    unsigned other = (reg * 7 + 3) % 16;
    struct x64_mem mem = x64_at(other, 0x123);
    struct want r = want_reg(reg, width);

    x64_alu_rr(encoder_begin(e), alu, wide, reg, other);
    encoder_expect(e, alu_names[alu], r, want_reg(other, width), WANT_NOTHING);
    x64_alu_rm(encoder_begin(e), alu, wide, reg, mem);
    encoder_expect(e, alu_names[alu], r, want_mem(mem), WANT_NOTHING);
    x64_alu_mr(encoder_begin(e), alu, wide, mem, reg);
    encoder_expect(e, alu_names[alu], want_mem(mem), r, WANT_NOTHING);
    for (unsigned i = 0; i < ARRAY_LEN(immediates); i++) {
        struct want imm = want_imm(shown(immediates[i], wide));
        x64_alu_ri(encoder_begin(e), alu, wide, reg, immediates[i]);
        encoder_expect(e, alu_names[alu], r, imm, WANT_NOTHING);
        x64_alu_mi(encoder_begin(e), alu, wide, mem, immediates[i]);
        encoder_expect(e, alu_names[alu], want_mem(mem), imm, WANT_NOTHING);
    }
}

static void test_alu(void **state)
{
    struct encoder *e = open_encoder();

    (void)state;
    for (unsigned alu = ALU_ADD; alu <= ALU_CMP; alu++) {
        for (unsigned reg = RAX; reg <= R15; reg++) {
            check_alu(e, (enum x64_alu)alu, false, reg);
            check_alu(e, (enum x64_alu)alu, true, reg);
        }
    }
    encoder_close(e);
}

static void check_group3(struct encoder *e, bool wide, unsigned reg)
{
    static const char *const names[] = {NULL, NULL, "not", "neg", NULL, NULL, "div", "idiv"};
    unsigned width = wide ? 8 : 4;

    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i] != NULL) {
            x64_rr(encoder_begin(e), OP_GROUP3 | x64_w(wide), i, reg);
            encoder_expect(e, names[i], want_reg(reg, width), WANT_NOTHING, WANT_NOTHING);
        }
    }
    x64_rr(encoder_begin(e), OP_GROUP3 | x64_w(wide), 0, reg);
    x64_imm32(&e->as, 0x12345678);
    encoder_expect(e, "test", want_reg(reg, width), want_imm(0x12345678), WANT_NOTHING);
    x64_rr(encoder_begin(e), OP_TEST | x64_w(wide), reg, reg);
    encoder_expect(e, "test", want_reg(reg, width), want_reg(reg, width), WANT_NOTHING);
    x64_rm(encoder_begin(e), OP_GROUP3 | x64_w(wide), 0, x64_at(reg, 8));
    x64_imm32(&e->as, 0x12345678);
    encoder_expect(e, "test", want_mem(x64_at(reg, 8)), want_imm(0x12345678), WANT_NOTHING);
}

static void check_multiply(struct encoder *e, bool wide, unsigned reg)
{
    unsigned width = wide ? 8 : 4;
    unsigned other = (reg * 5 + 1) % 16;

    x64_rr(encoder_begin(e), OP_IMUL_IMM8 | x64_w(wide), reg, other);
    x64_byte(&e->as, 0x85);
    encoder_expect(e, "imul", want_reg(reg, width), want_reg(other, width),
                   want_imm(shown((int8_t)0x85, wide)));
    x64_rr(encoder_begin(e), OP_IMUL_IMM32 | x64_w(wide), reg, other);
    x64_imm32(&e->as, 0x12345678);
    encoder_expect(e, "imul", want_reg(reg, width), want_reg(other, width), want_imm(0x12345678));
}

static void check_shift(struct encoder *e, bool wide, unsigned reg)
{
    static const struct {
        const char *name;
        enum x64_shift shift;
    } shifts[] = {{"rol", SHIFT_ROL},
                  {"ror", SHIFT_ROR},
                  {"shl", SHIFT_SHL},
                  {"shr", SHIFT_SHR},
                  {"sar", SHIFT_SAR}};
    unsigned width = wide ? 8 : 4;

    for (unsigned i = 0; i < ARRAY_LEN(shifts); i++) {
        x64_shift_imm(encoder_begin(e), shifts[i].shift, wide, reg, 13);
        encoder_expect(e, shifts[i].name, want_reg(reg, width), want_imm(13), WANT_NOTHING);
        x64_rr(encoder_begin(e), OP_SHIFT_CL | x64_w(wide), shifts[i].shift, reg);
        encoder_expect(e, shifts[i].name, want_reg(reg, width), want_reg(RCX, 1), WANT_NOTHING);
    }
}

/* VEX instructions with three operands in general registers. */
static void check_vex(struct encoder *e, bool wide, unsigned reg)
{
    static const struct {
        const char *name;
        uint32_t prefix;
    } shifts[] = {{"shlx", X_66}, {"shrx", X_F2}, {"sarx", X_F3}};
    unsigned width = wide ? 8 : 4;
    unsigned other = (reg * 5 + 2) % 16;
    unsigned count = (reg * 3 + 1) % 16;
    struct x64_mem mem = x64_at(other, -4);

    x64_rorx(encoder_begin(e), wide, reg, other, 11);
    encoder_expect(e, "rorx", want_reg(reg, width), want_reg(other, width), want_imm(11));
    for (unsigned i = 0; i < ARRAY_LEN(shifts); i++) {
        uint32_t opcode = 0xf7 | X_0F38 | shifts[i].prefix | x64_w(wide);
        x64_vex_rr(encoder_begin(e), opcode, reg, count, other);
        encoder_expect(e, shifts[i].name, want_reg(reg, width), want_reg(other, width),
                       want_reg(count, width));
        x64_vex_rm(encoder_begin(e), opcode, reg, count, mem);
        encoder_expect(e, shifts[i].name, want_reg(reg, width), want_mem(mem),
                       want_reg(count, width));
    }
}

/* VEX instructions with operands in xmm registers. */
static void check_vex_fp(struct encoder *e, bool wide, unsigned reg)
{
    static const struct {
        const char *names[2];
        uint32_t opcode;
    } forms_fp[] = {{{"vaddss", "vaddsd"}, OP_FADD},
                    {{"vsubss", "vsubsd"}, OP_FSUB},
                    {{"vmulss", "vmulsd"}, OP_FMUL},
                    {{"vdivss", "vdivsd"}, OP_FDIV}};
    unsigned other = (reg * 5 + 2) % 16;
    unsigned third = (reg * 3 + 1) % 16;
    struct x64_mem mem = x64_at(other, -4);
    struct want d = want_reg(reg + XMM0, 16);
    struct want a = want_reg(third + XMM0, 16);

    for (unsigned i = 0; i < ARRAY_LEN(forms_fp); i++) {
        uint32_t opcode = forms_fp[i].opcode | (wide ? X_F2 : X_F3);
        x64_vex_rr(encoder_begin(e), opcode, reg + XMM0, third, other + XMM0);
        encoder_expect(e, forms_fp[i].names[wide], d, a, want_reg(other + XMM0, 16));
        x64_vex_rm(encoder_begin(e), opcode, reg + XMM0, third, mem);
        encoder_expect(e, forms_fp[i].names[wide], d, a, want_mem(mem));
    }
    x64_vex_rip(encoder_begin(e), OP_ANDPS, reg + XMM0, third, e->bytes + 0x48);
    encoder_expect(e, "vandps", d, a, want_rip(0x40));
    x64_vex_rip(encoder_begin(e), OP_PTEST, reg + XMM0, 0, e->bytes + 0x49);
    encoder_expect(e, "vptest", d, want_rip(0x40), WANT_NOTHING);
    x64_vex_rip(encoder_begin(e), OP_PSHUFB, reg + XMM0, third, e->bytes + 0x49);
    encoder_expect(e, "vpshufb", d, a, want_rip(0x40));
    x64_vex_rr(encoder_begin(e), OP_VFMSUB213 | x64_w(wide), reg + XMM0, third, other + XMM0);
    encoder_expect(e, wide ? "vfmsub213sd" : "vfmsub213ss", d, a, want_reg(other + XMM0, 16));
    x64_vex_rr(encoder_begin(e), OP_VFNMADD213 | x64_w(wide), reg + XMM0, third, other + XMM0);
    encoder_expect(e, wide ? "vfnmadd213sd" : "vfnmadd213ss", d, a, want_reg(other + XMM0, 16));
}

static void check_moves(struct encoder *e, bool wide, unsigned reg)
{
    unsigned width = wide ? 8 : 4;

    x64_mov(encoder_begin(e), wide, reg, 15 - reg);
    encoder_expect(e, "mov", want_reg(reg, width), want_reg(15 - reg, width), WANT_NOTHING);
    for (unsigned i = 0; i < ARRAY_LEN(immediates); i++) {
        x64_mov_imm(encoder_begin(e), wide, reg, immediates[i]);
        /* a constant that is not negative is moved to the 32-bit register, which clears the upper half */
        bool is_wide = wide && immediates[i] < 0;
        encoder_expect(e, "mov", want_reg(reg, is_wide ? 8 : 4),
                       want_imm(shown(immediates[i], is_wide)), WANT_NOTHING);
    }
    x64_bswap(encoder_begin(e), wide, reg);
    encoder_expect(e, "bswap", want_reg(reg, width), WANT_NOTHING, WANT_NOTHING);
    x64_rr(encoder_begin(e), OP_XCHG | x64_w(wide), reg, (reg + 1) % 16);
    encoder_expect(e, "xchg", want_reg((reg + 1) % 16, width), want_reg(reg, width), WANT_NOTHING);
}

static void test_integer(void **state)
{
    static void (*const checks[])(struct encoder *, bool, unsigned) = {
        check_group3, check_multiply, check_shift, check_vex, check_vex_fp, check_moves};
    struct encoder *e = open_encoder();

    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(checks); i++) {
        for (unsigned reg = RAX; reg <= R15; reg++) {
            checks[i](e, false, reg);
            checks[i](e, true, reg);
        }
    }
    encoder_close(e);
}

/* ---- the rest ---- */

static void check_bytes(struct encoder *e, unsigned reg)
{
    struct x64_mem mem = x64_at_index(R14, reg == RSP ? RAX : reg, 0, 0);
    struct want memory = want_mem(mem);

    x64_test_byte(encoder_begin(e), mem, 0x81);
    encoder_expect(e, "test", memory, want_imm(0x81), WANT_NOTHING);
    x64_rm(encoder_begin(e), OP_MOV_MEM_IMM8, 0, mem);
    x64_byte(&e->as, 0x7f);
    encoder_expect(e, "mov", memory, want_imm(0x7f), WANT_NOTHING);
    x64_rm(encoder_begin(e), OP_MOV_MEM_IMM | X_66, 0, mem);
    x64_imm16(&e->as, 0x1234);
    encoder_expect(e, "mov", memory, want_imm(0x1234), WANT_NOTHING);
    x64_rm(encoder_begin(e), OP_MOV_MEM_IMM | X_W, 0, mem);
    x64_imm32(&e->as, 0xfffffff0);
    encoder_expect(e, "mov", memory, want_imm(-16), WANT_NOTHING);
    x64_rr(encoder_begin(e), OP_BT_IMM, 4, reg);
    x64_byte(&e->as, 8);
    encoder_expect(e, "bt", want_reg(reg, 4), want_imm(8), WANT_NOTHING);
    x64_rm(encoder_begin(e), OP_BT_IMM | X_66, 4, mem);
    x64_byte(&e->as, 8);
    encoder_expect(e, "bt", memory, want_imm(8), WANT_NOTHING);
    x64_rr(encoder_begin(e), OP_SHIFT_IMM | X_66, SHIFT_ROL, reg);
    x64_byte(&e->as, 8);
    encoder_expect(e, "rol", want_reg(reg, 2), want_imm(8), WANT_NOTHING);
    x64_mov_imm64(encoder_begin(e), reg, 0x123456789abcdef0);
    encoder_expect(e, "movabs", want_reg(reg, 8), want_imm(0x123456789abcdef0), WANT_NOTHING);
    x64_rr(encoder_begin(e), OP_CALL_MEM, 4, reg);
    encoder_expect(e, "jmp", want_reg(reg, 8), WANT_NOTHING, WANT_NOTHING);
    x64_rm(encoder_begin(e), OP_CALL_MEM, 4, mem);
    encoder_expect(e, "jmp", memory, WANT_NOTHING, WANT_NOTHING);
}

static void test_bytes(void **state)
{
    struct encoder *e = open_encoder();

    (void)state;
    for (unsigned reg = RAX; reg <= R15; reg++) {
        check_bytes(e, reg);
    }
    encoder_close(e);
}

static void test_conditions(void **state)
{
    static const char *const jumps[] = {"jo", "jno", "jb", "jae", "je", "jne", "jbe", "ja",
                                        "js", "jns", "jp", "jnp", "jl", "jge", "jle", "jg"};
    static const char *const sets[] = {"seto",  "setno", "setb",  "setae", "sete", "setne",
                                       "setbe", "seta",  "sets",  "setns", "setp", "setnp",
                                       "setl",  "setge", "setle", "setg"};
    struct encoder *e = open_encoder();

    (void)state;
    for (unsigned cc = 0; cc < 16; cc++) {
        uint8_t *field;
        x64_jcc(encoder_begin(e), (enum x64_cc)cc, e->bytes + 0x1234);
        encoder_expect(e, jumps[cc], want_imm(0x1234), WANT_NOTHING, WANT_NOTHING);
        field = x64_jcc_later(encoder_begin(e), (enum x64_cc)cc);
        x64_bind(field, e->bytes + 0x43);
        encoder_expect(e, jumps[cc], want_imm(0x43), WANT_NOTHING, WANT_NOTHING);
        field = x64_jcc_short(encoder_begin(e), (enum x64_cc)cc);
        x64_bind_short(field, e->bytes + 0x43);
        encoder_expect(e, jumps[cc], want_imm(0x43), WANT_NOTHING, WANT_NOTHING);
        for (unsigned reg = RAX; reg <= R15; reg++) {
            x64_setcc(encoder_begin(e), (enum x64_cc)cc, reg);
            encoder_expect(e, sets[cc], want_reg(reg, 1), WANT_NOTHING, WANT_NOTHING);
        }
    }
    encoder_close(e);
}

/* Displacements count from the end of the instruction. */
static void test_relative(void **state)
{
    struct encoder *e = open_encoder();

    (void)state;
    x64_jmp(encoder_begin(e), e->bytes + 0x123);
    encoder_expect(e, "jmp", want_imm(0x123), WANT_NOTHING, WANT_NOTHING);
    x64_call(encoder_begin(e), e->bytes + 0x123);
    encoder_expect(e, "call", want_imm(0x123), WANT_NOTHING, WANT_NOTHING);
    for (unsigned reg = RAX; reg <= R15; reg++) {
        x64_rip(encoder_begin(e), OP_MOV_LOAD | X_W, reg, e->bytes + 0x47, 0);
        encoder_expect(e, "mov", want_reg(reg, 8), want_rip(0x40), WANT_NOTHING);
        x64_rip(encoder_begin(e), OP_UCOMIS | X_66, reg + XMM0, e->bytes + 0x88, 0);
        encoder_expect(e, "ucomisd", want_reg(reg + XMM0, 16), want_rip(reg < 8 ? 0x80 : 0x7f),
                       WANT_NOTHING);
    }
    x64_rip(encoder_begin(e), OP_CALL_MEM, 2, e->bytes + 0x46, 0);
    encoder_expect(e, "call", want_rip(0x40), WANT_NOTHING, WANT_NOTHING);
    x64_rip(encoder_begin(e), OP_LDMXCSR, 2, e->bytes + 0x47, 0);
    encoder_expect(e, "ldmxcsr", want_rip(0x40), WANT_NOTHING, WANT_NOTHING);
    x64_rip(encoder_begin(e), OP_MOV_MEM_IMM, 0, e->bytes + 0x4a, 4);
    x64_imm32(&e->as, 5);
    encoder_expect(e, "mov", want_rip(0x40), want_imm(5), WANT_NOTHING);
    encoder_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),      cmocka_unit_test(test_alu),
        cmocka_unit_test(test_integer),    cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_relative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
