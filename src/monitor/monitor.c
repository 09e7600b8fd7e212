// SPDX-License-Identifier: MIT
/* GDB's `monitor`: commands to the emulator itself. */
#include <string.h>

#include "core/escape.h"
#include "core/suggest.h"
#include "machine/gdb_glue.h"

#define SEPARATORS " \t"

/* A word, and the rest of the line behind it. */
struct words {
    const char *word;
    size_t length;
    const char *rest;
};

static struct words split(const char *line)
{
    const char *word = line + strspn(line, SEPARATORS);
    size_t length = strcspn(word, SEPARATORS);
    const char *rest = word + length;
    return (struct words){word, length, rest + strspn(rest, SEPARATORS)};
}

static bool is_word(const struct words *words, const char *wanted)
{
    return strlen(wanted) == words->length && memcmp(wanted, words->word, words->length) == 0;
}

static void do_mtree(struct gdb_glue *glue, FILE *stream)
{
    leon3emu_dump_mtree(glue->machine, stream);
}

static void do_qtree(struct gdb_glue *glue, FILE *stream)
{
    leon3emu_dump_qtree(glue->machine, stream);
}

static void do_stats(struct gdb_glue *glue, FILE *stream)
{
    leon3emu_stats(glue->machine, stream);
}

/* GDB does not know that registers have changed. */
static void do_reset(struct gdb_glue *glue, FILE *stream)
{
    struct error err;
    if (!gdb_glue_restart(glue, &err)) {
        escape_print(stream, "The machine was not reset: %s\n", err.text);
        return;
    }
    fputs("The machine is at its start again, and the program loaded anew.  GDB has yet to notice: "
          "maintenance flush register-cache\n",
          stream);
}

static void do_quit(struct gdb_glue *glue, FILE *stream)
{
    fputs("The emulator ends.\n", stream);
    gdb_glue_kill(glue);
}

struct command {
    const char *name;
    const char *help;
    void (*function)(struct gdb_glue *glue, FILE *stream);
};

static const struct command topics[] = {
    {"mtree", "address space: memories and registers", do_mtree},
    {"qtree", "CPUs, devices and their properties", do_qtree},
    {"stats", "counters of the run", do_stats},
    {0},
};

static void do_help(struct gdb_glue *glue, FILE *stream);

static const struct command commands[] = {
    {"help", "this list", do_help},
    {"info mtree", "address space: memories and registers", NULL},
    {"info qtree", "CPUs, devices and their properties", NULL},
    {"info stats", "counters of the run", NULL},
    {"reset", "begin anew: files loaded again, all in reset state, halted", do_reset},
    {"quit", "end the emulator", do_quit},
    {0},
};

static void do_help(struct gdb_glue *glue, FILE *stream)
{
    (void)glue;
    for (const struct command *command = commands; command->name != NULL; command++) {
        fprintf(stream, "monitor %-12s %s\n", command->name, command->help);
    }
}

/* False: there is no such word in the table; *suggest has heard of all that there are. */
static bool run_word(struct gdb_glue *glue, const struct command *table, const struct words *words,
                     struct suggest *suggest, FILE *stream)
{
    suggest_begin(suggest, words->word, words->length);
    for (const struct command *command = table; command->name != NULL; command++) {
        if (command->function != NULL && is_word(words, command->name)) {
            command->function(glue, stream);
            return true;
        }
        suggest_offer(suggest, command->name);
    }
    return false;
}

static void do_info(struct gdb_glue *glue, const char *topic, FILE *stream)
{
    struct words words = split(topic);
    struct suggest suggest;
    if (!run_word(glue, topics, &words, &suggest, stream)) {
        escape_print(stream,
                     "There is no info '%.*s'%s  There are info mtree, info qtree, info stats.\n",
                     (int)words.length, words.word,
                     *suggest_text(&suggest) != '\0' ? suggest_text(&suggest) : ".");
    }
}

void gdb_monitor(void *context, const char *command, FILE *stream)
{
    struct gdb_glue *glue = context;
    struct words words = split(command);
    struct suggest suggest;

    if (words.length == 0) {
        do_help(glue, stream);
    } else if (is_word(&words, "info")) {
        do_info(glue, words.rest, stream);
    } else if (!run_word(glue, commands, &words, &suggest, stream)) {
        escape_print(stream, "There is no monitor command '%.*s'%s  monitor help lists them.\n",
                     (int)words.length, words.word,
                     *suggest_text(&suggest) != '\0' ? suggest_text(&suggest) : ".");
    }
}
