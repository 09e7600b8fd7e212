// SPDX-License-Identifier: MIT
/*
 * A machine as a whole: hot restart by the watchdog and by devices, services around CPUs and
 * plug&play, interrupt lines and who sees them, input from outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"

#define PROGRAM (GUEST_RAM + 0x1000)

/* ---- a device that does what a test tells it ---- */

struct probe {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    void (*on_event)(struct probe *probe);
    void (*on_pin)(struct probe *probe, uint32_t pin, uint32_t level);
    uint32_t resets, reset_cause;
    uint32_t seen[200]; /* pin << 1 | level */
    uint32_t seen_count;
};

static void probe_event(void *instance, uint32_t argument)
{
    struct probe *probe = instance;
    (void)argument;
    probe->on_event(probe);
}

static void *probe_create(struct l3_host *host, const struct l3_services *services)
{
    struct probe *probe = calloc(1, sizeof *probe);
    probe->host = host;
    probe->services = services;
    probe->event = services->event_create(host, "event", probe_event, 0);
    return probe;
}

static void probe_reset(void *instance, uint32_t cause)
{
    struct probe *probe = instance;
    probe->resets++;
    probe->reset_cause = cause;
}

static void probe_pin_input(void *instance, uint32_t pin, uint32_t level)
{
    struct probe *probe = instance;
    if (probe->seen_count < 200) {
        probe->seen[probe->seen_count++] = pin << 1 | level;
    }
    if (probe->on_pin != NULL) {
        probe->on_pin(probe, pin, level);
    }
}

static int32_t probe_read(void *instance, struct l3_request *request)
{
    (void)instance;
    request->value = 0x12345678;
    return L3_OK;
}

static const struct l3_region probe_regions[] = {
    {.struct_size = sizeof(struct l3_region),
     .kind = L3_REGION_AHB,
     .name = "window",
     .size = 0x1000000,
     .valid_sizes = L3_SIZE_ALL,
     .native_sizes = L3_SIZE_4},
    {.struct_size = sizeof(struct l3_region),
     .kind = L3_REGION_APB,
     .name = "registers",
     .size = 0x200,
     .valid_sizes = L3_SIZE_ALL,
     .native_sizes = L3_SIZE_4},
};

static const struct l3_pnp probe_pnp = {
    .struct_size = sizeof(struct l3_pnp),
    .where = L3_PNP_APB_SLAVE | L3_PNP_AHB_SLAVE | L3_PNP_AHB_MASTER,
    .vendor = L3_VENDOR_OTHER,
    .device = 0xabc,
    .version = 7,
};

static const struct library probe_library = {
    .class = {.struct_size = sizeof(struct l3_device_class),
              .abi_version = L3_ABI_VERSION,
              .name = "probe",
              .flags = L3_CLASS_SEES_IRQ_LINES,
              .regions = probe_regions,
              .region_count = 2,
              .irq_output_count = 4,
              .input_pin_count = 32,
              .pnp = &probe_pnp,
              .create = probe_create,
              .destroy = free,
              .reset = probe_reset,
              .read = probe_read,
              .pin_input = probe_pin_input},
};

/* number: tells several apart. */
static struct probe *add_probe(struct guest *g, unsigned number)
{
    char properties[120];
    char name[16];
    snprintf(name, sizeof name, "probe%u", number);
    snprintf(properties, sizeof properties, "base=0x%x,registers_base=0x%x,irq=9,irq3=0",
             0xa0000000 + 0x1000000 * number, 0x80010000 + 0x200 * number);
    return guest_add_device(g, &probe_library, name, properties)->instance;
}

static void arm(struct probe *probe, uint64_t deadline, void (*function)(struct probe *))
{
    probe->on_event = function;
    probe->services->event_arm(probe->host, probe->event, deadline);
}

/* ---- hot restart ---- */

/* In PROM: counts restarts in memory, feeds the UART's scaler register, starts the watchdog at full
 * speed and waits for it to bite. */
