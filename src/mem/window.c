// SPDX-License-Identifier: MIT
/* The linear window, see window.h. */
#include "mem/window.h"

#include <sys/mman.h>

#include "check.h"

#define WINDOW_SIZE (UINT64_C(1) << 32)

static uint8_t *reserve(uint8_t *at, uint64_t size)
{
    int fixed = at == NULL ? 0 : MAP_FIXED;
    uint8_t *place =
        mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
    return place == MAP_FAILED ? NULL : place;
}

bool window_open(struct addrspace *space)
{
    ASSERT(space->window == NULL);
    space->window = reserve(NULL, WINDOW_SIZE);
    if (space->window != NULL) {
        window_arrange(space, NULL, 0);
    }
    return space->window != NULL;
}

static bool is_inside(const struct addrspace *space, const struct region *region)
{
    return region->host >= space->window && region->host < space->window + WINDOW_SIZE;
}

/* Does the range show all of its region's pages, and nothing but them? */
static bool is_placeable(const struct flat_range *range)
{
    return range->offset == 0 && range->size == range->region->mapped &&
           (range->start & TLB_PAGE_MASK) == 0 && range->start + range->size <= WINDOW_SIZE;
}

static uint8_t *place_of(const struct addrspace *space, const struct flat_range *range)
{
    return space->window + range->start;
}

/* Moves region's bytes out of the window; their addresses there stay reserved. */
static bool evict(struct region *region)
{
    uint8_t *old = region->host;
    uint8_t *place = reserve(NULL, region->mapped);
    return place != NULL && region_move_bytes(region, place) &&
           reserve(old, region->mapped) != NULL;
}

/* Do region's bytes lie where the view needs them? */
static bool is_placed(const struct addrspace *space, const struct region *region)
{
    for (unsigned i = 0; i < space->range_count; i++) {
        const struct flat_range *range = &space->ranges[i];
        if (range->region == region && is_placeable(range) &&
            region->host == place_of(space, range)) {
            return true;
        }
    }
    return false;
}

/* Moves those of the ranges' regions out that lie in the window but not at their places, so that
 * others can be put there. */
static bool clear_places(struct addrspace *space, const struct flat_range *ranges, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct region *region = ranges[i].region;
        if (region->host != NULL && is_inside(space, region) && !is_placed(space, region) &&
            !evict(region)) {
            return false;
        }
    }
    return true;
}

static bool fill_places(struct addrspace *space)
{
    for (unsigned i = 0; i < space->range_count; i++) {
        const struct flat_range *range = &space->ranges[i];
        struct region *region = range->region;
        if (region->host == NULL || region->host == place_of(space, range)) {
            continue;
        }
        /* A region that lies in the window already has two ranges in the view. */
        if (!is_placeable(range) || is_inside(space, region) ||
            !region_move_bytes(region, place_of(space, range))) {
            return false;
        }
    }
    return true;
}

void window_arrange(struct addrspace *space, const struct flat_range *old, unsigned count)
{
    if (space->window != NULL) {
        space->linear = clear_places(space, old, count) &&
                        clear_places(space, space->ranges, space->range_count) &&
                        fill_places(space);
    }
}

void window_close(struct addrspace *space)
{
    if (space->window == NULL) {
        return;
    }
    for (unsigned i = 0; i < space->range_count; i++) {
        struct region *region = space->ranges[i].region;
        /* If the host has no memory to move the bytes to, they are lost with the window. */
        if (region->host != NULL && is_inside(space, region) && !evict(region) &&
            is_inside(space, region)) {
            region->host = NULL;
        }
    }
    munmap(space->window, WINDOW_SIZE);
    space->window = NULL;
    space->linear = false;
}
