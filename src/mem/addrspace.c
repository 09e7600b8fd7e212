// SPDX-License-Identifier: MIT
/*
 * Address spaces: rendering the region tree into a flat view, transactions, look-up.
 *
 * Rendering walks the tree from the top priority down and puts each piece only where nothing is
 * yet, so a later piece never hides an earlier one.  The view is small (tens of ranges): insertion
 * into a sorted array is all the data structure it needs.
 */
#include "mem/addrspace.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/escape.h"
#include "mem/window.h"

struct view {
    struct flat_range *ranges;
    unsigned count;
    unsigned room;
    bool failed; /* out of memory; sticky */
};

/* The place of a region in the walk: its offset 0 lies at `base`, and only [start, end) of it is
 * visible. */
struct clip {
    uint64_t base;
    uint64_t start;
    uint64_t end;
};

static void view_insert(struct view *view, unsigned at, const struct flat_range *range)
{
    if (view->count == view->room) {
        unsigned room = view->room == 0 ? 32 : view->room * 2;
        struct flat_range *grown = realloc(view->ranges, room * sizeof *grown);
        if (grown == NULL) {
            view->failed = true;
            return;
        }
        view->ranges = grown;
        view->room = room;
    }
    memmove(&view->ranges[at + 1], &view->ranges[at], (view->count - at) * sizeof *range);
    view->ranges[at] = *range;
    view->count++;
}

/* The first range of a sorted list that ends after address; if there is none, count. */
static unsigned first_behind(const struct flat_range *ranges, unsigned count, uint64_t address)
{
    unsigned low = 0;
    unsigned high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (ranges[middle].start + ranges[middle].size > address) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Fills the gaps of [clip.start, clip.end) with region. */
static void view_fill(struct view *view, struct region *region, const struct clip *clip)
{
    uint64_t at = clip->start;
    unsigned first = first_behind(view->ranges, view->count, at);
    for (unsigned i = first; i <= view->count && at < clip->end && !view->failed; i++) {
        uint64_t stop = i < view->count ? view->ranges[i].start : clip->end;
        if (stop > clip->end) {
            stop = clip->end;
        }
        if (at < stop) {
            struct flat_range piece = {at, stop - at, region, at - clip->base};
            view_insert(view, i, &piece);
            i++;
        }
        if (i < view->count && view->ranges[i].start + view->ranges[i].size > at) {
            at = view->ranges[i].start + view->ranges[i].size;
        }
    }
}

static struct clip clip_child(const struct clip *outer, uint64_t base, uint64_t size)
{
    uint64_t end = base + size;
    struct clip inner = {base, base > outer->start ? base : outer->start,
                         end < outer->end ? end : outer->end};
    return inner;
}

static void view_render(struct view *view, struct region *region, const struct clip *clip)
{
    struct clip own = clip_child(clip, clip->base, region->size);
    if (own.start >= own.end) {
        return;
    }
    if (region->kind != REGION_CONTAINER) {
        view_fill(view, region, &own);
        return;
    }
    for (struct region *child = region->children; child != NULL; child = child->sibling) {
        struct clip inside = {own.base + child->base, own.start, own.end};
        view_render(view, child, &inside);
    }
}

void addrspace_init(struct addrspace *space, const char *name, struct region *root, struct bus *bus)
{
    memset(space, 0, sizeof *space);
    space->name = name;
    space->root = root;
    space->bus = bus;
}

void addrspace_fini(struct addrspace *space)
{
    window_close(space);
    free(space->ranges);
    space->ranges = NULL;
    space->range_count = 0;
}

void addrspace_begin(struct addrspace *space)
{
    space->depth++;
}

static bool range_is_in(const struct flat_range *range, const struct view *view)
{
    unsigned i = first_behind(view->ranges, view->count, range->start);
    return i < view->count && memcmp(range, &view->ranges[i], sizeof *range) == 0;
}

static void tell(const struct addrspace *space, const struct flat_range *range, bool added)
{
    for (struct space_listener *l = space->listeners; l != NULL; l = l->next) {
        l->changed(l->context, range, added);
    }
}

/* Tells the listeners of each range that is in `list` and not in `other`. */
static void tell_difference(const struct addrspace *space, const struct view *list,
                            const struct view *other, bool added)
{
    for (unsigned i = 0; i < list->count; i++) {
        if (!range_is_in(&list->ranges[i], other)) {
            tell(space, &list->ranges[i], added);
        }
    }
}

bool addrspace_commit(struct addrspace *space)
{
    struct view fresh = {0};
    struct view old = {.ranges = space->ranges, .count = space->range_count};
    struct clip whole = {0, 0, space->root->size};

    ASSERT(space->depth > 0);
    if (--space->depth > 0) {
        return true;
    }
    view_render(&fresh, space->root, &whole);
    if (fresh.failed) {
        free(fresh.ranges);
        return false;
    }
    /* If the view has not changed, no listener is told. */
    if (fresh.count == old.count &&
        (fresh.count == 0 ||
         memcmp(fresh.ranges, old.ranges, fresh.count * sizeof *fresh.ranges) == 0)) {
        free(fresh.ranges);
        return true;
    }
    space->ranges = fresh.ranges;
    space->range_count = fresh.count;
    window_arrange(space, old.ranges, old.count);
    tell_difference(space, &old, &fresh, false);
    tell_difference(space, &fresh, &old, true);
    free(old.ranges);
    return true;
}

void addrspace_listen(struct addrspace *space, struct space_listener *listener)
{
    listener->next = space->listeners;
    space->listeners = listener;
}

void addrspace_unlisten(struct addrspace *space, struct space_listener *listener)
{
    struct space_listener **link = &space->listeners;
    while (*link != NULL && *link != listener) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = listener->next;
    }
}

