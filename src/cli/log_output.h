// SPDX-License-Identifier: MIT
/* Where log lines and notices of the program go: standard error, or the file of --log-file. */
#ifndef CLI_LOG_OUTPUT_H
#define CLI_LOG_OUTPUT_H

#include <stdbool.h>

#include "error.h"

struct cli_log_output {
    int fd;       /* of log lines */
    int error;    /* errno of the first line that could not be written whole; 0: none */
    bool begun;   /* the file was emptied */
    bool created; /* it was not there before */
};

struct cli_options;

/* The file of --log-file; without: standard error.  It is emptied by cli_log_begin(), or by the first line.  False:
 * *err says why it cannot be written, or must not because the command line names it for something else. */
bool cli_log_open(struct cli_log_output *log, const struct cli_options *cli, struct error *err);

/* The machine is about to run.  Before, nothing of the user's was touched, unless there was a line to write. */
void cli_log_begin(struct cli_log_output *log);

/* A new file in which nothing began is gone again.  True: all lines were written.  False: *err says why not (LEON3EMU_FILE). */
bool cli_log_close(struct cli_log_output *log, const char *path, struct error *err);

/* Each writes one line; context is a struct cli_log_output. */
void cli_log_line(void *context, const char *line);
void cli_notice(void *context, const char *line);

#endif
