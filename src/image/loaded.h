// SPDX-License-Identifier: MIT
/* Which bytes of memory which image was loaded to, to tell of images that lie on top of each other. */
#ifndef IMAGE_LOADED_H
#define IMAGE_LOADED_H

#include "image/image.h"

/* What an image has written; the last one loaded comes first. */
struct loaded {
    struct loaded *next;
    char label[HOST_FILE_LABEL_SIZE];
    size_t count;
    struct loaded_range {
        uint64_t start, end;
    } ranges[]; /* by ascending address, none overlaps another */
};

/* Notes what an image writes.  Calls tell() for the last few images that it overwrites, with the first
 * bytes that both have, and then for how many more there are.  False: no memory. */
bool loaded_add(struct loaded **list, const struct image *image,
                void (*tell)(void *context, const char *line), void *context);
void loaded_free(struct loaded **list);

#endif
