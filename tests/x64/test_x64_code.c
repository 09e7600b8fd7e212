// SPDX-License-Identifier: MIT
/*
 * Properties of the x86-64 backend's code: what it must not contain, where it may lie, and memory accesses
 * at constant addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "machines.h"
#include "tlb_layout.h"

enum { X64 = 1, X64_PLAIN = 2 };

static struct machines *open_machines(void **state)
{
    static struct machines machines; /* one test at a time */

    (void)state;
    machines_open(&machines);
    return &machines;
}

/* How often a mnemonic occurs in the block's listing up to the end of its main section. */
static unsigned count_in(struct machines *machines, unsigned number, const char *text,
                         const char *mnemonic)
{
    struct ir_block *block = machine_parse(text);
    char *listing = machine_listing(machines, number, block);
    size_t length = strlen(mnemonic);
    unsigned count = 0;

    for (const char *at = listing; (at = strstr(at, mnemonic)) != NULL; at += length) {
        count += at[-1] == ' ' && at[length] == ' ';
    }
    free(listing);
    free(block);
    return count;
}

/* ---- flags ---- */

static const char compare_and_branch[] = "block 0x10000, charge 0, linear\n"
                                         "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                                         "    %1 = get.i32 r1\n"
                                         "    %2 = get.i32 r2\n"
                                         "    %3 = sub.i32 %1, %2\n"
                                         "    %4 = sub_flags %1, %2\n"
                                         "    set r3, %3\n"
                                         "    set icc, %4\n"
                                         "    branch.i32.lt %1, %2, arm 0\n"
                                         "    quit\n"
                                         "arm 0:\n"
                                         "    branch_flags.eq %4, arm 1\n"
                                         "    quit\n"
                                         "arm 1:\n"
                                         "    quit\n";

/* One sub instruction serves the difference, the flags and both branches. */
static void test_one_comparison(void **state)
{
    struct machines *machines = open_machines(state);

    assert_int_equal(count_in(machines, X64, compare_and_branch, "cmp"), 0);
    assert_int_equal(count_in(machines, X64, compare_and_branch, "test"), 0);
    assert_int_equal(count_in(machines, X64, compare_and_branch, "lahf"), 1);
    assert_int_equal(count_in(machines, X64, compare_and_branch, "jl"), 1);
    assert_int_equal(count_in(machines, X64, compare_and_branch, "je"), 1);
    machines_close(machines);
}

static const char dead_flags[] = "block 0x10000, charge 0, linear\n"
                                 "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                                 "    %1 = get.i32 r1\n"
                                 "    %2 = get.i32 r2\n"
                                 "    %3 = sub_flags %1, %2\n"
                                 "    %4 = and.i32 %1, %2\n"
                                 "    %5 = const.i32 0\n"
                                 "    branch.i32.ne %4, %5, arm 0\n"
                                 "    quit\n"
                                 "arm 0:\n"
                                 "    quit\n";

static void test_dead_flags(void **state)
{
    struct machines *machines = open_machines(state);

    assert_int_equal(count_in(machines, X64, dead_flags, "cmp"), 0);
    assert_int_equal(count_in(machines, X64, dead_flags, "lahf"), 0);
    assert_int_equal(count_in(machines, X64, dead_flags, "and"), 0);
    assert_int_equal(count_in(machines, X64, dead_flags, "test"), 1);
    machines_close(machines);
}

static const char unseen_flags[] = "block 0x10000, charge 0, linear\n"
                                   "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                                   "    %1 = get.i32 r1\n"
                                   "    %2 = get.i32 r2\n"
                                   "    %3 = sub_flags %1, %2\n"
                                   "    set icc, %3\n"
                                   "    %5 = load.32 %1, @0\n"
                                   "    %6 = sub_flags %5, %2\n"
                                   "    set icc, %6\n"
                                   "    set r3, %5\n"
                                   "    quit\n";

/* Flags that only the load's stub stores are compared there only; the other ones in the main path. */
static void test_unseen_flags(void **state)
{
    struct machines *machines = open_machines(state);

    assert_int_equal(count_in(machines, X64, unseen_flags, "cmp"), 2);
    assert_int_equal(count_in(machines, X64, unseen_flags, "lahf"), 2);
    machines_close(machines);
}

