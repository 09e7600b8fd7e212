// SPDX-License-Identifier: MIT
/*
 * The names of a board's memories and devices while it is read, in a hash table, because a
 * generated board may have thousands.  A slot holds the index of a memory or device and a bit that
 * says which of the two it is; 0 is a free slot.
 */
#include <stdlib.h>
#include <string.h>

#include "board/board_entry.h"

#define FIRST_SLOTS ((size_t)64)
#define IS_MEMORY   1u

/* FNV-1a. */
static uint32_t hash(const char *name)
{
    uint32_t value = 2166136261u;

    for (; *name != '\0'; name++) {
        value = (value ^ (unsigned char)*name) * 16777619u;
    }
    return value;
}

static struct board_name slot_content(const struct board_desc *desc, uint32_t slot)
{
    size_t index = (slot - 2) >> 1;

    if (slot & IS_MEMORY) {
        return (struct board_name){&desc->memories[index], NULL};
    }
    return (struct board_name){NULL, &desc->devices[index]};
}

/* The slot that has the name, or is free for it. */
static uint32_t *find_slot(const struct board_desc *desc, const char *name)
{
    size_t mask = desc->name_slot_count - 1;

    for (size_t at = hash(name) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &desc->name_slots[at];
        struct board_name found;
        if (*slot == 0) {
            return slot;
        }
        found = slot_content(desc, *slot);
        if (strcmp(found.memory != NULL ? found.memory->name : found.device->name, name) == 0) {
            return slot;
        }
    }
}

struct board_name board_name_find(const struct board_desc *desc, const char *name)
{
    const uint32_t *slot = desc->name_slots == NULL ? NULL : find_slot(desc, name);

    return slot == NULL || *slot == 0 ? (struct board_name){NULL, NULL} : slot_content(desc, *slot);
}

/* Doubles the room, so that at most half of the slots are used. */
static bool grow_slots(struct board_desc *desc)
{
    size_t old_count = desc->name_slot_count;
    uint32_t *old = desc->name_slots;
    size_t count = old_count == 0 ? FIRST_SLOTS : old_count * 2;

    desc->name_slots = calloc(count, sizeof *desc->name_slots);
    if (desc->name_slots == NULL) {
        desc->name_slots = old;
        return false;
    }
    desc->name_slot_count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] != 0) {
            struct board_name name = slot_content(desc, old[i]);
            *find_slot(desc, name.memory != NULL ? name.memory->name : name.device->name) = old[i];
        }
    }
    free(old);
    return true;
}

bool board_name_add(struct board_desc *desc, const char *name, size_t index, bool is_memory)
{
    if (desc->name_count * 2 >= desc->name_slot_count && !grow_slots(desc)) {
        return false;
    }
    *find_slot(desc, name) = (uint32_t)(((index + 1) << 1) | (is_memory ? IS_MEMORY : 0));
    desc->name_count++;
    return true;
}
