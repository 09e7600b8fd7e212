// SPDX-License-Identifier: MIT
/*
 * Names and source lines of an ELF image, see symbols.h.
 *
 * One array has the symbols sorted by address; of several at one address the best (symbol_rank())
 * comes last, so that a search for "the last one at or below" finds it.  A second array has the
 * same symbols sorted by name, the best first.
 *
 * Symbols that are no place in the program are left out: those of sections and files, undefined,
 * absolute and thread-local ones, and local labels of the assembler (.L...).
 *
 * libelf and libdw work on the image's copy of the file; none of them writes to it.  libdw is loaded for the first line
 * that is looked up in an image that has lines.
 */
#include "image/symbols.h"

#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/libdw.h"

/* If the nearest symbol below an address does not reach it, so many before that are tried. */
#define SEARCH_BACK 32

/* Only so many characters of a name are compared: a file may give all its symbols names of a
 * megabyte, and sorting must not take minutes.  A look-up of names that differ only behind this
 * finds one of them. */
#define NAME_COMPARED 1024

struct symbol {
    uint32_t address;
    uint32_t rank; /* the higher the better, see symbol_rank() */
    uint64_t end;  /* first address behind the symbol */
    bool has_size;
    const char *name;
};

/* What is known of the debug information. */
enum lines { LINES_NOT_ASKED, LINES_NONE, LINES_FOUND, LINES_NO_LIBDW };

struct symbols {
    const struct image *image;
    Elf *elf; /* NULL: the image is not ELF */
    enum lines lines;
    Dwarf *dwarf;       /* LINES_FOUND only */
    struct libdw libdw; /* LINES_FOUND only */
    struct symbol *by_address;
    const struct symbol **by_name;
    size_t count;
};

/* The higher, the better: functions before data before labels; among these global before weak
 * before local; among these symbols with a size before those without. */
static uint32_t symbol_rank(const GElf_Sym *symbol)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    unsigned binding = GELF_ST_BIND(symbol->st_info);
    uint32_t type_rank = type == STT_FUNC ? 2 : type == STT_OBJECT ? 1 : 0;
    uint32_t binding_rank = binding == STB_GLOBAL ? 2 : binding == STB_WEAK ? 1 : 0;

    return type_rank * 6 + binding_rank * 2 + (symbol->st_size != 0);
}

static bool is_named_location(const GElf_Sym *symbol, const char *name)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);

    return (type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE) &&
           symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE && name != NULL &&
           name[0] != '\0' && name[0] != '$' && strncmp(name, ".L", 2) != 0;
}

/* The first address behind a symbol.  One without a size reaches to the end of its section;
 * limit_labels() shortens it if another symbol follows. */
static uint64_t symbol_end(Elf *elf, const GElf_Sym *symbol)
{
    uint64_t address = (uint32_t)symbol->st_value;
    GElf_Shdr header;

    if (symbol->st_size != 0) {
        return address + (uint32_t)symbol->st_size;
    }
    if (gelf_getshdr(elf_getscn(elf, symbol->st_shndx), &header) == NULL ||
        address < header.sh_addr || address - header.sh_addr >= header.sh_size) {
        return address + 1;
    }
    return header.sh_addr + header.sh_size;
}

static int compare_text(const char *a, const char *b)
{
    return a == b ? 0 : strncmp(a, b, NAME_COMPARED);
}

static int compare_addresses(const void *left, const void *right)
{
    const struct symbol *a = left;
    const struct symbol *b = right;

    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    if (a->rank != b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }
    return compare_text(b->name, a->name);
}

static int compare_names(const void *left, const void *right)
{
    const struct symbol *a = *(const struct symbol *const *)left;
    const struct symbol *b = *(const struct symbol *const *)right;
    int order = compare_text(a->name, b->name);

    if (order != 0) {
        return order;
    }
    if (a->rank != b->rank) {
        return a->rank > b->rank ? -1 : 1;
    }
    return (a->address > b->address) - (a->address < b->address);
}

/* The string section with the names of a symbol table.  elf_strptr() would search the end of the
 * string at each call; here the section's last zero byte is found once, and every string that
 * begins before it ends there or earlier. */
struct strings {
    const char *text;
    size_t size; /* up to the last zero */
};

static struct strings read_strings(Elf *elf, size_t number)
{
    Elf_Scn *section = elf_getscn(elf, number);
    GElf_Shdr header;
    Elf_Data *data = NULL;
    const char *end;

    if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_STRTAB) {
        data = elf_getdata(section, NULL);
    }
    if (data == NULL || data->d_buf == NULL) {
        return (struct strings){NULL, 0};
    }
    end = memrchr(data->d_buf, 0, data->d_size);
    return (struct strings){data->d_buf, end == NULL ? 0 : (size_t)(end - (char *)data->d_buf)};
}

