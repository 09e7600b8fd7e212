// SPDX-License-Identifier: MIT
/* Remembers which bytes of memory each image was loaded to, to warn of images that overlap. */
#ifndef IMAGE_LOADED_H
#define IMAGE_LOADED_H

#include "image/image.h"

/* The address ranges that one image has written.  A list of them begins with the last image
 * loaded. */
struct loaded {
    struct loaded *next;
    char label[HOST_FILE_LABEL_SIZE];
    size_t count;
    struct loaded_range {
        uint64_t start, end;
    } ranges[]; /* by ascending address, none overlaps another */
};

/* Adds an image to the list.  Calls notice() with a message for each of the last few images that it
 * overwrites, which names the first bytes that both have, and with one for the number of further
 * images.  False: no memory. */
bool loaded_add(struct loaded **list, const struct image *image,
                void (*notice)(void *context, const char *line), void *context);
void loaded_free(struct loaded **list);

#endif
