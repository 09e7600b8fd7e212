// SPDX-License-Identifier: MIT
/* The four functions that a compiler calls by itself, for copies of structures, for example, also without a C
 * library.  The empty asm keeps it from turning their loops into calls of themselves. */
#include <stddef.h>

#define PLAIN_LOOP __asm__ volatile("")

void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        PLAIN_LOOP;
        ((char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        PLAIN_LOOP;
        ((char *)to)[i] = (char)value;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    if ((char *)to <= (const char *)from) {
        return memcpy(to, from, size);
    }
    while (size-- > 0) {
        PLAIN_LOOP;
        ((char *)to)[size] = ((const char *)from)[size];
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *one = a, *other = b;

    for (size_t i = 0; i < size; i++) {
        if (one[i] != other[i]) {
            return one[i] < other[i] ? -1 : 1;
        }
    }
    return 0;
}
