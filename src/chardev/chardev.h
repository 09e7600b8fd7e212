// SPDX-License-Identifier: MIT
/*
 * The room src/chardev: character lines, that is, what a UART is connected to on the host.  The hub of a machine owns
 * all of its lines.
 *
 * Called by src/machine: services give bytes to devices and take them, and the scheduler moves what is buffered.  The
 * room sees src/core and include/ only.  A new kind of line is one file, see chardev_backend.h.
 *
 * Specs (chardev_kind() lists them): none, stdio, file:OUT[:IN], pty[:LINK], tcp:PORT.
 *
 * Input.  A device reads first, without being told; a read that comes back short arms the input
 * handler, which is then called once, from hostio_poll(), when there is more.  A regular file (or
 * /dev/null) as input never arrives: chardev_read() reads it on demand, so that the guest sees the
 * same bytes at the same guest time in every run, and the handler is never called.
 *
 * Output.  chardev_write() never waits.  The run loop moves what is buffered:
 *
 *     chardev_hub_flush(hub)              before each hostio_poll()
 *     while (chardev_hub_congested(hub) && !stopping) hostio_poll(h, 100)
 *     chardev_hub_drain(hub, -1)          when a run stops
 *
 * Standard output and files lose nothing (the guest's time stands still while their reader sleeps);
 * ptys and sockets keep 64 KiB for a reader that is slow or absent and then drop, with one log
 * line.
 *
 * All functions belong to the machine's thread, but the two that end in _unsafe.
 */
#ifndef CHARDEV_CHARDEV_H
#define CHARDEV_CHARDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/hostio.h"
#include "error.h"
#include "log.h"

struct chardev;
struct chardev_hub;

struct chardev_hub_config {
    struct hostio *hostio; /* outlives the hub */
    const struct log *log; /* outlives the hub */
    /* What `stdio` uses: 0 and 1.  Never closed, and never switched to non-blocking, because other
     * programs share them. */
    int input_fd;
    int output_fd;
    int log_fd;    /* where log lines go, -1: elsewhere; see chardev_hub_before_line() */
    int notice_fd; /* the same for notices, reports and figures: see chardev_hub_before_notice() */
    /* One line for the user, like "apbuart1: pty is /dev/pts/7".  May be NULL. */
    void (*notice)(void *context, const char *line);
    /* Ctrl-A x was typed on the raw console.  May be NULL. */
    void (*quit)(void *context);
    /* Ctrl-A i was typed on the raw console.  May be NULL. */
    void (*status)(void *context);
    void *context;
};

/* NULL: no memory.  *config is copied. */
struct chardev_hub *chardev_hub_create(const struct chardev_hub_config *config);

/* Sends what can be sent within a second, closes all lines, gives the terminal back as it was.
 * hub may be NULL. */
void chardev_hub_destroy(struct chardev_hub *hub);

/* Opens a line; *cd belongs to the hub until chardev_close() or chardev_hub_destroy().  label names
 * its user ("apbuart1") in notices and log lines; it is copied. */
bool chardev_open(struct chardev_hub *hub, const char *label, const char *spec, struct chardev **cd,
                  struct error *err);
/* The same; relative paths in the spec start in `directory` (NULL: the current one). */
bool chardev_open_at(struct chardev_hub *hub, const char *label, const char *spec,
                     const char *directory, struct chardev **cd, struct error *err);
void chardev_close(struct chardev *cd);

/* The machine starts: files for output are emptied.  Before, nothing of the user's was touched: a command
 * line that is refused after all costs no file. */
void chardev_hub_begin(struct chardev_hub *hub);

/* Which line writes this file, or reads it?  NULL: none, or it is no regular file.  *writes tells which. */
const char *chardev_hub_user(const struct chardev_hub *hub, const struct stat *file, bool *writes);

/* function is called from hostio_poll(); it may read, write and close. */
void chardev_set_input_handler(struct chardev *cd, void (*function)(void *context), void *context);

/* Takes up to size bytes of what has arrived.  Fewer than size: nothing more now; the input handler
 * will tell. */
size_t chardev_read(struct chardev *cd, void *buffer, size_t size);
void chardev_write(struct chardev *cd, const void *buffer, size_t size);

/* True: the input handler could still be called.  False: there is no handler, nobody waits for
 * input (no short read), or none can come (none, a file, end of file). */
bool chardev_can_receive(const struct chardev *cd);
bool chardev_hub_can_receive(const struct chardev_hub *hub);

/* Where the other side connects: "/dev/pts/7", "127.0.0.1:4000"; else the spec.  Lives as long as
 * cd. */
const char *chardev_address(const struct chardev *cd);

/* Hands buffered output to the host as far as that needs no waiting. */
void chardev_flush(struct chardev *cd);
void chardev_hub_flush(struct chardev_hub *hub);

/* The same, but if standard output and the log are one terminal, pipe or file, a line of output without its end
 * is kept once: a log line would cut it in half.  It goes if it is still the same at the next call. */
void chardev_hub_flush_lines(struct chardev_hub *hub);

/* A line of the emulator is about to be written.  If it goes where standard output goes, the whole lines that
 * are buffered are written first, however long that takes, and if the reader then stands in the middle of a
 * line, that is ended. */
void chardev_hub_before_line(struct chardev_hub *hub);
/* The same before a notice, or before what is written at the end of a run. */
void chardev_hub_before_notice(struct chardev_hub *hub);

/* True: the reader of standard output is behind by more than 64 KiB; the guest must wait for it. */
bool chardev_hub_congested(const struct chardev_hub *hub);

/* Waits until all output is gone: for standard output and files at most timeout_ms (-1: as long as
 * it takes), for all others together at most a second, and not at all for a reader that was waited for in vain
 * before and has read nothing since.  hostio_wake() ends it early.  False: something is left. */
bool chardev_hub_drain(struct chardev_hub *hub, int timeout_ms);

/* Has output been lost because it could not be written, or input because it could not be read? */
bool chardev_hub_failed(const struct chardev_hub *hub);

/* Raw console: each key goes to the guest at once, Ctrl-C too; Ctrl-A x quits, Ctrl-A h shows help,
 * Ctrl-A i how far the run has come, Ctrl-A Ctrl-A sends Ctrl-A.  A user who types Ctrl-C three times and sees no output
 * after it gets one line on how to quit.  Returns whether the console is raw now: it stays as it is if no line
 * is `stdio`, standard input is no terminal, or the program runs in the background. */
bool chardev_console_raw(struct chardev_hub *hub, bool on);

/* The process was stopped and goes on: the console becomes raw again if it was to be. */
void chardev_console_continued(struct chardev_hub *hub);

/* A program in the background has the terminal once it is brought to the foreground, but gets no signal then (a shell's
 * fg sends none to a program that runs).  So this is to be called now and then.  True: the console is to be raw and is
 * not yet, so the next look should not be far off. */
bool chardev_console_look(struct chardev_hub *hub);

/* For a handler of a deadly signal, async-signal-safe: gives the terminal back; writes what all lines have
 * buffered (it waits for readers for wait_ms in all; bytes may come twice if the signal hit a write). */
void chardev_console_restore_unsafe(const struct chardev_hub *hub);
void chardev_hub_flush_unsafe(const struct chardev_hub *hub, unsigned wait_ms);

/* For help texts: row `index` of the table of kinds, false at its end.  form is "tcp:PORT". */
bool chardev_kind(unsigned index, const char **form, const char **help);

#endif
