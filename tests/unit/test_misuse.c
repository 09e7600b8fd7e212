// SPDX-License-Identifier: MIT
/*
 * Faults of a library in every one of its callbacks: some hundred ways to crash or to use a service wrongly.
 * Each is told with the device's name: a crash as one of the callback that runs, the innermost, and misuse in
 * the log, while the machine goes on.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "guest.h"

#define PATH    "./misuser.so"
#define BASE    0x80000800u
#define NOWHERE 0xb0000000u

struct misuser {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_event *event;
    struct l3_chardev *line;
};

/* What the child process is to do; nothing of it is shared. */
static const char *wanted_callback;
static unsigned wanted_fault;
static bool was_reached;

/* ---- faults ---- */

/* Volatile, so that no compiler sees what is wrong. */
static volatile uintptr_t nowhere = 16;
static volatile int zero;

#define WILD(type) ((type)nowhere)

static void crash(unsigned kind)
{
    switch (kind) {
    case 0:
        *(volatile int *)WILD(int *) = 1;
        break;
    case 1:
        zero = *(volatile int *)(UINT64_C(0xdead) << 48);
        break;
    case 2:
        zero = 1 / zero;
        raise(SIGFPE); /* a compiler may leave the division out */
        break;
    case 3:
        __builtin_trap();
    case 4:
        abort();
    case 5:
        raise(SIGBUS);
        break;
    case 6:
        WILD(void (*)(void))();
        break;
    default:
        memset(WILD(char *), 0, 100);
        break;
    }
}
#define CRASHES 8

/* Numbers that are none of the device's. */
static const uint32_t numbers[] = {2, 31, 0x7fffffff, 0xffffffff};

static void misuse_number(struct misuser *d, unsigned kind, uint32_t number)
{
    const struct l3_services *s = d->services;
    const struct l3_system_services *system = s->system;
    uint32_t value;

    switch (kind) {
    case 0:
        s->irq_set(d->host, number, 1);
        break;
    case 1:
        s->irq_pulse(d->host, number);
        break;
    case 2:
        s->irq_line(d->host, number);
        break;
    case 3:
        s->region_base(d->host, number);
        break;
    case 4:
        system->cpu_irq_level(d->host, number, 1);
        break;
    case 5:
        system->cpu_irq_level(d->host, 0, number + 20);
        break;
    case 6:
        system->cpu_status(d->host, number);
        break;
    case 7:
        system->cpu_wake(d->host, number);
        break;
    case 8:
        system->cpu_boot_address(d->host, 0, number | 1);
        break;
    case 9:
        system->cpu_force_error(d->host, number);
        break;
    case 10:
        system->cpu_register_read(d->host, number, 0, &value);
        break;
    case 11:
        system->cpu_register_write(d->host, number, 0, 0);
        break;
    case 12:
        system->cpu_boot_address(d->host, number, 0);
        break;
    default:
        system->bus_entry(d->host, number + 1, 0, 0, WILD(struct l3_bus_entry *));
        break;
    }
}
#define NUMBER_MISUSES 14

/* Pointers to nothing and to nowhere. */
static void misuse_pointer(struct misuser *d, unsigned kind, const void *wrong)
{
    const struct l3_services *s = d->services;
    void *writable = (void *)(uintptr_t)wrong;

    switch (kind) {
    case 0:
        s->property_uint(d->host, wrong);
        break;
    case 1:
        s->property_text(d->host, wrong);
        break;
    case 2:
        s->property_chardev(d->host, wrong);
        break;
    case 3:
        s->event_arm(d->host, writable, 5);
        break;
    case 4:
        s->event_cancel(d->host, writable);
        break;
    case 5:
        s->dma_read(d->host, GUEST_RAM, writable, 4);
        break;
    case 6:
        s->dma_write(d->host, GUEST_RAM, wrong, 4);
        break;
    case 7:
        s->log(d->host, L3_LOG_ERROR, wrong);
        break;
    case 8:
        s->chardev_read(d->host, writable, &d, 1);
        break;
    case 9:
        s->chardev_write(d->host, writable, &d, 1);
        break;
    case 10:
        s->chardev_write(d->host, d->line, wrong, 1);
        break;
    case 11:
        s->system->bus_entry(d->host, 0, 0, 0, writable);
        break;
    default:
        s->system->cpu_register_read(d->host, 0, 1, writable);
        break;
    }
}
#define POINTER_MISUSES 13

