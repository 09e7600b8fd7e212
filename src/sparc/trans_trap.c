// SPDX-License-Identifier: MIT
/*
 * Translator: traps by Ticc, RETT, PSR and WIM, in supervisor mode.  SPARC V8 chapter 7, B.26 to B.29.
 *
 * What is unusual (traps disabled, an interrupt waiting, a change of mode) leaves for an arm, before anything was done; there
 * jit_env_step() performs the instruction.
 */
#include "sparc/interp.h"
#include "sparc/jit_env_state.h"
#include "sparc/translation.h"

/* ---- bits ---- */

/* Bits of `value` from bit `from` on, as many as `mask` has, at bit `to` instead. */
static ir_ref move_bits(struct translation *t, ir_ref value, unsigned from, unsigned to,
                        uint32_t mask)
{
    if (from > to) {
        value = trans_op(t, IR_SHR, value, trans_const(t, from - to));
    } else if (from < to) {
        value = trans_op(t, IR_SHL, value, trans_const(t, to - from));
    }
    return trans_op(t, IR_AND, value, trans_const(t, mask << to));
}

static ir_ref with(struct translation *t, ir_ref value, ir_ref bits)
{
    return trans_op(t, IR_OR, value, bits);
}

/* Slot CONTROL's fields as PSR has them, but for S, which is 1.  PS and ET are beside each other after the product. */
static ir_ref control_to_psr(struct translation *t, ir_ref control)
{
    ir_ref pil = trans_op(t, IR_AND, control, trans_const(t, CONTROL_PIL));
    ir_ref both = trans_op(t, IR_MUL, control, trans_const(t, 1 + (1 << 9)));

    return with(t, pil, move_bits(t, both, 24, PSR_ET, 3));
}

static ir_ref psr_to_control(struct translation *t, ir_ref psr)
{
    ir_ref pil = trans_op(t, IR_AND, psr, trans_const(t, CONTROL_PIL));
    ir_ref ps = move_bits(t, psr, PSR_PS, 16, 1);
    ir_ref et = move_bits(t, psr, PSR_ET, 24, 1);

    return with(t, with(t, with(t, pil, ps), et), trans_const(t, CONTROL_S));
}

/* Where the backend has N, Z, V and C, by bit of icc. */
struct icc_map {
    uint8_t host[4];
};

static struct icc_map icc_map(const struct translation *t)
{
    const struct jit_flags_layout *at = &t->request->cpu->jit_context.flags_layout;
    return (struct icc_map){{at->c, at->v, at->z, at->n}};
}

/* A factor that moves the bits of icc from the backend's form to PSR's, if there is one: each bit goes up, and no two
 * bits of the product meet.  Else 0. */
static uint32_t icc_factor(const struct icc_map *map)
{
    uint32_t factor = 0, met = 0;

    for (unsigned bit = 0; bit < 4; bit++) {
        if (map->host[bit] > PSR_ICC + bit) {
            return 0;
        }
        factor |= UINT32_C(1) << (PSR_ICC + bit - map->host[bit]);
    }
    for (unsigned bit = 0; bit < 4; bit++) {
        uint32_t product = factor << map->host[bit];
        if ((product & met) != 0 || (product >> PSR_ICC & 15) != 1u << bit) {
            return 0;
        }
        met |= product;
    }
    return factor;
}

static ir_ref icc_to_psr(struct translation *t, ir_ref flags)
{
    struct icc_map map = icc_map(t);
    uint32_t factor = icc_factor(&map);
    ir_ref psr = trans_const(t, 0);
    uint32_t mask = 0;

    for (unsigned bit = 0; bit < 4; bit++) {
        mask |= UINT32_C(1) << map.host[bit];
        if (factor == 0) {
            psr = with(t, psr, move_bits(t, flags, map.host[bit], PSR_ICC + bit, 1));
        }
    }
    if (factor != 0) {
        flags = trans_op(t, IR_AND, flags, trans_const(t, mask));
        psr = trans_op(t, IR_MUL, flags, trans_const(t, factor));
        psr = trans_op(t, IR_AND, psr, trans_const(t, 15u << PSR_ICC));
    }
    return psr;
}

