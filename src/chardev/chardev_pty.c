// SPDX-License-Identifier: MIT
/*
 * `pty[:LINK]`: a pseudo-terminal, for minicom, screen, picocom and the like.
 *
 * The emulator keeps the other side (slave) open itself: so a program can open and close it without
 * a hang-up here, and the guest's output waits for it.
 */
#define _GNU_SOURCE
#include "chardev/chardev_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"

struct pty_state {
    int master;
    int slave;  /* held open, never read */
    char *link; /* NULL: none was made */
};

static bool pty_make(struct chardev *cd, struct pty_state *state, struct error *err)
{
    state->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (state->master < 0 || grantpt(state->master) != 0 || unlockpt(state->master) != 0 ||
        ptsname_r(state->master, cd->address, sizeof cd->address) != 0) {
        return error_set(err, LEON3EMU_FILE, "cannot make a pseudo-terminal: %s", strerror(errno));
    }
    state->slave = open(cd->address, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;
    if (state->slave < 0 || tcgetattr(state->slave, &settings) != 0) {
        return error_set(err, LEON3EMU_FILE, "cannot open the pseudo-terminal %s: %s", cd->address,
                         strerror(errno));
    }
    /* With echo the guest would get its own output as input. */
    cfmakeraw(&settings);
    return tcsetattr(state->slave, TCSANOW, &settings) == 0 ||
           error_set(err, LEON3EMU_FILE, "cannot set the modes of the pseudo-terminal %s: %s",
                     cd->address, strerror(errno));
}

/* Removes the link if it points into /dev/pts: a run that was killed has left it. */
static void pty_remove_stale_link(const char *path)
{
    char points_to[PATH_MAX];
    ssize_t length = readlink(path, points_to, sizeof points_to - 1);
    if (length > 0) {
        points_to[length] = '\0';
        if (strncmp(points_to, "/dev/pts/", 9) == 0) {
            unlink(path);
        }
    }
}

static bool pty_make_link(const struct chardev *cd, struct pty_state *state, const char *argument,
                          struct error *err)
{
    char *path = chardev_path(cd, argument, strlen(argument));
    if (path == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    pty_remove_stale_link(path);
    if (symlink(cd->address, path) != 0) {
        error_set(err, LEON3EMU_FILE, "cannot make the link '%s' to %s: %s", path, cd->address,
                  strerror(errno));
        free(path);
        return false;
    }
    state->link = path;
    return true;
}

static bool pty_open(struct chardev *cd, const char *argument, struct error *err)
{
    struct pty_state *state = malloc(sizeof *state);
    if (state == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    *state = (struct pty_state){.master = -1, .slave = -1};
    cd->state = state;
    if (!pty_make(cd, state, err) ||
        (argument[0] != '\0' && !pty_make_link(cd, state, argument, err))) {
        return false;
    }
    chardev_input_start(cd, state->master);
    chardev_output_start(cd, state->master);
    chardev_notice(cd, "pty is %s%s%s", cd->address, state->link == NULL ? "" : ", linked from ",
                   state->link == NULL ? "" : state->link);
    return true;
}

/* Removes the link, unless it does not point to this pty any more because another run has replaced
 * it. */
static void pty_remove_link(const struct chardev *cd, const struct pty_state *state)
{
    char points_to[sizeof cd->address + 1];
    ssize_t length = readlink(state->link, points_to, sizeof points_to);
    if (length == (ssize_t)strlen(cd->address) &&
        memcmp(points_to, cd->address, (size_t)length) == 0) {
        unlink(state->link);
    }
}

static void pty_close(struct chardev *cd)
{
    struct pty_state *state = cd->state;
    if (state->link != NULL) {
        pty_remove_link(cd, state);
        free(state->link);
    }
    if (state->slave >= 0) {
        close(state->slave);
    }
    if (state->master >= 0) {
        close(state->master);
    }
    free(state);
}

const struct chardev_backend chardev_pty = {
    .form = "pty[:LINK]",
    .help = "a pseudo-terminal; LINK becomes a symbolic link to it",
    .open = pty_open,
    .close = pty_close,
};
