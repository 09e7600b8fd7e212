// SPDX-License-Identifier: MIT
/*
 * What the core does for devices beyond the bus: interrupt lines that several outputs share, bus errors
 * and who is told of them, identities in plug&play, functions that other threads post.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"
#include "machine/services.h"

#define PROGRAM (GUEST_RAM + 0x1000)
#define AHBSTAT 0x80000f00u
#define NOWHERE 0xb0000000u
#define CORE(n) (0x80010000u + 0x100 * (n))
#define NE      0x100u
#define PENDING (GUEST_IRQ + 4)
#define LINE(n) (1u << (n))

/* ---- a core with two outputs, which is a bus master ---- */

/* What a core does in its reset(): drives output 0 high, pulses it, or pulses output 1. */
enum at_reset { IS_QUIET, DRIVES_HIGH, PULSES, PULSES_OTHER };

struct core {
    struct l3_host *host;
    const struct l3_services *services;
    enum at_reset at_reset;
    uint32_t high_at_reset; /* the lines that were high after that, as it was told */
    struct core *lowers;    /* whose output 0 goes low when line 6 rises; NULL: none's */
    uint32_t changes;       /* of line 5 */
    uint32_t errors;
    struct l3_bus_error error; /* the last */
};

static void core_pin_input(void *instance, uint32_t pin, uint32_t level)
{
    struct core *core = instance;
    core->changes += pin == 5;
    if (core->lowers != NULL && pin == 6 && level) {
        core->lowers->services->irq_set(core->lowers->host, 0, 0);
    }
}

/* Makes another, of which it is not to be told. */
static void core_bus_error(void *instance, const struct l3_bus_error *error)
{
    struct core *core = instance;
    uint32_t word;
    core->errors++;
    core->error = *error;
    assert_int_equal(core->services->dma_read(core->host, NOWHERE, &word, 4), L3_BUS_ERROR);
}

static void *core_create(struct l3_host *host, const struct l3_services *services)
{
    struct core *core = calloc(1, sizeof *core);
    core->host = host;
    core->services = services;
    services->system->watch_bus_errors(host, core_bus_error);
    return core;
}

static void core_reset(void *instance, uint32_t cause)
{
    struct core *core = instance;
    (void)cause;
    if (core->at_reset == DRIVES_HIGH) {
        core->services->irq_set(core->host, 0, 1);
    } else if (core->at_reset == PULSES_OTHER) {
        core->services->irq_pulse(core->host, 1);
    } else if (core->at_reset == PULSES) {
        core->services->irq_pulse(core->host, 0);
    }
    core->high_at_reset = core->services->system->watch_irq_lines(core->host, UINT32_MAX);
}

static int32_t core_read(void *instance, struct l3_request *request)
{
    (void)instance;
    return request->offset == 0 ? L3_OK : L3_BUS_ERROR;
}

static const struct l3_region core_region = {
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
};

static const struct l3_pnp core_pnp = {
    .struct_size = sizeof(struct l3_pnp),
    .where = L3_PNP_APB_SLAVE | L3_PNP_AHB_MASTER,
    .vendor = L3_VENDOR_OTHER,
    .device = 0x123,
    .version = 1,
};

static const struct library core_library = {
    .class = {.struct_size = sizeof(struct l3_device_class),
              .abi_version = L3_ABI_VERSION,
              .name = "core",
              .flags = L3_CLASS_SEES_IRQ_LINES,
              .regions = &core_region,
              .region_count = 1,
              .irq_output_count = 2,
              .input_pin_count = 32,
              .pnp = &core_pnp,
              .create = core_create,
              .destroy = free,
              .reset = core_reset,
              .read = core_read,
              .pin_input = core_pin_input},
};

static struct core *add_core(struct guest *g, unsigned number, const char *more)
{
    char properties[120];
    char name[16];
    snprintf(name, sizeof name, "core%u", number);
    snprintf(properties, sizeof properties, "base=0x%x,irq=5,irq1=6%s", CORE(number), more);
    return guest_add_device(g, &core_library, name, properties)->instance;
}

static void set(struct core *core, uint32_t output, uint32_t level)
{
    core->services->irq_set(core->host, output, level);
}

/* ---- lines ---- */

/* Is the line high?  Cleared, its pending bit comes back.  controller: its address. */
static bool is_high_at(struct guest *g, uint32_t controller, uint32_t line)
{
    struct access how = {L3_ATTR_SUPERVISOR, 0, 0};
    assert_true(addrspace_store(&g->m->space, controller + 12, 4, LINE(line), &how));
    return (guest_peek(g, controller + 4) & LINE(line)) != 0;
}

static bool is_high(struct guest *g, uint32_t line)
{
    return is_high_at(g, GUEST_IRQ, line);
}

