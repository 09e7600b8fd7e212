// SPDX-License-Identifier: MIT
/* Feeds a libFuzzer entry with random bytes, always the same: a short fuzz run for every build.
 * With arguments: runs those files instead. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUTS     1500
#define INPUT_SIZE 600

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int run_file(const char *path)
{
    static const size_t limit = 1 << 20;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(limit);
    if (file == NULL || bytes == NULL) {
        fprintf(stderr, "fuzz_random: cannot read %s\n", path);
        return EXIT_FAILURE;
    }
    size_t size = fread(bytes, 1, limit, file);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    fclose(file);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    uint32_t seed = 0x2545f491;
    for (int i = 1; i < argc; i++) {
        if (run_file(argv[i]) != EXIT_SUCCESS) {
            return EXIT_FAILURE;
        }
    }
    for (uint32_t i = 0; argc < 2 && i < INPUTS; i++) {
        uint8_t bytes[INPUT_SIZE];
        for (uint32_t k = 0; k < INPUT_SIZE; k++) {
            seed = seed * 1664525 + 1013904223;
            bytes[k] = (uint8_t)(seed >> 24);
        }
        LLVMFuzzerTestOneInput(bytes, INPUT_SIZE);
    }
    return EXIT_SUCCESS;
}
