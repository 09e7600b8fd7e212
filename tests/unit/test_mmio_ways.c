// SPDX-License-Identifier: MIT
/*
 * The three ways to a device's callback must not differ: mmio_run() for an access that is looked
 * up, mmio_run() by an entry of the MMIO inline cache, and generated code, which uses the entry
 * without mmio_run() (mem/mmio.h).
 *
 * A program loads and stores in all sizes; the device records each request, and what the machine
 * says (time, pc, running call) during the call.  The interpreter takes the first two ways,
 * generated code the third; while an observer is attached to the bus, only the first is open.  The
 * records of the device must be equal.
 */
#include <fenv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/cpu_state.h"
#include "guest.h"
#include "mem/transfer.h"
#include "sparc/asi.h"

#define PROGRAM (GUEST_RAM + 0x1000)
#define DATA    (GUEST_RAM + 0x2000)
#define DEVICE  0x20000000u
#define ROUNDS  150
#define CPUS    2
#define MOST    (CPUS * 20 * ROUNDS + 1)

/* Registers of the device that do more than to answer. */
#define WAITS     0x40
#define REFUSES   0x48
#define PASSES_ON 0x50
#define NONSENSE  0x58
#define HASTENS   0x60 /* sets an event that is due at once */

/* ---- the device ---- */

/* One call: the request, and what the machine says during it. */
struct seen {
    struct l3_request request;
    uint64_t address, calls, now, last_offset;
    const struct region *region, *last_region;
    uint32_t pc, last_size;
    bool write, running_write, last_write, from_cpu, is_outermost;
    int rounding;
};

struct probe {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    bool changes_rounding;
    unsigned events;
    unsigned count, by_generated_code;
    unsigned
        held_back; /* calls whose time was told to another CPU before, so that it is not the CPU's own */
    struct seen seen[MOST];
};

static void event_due(void *instance, uint32_t argument)
{
    struct probe *probe = instance;
    (void)argument;
    probe->events++;
}

static void *probe_create(struct l3_host *host, const struct l3_services *services)
{
    struct probe *probe = calloc(1, sizeof *probe);
    probe->host = host;
    probe->services = services;
    probe->event = services->event_create(host, "event", event_due, 0);
    return probe;
}

static void write_down(struct probe *probe, const struct l3_request *request, bool write)
{
    const struct machine *m = probe->host->machine;
    const struct mmio_call *running = m->bus.running;
    struct seen *seen = &probe->seen[probe->count++];

    assert_true(probe->count < MOST);
    seen->request = *request;
    seen->write = write;
    seen->address = running->address;
    seen->region = running->region;
    seen->running_write = running->write;
    seen->from_cpu = running->from_cpu;
    seen->is_outermost = running->outer == NULL;
    seen->calls = m->bus.calls;
    seen->last_region = m->bus.last->region;
    seen->last_offset = m->bus.last->request.offset;
    seen->last_size = m->bus.last->request.size;
    seen->last_write = m->bus.last->write;
    seen->now = probe->services->cycles(probe->host);
    seen->pc = cpu_current_pc(m->exec.cpu);
    probe->held_back += request->cycles != m->exec.cpu->cycles;
    seen->rounding = fegetround();
    assert_ptr_equal(&running->request, request);
    assert_string_equal(m->bus.running->region->io.owner->name, "probe0");
    probe->by_generated_code += running->by_generated_code;
}

static int32_t answer(struct probe *probe, struct l3_request *request, bool write)
{
    write_down(probe, request, write);
    if (probe->changes_rounding) {
        fesetround(FE_UPWARD);
    }
    if (!write) {
        request->value = UINT64_C(0x8182838485868788) + probe->count;
    }
    switch (request->offset) {
    case WAITS:
        request->wait_cycles = 5;
        return L3_OK;
    case REFUSES:
        return L3_BUS_ERROR;
    case PASSES_ON:
        return L3_NOT_MINE;
    case NONSENSE:
        return 7;
    case HASTENS:
        probe->services->event_arm(probe->host, probe->event,
                                   probe->services->cycles(probe->host) + 1);
        return L3_OK;
    default:
        return L3_OK;
    }
}

static int32_t probe_read(void *instance, struct l3_request *request)
{
    return answer(instance, request, false);
}

static int32_t probe_write(void *instance, struct l3_request *request)
{
    return answer(instance, request, true);
}

static const struct l3_region probe_region = {
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_AHB,
    .name = "registers",
    .size = 0x1000,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_ALL,
};