/* N and Z are moved together where they are neighbours. */
static ir_ref psr_to_icc(struct translation *t, ir_ref psr)
{
    struct icc_map map = icc_map(t);
    bool together = map.host[3] == map.host[2] + 1;
    ir_ref flags = move_bits(t, psr, PSR_ICC + 2, map.host[2], together ? 3 : 1);

    for (unsigned bit = 0; bit < 4; bit++) {
        if (bit < 2 || (bit == 3 && !together)) {
            flags = with(t, flags, move_bits(t, psr, PSR_ICC + bit, map.host[bit], 1));
        }
    }
    return flags;
}

/* PSR.S and PSR.EF in this block's mode. */
static uint32_t psr_of_mode(const struct translation *t)
{
    return 1u << PSR_S | (t->request->mode & MODE_EF ? 1u << PSR_EF : 0);
}

/* ---- B.28 ---- */

enum flow trans_rdpsr(struct translation *t, const struct insn *f, unsigned insn)
{
    uint32_t known = t->request->cpu->config.psr_identity | psr_of_mode(t);
    ir_ref psr = icc_to_psr(t, ir_get(t->block, SLOT_RAWICC));
    (void)insn;

    psr = with(t, psr, control_to_psr(t, ir_get(t->block, SLOT_CONTROL)));
    psr = with(t, psr, ir_get(t->block, SLOT_WINDOW));
    trans_write(t, f->rd, with(t, psr, trans_const(t, known)));
    return FLOW_ON;
}

/* ---- B.29 ---- */

/* While an interrupt is requested, or if the mode or the window is to change, the instruction is stepped. */
enum flow trans_wrpsr(struct translation *t, const struct insn *f, unsigned insn)
{
    uint32_t mode = psr_of_mode(t);
    ir_ref value, refused;

    if (t->in_arm || t->request->cpu->config.partial_wrpsr) {
        return trans_sys(t, f, insn);
    }
    value = trans_written(t, f);
    refused = trans_op(t, IR_AND, value, trans_const(t, 1u << PSR_S | 1u << PSR_EF | 31));
    refused = trans_op(t, IR_XOR, refused, trans_const(t, mode));
    refused = trans_op(t, IR_XOR, refused, ir_get(t->block, SLOT_WINDOW));
    refused = with(t, refused, ir_get(t->block, SLOT_IRL));
    trans_step_if(t, IR_NE, refused, trans_const(t, 0), insn);
    ir_set(t->block, SLOT_RAWICC, psr_to_icc(t, value));
    ir_set(t->block, SLOT_CONTROL, psr_to_control(t, value));
    return FLOW_ON;
}

enum flow trans_wrwim(struct translation *t, const struct insn *f, unsigned insn)
{
    struct ir_op limits = {.code = IR_CALL, .type = IR_VOID, .imm = HELPER_LIMITS};
    ir_ref mask = trans_const(t, cpu_wim_mask(t->request->cpu));
    (void)insn;

    ir_set(t->block, SLOT_WIM, trans_op(t, IR_AND, trans_written(t, f), mask));
    ir_add_op(t->block, limits);
    return FLOW_ON;
}

/* ---- traps, chapter 7, and B.26 ---- */

/* Moves the window.  Where it cannot be moved by the pointer alone the whole instruction is stepped. */
static void move_window(struct translation *t, bool down, unsigned insn)
{
    struct ir_op op = {.code = IR_MOVE_BANK, .insn = (uint16_t)insn};

    trans_mark(t, insn, BLOCK_END);
    op.slot = down ? SLOT_SAVE : SLOT_RESTORE;
    op.imm = down ? -64 : 64;
    ir_add_op(t->block, op);
}

static enum flow jump_to(struct translation *t, ir_ref target)
{
    struct ir_op op = {.code = IR_JUMP, .a = target, .insn = (uint16_t)t->last};
    ir_add_op(t->block, op);
    return FLOW_OVER;
}

