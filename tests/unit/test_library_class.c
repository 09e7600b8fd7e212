// SPDX-License-Identifier: MIT
/*
 * What a library says about itself may be anything: 500 descriptions with one to three fields spoilt.  Each
 * is taken, refused with a sentence that names the library, or crashes while it is read, and then the crash is
 * laid at the library's door.  Those that are taken make a device, which is destroyed again.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "check.h"
#include "guest.h"

#define PATH  "./hostile.so"
#define CASES 500

/* ---- a description that is right ---- */

struct description {
    struct l3_device_class class;
    struct l3_property properties[3];
    struct l3_region regions[3];
    struct l3_pnp pnp;
    struct l3_state_field state[1];
    struct l3_register registers[1];
};

static void *make(struct l3_host *host, const struct l3_services *services)
{
    (void)host;
    (void)services;
    return malloc(1);
}

static struct l3_property make_property(const char *name, uint32_t type, const char *value)
{
    return (struct l3_property){sizeof(struct l3_property), type, name, value, 0, 100, "help"};
}

static struct l3_region make_region(const char *name, uint32_t kind, uint64_t size, uint64_t base)
{
    return (struct l3_region){.struct_size = sizeof(struct l3_region),
                              .kind = kind,
                              .name = name,
                              .size = size,
                              .default_base = base,
                              .valid_sizes = L3_SIZE_ALL,
                              .native_sizes = L3_SIZE_4};
}

static void describe(struct description *d)
{
    memset(d, 0, sizeof *d);
    d->properties[0] = make_property("level", L3_PROPERTY_UINT, "3");
    d->properties[1] = make_property("loud", L3_PROPERTY_BOOL, "off");
    d->properties[2] = make_property("line", L3_PROPERTY_CHARDEV, "none");
    d->regions[0] = make_region("registers", L3_REGION_APB, 0x100, 0x80000800);
    d->regions[0].registers = d->registers;
    d->regions[0].register_count = 1;
    d->regions[1] = make_region("buffer", L3_REGION_AHB, 0x1000, 0x90000000);
    d->pnp = (struct l3_pnp){sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_OTHER, 1, 0, 0};
    d->state[0] = (struct l3_state_field){sizeof(struct l3_state_field), 0, 4, 1, "value"};
    d->registers[0] = (struct l3_register){.struct_size = sizeof(struct l3_register)};
    d->class = (struct l3_device_class){
        .struct_size = sizeof d->class,
        .abi_version = L3_ABI_VERSION,
        .name = "hostile",
        .summary = "lies",
        .version = "1",
        .properties = d->properties,
        .property_count = 3,
        .regions = d->regions,
        .region_count = 2,
        .irq_output_count = 2,
        .input_pin_count = 3,
        .state = d->state,
        .state_count = 1,
        .pnp = &d->pnp,
        .create = make,
        .destroy = free,
    };
}

/* ---- spoiling it ---- */

/* The last bytes before a page that is not there: text that does not end. */
static char *endless_text;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void spoil_number(uint32_t *field, uint32_t random)
{
    static const uint32_t values[] = {0, 1, 3, 8, 65, 0x1000, 0x10001, 0x7fffffff, 0xffffffff};
    *field = values[random % ARRAY_LEN(values)];
}

static void spoil_pointer(void *field, uint32_t random)
{
    const char *const values[] = {NULL,         (char *)16, (char *)(UINT64_C(0xdead) << 48),
                                  endless_text, "My ADC",   "",
                                  "priority",   "level"};
    memcpy(field, &values[random % ARRAY_LEN(values)], sizeof values[0]);
}

