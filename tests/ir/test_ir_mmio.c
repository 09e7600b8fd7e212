// SPDX-License-Identifier: MIT
/*
 * The MMIO inline cache, tested with a guest of its own that has nothing but such a cache and a TLB that refuses all
 * accesses.  A backend that knows the cache must call the function of the entry whose tag matches.  For any other
 * access, and in any other backend, the guest's functions are called.  The test notes which of them was called, and
 * with what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "check.h"
#include "tlb_layout.h"

#define KEY       (UINT64_C(1) << 63)
#define OTHER_KEY (UINT64_C(3) << 62)
#define ADDRESS   0x80000104u
#define COOKIE    ((void *)&cookie)

struct request {
    uint64_t value, cycles;
    uint32_t wait;
};

struct entry {
    uint64_t tag;
    int32_t (*function)(void *instance, void *request);
    void *instance;
    struct request request;
    uint64_t call;
    uint64_t unused[9];
};
_Static_assert(sizeof(struct entry) == 128, "a power of two");

struct bus {
    void *running, *last;
    uint64_t calls;
};

struct env {
    uint8_t *bank;
    int64_t budget;
    uint8_t *memory, *tlb;
    struct jit_jump *jumps;
    uint32_t target, fp, r[4];
    uint64_t x[2];
    uint64_t keys[2], site, end, now, limit;
    struct bus *bus;
    struct entry entries[IR_MMIO_ENTRIES];
};

/* The call that was made last: of which function, and with what. */
static struct {
    char kind; /* 'p' an entry's function, 'l' load(), 's' store(), 'L' loaded(), 'S' stored() */
    uint64_t value, now, cycles, site;
    uint32_t insn, size, address;
    int32_t result;
    void *cookie, *running;
} seen;

/* What the entry's function is to do in the next call. */
static struct {
    int32_t result;
    uint32_t wait;
    bool attention;
} todo;

static struct env env;
static struct bus bus;
static uint64_t cookie;

static int32_t entry_function(void *instance, void *request)
{
    struct request *r = request;
    assert_ptr_equal(instance, &todo);
    seen.kind = 'p';
    seen.value = r->value;
    seen.cycles = r->cycles;
    seen.now = env.now;
    seen.site = env.site;
    seen.running = bus.running;
    assert_int_equal(r->wait, 0);
    r->value = UINT64_C(0x1122334455667788);
    r->value |= 0x8080;
    r->wait = todo.wait;
    env.limit -= todo.attention;
    return todo.result;
}

static struct ir_loaded guest_load(void *env_, void *cookie_, uint32_t insn, uint32_t address,
                                   uint32_t size)
{
    struct ir_loaded done = {0x55, IR_STAY};
    assert_ptr_equal(env_, &env);
    seen.kind = 'l';
    seen.cookie = cookie_;
    seen.insn = insn;
    seen.address = address;
    seen.size = size;
    return done;
}

static uint32_t guest_store(void *env_, void *cookie_, uint32_t insn, uint32_t address,
                            uint32_t size, uint64_t value)
{
    guest_load(env_, cookie_, insn, address, size);
    seen.kind = 's';
    seen.value = value;
    return IR_STAY;
}

static uint32_t guest_stored(void *env_, void *cookie_, uint32_t insn, void *call, uint32_t size,
                             int32_t result)
{
    struct entry *entry = (struct entry *)((uint8_t *)call - offsetof(struct entry, call));
    guest_load(env_, cookie_, insn, 0, size);
    seen.kind = 'S';
    seen.result = result;
    seen.running = bus.running;
    entry->request.wait = 0;
    return IR_LEAVE;
}

static struct ir_loaded guest_loaded(void *env_, void *cookie_, uint32_t insn, void *call,
                                     uint32_t size, int32_t result)
{
    struct ir_loaded done = {0x66, IR_STAY};
    guest_stored(env_, cookie_, insn, call, size, result);
    seen.kind = 'L';
    return done;
}

static uint32_t guest_step(void *env_, void *cookie_, uint32_t insn)
{
    (void)env_;
    (void)cookie_;
    (void)insn;
    return IR_LEAVE;
}

#define AT(member) (uint32_t) offsetof(struct env, member)

