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
    [IR_SHIFT]   = SPECIAL(0, ROW_STATE, x64_do_shift_bank),

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

    [IR_FADDI]   = SPECIAL(2, ROW_DROP, x64_do_faddi),
    [IR_FSUBI]   = SPECIAL(2, ROW_DROP, x64_do_fsubi),
    [IR_FADDX]   = SPECIAL(3, ROW_DROP, x64_do_addx),
    [IR_FSUBX]   = SPECIAL(3, ROW_DROP, x64_do_addx),
    [IR_FLOGIC]  = SPECIAL(1, ROW_DROP, x64_do_flogic),
    [IR_FCARRY]  = SPECIAL(1, ROW_DROP, x64_do_fcarry),
    [IR_FTEST]   = SPECIAL(1, ROW_DROP, x64_do_ftest),

    [IR_LOAD]    = SPECIAL(1, ROW_STATE, x64_do_load),
    [IR_STORE]   = SPECIAL(2, ROW_STATE, x64_do_store),
    [IR_ALOAD]   = SPECIAL(1, ROW_STATE, x64_do_other_load),
    [IR_ASTORE]  = SPECIAL(2, ROW_STATE, x64_do_other_store),

    [IR_MAYLD]   = SPECIAL(2, ROW_STATE, x64_do_may),
    [IR_MAYST]   = SPECIAL(2, ROW_STATE, x64_do_may),
    [IR_RLOAD]   = SPECIAL(1, ROW_DROP, x64_do_raw_load),
    [IR_RSTORE]  = SPECIAL(2, 0, x64_do_raw_store),

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
    [IR_REAL]    = {1, {C_RM}, OUT_XNEW, ROW_DROP, 0, x64_emit_real, NULL},
    [IR_BITS]    = {1, {C_XM}, OUT_NEW, ROW_DROP, 0, x64_emit_bits, NULL},
    [IR_FBEGIN]  = SPECIAL(0, 0, x64_do_fbegin),

    [IR_CALL]    = SPECIAL(0, ROW_STATE, x64_do_call),
    [IR_STEP]    = SPECIAL(0, ROW_STATE, x64_do_step),

    [IR_BRANCH]  = SPECIAL(2, ROW_STATE, x64_do_branch),
    [IR_BRFLAGS] = SPECIAL(1, ROW_STATE, x64_do_brflags),
    [IR_CHARGE]  = SPECIAL(1, ROW_STATE, x64_do_charge),
    [IR_EXIT]    = SPECIAL(0, ROW_STATE, x64_do_exit),
    [IR_JUMP]    = SPECIAL(1, ROW_STATE, x64_do_jump),
    [IR_QUIT]    = SPECIAL(0, ROW_STATE, x64_do_quit),
    [IR_RETHINK] = SPECIAL(0, ROW_STATE, x64_do_rethink),
};
/* clang-format on */
