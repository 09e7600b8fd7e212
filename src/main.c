// SPDX-License-Identifier: MIT
/* The program: it reads the options, creates and runs a machine, and reports why the run ended.  The emulation is
 * in the library. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/crash.h"
#include "cli/crash_place.h"
#include "cli/help.h"
#include "cli/install_dir.h"
#include "cli/log_output.h"
#include "cli/options.h"
#include "error.h"
#include "leon3emu.h"
#include "log.h"

/* Prints the error by cli_notice(), which escapes it, since names of the user's may be in it.  Returns the exit
 * status. */
static int print_error(const struct error *err)
{
    cli_notice(NULL, err->text);
    return (int)err->status;
}

/* Descriptors 0 to 2 must exist, or files opened later would be taken for the console. */
static void open_standard_files(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= 2);
    if (fd > 2) {
        close(fd);
    }
}

/* Loads an image.  The CPU starts at the firmware's entry, wherever the firmware stands among the images: the
 * others are loaded by functions that do not replace an entry. */
static bool load_image(struct machine *m, const struct cli_options *cli,
                       const struct cli_image *image, struct error *err)
{
    if (image->has_address) {
        return leon3emu_load_raw(m, image->path, image->address, err);
    }
    if (cli->firmware != NULL && image->path != cli->firmware) {
        return leon3emu_load_more(m, image->path, err);
    }
    return cli->bios ? leon3emu_load_prom(m, image->path, err) : leon3emu_load(m, image->path, err);
}

/* Loads the images in the order of the command line; a later one overwrites what it overlaps. */
static bool load_images(struct machine *m, const struct cli_options *cli, struct error *err)
{
    for (size_t i = 0; i < cli->image_count; i++) {
        if (!load_image(m, cli, &cli->images[i], err)) {
            return false;
        }
    }
    return true;
}

static enum start_mode start_mode(const struct cli_options *cli)
{
    if (cli->bios) {
        return START_RESET;
    }
    return cli->image_count == 0 ? START_EMPTY : START_LOADED;
}

static bool load_and_start(struct machine *m, const struct cli_options *cli, struct error *err)
{
    uint16_t port;
    if (!load_images(m, cli, err) || !leon3emu_start(m, start_mode(cli), err)) {
        return false;
    }
    leon3emu_set_limits(m, cli->time_limit_ns, cli->insn_limit);
    if (cli->gdb.on) {
        if (!leon3emu_gdb(m, &cli->gdb.options, &port, err)) {
            return false;
        }
        cli_announce_gdb(&cli->gdb, port, cli->image_count != 0, stderr);
    }
    return true;
}

/* Tells the user how the run ended; programs look at the exit status. */
static void explain_stop(struct machine *m, const struct stop_info *stop)
{
    if (stop->text[0] != '\0') {
        cli_notice(NULL, stop->text);
    }
    if (stop->kind == STOP_ERROR_MODE || stop->kind == STOP_GUEST_FATAL ||
        stop->kind == STOP_IDLE) {
        leon3emu_report(m, stop, stderr);
    }
    if (stop->kind != STOP_GUEST_EXIT) {
        leon3emu_history(m, stderr);
    }
}

/* Will the program print something after the guest's output? */
static bool has_more_to_say(struct machine *m, const struct cli_options *cli,
                            const struct stop_info *stop)
{
    return stop->text[0] != '\0' || stop->kind != STOP_GUEST_EXIT || cli->stats ||
           cli->machine.jit.hash != 0 || leon3emu_output_failed(m);
}