static const struct library probe_library = {
    .class = {.struct_size = sizeof(struct l3_device_class),
              .abi_version = L3_ABI_VERSION,
              .name = "probe",
              .regions = &probe_region,
              .region_count = 1,
              .create = probe_create,
              .destroy = free,
              .read = probe_read,
              .write = probe_write},
};

/* ---- the program ---- */

#define W_MEMORY(op3, rd, offset) W_FORMAT3(3, op3, rd, G1, offset)
#define W_LDUB(rd, offset)        W_MEMORY(0x01, rd, offset)
#define W_LDUH(rd, offset)        W_MEMORY(0x02, rd, offset)
#define W_LDD(rd, offset)         W_MEMORY(0x03, rd, offset)
#define W_STB(rd, offset)         W_MEMORY(0x05, rd, offset)
#define W_STH(rd, offset)         W_MEMORY(0x06, rd, offset)
#define W_STD(rd, offset)         W_MEMORY(0x07, rd, offset)
#define W_LDSB(rd, offset)        W_MEMORY(0x09, rd, offset)
#define W_LDSH(rd, offset)        W_MEMORY(0x0a, rd, offset)
#define W_SWAP(rd, offset)        W_MEMORY(0x0f, rd, offset)
#define W_ASI(op3, rd)            (W_FORMAT3(3, op3, rd, G1, 0) ^ (1u << 13 | ASI_BYPASS << 5))
#define W_FDIVS(rd, a, b)         (W_FORMAT3(2, 0x34, rd, a, 0) ^ (1u << 13 | 0x4d << 5 | (b)))

/* %g1: base of the device; %g2: rounds; %g4 and %g5: a value.  If an access traps, the handler
 * skips it. */
static const uint32_t program[] = {
    W_FDIVS(4, 0, 1), /* inexact: floating point is in use when the device is called */
    W_LDUB(L0, 0x03),
    W_LDSB(L0, 0x05),
    W_LDUH(L1, 0x0a),
    W_LDSH(L1, 0x0e),
    W_LD(L2, G1, 0x10),
    W_LDD(L2, 0x18),
    W_ADD(G4, L2, 3),
    W_STB(G4, 0x21),
    W_STH(G4, 0x22),
    W_ST(G4, G1, 0x24),
    W_STD(G4, 0x28),
    W_SWAP(G4, 0x30),
    W_ASI(0x10, L4),
    W_ASI(0x14, G4),
    W_LD(L2, G1, WAITS),
    W_ST(G4, G1, WAITS),
    W_LD(L2, G1, REFUSES),
    W_ST(G4, G1, PASSES_ON),
    W_LD(L2, G1, NONSENSE),
    W_ST(G4, G1, HASTENS),
    W_ADD(G2, G2, -1),
    W_SUBCC(G2, 0),
    W_BNE(-23),
    W_NOP,
    W_BA(0),
    W_NOP,
};

/* Skips the instruction that has trapped: in the trap's window %l2 is the address of the next
 * one. */
static const uint32_t handler[] = {W_JMP(L2, 0), W_RETT(L2, 4), W_NOP, W_NOP};

struct run {
    struct guest g;
    struct probe *probe;
    unsigned cpus;
    struct cpu_state end[CPUS];
};

static void prepare_cpu(struct cpu *cpu)
{
    cpu_set_psr(cpu, cpu_psr(cpu) | 1u << PSR_EF);
    cpu->fsr |= 1u << FSR_RD; /* toward zero */
    cpu->f[CPU_F(0)] = 0x3f800000;
    cpu->f[CPU_F(1)] = 0x40400000;
    cpu_set_reg(cpu, G1, DEVICE);
    cpu_set_reg(cpu, G2, ROUNDS);
}

/* CPUs that wait to be woken start with the first, in the same state. */
static void wake(struct cpu *cpu, const struct cpu *first)
{
    cpu_set_psr(cpu, cpu_psr(first));
    cpu->tba = first->tba;
    cpu->pc = first->pc;
    cpu->npc = first->npc;
    cpu->status = CPU_RUNNING;
}

static void prepare(struct run *r, enum exec_kind executor, bool changes_rounding, unsigned cpus)
{
    struct leon3emu_options options;
    struct l3_host *host;

    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.exec = executor;
    options.jit.threshold = 2;
    options.cpus = r->cpus = cpus;
    guest_create_with(&r->g, GUEST_BOARD, &options);
    host = guest_add_device(&r->g, &probe_library, "probe0", "base=0x20000000");
    host->owner.external = host->owner.changes_fp = changes_rounding;
    r->probe = host->instance;
    r->probe->changes_rounding = changes_rounding;
    GUEST_PROGRAM(&r->g, GUEST_RAM + 0x90, handler);  /* data access exception */
    GUEST_PROGRAM(&r->g, GUEST_RAM + 0x2b0, handler); /* data store error */
    GUEST_PROGRAM(&r->g, PROGRAM, program);
    for (unsigned i = 0; i < cpus; i++) {
        if (i > 0) {
            wake(&r->g.m->cpus[i], guest_cpu(&r->g));
        }
        prepare_cpu(&r->g.m->cpus[i]);
    }
}

