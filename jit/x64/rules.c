// SPDX-License-Identifier: MIT
/*
 * One row for each IR op: where its operands may be, where the result goes, and which function emits it.
 *
 * An emit function never picks a register, and gets operands that satisfy its row.  An op with several forms has a
 * special instead, a function that chooses among further rows, which are in its own file.  So has an op that has no
 * operands in registers, or that deals with flags, guest state or control.
 */
#include "x64.h"

/* clang-format off */
const struct cg_row x64_rows[IR_CODES] = {
    /*              operands           result        flags                                temps */
    [IR_NOP]     = CG_SPECIAL(NULL),
    [IR_CONST]   = CG_SPECIAL(NULL),
    [IR_GET]     = CG_SPECIAL(cg_do_get),
    [IR_SET]     = CG_SPECIAL(cg_do_set),
    [IR_MOVE_BANK]   = CG_SPECIAL(x64_do_move_bank),

    [IR_ADD]     = CG_SPECIAL(x64_do_add),
    [IR_SUB]     = CG_ROW(OUT_TIED, ROW_SPOILS, 0, x64_emit_sub, C_ANY, C_ANY),
    [IR_MUL]     = CG_SPECIAL(x64_do_mul),
    [IR_DIVU]    = CG_FIXED_ROW(RAX, RDX, OUT_FIXED, ROW_SPOILS | ROW_CLOBBERS, x64_emit_divu, C_FIXED_COPY, C_R),
    [IR_DIVS]    = CG_FIXED_ROW(RAX, RDX, OUT_FIXED, ROW_SPOILS | ROW_CLOBBERS, x64_emit_divs, C_FIXED_COPY, C_R),
    [IR_AND]     = CG_SPECIAL(x64_do_and),
    [IR_OR]      = CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, x64_emit_or, C_ANY, C_ANY),
    [IR_XOR]     = CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, x64_emit_xor, C_ANY, C_ANY),
    [IR_NOT]     = CG_ROW(OUT_TIED, 0, 0, x64_emit_not, C_ANY),
    [IR_NEG]     = CG_ROW(OUT_TIED, ROW_SPOILS, 0, x64_emit_neg, C_ANY),
    [IR_SHL]     = CG_SPECIAL(x64_do_shift),
    [IR_SHR]     = CG_SPECIAL(x64_do_shift),
    [IR_SAR]     = CG_SPECIAL(x64_do_shift),
    [IR_ROTL]    = CG_SPECIAL(x64_do_shift),
    [IR_SEXT8]   = CG_ROW(OUT_NEW, 0, 0, x64_emit_movsx8, C_RM),
    [IR_SEXT16]  = CG_ROW(OUT_NEW, 0, 0, x64_emit_movsx16, C_RM),
    [IR_ZEXT8]   = CG_ROW(OUT_NEW, 0, 0, x64_emit_movzx8, C_RM),
    [IR_ZEXT16]  = CG_ROW(OUT_NEW, 0, 0, x64_emit_movzx16, C_RM),
    [IR_SEXT32]  = CG_ROW(OUT_NEW, 0, 0, x64_emit_movsxd, C_RM),
    [IR_ZEXT32]  = CG_ROW(OUT_TIED, 0, 0, x64_emit_nothing, C_ANY),
    [IR_LOW]     = CG_ROW(OUT_NEW, 0, 0, x64_emit_mov32, C_RM),
    [IR_HIGH]    = CG_ROW(OUT_TIED, ROW_SPOILS, 0, x64_emit_high, C_ANY),
    [IR_PACK]    = CG_ROW(OUT_TIED, ROW_SPOILS | ROW_APART, 0, x64_emit_pack, C_ANY, C_R),
    [IR_SETC]    = CG_SPECIAL(x64_do_setc),
    [IR_SELECT]  = CG_ROW(OUT_TIED_C, ROW_SPOILS, 0, x64_emit_select, C_R, C_RM, C_ANY),

    [IR_ADD_FLAGS]   = CG_SPECIAL(x64_do_add_flags),
    [IR_SUB_FLAGS]   = CG_SPECIAL(x64_do_sub_flags),
    [IR_ADC_FLAGS]   = CG_SPECIAL(x64_do_add_carry),
    [IR_SBC_FLAGS]   = CG_SPECIAL(x64_do_add_carry),
    [IR_LOGIC_FLAGS]  = CG_SPECIAL(x64_do_logic_flags),
    [IR_CARRY]  = CG_SPECIAL(x64_do_carry),
    [IR_TEST_FLAGS]   = CG_SPECIAL(x64_do_test_flags),

    [IR_LOAD]    = CG_SPECIAL(x64_do_load),
    [IR_STORE]   = CG_SPECIAL(x64_do_store),
    [IR_ALOAD]   = CG_SPECIAL(x64_do_other_load),
    [IR_ASTORE]  = CG_SPECIAL(x64_do_other_store),

    [IR_GUARD_LOAD]   = CG_SPECIAL(x64_do_guard),
    [IR_GUARD_STORE]   = CG_SPECIAL(x64_do_guard),
    [IR_LOAD_UNCHECKED]   = CG_SPECIAL(x64_do_load_unchecked),
    [IR_STORE_UNCHECKED]  = CG_SPECIAL(x64_do_store_unchecked),

    [IR_FADD]    = CG_SPECIAL(x64_do_fp),
    [IR_FSUB]    = CG_SPECIAL(x64_do_fp),
    [IR_FMUL]    = CG_SPECIAL(x64_do_fp),
    [IR_FDIV]    = CG_SPECIAL(x64_do_fp),
    [IR_FSQRT]   = CG_SPECIAL(x64_do_fp),
    [IR_FWIDEN]  = CG_SPECIAL(x64_do_fp),
    [IR_FNARROW] = CG_SPECIAL(x64_do_fp),
    [IR_FFROMI]  = CG_ROW(OUT_XNEW, 0, 0, x64_emit_ffromi, C_RM),
    [IR_FTOI]    = CG_SPECIAL(x64_do_fp),
    [IR_FCMP]    = CG_SPECIAL(x64_do_fcmp),
    [IR_FCMPE]   = CG_SPECIAL(x64_do_fcmp),
    [IR_BITCAST_F]    = CG_ROW(OUT_XNEW, 0, 0, x64_emit_bitcast_f, C_RM),
    [IR_BITCAST_I]    = CG_ROW(OUT_NEW, 0, 0, x64_emit_bitcast_i, C_XM),
    [IR_FBEGIN]  = CG_SPECIAL(x64_do_fbegin),

    [IR_CALL]    = CG_SPECIAL(x64_do_call),
    [IR_STEP]    = CG_SPECIAL(x64_do_step),

    [IR_BRANCH]  = CG_SPECIAL(x64_do_branch),
    [IR_BRANCH_FLAGS] = CG_SPECIAL(x64_do_branch_flags),
    [IR_CHARGE]  = CG_SPECIAL(x64_do_charge),
    [IR_EXIT]    = CG_SPECIAL(x64_do_exit),
    [IR_JUMP]    = CG_SPECIAL(x64_do_jump),
    [IR_QUIT]    = CG_SPECIAL(x64_do_quit),
    [IR_DEOPT] = CG_SPECIAL(x64_do_deopt),
};
/* clang-format on */
