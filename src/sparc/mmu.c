// SPDX-License-Identifier: MIT
/* The SRMMU: table walk, access rights, fault registers.  See mmu.h. */
#include "sparc/mmu.h"

#include "bits.h"
#include "sparc/cpu.h"

#define CONTROL_WRITABLE (MMU_ENABLE | MMU_NO_FAULT | MMU_PSO | MMU_TLB_DISABLE)

/* Table entries, H.3. */
enum { ET_INVALID, ET_PTD, ET_PTE, ET_RESERVED };
#define PTE_REFERENCED 0x20u
#define PTE_MODIFIED   0x40u

/* Fault status register, H.5; numbers are bit positions. */
enum {
    MMU_FSR_OVERWRITE = 0,
    MMU_FSR_FAV = 1,
    MMU_FSR_FT = 2,
    MMU_FSR_SU = 5,
    MMU_FSR_INSTRUCTION = 6,
    MMU_FSR_STORE = 7,
    MMU_FSR_LEVEL = 8
};
enum fault_type { FAULT_NONE, FAULT_INVALID, FAULT_PROTECTION, FAULT_PRIVILEGE, FAULT_TRANSLATION };

/* The access that a table walk is for, and the walk's result. */
struct walk {
    uint32_t va;
    bool supervisor;
    enum tlb_kind kind;
    unsigned level; /* of the last entry read: 0 context table .. 3 */
    uint32_t entry_address;
    uint32_t entry;
    enum fault_type fault;
    bool bus_error; /* the translation error is that an entry could not be read or written */
};

/* ---- registers ---- */

static bool is_enabled(const struct cpu *cpu)
{
    return (cpu->mmu.control & MMU_ENABLE) != 0;
}

void mmu_select(struct cpu *cpu)
{
    enum tlb_index index = !is_enabled(cpu) ? TLB_PHYSICAL : cpu->s ? TLB_SUPERVISOR : TLB_USER;
    if (index != cpu->tlb.index) {
        tlb_select(&cpu->tlb, index); /* its tables were made when the CPU was */
        cpu_forget_code(cpu);
    }
}

void mmu_select_context(struct cpu *cpu)
{
    bool is_new;
    unsigned context_slot = tlb_set_context(&cpu->tlb, cpu->mmu.context, &is_new);
    if (cpu->hooks != NULL && cpu->hooks->context_changed != NULL) {
        cpu->hooks->context_changed(cpu->hooks->context, cpu, context_slot, is_new);
    }
    cpu_forget_code(cpu);
}

void mmu_reset(struct cpu *cpu)
{
    cpu->mmu.control = 0;
    cpu->tlb.no_fault = false;
    cpu->tlb.uncached = false;
    cpu->mmu.context = 0;
    cpu->mmu.fault_valid = false;
    mmu_select_context(cpu);
    mmu_select(cpu);
}

void mmu_flush(struct cpu *cpu)
{
    tlb_flush(&cpu->tlb);
    /* The next instruction's page may be mapped elsewhere now, so the block that executes must be left. */
    cpu_attention(cpu);
}

uint32_t mmu_read(struct cpu *cpu, uint32_t address)
{
    struct mmu *mmu = &cpu->mmu;
    uint32_t status = mmu->fault_status;

    switch (bits_get(address, 8, 3)) {
    case 0:
        return cpu->config.mmu_identity | mmu->control;
    case 1:
        return mmu->context_pointer;
    case 2:
        return mmu->context;
    case 3:
        mmu->fault_status &= ~(1u << MMU_FSR_FAV);
        mmu->fault_valid = false;
        return status;
    case 4:
        return mmu->fault_address;
    default:
        return 0;
    }
}

/* Does a write to the control register or the context pointer leave it unchanged?  In hardware such a write does
 * nothing (mmu_dcache.vhd), so it need not flush the TLB either. */