static const char choices[] = "block 0x10000, charge 4, linear\n"
                              "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                              "    %1 = get.i32 r1\n"
                              "    %2 = get.i32 r2\n"
                              "    %3 = setc.lt %1, %2\n"
                              "    %4 = select.i32 %3, %1, %2\n"
                              "    set r3, %4\n"
                              "    %6 = get.i32 r4\n"
                              "    %7 = select.i32 %3, %2, %6\n"
                              "    set r5, %7\n"
                              "    give_back %3, 2\n"
                              "    quit\n";

/* One compare serves all that its condition chooses, and the condition itself gets no register. */
static void test_choices(void **state)
{
    struct machines *machines = open_machines(state);

    assert_int_equal(count_in(machines, X64, choices, "cmp"), 1);
    assert_int_equal(count_in(machines, X64, choices, "setl"), 0);
    assert_int_equal(count_in(machines, X64, choices, "test"), 0);
    assert_int_equal(count_in(machines, X64, choices, "cmovl"), 3);
    machines_close(machines);
}

static const char wide_sum[] = "block 0x10000, charge 0, linear\n"
                               "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                               "    %1 = get.i32 r1\n"
                               "    %2 = get.i32 r2\n"
                               "    %3 = add.i32 %1, %2\n"
                               "    set r3, %3\n"
                               "    %5 = setc.ltu %3, %1\n"
                               "    %6 = get.i32 r4\n"
                               "    %7 = add.i32 %6, %5\n"
                               "    set r5, %7\n"
                               "    quit\n";

static void test_carry(void **state)
{
    struct machines *machines = open_machines(state);

    assert_int_equal(count_in(machines, X64, wide_sum, "cmp"), 0);
    assert_int_equal(count_in(machines, X64, wide_sum, "setb"), 0);
    assert_int_equal(count_in(machines, X64, wide_sum, "adc"), 1);
    machines_close(machines);
}

/* ---- SETs that only stubs perform ---- */

static const char overwritten[] = "block 0x10000, charge 0, linear\n"
                                  "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                                  "    %1 = get.i32 r1\n"
                                  "    %2 = get.i32 r2\n"
                                  "    %3 = add.i32 %1, %2\n"
                                  "    set r3, %3\n"
                                  "    %5 = const.i32 77\n"
                                  "    set r4, %5\n"
                                  "    %7 = load.32 %1, @0\n"
                                  "    set r3, %7\n"
                                  "    set r4, %2\n"
                                  "    quit\n";

/* The same value for two slots. */
static const char overwritten_twice[] = "block 0x10000, charge 0, linear\n"
                                        "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                                        "    %1 = get.i32 r1\n"
                                        "    %2 = get.i32 r2\n"
                                        "    %3 = add.i32 %1, %2\n"
                                        "    set r3, %3\n"
                                        "    set r4, %3\n"
                                        "    %6 = load.32 %1, @0\n"
                                        "    set r3, %6\n"
                                        "    set r4, %2\n"
                                        "    quit\n";

/* Of four SETs, two are overwritten at once but for the slow path of the load, which must see them (the journal has a
 * hash of all state).  So the main path has two stores, and the stub has the other two. */
static void check_overwritten(struct machines *machines, const char *text)
{
    static const uint64_t values[][2] = {{1, TOY_MEMORY}, {3, 3}};
    struct ir_block *block = machine_parse(text);
    char *listing = machine_listing(machines, X64, block);
    const char *end = strstr(listing, "jmp ");
    unsigned stores = 0;

    for (const char *at = listing; (at = strstr(at, "mov dword ptr [rbp")) != NULL; at++) {
        stores += at < end;
    }
    assert_int_equal(stores, 2);
    for (unsigned i = 0; i < ARRAY_LEN(values); i++) {
        machines_compare(machines, block, values[i]);
        assert_int_equal(machines->machine[X64].toy->event_count, i);
    }
    free(listing);
    free(block);
}

static void test_overwritten(void **state)
{
    struct machines *machines = open_machines(state);

    check_overwritten(machines, overwritten);
    check_overwritten(machines, overwritten_twice);
    machines_close(machines);
}

