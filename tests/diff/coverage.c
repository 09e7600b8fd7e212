// SPDX-License-Identifier: MIT
/* See coverage.h. */
#include "coverage.h"

#include <inttypes.h>
#include <stdio.h>

#include "program.h"
#include "sparc/cpu.h"

/* ---- printing ---- */

static uint64_t sum_traps(const struct coverage *c, unsigned row, unsigned mode)
{
    uint64_t sum = 0;
    for (unsigned tt = 0; tt < 256; tt++) {
        sum += c->trapped[row][tt][mode];
    }
    return sum;
}

static void print_row(const struct coverage *c, unsigned row)
{
    printf("%-9s %10" PRIu64 " %10" PRIu64 " ", insn_rows[row].name, c->retired[row][0],
           c->retired[row][1]);
    for (unsigned tt = 0; tt < TT_SOFTWARE; tt++) {
        if (c->trapped[row][tt][0] + c->trapped[row][tt][1] != 0) {
            printf(" %02x:%" PRIu64 "+%" PRIu64, tt, c->trapped[row][tt][0],
                   c->trapped[row][tt][1]);
        }
    }
    if (row == INSN_TICC) {
        printf(" software:%" PRIu64 "+%" PRIu64, sum_traps(c, row, 0), sum_traps(c, row, 1));
    }
    putchar('\n');
}

void coverage_print(const struct coverage *c, bool table)
{
    uint64_t retired[2] = {0, 0}, trapped[2] = {0, 0};
    unsigned never = 0;

    for (unsigned row = 0; row < INSN_COUNT; row++) {
        uint64_t all = 0;
        for (unsigned mode = 0; mode < 2; mode++) {
            retired[mode] += c->retired[row][mode];
            trapped[mode] += sum_traps(c, row, mode);
            all += c->retired[row][mode] + sum_traps(c, row, mode);
        }
        never += all == 0;
    }
    if (table) {
        printf("row        retired: user supervisor  traps by type: user+supervisor\n");
        for (unsigned row = 0; row < INSN_COUNT; row++) {
            print_row(c, row);
        }
    }
    printf("programs %" PRIu64 ", slices %" PRIu64 ", rows never executed %u\n", c->programs,
           c->slices, never);
    printf("instructions: user %" PRIu64 ", supervisor %" PRIu64 "; traps: %" PRIu64 ", %" PRIu64
           "; interrupts %" PRIu64 ", error modes %" PRIu64 "\n",
           retired[0], retired[1], trapped[0], trapped[1], c->interrupts, c->error_modes);
    printf("jit: blocks %" PRIu64 " (dropped %" PRIu64 "), instructions for each entry from the "
           "dispatcher %.1f\n",
           c->blocks, c->dropped, c->entries == 0 ? 0.0 : (double)c->insns / (double)c->entries);
}

/* ---- what there must be ---- */

/* Alternate spaces: an immediate is illegal, too. */
static bool can_be_illegal(unsigned row)
{
    switch (row) {
    case INSN_UNIMP:
    case INSN_ILLEGAL:
    case INSN_WRPSR:
    case INSN_RETT:
    case INSN_CASA:
        return true;
    default:
        return (insn_rows[row].flags & (INSN_F_EVEN_RD | INSN_F_MAC)) != 0 ||
               insn_rows[row].format == FORMAT_LOADA || insn_rows[row].format == FORMAT_STOREA;
    }
}

static bool is_privileged(unsigned row)
{
    return (insn_rows[row].flags & INSN_F_PRIV) || row == INSN_RETT;
}

static bool divides(unsigned row)
{
    return row == INSN_UDIV || row == INSN_SDIV || row == INSN_UDIVCC || row == INSN_SDIVCC;
}

/* Can row trap so, for a reason of its own and once it has the privilege? */
static bool can_trap(unsigned row, unsigned tt)
{
    unsigned flags = insn_rows[row].flags;
    bool accesses = flags & (INSN_F_LOADS | INSN_F_STORES);

    switch (tt) {
    case TT_ILLEGAL_INSTRUCTION:
        return can_be_illegal(row);
    case TT_FP_DISABLED:
    case TT_FP_EXCEPTION:
        return flags & INSN_F_FPU;
    case TT_CP_DISABLED:
        return flags & INSN_F_CP;
    case TT_WINDOW_OVERFLOW:
        return row == INSN_SAVE;
    case TT_WINDOW_UNDERFLOW:
        return row == INSN_RESTORE || row == INSN_RETT;
    case TT_ADDRESS_NOT_ALIGNED:
        return (accesses && program_access_size(row) > 1) || row == INSN_JMPL || row == INSN_RETT;
    case TT_DATA_ACCESS:
    case TT_WATCHPOINT:
        return accesses;
    case TT_DATA_STORE:
        return flags & INSN_F_STORES;
    case TT_TAG_OVERFLOW:
        return row == INSN_TADDCCTV || row == INSN_TSUBCCTV;
    case TT_DIVISION_BY_ZERO:
        return divides(row);
    default:
        return false;
    }
}

static bool must_trap(unsigned row, unsigned tt, unsigned supervisor)
{
    if (tt == TT_PRIVILEGED_INSTRUCTION) {
        return !supervisor && (is_privileged(row) || row == INSN_WRASR || row == INSN_CASA);
    }
    return can_trap(row, tt) && (supervisor || !is_privileged(row));
}

static bool must_retire(unsigned row, unsigned supervisor)
{
    bool never = row == INSN_UNIMP || row == INSN_ILLEGAL || (insn_rows[row].flags & INSN_F_CP);
    return !never && (supervisor || !is_privileged(row));
}

static unsigned missing_in_row(const struct coverage *c, unsigned row, unsigned mode,
                               uint64_t least)
{
    static const char *const modes[] = {"user", "supervisor"};
    unsigned missing = 0;

    if (must_retire(row, mode) && c->retired[row][mode] < 10 * least) {
        printf("too few: %s retired %" PRIu64 " times (%s)\n", insn_rows[row].name,
               c->retired[row][mode], modes[mode]);
        missing++;
    }
    for (unsigned tt = 0; tt < TT_SOFTWARE; tt++) {
        if (must_trap(row, tt, mode) && c->trapped[row][tt][mode] < least) {
            printf("too few: %s trapped with 0x%02x %" PRIu64 " times (%s)\n", insn_rows[row].name,
                   tt, c->trapped[row][tt][mode], modes[mode]);
            missing++;
        }
    }
    return missing;
}

unsigned coverage_missing(const struct coverage *c, uint64_t least)
{
    unsigned missing = 0;

    for (unsigned row = 0; row < INSN_COUNT; row++) {
        missing += missing_in_row(c, row, 0, least) + missing_in_row(c, row, 1, least);
    }
    for (unsigned mode = 0; mode < 2; mode++) {
        if (sum_traps(c, INSN_TICC, mode) < least) {
            printf("too few: software traps\n");
            missing++;
        }
    }
    return missing;
}
