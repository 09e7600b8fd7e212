// SPDX-License-Identifier: MIT
/* The commands reg, mem, dis, bt and sym, which show a CPU's state and memory as it sees it; and the report of a
 * CPU that stopped, which is reg and bt. */
#include <ctype.h>
#include <inttypes.h>

#include "check.h"
#include "machine/backtrace.h"
#include "machine/frames.h"
#include "machine/machine.h"
#include "monitor/monitor.h"
#include "sparc/registers.h"

#define MEM_BYTES     64u /* if the command does not say how many */
#define MEM_BYTES_MAX 65536u
#define MEM_ROW       16u
#define DIS_COUNT     8u
#define DIS_COUNT_MAX 4096u
#define INSN_SIZE     4u

static struct cpu *cpu_of(const struct monitor *monitor)
{
    return &monitor->machine->cpus[monitor->cpu];
}

/* ---- registers ---- */

static void print_instruction(const struct monitor *monitor, uint32_t pc, const char *mark)
{
    char place[SYMBOLS_TEXT_SIZE];
    char text[80] = "(cannot be read)";
    uint32_t word;

    if (frames_read_word(monitor->machine, cpu_of(monitor), pc, &word)) {
        insn_disassemble(word, pc, text, sizeof text);
    }
    fprintf(monitor->stream, "  %s 0x%08" PRIx32 "  %-32s %s\n", mark, pc, text,
            backtrace_describe(monitor->machine, pc, place, sizeof place));
}

static void print_registers(struct cpu *cpu, FILE *stream)
{
    static const char bank[] = "goli";
    static const uint32_t numbers[] = {L3_REG_NPC, L3_REG_PSR, L3_REG_WIM, L3_REG_TBR, L3_REG_Y};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        uint32_t value = 0;
        cpu_read_register(cpu, numbers[i], &value);
        fprintf(stream, "  %s 0x%08" PRIx32, cpu_find_register(numbers[i])->name, value);
    }
    fputc('\n', stream);
    for (unsigned row = 0; row < 8; row++) {
        for (unsigned column = 0; column < 4; column++) {
            fprintf(stream, "  %%%c%u %08" PRIx32, bank[column], row,
                    cpu_reg(cpu, 8 * column + row));
        }
        fputc('\n', stream);
    }
}

bool monitor_reg(const struct monitor *monitor, const char *arguments)
{
    (void)arguments;
    print_instruction(monitor, cpu_of(monitor)->pc, "pc ");
    print_registers(cpu_of(monitor), monitor->stream);
    return true;
}

bool monitor_bt(const struct monitor *monitor, const char *arguments)
{
    (void)arguments;
    backtrace_print(monitor->machine, cpu_of(monitor), monitor->stream);
    return true;
}

void leon3emu_report(struct machine *m, const struct stop_info *stop, FILE *stream)
{
    const struct monitor monitor = {.machine = m, .cpu = stop->cpu, .stream = stream};

    monitor_reg(&monitor, "");
    monitor_bt(&monitor, "");
}

/* ---- memory ---- */

/* "  0x40000000  01 02 ...  ..": up to MEM_ROW bytes; false: they cannot be read. */
static bool print_row(const struct monitor *monitor, uint32_t address, uint32_t size)
{
    uint8_t bytes[MEM_ROW];
    char text[MEM_ROW + 1];

    if (!frames_read(monitor->machine, cpu_of(monitor), address, bytes, size)) {
        return monitor_refuse(monitor, "  0x%08" PRIx32 "  cannot be read", address);
    }
    fprintf(monitor->stream, "  0x%08" PRIx32 " ", address);
    for (uint32_t i = 0; i < size; i++) {
        fprintf(monitor->stream, " %02x", bytes[i]);
        text[i] = isprint(bytes[i]) ? (char)bytes[i] : '.';
    }
    text[size] = '\0';
    fprintf(monitor->stream, "%*s  %s\n", (int)(3 * (MEM_ROW - size)), "", text);
    return true;
}

bool monitor_mem(const struct monitor *monitor, const char *arguments)
{
    struct monitor_word word = monitor_next_word(arguments);
    struct monitor_word size_word = monitor_next_word(word.rest);
    uint32_t address;
    uint32_t left = MEM_BYTES;

    if (word.length == 0) {
        return monitor_refuse(monitor, "mem needs an address or a symbol.");
    }
    if (!monitor_take_address(monitor, &word, &address) ||
        !monitor_take_count(monitor, &size_word, MEM_BYTES_MAX, &left)) {
        return false;
    }
    while (left > 0) {
        uint32_t size = left < MEM_ROW ? left : MEM_ROW;
        if (!print_row(monitor, address, size)) {
            return false;
        }
        address += size;
        left -= size;
    }
    return true;
}

bool monitor_dis(const struct monitor *monitor, const char *arguments)
{
    struct monitor_word word = monitor_next_word(arguments);
    struct monitor_word count_word = monitor_next_word(word.rest);
    uint32_t pc = cpu_of(monitor)->pc;
    uint32_t address = pc;
    uint32_t count = DIS_COUNT;

    if ((word.length != 0 && !monitor_take_address(monitor, &word, &address)) ||
        !monitor_take_count(monitor, &count_word, DIS_COUNT_MAX, &count)) {
        return false;
    }
    address &= ~(INSN_SIZE - 1);
    for (; count > 0; count--, address += INSN_SIZE) {
        print_instruction(monitor, address, address == pc ? "=> " : "   ");
    }
    return true;
}

/* ---- symbols ---- */

bool monitor_sym(const struct monitor *monitor, const char *arguments)
{
    struct monitor_word word = monitor_next_word(arguments);
    char place[SYMBOLS_TEXT_SIZE];
    uint32_t address;

    if (word.length == 0) {
        return monitor_refuse(monitor, "sym needs a symbol or an address.");
    }
    if (!monitor_take_address(monitor, &word, &address)) {
        return false;
    }
    backtrace_describe(monitor->machine, address, place, sizeof place);
    fprintf(monitor->stream, "0x%08" PRIx32 "  %s\n", address,
            place[0] == '\0' ? "(no symbol)" : place);
    return true;
}