static const struct ir_slot slots[] = {
    {.name = NULL},
    {.name = "r0", .type = IR_I32, .offset = AT(r[0])},
    {.name = "r1", .type = IR_I32, .offset = AT(r[1])},
    {.name = "x0", .type = IR_I64, .offset = AT(x[0])},
    {.name = "x1", .type = IR_I64, .offset = AT(x[1])},
};

#define TAGS(kind)                                                                                 \
    {                                                                                              \
        (kind) << 32, ((kind) + 1) << 32, ((kind) + 2) << 32, ((kind) + 3) << 32                   \
    }
static const struct ir_mmio_cache mmio = {
    .tags = {TAGS(UINT64_C(1)), TAGS(UINT64_C(5))},
    .entries = AT(entries),
    .keys = {AT(keys[0]), AT(keys[1])},
    .site = AT(site),
    .end = AT(end),
    .now = AT(now),
    .limit = AT(limit),
    .bus = AT(bus),
    .entry_size = sizeof(struct entry),
    .tag = offsetof(struct entry, tag),
    .function = offsetof(struct entry, function),
    .instance = offsetof(struct entry, instance),
    .request = offsetof(struct entry, request),
    .call = offsetof(struct entry, call),
    .value = offsetof(struct request, value),
    .wait_cycles = offsetof(struct request, wait),
    .cycles = offsetof(struct request, cycles),
    .running = offsetof(struct bus, running),
    .last = offsetof(struct bus, last),
    .calls = offsetof(struct bus, calls),
    .loaded = guest_loaded,
    .stored = guest_stored,
};

static const struct ir_guest guest = {
    .name = "mmio",
    .slots = slots,
    .slot_count = ARRAY_LEN(slots),
    .bank_offset = AT(bank),
    .budget_offset = AT(budget),
    .memory_offset = AT(memory),
    .tlb_offset = AT(tlb),
    .jumps_offset = AT(jumps),
    .target_offset = AT(target),
    .fp_offset = AT(fp),
    .step = guest_step,
    .load = guest_load,
    .store = guest_store,
    .mmio = &mmio,
};

/* ---- running ---- */

static const struct jit_backend *backend;
static bool knows_mmio;

static void run(const char *text)
{
    static struct ir_block block;
    struct jit_config config = {.guest = &guest, .cache_size = 1 << 16};
    const char *reason = NULL;
    struct jit_code code;
    char message[200];
    void *self = backend->create(&config, &reason);

    assert_non_null(self);
    if (!ir_parse(&block, &guest, text, message, sizeof message) ||
        !ir_verify(&block, message, sizeof message)) {
        fail_msg("%s in:\n%s", message, text);
    }
    memset(&seen, 0, sizeof seen);
    env.budget = 1000;
    env.end = env.limit = 5000;
    env.now = 0;
    assert_true(backend->compile(self, &block, COOKIE, &code));
    backend->run(self, &env, code.entry);
    backend->destroy(self);
    assert_null(bus.running);
}

/* Fills one entry for accesses of this direction and size; `other`: by ALOAD and ASTORE, not by LOAD and STORE. */
static struct entry *fill_entry(unsigned write, unsigned log, bool other)
{
    struct entry *entry = &env.entries[ir_mmio_index(ADDRESS) + write];
    memset(env.entries, 0, sizeof env.entries);
    memset(&todo, 0, sizeof todo);
    env.r[0] = ADDRESS;
    env.x[0] = UINT64_C(0xffeeddccbbaa9988);
    *entry = (struct entry){env.keys[other] | mmio.tags[write][log] | ADDRESS,
                            entry_function,
                            &todo,
                            {0, 0, 0},
                            0,
                            {0}};
    return entry;
}

static void check_call(const struct entry *entry)
{
    assert_int_equal(seen.kind, 'p');
    assert_int_equal(seen.now, 5000 - (1000 - 9 + 6));
    assert_int_equal(seen.cycles, seen.now);
    assert_ptr_equal(ir_site_cookie(seen.site), COOKIE);
    assert_int_equal(ir_site_insn(seen.site), 1);
    assert_ptr_equal(seen.running, &entry->call);
    assert_ptr_equal(bus.last, &entry->call);
    assert_int_equal(env.budget, 1000 - 9);
}

