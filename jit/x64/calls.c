// SPDX-License-Identifier: MIT
/*
 * Thunks: the code by which stubs call the guest's functions step(), load() and store(), and by which they
 * access device registers through the MMIO inline cache (docs/ir.md, "MMIO inline cache").
 *
 * A stub puts cookie, instruction, address and value into the registers where the guest's functions expect
 * them; for an MMIO thunk, cookie and instruction come in one word, ir_site().  Around a guest's function the
 * thunk writes the budget to env and reads it back, and it leaves in the host's flags whether generated code
 * is to be left.
 *
 * An MMIO thunk calls the device's callback itself.  The bank's base and the budget stay in their registers,
 * which C functions preserve.  The thunk finds the cache's entry, completes the entry's request and calls.  If
 * the callback did no more than answer, the access is done; else the guest's loaded() or stored() finishes it.
 */
#include <stddef.h>

#include "check.h"
#include "x64.h"

static uint8_t *emit_pointer(struct cg *c, uintptr_t pointer)
{
    uint8_t *at = x64_align(c);

    memcpy(at, &pointer, sizeof pointer);
    c->as.p += sizeof pointer;
    return at;
}

/* The register in which a function of the guest returns its verdict. */
struct verdict {
    unsigned reg;
    bool wide;
};
static const struct verdict of_load = {RDX, true}, of_other = {RAX, false};

/* Calls the guest's function and returns to the stub, with the host's flags "not zero" if generated code is to be
 * left: the stub tests that.  (If the thunk left by itself, the stub's call would have no matching return, and the
 * host would mispredict all returns up to the dispatcher.) */
static void emit_guest(struct cg *c, const uint8_t *pointer, const struct verdict *verdict)
{
    x64_write_env(c, c->guest->budget_offset, BUDGET);
    x64_mov(&c->as, true, RDI, ENV);
    x64_rip(&c->as, OP_CALL_MEM, 2, pointer, 0);
    x64_read_env(c, BANK, c->guest->bank_offset);
    x64_read_env(c, BUDGET, c->guest->budget_offset);
    x64_rr(&c->as, OP_TEST | x64_w(verdict->wide), verdict->reg, verdict->reg);
    x64_byte(&c->as, 0xc3); /* ret */
}

/* Stubs jump here if generated code is to be left.  IR_GO_TO goes to env's target, the other verdict is IR_LEAVE. */
static void emit_verdict(struct cg *c)
{
    x64_of(c)->thunks.load_verdict = x64_align(c);
    x64_mov(&c->as, false, RAX, RDX);
    x64_of(c)->thunks.verdict = c->as.p;
    x64_alu_ri(&c->as, ALU_CMP, false, RAX, IR_GO_TO);
    x64_jcc(&c->as, CC_NE, x64_of(c)->thunks.quit);
    x64_jmp(&c->as, x64_of(c)->thunks.go_to);
}

static uint8_t *emit_access(struct cg *c, const uint8_t *pointer, unsigned size,
                            const struct verdict *verdict)
{
    uint8_t *thunk = x64_align(c);

    x64_write_env(c, c->guest->bank_offset, BANK);
    x64_mov_imm(&c->as, false, R8, (int32_t)size);
    emit_guest(c, pointer, verdict);
    return thunk;
}

/* ---- the MMIO inline cache ---- */

/* The kind of access that a thunk is for, and what the thunk needs to know of the guest. */
struct mmio_thunk {
    const struct ir_mmio_cache *cache;
    unsigned size; /* enum ir_size */
    bool write;
    bool other;              /* ALOAD or ASTORE: of another address space */
    const uint8_t *miss;     /* the thunk that calls load() or store() */
    const uint8_t *finish;   /* where loaded()'s or stored()'s address is, as for the next two */
    const uint8_t *dispatch; /* NULL: there is none */
    const uint8_t *fp_aside; /* NULL: floating point is never in use */
};

/* A field of the entry whose offset in the array is in rax. */
static struct x64_mem entry_field(const struct mmio_thunk *mmio, uint32_t field)
{
    uint32_t first = mmio->cache->entries + (mmio->write ? mmio->cache->entry_size : 0);