/* Takes the symbols of a table of `count` entries; there is room for them. */
static void take_table(struct symbols *symbols, Elf_Data *table, size_t count, size_t number)
{
    const struct strings strings = read_strings(symbols->elf, number);

    for (size_t i = 0; i < count; i++) {
        struct symbol *added = &symbols->by_address[symbols->count];
        GElf_Sym symbol;
        const char *name;
        if (gelf_getsym(table, (int)i, &symbol) == NULL) {
            return;
        }
        name = symbol.st_name < strings.size ? strings.text + symbol.st_name : NULL;
        if (is_named_location(&symbol, name)) {
            added->address = (uint32_t)symbol.st_value;
            added->rank = symbol_rank(&symbol);
            added->has_size = symbol.st_size != 0;
            added->end = symbol_end(symbols->elf, &symbol);
            added->name = name;
            symbols->count++;
        }
    }
}

/* A symbol without a size ends where the next one starts.  Requires: sorted by address. */
static void limit_labels(struct symbols *symbols)
{
    uint64_t next = UINT64_MAX;

    for (size_t i = symbols->count; i > 0; i--) {
        struct symbol *symbol = &symbols->by_address[i - 1];
        if (i < symbols->count && symbol->address != symbol[1].address) {
            next = symbol[1].address;
        }
        if (!symbol->has_size && symbol->end > next) {
            symbol->end = next;
        }
    }
}

static bool sort_symbols(struct symbols *symbols)
{
    symbols->by_name = calloc(symbols->count + 1, sizeof *symbols->by_name);
    if (symbols->by_name == NULL) {
        return false;
    }
    if (symbols->count > 0) {
        qsort(symbols->by_address, symbols->count, sizeof *symbols->by_address, compare_addresses);
        limit_labels(symbols);
        for (size_t i = 0; i < symbols->count; i++) {
            symbols->by_name[i] = &symbols->by_address[i];
        }
        qsort(symbols->by_name, symbols->count, sizeof *symbols->by_name, compare_names);
    }
    return true;
}

/* The first section of type SHT_SYMTAB; a linked file has at most one. */
static Elf_Scn *find_table(Elf *elf, GElf_Shdr *header)
{
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section != NULL;
         section = elf_nextscn(elf, section)) {
        if (gelf_getshdr(section, header) != NULL && header->sh_type == SHT_SYMTAB) {
            return section;
        }
    }
    return NULL;
}

/* False: no memory. */
static bool read_table(struct symbols *symbols)
{
    GElf_Shdr header;
    Elf_Scn *section = find_table(symbols->elf, &header);
    Elf_Data *table = section != NULL ? elf_getdata(section, NULL) : NULL;
    size_t count = 0;

    if (table != NULL) {
        count = table->d_size / sizeof(Elf32_Sym);
    }
    symbols->by_address = calloc(count + 1, sizeof *symbols->by_address);
    if (symbols->by_address == NULL) {
        return false;
    }
    if (count > 0) {
        take_table(symbols, table, count, header.sh_link);
    }
    return sort_symbols(symbols);
}

/* False: no memory.  After any other error there are simply no symbols or no lines. */
static bool read_elf(struct symbols *symbols, const struct image *image)
{
    elf_version(EV_CURRENT);
    symbols->elf = elf_memory((char *)image->file, image->file_size);
    if (symbols->elf == NULL) {
        return true;
    }
    return read_table(symbols);
}

bool symbols_read(const struct image *image, struct symbols **result, struct error *err)
{
    struct symbols *symbols = calloc(1, sizeof *symbols);

    if (symbols != NULL) {
        symbols->image = image;
    }
    if (symbols == NULL || (image->format == IMAGE_ELF && !read_elf(symbols, image))) {
        symbols_destroy(symbols);
        return error_set(err, LEON3EMU_HOST, "no memory for the symbols of %s", image->label);
    }
    *result = symbols;
    return true;
}

void symbols_destroy(struct symbols *symbols)
{
    if (symbols != NULL) {
        if (symbols->dwarf != NULL) {
            symbols->libdw.dwarf_end(symbols->dwarf);
        }
        elf_end(symbols->elf);
        free(symbols->by_address);
        free(symbols->by_name);
        free(symbols);
    }
}

size_t symbols_count(const struct symbols *symbols)
{
    return symbols->count;
}