/* Runs the program to its end and captures the CPUs' state. */
static void finish(struct run *r)
{
    guest_run(&r->g, 20000);
    for (unsigned i = 0; i < r->cpus; i++) {
        cpu_state_capture(&r->end[i], &r->g.m->cpus[i]);
        assert_in_range(r->g.m->cpus[i].pc, PROGRAM + 4 * 25,
                        PROGRAM + 4 * 26); /* the loop at the end */
    }
}

/* ---- comparing ---- */

static void check_equal(const struct run *a, const struct run *b)
{
    char text[200];

    assert_int_equal(b->probe->count, a->probe->count);
    for (unsigned i = 0; i < a->probe->count; i++) {
        struct seen expected = a->probe->seen[i];
        struct seen made = b->probe->seen[i];
        /* each machine has regions of its own */
        assert_ptr_equal(expected.last_region, expected.region);
        assert_ptr_equal(made.last_region, made.region);
        expected.region = made.region = expected.last_region = made.last_region = NULL;
        if (memcmp(&expected, &made, sizeof made) != 0) {
            fail_msg("call %u: of +0x%x at %llu, pc 0x%08x; expected is +0x%x at %llu, pc 0x%08x",
                     i, (unsigned)made.request.offset, (unsigned long long)made.now, made.pc,
                     (unsigned)expected.request.offset, (unsigned long long)expected.now,
                     expected.pc);
        }
    }
    for (unsigned i = 0; i < a->cpus; i++) {
        if (cpu_state_difference(&a->end[i], &b->end[i], CPU_STATE, text, sizeof text)) {
            fail_msg("CPU %u, at the end: %s", i, text);
        }
    }
    assert_int_equal(b->probe->held_back, a->probe->held_back);
    assert_int_equal(b->probe->events, a->probe->events);
    assert_int_equal(b->g.m->bus.calls, a->g.m->bus.calls);
    assert_int_equal(b->g.log_lines, a->g.log_lines);
}

/* What must be true of each call, whichever way it was made. */
static void check_calls(const struct run *r)
{
    for (unsigned i = 0; i < r->probe->count; i++) {
        const struct seen *seen = &r->probe->seen[i];
        assert_int_equal(seen->request.struct_size, sizeof seen->request);
        assert_int_equal(seen->address, DEVICE + seen->request.offset);
        assert_int_equal(seen->request.cycles, seen->now);
        assert_int_equal(seen->request.wait_cycles, 0);
        assert_int_equal(seen->calls, i + 1);
        assert_int_equal(seen->running_write, seen->write);
        assert_int_equal(seen->last_write, seen->write);
        assert_int_equal(seen->last_offset, seen->request.offset);
        assert_int_equal(seen->last_size, seen->request.size);
        assert_true(seen->from_cpu && seen->is_outermost);
        assert_int_equal(seen->rounding, FE_TONEAREST);
    }
}

static void run_to_the_end(struct run *r, enum exec_kind executor, bool changes_rounding,
                           unsigned cpus)
{
    prepare(r, executor, changes_rounding, cpus);
    finish(r);
    check_calls(r);
}

static void check_ways(bool changes_rounding, unsigned cpus)
{
    struct run interpreter, generated;

    run_to_the_end(&interpreter, EXEC_INTERP, changes_rounding, cpus);
    run_to_the_end(&generated, EXEC_JIT, changes_rounding, cpus);
    assert_int_equal(interpreter.probe->by_generated_code, 0);
    assert_true(generated.probe->by_generated_code > 15 * cpus * (ROUNDS - 10));
    assert_true((generated.probe->held_back > 0) == (cpus > 1));
    check_equal(&interpreter, &generated);
    guest_free(&interpreter.g);
    guest_free(&generated.g);
}

static void test_same_calls(void **state)
{
    (void)state;
    check_ways(false, 1);
}

static void test_same_calls_of_a_library_that_changes_fp(void **state)
{
    (void)state;
    check_ways(true, 1);
}

/* The second CPU executes cycles that the first one has left behind: a request's time is never earlier than what the
 * first was told (ADR 35). */
