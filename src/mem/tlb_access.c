// SPDX-License-Identifier: MIT
/*
 * The softmmu TLB: accesses that the fast path leaves to the slow path, see tlb.h.
 *
 * A register that was accessed in the same way before is in the MMIO inline cache (mmio_cache.h), and
 * access_known() calls it.  For any other load or store by virtual address access_slow() finds the
 * physical address, and access_unknown() finds what lies there and accesses it.
 */
#include "mem/mmio.h"
#include "mem/tlb_fill.h"
#include "mem/transfer.h"

/* ---- by an entry of the MMIO inline cache ---- */

enum tlb_result tlb_finish_known(struct tlb *tlb, struct mmio_entry *entry, int32_t result,
                                 uint64_t *value)
{
    struct mmio_call *call = &entry->call;
    struct access how = {call->request.attributes, call->request.master, call->request.wait_cycles};
    struct transfer t = {.address = call->address,
                         .size = call->request.size,
                         .write = call->write,
                         .is_cpu_data = true,
                         .value = *value,
                         .how = &how};
    bool ok;

    call->request.wait_cycles = 0;
    ok = transfer_settle(tlb->space, &t, result) || transfer_fail(tlb->space, &t);
    *value = t.value;
    *tlb->wait_cycles += how.wait_cycles;
    return ok ? TLB_OK : TLB_BUS_ERROR;
}

/* *value: for a store the value, of which the low bytes count, for a load 0; a load's value is
 * returned in it. */
static inline enum tlb_result access_known(struct tlb *tlb, struct mmio_entry *entry,
                                           uint64_t *value)
{
    struct mmio_call *call = &entry->call;
    uint64_t mask = size_mask(call->request.size);
    int32_t result;

    call->request.value = *value & mask;
    call->by_generated_code = false;
    result = mmio_run(tlb->bus, call, call);
    call->by_generated_code = true;
    *value = call->request.value & mask;
    return result == L3_OK && call->request.wait_cycles == 0
               ? TLB_OK
               : tlb_finish_known(tlb, entry, result, value);
}

/* ---- by physical address ---- */

/* The key of an access by physical address.  Such an access does not depend on the MMU, so the key
 * holds only the attributes. */
uint64_t tlb_bus_key(uint32_t attributes)
{
    return UINT64_C(7) << 61 | (uint64_t)attributes << 38;
}

/* Keeps in the MMIO inline cache, under `key` and `address`, how t, which has been resolved, reaches
 * its register, if one unsplit callback carries it out.  Nothing is kept while the bus has
 * observers, nor are the halves of an atomic, which generated code leaves to the interpreter. */
static void keep(struct tlb *tlb, uint64_t key, uint32_t address, const struct transfer *t)
{
    if (tlb->bus->observers == NULL && !(t->how->attributes & L3_ATTR_LOCKED) &&
        transfer_is_one_call(t)) {
        const struct mmio_call call = transfer_call(t);
        mmio_cache_fill(&tlb->mmio, key, address, &call);
    }
}

/* Carries out t, whose address is known, and keeps how it was done. */
static enum tlb_result access_unknown(struct tlb *tlb, uint64_t key, uint32_t address,
                                      struct transfer *t)
{
    bool ok;

    transfer_resolve(tlb->space, t);
    keep(tlb, key, address, t);
    ok = transfer_run(tlb->space, t);
    *tlb->wait_cycles += t->how->wait_cycles;
    return ok ? TLB_OK : TLB_BUS_ERROR;
}

/* The access has been made already; takes its outcome from tlb->replay. */
static enum tlb_result replay(struct tlb *tlb, uint64_t *value)
{
    const struct tlb_replay *done = tlb->replay;
    tlb->replay = NULL;
    *value = done->value;
    return done->result;
}

static enum tlb_result access_physical(struct tlb *tlb, struct transfer *t)
{
    uint64_t key = tlb_bus_key(t->how->attributes);
    uint32_t pa = (uint32_t)t->address;
    struct mmio_entry *entry = mmio_cache_find(&tlb->mmio, key, pa, t->size, t->write);

    if (tlb->replay != NULL) {
        return replay(tlb, &t->value);
    }
    return entry != NULL ? access_known(tlb, entry, &t->value) : access_unknown(tlb, key, pa, t);
}