static bool is_unchanged(const struct mmu *mmu, uint32_t address, uint32_t value)
{
    switch (bits_get(address, 8, 3)) {
    case 0:
        return mmu->control == (value & CONTROL_WRITABLE);
    case 1:
        return mmu->context_pointer == (value & ~3u);
    default:
        return false;
    }
}

void mmu_write(struct cpu *cpu, uint32_t address, uint32_t value)
{
    struct mmu *mmu = &cpu->mmu;

    if (is_unchanged(mmu, address, value)) {
        return;
    }
    switch (bits_get(address, 8, 3)) {
    case 0:
        mmu->control = value & CONTROL_WRITABLE;
        cpu->tlb.no_fault = (value & MMU_NO_FAULT) != 0;
        cpu->tlb.uncached = (value & MMU_TLB_DISABLE) != 0;
        mmu_select(cpu);
        break;
    case 1:
        mmu->context_pointer = value & ~3u;
        break;
    case 2:
        mmu->context = value & 0xff;
        mmu_select_context(cpu);
        cpu_attention(cpu); /* as in mmu_flush() */
        return;
    default:
        return;
    }
    mmu_flush(cpu);
}

/* ---- table walk, H.3 ---- */

static bool load_entry(const struct cpu *cpu, struct walk *walk, uint32_t attributes)
{
    struct access how = {attributes | L3_ATTR_SUPERVISOR, cpu->config.index, 0};
    uint64_t value;
    if (!addrspace_load(cpu->tlb.space, walk->entry_address, 4, &value, &how)) {
        walk->fault = FAULT_TRANSLATION;
        walk->bus_error = true;
        return false;
    }
    walk->entry = (uint32_t)value;
    return true;
}

/* Index of va into the table of a level, in bytes. */
static uint32_t table_offset(uint32_t va, unsigned level)
{
    static const uint8_t low[] = {0, 24, 18, 12};
    static const uint8_t bits[] = {0, 8, 6, 6};
    return bits_get(va, low[level], bits[level]) * 4;
}

/* Follows the tables to a PTE.  False: walk->fault says why.  LEON3 uses 32 of the 36 bits of a table's address, and
 * combines it with the index by OR (mmutw.vhd), which is no sum if the table is not aligned to its size. */
static bool find_entry(const struct cpu *cpu, struct walk *walk, uint32_t attributes)
{
    walk->entry_address = cpu->mmu.context_pointer << 4 | cpu->mmu.context * 4;
    for (walk->level = 0;; walk->level++) {
        if (!load_entry(cpu, walk, attributes)) {
            return false;
        }
        switch (walk->entry & 3) {
        case ET_PTE:
            return true;
        case ET_INVALID:
            walk->fault = FAULT_INVALID;
            return false;
        case ET_RESERVED:
            walk->fault = FAULT_TRANSLATION;
            return false;
        default:
            break;
        }
        if (walk->level == 3) {
            walk->fault = FAULT_TRANSLATION;
            return false;
        }
        walk->entry_address = (walk->entry & ~3u) << 4 | table_offset(walk->va, walk->level + 1);
    }
}

/* The page number of the entry, and the bits of va that are an offset in the page. */
static uint32_t physical_address(const struct walk *walk)
{
    static const uint32_t inside[] = {0xffffffff, 0x00ffffff, 0x0003ffff, 0x00000fff};
    uint32_t mask = inside[walk->level];
    return (walk->entry >> 8 << 12 & ~mask) | (walk->va & mask);
}

/* ---- access rights ---- */

/* By ACC (H.3): what a user may do, what the supervisor may do. */
static const uint8_t rights[8][2] = {
    {TLB_LOAD, TLB_LOAD},
    {TLB_LOAD | TLB_STORE, TLB_LOAD | TLB_STORE},
    {TLB_LOAD | TLB_FETCH, TLB_LOAD | TLB_FETCH},
    {TLB_LOAD | TLB_STORE | TLB_FETCH, TLB_LOAD | TLB_STORE | TLB_FETCH},
    {TLB_FETCH, TLB_FETCH},
    {TLB_LOAD, TLB_LOAD | TLB_STORE},
    {0, TLB_LOAD | TLB_FETCH},
    {0, TLB_LOAD | TLB_STORE | TLB_FETCH},
};