uint32_t addrspace_page_flags(const struct addrspace *space, uint64_t address)
{
    uint64_t start = address & ~(uint64_t)TLB_PAGE_MASK;
    uint32_t flags = 0;

    for (unsigned i = first_behind(space->ranges, space->range_count, start);
         i < space->range_count && space->ranges[i].start < start + TLB_PAGE_SIZE; i++) {
        const struct region *region = space->ranges[i].region;
        if (region->kind == REGION_IO && region->io.owner->external) {
            return TLB_EXTERNAL;
        }
        flags = TLB_DEVICE;
    }
    return flags;
}

const struct flat_range *addrspace_find(const struct addrspace *space, uint64_t address)
{
    unsigned low = 0;
    unsigned high = space->range_count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        const struct flat_range *range = &space->ranges[middle];
        if (address < range->start) {
            high = middle;
        } else if (address - range->start >= range->size) {
            low = middle + 1;
        } else {
            return range;
        }
    }
    return NULL;
}

uint32_t addrspace_plain(const struct addrspace *space, uint32_t *start)
{
    const struct flat_range *ram = NULL;

    *start = 0;
    for (unsigned i = 0; i < space->range_count; i++) {
        const struct flat_range *range = &space->ranges[i];
        if (range->region->kind == REGION_RAM) {
            if (ram != NULL) {
                return 0;
            }
            ram = range;
        }
    }
    if (ram == NULL || !space->linear || ram->size < TLB_PAGE_SIZE || ram->size > UINT32_MAX ||
        ram->start % TLB_PAGE_SIZE != 0 || (ram->size & (ram->size - 1)) != 0) {
        return 0;
    }
    *start = (uint32_t)ram->start;
    return (uint32_t)ram->size;
}

uint8_t *addrspace_memory(const struct addrspace *space, uint64_t address, uint64_t size)
{
    const struct flat_range *range = addrspace_find(space, address);
    if (range == NULL || range->region->host == NULL ||
        size > range->size - (address - range->start)) {
        return NULL;
    }
    return range->region->host + range->offset + (address - range->start);
}

static void dump_tree(const struct region *region, uint64_t base, int indent, FILE *stream)
{
    escape_print(stream, "%*s%08llx-%08llx %s", indent, "", (unsigned long long)base,
                 (unsigned long long)(base + region->size - 1), region->name);
    fprintf(stream, " (%s%s", region_kind_name(region->kind),
            region->kind == REGION_IO && region->io.owner->external ? ", external" : "");
    fprintf(stream, region->priority == 0 ? ")\n" : ", priority %d)\n", region->priority);
    for (const struct region *child = region->children; child != NULL; child = child->sibling) {
        dump_tree(child, base + child->base, indent + 2, stream);
    }
}

void addrspace_dump(const struct addrspace *space, FILE *stream)
{
    escape_print(stream, "address space %s: regions\n", space->name);
    dump_tree(space->root, 0, 2, stream);
    escape_print(stream, "address space %s: flat view\n", space->name);
    for (unsigned i = 0; i < space->range_count; i++) {
        const struct flat_range *range = &space->ranges[i];
        escape_print(stream, "  %08llx-%08llx %s +%llx (%s)\n", (unsigned long long)range->start,
                     (unsigned long long)(range->start + range->size - 1), range->region->name,
                     (unsigned long long)range->offset, region_kind_name(range->region->kind));
    }
}