static void test_same_calls_of_several_cpus(void **state)
{
    (void)state;
    check_ways(false, CPUS);
}

/* ---- observers ---- */

struct watcher {
    struct bus_observer observer;
    unsigned begun, ended, called;
    bool is_inside;
};

static bool watch_before(void *context, struct transfer *t, bool *ok)
{
    struct watcher *watcher = context;
    (void)ok;
    if (t->is_cpu_data) {
        assert_false(watcher->is_inside);
        watcher->is_inside = true;
        watcher->begun++;
    }
    return false;
}

static void watch_after(void *context, const struct transfer *t, bool ok)
{
    struct watcher *watcher = context;
    if (t->is_cpu_data) {
        assert_true(watcher->is_inside);
        watcher->is_inside = false;
        watcher->ended++;
        assert_int_equal(ok, t->address != DEVICE + REFUSES && t->address != DEVICE + PASSES_ON &&
                                 t->address != DEVICE + NONSENSE);
    }
}

static void watch_called(void *context, const struct mmio_call *call, int32_t result)
{
    struct watcher *watcher = context;
    assert_true(watcher->is_inside);
    assert_true(result != 7); /* 7 is not defined: mmio_ended() made it a bus error */
    assert_int_equal(call->request.offset, call->address - DEVICE);
    watcher->called++;
}

/* An observer that is attached during the run is told of each access from then on, and the run does
 * not change; when it is detached, generated code calls the device itself again. */
static void test_observer(void **state)
{
    struct run plain, watched;
    struct watcher watcher = {0};
    unsigned before, by_generated_code;
    (void)state;

    run_to_the_end(&plain, EXEC_JIT, false, 1);
    prepare(&watched, EXEC_JIT, false, 1);
    guest_run(&watched.g, 1500);
    before = watched.probe->count;
    by_generated_code = watched.probe->by_generated_code;
    assert_true(by_generated_code > 0);
    watcher.observer = (struct bus_observer){
        .before = watch_before, .after = watch_after, .called = watch_called, .context = &watcher};
    bus_attach(&watched.g.m->bus, &watcher.observer);
    guest_run(&watched.g, 3000);
    assert_int_equal(watched.probe->by_generated_code, by_generated_code);
    assert_true(watcher.called > 500);
    assert_int_equal(watcher.called, watched.probe->count - before);
    assert_int_equal(watcher.begun, watcher.called);
    assert_int_equal(watcher.ended, watcher.called);
    bus_detach(&watched.g.m->bus, &watcher.observer);
    finish(&watched);
    assert_true(watched.probe->by_generated_code > by_generated_code);
    assert_true(watcher.called < watched.probe->count - before);
    check_calls(&watched);
    check_equal(&plain, &watched);
    guest_free(&plain.g);
    guest_free(&watched.g);
}

/* An observer may answer the access itself: then the device is not called, and the next observer is
 * not told. */
static bool answer_before(void *context, struct transfer *t, bool *ok)
{
    struct watcher *watcher = context;
    watcher->begun++;
    t->value = 0x1234;
    *ok = t->address != DEVICE;
    return true;
}

static void test_observer_that_answers(void **state)
{
    struct run r;
    struct watcher asked = {0};
    struct watcher answering = {0};
    struct access how = {L3_ATTR_SUPERVISOR, 0, 0};
    uint64_t value;
    (void)state;

    prepare(&r, EXEC_INTERP, false, 1);
    asked.observer = (struct bus_observer){
        .before = watch_before, .after = watch_after, .called = watch_called, .context = &asked};
    answering.observer = (struct bus_observer){.before = answer_before, .context = &answering};
    bus_attach(&r.g.m->bus, &asked.observer);
    bus_attach(&r.g.m->bus, &answering.observer);
    assert_true(addrspace_load(&r.g.m->space, DEVICE + 8, 4, &value, &how));
    assert_int_equal(value, 0x1234);
    assert_false(addrspace_store(&r.g.m->space, DEVICE, 4, 0, &how));
    assert_int_equal(answering.begun, 2);
    assert_int_equal(asked.begun, 0);
    assert_int_equal(r.probe->count, 0);
    bus_detach(&r.g.m->bus, &asked.observer);
    bus_detach(&r.g.m->bus, &answering.observer);
    bus_detach(&r.g.m->bus, &answering.observer);
    assert_null(r.g.m->bus.observers);
    guest_free(&r.g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_calls),
        cmocka_unit_test(test_same_calls_of_a_library_that_changes_fp),
        cmocka_unit_test(test_same_calls_of_several_cpus),
        cmocka_unit_test(test_observer),
        cmocka_unit_test(test_observer_that_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