enum tlb_result tlb_bus_load(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t *value,
                             struct access *how)
{
    struct transfer t = {.address = pa, .size = size, .is_cpu_data = true, .how = how};
    enum tlb_result result = access_physical(tlb, &t);

    *value = t.value;
    return result;
}

enum tlb_result tlb_bus_store(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t value,
                              struct access *how)
{
    struct transfer t = {.address = pa,
                         .size = size,
                         .write = true,
                         .is_cpu_data = true,
                         .value = value,
                         .how = how};

    return access_physical(tlb, &t);
}

/* ---- stores beside code ---- */

/* Remembers where the page at va has code, so that the next store to it need not look for its
 * region. */
static void note_code_page(struct tlb *tlb, uint32_t va, uint32_t pa)
{
    const struct flat_range *range = addrspace_find(tlb->space, pa);
    uint64_t offset = range->offset + (pa - range->start);
    tlb->code_page = va >> TLB_PAGE_BITS;
    tlb->code_granules = &range->region->code_granules[offset >> TLB_PAGE_BITS];
}

/* Makes a store to a page with code that hits no granule of code.  False: the store may be another
 * one, and nothing was done. */
static bool store_beside_code(struct tlb *tlb, uint32_t va, unsigned size, uint64_t value)
{
    uint32_t page = va >> TLB_PAGE_BITS;
    if (page != tlb->code_page || (tlb->now.flags[page] & (TLB_CODE | TLB_WATCH)) != TLB_CODE ||
        (*tlb->code_granules & region_granules(va, va))) {
        return false;
    }
    tlb_put(tlb_host(tlb, va), size, value);
    return true;
}

/* ---- by virtual address ---- */

/* Does a watchpoint match?  LEON3 compares the address of a data access before the MMU translates
 * it; if one matches, there is no access (iu3.vhd, mem_trap). */
static bool is_watched(struct tlb *tlb, uint32_t va, unsigned size, enum tlb_kind kind)
{
    return tlb->watch_page != NULL && tlb->watch_page(tlb->context, va) &&
           tlb->watch_hit(tlb->context, va, size, kind);
}

/* Does the entry of va's page say that there are registers, and that an access of this kind needs
 * neither the MMU nor a watchpoint to be asked?  Then its addend is their physical page. */
static inline bool is_register_page(const struct tlb *tlb, uint32_t va, enum tlb_kind kind)
{
    uint32_t flags = tlb->now.flags[va >> TLB_PAGE_BITS];
    uint32_t refused = kind == TLB_KIND_STORE ? TLB_WATCH | TLB_ROM : TLB_WATCH;
    return (flags & (TLB_EXTERNAL | TLB_DEVICE)) && !(flags & refused);
}

static inline uint32_t register_address(const struct tlb *tlb, uint32_t va)
{
    return ((uint32_t)tlb->now.addend[va >> TLB_PAGE_BITS] & ~TLB_PAGE_MASK) | (va & TLB_PAGE_MASK);
}

/* The entry of the MMIO inline cache for this access, or NULL.  Most slow accesses are to registers
 * that were accessed in the same way before.  If the tag matches, the TLB's entry need not be
 * read. */
static inline struct mmio_entry *known_register(struct tlb *tlb, uint32_t va, unsigned size,
                                                bool write, uint32_t attributes)
{
    struct mmio_entry *entry = mmio_cache_find(&tlb->mmio, tlb->mmio.key, va, size, write);
    return attributes == 0 && tlb->replay == NULL ? entry : NULL;
}

/* Makes the access at va.  If the entry of its page says that there are registers, the entry has
 * their physical page, and the register is kept under its virtual address, which is what generated
 * code looks for.  Otherwise t->address is the physical address. */
static enum tlb_result access_found(struct tlb *tlb, uint32_t va, enum tlb_kind kind,
                                    struct transfer *t)
{
    if (!is_register_page(tlb, va, kind)) {
        return access_physical(tlb, t);
    }
    t->address = register_address(tlb, va);
    return t->how->attributes == tlb->attributes ? access_unknown(tlb, tlb->mmio.key, va, t)
                                                 : access_physical(tlb, t);
}

