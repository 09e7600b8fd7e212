// SPDX-License-Identifier: MIT
/* Where log lines go: standard error, or the file of --log-file.  Notices of the program always go to standard
 * error. */
#ifndef CLI_LOG_OUTPUT_H
#define CLI_LOG_OUTPUT_H

#include <stdbool.h>

#include "error.h"

struct cli_log_output {
    int fd;       /* of log lines */
    int error;    /* errno of the first line that could not be written whole; 0: none */
    bool begun;   /* the file was emptied, or need not be */
    bool created; /* cli_log_open() has created it */
};

struct cli_options;

/* Opens the file of --log-file ("-": standard output; without the option: standard error).  cli_log_begin() or the
 * first line empties it.  False: *err says why it cannot be written, or that it must not because it has another
 * use. */
bool cli_log_open(struct cli_log_output *log, const struct cli_options *cli, struct error *err);

/* Empties the file.  To be called when the machine is about to run, so that a command that fails earlier does not
 * destroy an old log. */
void cli_log_begin(struct cli_log_output *log);

/* Closes the file, and removes it if cli_log_open() has created it and no log has begun.  True: all lines were
 * written.  False: *err says why not (LEON3EMU_FILE). */
bool cli_log_close(struct cli_log_output *log, const char *path, struct error *err);

/* Each writes one line: cli_log_line() to the log that context (a struct cli_log_output) describes, cli_notice() to
 * standard error, without looking at context. */
void cli_log_line(void *context, const char *line);
void cli_notice(void *context, const char *line);

#endif
