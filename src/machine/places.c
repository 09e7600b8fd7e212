// SPDX-License-Identifier: MIT
/*
 * Which addresses of the bus are taken.  Regions of one priority never overlap; so each priority has a sorted list,
 * and a new region need be compared with its two neighbours only.  Therefore boards with thousands of devices are
 * made fast.
 */
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"

struct taken {
    uint64_t base, size;
    const struct region *region;
};

struct places {
    struct places *next;
    int priority;
    size_t count, room;
    struct taken *list; /* sorted */
};

static struct places *find_priority(struct machine *m, int priority)
{
    struct places *places = m->places;
    while (places != NULL && places->priority != priority) {
        places = places->next;
    }
    if (places == NULL && (places = calloc(1, sizeof *places)) != NULL) {
        places->priority = priority;
        places->next = m->places;
        m->places = places;
    }
    return places;
}

/* The first that begins at base or above. */
static size_t find_index(const struct places *places, uint64_t base)
{
    size_t low = 0, high = places->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places->list[middle].base < base) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool make_room(struct places *places)
{
    size_t room = places->room == 0 ? 64 : places->room * 2;
    struct taken *grown;

    if (places->count < places->room) {
        return true;
    }
    grown = realloc(places->list, room * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    places->list = grown;
    places->room = room;
    return true;
}

/* The command-line setting that gave a memory its base or size, for the error text; NULL: none did. */
static const char *setting_of(const struct machine *m, const struct region *region)
{
    for (size_t i = 0; i < m->board->memory_count; i++) {
        const struct board_memory *memory = &m->board->memories[i];
        if (strcmp(memory->name, region->name) == 0 && memory->source->status == LEON3EMU_USAGE) {
            return memory->source->label;
        }
    }
    return NULL;
}

static bool refuse(const struct machine *m, const struct taken *other, uint64_t base, uint64_t size,
                   struct error *err)
{
    const char *setting = setting_of(m, other->region);

    return error_set(
        err, LEON3EMU_BOARD,
        "0x%08llx-0x%08llx overlaps %s at 0x%08llx-0x%08llx%s%s; choose another %s",
        (unsigned long long)base, (unsigned long long)(base + size - 1), other->region->name,
        (unsigned long long)other->base, (unsigned long long)(other->base + other->size - 1),
        setting == NULL ? "" : ", which it has by ", setting == NULL ? "" : setting,
        setting == NULL ? "base, or a priority to lie above or below it" : "size or base for it");
}

bool places_take(struct machine *m, const struct region *region, uint64_t base, uint64_t size,
                 int priority, struct error *err)
{
    struct places *places = find_priority(m, priority);
    size_t at;

    if (places == NULL || !make_room(places)) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    at = find_index(places, base);
    if (at > 0 && places->list[at - 1].base + places->list[at - 1].size > base) {
        return refuse(m, &places->list[at - 1], base, size, err);
    }
    if (at < places->count && places->list[at].base < base + size) {
        return refuse(m, &places->list[at], base, size, err);
    }
    memmove(places->list + at + 1, places->list + at, (places->count - at) * sizeof *places->list);
    places->list[at] = (struct taken){base, size, region};
    places->count++;
    return true;
}

void places_free(struct machine *m)
{
    while (m->places != NULL) {
        struct places *places = m->places;
        m->places = places->next;
        free(places->list);
        free(places);
    }
}
