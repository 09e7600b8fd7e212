// SPDX-License-Identifier: MIT
/* Memory as a CPU sees it, for debuggers and reports. */
#include "machine/machine.h"

/* How many of the bytes lie in the page of address.  Each page is translated by itself, as the next one may be mapped
 * anywhere. */
static size_t page_piece(uint32_t address, size_t size)
{
    size_t left = TLB_PAGE_SIZE - (address & TLB_PAGE_MASK);
    return size < left ? size : left;
}

bool machine_debug_read(struct machine *m, const struct cpu *cpu, uint32_t address, void *buffer,
                        size_t size)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    uint8_t *to = buffer;
    uint32_t pa;

    while (size > 0) {
        size_t piece = page_piece(address, size);
        if (!mmu_probe(cpu, address, &pa) || !addrspace_read(&m->space, pa, to, piece, &how)) {
            return false;
        }
        address += (uint32_t)piece;
        to += piece;
        size -= piece;
    }
    return true;
}

bool machine_debug_write(struct machine *m, const struct cpu *cpu, uint32_t address,
                         const void *buffer, size_t size)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    const uint8_t *from = buffer;
    uint32_t pa;

    while (size > 0) {
        size_t piece = page_piece(address, size);
        if (!mmu_probe(cpu, address, &pa) || !addrspace_write(&m->space, pa, from, piece, &how)) {
            return false;
        }
        address += (uint32_t)piece;
        from += piece;
        size -= piece;
    }
    return true;
}