/* ---- host features ---- */

static const char copy[] = "block 0x10000, charge 0, linear\n"
                           "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                           "    %1 = get.i32 r1\n"
                           "    %2 = load.32 %1, @0\n"
                           "    %3 = shl.i32 %2, %1\n"
                           "    store.32 %1, %3, @0\n"
                           "    quit\n";

static void test_plain(void **state)
{
    static const char *const newer[] = {"movbe", "rorx", "shlx"};
    struct machines *machines = open_machines(state);

    for (unsigned i = 0; i < ARRAY_LEN(newer); i++) {
        assert_int_equal(count_in(machines, X64_PLAIN, copy, newer[i]), 0);
    }
    /* of the load, once more in its stub, of the store */
    assert_int_equal(count_in(machines, X64_PLAIN, copy, "bswap"), 3);
    machines_close(machines);
}

/* A load from plain memory does not look at the TLB, only its stub does; a store does. */
static void test_plain_memory(void **state)
{
    struct machines *machines = open_machines(state);
    struct ir_block *block = machine_parse(copy);
    char *listing = machine_listing(machines, X64, block);
    const char *access = strstr(listing, "movbe"), *looks = strstr(listing, "[r14");

    assert_non_null(access);
    assert_true(looks > access);
    assert_int_equal(count_in(machines, X64, copy, "[r14"), 2);
    free(listing);
    free(block);
    machines_close(machines);
}

/* ---- constant addresses, low and high ---- */

#define HIGH_PAGE 0xfffff000u

/* Makes memory of the page at the end of the address space. */
static void map_high_page(struct toy *toy)
{
    void *wanted = toy->window + HIGH_PAGE;
    void *got = mmap(wanted, TLB_PAGE_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    assert_ptr_equal(got, wanted);
}

/* A value of the type: a constant or not. */
static ir_ref value_to_store(struct ir_block *block, unsigned type, bool constant)
{
    bool wide = ir_type_bytes(type) == 8;

    if (type == IR_F32 || type == IR_F64) {
        enum ir_type bits = wide ? IR_I64 : IR_I32;
        return constant ? ir_unary(block, IR_BITCAST_F, (enum ir_type)type,
                                   ir_const(block, bits, 0x71f2f3f4))
                        : ir_get(block, wide ? TOY_D0 : TOY_F0);
    }
    return constant ? ir_const(block, (enum ir_type)type, 0x71f2f3f4)
                    : ir_get(block, wide ? TOY_X0 : TOY_R0);
}

static unsigned slot_to_load(unsigned size)
{
    static const unsigned slots[IR_SIZES] = {
        [IR_8] = TOY_R0 + 1,  [IR_16] = TOY_R0 + 2,      [IR_32] = TOY_R0 + 3,
        [IR_64] = TOY_X0 + 1, [IR_REAL_32] = TOY_F0 + 2, [IR_REAL_64] = TOY_D0 + 2,
    };
    return slots[size];
}

/* Stores to one address and loads from it again, in all sizes; the stored value is a constant or not. */
static void access_address(struct machines *machines, uint32_t address, bool paged, bool constant)
{
    static struct ir_block block; /* large */
    static const uint64_t values[2] = {UINT64_C(0x8182838485868788), UINT64_C(0x91929394a5969798)};
    static const uint8_t sizes[] = {IR_8, IR_16, IR_32, IR_64, IR_REAL_32, IR_REAL_64};

    ir_begin(&block, &toy_guest, 0x10000);
    block.paged = paged;
    uint16_t insn = (uint16_t)ir_insn(&block, 0x10000, 0x10004);
    ir_ref place = ir_const(&block, IR_I32, (int32_t)address);
    for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
        uint8_t size = sizes[i];
        uint8_t type = (uint8_t)ir_size_type(size);
        ir_ref value = value_to_store(&block, type, constant);
        ir_add_op(&block, (struct ir_op){.code = IR_STORE,
                                         .type = type,
                                         .cond = size,
                                         .a = place,
                                         .b = value,
                                         .insn = insn});
        ir_ref loaded = ir_add_op(
            &block,
            (struct ir_op){.code = IR_LOAD, .type = type, .cond = size, .a = place, .insn = insn});
        ir_set(&block, slot_to_load(size), loaded);
    }
    ir_add_op(&block, (struct ir_op){.code = IR_QUIT, .insn = IR_NONE});
    machines_compare(machines, &block, values);
}