#define HEAD                                                                                       \
    "block 0x100, charge 9, linear\ninsn 0: pc 0x100, npc 0x104, refund 8\n"                       \
    "insn 1: pc 0x104, npc 0x108, refund 6"

static void check_loads(void)
{
    static const struct {
        const char *size;
        unsigned code;
        uint64_t value;
    } loads[] = {
        {"8", IR_8, 0x88},           {"s8", IR_S8, 0xffffff88}, {"16", IR_16, 0xf788},
        {"s16", IR_S16, 0xfffff788}, {"32", IR_32, 0x5566f788}, {"64", IR_64, 0},
    };
    char text[300];
    for (unsigned i = 0; i < 2 * ARRAY_LEN(loads); i++) {
        bool other = i >= ARRAY_LEN(loads);
        unsigned k = i % ARRAY_LEN(loads);
        bool twin = loads[k].code == IR_64;
        struct entry *entry = fill_entry(0, loads[k].code & 3, other);
        uint64_t calls = bus.calls;
        snprintf(text, sizeof text,
                 HEAD "\n%%1 = get.i32 r0\n%%2 = %s.%s %%1, @1\nset %s, %%2\nquit\n",
                 other ? "aload" : "load", loads[k].size, twin ? "x1" : "r1");
        run(text);
        if (!knows_mmio) {
            assert_int_equal(seen.kind, 'l');
            continue;
        }
        check_call(entry);
        assert_int_equal(bus.calls, calls + 1);
        assert_int_equal(seen.value, 0);
        assert_int_equal(twin ? env.x[1] : env.r[1],
                         twin ? UINT64_C(0x112233445566f788) : loads[k].value);
    }
}

static void check_stores(void)
{
    static const struct {
        const char *size;
        uint64_t value;
    } stores[] = {
        {"8", 0x88}, {"16", 0x9988}, {"32", 0xbbaa9988}, {"64", UINT64_C(0xffeeddccbbaa9988)}};
    char text[300];
    for (unsigned i = 0; i < 2 * ARRAY_LEN(stores); i++) {
        bool other = i >= ARRAY_LEN(stores);
        unsigned k = i % ARRAY_LEN(stores);
        struct entry *entry = fill_entry(1, k, other);
        snprintf(text, sizeof text,
                 HEAD
                 "\n%%1 = get.i32 r0\n%%2 = get.i64 x0\n%%3 = low %%2\n%s.%s %%1, %s, @1\nquit\n",
                 other ? "astore" : "store", stores[k].size, k == IR_64 ? "%2" : "%3");
        run(text);
        if (!knows_mmio) {
            assert_int_equal(seen.kind, 's');
            continue;
        }
        check_call(entry);
        assert_int_equal(seen.value, stores[k].value);
    }
}

static const char load_word[] = HEAD "\n%1 = get.i32 r0\n%2 = load.32 %1, @1\nset r1, %2\nquit\n";
static const char other_load_word[] =
    HEAD "\n%1 = get.i32 r0\n%2 = aload.32 %1, @1\nset r1, %2\nquit\n";
static const char load_no_mmio_cache[] =
    HEAD ", no_mmio_cache\n%1 = get.i32 r0\n%2 = load.32 %1, @1\nset r1, %2\nquit\n";
static const char store_word[] =
    HEAD "\n%1 = get.i32 r0\n%2 = const.i32 7\nstore.32 %1, %2, @1\nset r1, %2\nquit\n";

static void check_refused(const char *text, char kind)
{
    run(text);
    assert_int_equal(seen.kind, kind);
    assert_ptr_equal(seen.cookie, COOKIE);
    assert_int_equal(seen.insn, 1);
    assert_int_equal(seen.address, env.r[0]);
    assert_int_equal(seen.size, IR_32);
}

/* Another address that has the same entry. */
static uint32_t neighbour(void)
{
    uint32_t address = ADDRESS + 4;
    while (ir_mmio_index(address) != ir_mmio_index(ADDRESS)) {
        address += 4;
    }
    return address;
}

/* The entry must not be used for another size, direction, key, address space or address, nor for an instruction that is
 * no_mmio_cache. */
