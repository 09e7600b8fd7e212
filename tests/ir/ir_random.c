// SPDX-License-Identifier: MIT
/*
 * Random programs, executed by every backend and after every pass, must give the same state, memory, calls and
 * reasons to leave as the IR interpreter gives for the blocks without any pass.
 *
 *     ir_random [--seed N] [--count N] [--only NAME] [--passes NAMES] [--dump] [--list]
 *
 * Programs N, N + 1, ... are made; --count 0 goes on for ever.  --only takes one way of executing them
 * (--list has their names), --passes the passes that "ir+passes" and "x64+passes" run (else it is random),
 * --dump writes each program's blocks before and after the passes.  On a crash the program's number is
 * written.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "toy_host.h"
#include "toy_program.h"

#define CACHE_SIZE (8u << 20)

struct way {
    const char *name;
    const struct jit_backend *backend;
    enum { RAW, ALL, SOME } passes;
    unsigned stress;
    bool plain_cpu;
};

static const struct way ways[] = {
    {"ir", &jit_ir_backend, RAW, 0, false},
    {"ir+opt", &jit_ir_backend, ALL, 0, false},
    {"ir+passes", &jit_ir_backend, SOME, 0, false},
    {"toy", &toy_host_backend, RAW, 0, false},
    {"toy+opt", &toy_host_backend, ALL, 0, false},
    {"toy+ra", &toy_host_backend, RAW, JIT_STRESS_RA, false},
#if defined(__x86_64__)
    {"x64", &jit_x64_backend, RAW, 0, false},
    {"x64+opt", &jit_x64_backend, ALL, 0, false},
    {"x64+passes", &jit_x64_backend, SOME, JIT_STRESS_RA, true},
    {"x64+ra", &jit_x64_backend, RAW, JIT_STRESS_RA, false},
    {"x64+plain", &jit_x64_backend, ALL, 0, true},
#endif
};

struct options {
    uint64_t seed;
    uint64_t count;
    const char *only;
    const char *pass_names;
    bool dump;
};

/* ---- crashes ---- */

static volatile sig_atomic_t current_seed; /* of the program that runs, for the handler */
static const char *volatile current_way = "";

static void on_crash(int number)
{
    char text[100];
    int length = snprintf(text, sizeof text, "signal %d in program %ld, %s\n", number,
                          (long)current_seed, current_way);

    if (write(STDERR_FILENO, text, (size_t)length) >= 0) {
        _exit(3);
    }
    _exit(4);
}

static void catch_crashes(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};

    for (unsigned i = 0; i < ARRAY_LEN(numbers); i++) {
        signal(numbers[i], on_crash);
    }
}

/* ---- passes ---- */

static unsigned pass_bits(const struct options *options, const struct way *way, uint64_t seed)
{
    unsigned bits = 0;

    if (way->passes != SOME) {
        return way->passes == ALL ? ~0u : 0;
    }
    if (options->pass_names == NULL) {
        return (unsigned)toy_scramble(seed ^ 77);
    }
    for (unsigned i = 0; i < ir_pass_count; i++) {
        const char *found = strstr(options->pass_names, ir_passes[i].name);
        bits |= found != NULL ? 1u << i : 0;
    }
    return bits;
}

/* ---- text ---- */

static char *dump_text(const struct ir_block *block)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    CHECK(stream != NULL);
    ir_dump(block, stream);
    fclose(stream);
    return text;
}

/* Checks that the block is valid, and that its text, read again, gives the same block. */
static bool check_block(const struct ir_block *block, uint64_t seed, const char *when)
{
    struct ir_block *copy = calloc(1, sizeof *copy);
    char *text = dump_text(block);
    char message[200];

    CHECK(copy != NULL);
    bool ok = ir_verify(block, message, sizeof message) &&
              ir_parse(copy, &toy_guest, text, message, sizeof message) &&
              ir_verify(copy, message, sizeof message);
    if (ok) {
        char *again = dump_text(copy);
        ok = strcmp(text, again) == 0;
        snprintf(message, sizeof message, "text differs after parsing");
        free(again);
    }
    if (!ok) {
        printf("program %llu, %s: %s\n%s", (unsigned long long)seed, when, message, text);
    }
    free(text);
    free(copy);
    return ok;
}

/* ---- one program ---- */

/* Puts the program's blocks through the passes of this way of executing it, and checks them. */
static bool prepare(const struct options *options, const struct way *way, unsigned bits,
                    struct toy_program *program)
{
    for (unsigned i = 0; i < program->count; i++) {
        if (bits != 0) {
            ir_optimize(program->blocks[i], bits, NULL, NULL);
        }
        if (options->dump) {
            printf("---- %s, passes %x\n", way->name, bits & ((1u << ir_pass_count) - 1));
            ir_dump(program->blocks[i], stdout);
        }
        if (!check_block(program->blocks[i], program->seed, way->name)) {
            return false;
        }
    }
    return true;
}

