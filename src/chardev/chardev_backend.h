// SPDX-License-Identifier: MIT
/*
 * Private to the chardev_*.c files: what a kind of character line must provide.
 *
 * A new kind is one file with a struct chardev_backend, declared here, and one row of the table in
 * chardev.c.  Its open() sets up input and output with chardev_input_start() and
 * chardev_output_start(); the rest (queues, polling, flow control) is in chardev_input.c
 * and chardev_output.c.
 */
#ifndef CHARDEV_CHARDEV_BACKEND_H
#define CHARDEV_CHARDEV_BACKEND_H

#include "core/byte_queue.h"
#include "chardev/chardev.h"

/* The most input to buffer for a device that does not read; then the line stops reading, and the
 * host's flow control holds up the sender. */
#define CHARDEV_INPUT_LIMIT ((size_t)64 * 1024)
/* The most output to buffer for a reader that does not read. */
#define CHARDEV_OUTPUT_LIMIT ((size_t)64 * 1024)
/* The same for standard output and files; reached only if the run loop ignores congestion. */
#define CHARDEV_PATIENT_LIMIT ((size_t)16 * 1024 * 1024)

struct chardev_backend {
    const char *form; /* for help: "tcp:PORT"; the name is what stands before the first of ":[" */
    const char *help;
    bool stdio;   /* uses the hub's input and output: only one line can */
    bool patient; /* nothing is dropped: the guest waits for a slow reader */
    /* argument: what follows the first ':' of the spec, "" if there is none.  close() is called
     * even if this returns false. */
    bool (*open)(struct chardev *cd, const char *argument, struct error *err);
    /* Does what cannot be undone, like emptying a file.  Called once, when the machine starts or
     * the first byte is written; never if neither happens.  May be NULL. */
    void (*begin)(struct chardev *cd);
    /* Frees cd->state and what is in it.  May be NULL. */
    void (*close)(struct chardev *cd);
    /* Called after input has ended or failed or output has failed, and that half was stopped.
     * NULL: the other half goes on. */
    void (*hang_up)(struct chardev *cd);
    /* Called after input has ended and was stopped; output may go on.  NULL: hang_up is called
     * instead. */
    void (*input_ended)(struct chardev *cd);
    /* May input be read now?  Called when there is some, and at each poll of the host.  NULL:
     * always. */
    bool (*may_read)(const struct chardev *cd);
    /* Does the line write the file (*writes becomes true) or read it?  NULL: it uses no files. */
    bool (*uses)(const struct chardev *cd, const struct stat *file, bool *writes);
    /* Removes escape commands (Ctrl-A ...) from input; returns the number of bytes left.  May be
     * NULL. */
    size_t (*filter)(struct chardev *cd, uint8_t *bytes, size_t size);
};

/* ORDER: the zeroth is what a fresh struct chardev has. */
enum chardev_input_mode {
    CHARDEV_INPUT_NONE,   /* no input, or end of file            */
    CHARDEV_INPUT_ABSENT, /* no client now, one may connect      */
    CHARDEV_INPUT_DIRECT, /* a file: read on demand              */
    CHARDEV_INPUT_POLLED, /* filled from hostio_poll()           */
};

enum chardev_output_mode {
    CHARDEV_OUTPUT_NONE,   /* drops everything                                                  */
    CHARDEV_OUTPUT_ABSENT, /* no client now: output is kept for the next one                    */
    CHARDEV_OUTPUT_PLAIN,  /* write(2) never waits: a file, or a non-blocking descriptor of ours */
    CHARDEV_OUTPUT_SHARED, /* pipe or terminal in blocking mode: small pieces, after a poll      */
    CHARDEV_OUTPUT_SOCKET, /* send(2), which can be told not to wait and not to signal           */
};

struct chardev_input {
    enum chardev_input_mode mode;
    struct hostio_watch watch; /* fd is valid in modes DIRECT and POLLED */
    bool paused;               /* queue full, or not to be read now: watch without events */
    bool forbidden;            /* paused because may_read() said no */
    bool lossy;                /* drops what finds no room, instead of pausing */
    bool armed;                /* the last chardev_read() gave fewer bytes than asked for */
    struct byte_queue queue;
};

struct chardev_output {
    enum chardev_output_mode mode;
    struct hostio_watch watch; /* fd is valid in modes PLAIN, SHARED, SOCKET */
    bool blocked;              /* the host took no more: nothing is written until the watch fires */
    bool dropping;             /* output is dropped, and a log line has said so */
    bool given_up; /* a drain waited for the reader in vain, and it still reads nothing */
    bool mid_line; /* the last byte that was written is no newline */
    uint64_t put;  /* bytes ever queued */
    uint64_t seen; /* value of `put` at the last chardev_output_push_lines() */
    size_t piece;  /* SHARED: bytes that can be written without waiting after a poll(2) */
    struct byte_queue queue;
};

struct chardev {
    struct chardev *next;
    struct chardev_hub *hub;
    const struct chardev_backend *backend;
    void *state;           /* of the backend */
    bool begun;            /* begin() was called */
    const char *directory; /* during open(): relative paths start there; NULL: the current one */
    struct chardev_input input;
    struct chardev_output output;
    void (*handler)(void *context);
    void *context;
    char label[64];
    char address[128];
};

struct chardev_hub {
    struct chardev_hub_config config;
    struct chardev *list;
    bool failed;           /* output or input was lost by an error of the host */
    struct chardev *stdio; /* the one line that uses input_fd and output_fd, or NULL */
    bool shares_log;       /* output_fd and log_fd are the same terminal, pipe or file */
    bool shares_notices;   /* the same of output_fd and notice_fd */
    bool before_line;      /* chardev_hub_before_line() or ..._notice() is running */
};

extern const struct chardev_backend chardev_none, chardev_stdio, chardev_file, chardev_pty,
    chardev_tcp;

/* A path of the spec during open(), from malloc() (NULL: no memory): relative ones start in cd->directory. */
char *chardev_path(const struct chardev *cd, const char *path, size_t length);

/* Writes one line to the user. */
void chardev_notice(const struct chardev *cd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Finds out what fd is (file, terminal, pipe, socket) and starts to use it; the caller still owns
 * and closes it.  A blocking descriptor (standard output), which other programs share, is written
 * in mode SHARED. */
void chardev_input_start(struct chardev *cd, int fd);
void chardev_output_start(struct chardev *cd, int fd);

/* Stops using the descriptor; what is queued stays.  next: NONE or ABSENT. */
void chardev_input_stop(struct chardev *cd, enum chardev_input_mode next);
void chardev_output_stop(struct chardev *cd, enum chardev_output_mode next);

/* Reads again if may_read() allows it now. */
void chardev_input_resume(struct chardev *cd);
/* Like chardev_read(), but does not arm the handler. */
size_t chardev_input_get(struct chardev *cd, void *buffer, size_t size);
/* As chardev_write(). */
void chardev_output_put(struct chardev *cd, const uint8_t *bytes, size_t size);
/* As chardev_flush(). */
void chardev_output_push(struct chardev *cd);
/* The same, as chardev_hub_flush_lines() says. */
void chardev_output_push_lines(struct chardev *cd);
/* What chardev_hub_before_line() does. */
void chardev_output_before_line(struct chardev *cd);
/* Sends what is queued, until the reader takes nothing for timeout_ms.  False: something is
 * left. */
bool chardev_output_drain(struct chardev *cd, int timeout_ms);

#endif
