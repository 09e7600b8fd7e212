/* SPDX-License-Identifier: MIT */
/* The functions that the toy guest's tables point to. */
#ifndef TOY_FUNCTIONS_H
#define TOY_FUNCTIONS_H

#include "toy_guest.h"

uint32_t toy_mix(uint32_t a, uint32_t b);
uint64_t toy_blend(uint32_t a, uint64_t b, uint32_t c);
uint32_t toy_half(uint64_t a);
uint32_t toy_peek(void *env);
void toy_poke(void *env, uint32_t a, uint64_t b);
uint64_t toy_hash_three(uint64_t a, uint64_t b, uint32_t c);

uint32_t toy_step(void *env, void *cookie, uint32_t insn);
struct ir_loaded toy_load(void *env, void *cookie, uint32_t insn, uint32_t address, uint32_t size);
uint32_t toy_store(void *env, void *cookie, uint32_t insn, uint32_t address, uint32_t size,
                   uint64_t value);

#endif