    return x64_at_index(ENV, RAX, 0, (int32_t)(first + field));
}

static void store_zero(struct cg *c, bool wide, struct x64_mem to)
{
    x64_rm(&c->as, OP_MOV_MEM_IMM | x64_w(wide), 0, to);
    x64_imm32(&c->as, 0);
}

/* rax = the offset in the array of the entry of address ecx.  The host's flags say "equal" if the entry answers this
 * access. */
static void emit_mmio_lookup(struct cg *c, const struct mmio_thunk *mmio)
{
    const struct ir_mmio_cache *cache = mmio->cache;
    unsigned log = (unsigned)__builtin_ctz(cache->entry_size) + 1; /* of a load's and a store's */

    x64_rr(&c->as, OP_IMUL_IMM32, RAX, RCX); /* ir_mmio_index() */
    x64_imm32(&c->as, IR_MMIO_FACTOR);
    x64_shift_imm(&c->as, SHIFT_SHR, false, RAX, 32 - IR_MMIO_BITS - log);
    x64_alu_ri(&c->as, ALU_AND, false, RAX, (int32_t)(IR_MMIO_ENTRIES / 2 - 1) << log);
    x64_mov_imm64(&c->as, R10, cache->tags[mmio->write][mmio->size & 3]);
    x64_alu_rr(&c->as, ALU_OR, true, R10, RCX);
    x64_alu_rm(&c->as, ALU_OR, true, R10, x64_env(cache->keys[mmio->other]));
    x64_alu_rm(&c->as, ALU_CMP, true, R10, entry_field(mmio, cache->tag));
}

/* Takes ir_site() in rsi apart: rsi = cookie, edx = instruction. */
static void emit_split_site(struct cg *c)
{
    x64_mov(&c->as, true, RDX, RSI);
    x64_shift_imm(&c->as, SHIFT_SHR, true, RDX, 48);
    x64_shift_imm(&c->as, SHIFT_SHL, true, RSI, 16);
    x64_shift_imm(&c->as, SHIFT_SHR, true, RSI, 16);
}

/* Writes to env what a device or debugger that asks for the CPU's state during the call needs to find there.
 * r10 = now */
static void emit_mmio_site(struct cg *c, const struct ir_mmio_cache *cache)
{
    x64_write_env(c, c->guest->bank_offset, BANK);
    x64_write_env(c, cache->site, RSI);
    x64_read_env(c, R10, cache->end);
    x64_alu_rr(&c->as, ALU_SUB, true, R10, BUDGET);
    x64_write_env(c, cache->now, R10);
}

/* Writes the request's value: 0 for a load; for a store r9, with zeros above the access's size.  (r9 has zeros above
 * bit 31 already if the value has 32 bits.) */
static void emit_mmio_value(struct cg *c, const struct mmio_thunk *mmio)
{
    struct x64_mem to = x64_at(RSI, (int32_t)mmio->cache->value);

    if (!mmio->write) {
        store_zero(c, true, to);
        return;
    }
    if ((mmio->size & 3) < IR_32) {
        x64_rr(&c->as, (mmio->size & 3) == IR_8 ? OP_MOVZX8 | X_BYTE_RM : OP_MOVZX16, R9, R9);
    }
    x64_rm(&c->as, OP_MOV_STORE | X_W, R9, to);
}

/* r10 = the request's time, which is never earlier than one that was told. */
static void emit_mmio_time(struct cg *c)
{
    if (c->guest->told_offset != 0) {
        x64_read_env(c, R11, c->guest->told_offset);
        x64_alu_rm(&c->as, ALU_CMP, true, R10, x64_at(R11, 0));
        x64_rm(&c->as, OP_CMOV | (uint32_t)CC_B | X_W, R10, x64_at(R11, 0));
        x64_rm(&c->as, OP_MOV_STORE | X_W, R10, x64_at(R11, 0));
    }
}

