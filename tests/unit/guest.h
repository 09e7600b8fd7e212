// SPDX-License-Identifier: MIT
/*
 * For tests of whole machines: a machine from the text of a board, programs as words, and devices
 * that a test brings along.
 *
 * A struct guest is one machine with what it said; nothing is shared between two of them.  Include
 * cmocka.h first.
 */
#ifndef UNIT_GUEST_H
#define UNIT_GUEST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"
#include "exec/translator.h"
#include "machine/device.h"

/* ---- words ---- */

enum { G0, G1, G2, G3, G4, G5, G6, G7, O0 = 8, O6 = 14, L0 = 16, L1, L2, L3, L4, I0 = 24 };

#define W_FORMAT3(op, op3, rd, rs1, imm)                                                           \
    ((uint32_t)(op) << 30 | (uint32_t)(rd) << 25 | (uint32_t)(op3) << 19 | (uint32_t)(rs1) << 14 | \
     1u << 13 | ((uint32_t)(imm)&0x1fff))

#define W_NOP                0x01000000u
#define W_SETHI(rd, value)   (0x01000000u | (uint32_t)(rd) << 25 | (uint32_t)(value) >> 10)
#define W_ADD(rd, rs1, imm)  W_FORMAT3(2, 0x00, rd, rs1, imm)
#define W_OR(rd, rs1, imm)   W_FORMAT3(2, 0x02, rd, rs1, imm)
#define W_SUBCC(rs1, imm)    W_FORMAT3(2, 0x14, 0, rs1, imm)
#define W_JMP(rs1, imm)      W_FORMAT3(2, 0x38, 0, rs1, imm)
#define W_RETT(rs1, imm)     W_FORMAT3(2, 0x39, 0, rs1, imm)
#define W_TA(number)         W_FORMAT3(2, 0x3a, 8, 0, number)
#define W_WRASR(asr, rs1)    W_FORMAT3(2, 0x30, asr, rs1, 0)
#define W_POWER_DOWN         W_WRASR(19, 0)
#define W_WRPSR(rs1)         W_FORMAT3(2, 0x31, 0, rs1, 0)
#define W_WRTBR(rs1)         W_FORMAT3(2, 0x33, 0, rs1, 0)
#define W_LD(rd, rs1, imm)   W_FORMAT3(3, 0x00, rd, rs1, imm)
#define W_ST(rd, rs1, imm)   W_FORMAT3(3, 0x04, rd, rs1, imm)
#define W_BRANCH(cond, disp) ((uint32_t)(cond) << 25 | 2u << 22 | ((uint32_t)(disp)&0x3fffff))
#define W_BA(disp)           W_BRANCH(8, disp) /* disp: in words, from the branch */
#define W_BNE(disp)          W_BRANCH(9, disp)

/* ---- boards ---- */

#define GUEST_RAM  0x40000000u
#define GUEST_UART 0x80000100u
#define GUEST_IRQ  0x80000200u
#define GUEST_TIME 0x80000300u

#define GUEST_BOARD                                                                                \
    "[board]\nclock = 40M\n[memory]\nprom = base=0, size=4k, type=rom\n"                           \
    "ram = base=0x40000000, size=1M\n[devices]\n"                                                  \
    "apb0 = apbctrl, base=0x80000000\n"                                                            \
    "uart0 = apbuart, base=0x80000100, irq=3\n"                                                    \
    "irqmp0 = irqmp, base=0x80000200\n"

#define GUEST_TIMER "gptimer0 = gptimer, base=0x80000300, irq=6"

/* ---- a machine ---- */

struct guest {
    struct machine *m;
    struct error err;
    unsigned log_lines;
    char log[400]; /* the last line */
};

static inline void guest_log(void *context, const char *line)
{
    struct guest *guest = context;
    guest->log_lines++;
    snprintf(guest->log, sizeof guest->log, "%s", line);
}

/* board: text, or name of a built-in one.  NULL in g->m: g->err says why. */
static inline void guest_create_with(struct guest *g, const char *board,
                                     struct leon3emu_options *options)
{
    char path[64];
    int fd = -1;

