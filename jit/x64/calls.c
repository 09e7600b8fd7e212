// SPDX-License-Identifier: MIT
/*
 * Thunks that call the guest: step, load and store, and accesses by a port (docs/ir.md, Ports).
 *
 * They are called by stubs, with cookie, instruction, address and value where the guest's functions expect
 * them (a port's with cookie and instruction in one word).  To such a function goes the budget through env,
 * and comes back; whether the guest wants to leave is in the host's flags.
 *
 * A port's thunk is the shortest way: bank base and budget stay in their registers, which C functions keep.
 * It looks at a port, makes its request complete and calls.  If the function has done nothing but its work,
 * that was all; else loaded() or stored() of the guest says what is next.
 */
#include <stddef.h>

#include "check.h"
#include "x64.h"

static uint8_t *emit_pointer(struct x64 *c, uintptr_t pointer)
{
    uint8_t *at = x64_align(c);

    memcpy(at, &pointer, sizeof pointer);
    c->as.p += sizeof pointer;
    return at;
}

/* Where a function's verdict is. */
struct verdict {
    unsigned reg;
    bool wide;
};
static const struct verdict of_load = {RDX, true}, of_other = {RAX, false};

/* Calls the guest's function.  The host's flags say afterwards: not zero, if generated code is to be left;
 * the stub looks.  (If the thunk left by itself, its call would have no return, and the host mispredict all
 * returns up to the dispatcher.) */
static void emit_guest(struct x64 *c, const uint8_t *pointer, const struct verdict *verdict)
{
    x64_write_env(c, c->guest->budget_offset, BUDGET);
    x64_mov(&c->as, true, RDI, ENV);
    x64_rip(&c->as, OP_CALL_MEM, 2, pointer, 0);
    x64_read_env(c, BANK, c->guest->bank_offset);
    x64_read_env(c, BUDGET, c->guest->budget_offset);
    x64_rr(&c->as, OP_TEST | x64_w(verdict->wide), verdict->reg, verdict->reg);
    x64_byte(&c->as, 0xc3); /* ret */
}

/* Where stubs go then. */
static void emit_verdict(struct x64 *c)
{
    c->thunks.load_verdict = x64_align(c);
    x64_mov(&c->as, false, RAX, RDX);
    c->thunks.verdict = c->as.p;
    x64_alu_ri(&c->as, ALU_CMP, false, RAX, IR_GO_TO);
    x64_jcc(&c->as, CC_NE, c->thunks.quit);
    x64_jmp(&c->as, c->thunks.go_to);
}

static uint8_t *emit_access(struct x64 *c, const uint8_t *pointer, unsigned size,
                            const struct verdict *verdict)
{
    uint8_t *thunk = x64_align(c);

    x64_write_env(c, c->guest->bank_offset, BANK);
    x64_mov_imm(&c->as, false, R8, (int32_t)size);
    emit_guest(c, pointer, verdict);
    return thunk;
}

/* ---- ports ---- */

/* An access by a port: what its thunk is made from. */
struct port {
    const struct ir_ports *at;
    unsigned size; /* enum ir_size */
    bool write;
    bool other;              /* of another address space */
    const uint8_t *miss;     /* the thunk for when there is no port */
    const uint8_t *finish;   /* pointers to the guest's functions */
    const uint8_t *dispatch; /* NULL: there is none */
    const uint8_t *fp_aside; /* NULL: no floating point is ever in use */
};

/* A field of the port whose offset in the array is in rax. */
static struct x64_mem port_field(const struct port *port, uint32_t field)
{
    uint32_t first = port->at->array + (port->write ? port->at->port_size : 0);

    return x64_at_index(ENV, RAX, 0, (int32_t)(first + field));
}

static void store_zero(struct x64 *c, bool wide, struct x64_mem to)
{
    x64_rm(&c->as, OP_MOV_MEM_IMM | x64_w(wide), 0, to);
    x64_imm32(&c->as, 0);
}

/* rax = of the port of address ecx; flags: is it for this access? */
static void emit_port_search(struct x64 *c, const struct port *port)
{
    const struct ir_ports *at = port->at;
    unsigned log = (unsigned)__builtin_ctz(at->port_size) + 1; /* of a load's and a store's */

    x64_rr(&c->as, OP_IMUL_IMM32, RAX, RCX); /* ir_port_index() */
    x64_imm32(&c->as, IR_PORT_FACTOR);
    x64_shift_imm(&c->as, SHIFT_SHR, false, RAX, 32 - IR_PORT_BITS - log);
    x64_alu_ri(&c->as, ALU_AND, false, RAX, (int32_t)(IR_PORTS / 2 - 1) << log);
    x64_mov_imm64(&c->as, R10, at->tags[port->write][port->size & 3]);
    x64_alu_rr(&c->as, ALU_OR, true, R10, RCX);
    x64_alu_rm(&c->as, ALU_OR, true, R10, x64_env(at->keys[port->other]));
    x64_alu_rm(&c->as, ALU_CMP, true, R10, port_field(port, at->tag));
}

