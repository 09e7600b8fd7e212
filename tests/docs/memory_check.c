// SPDX-License-Identifier: MIT
/* Uses what docs/bare-metal/memory.c has, by name and by what the compiler makes of structures. */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void handle_interrupt(unsigned level);

struct large {
    char bytes[3000];
};

static struct large first, second;

void handle_interrupt(unsigned level)
{
    (void)level;
}

int main(void)
{
    for (unsigned i = 0; i < sizeof first.bytes; i++) {
        first.bytes[i] = (char)(i * 7);
    }
    second = first;
    if (memcmp(&first, &second, sizeof first) != 0) {
        return 1;
    }
    second.bytes[2999]++;
    if (memcmp(&second, &first, sizeof first) <= 0 || memcmp(&first, &second, 2999) != 0) {
        return 2;
    }
    memmove(second.bytes + 5, second.bytes, 100);
    memmove(second.bytes + 200, second.bytes + 205, 100);
    if (memcmp(second.bytes + 5, first.bytes, 100) != 0 ||
        memcmp(second.bytes + 200, first.bytes + 205, 100) != 0) {
        return 3;
    }
    memset(&first, 0x5a, sizeof first);
    if (first.bytes[0] != 0x5a || first.bytes[2999] != 0x5a) {
        return 4;
    }
    return memcpy(&first, &second, 10) == &first && memcmp(&first, &second, 10) == 0 ? 0 : 5;
}