/* *guessed: whether all guesses were right. */
static struct toy *run_passes(const struct options *options, const struct way *way, unsigned bits,
                              uint64_t seed, unsigned watch, bool *guessed)
{
    struct toy_program *program = toy_program_create(seed);
    struct toy *toy = toy_create(way->backend->flags);
    struct jit_config config = {
        .guest = &toy_guest,
        .cache_size = CACHE_SIZE,
        .stress = way->stress | (seed % 4 == 0 ? JIT_STRESS_EXIT : 0),
        .plain_cpu = way->plain_cpu,
    };

    toy->watch = watch;
    current_seed = (sig_atomic_t)seed;
    current_way = way->name;
    *guessed = true;
    if (prepare(options, way, bits, program)) {
        *guessed = toy_program_run(program, way->backend, &config, toy);
    } else {
        toy_destroy(toy);
        toy = NULL;
    }
    toy_program_destroy(program);
    return toy;
}

static struct toy *run_way(const struct options *options, const struct way *way, uint64_t seed,
                           unsigned watch)
{
    unsigned bits = pass_bits(options, way, seed);
    bool guessed;
    struct toy *toy = run_passes(options, way, bits, seed, watch, &guessed);

    if (!guessed) { /* a program in which passes guess wrong is run again without them */
        toy_destroy(toy);
        toy = run_passes(options, way, bits & ~IR_GUESSES, seed, watch, &guessed);
    }
    return toy;
}

/* Runs the IR interpreter and the other way again up to the first event that differs, to print what differs in it. */
static void explain(const struct options *options, const struct way *way, uint64_t seed,
                    unsigned event)
{
    struct options silent = *options;
    char text[600];

    silent.dump = false;
    struct toy *expected = run_way(&silent, &ways[0], seed, event + 1);
    struct toy *got = run_way(&silent, way, seed, event + 1);
    if (expected != NULL && got != NULL &&
        toy_watched_difference(expected, got, text, sizeof text) != NULL) {
        printf("  %s\n", text);
    }
    toy_destroy(expected);
    toy_destroy(got);
}

static bool compare_way(const struct options *options, const struct way *way, uint64_t seed,
                        const struct toy *expected)
{
    struct toy *got = run_way(options, way, seed, 0);
    char text[600];
    bool ok = got != NULL && toy_difference(expected, got, text, sizeof text) == NULL;

    if (got != NULL && !ok) {
        printf("program %llu: %s and %s differ: %s\n", (unsigned long long)seed, ways[0].name,
               way->name, text);
        if (toy_different_event(expected, got) < TOY_EVENTS) {
            explain(options, way, seed, toy_different_event(expected, got));
        }
    }
    toy_destroy(got);
    return ok;
}

static bool check_program(const struct options *options, uint64_t seed, uint64_t *events)
{
    struct toy *expected = run_way(options, &ways[0], seed, 0);
    bool ok = expected != NULL;

    for (unsigned i = 1; ok && i < ARRAY_LEN(ways); i++) {
        if (options->only == NULL || strcmp(options->only, ways[i].name) == 0) {
            ok = compare_way(options, &ways[i], seed, expected);
        }
    }
    if (expected != NULL) {
        *events += expected->event_count;
    }
    toy_destroy(expected);
    return ok;
}

/* ---- the command line ---- */

static int list_ways(void)
{
    for (unsigned i = 0; i < ARRAY_LEN(ways); i++) {
        puts(ways[i].name);
    }
    return EXIT_SUCCESS;
}

static bool read_option(struct options *options, char **argv, int *used)
{
    *used = 2;
    if (strcmp(argv[0], "--dump") == 0) {
        options->dump = true;
        *used = 1;
    } else if (argv[1] == NULL) {
        return false;
    } else if (strcmp(argv[0], "--seed") == 0) {
        options->seed = strtoull(argv[1], NULL, 0);
    } else if (strcmp(argv[0], "--count") == 0) {
        options->count = strtoull(argv[1], NULL, 0);
    } else if (strcmp(argv[0], "--only") == 0) {
        options->only = argv[1];
    } else if (strcmp(argv[0], "--passes") == 0) {
        options->pass_names = argv[1];
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1, .count = 1};
    uint64_t events = 0;
    uint64_t failures = 0;
    uint64_t done = 0;
    int used;

    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list_ways();
    }
    for (argv++; *argv != NULL; argv += used) {
        if (!read_option(&options, argv, &used)) {
            fprintf(stderr, "ir_random: what is %s?\n", *argv);
            return 2;
        }
    }
    catch_crashes();
    for (; options.count == 0 || done < options.count; done++) {
        failures += !check_program(&options, options.seed + done, &events);
        fflush(stdout);
    }
    printf("ir_random: %llu programs, %llu events, %llu failures\n", (unsigned long long)done,
           (unsigned long long)events, (unsigned long long)failures);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
