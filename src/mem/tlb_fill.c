// SPDX-License-Identifier: MIT
/*
 * The softmmu TLB: how a page gets its entry, and the slow paths, see tlb.h.
 *
 * A page's entry is filled as a whole, for loads, stores and fetches at once.  What may not go fast
 * gets no permission bit but a reason bit, so that the next access finds its way without a new
 * fill.
 */
#include "mem/tlb.h"

#include <stdlib.h>

#include "check.h"

/* ---- the usual addend ---- */

static uint8_t usual_flags(const struct tlb *tlb, uint32_t page)
{
    bool is_usual = tlb->now.addend[page] == tlb->usual[tlb->table].addend;
    return is_usual ? tlb->now.flags[page] & TLB_PERMISSIONS : 0;
}

/* The one that more pages have than all others together comes out, if there is one (Boyer and Moore). */
static void vote(struct tlb_usual *usual, uintptr_t addend)
{
    if (usual->wanted == addend) {
        usual->votes++;
    } else if (usual->votes == 0) {
        usual->wanted = addend;
        usual->votes = 1;
    } else {
        usual->votes--;
    }
}

void tlb_make_usual(struct tlb *tlb, uintptr_t addend)
{
    struct tlb_usual *usual = &tlb->usual[tlb->table];

    if (usual->addend == addend) {
        return;
    }
    usual->addend = addend;
    for (unsigned i = 0; i < tlb->filled_count[tlb->table]; i++) {
        uint32_t page = tlb->filled[tlb->table][i];
        tlb->now.usual[page] = usual_flags(tlb, page);
    }
}

/* ---- filling ---- */

