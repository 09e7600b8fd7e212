// SPDX-License-Identifier: MIT
/* Finds the command of the table that a line names; and the commands that need no machine.  See monitor.h. */
#include "monitor/monitor.h"

#include <string.h>

#include "check.h"
#include "core/escape.h"
#include "core/suggest.h"
#include "leon3emu.h"

#define INFO      "info "
#define INFO_SIZE (sizeof INFO - 1)

struct command {
    const char *name;
    const char *arguments;
    const char *help;
    bool (*function)(const struct monitor *monitor, const char *arguments);
};

static const struct command commands[] = {
#define MONITOR_COMMAND(name, arguments, help, function) {name, arguments, help, function},
#include "monitor/commands.def"
};

/* The rest of the line behind the command's name; NULL: the line begins with something else.  The two words of a
 * name may have any number of blanks between them in the line. */
static const char *skip_name(const char *line, const char *name)
{
    while (*name != '\0') {
        struct monitor_word wanted = monitor_next_word(name);
        struct monitor_word word = monitor_next_word(line);
        if (word.length != wanted.length || memcmp(word.text, wanted.text, word.length) != 0) {
            return NULL;
        }
        name = wanted.rest;
        line = word.rest;
    }
    return line;
}

static bool is_info(const struct command *command)
{
    return strncmp(command->name, INFO, INFO_SIZE) == 0;
}

const char *leon3emu_dump_name(unsigned index)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (is_info(&commands[i]) && index-- == 0) {
            return commands[i].name + INFO_SIZE;
        }
    }
    return NULL;
}

/* Says that `info` has no such topic, and which ones it has. */
static bool refuse_topic(const struct monitor *monitor, const struct monitor_word *topic)
{
    struct suggest suggest;
    const char *name;
    char names[200] = "";

    suggest_begin(&suggest, topic->text, topic->length);
    for (unsigned i = 0; (name = leon3emu_dump_name(i)) != NULL; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%sinfo %s", i == 0 ? "" : ", ", name);
        suggest_offer(&suggest, name);
    }
    return monitor_refuse(monitor, "There is no info '%.*s'%s  There are %s.", (int)topic->length,
                          topic->text,
                          *suggest_text(&suggest) != '\0' ? suggest_text(&suggest) : ".", names);
}

static bool refuse_name(const struct monitor *monitor, const char *line)
{
    struct monitor_word word = monitor_next_word(line);
    struct suggest suggest;

    if (skip_name(line, "info") != NULL) {
        word = monitor_next_word(word.rest);
        return refuse_topic(monitor, &word);
    }
    suggest_begin(&suggest, word.text, word.length);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        suggest_offer(&suggest, commands[i].name);
    }
    return monitor_refuse(monitor, "There is no monitor command '%.*s'%s  monitor help lists them.",
                          (int)word.length, word.text,
                          *suggest_text(&suggest) != '\0' ? suggest_text(&suggest) : ".");
}

bool monitor_execute(const struct monitor *monitor, const char *line)
{
    if (monitor_next_word(line).length == 0) {
        return monitor_help(monitor, "");
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const char *arguments = skip_name(line, commands[i].name);
        if (arguments != NULL) {
            return commands[i].function(monitor, arguments);
        }
    }
    return refuse_name(monitor, line);
}

bool leon3emu_monitor(struct machine *m, unsigned cpu, const char *command, FILE *stream)
{
    const struct monitor monitor = {.machine = m, .cpu = cpu, .stream = stream};

    return monitor_execute(&monitor, command);
}

/* ---- commands that need no machine ---- */

bool monitor_help(const struct monitor *monitor, const char *arguments)
{
    (void)arguments;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const struct command *command = &commands[i];
        int used = fprintf(monitor->stream, "monitor %s %s", command->name, command->arguments);
        fprintf(monitor->stream, "%*s %s\n", used < 29 ? 29 - used : 0, "", command->help);
    }
    return true;
}

bool monitor_reset(const struct monitor *monitor, const char *arguments)
{
    struct error err;

    (void)arguments;
    if (monitor->control == NULL) {
        return monitor_refuse(monitor, "There is no run here that could begin anew.");
    }
    if (!monitor->control->restart(monitor->context, &err)) {
        return monitor_refuse(monitor, "The machine was not reset: %s", err.text);
    }
    fprintf(monitor->stream,
            "The machine is at its start again, and the program loaded anew.  %s\n",
            monitor->control->after_restart);
    return true;
}

bool monitor_quit(const struct monitor *monitor, const char *arguments)
{
    (void)arguments;
    if (monitor->control == NULL) {
        return monitor_refuse(monitor, "There is no run here that could end.");
    }
    fputs("The emulator ends.\n", monitor->stream);
    monitor->control->quit(monitor->context);
    return true;
}