/* How many symbols start at or below `address`. */
static size_t count_up_to(const struct symbols *symbols, uint32_t address)
{
    size_t low = 0;
    size_t high = symbols->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symbols->by_address[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const char *symbols_find_name(const struct symbols *symbols, uint32_t address, uint32_t *offset)
{
    size_t above = count_up_to(symbols, address);

    for (size_t i = above; i > 0 && above - i < SEARCH_BACK; i--) {
        const struct symbol *symbol = &symbols->by_address[i - 1];
        if (address < symbol->end) {
            *offset = address - symbol->address;
            return symbol->name;
        }
    }
    return NULL;
}

bool symbols_find_address(const struct symbols *symbols, const char *name, uint32_t *address)
{
    size_t low = 0;
    size_t high = symbols->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_text(symbols->by_name[middle]->name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == symbols->count || compare_text(symbols->by_name[low]->name, name) != 0) {
        return false;
    }
    *address = symbols->by_name[low]->address;
    return true;
}

/* ---- lines ---- */

/* Has the image a section of lines?  Compressed ones of old tools are called .zdebug_line. */
static bool has_lines(Elf *elf)
{
    GElf_Shdr header;
    size_t names;

    if (elf == NULL || elf_getshdrstrndx(elf, &names) != 0) {
        return false;
    }
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section != NULL;
         section = elf_nextscn(elf, section)) {
        const char *name =
            gelf_getshdr(section, &header) == NULL ? NULL : elf_strptr(elf, names, header.sh_name);
        if (name != NULL &&
            (strcmp(name, ".debug_line") == 0 || strcmp(name, ".zdebug_line") == 0)) {
            return true;
        }
    }
    return false;
}

static enum lines open_lines(struct symbols *symbols)
{
    if (!has_lines(symbols->elf)) {
        return LINES_NONE;
    }
    if (!libdw_load(&symbols->libdw)) {
        return LINES_NO_LIBDW;
    }
    symbols->dwarf = symbols->libdw.dwarf_begin_elf(symbols->elf, DWARF_C_READ, NULL);
    return symbols->dwarf == NULL ? LINES_NONE : LINES_FOUND;
}

static enum lines ask_for_lines(struct symbols *symbols)
{
    if (symbols->lines == LINES_NOT_ASKED) {
        symbols->lines = open_lines(symbols);
    }
    return symbols->lines;
}

/* The compilation unit of an address: by .debug_aranges, which not all compilers write, else by
 * asking each unit. */
static bool find_unit(const struct libdw *libdw, Dwarf *dwarf, uint32_t address, Dwarf_Die *unit)
{
    Dwarf_Off next = 0;
    Dwarf_Off offset = 0;
    size_t header_size;

    if (libdw->dwarf_addrdie(dwarf, address, unit) != NULL) {
        return true;
    }
    while (libdw->dwarf_nextcu(dwarf, offset, &next, &header_size, NULL, NULL, NULL) == 0) {
        if (libdw->dwarf_offdie(dwarf, offset + header_size, unit) != NULL &&
            libdw->dwarf_haspc(unit, address) > 0) {
            return true;
        }
        offset = next;
    }
    return false;
}

bool symbols_find_line(struct symbols *symbols, uint32_t address, const char **file, int *line)
{
    const struct libdw *libdw = &symbols->libdw;
    Dwarf_Die unit;
    Dwarf_Line *found;
    const char *path;
    const char *slash;

    /* Functions that the linker has dropped keep their line information, at addresses near 0, where
     * no segment is. */
    if (image_find_segment(symbols->image, address) == NULL ||
        ask_for_lines(symbols) != LINES_FOUND ||
        !find_unit(libdw, symbols->dwarf, address, &unit)) {
        return false;
    }
    found = libdw->dwarf_getsrc_die(&unit, address);
    path = found != NULL ? libdw->dwarf_linesrc(found, NULL, NULL) : NULL;
    if (path == NULL || libdw->dwarf_lineno(found, line) != 0) {
        return false;
    }
    slash = strrchr(path, '/');
    *file = slash != NULL ? slash + 1 : path;
    return true;
}

const char *symbols_describe(struct symbols *symbols, uint32_t address, char *buffer, size_t size)
{
    uint32_t offset = 0;
    const char *name = symbols_find_name(symbols, address, &offset);
    const char *file;
    char where[SYMBOLS_TEXT_SIZE] = "";
    char distance[16] = "";
    int line;

    if (symbols_find_line(symbols, address, &file, &line)) {
        snprintf(where, sizeof where, "%s(%s:%d)", name != NULL ? " " : "", file, line);
    } else if (name != NULL && symbols->lines == LINES_NO_LIBDW) {
        snprintf(where, sizeof where, " (no line: " LIBDW_FILE " is missing)");
    }
    if (offset != 0) {
        snprintf(distance, sizeof distance, "+0x%" PRIx32, offset);
    }
    /* The precision keeps snprintf() from reading more of a very long name than there is room
     * for. */
    snprintf(buffer, size, "%.*s%s%s", size > INT_MAX ? INT_MAX : (int)size,
             name != NULL ? name : "", distance, where);
    return buffer;
}
