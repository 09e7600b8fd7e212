// SPDX-License-Identifier: MIT
/* Where log lines and notices of the program go: standard error, or the file of --log-file. */
#ifndef CLI_LOG_OUTPUT_H
#define CLI_LOG_OUTPUT_H

#include <stdbool.h>

#include "error.h"

struct cli_log_output {
    int fd;    /* of log lines */
    int error; /* errno of the first line that could not be written whole; 0: none */
};

/* path: the file, which is emptied; NULL: standard error.  False: *err says why it cannot be written. */
bool cli_log_open(struct cli_log_output *log, const char *path, struct error *err);

/* True: all lines were written.  False: *err says why not (LEON3EMU_FILE). */
bool cli_log_close(struct cli_log_output *log, const char *path, struct error *err);

/* Each writes one line; context is a struct cli_log_output. */
void cli_log_line(void *context, const char *line);
void cli_notice(void *context, const char *line);

#endif
