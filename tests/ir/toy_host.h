/* SPDX-License-Identifier: MIT */
/*
 * The least host that the code generator can have: eight general registers, eight for floating point, and
 * instructions that are structures, which a small loop "runs".
 *
 * It shows what a host has to supply (jit/codegen/cg_host.h), and that the generator needs no more: every test of a
 * backend and the random programs of ir_random run on it, too.
 */
#ifndef TOY_HOST_H
#define TOY_HOST_H

#include "backend.h"

extern const struct jit_backend toy_host_backend;

#endif
