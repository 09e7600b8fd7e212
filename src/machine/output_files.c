// SPDX-License-Identifier: MIT
/* Checks the files that character lines write.  They are emptied when the machine starts, so none may be the user's
 * firmware, board or library. */
#include "machine/library.h"
#include "machine/load.h"
#include "machine/machine.h"

static bool check_input(const struct machine *m, const char *path, struct error *err)
{
    struct stat file;
    bool writes;
    const char *user = path == NULL || stat(path, &file) != 0
                           ? NULL
                           : chardev_hub_user(m->chardevs, &file, &writes);

    return user == NULL || !writes ||
           error_set(err, LEON3EMU_FILE,
                     "%s would write over %s, which this machine was made of; give it another file",
                     user, path);
}

/* Refuses a character line that uses the log's file: if both write it they overwrite each other, and if the line reads
 * it the log would empty it. */
static bool check_log(const struct machine *m, struct error *err)
{
    struct stat file;
    bool writes;
    const char *user = m->options.log_fd < 0 || fstat(m->options.log_fd, &file) != 0
                           ? NULL
                           : chardev_hub_user(m->chardevs, &file, &writes);

    return user == NULL || error_set(err, LEON3EMU_FILE,
                                     "the log is written to the file that %s %s; give each a file "
                                     "of its own",
                                     user, writes ? "writes" : "reads");
}

bool machine_check_outputs(const struct machine *m, struct error *err)
{
    const char *path;

    for (size_t i = 0; (path = load_list_path(m, i)) != NULL; i++) {
        if (!check_input(m, path, err)) {
            return false;
        }
    }
    for (const struct library *library = m->libraries; library != NULL; library = library->next) {
        if (!check_input(m, library->path, err)) {
            return false;
        }
    }
    for (const struct board_source *s = m->board->sources; s != NULL; s = s->next) {
        if (s->identity != NULL && s->identity[0] == '/' && !check_input(m, s->identity, err)) {
            return false;
        }
    }
    return check_log(m, err);
}
