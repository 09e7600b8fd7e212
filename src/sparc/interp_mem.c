// SPDX-License-Identifier: MIT
/*
 * Interpreter: integer loads and stores, atomics, alternate spaces.  SPARC V8 B.1, B.4, B.7, B.8;
 * LEON3 CASA.
 *
 * Order of the checks, as in LEON3: privilege, illegal fields, alignment, watchpoint, MMU, bus.  An
 * access that fails leaves registers as they were.
 */
#include "bits.h"
#include "sparc/asi.h"
#include "sparc/data_watch.h"
#include "sparc/interp.h"
#include "sparc/watch.h"

/* A store's bus error traps at the store itself (ADR 9); with ASR17.DWT set it does not trap. */
unsigned interp_fault(const struct cpu *cpu, enum tlb_result result, bool store)
{
    if (result == TLB_WATCHPOINT) {
        return TT_WATCHPOINT;
    }
    if (!store || result == TLB_MMU_FAULT) {
        return TT_DATA_ACCESS;
    }
    return cpu->asr17_rw & ASR17_DWT ? 0 : TT_DATA_STORE;
}

/* LEON3 lets a watchpoint win over a misaligned address. */
void interp_trap_misaligned(struct cpu *cpu, uint32_t address, bool store)
{
    enum tlb_kind kind = store ? TLB_KIND_STORE : TLB_KIND_LOAD;
    cpu_trap(cpu, watch_hit(cpu, address, kind) ? TT_WATCHPOINT : TT_ADDRESS_NOT_ALIGNED);
}

/* ---- plain loads and stores ---- */

static inline bool load(struct cpu *cpu, uint32_t address, unsigned size, uint64_t *value)
{
    enum tlb_result result;
    if (address & (size - 1)) {
        interp_trap_misaligned(cpu, address, false);
        return false;
    }
    result = tlb_load(&cpu->tlb, address, size, value, 0);
    if (result != TLB_OK) {
        cpu_trap(cpu, interp_fault(cpu, result, false));
        return false;
    }
    return true;
}

static inline bool store(struct cpu *cpu, uint32_t address, unsigned size, uint64_t value)
{
    enum tlb_result result;
    unsigned tt;

    if (address & (size - 1)) {
        interp_trap_misaligned(cpu, address, true);
        return false;
    }
    result = tlb_store(&cpu->tlb, address, size, value, 0);
    if (result != TLB_OK && (tt = interp_fault(cpu, result, true)) != 0) {
        cpu_trap(cpu, tt);
        return false;
    }
    return true;
}

/* Memory that the TLB gives access to comes first, and all else is not in line: so the usual case needs no frame. */
#define LOAD(name, size, type)                                                                     \
    static __attribute__((noinline)) void slow_##name(struct cpu *cpu, const struct insn *f)       \
    {                                                                                              \
        uint64_t value;                                                                            \
        if (load(cpu, address_of(cpu, f), size, &value)) {                                         \
            write_rd(cpu, f, (uint32_t)(type)value);                                               \
            cpu_next(cpu);                                                                         \
        }                                                                                          \
    }                                                                                              \
    void do_##name(struct cpu *cpu, const struct insn *f)                                          \
    {                                                                                              \
        uint32_t address = address_of(cpu, f);                                                     \
        if ((address & (size - 1)) != 0 || !tlb_load_is_fast(&cpu->tlb, address)) {                \
            slow_##name(cpu, f);                                                                   \
            return;                                                                                \
        }                                                                                          \
        write_rd(cpu, f, (uint32_t)(type)tlb_get(tlb_host(&cpu->tlb, address), size));             \
        cpu_next(cpu);                                                                             \
    }

LOAD(LD, 4, uint32_t)
LOAD(LDUB, 1, uint8_t)
LOAD(LDUH, 2, uint16_t)
LOAD(LDSB, 1, int8_t)
LOAD(LDSH, 2, int16_t)

