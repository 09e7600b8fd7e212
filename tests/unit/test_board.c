// SPDX-License-Identifier: MIT
/*
 * From a board and --periph to a machine: what is refused, with which status and sentence, and
 * whose place a peripheral takes.  Under ASan a refusal that leaks fails as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"

/* ---- refusals ---- */

static void check_error(const struct error *err, enum leon3emu_status status, const char *part)
{
    if (err->status != status || strstr(err->text, part) == NULL) {
        fail_msg("status %d, \"%s\": expected %d and \"%s\"", (int)err->status, err->text,
                 (int)status, part);
    }
}

static void check_refused(const char *board, const char *peripheral, enum leon3emu_status status,
                          const char *part)
{
    struct guest g;
    guest_create(&g, board, peripheral);
    if (g.m != NULL) {
        fail_msg("accepted: %s, %s", board, peripheral == NULL ? "-" : peripheral);
    }
    check_error(&g.err, status, part);
}

#define HEAD "[board]\nclock = 40M\n[cpu]\n"
#define REST "[memory]\nram = base=0x40000000, size=1M\n[devices]\n"

/* A board whose [devices] section, which begins in line 6, is `lines`. */
#define WITH(lines) HEAD REST lines

static void test_bad_boards(void **state)
{
    static const struct {
        const char *board;
        const char *part;
    } cases[] = {
        {HEAD "count = 17\n" REST, ":4: "},
        {HEAD "nwin = 33\n" REST, ":4: "},
        {HEAD "[memory]\nram = base=0, size=4k\nrom = base=0x800, size=4k, type=rom\n", ":6: "},
        {WITH("x = nothing, base=0x80000000\n"), ":7: x: no peripheral called nothing"},
        {WITH("apb0 = apbctrl, base=0x80000000\nx = apbuart, base=0x80000100, speed=3\n"),
         ":8: x: apbuart has no property speed"},
        {WITH("x = gptimer, base=0x80000300, timers=8\n"), ":7: x: timers=8: must be from 1 to 7"},
        {WITH("x = gptimer, base=0x80000300, timers=two\n"), ":7: x: timers=two: not a number"},
        {WITH("x = gptimer, base=0x80000300, latch=perhaps\n"),
         "x: latch=perhaps: must be on or off"},
        {WITH("x = gptimer, base=0x80000300, irq=32\n"), ":7: x: irq=32: must be a number from 0"},
        {WITH("x = gptimer, base=0x80000300, irq3=99\n"), "irq3=99: must be a number from 0"},
        {WITH("x = apbuart, base=0x80000100, irq1=4\n"), "no property irq1"},
        {WITH("x = apbuart, irq=3\n"), "x: no address for region"},
        {WITH("x = apbuart, base=0x80000010\n"), "must be a multiple of the region's size"},
        {WITH("x = apbuart, base=0x180000000\n"), "base=0x180000000: must be a number from 0"},
        {WITH("x = apbuart, base=0x40000100\n"), "0x40000100-0x400001ff overlaps ram"},
        {WITH("x = apbuart, base=0x80000100\ny = apbuart, base=0x80000100\n"), ":8: y: "},
        {WITH("x = apbuart, base=0x80000100, priority=101\n"), "priority=101"},
        {WITH("x = apbuart, base=0x80000100, chardev=nowhere\n"), "'nowhere' is no kind"},
        {WITH("x = apbuart, base=0x80000100, chardev=stdio\n"
              "y = apbuart, base=0x80000200, chardev=stdio\n"),
         "stdio already belongs to x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_refused(cases[i].board, NULL, LEON3EMU_BOARD, cases[i].part);
    }
}

static void test_board_that_is_not_there(void **state)
{
    (void)state;
    check_refused("/nonexistent/a.board", NULL, LEON3EMU_FILE, "/nonexistent/a.board");
}

static void test_bad_peripherals(void **state)
{
    static const struct {
        const char *peripheral;
        enum leon3emu_status status;
        const char *part;
    } cases[] = {
        {"nothing", LEON3EMU_PERIPHERAL, "--periph nothing: no peripheral called nothing"},
        {"./nothing.so", LEON3EMU_PERIPHERAL, "no peripheral library ./nothing.so"},
        {"/dev/null", LEON3EMU_PERIPHERAL, "--periph /dev/null: cannot load peripheral"},
        {"apbuart,fifo=64,base=0x80001000", LEON3EMU_PERIPHERAL, "fifo=64: must be from"},
        {"apbuart,color=red,base=0x80001000", LEON3EMU_PERIPHERAL, "no property color"},
        {"apbuart,base=0x80001000,irq=77", LEON3EMU_PERIPHERAL, "irq=77"},
        {"apbuart,base=0x80000200", LEON3EMU_BOARD, "overlaps irqmp0.registers"},
        {"apbuart,base=0x80000100", LEON3EMU_PERIPHERAL, "--set uart0.KEY=VALUE"},
        {"apbuart,base=0x80000100,chardev=pty", LEON3EMU_PERIPHERAL,
         "the board has uart0 there already; configure that with --set uart0.chardev=pty"},
        {"apuart,base=0x80001000", LEON3EMU_PERIPHERAL, "; did you mean apbuart?"},
        {"apbuart,chardv=pty,base=0x80001000", LEON3EMU_PERIPHERAL, "; did you mean chardev?"},
        {"apbuart,base=0x80001000,name=irqmp0", LEON3EMU_BOARD, "there is a device irqmp0 already"},
        {"apbuart,base", LEON3EMU_PERIPHERAL, "base=: must be a number"},
        {"", LEON3EMU_PERIPHERAL, "--periph"},
        {"apbuart,,,", LEON3EMU_PERIPHERAL, "--periph"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_refused(GUEST_BOARD, cases[i].peripheral, cases[i].status, cases[i].part);
    }
}

static void test_no_firmware(void **state)
{
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    assert_false(leon3emu_start(g.m, START_LOADED, &g.err));
    check_error(&g.err, LEON3EMU_IMAGE, "no image was loaded");
    assert_false(leon3emu_load(g.m, "/nonexistent/firmware.elf", &g.err));
    check_error(&g.err, LEON3EMU_FILE, "/nonexistent/firmware.elf");
    assert_false(leon3emu_load_raw(g.m, "/nonexistent/data.bin", 0x40000000, &g.err));
    check_error(&g.err, LEON3EMU_FILE, "/nonexistent/data.bin");
    assert_true(leon3emu_start(g.m, START_RESET, &g.err));
    guest_free(&g);
}

/* ---- whose place a peripheral takes ---- */

static const struct l3_host *find_device(const struct guest *g, const char *name)
{
    const struct l3_host *host = g->m->devices;
    while (host != NULL && strcmp(host->name, name) != 0) {
        host = host->next;
    }
    return host;
}

static unsigned count_class(const struct guest *g, const char *name)
{
    unsigned count = 0;
    for (const struct l3_host *host = g->m->devices; host != NULL; host = host->next) {
        count += strcmp(host->library->class.name, name) == 0;
    }
    return count;
}

static void create(struct guest *g, const char *board, const char *peripheral)
{
    guest_create(g, board, peripheral);
    if (g->m == NULL) {
        fail_msg("%s", g->err.text);
    }
}

static void test_the_one_candidate_is_replaced(void **state)
{
    const struct l3_host *host;
    struct guest g;
    (void)state;
    create(&g, GUEST_BOARD GUEST_TIMER, "apbuart,fifo=16");
    host = find_device(&g, "uart0");
    assert_int_equal(count_class(&g, "apbuart"), 1);
    assert_non_null(host);
    assert_int_equal(host->order, 1); /* also in the order of devices */
    assert_int_equal(host->bases[0], GUEST_UART);
    assert_int_equal(host->irq_lines[0], 3);
    assert_int_equal(device_find_property(host, "fifo")->number, 16);
    guest_free(&g);
    create(&g, GUEST_BOARD GUEST_TIMER, "apbuart,irq=9");
    host = find_device(&g, "uart0");
    assert_int_equal(host->bases[0], GUEST_UART);
    assert_int_equal(host->irq_lines[0], 9);
    guest_free(&g);
}

static void test_properties_of_the_replaced_one_live_on(void **state)
{
    struct guest g;
    (void)state;
    create(&g, GUEST_BOARD GUEST_TIMER ", timers=5, latch=on", "gptimer,timers=3");
    assert_int_equal(device_find_property(find_device(&g, "gptimer0"), "timers")->number, 3);
    assert_int_equal(device_find_property(find_device(&g, "gptimer0"), "latch")->number, 1);
    guest_free(&g);
}

/* The new class has no property `irqgen`.  The name begins as that of an interrupt line does, but it
 * is none, and is dropped as others are. */
static void test_properties_of_the_replaced_class_alone_are_dropped(void **state)
{
    struct guest g;
    (void)state;
    create(&g, GUEST_BOARD "x = grgpio, base=0x80000300, irq=6, irqgen=4, pnp_device=0x011\n",
           "gptimer");
    assert_string_equal(find_device(&g, "x")->library->class.name, "gptimer");
    assert_int_equal(find_device(&g, "x")->bases[0], 0x80000300);
    assert_int_equal(find_device(&g, "x")->irq_lines[0], 6);
    guest_free(&g);
}

static void test_a_base_adds_one(void **state)
{
    struct guest g;
    (void)state;
    create(&g, GUEST_BOARD, "apbuart,base=0x80000900,irq=5");
    assert_int_equal(count_class(&g, "apbuart"), 2);
    assert_int_equal(find_device(&g, "apbuart0")->bases[0], 0x80000900);
    assert_int_equal(find_device(&g, "apbuart0")->irq_lines[0], 5);
    assert_int_equal(find_device(&g, "uart0")->bases[0], GUEST_UART);
    guest_free(&g);
}

static void test_several_candidates_are_listed(void **state)
{
    (void)state;
    check_refused("leon3-grlib", "apbuart", LEON3EMU_PERIPHERAL, "(uart0, uart1)");
}

static void test_no_candidate(void **state)
{
    (void)state;
    check_refused(GUEST_BOARD, "gptimer", LEON3EMU_PERIPHERAL,
                  "no device of its kind (vendor 0x01, device 0x011)");
}

/* Without identity on the bus, but with an address of its own, there is nothing to replace. */
static void test_default_base(void **state)
{
    struct guest g;
    (void)state;
    create(&g, GUEST_BOARD, "ahbpnp");
    assert_int_equal(find_device(&g, "ahbpnp0")->bases[0], 0xfffff000);
    guest_free(&g);
    check_refused("leon3", "ahbpnp", LEON3EMU_BOARD, "overlaps ahbpnp0.records");
}

static void test_two_for_one_place(void **state)
{
    static const char *const two[] = {"apbuart", "apbuart,fifo=4"};
    static const char *const one_added[] = {"apbuart,base=0x80000900", "apbuart,fifo=4"};
    struct leon3emu_options options;
    struct guest g;
    (void)state;
    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.peripherals = two;
    options.peripheral_count = 2;
    guest_create_with(&g, GUEST_BOARD, &options);
    assert_null(g.m);
    check_error(&g.err, LEON3EMU_PERIPHERAL, "uart0 is already replaced by --periph apbuart");
    options.peripherals = one_added;
    guest_create_with(&g, GUEST_BOARD, &options);
    assert_non_null(g.m);
    assert_int_equal(device_find_property(find_device(&g, "uart0"), "fifo")->number, 4);
    guest_free(&g);
}

static void test_priority_decides_overlaps(void **state)
{
    struct guest g;
    (void)state;
    create(&g, GUEST_BOARD, "gptimer,base=0x80000100,priority=5,timers=3");
    assert_int_equal(guest_peek(&g, 0x80000108) & 7, 3);
    guest_free(&g);
}

static void note_notice(void *context, const char *line)
{
    struct guest *g = context;
    snprintf(g->log, sizeof g->log, "%s", line);
}

static void check_notice(const char *board, const char *peripheral, const char *part)
{
    struct leon3emu_options options;
    struct guest g;

    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.peripherals = &peripheral;
    options.peripheral_count = peripheral != NULL;
    options.notice = note_notice;
    guest_create_with(&g, board, &options);
    assert_non_null(g.m);
    if (part == NULL ? g.log[0] != '\0' : strstr(g.log, part) == NULL) {
        fail_msg("\"%s\" instead of %s", g.log, part);
    }
    guest_free(&g);
}

static void test_what_is_hardly_meant(void **state)
{
    (void)state;
    check_notice(GUEST_BOARD, "gptimer,base=0x50000000",
                 "gptimer0 at 0x50000000: an APB core outside the 1 MiB of every APB bridge");
    check_notice(WITH("apb0 = apbctrl, base=0x80000000\n"), NULL,
                 "the board has no interrupt controller");
    for (unsigned i = 0; leon3emu_board_name(i) != NULL; i++) {
        check_notice(leon3emu_board_name(i), NULL, NULL);
    }
}

/* A board with a bridge in each of 100 MiB and a core behind each of them. */
static void test_many_bridges(void **state)
{
    static char board[30000] = HEAD REST "irqmp0 = irqmp, base=0x80000200\n";
    size_t used = strlen(board);
    (void)state;

    for (unsigned i = 0; i < 100; i++) {
        used += (size_t)snprintf(board + used, sizeof board - used,
                                 "b%u = apbctrl, base=0x%x\nt%u = gptimer, base=0x%x\n", i,
                                 0x80000000 + (i << 20), i, 0x80000300 + (i << 20));
    }
    check_notice(board, NULL, NULL);
}

/* Names that a board has already are passed over. */
static void test_numbers(void **state)
{
    struct guest g;
    (void)state;
    create(&g, GUEST_BOARD "gptimer0 = gptimer, base=0x80000300\n", "gptimer,base=0x80000400");
    assert_non_null(device_find(g.m, "gptimer0"));
    assert_non_null(device_find(g.m, "gptimer1"));
    assert_null(device_find(g.m, "gptimer2"));
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_boards),
        cmocka_unit_test(test_board_that_is_not_there),
        cmocka_unit_test(test_bad_peripherals),
        cmocka_unit_test(test_no_firmware),
        cmocka_unit_test(test_the_one_candidate_is_replaced),
        cmocka_unit_test(test_properties_of_the_replaced_one_live_on),
        cmocka_unit_test(test_properties_of_the_replaced_class_alone_are_dropped),
        cmocka_unit_test(test_a_base_adds_one),
        cmocka_unit_test(test_several_candidates_are_listed),
        cmocka_unit_test(test_no_candidate),
        cmocka_unit_test(test_default_base),
        cmocka_unit_test(test_two_for_one_place),
        cmocka_unit_test(test_priority_decides_overlaps),
        cmocka_unit_test(test_what_is_hardly_meant),
        cmocka_unit_test(test_many_bridges),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
