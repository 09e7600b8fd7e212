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

/* Input that the device has not read yet; then the host's own flow control holds. */
#define CHARDEV_INPUT_LIMIT ((size_t)64 * 1024)
/* Output kept for a reader that does not read. */
#define CHARDEV_OUTPUT_LIMIT ((size_t)64 * 1024)
/* Output kept for standard output; only a scheduler that ignores congestion gets here. */
#define CHARDEV_PATIENT_LIMIT ((size_t)16 * 1024 * 1024)

struct chardev_backend {
    const char *form; /* for help: "tcp:PORT"; the name is what stands before the first of ":[" */
    const char *help;
    bool stdio;   /* uses the hub's input and output: only one line can */
    bool patient; /* nothing is dropped: the guest waits for a slow reader */
    /* argument: what follows the first ':' of the spec, "" if there is none.  On false close() is
     * called all the same. */
    bool (*open)(struct chardev *cd, const char *argument, struct error *err);
    /* Once, when the machine starts or the first byte is written: what cannot be undone.  Not called if the
     * machine never comes to that.  May be NULL. */
    void (*begin)(struct chardev *cd);
    /* Frees cd->state and what is in it.  May be NULL. */
    void (*close)(struct chardev *cd);
    /* Reading came to its end or failed, or writing failed; that half was stopped already.  NULL:
     * the other half goes on. */
    void (*hang_up)(struct chardev *cd);
    /* Reading came to its end, and was stopped; writing may go on.  NULL: as hang_up. */
    void (*input_ended)(struct chardev *cd);
    /* May input be read now?  Asked when there is some, and when the host is looked at.  NULL: always. */
    bool (*may_read)(const struct chardev *cd);
    /* Does the line write the file (*writes), or read it?  NULL: never. */
    bool (*uses)(const struct chardev *cd, const struct stat *file, bool *writes);
    /* Takes escapes out of what has arrived; returns the bytes left.  May be NULL. */
    size_t (*filter)(struct chardev *cd, uint8_t *bytes, size_t size);
};

/* ORDER: the zeroth is what a fresh struct chardev has. */
enum chardev_input_mode {
    CHARDEV_INPUT_NONE,   /* never was any, or end of file       */
    CHARDEV_INPUT_ABSENT, /* nobody is connected, one may come   */
    CHARDEV_INPUT_DIRECT, /* a file: read on demand              */
    CHARDEV_INPUT_POLLED, /* filled from hostio_poll()           */
};

enum chardev_output_mode {
    CHARDEV_OUTPUT_NONE,   /* swallows everything                                               */
    CHARDEV_OUTPUT_ABSENT, /* nobody is connected: kept for the next who connects               */
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
    bool armed;                /* the last read came back short */
    struct byte_queue queue;
};

struct chardev_output {
    enum chardev_output_mode mode;
    struct hostio_watch watch; /* fd is valid in modes PLAIN, SHARED, SOCKET */
    bool blocked;              /* the host took no more: wait for the watch */
    bool dropping;             /* said so already */
    bool given_up;             /* its reader was waited for in vain, and has taken nothing since */
    bool mid_line;             /* the last byte that went was no newline */
    uint64_t put;              /* bytes ever queued */
    uint64_t seen;             /* the same at the last chardev_output_push_lines() */
    size_t piece;              /* SHARED: bytes that go without waiting once poll(2) is content */
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
    bool shares_notices;   /* output_fd and notice_fd are */
    bool before_line;      /* in chardev_hub_before_line() */
};

extern const struct chardev_backend chardev_none, chardev_stdio, chardev_file, chardev_pty,
    chardev_tcp;

/* A path of the spec during open(), from malloc() (NULL: no memory): relative ones start in cd->directory. */
char *chardev_path(const struct chardev *cd, const char *path, size_t length);

/* Writes one line to the user. */
void chardev_notice(const struct chardev *cd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Looks at what fd is (file, terminal, pipe, socket) and starts to use it; fd stays the caller's. A
 * descriptor that is not ours to switch (standard output) is written with more care. */
void chardev_input_start(struct chardev *cd, int fd);
void chardev_output_start(struct chardev *cd, int fd);

/* Forgets the descriptor; what is queued stays.  Next mode: NONE or ABSENT. */
void chardev_input_stop(struct chardev *cd, enum chardev_input_mode next);
void chardev_output_stop(struct chardev *cd, enum chardev_output_mode next);

/* Reads again if may_read() allows it now. */
void chardev_input_resume(struct chardev *cd);
/* As chardev_read(), but for arming the handler. */
size_t chardev_input_get(struct chardev *cd, void *buffer, size_t size);
/* As chardev_write(). */
void chardev_output_put(struct chardev *cd, const uint8_t *bytes, size_t size);
/* As chardev_flush(). */
void chardev_output_push(struct chardev *cd);
/* The same, as chardev_hub_flush_lines() says. */
void chardev_output_push_lines(struct chardev *cd);
/* What chardev_hub_before_line() does. */
void chardev_output_before_line(struct chardev *cd);
/* Sends what is queued as long as the reader takes some of it every timeout_ms.  False: something is left. */
bool chardev_output_drain(struct chardev *cd, int timeout_ms);

#endif