#define FAULTS (CRASHES + NUMBER_MISUSES * 4 + POINTER_MISUSES * 3)
_Static_assert(FAULTS >= 100, "a hundred in every callback");

static void do_fault(struct misuser *d, unsigned fault)
{
    static const void *const wrong[] = {NULL, (void *)16, (void *)(UINT64_C(0xdead) << 48)};

    if (fault < CRASHES) {
        crash(fault);
        return;
    }
    fault -= CRASHES;
    if (fault < NUMBER_MISUSES * ARRAY_LEN(numbers)) {
        misuse_number(d, fault / ARRAY_LEN(numbers), numbers[fault % ARRAY_LEN(numbers)]);
        return;
    }
    fault -= NUMBER_MISUSES * ARRAY_LEN(numbers);
    misuse_pointer(d, fault / ARRAY_LEN(wrong), wrong[fault % ARRAY_LEN(wrong)]);
}

static void at(void *instance, const char *callback)
{
    if (strcmp(wanted_callback, callback) == 0 && !was_reached) {
        was_reached = true;
        do_fault(instance, wanted_fault);
    }
}

/* ---- the device ---- */

static void on_event(void *instance, uint32_t argument)
{
    (void)argument;
    at(instance, "late");
}

static void on_bus_error(void *instance, const struct l3_bus_error *error)
{
    (void)error;
    at(instance, "bus_error");
}

static void on_post(void *instance, void *argument)
{
    (void)argument;
    at(instance, "post");
}

static void *create(struct l3_host *host, const struct l3_services *services)
{
    struct misuser *d = calloc(1, sizeof *d);
    d->host = host;
    d->services = services;
    d->event = services->event_create(host, "late", on_event, 0);
    d->line = services->property_chardev(host, "line");
    services->system->watch_bus_errors(host, on_bus_error);
    services->chardev_read(host, d->line, &(char){0}, 1); /* short: it wants to know of more */
    at(d, "create");
    return d;
}

static void destroy(void *instance)
{
    at(instance, "destroy");
    free(instance);
}

static void reset(void *instance, uint32_t cause)
{
    (void)cause;
    at(instance, "reset");
}

static int32_t on_read(void *instance, struct l3_request *request)
{
    (void)request;
    at(instance, "read");
    return L3_OK;
}

/* All other callbacks come of this one, some from inside it. */
static int32_t on_write(void *instance, struct l3_request *request)
{
    struct misuser *d = instance;
    at(instance, "write");
    d->services->event_arm(d->host, d->event, request->cycles + 2);
    d->services->post(d->host, on_post, NULL);
    d->services->irq_pulse(d->host, 0);
    return L3_BUS_ERROR;
}

static void on_pin(void *instance, uint32_t pin, uint32_t level)
{
    (void)pin;
    (void)level;
    at(instance, "pin_input");
}

static void on_char_input(void *instance, struct l3_chardev *line)
{
    (void)line;
    at(instance, "char_input");
}

static void on_acknowledge(void *instance, uint32_t cpu, uint32_t level)
{
    (void)cpu;
    (void)level;
    at(instance, "irq_acknowledge");
}

static const struct l3_region regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
}};

static const struct l3_property properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_CHARDEV, "line", "file:/dev/null", 0, 0, "a line"}};