#define STORE(name, size)                                                                          \
    static __attribute__((noinline)) void slow_##name(struct cpu *cpu, const struct insn *f)       \
    {                                                                                              \
        if (store(cpu, address_of(cpu, f), size, read_rd(cpu, f))) {                               \
            cpu_next(cpu);                                                                         \
        }                                                                                          \
    }                                                                                              \
    void do_##name(struct cpu *cpu, const struct insn *f)                                          \
    {                                                                                              \
        uint32_t address = address_of(cpu, f);                                                     \
        if ((address & (size - 1)) != 0 || !tlb_store_is_fast(&cpu->tlb, address)) {               \
            slow_##name(cpu, f);                                                                   \
            return;                                                                                \
        }                                                                                          \
        tlb_put(tlb_host(&cpu->tlb, address), size, read_rd(cpu, f));                              \
        cpu_next(cpu);                                                                             \
    }

STORE(ST, 4)
STORE(STB, 1)
STORE(STH, 2)

/* rd is even here: is_illegal() (interp.c) has refused LDD and STD with an odd rd. */
static void write_pair(struct cpu *cpu, unsigned rd, uint64_t value)
{
    cpu_set_reg(cpu, rd, (uint32_t)(value >> 32));
    cpu_set_reg(cpu, rd + 1, (uint32_t)value);
}

static uint64_t read_pair(const struct cpu *cpu, unsigned rd)
{
    return (uint64_t)cpu_reg(cpu, rd) << 32 | cpu_reg(cpu, rd + 1);
}

void do_LDD(struct cpu *cpu, const struct insn *f)
{
    uint64_t value;
    if (load(cpu, address_of(cpu, f), 8, &value)) {
        write_pair(cpu, f->rd, value);
        cpu_next(cpu);
    }
}

void do_STD(struct cpu *cpu, const struct insn *f)
{
    if (store(cpu, address_of(cpu, f), 8, read_pair(cpu, f->rd))) {
        cpu_next(cpu);
    }
}

/* ---- alternate spaces; do_privileged() (interp.c) has checked the mode and the immediate bit ---- */

static bool load_alternate(struct cpu *cpu, const struct insn *f, unsigned size, uint64_t *value)
{
    uint32_t address = address_of(cpu, f);
    enum tlb_result result;

    if (address & (size - 1)) {
        interp_trap_misaligned(cpu, address, false);
        return false;
    }
    result = asi_load(cpu, f->asi, address, size, value, 0);
    if (result != TLB_OK) {
        cpu_trap(cpu, interp_fault(cpu, result, false));
        return false;
    }
    return true;
}

static void store_alternate(struct cpu *cpu, const struct insn *f, unsigned size, uint64_t value)
{
    uint32_t address = address_of(cpu, f);
    enum tlb_result result;
    unsigned tt;

    if (address & (size - 1)) {
        interp_trap_misaligned(cpu, address, true);
        return;
    }
    result = asi_store(cpu, f->asi, address, size, value, 0);
    if (result != TLB_OK && (tt = interp_fault(cpu, result, true)) != 0) {
        cpu_trap(cpu, tt);
        return;
    }
    cpu_next(cpu);
}

#define LOAD_ALTERNATE(name, size, type)                                                           \
    void do_##name(struct cpu *cpu, const struct insn *f)                                          \
    {                                                                                              \
        uint64_t value;                                                                            \
        if (load_alternate(cpu, f, size, &value)) {                                                \
            write_rd(cpu, f, (uint32_t)(type)value);                                               \
            cpu_next(cpu);                                                                         \
        }                                                                                          \
    }

LOAD_ALTERNATE(LDA, 4, uint32_t)
LOAD_ALTERNATE(LDUBA, 1, uint8_t)
LOAD_ALTERNATE(LDUHA, 2, uint16_t)
LOAD_ALTERNATE(LDSBA, 1, int8_t)
LOAD_ALTERNATE(LDSHA, 2, int16_t)

void do_LDDA(struct cpu *cpu, const struct insn *f)
{
    uint64_t value;
    if (load_alternate(cpu, f, 8, &value)) {
        write_pair(cpu, f->rd, value);
        cpu_next(cpu);
    }
}

void do_STA(struct cpu *cpu, const struct insn *f)
{
    store_alternate(cpu, f, 4, read_rd(cpu, f));
}

void do_STBA(struct cpu *cpu, const struct insn *f)
{
    store_alternate(cpu, f, 1, read_rd(cpu, f));
}