static void load_watchdog_guest(struct guest *g)
{
    const uint32_t words[] = {
        W_SETHI(G1, GUEST_RAM),
        W_LD(G2, G1, 0),
        W_ADD(G2, G2, 1),
        W_ST(G2, G1, 0),
        W_SETHI(G3, GUEST_UART),
        W_OR(G3, G3, 0x100),
        W_LD(G4, G3, 12),
        W_ST(G4, G1, 4),
        W_OR(G4, G0, 77),
        W_ST(G4, G3, 12),
        W_OR(G4, G0, 9),
        W_ST(G4, G3, 0x204),
        W_BA(0),
        W_NOP,
    };
    guest_new(g, GUEST_BOARD GUEST_TIMER ", watchdog=100");
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        guest_poke(g, 4 * i, words[i]);
    }
    assert_true(leon3emu_start(g->m, START_RESET, &g->err));
}

static void test_the_watchdog_restarts_the_system(void **state)
{
    struct guest g;
    struct probe *probe;
    (void)state;
    load_watchdog_guest(&g);
    probe = add_probe(&g, 0);
    assert_int_equal(guest_run(&g, 900), STOP_CYCLES);
    assert_int_equal(guest_peek(&g, GUEST_RAM), 1);
    assert_int_equal(guest_peek(&g, GUEST_UART + 12), 77);
    /* 101 ticks of 10 cycles, then from the start, again and again. */
    assert_int_equal(guest_run(&g, 1100), STOP_CYCLES);
    assert_int_equal(guest_peek(&g, GUEST_RAM), 2);
    assert_int_equal(probe->resets, 2);
    assert_int_equal(probe->reset_cause, L3_RESET_WATCHDOG);
    assert_int_equal(guest_run(&g, 10 * 1100), STOP_CYCLES);
    assert_int_equal(guest_peek(&g, GUEST_RAM), 11);
    assert_int_equal(guest_peek(&g, GUEST_RAM + 4), 0); /* the UART had been reset */
    assert_true(leon3emu_instructions(g.m) > 10000);    /* counters go on */
    guest_free(&g);
}

static void reset_by_software(struct probe *probe)
{
    probe->services->system->system_reset(probe->host, L3_RESET_SOFTWARE);
}

static void never(struct probe *probe)
{
    (void)probe;
    fail_msg("an event of before the reset ran");
}

/* It comes after the event that wanted it, before anything else: other events are gone, the code
 * that was decoded is forgotten, the CPU is in reset state. */
static void test_reset_by_a_device(void **state)
{
    static const uint32_t words[] = {W_ADD(G6, G6, 1), W_BA(-1), W_NOP};
    struct guest g;
    struct probe *probes[2];
    (void)state;
    guest_new(&g, GUEST_BOARD);
    probes[0] = add_probe(&g, 0);
    probes[1] = add_probe(&g, 1);
    GUEST_PROGRAM(&g, PROGRAM, words);
    cpu_set_asr(&g.m->cpus[0], 25, 0xfffffffc);
    arm(probes[0], 300, reset_by_software);
    arm(probes[1], 300, never);
    assert_int_equal(guest_run(&g, 299), STOP_CYCLES);
    assert_int_not_equal(g.m->decode_cache.pages, 0);
    guest_run(&g, 300);
    guest_run(&g, 301); /* the first instruction at address 0 is none */
    assert_int_equal(g.m->cpus[0].status, CPU_ERROR_MODE);
    assert_int_equal(g.m->cpus[0].pc, 0);
    assert_int_equal(cpu_asr(&g.m->cpus[0], 25), 0);
    assert_int_equal(probes[0]->resets, 2);
    assert_int_equal(probes[1]->resets, 2);
    assert_int_equal(probes[1]->reset_cause, L3_RESET_SOFTWARE);
    guest_free(&g);
}

/* ---- CPUs, seen from devices ---- */

static const uint32_t sleep_words[] = {W_POWER_DOWN, W_ADD(G5, G5, 1), W_BA(0), W_NOP};
static const uint32_t other_words[] = {W_ADD(G6, G6, 1), W_BA(0), W_NOP};

