// SPDX-License-Identifier: MIT
/*
 * `none`, which drops output and has no input, and `file:OUT[:IN]`, which writes one file and reads
 * another.  Either name may be empty; OUT cannot contain a colon.  Both may be FIFOs; a FIFO for
 * OUT must have a reader already.  OUT is emptied when the machine starts.  If the machine never
 * starts, a file that existed is unchanged, and one that was created is removed.
 */
#define _GNU_SOURCE
#include "chardev/chardev_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

struct file_state {
    int out;
    int in;
    char *out_path;
    bool created; /* OUT did not exist before */
    dev_t device; /* of OUT, if it is a regular file */
    ino_t inode;  /* 0: it is none */
};

static bool none_open(struct chardev *cd, const char *argument, struct error *err)
{
    (void)cd;
    (void)argument;
    (void)err;
    return true;
}

const struct chardev_backend chardev_none = {
    .form = "none",
    .help = "swallows all output, never has input",
    .open = none_open,
};

static bool file_open_input(struct file_state *state, const char *path, struct error *err)
{
    if (path[0] == '\0') {
        return true;
    }
    state->in = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (state->in < 0) {
        return error_set(err, LEON3EMU_FILE, "cannot read the input file '%s': %s", path,
                         strerror(errno));
    }
    return true;
}

static bool same_file(int a, int b)
{
    struct stat first, second;
    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && S_ISREG(first.st_mode) &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static int open_or_create(struct file_state *state)
{
    const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = open(state->out_path, flags);
    if (fd < 0 && errno == ENOENT) {
        fd = open(state->out_path, flags | O_CREAT | O_EXCL, 0666);
        state->created = fd >= 0;
    }
    return fd;
}

static bool file_open_output(struct file_state *state, struct error *err)
{
    const char *path = state->out_path;
    if (path[0] == '\0') {
        return true;
    }
    state->out = open_or_create(state);
    if (state->out < 0 && errno == ENXIO) {
        return error_set(err, LEON3EMU_FILE,
                         "cannot write to the FIFO '%s': nobody reads it; start its reader first",
                         path);
    }
    if (state->out < 0) {
        return error_set(err, LEON3EMU_FILE, "cannot write the output file '%s': %s", path,
                         strerror(errno));
    }
    if (same_file(state->out, state->in)) {
        return error_set(err, LEON3EMU_FILE, "'%s' cannot be output and input at once", path);
    }
    return true;
}

static bool file_uses(const struct chardev *cd, const struct stat *file, bool *writes)
{
    const struct file_state *state = cd->state;
    struct stat in;

    *writes = state->inode != 0 && state->inode == file->st_ino && state->device == file->st_dev;
    return *writes || (state->in >= 0 && fstat(state->in, &in) == 0 && in.st_ino == file->st_ino &&
                       in.st_dev == file->st_dev);
}

/* Refuses an input file that another line writes: it would be emptied before it is read. */
static bool check_input(const struct chardev *cd, const struct file_state *state, struct error *err)
{
    struct stat st;
    bool writes;

    if (state->in < 0 || fstat(state->in, &st) != 0 || !S_ISREG(st.st_mode)) {
        return true;
    }
    for (const struct chardev *other = cd->hub->list; other != NULL; other = other->next) {
        if (other != cd && other->backend == &chardev_file && other->state != NULL &&
            file_uses(other, &st, &writes) && writes) {
            return error_set(err, LEON3EMU_FILE,
                             "the input file is written by another line (%s); give each a file of "
                             "its own",
                             other->label);
        }
    }
    return true;
}

/* Refuses an output file that another line writes (the two would overwrite each other) or reads (it
 * would be emptied before it is read), and an input file that another line writes. */
static bool check_alone(const struct chardev *cd, struct file_state *state, struct error *err)
{
    struct stat st;
    bool writes;

    if (!check_input(cd, state, err)) {
        return false;
    }
    if (state->out < 0 || fstat(state->out, &st) != 0 || !S_ISREG(st.st_mode)) {
        return true;
    }
    state->device = st.st_dev;
    state->inode = st.st_ino;
    for (const struct chardev *other = cd->hub->list; other != NULL; other = other->next) {
        if (other != cd && other->backend == &chardev_file && other->state != NULL &&
            file_uses(other, &st, &writes)) {
            return error_set(err, LEON3EMU_FILE,
                             "'%s' is %s by another line (%s) already; give each a file of "
                             "its own",
                             state->out_path, writes ? "written" : "read", other->label);
        }
    }
    return true;
}

static void file_begin(struct chardev *cd)
{
    struct file_state *state = cd->state;
    struct stat st;
    if (state->out < 0) {
        return;
    }
    if (fstat(state->out, &st) != 0 || (S_ISREG(st.st_mode) && ftruncate(state->out, 0) != 0)) {
        cd->hub->failed = true; /* the old content may remain behind the new */
        chardev_notice(cd, "cannot empty the output file '%s': %s", state->out_path,
                       strerror(errno));
    }
}

static bool file_open(struct chardev *cd, const char *argument, struct error *err)
{
    struct file_state *state = malloc(sizeof *state);
    size_t length = strcspn(argument, ":");
    const char *in_path = argument[length] == ':' ? argument + length + 1 : "";
    if (state == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    *state = (struct file_state){-1, -1, chardev_path(cd, argument, length), false, 0, 0};
    cd->state = state;
    char *in = chardev_path(cd, in_path, strlen(in_path));
    bool ok = in != NULL && state->out_path != NULL
                  ? file_open_input(state, in, err) && file_open_output(state, err) &&
                        check_alone(cd, state, err)
                  : error_set(err, LEON3EMU_HOST, "out of memory");
    free(in);
    if (ok) {
        chardev_input_start(cd, state->in);
        chardev_output_start(cd, state->out);
    }
    return ok;
}

static void file_close(struct chardev *cd)
{
    struct file_state *state = cd->state;
    if (state->out >= 0) {
        close(state->out);
    }
    if (state->in >= 0) {
        close(state->in);
    }
    if (state->created && !cd->begun) {
        unlink(state->out_path);
    }
    free(state->out_path);
    free(state);
}

const struct chardev_backend chardev_file = {
    .form = "file:OUT[:IN]",
    .help = "writes the file OUT, reads the file IN",
    .patient = true,
    .open = file_open,
    .begin = file_begin,
    .uses = file_uses,
    .close = file_close,
};
