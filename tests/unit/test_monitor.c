// SPDX-License-Identifier: MIT
/* The monitor's commands on a machine without firmware: what they print, and what they refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "guest.h"
#include "monitor/monitor.h"

struct world {
    struct guest g;
    struct monitor monitor;
    char *text; /* the last answer */
    size_t size;
    unsigned restarts, quits;
    bool refuses;
};

#define ROW_SIZE 80 /* of mem */

static const uint32_t program[] = {W_OR(G1, G0, 1), W_TA(0), W_NOP};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    guest_new(&w->g, GUEST_BOARD);
    for (unsigned i = 0; i < ARRAY_LEN(program); i++) {
        guest_poke(&w->g, GUEST_RAM + 4 * i, program[i]);
    }
    guest_cpu(&w->g)->pc = GUEST_RAM;
    w->monitor.machine = w->g.m;
    w->monitor.context = w;
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    guest_free(&w->g);
    free(w->text);
    free(w);
    return 0;
}

/* The answer to a command that must succeed, or must not. */
static const char *ask(struct world *w, const char *line, bool good)
{
    free(w->text);
    w->text = NULL;
    w->monitor.stream = open_memstream(&w->text, &w->size);
    assert_int_equal(monitor_execute(&w->monitor, line), good);
    fclose(w->monitor.stream);
    return w->text;
}

static void expect(struct world *w, const char *line, const char *part)
{
    if (strstr(ask(w, line, true), part) == NULL) {
        fail_msg("%s: no \"%s\" in\n%s", line, part, w->text);
    }
}

static void refuse(struct world *w, const char *line, const char *text)
{
    assert_string_equal(ask(w, line, false), text);
}

static void test_help(void **state)
{
    struct world *w = *state;
    char *list;

    expect(w, "help", "monitor mem ADDRESS [BYTES]   memory as the CPU sees it (64 bytes)\n");
    list = strdup(w->text);
    assert_string_equal(ask(w, "", true), list);
    assert_string_equal(ask(w, " \t", true), list);
    free(list);
}

static void test_names(void **state)
{
    struct world *w = *state;

    expect(w, "info mtree", "40000000-400fffff ram");
    expect(w, " info \t mtree ", "40000000-400fffff ram");
    expect(w, "info qtree", "device uart0: apbuart\n");
    expect(w, "info stats and what comes behind", "instructions 0\n");
    assert_int_equal(strncmp(ask(w, "info", false), "There is no info ''.  There are info ", 37),
                     0);
    assert_non_null(
        strstr(ask(w, "info mtre", false), "info 'mtre'; did you mean mtree?  There are info "));
    refuse(w, "rest",
           "There is no monitor command 'rest'; did you mean reset?  monitor help lists them.\n");
    refuse(w, "me\033m",
           "There is no monitor command 'me\\x1bm'; did you mean mem?  monitor help "
           "lists them.\n");
}

static void test_dump_names(void **state)
{
    struct world *w = *state;
    const char *name;
    unsigned count = 0;

    for (; (name = leon3emu_dump_name(count)) != NULL; count++) {
        char line[40];
        snprintf(line, sizeof line, "info %s", name);
        ask(w, line, true);
    }
    assert_string_equal(leon3emu_dump_name(0), "mtree");
    assert_true(count >= 3);
}

static void test_registers(void **state)
{
    struct world *w = *state;

    guest_cpu(&w->g)->globals[5] = 0x12345678;
    expect(w, "reg", "  pc  0x40000000  mov 1, %g1");
    expect(w, "reg", "  %g5 12345678  %o5 ");
    expect(w, "bt", "back-trace:\n  #0  0x40000000");
}

static void test_memory(void **state)
{
    struct world *w = *state;

    guest_poke(&w->g, GUEST_RAM + 0x100, 0x41420a43);
    assert_string_equal(ask(w, "mem 0x40000100 4", true),
                        "  0x40000100  41 42 0a 43                                      AB.C\n");
    assert_string_equal(ask(w, "mem 0x400000fe 18", true),
                        "  0x400000fe  00 00 41 42 0a 43 00 00 00 00 00 00 00 00 00 00  "
                        "..AB.C..........\n"
                        "  0x4000010e  00 00                                            ..\n");
    assert_int_equal(strlen(ask(w, "mem 0x40000000", true)), 4 * ROW_SIZE);
    assert_string_equal(ask(w, "mem 0x400ffff0 32", false) + ROW_SIZE,
                        "  0x40100000  cannot be read\n");
    refuse(w, "mem", "mem needs an address or a symbol.\n");
    refuse(w, "mem main", "'main' is neither an address nor a symbol.\n");
    refuse(w, "mem 0x140000000", "'0x140000000' is neither an address nor a symbol.\n");
    refuse(w, "mem 0x40000000 0", "'0' is no number from 1 to 65536.\n");
    refuse(w, "mem 0x40000000 65537", "'65537' is no number from 1 to 65536.\n");
}

static void test_disassembly(void **state)
{
    struct world *w = *state;

    expect(w, "dis 0x40000000 2", "  =>  0x40000000  mov 1, %g1");
    expect(w, "dis 0x40000000 2", "\n      0x40000004  ta 0");
    assert_string_equal(ask(w, "dis 0x50000001 1", true),
                        "      0x50000000  (cannot be read)                 \n");
    assert_non_null(strstr(ask(w, "dis", true), "0x4000001c"));
    assert_null(strstr(w->text, "0x40000020"));
    refuse(w, "dis 0x40000000 many", "'many' is no number from 1 to 4096.\n");
}

static void test_symbols(void **state)
{
    struct world *w = *state;

    assert_string_equal(ask(w, "sym 0x40000000", true), "0x40000000  (no symbol)\n");
    refuse(w, "sym", "sym needs a symbol or an address.\n");
    refuse(w, "sym main", "'main' is neither an address nor a symbol.\n");
}

static bool restart(void *context, struct error *err)
{
    struct world *w = context;
    w->restarts++;
    return !w->refuses || error_set(err, LEON3EMU_FILE, "a.elf is gone");
}

static void quit(void *context)
{
    ((struct world *)context)->quits++;
}

/* Only a caller that can steer the run gives these two something to do. */
static void test_control(void **state)
{
    static const struct monitor_control control = {restart, "Look again", quit};
    struct world *w = *state;

    refuse(w, "reset", "There is no run here that could begin anew.\n");
    refuse(w, "quit", "There is no run here that could end.\n");
    w->monitor.control = &control;
    expect(w, "reset", "at its start again, and the program loaded anew.  Look again\n");
    w->refuses = true;
    refuse(w, "reset", "The machine was not reset: a.elf is gone\n");
    expect(w, "quit", "The emulator ends.\n");
    assert_int_equal(w->restarts, 2);
    assert_int_equal(w->quits, 1);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_help),   CASE(test_names),       CASE(test_dump_names), CASE(test_registers),
        CASE(test_memory), CASE(test_disassembly), CASE(test_symbols),    CASE(test_control),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