static void wake(struct probe *probe)
{
    const struct l3_system_services *system = probe->services->system;
    assert_int_equal(system->cpu_status(probe->host, 0), L3_CPU_POWER_DOWN);
    system->cpu_wake(probe->host, 0);
    assert_int_equal(system->cpu_status(probe->host, 0), L3_CPU_RUNNING);
}

static void start_elsewhere(struct probe *probe)
{
    const struct l3_system_services *system = probe->services->system;
    system->cpu_boot_address(probe->host, 0, PROGRAM + 0x100);
    wake(probe);
}

static void disturb(struct probe *probe)
{
    const struct l3_system_services *system = probe->services->system;
    system->cpu_boot_address(probe->host, 0, PROGRAM + 0x100);
    system->cpu_wake(probe->host, 0);
}

static void run_with_event(struct guest *g, void (*function)(struct probe *), const uint32_t *words,
                           size_t count)
{
    guest_new(g, GUEST_BOARD);
    GUEST_PROGRAM(g, PROGRAM + 0x100, other_words);
    guest_program(g, PROGRAM, words, count);
    arm(add_probe(g, 0), 100, function);
    assert_int_equal(guest_run(g, 200), STOP_CYCLES);
}

static void test_waking_a_cpu(void **state)
{
    struct guest g;
    (void)state;
    run_with_event(&g, wake, sleep_words, 4);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G5), 1);
    guest_free(&g);
    run_with_event(&g, start_elsewhere, sleep_words, 4);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G5), 0);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 1);
    guest_free(&g);
    run_with_event(&g, disturb, sleep_words + 1, 3);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G5), 1);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 0);
    guest_free(&g);
}

/* With one CPU error mode ends the run; a device may still bring it back for the next. */
static void test_waking_a_cpu_from_error_mode(void **state)
{
    static const uint32_t words[] = {0};
    struct guest g;
    struct probe *probe;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    probe = add_probe(&g, 0);
    GUEST_PROGRAM(&g, PROGRAM, words);
    assert_int_equal(guest_run(&g, 0), STOP_ERROR_MODE);
    assert_int_equal(guest_run(&g, 0), STOP_ERROR_MODE); /* and so it stays */
    assert_int_equal(probe->services->system->cpu_status(probe->host, 0), L3_CPU_ERROR);
    GUEST_PROGRAM(&g, PROGRAM + 0x100, other_words);
    disturb(probe);
    assert_int_equal(guest_run(&g, 200), STOP_CYCLES);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G6), 1);
    probe->services->system->cpu_force_error(probe->host, 0);
    assert_int_equal(guest_run(&g, 0), STOP_ERROR_MODE);
    guest_free(&g);
}

/* ---- plug&play ---- */

static void check_words(struct guest *g, uint32_t address, const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(guest_peek(g, address + 4 * i), words[i]);
    }
}

static void test_plug_and_play_of_the_default_board(void **state)
{
    static const uint32_t masters[16] = {0x01003060};
    static const uint32_t slaves[16] = {0x01006000, 0, 0, 0, 0x8000fff2};
    static const uint32_t apb[8] = {0x0100c023, 0x0010fff1, 0x0100d080,
                                    0x0020fff1, 0x01011026, 0x0030fff1};
    struct guest g;
    (void)state;
    guest_new(&g, "leon3");
    check_words(&g, 0xfffff000, masters, 16);
    check_words(&g, 0xfffff800, slaves, 16);
    check_words(&g, 0x800ff000, apb, 8);
    guest_free(&g);
}

/* A core that is in all three tables, with a region of each kind. */
static void test_plug_and_play_of_a_new_core(void **state)
{
    static const uint32_t identity = 0x09abc0e9; /* vendor 9, device 0xabc, version 7, irq 9 */
    static const uint32_t apb[] = {identity, 0x1000ffe1, identity, 0x1020ffe1, 0, 0};
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD GUEST_TIMER "\nahb = ahbpnp\napb = apbpnp");
    add_probe(&g, 0);
    add_probe(&g, 1);
    assert_int_equal(guest_peek(&g, 0xfffff020), identity);
    assert_int_equal(guest_peek(&g, 0xfffff040), identity);
    assert_int_equal(guest_peek(&g, 0xfffff060), 0);
    assert_int_equal(guest_peek(&g, 0xfffff820), identity);
    assert_int_equal(guest_peek(&g, 0xfffff830), 0xa000ff02);
    assert_int_equal(guest_peek(&g, 0xfffff850), 0xa100ff02);
    check_words(&g, 0x800ff018, apb, 6);
    guest_free(&g);
}

