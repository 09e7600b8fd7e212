// SPDX-License-Identifier: MIT
/* The lists in struct cli_options, see options_lists.h. */
#include "cli/options_lists.h"

#include <stdlib.h>

bool cli_add_image(struct cli_options *cli, const char *path, bool has_address, uint32_t address,
                   struct error *err)
{
    struct cli_image *grown = realloc(cli->images, (cli->image_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    cli->images = grown;
    cli->images[cli->image_count++] = (struct cli_image){path, has_address, address};
    return true;
}

bool cli_add_firmware(struct cli_options *cli, const char *path, struct error *err)
{
    if (cli->firmware != NULL) {
        return error_set(err, LEON3EMU_USAGE,
                         "%s and %s: there can be only one FIRMWARE; --load loads more images",
                         cli->firmware, path);
    }
    cli->firmware = path;
    return cli_add_image(cli, path, false, 0, err);
}

/* Appends text to a list without copying it: it must outlive the list. */
static bool add_text(const char ***list, size_t *count, const char *text, struct error *err)
{
    const char **grown = realloc(*list, (*count + 1) * sizeof *grown);

    if (grown == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    *list = grown;
    grown[(*count)++] = text;
    return true;
}

bool cli_add_peripheral(struct cli_options *cli, const char *text, struct error *err)
{
    if (!add_text(&cli->peripherals, &cli->machine.peripheral_count, text, err)) {
        return false;
    }
    cli->machine.peripherals = cli->peripherals;
    return true;
}

bool cli_add_setting(struct cli_options *cli, const char *text, struct error *err)
{
    if (!add_text(&cli->settings, &cli->machine.setting_count, text, err)) {
        return false;
    }
    cli->machine.settings = cli->settings;
    return true;
}

bool cli_keep(struct cli_options *cli, char *string, struct error *err)
{
    char **grown = realloc(cli->strings, (cli->string_count + 1) * sizeof *grown);

    if (string == NULL || grown == NULL) {
        free(string);
        cli->strings = grown != NULL ? grown : cli->strings;
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    cli->strings = grown;
    cli->strings[cli->string_count++] = string;
    return true;
}

void cli_options_fini(struct cli_options *cli)
{
    for (size_t i = 0; i < cli->string_count; i++) {
        free(cli->strings[i]);
    }
    free(cli->strings);
    free(cli->gdb.text);
    free(cli->images);
    free(cli->peripherals);
    free(cli->settings);
}
