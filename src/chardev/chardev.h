// SPDX-License-Identifier: MIT
/*
 * The room src/chardev: character lines, that is, what a UART is connected to on the host.  The hub of a machine owns
 * all of its lines.
 *
 * Called by src/machine: the devices' services read and write lines, and the run loop hands
 * buffered output to the host.  The room sees src/core and include/ only.  A new kind of line is
 * one file, see chardev_backend.h.
 *
 * Specs (chardev_kind() lists them): none, stdio, file:OUT[:IN], pty[:LINK], tcp:PORT.
 *
 * Input.  A device calls chardev_read() first.  A read that returns fewer bytes than asked for arms
 * the input handler, which hostio_poll() then calls once, when there is more.  A regular file (or
 * /dev/null) as input is not polled: chardev_read() reads it on demand, so that the guest gets the
 * same bytes at the same guest time in every run, and the handler is never called.
 *
 * Output.  chardev_write() never waits.  The run loop moves what is buffered:
 *
 *     chardev_hub_flush(hub)              before each hostio_poll()
 *     while (chardev_hub_congested(hub) && !stopping) hostio_poll(h, 100)
 *     chardev_hub_drain(hub, -1)          when a run stops
 *
 * Standard output and files lose nothing: the guest's time stands still while their reader does not
 * read.  Ptys and sockets keep 64 KiB for a reader that is slow or absent, and then drop output,
 * with one log line.
 *
 * Only the machine's thread may call these functions, except the two that end in _unsafe.
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

/* Sends what can be sent within a second, closes all lines and restores the terminal's settings.
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

/* Called when the machine starts: empties the files for output.  This is not done before, so that a
 * command line that is refused destroys no file. */
void chardev_hub_begin(struct chardev_hub *hub);

/* The label of a line that writes this file (*writes is true) or reads it (false).  NULL: there is
 * none, or it is no regular file. */
const char *chardev_hub_user(const struct chardev_hub *hub, const struct stat *file, bool *writes);

/* function is called from hostio_poll(); it may read, write and close. */
void chardev_set_input_handler(struct chardev *cd, void (*function)(void *context), void *context);

/* Takes up to size bytes of what has arrived.  Fewer than size: there is no more at present; the
 * input handler is called when there is. */
size_t chardev_read(struct chardev *cd, void *buffer, size_t size);
void chardev_write(struct chardev *cd, const void *buffer, size_t size);

/* True: the input handler could still be called.  False: there is no handler, the device does not
 * wait for input (no short read), or none can come (`none`, a file, end of file). */
bool chardev_can_receive(const struct chardev *cd);
bool chardev_hub_can_receive(const struct chardev_hub *hub);

/* Where the other side connects: "/dev/pts/7", "127.0.0.1:4000"; else the spec.  Lives as long as
 * cd. */
const char *chardev_address(const struct chardev *cd);

/* Hands buffered output to the host as far as that needs no waiting. */
void chardev_flush(struct chardev *cd);
void chardev_hub_flush(struct chardev_hub *hub);

/* The same, but if standard output and the log are the same terminal, pipe or file, the guest's
 * last line is kept back while it has no newline, because a log line could come into its middle.
 * If nothing has been added to it at the next call, it is written. */
void chardev_hub_flush_lines(struct chardev_hub *hub);

/* Called before the emulator writes a line of its own.  If that goes where standard output goes,
 * writes all complete lines that are buffered, however long that takes, and a newline if what was
 * written then ends in the middle of a line. */
void chardev_hub_before_line(struct chardev_hub *hub);
/* The same before a notice, or before what is written at the end of a run. */
void chardev_hub_before_notice(struct chardev_hub *hub);

/* True: more than 64 KiB for standard output or a file are buffered; the guest must wait for the
 * reader. */
bool chardev_hub_congested(const struct chardev_hub *hub);

/* Waits until all output is written: for standard output and files at most timeout_ms (-1: as long
 * as it takes), for all others together at most a second, and not at all for a reader that an
 * earlier call has waited for in vain and that has read nothing since.  hostio_wake() ends the wait
 * early.  False: something is left. */
bool chardev_hub_drain(struct chardev_hub *hub, int timeout_ms);

/* Has output been lost because it could not be written, or input because it could not be read? */
bool chardev_hub_failed(const struct chardev_hub *hub);

/* Makes the console raw, or restores it.  Raw, each key goes to the guest at once, also Ctrl-C;
 * Ctrl-A x quits, Ctrl-A h shows help, Ctrl-A i shows how far the run has come, Ctrl-A Ctrl-A sends
 * Ctrl-A.  If the user types Ctrl-C three times and no output follows, a notice says how to quit.
 * Returns whether the console is raw now: nothing changes if no line is `stdio`, standard input is
 * no terminal, or the program runs in the background. */
bool chardev_console_raw(struct chardev_hub *hub, bool on);

/* Called when the process was stopped and continues: makes the console raw again if
 * chardev_console_raw() had made it so. */
void chardev_console_continued(struct chardev_hub *hub);

/* Makes the console raw if it should be and the program has come to the foreground.  The run loop
 * calls this now and then, because a shell's fg sends no signal to a program that was running in
 * the background.  True: the console should be raw and is not yet, so the caller should call again
 * soon. */
bool chardev_console_look(struct chardev_hub *hub);

/* For a handler of a deadly signal, async-signal-safe.  The first restores the terminal's settings.
 * The second writes what all lines have buffered, and waits for their readers wait_ms in all; if
 * the signal came during a write, some bytes may be written twice. */
void chardev_console_restore_unsafe(const struct chardev_hub *hub);
void chardev_hub_flush_unsafe(const struct chardev_hub *hub, unsigned wait_ms);

/* For help texts: row `index` of the table of kinds, false at its end.  form is "tcp:PORT". */
bool chardev_kind(unsigned index, const char **form, const char **help);

#endif
