// SPDX-License-Identifier: MIT
/*
 * Golden tests of optimizer passes.
 *
 *     ir_golden PASSES FILE ...          checks each file
 *     ir_golden --print PASSES FILE      writes what the passes make of the file's first block
 *
 * PASSES: names joined by +, or "all".  A file has a block of the toy guest, a line of four dashes or
 * more, and the block that the passes are expected to make of it.  Both must be valid.  The results are compared as
 * text, after NOPs are dropped and ops numbered anew, so the expected block may number its values as it likes.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "toy_guest.h"

#define TEXT_SIZE (1u << 20)

/* ---- files ---- */

static char *read_text(const char *path)
{
    char *text = calloc(1, TEXT_SIZE);
    FILE *file = fopen(path, "r");

    CHECK(text != NULL);
    if (file == NULL || fread(text, 1, TEXT_SIZE - 1, file) == 0 || !feof(file)) {
        fprintf(stderr, "%s: cannot be read, is empty or too large\n", path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return text;
}

/* Cuts the text at its line of dashes, and returns what is behind that line; NULL: there is none. */
static char *cut_text(char *text)
{
    char *line = strstr(text, "\n----");

    if (line == NULL) {
        return NULL;
    }
    line[1] = '\0';
    line += 2;
    return line + strcspn(line, "\n");
}

/* ---- blocks ---- */

static struct ir_block *read_block(const char *path, const char *part, const char *text)
{
    struct ir_block *block = calloc(1, sizeof *block);
    char message[200];

    CHECK(block != NULL);
    if (!ir_parse(block, &toy_guest, text, message, sizeof message) ||
        !ir_verify(block, message, sizeof message)) {
        fprintf(stderr, "%s, %s: %s\n", path, part, message);
        free(block);
        return NULL;
    }
    return block;
}

/* Drops NOPs, and numbers the rest anew. */
static void compact(struct ir_block *block)
{
    static const char letters[] = "abc";
    ir_ref moved[IR_MAX_OPS] = {0};
    unsigned count = 1;
    unsigned arm = 0;

    for (unsigned i = 1; i < block->op_count; i++) {
        struct ir_op op = block->ops[i];
        ir_ref *refs[] = {&op.a, &op.b, &op.c};
        while (arm < block->arm_count && block->arms[arm] <= i) {
            block->arms[arm++] = (ir_ref)count;
        }
        for (unsigned k = 0; letters[k] != '\0' && op.code != IR_EXIT; k++) {
            *refs[k] = *refs[k] < i ? moved[*refs[k]] : 0;
        }
        moved[i] = (ir_ref)count;
        block->ops[count] = op;
        count += op.code != IR_NOP;
    }
    block->op_count = count;
}

static char *dump_text(struct ir_block *block)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    CHECK(stream != NULL);
    compact(block);
    ir_dump(block, stream);
    fclose(stream);
    return text;
}

/* ---- passes ---- */

static bool find_pass(const char *name, size_t length, unsigned *passes)
{
    for (unsigned i = 0; i < ir_pass_count; i++) {
        if (strlen(ir_passes[i].name) == length && memcmp(ir_passes[i].name, name, length) == 0) {
            *passes |= 1u << i;
            return true;
        }
    }
    fprintf(stderr, "there is no pass %.*s\n", (int)length, name);
    return false;
}

static bool read_passes(const char *names, unsigned *passes)
{
    *passes = strcmp(names, "all") == 0 ? ~0u : 0;
    while (*passes != ~0u && *names != '\0') {
        size_t length = strcspn(names, "+");
        if (!find_pass(names, length, passes)) {
            return false;
        }
        names += length + (names[length] == '+');
    }
    return true;
}

/* ---- cases ---- */

static bool compare(const char *path, const char *got, const char *expected)
{
    if (strcmp(got, expected) == 0) {
        return true;
    }
    fprintf(stderr, "%s: FAILED\n---- expected:\n%s---- got:\n%s", path, expected, got);
    return false;
}

static char *run_passes(const char *path, struct ir_block *block, unsigned passes)
{
    char message[200];

    ir_optimize(block, passes, NULL, NULL);
    if (!ir_verify(block, message, sizeof message)) {
        fprintf(stderr, "%s, after the passes: %s\n", path, message);
        ir_dump(block, stderr);
        return NULL;
    }
    return dump_text(block);
}

static bool check_blocks(const char *path, struct ir_block *input, struct ir_block *output,
                         unsigned passes)
{
    char *got = run_passes(path, input, passes);
    char *expected = dump_text(output);
    bool ok = got != NULL && compare(path, got, expected);

    free(expected);
    free(got);
    return ok;
}

static bool check_file(const char *path, unsigned passes)
{
    char *text = read_text(path);
    const char *rest = cut_text(text);
    struct ir_block *input = read_block(path, "the first block", text);
    struct ir_block *output = rest == NULL ? NULL : read_block(path, "the second block", rest);
    bool ok = input != NULL && output != NULL && check_blocks(path, input, output, passes);

    if (rest == NULL) {
        fprintf(stderr, "%s: there is no line of dashes\n", path);
    }
    free(input);
    free(output);
    free(text);
    return ok;
}

static bool print_file(const char *path, unsigned passes)
{
    char *text = read_text(path);

    cut_text(text);
    struct ir_block *block = read_block(path, "the first block", text);
    char *got = block == NULL ? NULL : run_passes(path, block, passes);
    if (got != NULL) {
        fputs(got, stdout);
    }
    free(got);
    free(block);
    free(text);
    return got != NULL;
}

int main(int argc, char **argv)
{
    bool print = argc > 1 && strcmp(argv[1], "--print") == 0;
    bool ok = true;
    unsigned passes;

    argv += print;
    argc -= print;
    if (argc < 3) {
        fprintf(stderr, "usage: ir_golden [--print] PASSES FILE ...\n");
        return 2;
    }
    if (!read_passes(argv[1], &passes)) {
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        ok = (print ? print_file(argv[i], passes) : check_file(argv[i], passes)) && ok;
    }
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
