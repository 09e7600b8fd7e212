// SPDX-License-Identifier: MIT
/* Options of the log, see options_log.h. */
#include "cli/options_log.h"

#include <errno.h>

#include "cli/options.h"
#include "core/parse.h"

/* Each line of the history takes 200 bytes. */
#define HISTORY_MAX 1000000u

enum {
    OPTION_LOG_FILE = 'D',
    OPTION_LOG_FILTER = 768,
    OPTION_HISTORY,
};

const struct argp_option cli_log_options[] = {
    {NULL, 0, NULL, 0, "The log:", 0},
    {"log-file", OPTION_LOG_FILE, "FILE", 0,
     "Log to FILE, not to standard error; - is standard output", 0},
    {"log-filter", OPTION_LOG_FILTER, "WHAT[,WHAT...]", 0,
     "Log only what happens at code addresses (0x40000000..0x40000fff, 0x40000000+0x1000), and, of "
     "devices, only those named",
     0},
    {"history", OPTION_HISTORY, "N", 0,
     "Keep the last N instructions, traps, register accesses and guest errors, and show them if "
     "the "
     "run ends by anything but the guest's exit; executes by the interpreter",
     0},
    {0},
};

static bool set_history(const struct cli_log_input *in, const char *text)
{
    uint64_t lines;
    if (!parse_number(text, &lines) || lines == 0 || lines > HISTORY_MAX) {
        return error_set(in->err, LEON3EMU_USAGE, "--history %s: not a number from 1 to %u", text,
                         HISTORY_MAX);
    }
    in->cli->machine.history = (uint32_t)lines;
    return true;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    const struct cli_log_input *in = state->input;
    switch (key) {
    case OPTION_LOG_FILE:
        in->cli->log_file = text;
        return 0;
    case OPTION_LOG_FILTER:
        in->cli->machine.log_filter = text;
        return 0;
    case OPTION_HISTORY:
        return set_history(in, text) ? 0 : EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_log_argp = {
    .options = cli_log_options,
    .parser = parse_option,
};