/* From the place in rsi: rsi = cookie, edx = instruction. */
static void emit_split_place(struct x64 *c)
{
    x64_mov(&c->as, true, RDX, RSI);
    x64_shift_imm(&c->as, SHIFT_SHR, true, RDX, 48);
    x64_shift_imm(&c->as, SHIFT_SHL, true, RSI, 16);
    x64_shift_imm(&c->as, SHIFT_SHR, true, RSI, 16);
}

/* What who asks in the middle of the call finds in env.  r10 = now */
static void emit_port_place(struct x64 *c, const struct ir_ports *at)
{
    x64_write_env(c, c->guest->bank_offset, BANK);
    x64_write_env(c, at->place, RSI);
    x64_read_env(c, R10, at->end);
    x64_alu_rr(&c->as, ALU_SUB, true, R10, BUDGET);
    x64_write_env(c, at->now, R10);
}

/* The value to be stored, r9, without what is above it.  (A 32-bit value has zeros there.) */
static void emit_port_value(struct x64 *c, const struct port *port)
{
    struct x64_mem to = x64_at(RSI, (int32_t)port->at->value);

    if (!port->write) {
        store_zero(c, true, to);
        return;
    }
    if ((port->size & 3) < IR_32) {
        x64_rr(&c->as, (port->size & 3) == IR_8 ? OP_MOVZX8 | X_BYTE_RM : OP_MOVZX16, R9, R9);
    }
    x64_rm(&c->as, OP_MOV_STORE | X_W, R9, to);
}

static void emit_port_call(struct x64 *c, const struct port *port)
{
    const struct ir_ports *at = port->at;

    x64_rm(&c->as, OP_MOV_STORE | X_W, R10, port_field(port, at->request + at->cycles));
    x64_rm(&c->as, OP_LEA | X_W, RSI, port_field(port, at->request));
    x64_rm(&c->as, OP_MOV_LOAD | X_W, RDI, port_field(port, at->instance));
    x64_read_env(c, R10, at->bus);
    x64_rm(&c->as, OP_LEA | X_W, R11, port_field(port, at->frame));
    emit_port_value(c, port);
    x64_rm(&c->as, OP_MOV_STORE | X_W, R11, x64_at(R10, (int32_t)at->running));
    x64_rm(&c->as, OP_MOV_STORE | X_W, R11, x64_at(R10, (int32_t)at->last));
    x64_alu_mi(&c->as, ALU_ADD, true, x64_at(R10, (int32_t)at->calls), 1);
    if (port->dispatch == NULL) {
        x64_rm(&c->as, OP_CALL_MEM, 2, port_field(port, at->function));
    } else {
        x64_rm(&c->as, OP_MOV_LOAD | X_W, RDX, port_field(port, at->function));
        x64_rip(&c->as, OP_CALL_MEM, 2, port->dispatch, 0);
    }
    x64_read_env(c, R10, at->bus);
    x64_rm(&c->as, OP_MOV_LOAD | X_W, R11, x64_at(R10, (int32_t)at->running));
    store_zero(c, true, x64_at(R10, (int32_t)at->running));
}

/* A field of the request of the port whose frame r11 points to. */
static struct x64_mem request_field(const struct port *port, uint32_t field)
{
    return x64_at(R11, (int32_t)(port->at->request + field - port->at->frame));
}

/* The flags are zero here. */
static void emit_port_result(struct x64 *c, const struct port *port)
{
    static const uint32_t loads[] = {
        [IR_8] = OP_MOVZX8,          [IR_16] = OP_MOVZX16, [IR_32] = OP_MOV_LOAD,
        [IR_64] = OP_MOV_LOAD | X_W, [IR_S8] = OP_MOVSX8,  [IR_S16] = OP_MOVSX16,
    };

    if (!port->write) {
        x64_rm(&c->as, loads[port->size], RAX, request_field(port, port->at->value));
    }
    x64_byte(&c->as, 0xc3); /* ret */
}

/* Is floating point in use?  NULL: it is not, ever. */
static uint8_t *emit_fp_question(struct x64 *c, const struct port *port)
{
    if (port->fp_aside == NULL) {
        return NULL;
    }
    x64_alu_mi(&c->as, ALU_CMP, false, x64_env(c->guest->fp_offset), 0);
    return x64_jcc_later(&c->as, CC_NE);
}

