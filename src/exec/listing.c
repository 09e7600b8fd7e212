// SPDX-License-Identifier: MIT
/* Listings of what the translator makes, see listing.h. */
#include "exec/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "leon3emu.h"

/* ---- text to log lines ---- */

struct text {
    char *bytes;
    size_t size;
    FILE *stream;
};

static bool text_open(struct text *text)
{
    text->bytes = NULL;
    text->stream = open_memstream(&text->bytes, &text->size);
    return text->stream != NULL;
}

static void text_log(struct text *text, const struct log *log, uint32_t item)
{
    char *rest, *line;
    fclose(text->stream);
    for (line = strtok_r(text->bytes, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        log_line(log, item, "%s", line);
    }
    free(text->bytes);
}

/* ---- listings ---- */

/* A delay instruction may be in a block twice, for both ways of its branch. */
static bool was_listed(const struct translated *translated, unsigned index)
{
    for (unsigned i = 0; i < index; i++) {
        if (translated->insns[i].pc == translated->insns[index].pc) {
            return true;
        }
    }
    return false;
}

void listing_guest(const struct translated *translated, unsigned count, FILE *stream)
{
    for (unsigned i = 0; i < count; i++) {
        const struct block_insn *insn = &translated->insns[i];
        char assembly[80];
        if (was_listed(translated, i)) {
            continue;
        }
        insn_disassemble(insn->f.word, insn->pc, assembly, sizeof assembly);
        fprintf(stream, "0x%08" PRIx32 ":  %08" PRIx32 "  %s\n", insn->pc, insn->f.word, assembly);
    }
}

void listing_log_guest(const struct log *log, const struct translated *translated,
                       const struct ir_block *block)
{
    struct text text;
    if (log_on_at(log, LOG_IN_ASM, block->pc) && text_open(&text)) {
        if (log_on(log, LOG_OP | LOG_OP_OPT | LOG_OUT_ASM)) {
            fprintf(text.stream, "block 0x%08" PRIx32 "\n", block->pc);
        }
        listing_guest(translated, block->insn_count, text.stream);
        text_log(&text, log, LOG_IN_ASM);
    }
}

void listing_log_block(const struct log *log, const struct translated *translated,
                       const struct ir_block *block)
{
    struct text text;
    if (text_open(&text)) {
        listing_guest(translated, block->insn_count, text.stream);
        ir_dump(block, text.stream);
        text_log(&text, log, 0);
    }
}

void listing_log_ir(const struct log *log, uint32_t item, const struct ir_block *block,
                    const char *title)
{
    struct text text;
    if (log_on_at(log, item, block->pc) && text_open(&text)) {
        fprintf(text.stream, "# %s\n", title);
        ir_dump(block, text.stream);
        text_log(&text, log, item);
    }
}

void listing_log_host(const struct log *log, const struct jit *jit, const struct jit_code *code,
                      uint32_t pc)
{
    struct text text;
    if (log_on_at(log, LOG_OUT_ASM, pc) && text_open(&text)) {
        fprintf(text.stream, "# host code of block 0x%08" PRIx32 ", %" PRIu32 " bytes\n", pc,
                code->size + code->cold_size);
        jit_disassemble(jit, code, text.stream);
        text_log(&text, log, LOG_OUT_ASM);
    }
}

/* ---- one instruction ---- */

#define EXPLAIN_PC 0x40000000u

static bool one_word(void *context, uint32_t pc, uint32_t *word)
{
    const uint32_t nop = 0x01000000;
    *word = pc == EXPLAIN_PC ? *(const uint32_t *)context : nop; /* a NOP as delay instruction */
    return pc <= EXPLAIN_PC + 4;
}

struct workshop {
    struct cpu cpu;
    struct ir_block block;
    struct translated translated;
};

/* message: why there is no jit. */
static void explain_host(struct jit *jit, const char *message, const struct ir_block *block,
                         FILE *stream)
{
    struct jit_code code;

    if (jit == NULL) {
        fprintf(stream, "no host code: %s\n", message);
    } else if (jit_compile(jit, block, NULL, &code)) {
        fprintf(stream, "\nhost code, %" PRIu32 " bytes\n", code.size + code.cold_size);
        jit_disassemble(jit, &code, stream);
    }
}

bool leon3emu_explain(const struct leon3emu_options *options, uint32_t word, FILE *stream)
{
    struct workshop *shop = calloc(1, sizeof *shop);
    struct ir_guest guest = jit_env_guest(8, CPU_FPU_IEEE, 1);
    struct translate_request request = {
        .guest = &guest,
        .pc = EXPLAIN_PC,
        .mode = MODE_SUPERVISOR | MODE_EF,
        .max_insns = TRANSLATE_MAX_INSNS,
        .fetch = one_word,
        .context = &word,
    };
    const struct insn_row *row = &insn_rows[insn_find(word)];
    struct jit_config config = {.guest = &guest, .cache_size = 1 << 20};
    const char *message = "";
    struct jit *jit = jit_create(&config, &message);

    if (shop == NULL) {
        jit_destroy(jit);
        return false;
    }
    if (jit != NULL) {
        jit_env_init(&shop->cpu, jit);
    }
    shop->cpu.config.fpu = CPU_FPU_IEEE;
    shop->cpu.config.casa = true;
    shop->cpu.config.windows = 8;
    request.cpu = &shop->cpu;
    fprintf(stream, "row %s, SPARC V8 %s\n", row->name, row->manual);
    translate(&request, &shop->block, &shop->translated);
    listing_guest(&shop->translated, shop->block.insn_count, stream);
    fprintf(stream, "\nIR as translated\n");
    ir_dump(&shop->block, stream);
    ir_optimize(&shop->block, options->jit.passes, NULL, NULL);
    fprintf(stream, "\nIR after the optimizer\n");
    ir_dump(&shop->block, stream);
    explain_host(jit, message, &shop->block, stream);
    jit_destroy(jit);
    free(shop);
    return true;
}

const char *leon3emu_pass_name(unsigned index)
{
    return index < ir_pass_count ? ir_passes[index].name : NULL;
}

const char *leon3emu_pass_help(unsigned index)
{
    return index < ir_pass_count ? ir_passes[index].help : NULL;
}