/* Puts page on the list of filled ones, once. */
static bool remember(struct tlb *tlb, uint32_t page)
{
    unsigned i = tlb->table;
    if (tlb->now.addend[page] != 0) {
        return true;
    }
    if (tlb->few && tlb->filled_count[i] >= TLB_FEW) {
        tlb_empty_table(tlb, i);
    }
    if (tlb->filled_count[i] == tlb->filled_room[i]) {
        unsigned room = tlb->filled_room[i] == 0 ? 256 : tlb->filled_room[i] * 2;
        uint32_t *grown = realloc(tlb->filled[i], room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        tlb->filled[i] = grown;
        tlb->filled_room[i] = room;
    }
    tlb->filled[i][tlb->filled_count[i]++] = page;
    return true;
}

/* Flags of a page that is memory from end to end. */
static uint32_t memory_flags(const struct flat_range *range, uint64_t offset)
{
    bool code = range->region->code_pages[offset >> TLB_PAGE_BITS] != 0;
    if (range->region->kind == REGION_ROM) {
        return TLB_LOAD | TLB_FETCH | TLB_ROM;
    }
    return TLB_LOAD | TLB_FETCH | (code ? TLB_CODE : TLB_STORE);
}

static bool is_whole_page(const struct flat_range *range, uint64_t page)
{
    return range != NULL && range->region->host != NULL && page >= range->start &&
           page + TLB_PAGE_SIZE <= range->start + range->size &&
           ((range->offset + (page - range->start)) & TLB_PAGE_MASK) == 0;
}

/* allowed: permissions by the MMU.  Returns the flags of the entry, whether it is kept or not; 0 only when
 * the host is out of memory: the access then goes by its address. */
static uint32_t fill(struct tlb *tlb, uint32_t va, uint32_t pa, uint32_t allowed)
{
    uint32_t page = va >> TLB_PAGE_BITS;
    uint32_t pa_page = pa & ~TLB_PAGE_MASK;
    const struct flat_range *range = addrspace_find(tlb->space, pa_page);
    bool keep = !tlb->uncached || tlb->index == TLB_PHYSICAL;
    uint32_t flags;
    uintptr_t addend;

    if (is_whole_page(range, pa_page)) {
        uint64_t offset = range->offset + (pa_page - range->start);
        flags = memory_flags(range, offset) & (~(uint32_t)TLB_PERMISSIONS | allowed);
        if (!(allowed & TLB_STORE)) {
            flags &=
                ~(uint32_t)TLB_CODE; /* which says that only code stands in the way of stores */
        }
        addend = (uintptr_t)(range->region->host + offset) - (va & ~TLB_PAGE_MASK);
    } else if (range == NULL && addrspace_is_empty_page(tlb->space, pa_page)) {
        /* Accesses trap, which costs more than looking here again. */
        flags = TLB_DEVICE;
        addend = 0;
        keep = false;
    } else {
        struct io_page *io = addrspace_io_page(tlb->space, pa_page);
        if (io == NULL) {
            return 0;
        }
        /* Kept if it may be read; if not written, TLB_ROM says that stores must ask (the first one sets the
         * MMU's M bit). */
        keep = keep && (allowed & TLB_LOAD);
        flags = io->flags | (allowed & TLB_STORE ? 0 : TLB_ROM);
        addend = (uintptr_t)io;
    }
    if (tlb->watch_page != NULL && tlb->watch_page(tlb->context, va)) {
        flags = (flags & ~(uint32_t)TLB_PERMISSIONS) | TLB_WATCH;
    }
    CHECK(!(flags & (TLB_DEVICE | TLB_EXTERNAL)) || !(flags & TLB_PERMISSIONS));
    CHECK(!(flags & TLB_STORE) || (flags & TLB_LOAD));
    if (!keep || !remember(tlb, page)) {
        return flags;
    }
    tlb->now.flags[page] = (uint8_t)flags;
    tlb->now.addend[page] = addend;
    tlb->now.usual[page] = usual_flags(tlb, page);
    if (flags & TLB_PERMISSIONS) {
        vote(&tlb->usual[tlb->table], addend);
    }
    return flags;
}

#define REASONS (TLB_ROM | TLB_CODE | TLB_WATCH | TLB_DEVICE | TLB_EXTERNAL)

/* A page of registers that was filled when stores were not allowed, and now one is to be made. */
static bool is_load_only_device(uint32_t flags, enum tlb_kind kind)
{
    return kind == TLB_KIND_STORE && (flags & TLB_ROM) && (flags & (TLB_DEVICE | TLB_EXTERNAL));
}

/* Physical address of va, its entry's flags in *flags.  Anything but TLB_OK ends the access. Behind
 * an MMU the tables are walked anew: an access that comes here may be the first store to a page. */
static enum tlb_result look_up(struct tlb *tlb, uint32_t va, enum tlb_kind kind, uint32_t *pa,
                               uint32_t *flags)
{
    uint32_t before = tlb->now.flags[va >> TLB_PAGE_BITS];
    uint32_t allowed = TLB_PERMISSIONS;

    *pa = va;
    *flags = before;
    if (tlb->index != TLB_PHYSICAL) {
        allowed = tlb->translate(tlb->context, va, kind, pa);
        if (!(allowed & tlb_permission(kind))) {
            return TLB_MMU_FAULT;
        }
    }
    if (before == 0 || is_load_only_device(before, kind) ||
        (before & TLB_PERMISSIONS && !(before & REASONS) && !(before & tlb_permission(kind)))) {
        *flags = fill(tlb, va, *pa, allowed);
    }
    return TLB_OK;
}

/* LEON3 compares the address of data before the MMU sees it, and then there is no access (iu3.vhd, mem_trap). */
static bool is_watched(struct tlb *tlb, uint32_t va, unsigned size, enum tlb_kind kind)
{
    return tlb->watch_page != NULL && tlb->watch_page(tlb->context, va) &&
           tlb->watch_hit(tlb->context, va, size, kind);
}

/* The registers at va, when that is the only question: no translation, no watchpoint.  They are
 * what the slow path is mostly about, so they are asked for first. */
static inline struct io_page *registers_at(const struct tlb *tlb, uint32_t va, uint32_t refused)
{
    uint32_t flags = tlb->now.flags[va >> TLB_PAGE_BITS];
    if (!(flags & (TLB_EXTERNAL | TLB_DEVICE)) || (flags & refused)) {
        return NULL;
    }
    return (struct io_page *)tlb->now.addend[va >> TLB_PAGE_BITS];
}

static inline uint32_t io_address(const struct io_page *io, uint32_t va)
{
    return io->page << TLB_PAGE_BITS | (va & TLB_PAGE_MASK);
}

static inline enum tlb_result finish(struct tlb *tlb, bool ok, uint32_t wait_cycles)
{
    *tlb->wait_cycles += wait_cycles;
    return ok ? TLB_OK : TLB_BUS_ERROR;
}

/* ---- stores beside code ---- */

/* Remembers where a page has code, so that the next store to it need not ask for its region. */
static void note_code_page(struct tlb *tlb, uint32_t va, uint32_t pa)
{
    const struct flat_range *range = addrspace_find(tlb->space, pa);
    uint64_t offset = range->offset + (pa - range->start);
    tlb->code_page = va >> TLB_PAGE_BITS;
    tlb->code_granules = &range->region->code_granules[offset >> TLB_PAGE_BITS];
}

/* A store to a page with code, but not where the code is, is as simple as any. */
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

/* The access has been made already: what came of it. */
static enum tlb_result replay(struct tlb *tlb, uint64_t *value)
{
    const struct tlb_replay *done = tlb->replay;
    tlb->replay = NULL;
    *value = done->value;
    return done->result;
}

/* ---- by physical address ---- */

/* What an access by physical address hangs on: nothing of the MMU's, but the way it is made. */
uint64_t tlb_bus_key(uint32_t attributes)
{
    return UINT64_C(7) << 61 | (uint64_t)attributes << 38;
}

/* The call for a register that was accessed in this way before. */
static struct io_call *known_call(struct tlb *tlb, uint64_t key, uint32_t address, unsigned size,
                                  unsigned write)
{
    struct io_call *call = io_call_at(tlb->io_calls, address, write);
    return call->tag == io_call_tag(key, address, size, write) && tlb->access_log == NULL ? call
                                                                                          : NULL;
}

static void note_call(struct tlb *tlb, uint32_t pa, unsigned size, unsigned write,
                      const struct access *how)
{
    const struct flat_range *range = addrspace_find(tlb->space, pa);
    const struct io_page *io;
    if (range == NULL || range->region->kind != REGION_IO || tlb->access_log != NULL ||
        (how->attributes & L3_ATTR_LOCKED)) {
        return;
    }
    io = addrspace_io_page(tlb->space, pa);
    if (io != NULL) {
        tlb->calls_known = true;
        io_call_prepare(io_call_at(tlb->io_calls, pa, write),
                        io_call_tag(tlb_bus_key(how->attributes), pa, size, write), io, pa, size,
                        write, how);
    }
}

static enum tlb_result run_call(struct tlb *tlb, struct io_call *call, uint64_t *value)
{
    int32_t result = io_call_run(tlb->bus, call, *value);
    bool ok = result == L3_OK;
    uint32_t wait_cycles;
    *value = call->request.value & call->mask;
    ok = ok || io_call_settle(call, tlb->space, result, value);
    wait_cycles = call->request.wait_cycles;
    call->request.wait_cycles = 0;
    return finish(tlb, ok, wait_cycles);
}

enum tlb_result tlb_bus_load(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t *value,
                             struct access *how)
{
    struct io_call *call = known_call(tlb, tlb_bus_key(how->attributes), pa, size, 0);
    bool ok;
    if (tlb->replay != NULL) {
        return replay(tlb, value);
    }
    if (call != NULL) {
        *value = 0;
        return run_call(tlb, call, value);
    }
    note_call(tlb, pa, size, 0, how);
    ok = tlb->access_log == NULL
             ? addrspace_load(tlb->space, pa, size, value, how)
             : access_log_load(tlb->access_log, tlb->space, pa, size, value, how);
    return finish(tlb, ok, how->wait_cycles);
}

enum tlb_result tlb_bus_store(struct tlb *tlb, uint32_t pa, unsigned size, uint64_t value,
                              struct access *how)
{
    struct io_call *call = known_call(tlb, tlb_bus_key(how->attributes), pa, size, 1);
    bool ok;
    if (tlb->replay != NULL) {
        return replay(tlb, &value);
    }
    if (call != NULL) {
        return run_call(tlb, call, &value);
    }
    note_call(tlb, pa, size, 1, how);
    ok = tlb->access_log == NULL
             ? addrspace_store(tlb->space, pa, size, value, how)
             : access_log_store(tlb->access_log, tlb->space, pa, size, value, how);
    return finish(tlb, ok, how->wait_cycles);
}

/* The call for a register of a page.  NULL: the access goes the whole way, the next one perhaps not.
 * attributes: of this access alone. */
static struct io_call *page_call(struct tlb *tlb, const struct io_page *io, uint32_t va,
                                 unsigned size, bool write, uint32_t attributes)
{
    struct access how = {tlb->attributes, tlb->master, 0};
    struct io_call *call;
    if (attributes != 0 || tlb->access_log != NULL) {
        return NULL;
    }
    call = known_call(tlb, tlb->io_key, va, size, write);
    if (call == NULL) {
        tlb->calls_known = true;
        io_call_prepare(io_call_at(tlb->io_calls, va, write),
                        io_call_tag(tlb->io_key, va, size, write), io, io_address(io, va), size,
                        write, &how);
    }
    return call;
}

enum tlb_result tlb_load_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t *value,
                              uint32_t attributes)
{
    struct access how = {attributes | tlb->attributes, tlb->master, 0};
    struct io_page *io =
        registers_at(tlb, va, attributes & L3_ATTR_LOCKED ? TLB_WATCH | TLB_ROM : TLB_WATCH);
    enum tlb_result result;
    enum tlb_kind kind;
    uint32_t flags;
    uint32_t pa;
    bool ok;

    if (tlb->replay != NULL) {
        return replay(tlb, value);
    }
    if (io != NULL) {
        struct io_call *call = page_call(tlb, io, va, size, false, attributes);
        if (call != NULL) {
            *value = 0;
            return run_call(tlb, call, value);
        }
        pa = io_address(io, va);
        ok = __builtin_expect(tlb->access_log == NULL, 1)
                 ? io_page_load(io, pa, size, value, &how)
                 : access_log_load(tlb->access_log, tlb->space, pa, size, value, &how);
        return finish(tlb, ok, how.wait_cycles);
    }
    *value = 0;
    /* To the MMU and to watchpoints an atomic is a store. */
    kind = attributes & L3_ATTR_LOCKED ? TLB_KIND_STORE : TLB_KIND_LOAD;
    if (is_watched(tlb, va, size, kind)) {
        return TLB_WATCHPOINT;
    }
    result = look_up(tlb, va, kind, &pa, &flags);
    if (result != TLB_OK) {
        return tlb->no_fault ? TLB_OK : result;
    }
    return tlb_bus_load(tlb, pa, size, value, &how);
}