    memset(g, 0, sizeof *g);
    options->board = board;
    if (board[0] == '[') {
        fd = memfd_create("board", MFD_CLOEXEC);
        assert_int_equal(write(fd, board, strlen(board)), strlen(board));
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        options->board = path;
    }
    options->log_line = guest_log;
    options->context = g;
    g->m = leon3emu_create(options, &g->err);
    if (fd >= 0) {
        close(fd);
    }
}

/* peripheral: one --periph, or NULL. */
static inline void guest_create(struct guest *g, const char *board, const char *peripheral)
{
    struct leon3emu_options options;
    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.peripherals = &peripheral;
    options.peripheral_count = peripheral != NULL;
    guest_create_with(g, board, &options);
}

static inline void guest_new(struct guest *g, const char *board)
{
    guest_create(g, board, NULL);
    if (g->m == NULL) {
        fail_msg("%s", g->err.text);
    }
}

static inline void guest_free(struct guest *g)
{
    leon3emu_destroy(g->m);
    g->m = NULL;
}

/* ---- statistics ---- */

/* The translator's figure of this name, which ends in a blank. */
static inline uint64_t guest_figure(const struct guest *g, const char *name)
{
    char *text = NULL;
    size_t size;
    uint64_t value;
    FILE *stream = open_memstream(&text, &size);
    const char *line;

    translator_stats(g->m->exec.translator, 0, stream);
    fclose(stream);
    line = strstr(text, name);
    assert_non_null(line);
    value = strtoull(line + strlen(name), NULL, 10);
    free(text);
    return value;
}

/* ---- memory and registers: as a debugger does ---- */

static inline struct cpu *guest_cpu(const struct guest *g)
{
    return &g->m->cpus[0];
}

static inline uint32_t guest_peek(struct guest *g, uint32_t address)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    uint64_t value;
    assert_true(addrspace_load(&g->m->space, address, 4, &value, &how));
    return (uint32_t)value;
}

static inline void guest_poke(struct guest *g, uint32_t address, uint32_t value)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                        (uint8_t)value};
    assert_true(addrspace_write(&g->m->space, address, bytes, sizeof bytes, &how));
}

/* Stores words and lets the CPU begin there: supervisor, traps on, trap table at GUEST_RAM. */
static inline void guest_program(struct guest *g, uint32_t address, const uint32_t *words,
                                 size_t count)
{
    struct cpu *cpu = &g->m->cpus[0];
    for (size_t i = 0; i < count; i++) {
        guest_poke(g, address + 4 * (uint32_t)i, words[i]);
    }
    cpu_set_psr(cpu, 1u << PSR_S | 1u << PSR_PS | 1u << PSR_ET);
    cpu->tba = GUEST_RAM;
    cpu->pc = address;
    cpu->npc = address + 4;
}

#define GUEST_PROGRAM(g, address, words)                                                           \
    guest_program(g, address, words, sizeof(words) / sizeof(words)[0])

static inline enum stop_kind guest_run(struct guest *g, uint64_t cycles)
{
    struct stop_info stop;
    leon3emu_run(g->m, cycles, &stop);
    return stop.kind;
}

/* ---- a device of the test's own ---- */

/* Puts a device of class *library into the machine; list as after --periph NAME. */
static inline struct l3_host *guest_add_device(struct guest *g, const struct library *library,
                                               const char *name, const char *properties)
{
    struct property_list list;
    struct l3_host *host;
    bool ok;

    assert_true(property_list_parse_pairs(properties, &list, &g->err));
    addrspace_begin(&g->m->space);
    ok = device_create(g->m, name, library, &list, &g->err);
    assert_true(addrspace_commit(&g->m->space));
    property_list_clear(&list);
    if (!ok) {
        fail_msg("%s", g->err.text);
    }
    for (host = g->m->devices; host->next != NULL;) {
        host = host->next;
    }
    device_reset(host, L3_RESET_POWER_ON);
    return host;
}

#endif