static void test_a_shared_line_is_the_or_of_its_outputs(void **state)
{
    struct core *a, *b;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    a = add_core(&g, 0, "");
    b = add_core(&g, 1, "");
    set(a, 0, 1);
    set(b, 0, 1);
    assert_true(is_high(&g, 5));
    set(a, 0, 0);
    assert_true(is_high(&g, 5)); /* b still drives it */
    set(a, 0, 0);                /* once more is nothing new */
    assert_true(is_high(&g, 5));
    assert_int_equal(a->changes, 1);
    set(b, 0, 0);
    assert_false(is_high(&g, 5));
    assert_int_equal(a->changes, 2);
    assert_int_equal(b->changes, 2);
    assert_false(is_high(&g, 6));
    guest_free(&g);
}

/* Who asked for some lines is told of those; the others' changes he can ask for. */
static void test_only_watched_lines_are_told(void **state)
{
    struct core *a, *b;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    a = add_core(&g, 0, "");
    b = add_core(&g, 1, "");
    set(a, 1, 1);
    assert_int_equal(a->services->system->watch_irq_lines(a->host, LINE(6)), LINE(6));
    set(b, 0, 1);
    assert_int_equal(a->changes, 0);
    assert_int_equal(b->changes, 1);
    assert_int_equal(a->services->system->watch_irq_lines(a->host, LINE(5)), LINE(5) | LINE(6));
    set(b, 0, 0);
    assert_int_equal(a->changes, 1);
    guest_free(&g);
}

static void test_two_outputs_of_a_device_share_too(void **state)
{
    struct core *a;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    a = guest_add_device(&g, &core_library, "core", "base=0x80010000,irq=5,irq1=5")->instance;
    set(a, 0, 1);
    set(a, 1, 1);
    set(a, 0, 0);
    assert_true(is_high(&g, 5));
    set(a, 1, 0);
    assert_false(is_high(&g, 5));
    guest_free(&g);
}

static void test_pulses_on_a_shared_line(void **state)
{
    struct core *a, *b;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    a = add_core(&g, 0, "");
    b = add_core(&g, 1, "");
    a->services->irq_pulse(a->host, 0);
    assert_int_equal(guest_peek(&g, PENDING), LINE(5));
    assert_int_equal(a->changes, 2);
    assert_false(is_high(&g, 5));
    set(b, 0, 1);
    a->services->irq_pulse(a->host, 0); /* nothing to be seen */
    assert_int_equal(a->changes, 3);
    b->services->irq_pulse(b->host, 0); /* and it stays high */
    assert_true(is_high(&g, 5));
    guest_free(&g);
}

static void test_reset_releases_lines(void **state)
{
    struct core *a, *b;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    a = add_core(&g, 0, "");
    b = add_core(&g, 1, "");
    set(a, 0, 1);
    set(b, 0, 1);
    machine_reset(g.m, L3_RESET_SOFTWARE);
    assert_false(is_high(&g, 5));
    set(b, 0, 1);
    assert_true(is_high(&g, 5));
    set(b, 0, 0);
    assert_false(is_high(&g, 5));
    guest_free(&g);
}

#define REVERSED_IRQ 0x80004000u

/* A board without devices but a bridge, with cores and then the interrupt controller added to it. */
static void make_reversed(struct guest *g, unsigned cpus, const char *controller,
                          struct core *cores[2])
{
    const struct library *library;
    char board[300];

    snprintf(board, sizeof board,
             "[board]\nclock = 40M\n[cpu]\ncount = %u\n[memory]\n"
             "ram = base=0x40000000, size=1M\n[devices]\napb0 = apbctrl, base=0x80000000\n",
             cpus);
    guest_new(g, board);
    cores[0] = add_core(g, 0, "");
    cores[1] = add_core(g, 1, "");
    library = library_find(g->m, controller, &g->err);
    assert_non_null(library);
    guest_add_device(g, library, "irq0", "base=0x80004000");
}

/* A line that a device drives high in its reset() is high after the reset, wherever on the board
 * the device, the controller and those that watch lines are; a pulse in reset() is seen, too. */
static void check_reset(unsigned cpus, const char *controller, enum at_reset at_reset)
{
    struct core *cores[2];
    struct guest g;

    make_reversed(&g, cpus, controller, cores);
    cores[0]->at_reset = at_reset;
    for (unsigned i = 0; i < 2; i++) {
        cores[0]->changes = cores[1]->changes = 0;
        machine_reset(g.m, L3_RESET_WATCHDOG);
        assert_int_equal(cores[0]->high_at_reset, 0); /* nobody has been told yet */
        assert_int_equal(cores[1]->high_at_reset, 0);
        assert_int_equal(cores[0]->changes, at_reset == PULSES ? 2 : 1);
        assert_int_equal(cores[1]->changes, at_reset == PULSES ? 2 : 1);
        assert_int_equal(guest_peek(&g, REVERSED_IRQ + 4), LINE(5));
        assert_int_equal(is_high_at(&g, REVERSED_IRQ, 5), at_reset == DRIVES_HIGH);
    }
    cores[0]->at_reset = IS_QUIET;
    machine_reset(g.m, L3_RESET_WATCHDOG);
    assert_int_equal(guest_peek(&g, REVERSED_IRQ + 4), 0);
    guest_free(&g);
}

