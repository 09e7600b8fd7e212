// SPDX-License-Identifier: MIT
/* What the translator makes, as text: for -d and --explain. */
#ifndef EXEC_LISTING_H
#define EXEC_LISTING_H

#include <stdio.h>

#include "jit.h"
#include "log.h"
#include "sparc/translate.h"

/* The guest instructions of a block. */
void listing_guest(const struct translated *translated, unsigned count, FILE *stream);

/* Each writes a listing to the log, line by line, if its log item is on. */
void listing_log_guest(const struct log *log, const struct translated *translated,
                       const struct ir_block *block);
void listing_log_ir(const struct log *log, uint32_t item, const struct ir_block *block,
                    const char *title);
void listing_log_host(const struct log *log, const struct jit *jit, const struct jit_code *code,
                      uint32_t pc);

/* Writes a block that differs from the interpreter to the log, whatever items are on. */
void listing_log_block(const struct log *log, const struct translated *translated,
                       const struct ir_block *block);

#endif