static enum tlb_result find_and_access(struct tlb *tlb, uint32_t va, struct transfer *t)
{
    /* To the MMU and to watchpoints an atomic is a store. */
    bool is_store = t->write || (t->how->attributes & L3_ATTR_LOCKED) != 0;
    enum tlb_kind kind = is_store ? TLB_KIND_STORE : TLB_KIND_LOAD;
    enum tlb_result result;
    uint32_t flags;
    uint32_t pa;

    if (is_register_page(tlb, va, kind)) {
        return access_found(tlb, va, kind, t);
    }
    if (is_watched(tlb, va, t->size, kind)) {
        return TLB_WATCHPOINT;
    }
    result = tlb_look_up(tlb, va, kind, &pa, &flags);
    if (result != TLB_OK) {
        return tlb->no_fault ? TLB_OK : result;
    }
    if (t->write && flags & TLB_CODE) {
        note_code_page(tlb, va, pa);
    }
    t->address = pa;
    return access_found(tlb, va, kind, t);
}

static enum tlb_result access_slow(struct tlb *tlb, uint32_t va, unsigned size, bool write,
                                   uint64_t *value, uint32_t attributes)
{
    struct access how = {attributes | tlb->attributes, tlb->master, 0};
    struct transfer t = {
        .size = size, .write = write, .is_cpu_data = true, .value = *value, .how = &how};
    enum tlb_result result;

    if (tlb->replay != NULL) {
        return replay(tlb, value);
    }
    result = find_and_access(tlb, va, &t);
    *value = t.value;
    return result;
}

enum tlb_result tlb_load_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t *value,
                              uint32_t attributes)
{
    struct mmio_entry *entry = known_register(tlb, va, size, false, attributes);

    *value = 0;
    return entry != NULL ? access_known(tlb, entry, value)
                         : access_slow(tlb, va, size, false, value, attributes);
}

enum tlb_result tlb_store_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t value,
                               uint32_t attributes)
{
    struct mmio_entry *entry = known_register(tlb, va, size, true, attributes);

    if (entry != NULL) {
        return access_known(tlb, entry, &value);
    }
    if (tlb->replay == NULL && store_beside_code(tlb, va, size, value)) {
        return TLB_OK;
    }
    return access_slow(tlb, va, size, true, &value, attributes);
}

/* ---- fetches ---- */

enum tlb_result tlb_fetch_page(struct tlb *tlb, uint32_t va, struct region **region,
                               uint64_t *offset)
{
    const struct flat_range *range;
    uint32_t flags;
    uint32_t pa;
    enum tlb_result result = tlb_look_up(tlb, va, TLB_KIND_FETCH, &pa, &flags);

    *region = NULL;
    if (result != TLB_OK) {
        return result;
    }
    if ((flags & TLB_WATCH) && tlb->watch_hit(tlb->context, va, 4, TLB_KIND_FETCH)) {
        return TLB_WATCHPOINT;
    }
    if (flags & (TLB_EXTERNAL | TLB_DEVICE)) {
        return TLB_OK;
    }
    range = addrspace_find(tlb->space, pa & ~TLB_PAGE_MASK);
    *region = range->region;
    *offset = range->offset + ((pa & ~TLB_PAGE_MASK) - range->start);
    return TLB_OK;
}

/* Not in line, so that the usual case has no frame. */
static __attribute__((noinline)) enum tlb_result fetch_word_slow(struct tlb *tlb, uint32_t va,
                                                                 uint32_t *word)
{
    struct access how = {L3_ATTR_FETCH | tlb->attributes, tlb->master, 0};
    uint32_t flags;
    uint32_t pa;
    uint64_t value;
    enum tlb_result result = tlb_look_up(tlb, va, TLB_KIND_FETCH, &pa, &flags);

    if (result != TLB_OK) {
        return result;
    }
    if (!addrspace_load(tlb->space, pa, 4, &value, &how)) {
        return TLB_BUS_ERROR;
    }
    *tlb->wait_cycles += how.wait_cycles;
    *word = (uint32_t)value;
    return TLB_OK;
}

enum tlb_result tlb_fetch_word(struct tlb *tlb, uint32_t va, uint32_t *word)
{
    if (tlb_fetch_is_fast(tlb, va)) {
        *word = be32_load(tlb_host(tlb, va));
        return TLB_OK;
    }
    return fetch_word_slow(tlb, va, word);
}