static const struct l3_device_class misuser = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "misuser",
    .flags = L3_CLASS_SEES_IRQ_LINES,
    .regions = regions,
    .region_count = 1,
    .properties = properties,
    .property_count = 1,
    .irq_output_count = 2,
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .read = on_read,
    .write = on_write,
    .pin_input = on_pin,
    .irq_acknowledge = on_acknowledge,
    .char_input = on_char_input,
};

/* ---- in a process of its own ---- */

enum outcome { SILENT, TOLD, CRASHED, NOT_REACHED, MISTAKEN, OUTCOMES };

static struct machine *watched;

static void on_crash(int number)
{
    struct leon3emu_device_call call;
    (void)number;
    _exit(leon3emu_device_call(watched, &call) && strcmp(call.device, "misuser0") == 0 &&
                  strcmp(call.library, PATH) == 0 && strcmp(call.callback, wanted_callback) == 0
              ? CRASHED
              : MISTAKEN);
}

static void tell(void *context, const char *line)
{
    bool *told = context;
    *told = *told ||
            (strstr(line, "misuser0 (" PATH ") misuses ") != NULL && strstr(line, "(): ") != NULL);
}

static void access_register(struct machine *m, bool write)
{
    struct access how = {L3_ATTR_SUPERVISOR, 0, 0};
    uint64_t value = 1;
    if (write) {
        addrspace_store(&m->space, BASE, 4, value, &how);
    } else {
        addrspace_load(&m->space, BASE, 4, &value, &how);
    }
}

/* What the device's line gets, from a pipe. */
static void send_input(struct machine *m, int fd)
{
    assert_int_equal(write(fd, "x", 1), 1);
    hostio_poll(m->hostio, 0);
}

static enum outcome run_life(void)
{
    static const uint32_t program[] = {W_BA(0), W_NOP};
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    const struct l3_device_class *class = &misuser;
    const struct library *library;
    bool told = false;
    char text[80];
    struct guest g;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    snprintf(text, sizeof text, "base=0x80000800,irq=5,line=file:/dev/null:/dev/fd/%d", ends[0]);
    guest_new(&g, GUEST_BOARD);
    watched = g.m;
    g.m->log.write = tell;
    g.m->log.context = &told;
    for (size_t i = 0; i < ARRAY_LEN(deadly); i++) {
        signal(deadly[i], on_crash);
    }
    library = library_add(g.m, PATH, NULL, &class, &g.err);
    struct l3_host *host = guest_add_device(&g, library, "misuser0", text);
    access_register(g.m, false);
    access_register(g.m, true);
    send_input(g.m, ends[1]);
    GUEST_PROGRAM(&g, GUEST_RAM, program);
    guest_run(&g, 100);
    g.m->irq_controller = host;
    guest_cpu(&g)->hooks->interrupt_acknowledge(g.m, guest_cpu(&g), 5);
    guest_free(&g);
    return !was_reached ? NOT_REACHED : told ? TOLD : SILENT;
}

static enum outcome run_apart(const char *callback, unsigned fault)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        wanted_callback = callback;
        wanted_fault = fault;
        _exit(run_life());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) < OUTCOMES ? (enum outcome)WEXITSTATUS(status)
                                                               : MISTAKEN;
}

static void check_callback(const char *callback)
{
    unsigned counts[OUTCOMES] = {0};
    for (unsigned fault = 0; fault < FAULTS; fault++) {
        enum outcome outcome = run_apart(callback, fault);
        if (outcome != TOLD && outcome != CRASHED) {
            print_error("%s, fault %u: outcome %d\n", callback, fault, (int)outcome);
        }
        counts[outcome]++;
    }
    assert_int_equal(counts[TOLD] + counts[CRASHED], FAULTS);
    assert_true(counts[TOLD] > 50 && counts[CRASHED] >= CRASHES);
}

static void test_callbacks(void **state)
{
    static const char *const callbacks[] = {
        "create", "reset",     "read",    "write",           "pin_input", "late",
        "post",   "bus_error", "destroy", "irq_acknowledge", "char_input"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(callbacks); i++) {
        check_callback(callbacks[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callbacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
