// SPDX-License-Identifier: MIT
/*
 * Names and source lines of an ELF image, for traces, listings and breakpoints given by name.
 *
 * Names come from .symtab (libelf), lines from DWARF (libdw); either may be missing or damaged, and
 * then lookups find nothing.  An image that loads is never refused because of them.
 *
 * The image must outlive its symbols.  One thread at a time may use a struct symbols, because libdw
 * decodes on demand.
 */
#ifndef IMAGE_SYMBOLS_H
#define IMAGE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "image/image.h"

struct symbols;

/* Buffer size for symbols_describe() that is enough for names of usual length; longer ones are
 * cut. */
#define SYMBOLS_TEXT_SIZE 256

/* Collects the symbols of an image; of one that is not ELF, or has none, there are none.
 * On true *symbols is the caller's, for symbols_destroy().  False: no memory, LEON3EMU_HOST. */
bool symbols_read(const struct image *image, struct symbols **symbols, struct error *err);

/* NULL is allowed. */
void symbols_destroy(struct symbols *symbols);

/* How many names there are. */
size_t symbols_count(const struct symbols *symbols);

/* The symbol at or below `address` that reaches to it.  Of several at one address functions are
 * preferred to data, data to labels, and then global to local ones.  NULL: there is none.  *offset
 * gets the distance.  The name is valid until symbols_destroy(). */
const char *symbols_find_name(const struct symbols *symbols, uint32_t address, uint32_t *offset);

/* The address of the symbol `name`; of several symbols of that name the preferred one, as above.
 * False: there is none.  Only the first 1024 characters of names are compared. */
bool symbols_find_address(const struct symbols *symbols, const char *name, uint32_t *address);

/* The source line of the instruction at `address`: *file without directories, valid until
 * symbols_destroy().  False: not known. */
bool symbols_find_line(struct symbols *symbols, uint32_t address, const char **file, int *line);

/* Writes "bsp_reset+0x10 (start.S:123)" into buffer, of `size` bytes; without the parts that are
 * not known, so possibly "".  Returns buffer. */
const char *symbols_describe(struct symbols *symbols, uint32_t address, char *buffer, size_t size);

#endif