static void spoil(struct description *d, uint32_t *random)
{
    uint32_t *numbers[] = {&d->class.struct_size,
                           &d->class.abi_version,
                           &d->class.flags,
                           &d->class.property_count,
                           &d->class.region_count,
                           &d->class.irq_output_count,
                           &d->class.input_pin_count,
                           &d->class.state_count,
                           &d->properties[0].struct_size,
                           &d->properties[1].type,
                           &d->regions[0].struct_size,
                           &d->regions[1].kind,
                           (uint32_t *)&d->regions[0].size,
                           &d->regions[1].native_sizes,
                           &d->regions[0].register_count,
                           &d->pnp.struct_size,
                           &d->pnp.vendor,
                           &d->pnp.where,
                           (uint32_t *)&d->regions[1].default_base};
    void *pointers[] = {&d->class.name,
                        &d->class.summary,
                        &d->class.version,
                        &d->class.properties,
                        &d->class.regions,
                        &d->class.pnp,
                        &d->class.state,
                        &d->class.create,
                        &d->class.destroy,
                        &d->properties[0].name,
                        &d->properties[1].default_value,
                        &d->properties[2].help,
                        &d->regions[0].name,
                        &d->regions[1].name};
    uint32_t which = next_random(random) % (ARRAY_LEN(numbers) + ARRAY_LEN(pointers));

    if (which < ARRAY_LEN(numbers)) {
        spoil_number(numbers[which], next_random(random));
    } else {
        spoil_pointer(pointers[which - ARRAY_LEN(numbers)], next_random(random));
    }
}

/* ---- in a process of its own ---- */

enum outcome { TAKEN, REFUSED, CRASHED, UNNAMED, OUTCOMES };

static struct machine *watched;

static void on_crash(int number)
{
    struct leon3emu_device_call call;
    (void)number;
    _exit(leon3emu_device_call(watched, &call) && call.library != NULL &&
                  strcmp(call.library, PATH) == 0
              ? CRASHED
              : UNNAMED);
}

static enum outcome judge(const struct error *err)
{
    return strstr(err->text, "hostile") != NULL ? REFUSED : UNNAMED;
}

static enum outcome try_description(const struct description *d)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    const struct l3_device_class *class = &d->class;
    const struct library *library;
    struct property_list list = {0};
    struct guest g;

    guest_new(&g, GUEST_BOARD);
    watched = g.m;
    for (size_t i = 0; i < ARRAY_LEN(deadly); i++) {
        signal(deadly[i], on_crash);
    }
    library = library_add(g.m, PATH, NULL, &class, &g.err);
    if (library == NULL) {
        return judge(&g.err);
    }
    addrspace_begin(&g.m->space);
    if (!device_create(g.m, "hostile0", library, &list, &g.err)) {
        return REFUSED; /* board and --periph put the device's name in front */
    }
    addrspace_commit(&g.m->space);
    guest_free(&g);
    return TAKEN;
}

static enum outcome try_apart(const struct description *d)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        _exit(try_description(d));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) < OUTCOMES ? (enum outcome)WEXITSTATUS(status)
                                                               : UNNAMED;
}

static void test_hostile_descriptions(void **state)
{
    unsigned counts[OUTCOMES] = {0};
    struct description d;
    uint32_t random = 1;
    (void)state;

    for (unsigned number = 0; number < CASES; number++) {
        describe(&d);
        for (unsigned i = 0; i <= number % 3; i++) {
            spoil(&d, &random);
        }
        enum outcome outcome = try_apart(&d);
        if (outcome == UNNAMED) {
            print_error("description %u\n", number);
        }
        counts[outcome]++;
    }
    assert_int_equal(counts[UNNAMED], 0);
    assert_true(counts[TAKEN] > 50 && counts[REFUSED] > 150 && counts[CRASHED] > 50);
}

static void test_right_description(void **state)
{
    struct description d;
    (void)state;
    describe(&d);
    assert_int_equal(try_apart(&d), TAKEN);
}