static void test_lines_driven_in_reset(void **state)
{
    (void)state;
    for (unsigned cpus = 1; cpus <= 2; cpus++) {
        check_reset(cpus, "irqmp", DRIVES_HIGH);
        check_reset(cpus, "irqamp", DRIVES_HIGH);
        check_reset(cpus, "irqmp", PULSES);
        check_reset(cpus, "irqamp", PULSES);
    }
}

/* After the reset line 6 rises first, and a watcher answers by making line 5 low, which another
 * device has asked to be high but which has not yet become so.  It ends up low, after a pulse. */
static void test_answer_to_a_line_driven_in_reset(void **state)
{
    struct core *cores[2];
    struct guest g;
    (void)state;

    make_reversed(&g, 1, "irqmp", cores);
    cores[0]->at_reset = PULSES_OTHER;
    cores[0]->lowers = cores[1];
    cores[1]->at_reset = DRIVES_HIGH;
    machine_reset(g.m, L3_RESET_WATCHDOG);
    assert_int_equal(guest_peek(&g, REVERSED_IRQ + 4), LINE(5) | LINE(6));
    assert_int_equal(g.m->line_drivers[5], 0);
    assert_false(is_high_at(&g, REVERSED_IRQ, 5));
    assert_int_equal(cores[0]->changes, 2);
    guest_free(&g);
}

/* ---- bus errors ---- */

#define GUEST_STAT GUEST_BOARD "ahbstat0 = ahbstat, base=0x80000f00, irq=1\n"

/* Runs words until error mode: traps are off. */
static void run_into_error(struct guest *g, const uint32_t *words, size_t count)
{
    guest_program(g, PROGRAM, words, count);
    guest_cpu(g)->et = false;
    assert_int_equal(guest_run(g, 0), STOP_ERROR_MODE);
}

static void check_status(struct guest *g, uint32_t kind, uint32_t address)
{
    assert_int_equal(guest_peek(g, AHBSTAT), NE | kind);
    assert_int_equal(guest_peek(g, AHBSTAT + 4), address);
    assert_int_equal(guest_peek(g, PENDING) & LINE(1), LINE(1));
}

static void test_accesses_of_a_cpu(void **state)
{
    const uint32_t load[] = {W_SETHI(G1, NOWHERE), W_LD(G2, G1, 0x24), W_NOP};
    const uint32_t store[] = {W_SETHI(G1, NOWHERE), W_ST(G2, G1, 0x30), W_NOP};
    const uint32_t fetch[] = {W_SETHI(G1, NOWHERE), W_JMP(G1, 8), W_NOP};
    const uint32_t device[] = {W_SETHI(G1, CORE(0)), W_OR(G1, G1, CORE(0) & 0x3ff),
                               W_LD(G2, G1, 4)};
    static const struct {
        uint32_t kind, address;
    } expected[] = {
        {2, NOWHERE + 0x24}, {0x82, NOWHERE + 0x30}, {2, NOWHERE + 8}, {2, CORE(0) + 4}};
    const uint32_t *const programs[] = {load, store, fetch, device};
    for (unsigned i = 0; i < 4; i++) {
        struct core *core;
        struct guest g;
        (void)state;
        guest_new(&g, GUEST_STAT);
        core = add_core(&g, 0, "");
        run_into_error(&g, programs[i], 3);
        check_status(&g, expected[i].kind, expected[i].address);
        assert_int_equal(core->errors, 1);
        assert_int_equal(core->error.address, expected[i].address);
        assert_int_equal(core->error.master, 0);
        assert_int_equal(core->error.size, 4);
        assert_int_equal(core->error.write, i == 1);
        assert_int_equal(core->error.attributes & L3_ATTR_FETCH, i == 2 ? L3_ATTR_FETCH : 0);
        guest_free(&g);
    }
}

/* The masters' records are CPU 0, core 0, core 1. */
static void test_accesses_of_a_bus_master(void **state)
{
    struct core *core;
    struct guest g;
    uint32_t word;
    (void)state;
    guest_new(&g, GUEST_STAT);
    add_core(&g, 0, "");
    core = add_core(&g, 1, "");
    assert_int_equal(core->services->dma_write(core->host, NOWHERE, &word, 2), L3_BUS_ERROR);
    check_status(&g, 0x80 | 2 << 3 | 1, NOWHERE);
    assert_int_equal(core->error.master, 2);
    assert_int_equal(core->error.attributes & L3_ATTR_DMA, L3_ATTR_DMA);
    guest_free(&g);
}

