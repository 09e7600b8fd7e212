// SPDX-License-Identifier: MIT
/*
 * libFuzzer: any text as a block.
 *
 * What can be read must come back the same from what is written of it.  What is valid must stay so in
 * every pass of the optimizer, and every backend must be able to compile it; nothing is executed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "jit.h"

#include "../unit/ir_guest.h"

#define TEXT_LIMIT (256u << 10)

/* What is needed for each input, made once. */
struct workshop {
    struct ir_block block, copy;
    struct jit *jits[2];
};
static struct workshop workshop;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *message;

    (void)argc;
    (void)argv;
    for (unsigned i = 0; i < 2; i++) {
        struct jit_config config = {
            .guest = &guest, .backend = i == 0 ? JIT_HOST : JIT_IR, .cache_size = 1 << 20};
        workshop.jits[i] = jit_create(&config, &message);
        CHECK(workshop.jits[i] != NULL);
    }
    return 0;
}

static char *dump(const struct ir_block *block)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    CHECK(stream != NULL);
    ir_dump(block, stream);
    CHECK(fclose(stream) == 0);
    return text;
}

/* Written, read, and written again. */
static void check_text(const struct ir_block *block)
{
    char message[200];
    char *first = dump(block);

    CHECK(ir_parse(&workshop.copy, &guest, first, message, sizeof message));
    char *second = dump(&workshop.copy);
    CHECK(strcmp(first, second) == 0);
    free(first);
    free(second);
}

static void compile(const struct ir_block *block)
{
    for (unsigned i = 0; i < 2; i++) {
        struct jit_code code;
        jit_flush(workshop.jits[i]);
        CHECK(jit_compile(workshop.jits[i], block, NULL, &code));
    }
}

static void try_passes(struct ir_block *block)
{
    char message[200];

    for (unsigned pass = 0; pass <= ir_pass_count; pass++) {
        ir_optimize(block, pass == ir_pass_count ? ~0u : 1u << pass, NULL, NULL);
        CHECK(ir_verify(block, message, sizeof message));
        check_text(block);
    }
    compile(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = size < TEXT_LIMIT ? calloc(1, size + 1) : NULL;
    char message[200] = "";

    if (text == NULL) {
        return 0;
    }
    memcpy(text, bytes, size);
    if (!ir_parse(&workshop.block, &guest, text, message, sizeof message)) {
        CHECK(strncmp(message, "line ", 5) == 0);
    } else {
        check_text(&workshop.block);
        if (ir_verify(&workshop.block, message, sizeof message)) {
            compile(&workshop.block);
            try_passes(&workshop.block);
        } else {
            CHECK(message[0] != '\0');
        }
    }
    free(text);
    return 0;
}