static void test_plug_and_play_at_every_size(void **state)
{
    static const uint64_t expected[] = {
        0, 0x01, 0x0100, 0, 0x01006000, 0, 0, 0, UINT64_C(0x0100600000000000)};
    struct guest g;
    (void)state;
    guest_new(&g, "leon3");
    for (unsigned size = 1; size <= 8; size *= 2) {
        struct access how = {L3_ATTR_SUPERVISOR, 0, 0};
        uint64_t value;
        assert_true(addrspace_load(&g.m->space, 0xfffff800, size, &value, &how));
        assert_true(value == expected[size]);
        assert_true(addrspace_store(&g.m->space, 0xfffff800, size, 0, &how));
    }
    assert_int_equal(guest_peek(&g, 0xfffff800), 0x01006000);
    guest_free(&g);
}

/* ---- interrupt lines ---- */

static void drive_three(struct probe *probe)
{
    probe->services->irq_set(probe->host, 0, 1);
    probe->services->irq_pulse(probe->host, 2);
    probe->services->irq_set(probe->host, 0, 0);
    probe->services->irq_pulse(probe->host, 3); /* not connected */
}

/* Answers line 9 by pulsing line 10, from inside. */
static void answer(struct probe *probe, uint32_t pin, uint32_t level)
{
    if (pin == 9 && level) {
        probe->services->irq_pulse(probe->host, 1);
    }
}

static void check_seen(const struct probe *probe, const uint32_t *seen, uint32_t count)
{
    assert_int_equal(probe->seen_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(probe->seen[i], seen[i]);
    }
}

static void test_every_watcher_sees_the_same_lines(void **state)
{
    static const uint32_t plain[] = {19, 23, 22, 18};
    static const uint32_t answered[] = {19, 21, 20, 23, 22, 18};
    struct probe *probes[3];
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    for (unsigned i = 0; i < 3; i++) {
        probes[i] = add_probe(&g, i);
    }
    drive_three(probes[1]);
    for (unsigned i = 0; i < 3; i++) {
        check_seen(probes[i], plain, 4);
        probes[i]->seen_count = 0;
    }
    probes[0]->on_pin = answer;
    drive_three(probes[1]);
    for (unsigned i = 0; i < 3; i++) {
        check_seen(probes[i], answered, 6);
    }
    guest_free(&g);
}

/* Notes what comes of reading the window of probe 0, and of probe 1. */
static void read_windows(struct probe *probe, uint32_t pin, uint32_t level)
{
    uint32_t word;
    (void)pin;
    (void)level;
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t address = 0xa0000000 + 0x1000000 * i;
        probe->seen[probe->seen_count++] =
            (uint32_t)probe->services->dma_read(probe->host, address, &word, 4);
    }
}

/* A device that is being told of a line is one that is being called: bus masters cannot reach it.
 */
static void test_telling_is_a_call(void **state)
{
    static const uint32_t seen[] = {19, L3_BUS_ERROR, L3_OK, 18, L3_BUS_ERROR, L3_OK};
    struct probe *probe;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    probe = add_probe(&g, 0);
    probe->on_pin = read_windows;
    add_probe(&g, 1);
    probe->services->irq_pulse(probe->host, 0);
    check_seen(probe, seen, 6);
    guest_free(&g);
}

static void echo(struct probe *probe, uint32_t pin, uint32_t level)
{
    (void)pin;
    (void)level;
    probe->services->irq_pulse(probe->host, 1);
    probe->services->irq_pulse(probe->host, 2);
}

