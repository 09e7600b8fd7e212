// SPDX-License-Identifier: MIT
/*
 * One row for each IR op: what its operands must be like, where the result goes, and who emits it.
 *
 * An emit function never picks a register and may assume that its row holds.  An op with several forms has
 * a special that chooses one of the rows beside it; what has no operands in registers, or deals with
 * flags, guest state or control, is a special altogether.  SHL..ROTL etc. stand for all their rows.
 */
#include "x64.h"

/* clang-format off */
#define SPECIAL(count, flags, function) {count, {C_USE, C_USE, C_USE}, OUT_NONE, flags, 0, NULL, function}

const struct x64_row x64_rows[IR_CODES] = {
    /*              operands           result        flags                                temps */
    [IR_NOP]     = SPECIAL(0, ROW_DROP, NULL),
    [IR_CONST]   = SPECIAL(0, ROW_DROP, NULL),
    [IR_GET]     = SPECIAL(0, ROW_DROP | ROW_STATE, x64_do_get),
    [IR_SET]     = SPECIAL(1, ROW_STATE, x64_do_set),
    [IR_MOVE_BANK]   = SPECIAL(0, ROW_STATE, x64_do_move_bank),

    [IR_ADD]     = SPECIAL(2, ROW_DROP, x64_do_add),
    [IR_SUB]     = {2, {C_ANY, C_ANY}, OUT_TIED, ROW_DROP | ROW_SPOILS, 0, x64_emit_sub, NULL},
    [IR_MUL]     = SPECIAL(2, ROW_DROP, x64_do_mul),
    [IR_DIVU]    = {2, {C_RAX, C_R}, OUT_RAX, ROW_DROP | ROW_SPOILS | ROW_RDX, 0, x64_emit_divu, NULL},
    [IR_DIVS]    = {2, {C_RAX, C_R}, OUT_RAX, ROW_DROP | ROW_SPOILS | ROW_RDX, 0, x64_emit_divs, NULL},
    [IR_AND]     = SPECIAL(2, ROW_DROP, x64_do_and),
    [IR_OR]      = {2, {C_ANY, C_ANY}, OUT_TIED, ROW_DROP | ROW_SPOILS | ROW_COMMUTES, 0, x64_emit_or, NULL},
    [IR_XOR]     = {2, {C_ANY, C_ANY}, OUT_TIED, ROW_DROP | ROW_SPOILS | ROW_COMMUTES, 0, x64_emit_xor, NULL},
    [IR_NOT]     = {1, {C_ANY}, OUT_TIED, ROW_DROP, 0, x64_emit_not, NULL},
    [IR_NEG]     = {1, {C_ANY}, OUT_TIED, ROW_DROP | ROW_SPOILS, 0, x64_emit_neg, NULL},
    [IR_SHL]     = SPECIAL(2, ROW_DROP, x64_do_shift),
    [IR_SHR]     = SPECIAL(2, ROW_DROP, x64_do_shift),
    [IR_SAR]     = SPECIAL(2, ROW_DROP, x64_do_shift),
    [IR_ROTL]    = SPECIAL(2, ROW_DROP, x64_do_shift),
    [IR_SEXT8]   = {1, {C_RM}, OUT_NEW, ROW_DROP, 0, x64_emit_movsx8, NULL},
    [IR_SEXT16]  = {1, {C_RM}, OUT_NEW, ROW_DROP, 0, x64_emit_movsx16, NULL},
    [IR_ZEXT8]   = {1, {C_RM}, OUT_NEW, ROW_DROP, 0, x64_emit_movzx8, NULL},
    [IR_ZEXT16]  = {1, {C_RM}, OUT_NEW, ROW_DROP, 0, x64_emit_movzx16, NULL},
    [IR_SEXT32]  = {1, {C_RM}, OUT_NEW, ROW_DROP, 0, x64_emit_movsxd, NULL},
    [IR_ZEXT32]  = {1, {C_ANY}, OUT_TIED, ROW_DROP, 0, x64_emit_nothing, NULL},
    [IR_LOW]     = {1, {C_RM}, OUT_NEW, ROW_DROP, 0, x64_emit_mov32, NULL},
    [IR_HIGH]    = {1, {C_ANY}, OUT_TIED, ROW_DROP | ROW_SPOILS, 0, x64_emit_high, NULL},
    [IR_PACK]    = {2, {C_ANY, C_R}, OUT_TIED, ROW_DROP | ROW_SPOILS | ROW_APART, 0, x64_emit_pack, NULL},
    [IR_SETC]    = SPECIAL(2, ROW_DROP, x64_do_setc),
    [IR_SELECT]  = {3, {C_R, C_RM, C_ANY}, OUT_TIED_C, ROW_DROP | ROW_SPOILS, 0, x64_emit_select, NULL},

    [IR_ADD_FLAGS]   = SPECIAL(2, ROW_DROP, x64_do_add_flags),
    [IR_SUB_FLAGS]   = SPECIAL(2, ROW_DROP, x64_do_sub_flags),
    [IR_ADC_FLAGS]   = SPECIAL(3, ROW_DROP, x64_do_add_carry),
    [IR_SBC_FLAGS]   = SPECIAL(3, ROW_DROP, x64_do_add_carry),
    [IR_LOGIC_FLAGS]  = SPECIAL(1, ROW_DROP, x64_do_logic_flags),
    [IR_CARRY]  = SPECIAL(1, ROW_DROP, x64_do_carry),
    [IR_TEST_FLAGS]   = SPECIAL(1, ROW_DROP, x64_do_test_flags),

    [IR_LOAD]    = SPECIAL(1, ROW_STATE, x64_do_load),
    [IR_STORE]   = SPECIAL(2, ROW_STATE, x64_do_store),
    [IR_ALOAD]   = SPECIAL(1, ROW_STATE, x64_do_other_load),
    [IR_ASTORE]  = SPECIAL(2, ROW_STATE, x64_do_other_store),

    [IR_GUARD_LOAD]   = SPECIAL(2, ROW_STATE, x64_do_guard),
    [IR_GUARD_STORE]   = SPECIAL(2, ROW_STATE, x64_do_guard),
    [IR_LOAD_UNCHECKED]   = SPECIAL(1, ROW_DROP, x64_do_load_unchecked),
    [IR_STORE_UNCHECKED]  = SPECIAL(2, 0, x64_do_store_unchecked),

    [IR_FADD]    = SPECIAL(2, ROW_STATE, x64_do_fp),
    [IR_FSUB]    = SPECIAL(2, ROW_STATE, x64_do_fp),
    [IR_FMUL]    = SPECIAL(2, ROW_STATE, x64_do_fp),
    [IR_FDIV]    = SPECIAL(2, ROW_STATE, x64_do_fp),
    [IR_FSQRT]   = SPECIAL(1, ROW_STATE, x64_do_fp),
    [IR_FWIDEN]  = SPECIAL(1, ROW_STATE, x64_do_fp),
    [IR_FNARROW] = SPECIAL(1, ROW_STATE, x64_do_fp),
    [IR_FFROMI]  = {1, {C_RM}, OUT_XNEW, 0, 0, x64_emit_ffromi, NULL},
    [IR_FTOI]    = SPECIAL(1, ROW_STATE, x64_do_fp),
    [IR_FCMP]    = SPECIAL(2, 0, x64_do_fcmp),
    [IR_FCMPE]   = SPECIAL(2, 0, x64_do_fcmp),
    [IR_BITCAST_F]    = {1, {C_RM}, OUT_XNEW, ROW_DROP, 0, x64_emit_bitcast_f, NULL},
    [IR_BITCAST_I]    = {1, {C_XM}, OUT_NEW, ROW_DROP, 0, x64_emit_bitcast_i, NULL},
    [IR_FBEGIN]  = SPECIAL(0, 0, x64_do_fbegin),

    [IR_CALL]    = SPECIAL(0, ROW_STATE, x64_do_call),
    [IR_STEP]    = SPECIAL(0, ROW_STATE, x64_do_step),

    [IR_BRANCH]  = SPECIAL(2, ROW_STATE, x64_do_branch),
    [IR_BRANCH_FLAGS] = SPECIAL(1, ROW_STATE, x64_do_branch_flags),
    [IR_CHARGE]  = SPECIAL(1, ROW_STATE, x64_do_charge),
    [IR_EXIT]    = SPECIAL(0, ROW_STATE, x64_do_exit),
    [IR_JUMP]    = SPECIAL(1, ROW_STATE, x64_do_jump),
    [IR_QUIT]    = SPECIAL(0, ROW_STATE, x64_do_quit),
    [IR_DEOPT] = SPECIAL(0, ROW_STATE, x64_do_deopt),
};
/* clang-format on */