static void test_a_debugger_is_not_seen(void **state)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    uint64_t value;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_STAT);
    assert_false(addrspace_load(&g.m->space, NOWHERE, 4, &value, &how));
    assert_int_equal(guest_peek(&g, AHBSTAT), 0);
    guest_free(&g);
}

/* A trap handler finds the address, and the interrupt is there. */
static void test_the_trap_handler_sees_it(void **state)
{
    const uint32_t words[] = {W_SETHI(G1, NOWHERE), W_LD(G2, G1, 0x24)};
    const uint32_t handler[] = {W_SETHI(G1, AHBSTAT), W_OR(G1, G1, AHBSTAT & 0x3ff),
                                W_LD(G4, G1, 4), W_TA(0)};
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_STAT);
    GUEST_PROGRAM(&g, GUEST_RAM + 0x90, handler);
    GUEST_PROGRAM(&g, PROGRAM, words);
    assert_int_equal(guest_run(&g, 0), STOP_ERROR_MODE);
    assert_int_equal(cpu_reg(guest_cpu(&g), G4), NOWHERE + 0x24);
    guest_free(&g);
}

/* ---- identities ---- */

static void test_identity_by_properties(void **state)
{
    struct guest g;
    (void)state;
    guest_new(&g, "[board]\nclock = 40M\n[cpu]\npnp_device = 0x048\npnp_version = 2\n[memory]\n"
                  "ram = base=0x40000000, size=1M\n[devices]\napb0 = apbctrl, base=0x80000000\n"
                  "t0 = gptimer, base=0x80000600, irq=7, pnp_device=0x038, pnp_version=3\n"
                  "ahb = ahbpnp, base=0xfffff000\napb = apbpnp, base=0x800ff000\n");
    assert_int_equal(guest_peek(&g, 0x800ff000), 0x01038067);
    assert_int_equal(guest_peek(&g, 0xfffff000), 0x01048040);
    add_core(&g, 0, ",pnp_vendor=0x04,pnp_device=0xfff,pnp_version=31");
    assert_int_equal(guest_peek(&g, 0xfffff020), 0x04fff3e5);
    guest_free(&g);
}

static void test_identities_that_are_refused(void **state)
{
    static const struct {
        const char *line, *text;
    } cases[] = {
        {"t = gptimer, base=0x80000300, pnp_device=0x1000", "must be a number from 0 to 0xfff"},
        {"t = gptimer, base=0x80000300, pnp_version=32", "must be a number from 0 to 0x1f"},
        {"t = gptimer, base=0x80000300, pnp_vendor=x", "must be a number from 0 to 0xff"},
        {"p = ahbpnp, base=0xfffff000, pnp_device=1", "has no property pnp_device"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char board[600];
        struct guest g;
        snprintf(board, sizeof board, "%s%s", GUEST_BOARD, cases[i].line);
        guest_create(&g, board, NULL);
        assert_null(g.m);
        assert_non_null(strstr(g.err.text, cases[i].text));
    }
}

/* ---- posts ---- */

static void count_post(void *instance, void *argument)
{
    (void)instance;
    (*(uint32_t *)argument)++;
}

/* Of as many as may wait.  Each costs the same, or this would not end. */
static void test_posts_are_bounded(void **state)
{
    const uint32_t most = 1000000;
    uint32_t ran = 0;
    struct core *core;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    core = add_core(&g, 0, "");
    for (unsigned round = 1; round <= 2; round++) {
        for (uint32_t i = 0; i < most; i++) {
            assert_int_equal(core->services->post(core->host, count_post, &ran), L3_OK);
        }
        assert_int_equal(core->services->post(core->host, count_post, &ran), L3_BUS_ERROR);
        services_run_posts(g.m);
        assert_int_equal(ran, round * most);
    }
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shared_line_is_the_or_of_its_outputs),
        cmocka_unit_test(test_two_outputs_of_a_device_share_too),
        cmocka_unit_test(test_only_watched_lines_are_told),
        cmocka_unit_test(test_pulses_on_a_shared_line),
        cmocka_unit_test(test_reset_releases_lines),
        cmocka_unit_test(test_lines_driven_in_reset),
        cmocka_unit_test(test_answer_to_a_line_driven_in_reset),
        cmocka_unit_test(test_accesses_of_a_cpu),
        cmocka_unit_test(test_accesses_of_a_bus_master),
        cmocka_unit_test(test_a_debugger_is_not_seen),
        cmocka_unit_test(test_the_trap_handler_sees_it),
        cmocka_unit_test(test_identity_by_properties),
        cmocka_unit_test(test_identities_that_are_refused),
        cmocka_unit_test(test_posts_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