/* Returns what the page allows, and sets walk->fault if it does not allow the access: a privilege violation if a user
 * accesses a page that is the supervisor's alone (ACC 6, 7), else a protection violation. */
static uint32_t check_rights(struct walk *walk)
{
    unsigned acc = bits_get(walk->entry, 2, 3);
    uint32_t allowed = rights[acc][walk->supervisor];
    if (!(allowed & tlb_permission(walk->kind))) {
        walk->fault = acc >= 6 && !walk->supervisor ? FAULT_PRIVILEGE : FAULT_PROTECTION;
    }
    return allowed;
}

/* Sets R, and M for a store, in the entry in memory.  As in mmutlb.vhd, an access that is refused sets them, too. */
static void update_entry(struct cpu *cpu, struct walk *walk)
{
    uint32_t marked = walk->entry | PTE_REFERENCED;
    struct access how = {L3_ATTR_SUPERVISOR, cpu->config.index, 0};

    if (walk->kind == TLB_KIND_STORE) {
        marked |= PTE_MODIFIED;
    }
    if (marked != walk->entry &&
        !addrspace_store(cpu->tlb.space, walk->entry_address, 4, marked, &how)) {
        walk->fault = FAULT_TRANSLATION;
        walk->bus_error = true;
    }
    walk->entry = marked;
}

/* ---- faults, H.5 and mmu.vhd ---- */

/* Until the status is read, a translation error stays, an instruction fault does not replace a data
 * fault, and a bus error in the tables replaces all. */
static void record_fault(struct mmu *mmu, const struct walk *walk)
{
    bool instruction = walk->kind == TLB_KIND_FETCH;
    uint32_t status =
        walk->level << MMU_FSR_LEVEL | (uint32_t)(walk->kind == TLB_KIND_STORE) << MMU_FSR_STORE |
        (uint32_t)instruction << MMU_FSR_INSTRUCTION | (uint32_t)walk->supervisor << MMU_FSR_SU |
        (uint32_t)walk->fault << MMU_FSR_FT | 1u << MMU_FSR_FAV;

    if (mmu->fault_valid && !walk->bus_error) {
        if (bits_get(mmu->fault_status, MMU_FSR_FT, 3) == FAULT_TRANSLATION) {
            return;
        }
        if (instruction) {
            if (!(mmu->fault_status >> MMU_FSR_INSTRUCTION & 1)) {
                return;
            }
            status |= 1u << MMU_FSR_OVERWRITE;
        }
    }
    mmu->fault_status = status;
    mmu->fault_address = walk->va & ~TLB_PAGE_MASK;
    mmu->fault_valid = true;
}

uint32_t mmu_translate(void *context, uint32_t va, enum tlb_kind kind, uint32_t *pa)
{
    struct cpu *cpu = context;
    struct walk walk = {.va = va, .supervisor = cpu->s, .kind = kind};
    uint32_t allowed = 0;

    if (find_entry(cpu, &walk, 0)) {
        allowed = check_rights(&walk);
        update_entry(cpu, &walk);
    }
    if (walk.fault != FAULT_NONE) {
        record_fault(&cpu->mmu, &walk);
        return 0;
    }
    *pa = physical_address(&walk);
    /* Without M the TLB gets no store permission, so that the first store comes here and sets M. */
    return walk.entry & PTE_MODIFIED ? allowed : allowed & ~(uint32_t)TLB_STORE;
}

bool mmu_probe(const struct cpu *cpu, uint32_t va, uint32_t *pa)
{
    struct walk walk = {.va = va, .supervisor = true};

    *pa = va;
    if (!is_enabled(cpu)) {
        return true;
    }
    if (!find_entry(cpu, &walk, L3_ATTR_DEBUG)) {
        return false;
    }
    *pa = physical_address(&walk);
    return true;
}
