// SPDX-License-Identifier: MIT
/* What was loaded where, see loaded.h. */
#include "image/loaded.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct loaded *loaded_of_image(const struct image *image)
{
    struct loaded *loaded =
        calloc(1, sizeof *loaded + image->segment_count * sizeof loaded->ranges[0]);

    if (loaded == NULL) {
        return NULL;
    }
    memcpy(loaded->label, image->label, sizeof loaded->label);
    loaded->count = image->segment_count;
    for (size_t i = 0; i < loaded->count; i++) {
        const struct image_segment *segment = &image->segments[i];
        loaded->ranges[i].start = segment->address;
        loaded->ranges[i].end = (uint64_t)segment->address + segment->mem_size;
    }
    return loaded;
}

/* Finds the first range of bytes that both images have written; both lists are sorted by
 * address. */
static bool find_common(const struct loaded *a, const struct loaded *b, struct loaded_range *common)
{
    size_t i = 0, k = 0;

    while (i < a->count && k < b->count) {
        const struct loaded_range *x = &a->ranges[i], *y = &b->ranges[k];
        common->start = x->start > y->start ? x->start : y->start;
        common->end = x->end < y->end ? x->end : y->end;
        if (common->start < common->end) {
            return true;
        }
        if (x->end < y->end) {
            i++;
        } else {
            k++;
        }
    }
    return false;
}

/* How many overwritten images get a message of their own; of further ones only the number is
 * reported. */
#define MOST_NOTICES 4u

bool loaded_add(struct loaded **list, const struct image *image,
                void (*notice)(void *context, const char *line), void *context)
{
    struct loaded *loaded = loaded_of_image(image);
    struct loaded_range common;
    char line[2 * HOST_FILE_LABEL_SIZE + 100];
    unsigned overwritten = 0;

    if (loaded == NULL) {
        return false;
    }
    for (const struct loaded *earlier = *list; earlier != NULL; earlier = earlier->next) {
        if (find_common(loaded, earlier, &common) && ++overwritten <= MOST_NOTICES) {
            snprintf(line, sizeof line, "%s overwrites 0x%08" PRIx64 "-0x%08" PRIx64 " of %s",
                     loaded->label, common.start, common.end - 1, earlier->label);
            notice(context, line);
        }
    }
    if (overwritten > MOST_NOTICES) {
        snprintf(line, sizeof line, "%s overwrites bytes of %u more images", loaded->label,
                 overwritten - MOST_NOTICES);
        notice(context, line);
    }
    loaded->next = *list;
    *list = loaded;
    return true;
}

void loaded_free(struct loaded **list)
{
    while (*list != NULL) {
        struct loaded *loaded = *list;
        *list = loaded->next;
        free(loaded);
    }
}