static void emit_mmio_call(struct cg *c, const struct mmio_thunk *mmio)
{
    const struct ir_mmio_cache *cache = mmio->cache;

    x64_rm(&c->as, OP_MOV_STORE | X_W, R10, entry_field(mmio, cache->request + cache->cycles));
    x64_rm(&c->as, OP_LEA | X_W, RSI, entry_field(mmio, cache->request));
    x64_rm(&c->as, OP_MOV_LOAD | X_W, RDI, entry_field(mmio, cache->instance));
    x64_read_env(c, R10, cache->bus);
    x64_rm(&c->as, OP_LEA | X_W, R11, entry_field(mmio, cache->call));
    emit_mmio_value(c, mmio);
    x64_rm(&c->as, OP_MOV_STORE | X_W, R11, x64_at(R10, (int32_t)cache->running));
    x64_rm(&c->as, OP_MOV_STORE | X_W, R11, x64_at(R10, (int32_t)cache->last));
    x64_alu_mi(&c->as, ALU_ADD, true, x64_at(R10, (int32_t)cache->calls), 1);
    if (mmio->dispatch == NULL) {
        x64_rm(&c->as, OP_CALL_MEM, 2, entry_field(mmio, cache->function));
    } else {
        x64_rm(&c->as, OP_MOV_LOAD | X_W, RDX, entry_field(mmio, cache->function));
        x64_rip(&c->as, OP_CALL_MEM, 2, mmio->dispatch, 0);
    }
    x64_read_env(c, R10, cache->bus);
    x64_rm(&c->as, OP_MOV_LOAD | X_W, R11, x64_at(R10, (int32_t)cache->running));
    store_zero(c, true, x64_at(R10, (int32_t)cache->running));
}

/* A field of the request that belongs to the call that r11 points to. */
static struct x64_mem request_field(const struct mmio_thunk *mmio, uint32_t field)
{
    return x64_at(R11, (int32_t)(mmio->cache->request + field - mmio->cache->call));
}

/* The access is done: returns to the stub, with the host's flags "equal" from the comparison before this, so that the
 * stub goes on in generated code. */
static void emit_mmio_result(struct cg *c, const struct mmio_thunk *mmio)
{
    static const uint32_t loads[] = {
        [IR_8] = OP_MOVZX8,          [IR_16] = OP_MOVZX16, [IR_32] = OP_MOV_LOAD,
        [IR_64] = OP_MOV_LOAD | X_W, [IR_S8] = OP_MOVSX8,  [IR_S16] = OP_MOVSX16,
    };

    if (!mmio->write) {
        x64_rm(&c->as, loads[mmio->size], RAX, request_field(mmio, mmio->cache->value));
    }
    x64_byte(&c->as, 0xc3); /* ret */
}

/* Emits a jump that is taken if the guest's floating-point state is in the host; NULL: that is never so. */
static uint8_t *emit_fp_question(struct cg *c, const struct mmio_thunk *mmio)
{
    if (mmio->fp_aside == NULL) {
        return NULL;
    }
    x64_alu_mi(&c->as, ALU_CMP, false, x64_env(c->guest->fp_offset), 0);
    return x64_jcc_later(&c->as, CC_NE);
}

/* Emits, out of line, the call of fp_aside(): the guest's floating-point state is in the host, but a callback needs that
 * of C. */
static void emit_fp_aside(struct cg *c, const struct mmio_thunk *mmio, uint8_t *from,
                          const uint8_t *back)
{
    static const uint8_t kept[] = {RAX, RCX, RSI, R9};

    if (from == NULL) {
        return;
    }
    x64_bind(from, c->as.p);
    for (unsigned i = 0; i < sizeof kept; i++) {
        x64_push(&c->as, kept[i]);
    }
    x64_mov(&c->as, true, RDI, ENV);
    x64_rip(&c->as, OP_CALL_MEM, 2, mmio->fp_aside, 0);
    for (unsigned i = sizeof kept; i-- > 0;) {
        x64_pop(&c->as, kept[i]);
    }
    x64_jmp(&c->as, back);
}

