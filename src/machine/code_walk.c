// SPDX-License-Identifier: MIT
/* Following the guest's code, see code_walk.h. */
#include "machine/code_walk.h"

#include <string.h>

#include "machine/frames.h"
#include "machine/machine.h"

/* A path further in or out is given up: it has probably gone astray. */
#define WINDOWS_MAX 3
#define LOOK_BACK   6 /* instructions before a jump that are searched for its SETHI */

enum { REG_O7 = 15 };
enum { COND_NEVER = 0, COND_ALWAYS = 8 };

void code_walk_init(struct code_walk *walk, struct machine *m, const struct cpu *cpu)
{
    walk->m = m;
    walk->cpu = cpu;
    walk->count = walk->followed = 0;
    memset(walk->index, 0, sizeof walk->index);
}

/* The index's slot that holds pc, or the free one that would. */
static unsigned slot_of(const struct code_walk *walk, uint32_t pc)
{
    unsigned slot = (pc >> 2) * 2654435761u >> 20 & (CODE_WALK_SLOTS - 1);

    while (walk->index[slot] != 0 && walk->steps[walk->index[slot] - 1].pc != pc) {
        slot = (slot + 1) & (CODE_WALK_SLOTS - 1);
    }
    return slot;
}

static void add(struct code_walk *walk, uint32_t pc, int windows, bool in_slot)
{
    unsigned slot = slot_of(walk, pc);

    if ((pc & 3) != 0 || walk->index[slot] != 0 || walk->count == CODE_WALK_MAX ||
        windows > WINDOWS_MAX || windows < -WINDOWS_MAX) {
        return;
    }
    walk->steps[walk->count] = (struct code_step){pc, (int8_t)windows, in_slot};
    walk->index[slot] = (uint16_t)++walk->count;
}

void code_walk_add(struct code_walk *walk, uint32_t pc)
{
    add(walk, pc, 0, false);
}

static bool fetch(const struct code_walk *walk, uint32_t pc, struct insn *f)
{
    uint32_t word;
    if (!frames_read_word(walk->m, walk->cpu, pc, &word)) {
        return false;
    }
    insn_decode(word, f);
    return true;
}

static int shift_of(const struct insn *f)
{
    return f->row == INSN_SAVE ? 1 : f->row == INSN_RESTORE ? -1 : 0;
}

/* The target of `sethi %hi(target), %r; jmp %r + %lo(target)`, with a few instructions between the two.  False:
 * the jump is not of that form. */
static bool jump_target(const struct code_walk *walk, uint32_t pc, const struct insn *jump,
                        uint32_t *target)
{
    struct insn f;
    for (unsigned i = 1; i <= LOOK_BACK && fetch(walk, pc - 4 * i, &f); i++) {
        if (f.row == INSN_SETHI && f.rd == jump->rs1) {
            *target = (uint32_t)f.imm + (uint32_t)jump->imm;
            return (jump->word & INSN_IMMEDIATE) != 0;
        }
        if (insn_rows[f.row].flags & INSN_F_CTI) {
            return false;
        }
    }
    return false;
}

/* behind: how many windows further in the code behind the delay slot is (struct code_step), if the slot is
 * executed. */
static void follow_branch(struct code_walk *walk, const struct code_step *from,
                          const struct insn *f, int behind)
{
    if (f->condition != COND_NEVER) {
        add(walk, from->pc + (uint32_t)f->imm,
            f->annul && f->condition == COND_ALWAYS ? from->windows : behind, false);
    }
    if (f->condition != COND_ALWAYS) {
        add(walk, from->pc + 8, f->annul ? from->windows : behind, false);
    }
}

/* Is the call with this delay slot a tail call?  It is if the slot gives the called function the caller's window
 * (RESTORE) or the caller's return address (a write to %o7); then the function does not return to this code. */
static bool is_tail_call(const struct insn *slot)
{
    return slot->row == INSN_RESTORE ||
           (slot->rd == REG_O7 && !(insn_rows[slot->row].flags & (INSN_F_CTI | INSN_F_STORES)));
}

static void follow_call(struct code_walk *walk, const struct code_step *from, const struct insn *f,
                        const struct insn *slot, int behind)
{
    if (!is_tail_call(slot)) {
        add(walk, from->pc + 8, from->windows, false);
    } else if (f->row == INSN_CALL) {
        add(walk, from->pc + (uint32_t)f->imm, behind, false);
    }
}

/* Adds a control transfer's delay slot, and the targets that both lead to. */
static void follow_transfer(struct code_walk *walk, const struct code_step *from,
                            const struct insn *f)
{
    struct insn slot;
    uint32_t target;
    int behind;

    if (!fetch(walk, from->pc + 4, &slot)) {
        return;
    }
    behind = from->windows + shift_of(&slot);
    if (insn_rows[f->row].fields & FIELD_DISP22) {
        follow_branch(walk, from, f, behind);
    } else if (f->row == INSN_CALL || (f->row == INSN_JMPL && f->rd == REG_O7)) {
        follow_call(walk, from, f, &slot, behind);
    } else if (f->row == INSN_JMPL && jump_target(walk, from->pc, f, &target)) {
        add(walk, target, behind, false);
    }
    add(walk, from->pc + 4, from->windows, true);
}

static void follow(struct code_walk *walk, const struct code_step *from)
{
    struct insn f;

    if (from->in_slot || !fetch(walk, from->pc, &f) || f.row == INSN_RETT || f.row == INSN_UNIMP ||
        f.row == INSN_ILLEGAL) {
        return;
    }
    if ((insn_rows[f.row].flags & INSN_F_CTI) && f.row != INSN_TICC) {
        follow_transfer(walk, from, &f);
    } else {
        add(walk, from->pc + 4, from->windows + shift_of(&f), false);
    }
}

bool code_walk_reaches(struct code_walk *walk, uint32_t pc, int *windows)
{
    unsigned found;

    while ((found = walk->index[slot_of(walk, pc)]) == 0 && walk->followed < walk->count) {
        follow(walk, &walk->steps[walk->followed++]);
    }
    if (found != 0) {
        *windows = walk->steps[found - 1].windows;
    }
    return found != 0;
}