enum tlb_result tlb_store_slow(struct tlb *tlb, uint32_t va, unsigned size, uint64_t value,
                               uint32_t attributes)
{
    struct access how = {attributes | tlb->attributes, tlb->master, 0};
    struct io_page *io = registers_at(tlb, va, TLB_WATCH | TLB_ROM);
    enum tlb_result result;
    uint32_t flags;
    uint32_t pa;
    bool ok;

    if (tlb->replay != NULL) {
        return replay(tlb, &value);
    }
    if (io != NULL) {
        struct io_call *call = page_call(tlb, io, va, size, true, attributes);
        if (call != NULL) {
            return run_call(tlb, call, &value);
        }
        pa = io_address(io, va);
        ok = __builtin_expect(tlb->access_log == NULL, 1)
                 ? io_page_store(io, pa, size, value, &how)
                 : access_log_store(tlb->access_log, tlb->space, pa, size, value, &how);
        return finish(tlb, ok, how.wait_cycles);
    }
    if (store_beside_code(tlb, va, size, value)) {
        return TLB_OK;
    }
    if (is_watched(tlb, va, size, TLB_KIND_STORE)) {
        return TLB_WATCHPOINT;
    }
    result = look_up(tlb, va, TLB_KIND_STORE, &pa, &flags);
    if (result != TLB_OK) {
        return tlb->no_fault ? TLB_OK : result;
    }
    if (flags & TLB_CODE) {
        note_code_page(tlb, va, pa);
    }
    return tlb_bus_store(tlb, pa, size, value, &how);
}