static void check_misses(void)
{
    fill_entry(0, IR_16, false);
    check_refused(load_word, 'l');
    assert_int_equal(env.r[1], 0x55);
    fill_entry(0, IR_32, false);
    check_refused(store_word, 's');
    assert_int_equal(seen.value, 7);
    check_refused(load_no_mmio_cache, 'l');
    check_refused(other_load_word, 'l');
    env.keys[0] ^= 1ull << 60;
    check_refused(load_word, 'l');
    env.keys[0] ^= 1ull << 60;
    env.r[0] = neighbour();
    check_refused(load_word, 'l');
}

static void check_more(const char *text, char kind, int32_t result)
{
    run(text);
    assert_int_equal(seen.kind, knows_mmio ? kind : kind == 'L' ? 'l' : 's');
    if (knows_mmio) {
        assert_ptr_equal(seen.cookie, COOKIE);
        assert_int_equal(seen.insn, 1);
        assert_int_equal(seen.size, IR_32);
        assert_int_equal(seen.result, result);
        assert_null(seen.running);
    }
}

/* A callback that did more than give a value (an error, wait cycles, a changed limit) must be followed by loaded() or
 * stored(), whose verdict is obeyed. */
static void check_outcomes(void)
{
    fill_entry(0, IR_32, false);
    todo.result = 2;
    check_more(load_word, 'L', 2);
    assert_int_equal(env.r[1], knows_mmio ? 0x66 : 0x55);
    todo.result = 0;
    todo.wait = 3;
    check_more(load_word, 'L', 0);
    todo.wait = 0;
    todo.attention = true;
    check_more(load_word, 'L', 0);
    fill_entry(1, IR_32, false);
    todo.result = 1;
    env.r[1] = 1;
    check_more(store_word, 'S', 1);
    assert_int_equal(env.r[1], knows_mmio ? 1 : 7);
}

static void test_mmio(void **state)
{
    (void)state;
    static const struct jit_backend *const backends[] = {
        &jit_ir_backend,
#if defined(__x86_64__)
        &jit_x64_backend,
#endif
    };
    env.tlb = calloc(1, TLB_FLAGS_SPAN);
    assert_non_null(env.tlb);
    env.bank = env.memory = env.tlb;
    env.bus = &bus;
    env.keys[0] = KEY;
    env.keys[1] = OTHER_KEY;
    for (unsigned i = 0; i < ARRAY_LEN(backends); i++) {
        backend = backends[i];
        knows_mmio = i != 0;
        check_loads();
        check_stores();
        check_misses();
        check_outcomes();
    }
    free(env.tlb);
}

/* How many entries `rows` addresses a distance apart have, each with `words` words behind it. */
static unsigned entries_taken(uint32_t base, uint32_t distance, unsigned rows, unsigned words)
{
    bool taken[IR_MMIO_ENTRIES] = {false};
    unsigned count = 0;

    for (unsigned i = 0; i < rows * words; i++) {
        unsigned index = ir_mmio_index(base + i / words * distance + i % words * 4);
        assert_true(index % 2 == 0 && index < IR_MMIO_ENTRIES);
        count += !taken[index];
        taken[index] = true;
    }
    return count;
}

/* Registers that a driver accesses in turn must have different entries, or each access would throw the other's entry
 * out: the same register of cores 256 bytes, a page or a bridge apart, all registers of one core, and the first ones of
 * many cores. */
static void test_entries_are_spread(void **state)
{
    static const uint32_t bases[] = {0x80000000, 0x80100000, 0xfff00000, 0xa0000000};
    (void)state;

    for (unsigned i = 0; i < ARRAY_LEN(bases); i++) {
        for (uint32_t offset = 0; offset < 0x100; offset += 4) {
            uint32_t base = bases[i] + offset;
            assert_int_equal(entries_taken(base, 0x100, 32, 1), 32);
            assert_int_equal(entries_taken(base, 0x100000, 32, 1), 32);
            assert_true(entries_taken(base, 0x1000, 16, 1) >= 14);
            assert_int_equal(entries_taken(base, 0x100, 1000, 1), 1000);
            assert_int_equal(entries_taken(base, 0x1000, 1000, 1), 1000);
        }
        assert_int_equal(entries_taken(bases[i], 0x100, 1, 64), 64);
        assert_true(entries_taken(bases[i], 0x100, 16, 8) >= 100);
        assert_true(entries_taken(bases[i], 0x100, 250, 4) >= 900);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mmio),
                                       cmocka_unit_test(test_entries_are_spread)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
