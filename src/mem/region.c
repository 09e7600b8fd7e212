// SPDX-License-Identifier: MIT
/* The region tree, see region.h. */
#include "mem/region.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "tlb_layout.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* since Linux 6.1; refused before */
#endif

static struct region *region_new(const char *name, enum region_kind kind, uint64_t size)
{
    struct region *region = calloc(1, sizeof *region);
    if (region == NULL) {
        return NULL;
    }
    region->name = strdup(name);
    region->kind = kind;
    region->size = size;
    if (region->name == NULL) {
        free(region);
        return NULL;
    }
    return region;
}

struct region *region_new_container(const char *name, uint64_t size)
{
    return region_new(name, REGION_CONTAINER, size);
}

/* Pages come from the host on first touch, so a gigabyte of RAM costs what the guest uses of it. */
static bool map_bytes(struct region *region)
{
    region->mapped = (region->size + TLB_PAGE_MASK) & ~(uint64_t)TLB_PAGE_MASK;
    region->host = mmap(NULL, region->mapped, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region->host == MAP_FAILED) {
        region->host = NULL;
        return false;
    }
    region->code_pages = calloc(region->mapped >> TLB_PAGE_BITS, 1);
    region->code_granules = calloc(region->mapped >> TLB_PAGE_BITS, sizeof *region->code_granules);
    return region->code_pages != NULL && region->code_granules != NULL;
}

struct region *region_new_ram(const char *name, uint64_t size, bool read_only)
{
    struct region *region = region_new(name, read_only ? REGION_ROM : REGION_RAM, size);
    if (region != NULL && !map_bytes(region)) {
        region_destroy(region);
        return NULL;
    }
    return region;
}

void region_use_huge_pages(const struct region *region)
{
    const struct region *child;

    if (region->host != NULL) {
        madvise(region->host, region->mapped, MADV_HUGEPAGE);
        madvise(region->host, region->mapped, MADV_COLLAPSE);
    }
    for (child = region->children; child != NULL; child = child->sibling) {
        region_use_huge_pages(child);
    }
}

bool region_move_bytes(struct region *region, uint8_t *to)
{
    uint8_t *moved =
        mremap(region->host, region->mapped, region->mapped, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    if (moved == MAP_FAILED) {
        return false;
    }
    region->host = moved;
    return true;
}

bool region_mark_code(struct region *region, uint64_t offset, enum region_code kind,
                      uint64_t granules)
{
    uint64_t page = offset >> TLB_PAGE_BITS;
    bool fresh = region->code_pages[page] == 0;
    region->code_pages[page] |= (uint8_t)kind;
    region->code_granules[page] |= granules;
    return fresh;
}

void region_unmark_code(struct region *region, uint64_t offset, enum region_code kind)
{
    uint64_t page = offset >> TLB_PAGE_BITS;
    region->code_pages[page] &= (uint8_t)~kind;
    if (region->code_pages[page] == 0) {
        region->code_granules[page] = 0;
    }
}

struct region *region_new_io(const char *name, uint64_t size, const struct region_io *io)
{
    struct region *region = region_new(name, REGION_IO, size);
    if (region != NULL) {
        region->io = *io;
    }
    return region;
}

void region_add(struct region *parent, uint64_t base, struct region *child, int priority)
{
    struct region **link = &parent->children;

    ASSERT(child->parent == NULL && parent->kind == REGION_CONTAINER);
    child->parent = parent;
    child->base = base;
    child->priority = priority;
    while (*link != NULL && (*link)->priority > priority) {
        link = &(*link)->sibling;
    }
    child->sibling = *link;
    *link = child;
}

void region_remove(struct region *child)
{
    struct region **link = &child->parent->children;
    while (*link != child) {
        link = &(*link)->sibling;
    }
    *link = child->sibling;
    child->parent = NULL;
    child->sibling = NULL;
}

void region_destroy(struct region *region)
{
    if (region == NULL) {
        return;
    }
    ASSERT(region->parent == NULL);
    while (region->children != NULL) {
        struct region *child = region->children;
        region_remove(child);
        region_destroy(child);
    }
    if (region->host != NULL) {
        munmap(region->host, region->mapped);
    }
    free(region->code_pages);
    free(region->code_granules);
    free(region->name);
    free(region);
}

const char *region_kind_name(enum region_kind kind)
{
    static const char *const names[] = {
        [REGION_CONTAINER] = "container",
        [REGION_RAM] = "ram",
        [REGION_ROM] = "rom",
        [REGION_IO] = "i/o",
    };
    return names[kind];
}