static void test_lines_that_feed_back_come_to_an_end(void **state)
{
    struct probe *probe;
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    probe = add_probe(&g, 0);
    probe->on_pin = echo;
    drive_three(probe);
    assert_non_null(strstr(g.log, "interrupt lines feed back"));
    assert_true(probe->seen_count < 200 || g.log_lines > 0);
    probe->on_pin = NULL;
    probe->seen_count = 0;
    drive_three(probe);
    assert_int_equal(probe->seen_count, 4);
    guest_free(&g);
}

/* On a whole machine: an interrupt of the UART latches the timer, at the cycle at which it comes.
 */
static void test_an_interrupt_latches_the_timer(void **state)
{
    const uint32_t words[] = {
        W_SETHI(G1, 0x80000000),
        W_OR(G2, G0, 9),
        W_ST(G2, G1, 0x304),
        W_OR(G2, G0, 1000),
        W_ST(G2, G1, 0x314),
        W_OR(G2, G0, 7),
        W_ST(G2, G1, 0x318),
        W_OR(G2, G0, 8),
        W_ST(G2, G1, 0x30c), /* latch on line 3 */
        W_OR(G2, G0, 0x7ff),
        W_ADD(G2, G2, 1),
        W_ST(G2, G1, 0x308), /* EL */
        W_OR(G2, G0, 0xa),
        W_ST(G2, G1, 0x108), /* transmitter and its interrupt */
        W_OR(G2, G0, 'x'),
        W_ST(G2, G1, 0x100),
        W_BA(0),
        W_NOP,
    };
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD GUEST_TIMER ", latch=on");
    GUEST_PROGRAM(&g, PROGRAM, words);
    assert_int_equal(guest_run(&g, 5000), STOP_CYCLES);
    assert_int_equal(guest_peek(&g, GUEST_TIME + 8) & 0x800, 0);
    assert_in_range(guest_peek(&g, GUEST_TIME + 0x1c), 950, 999);
    assert_int_not_equal(guest_peek(&g, GUEST_TIME + 0x10), guest_peek(&g, GUEST_TIME + 0x1c));
    guest_free(&g);
}

/* ---- input ---- */

/* Sleeps until a character comes, stores it, and sleeps again. */
static void test_input_wakes_a_waiting_cpu(void **state)
{
    const uint32_t words[] = {
        W_SETHI(G1, 0x80000000),
        W_OR(G2, G0, 8),
        W_ST(G2, G1, 0x240),
        W_OR(G2, G0, 5),
        W_ST(G2, G1, 0x108),
        W_POWER_DOWN,
        W_BA(-1),
        W_NOP,
    };
    const uint32_t handler[] = {W_LD(G5, G1, 0x100), W_TA(0)}; /* traps are off: the end */
    struct leon3emu_options options;
    struct guest g;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    leon3emu_options_init(&options);
    options.input_fd = ends[0];
    options.output_fd = -1;
    guest_create_with(&g, "leon3", &options);
    assert_non_null(g.m);
    GUEST_PROGRAM(&g, GUEST_RAM + 0x130, handler);
    GUEST_PROGRAM(&g, PROGRAM, words);
    assert_int_equal(guest_run(&g, 100000), STOP_CYCLES);
    assert_int_equal(write(ends[1], "!", 1), 1);
    assert_int_equal(guest_run(&g, 0), STOP_ERROR_MODE);
    assert_int_equal(cpu_reg(&g.m->cpus[0], G5), '!');
    guest_free(&g);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_watchdog_restarts_the_system),
        cmocka_unit_test(test_reset_by_a_device),
        cmocka_unit_test(test_waking_a_cpu),
        cmocka_unit_test(test_waking_a_cpu_from_error_mode),
        cmocka_unit_test(test_plug_and_play_of_the_default_board),
        cmocka_unit_test(test_plug_and_play_of_a_new_core),
        cmocka_unit_test(test_plug_and_play_at_every_size),
        cmocka_unit_test(test_every_watcher_sees_the_same_lines),
        cmocka_unit_test(test_telling_is_a_call),
        cmocka_unit_test(test_lines_that_feed_back_come_to_an_end),
        cmocka_unit_test(test_an_interrupt_latches_the_timer),
        cmocka_unit_test(test_input_wakes_a_waiting_cpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
