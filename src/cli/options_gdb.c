// SPDX-License-Identifier: MIT
/* --gdb[=[ADDRESS:]PORT][,nowait]. */
#include "cli/options_gdb.h"

#include <stdlib.h>
#include <string.h>

#include "core/tcp_listen.h"

#define DEFAULT_PORT   1234
#define NOWAIT         "nowait"
#define LOOPBACK       "127.0.0.1"
#define QEMU_TRANSPORT "tcp:"

/* Cuts off and reads what is behind the comma, if there is one; false: that is not `nowait`. */
static bool take_suffix(char *text, struct cli_gdb *gdb)
{
    char *comma = strchr(text, ',');
    if (comma == NULL) {
        if (strcmp(text, NOWAIT) == 0) {
            gdb->options.nowait = true;
            *text = '\0';
        }
        return true;
    }
    *comma = '\0';
    gdb->options.nowait = true;
    return strcmp(comma + 1, NOWAIT) == 0;
}

/* The address without the brackets of "[::1]".  NULL stands for an empty address and for localhost: listen on this
 * host only. */
static char *plain_address(char *address)
{
    size_t length = strlen(address);
    if (length >= 2 && address[0] == '[' && address[length - 1] == ']') {
        address[length - 1] = '\0';
        address++;
    }
    return *address == '\0' || strcmp(address, "localhost") == 0 ? NULL : address;
}

static bool parse_value(char *text, struct cli_gdb *gdb, struct error *err)
{
    unsigned port = DEFAULT_PORT;
    bool suffix_ok = take_suffix(text, gdb);
    char *where = strncmp(text, QEMU_TRANSPORT, strlen(QEMU_TRANSPORT)) == 0
                      ? text + strlen(QEMU_TRANSPORT)
                      : text;
    char *colon = strrchr(where, ':');
    char *port_text = colon == NULL ? where : colon + 1;

    if (!suffix_ok) {
        return error_set(err, LEON3EMU_USAGE, "what can stand behind the port is ,nowait");
    }
    if (colon != NULL) {
        *colon = '\0';
        gdb->options.address = plain_address(where);
    }
    if (*port_text != '\0' && !tcp_parse_port(port_text, &port, err)) {
        return error_set(err, LEON3EMU_USAGE, "not a port; give a number below 65536");
    }
    gdb->options.port = (uint16_t)port;
    return true;
}

bool cli_parse_gdb(const char *text, struct cli_gdb *gdb, struct error *err)
{
    struct error why;
    free(gdb->text);
    *gdb = (struct cli_gdb){.on = true, .text = strdup(text == NULL ? "" : text)};
    if (gdb->text == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    return parse_value(gdb->text, gdb, &why) ||
           error_set(err, LEON3EMU_USAGE, "--gdb=%s: %s", text, why.text);
}

void cli_announce_gdb(const struct cli_gdb *gdb, uint16_t port, bool has_firmware, FILE *stream)
{
    const char *address = gdb->options.address == NULL ? LOOPBACK : gdb->options.address;
    bool is_v6 = strchr(address, ':') != NULL;

    if (strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0) {
        fprintf(stream,
                "leon3emu: warning: GDB's protocol has no password; whoever reaches that address "
                "rules the guest\n");
    }
    fprintf(stream, "leon3emu: %s GDB: target remote %s%s%s:%u\n",
            gdb->options.nowait ? "ready for" : "waiting for", is_v6 ? "[" : "", address,
            is_v6 ? "]" : "", port);
    if (!has_firmware) {
        fprintf(stream,
                "leon3emu: no firmware given: the RAM is empty until GDB loads it (load)\n");
    }
}