void do_STHA(struct cpu *cpu, const struct insn *f)
{
    store_alternate(cpu, f, 2, read_rd(cpu, f));
}

void do_STDA(struct cpu *cpu, const struct insn *f)
{
    store_alternate(cpu, f, 8, read_pair(cpu, f->rd));
}

/* ---- B.7, B.8, CASA: a read and a write that nothing comes between ---- */

/* Reads the old value.  To a hardware watchpoint the whole instruction is a store, as on LEON3; to a debugger's
 * watchpoint it is a load and a store. */
static bool atomic_read(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                        uint64_t *old)
{
    enum tlb_result result;
    if (address & (size - 1)) {
        interp_trap_misaligned(cpu, address, true);
        return false;
    }
    result = asi_load(cpu, asi, address, size, old, L3_ATTR_LOCKED);
    if (result != TLB_OK) {
        cpu_trap(cpu, interp_fault(cpu, result, false));
        return false;
    }
    if (asi_is_memory(asi)) {
        cpu->data_hit.watch = NULL; /* asi_load() has noted the first half as a store */
        data_watch_saw(cpu, address, size, TLB_KIND_LOAD);
    }
    return true;
}

static bool atomic_write(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                         uint64_t value)
{
    enum tlb_result result = asi_store(cpu, asi, address, size, value, L3_ATTR_LOCKED);
    unsigned tt;
    if (result != TLB_OK && (tt = interp_fault(cpu, result, true)) != 0) {
        cpu_trap(cpu, tt);
        return false;
    }
    return true;
}

static unsigned data_asi(const struct cpu *cpu)
{
    return cpu->s ? ASI_SUPERVISOR_DATA : ASI_USER_DATA;
}

static void load_store_byte(struct cpu *cpu, const struct insn *f, unsigned asi)
{
    uint32_t address = address_of(cpu, f);
    uint64_t old;
    if (atomic_read(cpu, asi, address, 1, &old) && atomic_write(cpu, asi, address, 1, 0xff)) {
        write_rd(cpu, f, (uint32_t)old);
        cpu_next(cpu);
    }
}

void do_LDSTUB(struct cpu *cpu, const struct insn *f)
{
    load_store_byte(cpu, f, data_asi(cpu));
}

void do_LDSTUBA(struct cpu *cpu, const struct insn *f)
{
    load_store_byte(cpu, f, f->asi);
}

static void swap(struct cpu *cpu, const struct insn *f, unsigned asi)
{
    uint32_t address = address_of(cpu, f);
    uint64_t old;
    if (atomic_read(cpu, asi, address, 4, &old) &&
        atomic_write(cpu, asi, address, 4, cpu_reg(cpu, f->rd))) {
        cpu_set_reg(cpu, f->rd, (uint32_t)old);
        cpu_next(cpu);
    }
}

void do_SWAP(struct cpu *cpu, const struct insn *f)
{
    swap(cpu, f, data_asi(cpu));
}

void do_SWAPA(struct cpu *cpu, const struct insn *f)
{
    swap(cpu, f, f->asi);
}

/* In user mode CASA may use ASI 0x0a only.  It has no immediate form. */
unsigned interp_casa_trap(const struct cpu *cpu, const struct insn *f)
{
    if (!cpu->s && f->asi != ASI_USER_DATA) {
        return TT_PRIVILEGED_INSTRUCTION;
    }
    return f->word & INSN_IMMEDIATE ? TT_ILLEGAL_INSTRUCTION : 0;
}

/* Compare [rs1] with rs2, store rd if equal; rd gets what was there. */
void do_CASA(struct cpu *cpu, const struct insn *f)
{
    uint32_t address = operand1(cpu, f);
    unsigned tt = interp_casa_trap(cpu, f);
    uint64_t old;

    if (tt != 0) {
        cpu_trap(cpu, tt);
        return;
    }
    if (!atomic_read(cpu, f->asi, address, 4, &old)) {
        return;
    }
    if (old == operand2(cpu, f) && !atomic_write(cpu, f->asi, address, 4, cpu_reg(cpu, f->rd))) {
        return;
    }
    cpu_set_reg(cpu, f->rd, (uint32_t)old);
    cpu_next(cpu);
}