static uint8_t *emit_mmio_thunk(struct cg *c, const struct mmio_thunk *mmio)
{
    const struct ir_mmio_cache *cache = mmio->cache;
    uint8_t *thunk = x64_align(c);

    emit_mmio_lookup(c, mmio);
    uint8_t *miss = x64_jcc_later(&c->as, CC_NE);
    uint8_t *fp_used = emit_fp_question(c, mmio);
    const uint8_t *ready = c->as.p;
    emit_mmio_site(c, cache);
    emit_mmio_time(c);
    emit_mmio_call(c, mmio);
    x64_rm(&c->as, OP_MOV_LOAD, R8, request_field(mmio, cache->wait_cycles));
    x64_alu_rr(&c->as, ALU_OR, false, R8, RAX);
    uint8_t *more = x64_jcc_short(&c->as, CC_NE);
    x64_read_env(c, R10, cache->limit);
    x64_alu_rm(&c->as, ALU_CMP, true, R10, x64_env(cache->end));
    uint8_t *changed = x64_jcc_short(&c->as, CC_NE);
    emit_mmio_result(c, mmio);
    x64_bind_short(more, c->as.p);
    x64_bind_short(changed, c->as.p);
    x64_read_env(c, RSI, cache->site);
    emit_split_site(c);
    x64_mov(&c->as, true, RCX, R11);
    x64_mov_imm(&c->as, false, R8, (int32_t)mmio->size);
    x64_mov(&c->as, false, R9, RAX);
    emit_guest(c, mmio->finish, mmio->write ? &of_other : &of_load);
    emit_fp_aside(c, mmio, fp_used, ready);
    x64_bind(miss, c->as.p);
    emit_split_site(c);
    x64_jmp(&c->as, mmio->miss);
    return thunk;
}

static void emit_mmio_loads(struct cg *c, struct mmio_thunk mmio, const uint8_t *loaded)
{
    mmio.finish = loaded;
    for (mmio.size = 0; mmio.size <= IR_S16; mmio.size++) {
        mmio.miss = x64_of(c)->thunks.load[mmio.size];
        x64_of(c)->thunks.mmio_load[mmio.other][mmio.size] = emit_mmio_thunk(c, &mmio);
    }
}

static void emit_mmio_stores(struct cg *c, struct mmio_thunk mmio, const uint8_t *stored)
{
    mmio.finish = stored;
    mmio.write = true;
    for (mmio.size = 0; mmio.size <= IR_64; mmio.size++) {
        mmio.miss = x64_of(c)->thunks.store[mmio.size];
        x64_of(c)->thunks.mmio_store[mmio.other][mmio.size] = emit_mmio_thunk(c, &mmio);
    }
}

static void emit_mmio_thunks(struct cg *c)
{
    const struct ir_mmio_cache *cache = c->guest->mmio;
    const uint8_t *loaded = emit_pointer(c, (uintptr_t)cache->loaded);
    const uint8_t *stored = emit_pointer(c, (uintptr_t)cache->stored);
    struct mmio_thunk mmio = {.cache = cache};

    ASSERT((cache->entry_size & (cache->entry_size - 1)) == 0);
    if (cache->dispatch != NULL) {
        mmio.dispatch = emit_pointer(c, (uintptr_t)cache->dispatch);
    }
    if (cache->fp_aside != NULL) {
        mmio.fp_aside = emit_pointer(c, (uintptr_t)cache->fp_aside);
    }
    for (unsigned other = 0; other < 2; other++) {
        mmio.other = other;
        emit_mmio_loads(c, mmio, loaded);
        emit_mmio_stores(c, mmio, stored);
    }
}

void x64_emit_calls(struct cg *c)
{
    const struct ir_guest *guest = c->guest;
    const uint8_t *step = emit_pointer(c, (uintptr_t)guest->step);
    const uint8_t *load = emit_pointer(c, (uintptr_t)guest->load);
    const uint8_t *store = emit_pointer(c, (uintptr_t)guest->store);

    emit_verdict(c);
    x64_of(c)->thunks.step = x64_align(c);
    x64_write_env(c, c->guest->bank_offset, BANK);
    emit_guest(c, step, &of_other);
    for (unsigned size = 0; size < ARRAY_LEN(x64_of(c)->thunks.load); size++) {
        x64_of(c)->thunks.load[size] = emit_access(c, load, size, &of_load);
    }
    for (unsigned size = 0; size < ARRAY_LEN(x64_of(c)->thunks.store); size++) {
        x64_of(c)->thunks.store[size] = emit_access(c, store, size, &of_other);
    }
    if (guest->mmio != NULL) {
        emit_mmio_thunks(c);
    }
}
