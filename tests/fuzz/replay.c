// SPDX-License-Identifier: MIT
/*
 * Runs the files of a corpus directory, in the order of their names, through a libFuzzer entry,
 * after the empty input.  Needs no libFuzzer: so every build checks what was ever found.
 *
 *     replay_NAME CORPUS-DIRECTORY|FILE ...
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
/* Of targets that have something to set up. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The entry gets a block of just the file's size, so that a sanitizer sees a read past its end. */
static bool run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(FILE_LIMIT);
    size_t size = file == NULL || bytes == NULL ? 0 : fread(bytes, 1, FILE_LIMIT, file);
    bool ok = file != NULL && bytes != NULL && !ferror(file) && feof(file);

    if (file != NULL) {
        fclose(file);
    }
    if (ok) {
        uint8_t *exact = realloc(bytes, size + (size == 0));
        bytes = exact == NULL ? bytes : exact;
        fprintf(stderr, "%s\n", path);
        LLVMFuzzerTestOneInput(bytes, size);
    } else {
        fprintf(stderr, "%s: cannot be read, or is larger than %u bytes\n", path, FILE_LIMIT);
    }
    free(bytes);
    return ok;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* False: a file failed, or there is none. */
static bool run_directory(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    bool ok = count > 0;

    if (count <= 0) {
        fprintf(stderr, "%s: no corpus there\n", path);
    }
    for (int i = 0; i < count; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        ok = run_file(name) && ok;
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return ok;
}

static bool is_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory != NULL) {
        closedir(directory);
    }
    return directory != NULL;
}

int main(int argc, char **argv)
{
    bool ok = argc > 1;

    if (LLVMFuzzerInitialize != NULL) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        ok = (is_directory(argv[i]) ? run_directory(argv[i]) : run_file(argv[i])) && ok;
    }
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