/* Traps must be enabled and not be logged, and the vector must not be a single one. */
static void step_unusual_trap(struct translation *t, ir_ref control, unsigned insn)
{
    ir_ref et = trans_const(t, CONTROL_ET);
    ir_ref unusual = trans_op(t, IR_XOR, trans_op(t, IR_AND, control, et), et);
    ir_ref svt = trans_op(t, IR_AND, ir_get(t->block, SLOT_ASR17), trans_const(t, ASR17_SVT));

    unusual = with(t, with(t, unusual, svt), ir_get(t->block, SLOT_LOGGED));
    trans_step_if(t, IR_NE, unusual, trans_const(t, 0), insn);
}

enum flow trans_trap(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref control = ir_get(t->block, SLOT_CONTROL);
    ir_ref number = trans_op(t, IR_AND, trans_address(t, f), trans_const(t, 0x7f));
    ir_ref tt = trans_op(t, IR_ADD, number, trans_const(t, TT_SOFTWARE));
    ir_ref pil = trans_op(t, IR_AND, control, trans_const(t, CONTROL_PIL));

    step_unusual_trap(t, control, insn);
    move_window(t, true, insn);
    ir_set(t->block, SLOT_CONTROL, with(t, pil, trans_const(t, CONTROL_S | CONTROL_PS)));
    ir_set(t->block, SLOT_R + 17, trans_const(t, t->pc));
    ir_set(t->block, SLOT_R + 18, trans_const(t, t->pc + 4));
    ir_set(t->block, SLOT_TRAPPED, tt);
    ir_set(t->block, SLOT_TT, tt);
    tt = trans_op(t, IR_SHL, tt, trans_const(t, 4));
    return jump_to(t, with(t, ir_get(t->block, SLOT_TBA), tt));
}

/* The entry of the block at pc, whose npc is `aim`: see jit_env_entry(). */
static ir_ref entry_of(struct translation *t, ir_ref pc, ir_ref aim)
{
    struct ir_op is_slot = {.code = IR_SETC, .type = IR_I32, .cond = IR_NE};

    is_slot.a = trans_op(t, IR_SUB, aim, pc);
    is_slot.b = trans_const(t, 4);
    return with(
        t, pc,
        trans_op(t, IR_SHL, ir_add_op(t->block, is_slot), trans_const(t, ENTRY_IN_DELAY_SLOT / 2)));
}

/* RETT goes on at pc with npc = aim.  It stays in supervisor mode, and no interrupt may be waiting. */
static enum flow return_to(struct translation *t, ir_ref pc, ir_ref aim, unsigned insn)
{
    ir_ref control = ir_get(t->block, SLOT_CONTROL);
    ir_ref unusual = trans_op(t, IR_AND, control, trans_const(t, CONTROL_PS | CONTROL_ET));
    ir_ref none = trans_const(t, 0);

    unusual = trans_op(t, IR_XOR, unusual, trans_const(t, CONTROL_PS));
    unusual = with(t, unusual, ir_get(t->block, SLOT_IRL));
    unusual = with(t, unusual, trans_op(t, IR_AND, aim, trans_const(t, 3)));
    trans_step_if(t, IR_NE, unusual, none, insn);
    move_window(t, false, insn);
    ir_set(t->block, SLOT_TRAPPED_BELOW, none);
    ir_set(t->block, SLOT_CONTROL, with(t, control, trans_const(t, CONTROL_ET)));
    ir_set(t->block, SLOT_NPC, aim);
    return jump_to(t, entry_of(t, pc, aim));
}

enum flow trans_return(struct translation *t, const struct insn *f, unsigned insn,
                       const struct insn *rett)
{
    ir_ref pc = trans_jump_to_slot(t, f, insn);
    unsigned behind = trans_new_insn(t, rett, t->pc + 4, NPC_IN_SLOT);

    if (trans_is_user(t)) {
        return trans_quit(t, rett, behind);
    }
    return return_to(t, pc, trans_address(t, rett), behind);
}
