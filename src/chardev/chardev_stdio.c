// SPDX-License-Identifier: MIT
/*
 * `stdio`: standard input and output, and the raw console on a terminal.
 *
 * In cooked mode the terminal edits lines and turns Ctrl-C into SIGINT, which the program handles.
 * In raw mode every key goes to the guest, except Ctrl-A, which begins a command to the emulator.
 */
#define _GNU_SOURCE
#include "chardev/chardev_backend.h"

#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"

#define CONSOLE_ESCAPE 0x01u /* Ctrl-A */
#define CONSOLE_CTRL_C 0x03u
/* After so many Ctrl-C without output of the guest the user probably wants to quit, and is told how. */
#define CONSOLE_HINT_AFTER 3u

struct console {
    struct termios saved; /* valid while raw */
    bool raw;
    bool wanted;         /* to be raw whenever the program is in the terminal's foreground */
    bool escape;         /* the last key was Ctrl-A */
    bool is_terminal;    /* standard input is one */
    unsigned ctrl_c;     /* how often Ctrl-C was typed since the last output */
    uint64_t ctrl_c_put; /* output.put at the last Ctrl-C: has the guest written anything since? */
    bool hinted;         /* the notice on how to quit was shown */
};

static const char *const console_help[] = {
    "Ctrl-A x       ends the emulator",
    "Ctrl-A Ctrl-A  sends Ctrl-A to the guest",
    "Ctrl-A i       shows how far the run has come",
    "Ctrl-A h       shows this",
};

static void console_show_help(const struct chardev *cd)
{
    for (size_t i = 0; i < ARRAY_LEN(console_help); i++) {
        chardev_notice(cd, "%s", console_help[i]);
    }
}

/* The key after Ctrl-A; true if it goes to the guest. */
static bool console_command(struct chardev *cd, uint8_t key)
{
    const struct chardev_hub_config *config = &cd->hub->config;
    switch (key) {
    case 'x':
    case 'X':
        if (config->quit != NULL) {
            config->quit(config->context);
        }
        return false;
    case 'i':
    case 'I':
        if (config->status != NULL) {
            config->status(config->context);
        }
        return false;
    case 'h':
    case '?':
        console_show_help(cd);
        return false;
    default:
        return key == CONSOLE_ESCAPE;
    }
}

/* The guest gets Ctrl-C like any key and may ignore it.  So after several without any output, shows
 * how to quit. */
static void console_see_ctrl_c(struct chardev *cd)
{
    struct console *console = cd->state;
    if (console->ctrl_c_put != cd->output.put) {
        console->ctrl_c_put = cd->output.put;
        console->ctrl_c = 0;
    }
    if (++console->ctrl_c >= CONSOLE_HINT_AFTER && !console->hinted) {
        console->hinted = true;
        chardev_notice(cd, "Ctrl-C goes to the guest; Ctrl-A x ends the emulator");
    }
}

static bool console_key(struct chardev *cd, uint8_t key)
{
    struct console *console = cd->state;
    if (key == CONSOLE_CTRL_C) {
        console_see_ctrl_c(cd);
    }
    if (console->escape) {
        console->escape = false;
        return console_command(cd, key);
    }
    console->escape = key == CONSOLE_ESCAPE;
    return !console->escape;
}

static size_t console_filter(struct chardev *cd, uint8_t *bytes, size_t size)
{
    const struct console *console = cd->state;
    size_t kept = 0;
    if (!console->raw) {
        return size;
    }
    for (size_t i = 0; i < size; i++) {
        if (console_key(cd, bytes[i])) {
            bytes[kept++] = bytes[i];
        }
    }
    return kept;
}

static bool stdio_open(struct chardev *cd, const char *argument, struct error *err)
{
    (void)argument;
    cd->state = calloc(1, sizeof(struct console));
    if (cd->state == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    ((struct console *)cd->state)->is_terminal = isatty(cd->hub->config.input_fd) != 0;
    chardev_input_start(cd, cd->hub->config.input_fd);
    chardev_output_start(cd, cd->hub->config.output_fd);
    return true;
}

static void stdio_close(struct chardev *cd)
{
    chardev_console_raw(cd->hub, false);
    free(cd->state);
}

/* Is the program in the terminal's foreground?  In the background it would be stopped for changing
 * the terminal, or would read keys that are meant for another program. */
static bool terminal_is_ours(int fd)
{
    return tcgetpgrp(fd) == getpgrp();
}

static bool stdio_may_read(const struct chardev *cd)
{
    int fd = cd->hub->config.input_fd;
    return isatty(fd) == 0 || terminal_is_ours(fd);
}

const struct chardev_backend chardev_stdio = {
    .form = "stdio",
    .help = "standard input and output; one line only",
    .stdio = true,
    .patient = true,
    .open = stdio_open,
    .close = stdio_close,
    .filter = console_filter,
    .may_read = stdio_may_read,
};

/* Output processing (OPOST) stays on, so that lines of the emulator itself begin in the first
 * column. */
static struct termios console_raw_settings(const struct termios *cooked)
{
    struct termios raw = *cooked;
    raw.c_iflag &= (tcflag_t) ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    raw.c_cflag &= (tcflag_t) ~(CSIZE | PARENB);
    raw.c_cflag |= CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return raw;
}

static void console_enter(struct chardev *cd)
{
    struct console *console = cd->state;
    int fd = cd->hub->config.input_fd;
    if (!console->is_terminal || !terminal_is_ours(fd) || tcgetattr(fd, &console->saved) != 0) {
        return;
    }
    struct termios raw = console_raw_settings(&console->saved);
    console->raw = tcsetattr(fd, TCSANOW, &raw) == 0;
    console->escape = false;
    cd->input.lossy = console->raw;
}

static void console_leave(struct chardev *cd)
{
    struct console *console = cd->state;
    if (terminal_is_ours(cd->hub->config.input_fd)) {
        tcsetattr(cd->hub->config.input_fd, TCSANOW, &console->saved);
    }
    console->raw = false;
    cd->input.lossy = false;
}

bool chardev_console_raw(struct chardev_hub *hub, bool on)
{
    struct chardev *cd = hub->stdio;
    if (cd == NULL || cd->state == NULL) {
        return false;
    }
    struct console *console = cd->state;
    console->wanted = on;
    if (on && !console->raw) {
        console_enter(cd);
    } else if (!on && console->raw) {
        console_leave(cd);
    }
    return console->raw;
}

/* While the emulator was stopped the shell has set the terminal as it likes; so the settings to
 * restore are read again. */
void chardev_console_continued(struct chardev_hub *hub)
{
    struct chardev *cd = hub->stdio;
    struct console *console = cd == NULL ? NULL : cd->state;
    if (console != NULL && console->wanted) {
        console->raw = false;
        cd->input.lossy = false;
        console_enter(cd);
    }
}

bool chardev_console_look(struct chardev_hub *hub)
{
    struct chardev *cd = hub->stdio;
    struct console *console = cd == NULL ? NULL : cd->state;
    if (console == NULL || !console->wanted || console->raw || !console->is_terminal) {
        return false;
    }
    console_enter(cd);
    if (console->raw) {
        chardev_input_resume(cd);
    }
    return !console->raw;
}

void chardev_console_restore_unsafe(const struct chardev_hub *hub)
{
    const struct chardev *cd = hub->stdio;
    const struct console *console = cd == NULL ? NULL : cd->state;
    if (console != NULL && console->raw && terminal_is_ours(hub->config.input_fd)) {
        tcsetattr(hub->config.input_fd, TCSANOW, &console->saved);
    }
}