enum tlb_result tlb_fetch_page(struct tlb *tlb, uint32_t va, struct region **region,
                               uint64_t *offset)
{
    const struct flat_range *range;
    uint32_t flags;
    uint32_t pa;
    enum tlb_result result = look_up(tlb, va, TLB_KIND_FETCH, &pa, &flags);

    *region = NULL;
    if (result != TLB_OK) {
        return result;
    }
    if ((flags & TLB_WATCH) && tlb->watch_hit(tlb->context, va, 4, TLB_KIND_FETCH)) {
        return TLB_WATCHPOINT;
    }
    if (flags == 0 || (flags & (TLB_EXTERNAL | TLB_DEVICE))) {
        return TLB_OK;
    }
    range = addrspace_find(tlb->space, pa & ~TLB_PAGE_MASK);
    *region = range->region;
    *offset = range->offset + ((pa & ~TLB_PAGE_MASK) - range->start);
    return TLB_OK;
}

enum tlb_result tlb_fetch_word(struct tlb *tlb, uint32_t va, uint32_t *word)
{
    struct access how = {L3_ATTR_FETCH | tlb->attributes, tlb->master, 0};
    uint32_t flags;
    uint32_t pa;
    uint64_t value;
    enum tlb_result result;

    if (tlb_fetch_is_fast(tlb, va)) {
        *word = be32_load(tlb_host(tlb, va));
        return TLB_OK;
    }
    result = look_up(tlb, va, TLB_KIND_FETCH, &pa, &flags);
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