static int run_machine(struct machine *m, const struct cli_options *cli, struct cli_log_output *log)
{
    struct stop_info stop;

    cli_log_begin(log);
    crash_set_running(m);
    if (!cli->no_raw) {
        leon3emu_console_raw(m, true);
    }
    leon3emu_run(m, 0, &stop);
    leon3emu_console_raw(m, false);
    crash_set_running(NULL);
    if (has_more_to_say(m, cli, &stop)) {
        leon3emu_begin_line(m);
    }
    explain_stop(m, &stop);
    if (cli->machine.jit.hash != 0) {
        fprintf(stderr, "leon3emu: state hash %016" PRIx64 "\n", leon3emu_state_hash(m));
    }
    if (cli->stats) {
        leon3emu_stats(m, stderr);
    }
    if (stop.status >= 64 || (!leon3emu_output_failed(m) && ferror(stderr) == 0)) {
        return stop.status;
    }
    if (cli->log_file != NULL && leon3emu_output_failed(m)) {
        cli_notice(NULL, "the guest's output is not whole; the log says why");
    }
    return LEON3EMU_OUTPUT;
}

/* Do the options ask only for something to be printed that needs no machine? */
static bool prints_only(const struct cli_options *cli)
{
    return cli->periph_help != NULL || cli->periph_list || cli->board_help || cli->board_list ||
           cli->explain;
}

static bool print_information(const struct cli_options *cli, struct error *err)
{
    if (cli->periph_help != NULL) {
        return leon3emu_peripheral_help(&cli->machine, cli->periph_help, stdout, err);
    }
    if (cli->periph_list) {
        leon3emu_peripheral_list(&cli->machine, stdout);
        return true;
    }
    if (cli->board_list) {
        leon3emu_board_list(stdout);
        return true;
    }
    if (cli->board_help) {
        return leon3emu_board_help(&cli->machine, stdout, err);
    }
    return leon3emu_explain(&cli->machine, cli->explain_word, stdout) ||
           error_set(err, LEON3EMU_HOST, "out of memory");
}

/* A machine from creation to destruction; returns the exit status. */
static int emulate(const struct cli_options *cli, struct cli_log_output *log)
{
    struct error err;
    struct machine *m;
    int status;

    m = leon3emu_create(&cli->machine, &err);
    if (m == NULL) {
        crash_set_machine(NULL, NULL);
        status = print_error(&err);
    } else if (cli->dump[0] != '\0') {
        leon3emu_monitor(m, 0, cli->dump, stdout);
        status = cli_finish_printing();
    } else {
        status = load_and_start(m, cli, &err) ? run_machine(m, cli, log) : print_error(&err);
    }
    leon3emu_destroy(m);
    crash_set_machine(NULL, NULL);
    return status;
}

int main(int argc, char **argv)
{
    char plugin_dir[4096];
    struct cli_log_output log;
    struct cli_options cli;
    struct error err;
    int status;

    open_standard_files();
    crash_handle_failed_writes(); /* the status says that output is lost, however it is printed */
    if (!cli_parse(argc, argv, &cli, &err)) {
        return print_error(&err);
    }
    if (!cli_log_open(&log, &cli, &err)) {
        cli_options_fini(&cli);
        return print_error(&err);
    }
    cli.machine.context = &log;
    cli.machine.log_fd = log.fd;
    cli.machine.notice_fd = STDERR_FILENO;
    cli.machine.log_line = cli_log_line;
    cli.machine.notice = cli_notice;
    cli.machine.fatal = crash_fatal;
    cli.machine.building = crash_set_machine;
    cli.machine.loading = crash_prepare_place;
    cli.machine.plugin_dir = cli_install_dir(plugin_dir, sizeof plugin_dir) ? plugin_dir : NULL;
    if (!crash_install(cli.hang_limit, &err)) {
        status = print_error(&err);
    } else if (prints_only(&cli)) {
        status = print_information(&cli, &err) ? cli_finish_printing() : print_error(&err);
    } else {
        status = emulate(&cli, &log);
    }
    if (!cli_log_close(&log, cli.log_file, &err)) {
        print_error(&err);
        status = status < 64 ? LEON3EMU_OUTPUT : status;
    }
    cli_options_fini(&cli);
    return status;
}