/* Out of line: it is, and must not be while the function runs. */
static void emit_fp_aside(struct x64 *c, const struct port *port, uint8_t *from,
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
    x64_rip(&c->as, OP_CALL_MEM, 2, port->fp_aside, 0);
    for (unsigned i = sizeof kept; i-- > 0;) {
        x64_pop(&c->as, kept[i]);
    }
    x64_jmp(&c->as, back);
}

static uint8_t *emit_port(struct x64 *c, const struct port *port)
{
    const struct ir_ports *at = port->at;
    uint8_t *thunk = x64_align(c);

    emit_port_search(c, port);
    uint8_t *miss = x64_jcc_later(&c->as, CC_NE);
    uint8_t *fp_used = emit_fp_question(c, port);
    const uint8_t *ready = c->as.p;
    emit_port_place(c, at);
    emit_port_call(c, port);
    x64_rm(&c->as, OP_MOV_LOAD, R8, request_field(port, at->wait));
    x64_alu_rr(&c->as, ALU_OR, false, R8, RAX);
    uint8_t *more = x64_jcc_short(&c->as, CC_NE);
    x64_read_env(c, R10, at->limit);
    x64_alu_rm(&c->as, ALU_CMP, true, R10, x64_env(at->end));
    uint8_t *changed = x64_jcc_short(&c->as, CC_NE);
    emit_port_result(c, port);
    x64_bind_short(more, c->as.p);
    x64_bind_short(changed, c->as.p);
    x64_read_env(c, RSI, at->place);
    emit_split_place(c);
    x64_mov(&c->as, true, RCX, R11);
    x64_mov_imm(&c->as, false, R8, (int32_t)port->size);
    x64_mov(&c->as, false, R9, RAX);
    emit_guest(c, port->finish, port->write ? &of_other : &of_load);
    emit_fp_aside(c, port, fp_used, ready);
    x64_bind(miss, c->as.p);
    emit_split_place(c);
    x64_jmp(&c->as, port->miss);
    return thunk;
}

static void emit_load_ports(struct x64 *c, struct port port, const uint8_t *loaded)
{
    port.finish = loaded;
    for (port.size = 0; port.size <= IR_S16; port.size++) {
        port.miss = c->thunks.load[port.size];
        c->thunks.port_load[port.other][port.size] = emit_port(c, &port);
    }
}

static void emit_store_ports(struct x64 *c, struct port port, const uint8_t *stored)
{
    port.finish = stored;
    port.write = true;
    for (port.size = 0; port.size <= IR_64; port.size++) {
        port.miss = c->thunks.store[port.size];
        c->thunks.port_store[port.other][port.size] = emit_port(c, &port);
    }
}

static void emit_ports(struct x64 *c)
{
    const struct ir_ports *at = c->guest->ports;
    const uint8_t *loaded = emit_pointer(c, (uintptr_t)at->loaded);
    const uint8_t *stored = emit_pointer(c, (uintptr_t)at->stored);
    struct port port = {.at = at};

    ASSERT((at->port_size & (at->port_size - 1)) == 0);
    if (at->dispatch != NULL) {
        port.dispatch = emit_pointer(c, (uintptr_t)at->dispatch);
    }
    if (at->fp_aside != NULL) {
        port.fp_aside = emit_pointer(c, (uintptr_t)at->fp_aside);
    }
    for (unsigned other = 0; other < 2; other++) {
        port.other = other;
        emit_load_ports(c, port, loaded);
        emit_store_ports(c, port, stored);
    }
}

void x64_emit_calls(struct x64 *c)
{
    const struct ir_guest *guest = c->guest;
    const uint8_t *step = emit_pointer(c, (uintptr_t)guest->step);
    const uint8_t *load = emit_pointer(c, (uintptr_t)guest->load);
    const uint8_t *store = emit_pointer(c, (uintptr_t)guest->store);

    emit_verdict(c);
    c->thunks.step = x64_align(c);
    x64_write_env(c, c->guest->bank_offset, BANK);
    emit_guest(c, step, &of_other);
    for (unsigned size = 0; size < ARRAY_LEN(c->thunks.load); size++) {
        c->thunks.load[size] = emit_access(c, load, size, &of_load);
    }
    for (unsigned size = 0; size < ARRAY_LEN(c->thunks.store); size++) {
        c->thunks.store[size] = emit_access(c, store, size, &of_other);
    }
    if (guest->ports != NULL) {
        emit_ports(c);
    }
}
