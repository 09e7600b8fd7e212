// SPDX-License-Identifier: MIT
/*
 * registers.def against arch.def: what --verify-jit compares and the hash is made of leaves nothing out of the
 * architecture's state; and registers are read and written by their numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec/cpu_state.h"
#include "guest.h"

/* The members of struct cpu_arch. */
static const struct member {
    const char *name;
    size_t offset, size;
} members[] = {
#define FIELD(type, name, dimension)                                                               \
    {#name, offsetof(struct cpu_arch, name), sizeof((struct cpu_arch *)0)->name},
#include "sparc/arch.def"
};

/* Those that no row shows, and why. */
static const struct {
    const char *name;
    const char *reason;
} unseen[] = {
    {"last_fpop", "fsr shows what follows from it, see below"},
    {"last_fpop_a", "the same"},
    {"last_fpop_b", "the same"},
    {"watch", "what is compared with follows from the watchpoints, a few instructions later"},
    {"ring_last", "never changes"},
    {"error_before", "for reports"},
    {"notes", "the windows' numbers never change; the trap is for back-traces"},
};

static bool is_unseen(const char *name)
{
    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++) {
        if (strcmp(name, unseen[i].name) == 0) {
            return true;
        }
    }
    return false;
}

/* Bytes of a member in this CPU: the last of globals is nobody's, and there may be less windows than room for them. */
static size_t size_of(const struct member *member, const struct cpu *cpu)
{
    if (strcmp(member->name, "globals") == 0) {
        return 8 * sizeof(uint32_t);
    }
    if (strcmp(member->name, "windows") == 0) {
        return 16 * cpu->config.windows * sizeof(uint32_t);
    }
    return member->size;
}

/* Is a bit of each word of the member seen? */
static void check_member(struct cpu *cpu, const struct member *member)
{
    uint8_t *bytes = (uint8_t *)&cpu->arch + member->offset;
    char text[100];

    for (size_t i = 0; i < size_of(member, cpu); i += 4) {
        struct cpu_arch before = cpu->arch;
        bytes[i] ^= 1;
        if (cpu_state_changed(cpu, &before, CPU_STATE, text, sizeof text) ==
            is_unseen(member->name)) {
            fail_msg("%s, byte %u: %s", member->name, (unsigned)i,
                     is_unseen(member->name) ? "is seen" : "is not seen");
        }
        cpu->arch = before;
    }
}

static void test_members(void **state)
{
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    for (unsigned i = 0; i < 8 * 16; i++) { /* so that it is seen which window is where */
        cpu_set_window_reg(guest_cpu(&g), i / 16, 8 + i % 16, 0x1000 + i);
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        check_member(guest_cpu(&g), &members[i]);
    }
    guest_free(&g);
}

/* A row says no more of struct cpu_arch than its member has, nor less. */
static void test_sizes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < cpu_register_count; i++) {
        const struct cpu_register *row = &cpu_registers[i];
        size_t k = 0;
        if (row->get != NULL || row->copy != NULL || strcmp(row->name, "globals") == 0) {
            continue;
        }
        while (k < sizeof members / sizeof members[0] && members[k].offset != row->offset) {
            k++;
        }
        assert_true(k < sizeof members / sizeof members[0]);
        assert_int_equal(members[k].size, 4 * cpu_register_words(row));
    }
}

/* A pending FPop is what FSR shows, not what it is kept as. */
static void test_last_fpop(void **state)
{
    struct guest g;
    struct cpu *cpu;
    struct cpu_arch before;
    char text[100];
    (void)state;

    guest_new(&g, GUEST_BOARD);
    cpu = guest_cpu(&g);
    before = cpu->arch;
    cpu->last_fpop = INSN_FADDS;
    cpu->last_fpop_a = 0x3f800000;
    cpu->last_fpop_b = 1;
    assert_true(cpu_state_changed(cpu, &before, CPU_FLOAT, text, sizeof text));
    assert_false(cpu_state_changed(cpu, &before, CPU_STATE & ~CPU_FLOAT, text, sizeof text));
    before = cpu->arch;
    cpu_sync_fsr(cpu);
    assert_false(cpu_state_changed(cpu, &before, CPU_STATE, text, sizeof text));
    guest_free(&g);
}

/* Each number that <leon3emu/device.h> names, and no other. */
static void test_numbers(void **state)
{
    static const uint32_t known[] = {L3_REG_Y,  L3_REG_PSR, L3_REG_WIM, L3_REG_TBR,
                                     L3_REG_PC, L3_REG_NPC, L3_REG_FSR};
    bool expected[200] = {false};
    struct guest g;
    (void)state;

    guest_new(&g, GUEST_BOARD);
    for (unsigned i = 0; i < 64; i++) {
        expected[i] = true;
    }
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
        expected[known[i]] = true;
    }
    for (unsigned i = 1; i < 32; i++) {
        expected[L3_REG_ASR(i)] = true;
    }
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t value;
        assert_int_equal(cpu_read_register(guest_cpu(&g), i, &value), expected[i]);
    }
    for (uint32_t i = 1; i < 64; i++) {
        uint32_t value = 0;
        assert_true(cpu_write_register(guest_cpu(&g), i, 0x1000 + i));
        assert_true(cpu_read_register(guest_cpu(&g), i, &value));
        assert_int_equal(value, 0x1000 + i);
    }
    assert_int_equal(cpu_reg(guest_cpu(&g), 9), 0x1009);
    assert_int_equal(guest_cpu(&g)->f[CPU_F(3)], 0x1000 + 35);
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_last_fpop),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