static void test_constant_addresses(void **state)
{
    static const uint32_t addresses[] = {
        TOY_MEMORY + 8, TOY_MEMORY + 9, TOY_MEMORY + 0x1010, 0x1000, HIGH_PAGE + 16, 0x80000000,
    };
    struct machines *machines = open_machines(state);

    for (unsigned i = 0; i < MACHINES; i++) {
        map_high_page(machines->machine[i].toy);
    }
    for (unsigned i = 0; i < 4 * ARRAY_LEN(addresses); i++) {
        for (unsigned k = 0; k < MACHINES; k++) {
            toy_map(machines->machine[k].toy, 0, HIGH_PAGE / TLB_PAGE_SIZE, TLB_LOAD | TLB_STORE,
                    !(i & 1));
        }
        access_address(machines, addresses[i / 4], i & 1, i & 2);
        if (addresses[i / 4] == HIGH_PAGE + 16) {
            assert_int_equal(machines->machine[X64].toy->event_count, 0);
        }
    }
    machines_close(machines);
}

/* ---- memory of generated code ---- */

/* No mapping of this process is writable and executable. */
static void check_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];

    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        const char *rights = strchr(line, ' ');
        assert_non_null(rights);
        assert_false(rights[2] == 'w' && rights[3] == 'x');
    }
    fclose(maps);
}

static void test_mappings(void **state)
{
    struct machines *machines = open_machines(state);
    struct ir_block *block = machine_parse(copy);

    check_mappings();
    for (unsigned i = 0; i < MACHINES; i++) {
        machine_compile(machines, i, block);
    }
    check_mappings();
    free(block);
    machines_close(machines);
}

/* A block that does not fit is refused and leaves the cache as it was; after a flush it fits. */
static void test_full(void **state)
{
    struct machines *machines = open_machines(state);
    const struct machine *machine = &machines->machine[X64];
    struct ir_block *block = machine_parse(copy);
    struct jit_code code;
    size_t empty = machine->backend->used(machine->self);
    size_t used = empty;

    while (machine->backend->compile(machine->self, block, NULL, &code)) {
        assert_true(machine->backend->used(machine->self) > used);
        used = machine->backend->used(machine->self);
    }
    assert_int_equal(machine->backend->used(machine->self), used);
    assert_true(used > 1 << 19);
    machine->backend->flush(machine->self);
    assert_int_equal(machine->backend->used(machine->self), empty);
    assert_true(machine->backend->compile(machine->self, block, NULL, &code));
    free(block);
    machines_close(machines);
}

/* What is rarely executed (calls of the guest, ways out) is in the other half of the cache: the part that is executed often
 * calls nothing and has no more than the work in it. */
static void test_halves(void **state)
{
    struct machines *machines = open_machines(state);
    struct ir_block *block = machine_parse("block 0x10000, charge 1, linear\n"
                                           "insn 0: pc 0x10000, npc 0x10004, refund 0\n"
                                           "%1 = get.i32 r1\n%2 = load.32 %1, @0\nset r2, %2\n"
                                           "exit 0x20000, link 0\n");
    struct jit_code code = machine_compile(machines, X64, block);
    char *listing = machine_listing(machines, X64, block);
    uintptr_t entry = (uintptr_t)code.entry, cold = (uintptr_t)code.cold;

    assert_true(cold - entry > 1 << 18);
    assert_true(code.size <= 64);
    assert_true(code.cold_size > code.size);
    assert_non_null(strstr(listing, "call "));
    for (unsigned i = 0; i < code.size; i++) {
        assert_int_not_equal(((const uint8_t *)code.entry)[i], 0xe8); /* call */
    }
    free(listing);
    free(block);
    machines_close(machines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_comparison),
        cmocka_unit_test(test_dead_flags),
        cmocka_unit_test(test_unseen_flags),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_carry),
        cmocka_unit_test(test_overwritten),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_plain_memory),
        cmocka_unit_test(test_constant_addresses),
        cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_halves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
