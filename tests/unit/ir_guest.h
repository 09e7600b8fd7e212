/* SPDX-License-Identifier: MIT */
/* A guest description for tests of blocks that are not executed. */
#ifndef IR_GUEST_H
#define IR_GUEST_H

#include "ir.h"

enum { SLOT_R = 1, SLOT_X, SLOT_F, SLOT_D, SLOT_ICC, SLOT_LIMIT, SLOT_B, SLOT_COUNT };

static const struct ir_slot slots[SLOT_COUNT] = {
    [SLOT_R] = {.name = "r", .bank = IR_ENV, .type = IR_I32, .offset = 0},
    [SLOT_X] = {.name = "x", .bank = IR_ENV, .type = IR_I64, .offset = 8},
    [SLOT_F] = {.name = "f", .bank = IR_ENV, .type = IR_F32, .offset = 16},
    [SLOT_D] = {.name = "d", .bank = IR_ENV, .type = IR_F64, .offset = 24},
    [SLOT_ICC] = {.name = "icc", .bank = IR_ENV, .type = IR_FLAGS, .offset = 32},
    [SLOT_LIMIT] = {.name = "limit", .bank = IR_ENV, .type = IR_I64, .offset = 40},
    [SLOT_B] = {.name = "b.0", .bank = IR_BANKED, .type = IR_I64, .offset = 0},
};

static const struct ir_helper helpers[] = {
    {.name = "mix", .result = IR_I32, .arguments = {IR_I32, IR_I64}, .pure = true},
    {.name = "poke", .result = IR_VOID, .arguments = {IR_I64}, .takes_env = true},
    {.name = "three", .result = IR_I64, .arguments = {IR_I32, IR_I32, IR_I32}, .pure = true},
    {.name = "none", .result = IR_I32, .takes_env = true},
};

static const struct ir_guest guest = {
    .name = "test",
    .slots = slots,
    .slot_count = SLOT_COUNT,
    .helpers = helpers,
    .helper_count = sizeof helpers / sizeof helpers[0],
};

#endif