/* Nothing of the description is read after it was taken. */
static void test_copy(void **state)
{
    struct description d;
    const struct l3_device_class *class = &d.class;
    const struct library *library;
    struct guest g;
    (void)state;

    describe(&d);
    guest_new(&g, GUEST_BOARD);
    library = library_add(g.m, PATH, NULL, &class, &g.err);
    assert_non_null(library);
    memset(&d, 0xee, sizeof d);
    assert_string_equal(library->class.name, "hostile");
    assert_string_equal(library_property(&library->class, 2).name, "line");
    assert_int_equal(library_region(&library->class, 1).size, 0x1000);
    assert_int_equal(library_pnp(&library->class).device, 1);
    guest_free(&g);
}

static void check_refusal(const struct description *d, const char *piece)
{
    struct error err = {0};
    struct library library = {.path = (char *)PATH};

    assert_false(library_take_class(&library, &d->class, &err));
    library_free_class(&library);
    assert_int_equal(err.status, LEON3EMU_PERIPHERAL);
    if (strstr(err.text, piece) == NULL || strstr(err.text, PATH) == NULL) {
        fail_msg("\"%s\" is not in: %s", piece, err.text);
    }
}

static void test_sentences(void **state)
{
    struct description d;
    (void)state;

    describe(&d);
    d.class.name = "My ADC";
    check_refusal(&d, "is called \"My ADC\"; a name is of lower-case letters");
    describe(&d);
    d.class.property_count = 0xffffffff;
    check_refusal(&d, "4294967295 properties; at most 1024 are possible");
    describe(&d);
    d.class.regions = NULL;
    check_refusal(&d, "2 regions, but no table of them");
    describe(&d);
    d.class.irq_output_count = 0xffffffff;
    check_refusal(&d, "4294967295 interrupt outputs");
    describe(&d);
    d.properties[1].name = "level";
    check_refusal(&d, "two properties are called level");
    describe(&d);
    d.class.region_count = 3;
    d.regions[2] = d.regions[1];
    check_refusal(&d, "two regions are called buffer");
    describe(&d);
    d.pnp.vendor = 0x100;
    check_refusal(&d, "vendor 0x100");
    describe(&d);
    d.class.summary = endless_text - 5000;
    check_refusal(&d, "its summary has more than 4095 characters");
}

/* A class must not have a property that leon3emu itself gives its devices.  `registers_base` and `irq2` are
 * none: the address of the first region is `base`, and the class has two outputs. */
static void test_core_properties(void **state)
{
    static const char *const reserved[] = {"base",       "buffer_base", "irq",
                                           "irq1",       "name",        "priority",
                                           "pnp_vendor", "pnp_device",  "pnp_version"};
    static const char *const free_names[] = {"registers_base", "irq2", "irqs", "base_2"};
    struct description d;
    char sentence[80];
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        describe(&d);
        d.properties[1].name = reserved[i];
        snprintf(sentence, sizeof sentence, "a property is called %s, which leon3emu", reserved[i]);
        check_refusal(&d, sentence);
    }
    for (size_t i = 0; i < ARRAY_LEN(free_names); i++) {
        describe(&d);
        d.properties[1].name = free_names[i];
        assert_int_equal(try_apart(&d), TAKEN);
    }
}

/* A class without regions, outputs or identity may use the names of their properties itself. */
static void test_properties_that_it_has_not(void **state)
{
    static const char *const names[] = {"base", "irq", "pnp_device"};
    struct description d;
    struct error err = {0};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct library library = {.path = (char *)PATH};

        describe(&d);
        d.properties[1].name = names[i];
        d.class.region_count = 0;
        d.class.irq_output_count = 0;
        d.class.pnp = NULL;
        assert_true(library_take_class(&library, &d.class, &err));
        library_free_class(&library);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_description),
        cmocka_unit_test(test_hostile_descriptions),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_core_properties),
        cmocka_unit_test(test_properties_that_it_has_not),
    };
    char *pages = mmap(NULL, 0x4000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(pages, 'a', 0x3000);
    mprotect(pages + 0x3000, 0x1000, PROT_NONE);
    endless_text = pages + 0x3000 - 20;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
