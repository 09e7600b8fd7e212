// SPDX-License-Identifier: MIT
/* Character lines: each kind against a real file, pipe, terminal or socket of the host. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/hostio.h"
#include "core/tcp_listen.h"
#include "chardev/chardev.h"

/* Everything a test needs; made afresh for each. */
struct world {
    struct hostio *h;
    struct chardev_hub *hub;
    struct log log;
    char notices[1024];
    char logged[4096];
    unsigned log_lines;
    unsigned quits;
    char directory[64];
    struct chardev *cd; /* read by the input handler */
    char received[256];
    size_t received_length;
    unsigned handler_calls;
};

static void on_log(void *context, const char *line)
{
    struct world *w = context;
    w->log_lines++;
    snprintf(w->logged, sizeof w->logged, "%s", line);
}

static void on_notice(void *context, const char *line)
{
    struct world *w = context;
    size_t used = strlen(w->notices);
    snprintf(w->notices + used, sizeof w->notices - used, "%s\n", line);
}

static void on_quit(void *context)
{
    struct world *w = context;
    w->quits++;
}

/* A device that reads three bytes at a time until a read is short. */
static void on_input(void *context)
{
    struct world *w = context;
    size_t got;
    w->handler_calls++;
    do {
        got = chardev_read(w->cd, w->received + w->received_length, 3);
        w->received_length += got;
    } while (got == 3);
    w->received[w->received_length] = '\0';
}

static void world_hub(struct world *w, int input_fd, int output_fd)
{
    struct chardev_hub_config config = {.hostio = w->h,
                                        .log = &w->log,
                                        .input_fd = input_fd,
                                        .output_fd = output_fd,
                                        .notice = on_notice,
                                        .quit = on_quit,
                                        .context = w};
    w->hub = chardev_hub_create(&config);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct error err;
    w->h = hostio_create(&err);
    w->log = (struct log){.write = on_log, .context = w};
    strcpy(w->directory, "/tmp/test_chardev.XXXXXX");
    if (mkdtemp(w->directory) == NULL) {
        return -1;
    }
    *state = w;
    return w->h == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    char command[128];
    chardev_hub_destroy(w->hub);
    hostio_destroy(w->h);
    snprintf(command, sizeof command, "rm -r %s", w->directory);
    int status = system(command);
    free(w);
    return status;
}

static struct chardev *open_line(struct world *w, const char *spec)
{
    struct chardev *cd;
    struct error err = {0};
    if (!chardev_open(w->hub, "uart0", spec, &cd, &err)) {
        fail_msg("%s: %s", spec, err.text);
    }
    w->cd = cd;
    chardev_set_input_handler(cd, on_input, w);
    return cd;
}

static void refuse(struct world *w, const char *spec, enum leon3emu_status status,
                   const char *words)
{
    struct chardev *cd;
    struct error err = {0};
    assert_false(chardev_open(w->hub, "uart0", spec, &cd, &err));
    assert_null(cd);
    assert_int_equal(err.status, status);
    if (strstr(err.text, words) == NULL) {
        fail_msg("'%s' lacks '%s'", err.text, words);
    }
}

static const char *path_in(struct world *w, const char *name)
{
    static _Thread_local char paths[4][128];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", w->directory, name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void expect_file(const char *path, const char *text)
{
    char bytes[256] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(bytes, text);
}

/* Polls until the device has seen `text` in all. */
static void expect_received(struct world *w, const char *text)
{
    int64_t deadline = hostio_clock_ms() + 5000;
    while (strcmp(w->received, text) != 0 && hostio_clock_ms() < deadline) {
        hostio_poll(w->h, 50);
    }
    assert_string_equal(w->received, text);
}

/* Reads exactly what is expected from the far end. */
static void expect_from(int fd, const char *text)
{
    char bytes[256] = "";
    size_t length = 0;
    while (length < strlen(text)) {
        ssize_t got = read(fd, bytes + length, strlen(text) - length);
        assert_true(got > 0);
        length += (size_t)got;
    }
    assert_string_equal(bytes, text);
}

/* Nothing is ready, nothing spins. */
static void expect_sleep(struct world *w)
{
    int64_t start = hostio_clock_ms();
    assert_int_equal(hostio_poll(w->h, 20), 0);
    assert_in_range(hostio_clock_ms() - start, 19, 5000);
}

static void test_specs(void **state)
{
    struct world *w = *state;
    const char *form, *help;
    unsigned kinds = 0;
    world_hub(w, -1, -1);
    refuse(w, "", LEON3EMU_USAGE, "none, stdio, file:OUT[:IN], pty[:LINK], tcp:PORT");
    refuse(w, "vc", LEON3EMU_USAGE, "'vc' is no kind");
    refuse(w, "tc:1", LEON3EMU_USAGE, "'tc:1' is no kind");
    refuse(w, "none:x", LEON3EMU_USAGE, "written none");
    refuse(w, "file", LEON3EMU_USAGE, "written file:OUT[:IN]");
    refuse(w, "tcp", LEON3EMU_USAGE, "written tcp:PORT");
    refuse(w, "tcp:", LEON3EMU_USAGE, "written tcp:PORT");
    refuse(w, "tcp:65536", LEON3EMU_USAGE, "no TCP port");
    refuse(w, "tcp:99999999999999999999", LEON3EMU_USAGE, "no TCP port");
    refuse(w, "tcp:12x", LEON3EMU_USAGE, "no TCP port");
    refuse(w, "file:/nonexistent/x", LEON3EMU_FILE, "/nonexistent/x");
    refuse(w, "pty:/nonexistent/x", LEON3EMU_FILE, "/nonexistent/x");
    while (chardev_kind(kinds, &form, &help)) {
        assert_true(form[0] != '\0' && help[0] != '\0');
        kinds++;
    }
    assert_int_equal(kinds, 5);
}

static void test_none(void **state)
{
    struct world *w = *state;
    char byte;
    world_hub(w, -1, -1);
    struct chardev *cd = open_line(w, "none");
    chardev_write(cd, "hello", 5);
    assert_int_equal(chardev_read(cd, &byte, 1), 0);
    assert_false(chardev_can_receive(cd));
    assert_true(chardev_hub_drain(w->hub, -1));
    assert_string_equal(chardev_address(cd), "none");
}

static void test_stdio_is_for_one(void **state)
{
    struct world *w = *state;
    world_hub(w, -1, -1);
    struct chardev *cd = open_line(w, "stdio");
    refuse(w, "stdio", LEON3EMU_USAGE, "belongs to uart0");
    chardev_close(cd);
    open_line(w, "stdio");
}

static void test_stdio_without_descriptors(void **state)
{
    struct world *w = *state;
    char byte;
    world_hub(w, -1, -1);
    struct chardev *cd = open_line(w, "stdio");
    chardev_write(cd, "x", 1);
    assert_int_equal(chardev_read(cd, &byte, 1), 0);
    assert_false(chardev_can_receive(cd));
    assert_false(chardev_console_raw(w->hub, true));
    assert_int_equal(w->log_lines, 0);
}

static void test_file_as_stdin_is_read_on_demand(void **state)
{
    struct world *w = *state;
    char text[8] = "";
    write_file(path_in(w, "in"), "abcdef");
    int fd = open(path_in(w, "in"), O_RDONLY);
    world_hub(w, fd, -1);
    struct chardev *cd = open_line(w, "stdio");
    assert_int_equal(chardev_read(cd, text, 4), 4); /* no poll before */
    assert_memory_equal(text, "abcd", 4);
    assert_false(chardev_can_receive(cd));
    assert_int_equal(hostio_poll(w->h, 0), 0);
    assert_int_equal(chardev_read(cd, text, 4), 2);
    assert_int_equal(chardev_read(cd, text, 4), 0);
    expect_sleep(w);
    assert_int_equal(w->handler_calls, 0);
    close(fd);
}

static void test_null_as_stdin_has_no_input(void **state)
{
    struct world *w = *state;
    char byte;
    int fd = open("/dev/null", O_RDWR);
    world_hub(w, fd, fd);
    struct chardev *cd = open_line(w, "stdio");
    assert_int_equal(chardev_read(cd, &byte, 1), 0);
    assert_false(chardev_hub_can_receive(w->hub));
    chardev_write(cd, "x", 1);
    assert_true(chardev_hub_drain(w->hub, 0));
    chardev_close(cd);
    close(fd);
}

static void test_pipe_as_stdin(void **state)
{
    struct world *w = *state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    world_hub(w, ends[0], -1);
    struct chardev *cd = open_line(w, "stdio");
    assert_false(chardev_can_receive(cd)); /* nobody asked yet */
    assert_int_equal(write(ends[1], "hel", 3), 3);
    hostio_poll(w->h, 0);
    assert_int_equal(w->handler_calls, 0);
    on_input(w); /* the device's first read */
    expect_received(w, "hel");
    assert_true(chardev_can_receive(cd));
    w->handler_calls = 0;
    assert_int_equal(write(ends[1], "lo", 2), 2);
    expect_received(w, "hello");
    assert_int_equal(w->handler_calls, 1);

    close(ends[1]);
    hostio_poll(w->h, 1000);
    assert_false(chardev_can_receive(cd));
    expect_sleep(w); /* end of file does not spin */
    assert_int_equal(chardev_read(cd, &byte, 1), 0);
    close(ends[0]);
}

/* A device whose FIFO is full after one byte. */
static void on_input_one(void *context)
{
    struct world *w = context;
    w->handler_calls++;
    assert_int_equal(chardev_read(w->cd, w->received, 1), 1);
}

static void on_input_ignore(void *context)
{
    struct world *w = context;
    w->handler_calls++;
}

static void test_handler_that_does_not_read(void **state)
{
    struct world *w = *state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    world_hub(w, ends[0], -1);
    struct chardev *cd = open_line(w, "stdio");
    chardev_set_input_handler(cd, on_input_ignore, w);
    assert_int_equal(chardev_read(cd, &byte, 1), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(write(ends[1], "x", 1), 1);
        hostio_poll(w->h, 1000);
    }
    assert_int_equal(w->handler_calls, 1);
    close(ends[0]);
    close(ends[1]);
}

static void test_handler_is_armed_by_a_short_read(void **state)
{
    struct world *w = *state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    world_hub(w, ends[0], -1);
    struct chardev *cd = open_line(w, "stdio");
    chardev_set_input_handler(cd, on_input_one, w);
    assert_int_equal(chardev_read(cd, &byte, 1), 0);
    assert_int_equal(write(ends[1], "ab", 2), 2);
    hostio_poll(w->h, 1000);
    assert_int_equal(write(ends[1], "c", 1), 1);
    hostio_poll(w->h, 1000);
    assert_int_equal(w->handler_calls, 1);
    assert_false(chardev_can_receive(cd)); /* nobody waits: the device reads when it wants to */
    assert_int_equal(chardev_read(cd, w->received, 3), 2);
    assert_memory_equal(w->received, "bc", 2);
    assert_true(chardev_can_receive(cd));
    close(ends[0]);
    close(ends[1]);
}

static void test_full_input_holds_the_sender(void **state)
{
    struct world *w = *state;
    static char block[4096], back[4096];
    int ends[2];
    size_t sent = 0, got = 0;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    world_hub(w, ends[0], -1);
    struct chardev *cd = open_line(w, "stdio");
    for (unsigned round = 0; round < 200; round++) {
        ssize_t put = write(ends[1], block, sizeof block);
        sent += put > 0 ? (size_t)put : 0;
        hostio_poll(w->h, 0);
    }
    assert_in_range(sent, 2 * 65536, 3 * 65536); /* our queue and the pipe */
    expect_sleep(w);                             /* paused */
    close(ends[1]);
    for (unsigned round = 0; round < 200; round++) {
        got += chardev_read(cd, back, sizeof back);
        hostio_poll(w->h, 0);
    }
    assert_int_equal(got, sent);
    close(ends[0]);
}

static void test_stdout_file(void **state)
{
    struct world *w = *state;
    int fd = open(path_in(w, "out"), O_WRONLY | O_CREAT, 0600);
    world_hub(w, -1, fd);
    struct chardev *cd = open_line(w, "stdio");
    chardev_write(cd, "one ", 4);
    chardev_write(cd, "two", 3);
    expect_file(path_in(w, "out"), ""); /* no system call per character */
    chardev_hub_flush(w->hub);
    expect_file(path_in(w, "out"), "one two");
    chardev_write(cd, "!", 1);
    chardev_hub_flush_unsafe(w->hub, 1000);
    expect_file(path_in(w, "out"), "one two!");
    close(fd);
}

static void test_slow_reader_of_stdout_loses_nothing(void **state)
{
    struct world *w = *state;
    static uint8_t block[65536];
    int ends[2];
    size_t written = 0, got = 0;
    assert_int_equal(pipe(ends), 0);
    world_hub(w, -1, ends[1]);
    struct chardev *cd = open_line(w, "stdio");
    while (!chardev_hub_congested(w->hub)) {
        for (unsigned i = 0; i < 1000; i++, written++) {
            uint8_t byte = (uint8_t)(written * 31 >> 3);
            chardev_write(cd, &byte, 1);
        }
        chardev_hub_flush(w->hub);
        assert_true(written < 1000000);
    }
    assert_true(written > 100000);
    int64_t start = hostio_clock_ms();
    assert_false(chardev_hub_drain(w->hub, 30)); /* waits, not for ever */
    assert_in_range(hostio_clock_ms() - start, 29, 5000);
    for (unsigned round = 0; got < written && round < 1000; round++) {
        ssize_t size = read(ends[0], block, sizeof block);
        for (ssize_t i = 0; i < size; i++, got++) {
            assert_int_equal(block[i], (uint8_t)(got * 31 >> 3));
        }
        hostio_poll(w->h, 0);
    }
    assert_int_equal(got, written);
    assert_false(chardev_hub_congested(w->hub));
    assert_true(chardev_hub_drain(w->hub, 0));
    assert_int_equal(w->log_lines, 0);
    chardev_close(cd);
    close(ends[0]);
    close(ends[1]);
}

/* Reads a terminal, not fast, until it has seen so many bytes. */
static pid_t read_elsewhere(const char *path, size_t size)
{
    pid_t child = fork();
    if (child == 0) {
        char block[4096];
        int fd = open(path, O_RDONLY | O_NOCTTY);
        while (size > 0 && fd >= 0) {
            ssize_t got = read(fd, block, sizeof block);
            if (got <= 0 || (size_t)got > size) {
                _exit(1);
            }
            size -= (size_t)got;
            usleep(2000);
        }
        _exit(size != 0);
    }
    return child;
}

/* Ptys that nobody reads are waited for together, and once; the one that is read loses nothing. */
static void test_drain_of_many(void **state)
{
    struct world *w = *state;
    static char block[60000];
    struct chardev *lines[6];
    int status = -1;
    world_hub(w, -1, -1);
    for (unsigned i = 0; i < 6; i++) {
        lines[i] = open_line(w, "pty");
        chardev_write(lines[i], block, sizeof block);
    }
    pid_t child = read_elsewhere(chardev_address(lines[2]), sizeof block);
    int64_t start = hostio_clock_ms();
    assert_false(chardev_hub_drain(w->hub, -1));
    assert_in_range(hostio_clock_ms() - start, 900, 3000);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    start = hostio_clock_ms();
    assert_false(chardev_hub_drain(w->hub, 1000));
    assert_in_range(hostio_clock_ms() - start, 0, 800);
    start = hostio_clock_ms();
    chardev_hub_flush_unsafe(w->hub, 1000);
    assert_in_range(hostio_clock_ms() - start, 0, 3000);
}

static void test_drain_ends_at_a_wake(void **state)
{
    struct world *w = *state;
    static char block[100000];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    world_hub(w, -1, ends[1]);
    struct chardev *cd = open_line(w, "stdio");
    chardev_write(cd, block, sizeof block);
    hostio_wake(w->h); /* an old one counts for nothing, but is kept for the next poll */
    int64_t before = hostio_clock_ms();
    assert_false(chardev_hub_drain(w->hub, 20));
    assert_in_range(hostio_clock_ms() - before, 19, 5000);
    assert_true(hostio_forget_wake(w->h));

    pid_t child = fork();
    if (child == 0) {
        usleep(50 * 1000);
        hostio_wake(w->h);
        _exit(0);
    }
    int64_t start = hostio_clock_ms();
    assert_false(chardev_hub_drain(w->hub, -1));
    assert_in_range(hostio_clock_ms() - start, 20, 5000);
    waitpid(child, NULL, 0);
    close(ends[0]);
    chardev_close(cd);
    close(ends[1]);
}

static void test_closed_stdout_kills_nobody(void **state)
{
    struct world *w = *state;
    int ends[2];
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(pipe(ends), 0);
    world_hub(w, -1, ends[1]);
    struct chardev *cd = open_line(w, "stdio");
    close(ends[0]);
    for (unsigned i = 0; i < 3; i++) {
        chardev_write(cd, "lost\n", 5);
        chardev_hub_flush(w->hub);
        hostio_poll(w->h, 0);
    }
    assert_int_equal(w->log_lines, 1);
    assert_non_null(strstr(w->logged, "Broken pipe"));
    assert_true(chardev_hub_drain(w->hub, -1));
    sigset_t pending;
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    chardev_close(cd);
    close(ends[1]);
}

static void test_full_disk_is_said_once(void **state)
{
    struct world *w = *state;
    world_hub(w, -1, -1);
    struct chardev *cd = open_line(w, "file:/dev/full");
    for (unsigned i = 0; i < 3; i++) {
        chardev_write(cd, "x", 1);
        chardev_flush(cd);
    }
    assert_int_equal(w->log_lines, 1);
    assert_non_null(strstr(w->logged, "No space left"));
}

static void test_file(void **state)
{
    struct world *w = *state;
    char spec[300], text[8] = "";
    world_hub(w, -1, -1);
    write_file(path_in(w, "in"), "ping");
    write_file(path_in(w, "out"), "something old and long");
    snprintf(spec, sizeof spec, "file:%s:%s", path_in(w, "out"), path_in(w, "in"));
    struct chardev *cd = open_line(w, spec);
    assert_int_equal(chardev_read(cd, text, 7), 4);
    assert_string_equal(text, "ping");
    assert_false(chardev_can_receive(cd));
    chardev_write(cd, "pong", 4);
    chardev_close(cd);
    expect_file(path_in(w, "out"), "pong");

    /* What is refused leaves the output file alone. */
    snprintf(spec, sizeof spec, "file:%s:%s", path_in(w, "out"), path_in(w, "missing"));
    refuse(w, spec, LEON3EMU_FILE, "missing");
    snprintf(spec, sizeof spec, "file:%s:%s", path_in(w, "out"), path_in(w, "out"));
    refuse(w, spec, LEON3EMU_FILE, "output and input at once");
    expect_file(path_in(w, "out"), "pong");
    assert_int_equal(mkfifo(path_in(w, "fifo"), 0600), 0);
    snprintf(spec, sizeof spec, "file:%s", path_in(w, "fifo"));
    refuse(w, spec, LEON3EMU_FILE, "start its reader first");
    snprintf(spec, sizeof spec, "file::%s", path_in(w, "in"));
    cd = open_line(w, spec);
    chardev_write(cd, "x", 1);
    assert_int_equal(chardev_read(cd, text, 2), 2);
}

static void test_pty(void **state)
{
    struct world *w = *state;
    char spec[160], points_to[128] = "";
    static char block[100000];
    world_hub(w, -1, -1);
    snprintf(spec, sizeof spec, "pty:%s", path_in(w, "tty"));
    assert_int_equal(symlink("/dev/pts/99999", path_in(w, "tty")), 0); /* of a killed run */
    struct chardev *cd = open_line(w, spec);
    assert_true(readlink(path_in(w, "tty"), points_to, sizeof points_to - 1) > 0);
    assert_string_equal(points_to, chardev_address(cd));
    assert_non_null(strstr(w->notices, points_to));
    assert_non_null(strstr(w->notices, "uart0: pty is "));
    on_input(w);

    chardev_write(cd, "boot\n", 5); /* before anybody is there */
    chardev_flush(cd);
    for (unsigned visit = 0; visit < 3; visit++) {
        int fd = open(path_in(w, "tty"), O_RDWR | O_NOCTTY);
        assert_true(fd >= 0);
        expect_from(fd, visit == 0 ? "boot\n" : "again\n");
        assert_int_equal(write(fd, "\003\r", 2), 2); /* raw: no signal, no newline */
        expect_received(w, visit == 0   ? "\003\r"
                           : visit == 1 ? "\003\r\003\r"
                                        : "\003\r\003\r\003\r");
        close(fd);
        expect_sleep(w); /* nobody there does not spin */
        chardev_write(cd, "again\n", 6);
        chardev_flush(cd);
    }
    assert_true(chardev_can_receive(cd));
    chardev_write(cd, block, sizeof block); /* nobody reads */
    chardev_write(cd, block, sizeof block);
    assert_int_equal(w->log_lines, 1);
    assert_non_null(strstr(w->logged, "dropped"));
    assert_false(chardev_hub_congested(w->hub)); /* the guest goes on */
    chardev_close(cd);
    assert_int_equal(access(path_in(w, "tty"), F_OK), -1);

    write_file(path_in(w, "tty"), "precious");
    refuse(w, spec, LEON3EMU_FILE, "File exists");
    expect_file(path_in(w, "tty"), "precious");
}

static int connect_to(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(strchr(address, ':') + 1)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void test_tcp(void **state)
{
    struct world *w = *state;
    char spec[32];
    world_hub(w, -1, -1);
    struct chardev *cd = open_line(w, "tcp:0");
    assert_memory_equal(chardev_address(cd), "127.0.0.1:", 10);
    assert_non_null(strstr(w->notices, chardev_address(cd)));
    snprintf(spec, sizeof spec, "tcp:%s", chardev_address(cd) + 10);
    refuse(w, spec, LEON3EMU_FILE, "try another port");
    w->cd = cd;
    on_input(w);
    assert_true(chardev_can_receive(cd)); /* somebody may come */

    chardev_write(cd, "early ", 6);
    chardev_flush(cd);
    int first = connect_to(chardev_address(cd));
    hostio_poll(w->h, 1000);
    expect_from(first, "early ");
    assert_int_equal(write(first, "one", 3), 3);
    expect_received(w, "one");
    int second = connect_to(chardev_address(cd)); /* waits */
    expect_sleep(w);
    close(first);
    hostio_poll(w->h, 1000);
    hostio_poll(w->h, 1000);
    assert_true(chardev_can_receive(cd));
    chardev_write(cd, "hello", 5);
    chardev_flush(cd);
    expect_from(second, "hello");
    assert_int_equal(write(second, "two", 3), 3);
    expect_received(w, "onetwo");
    close(second);
}

/* The host asks a client that says nothing whether it is still there. */
static void test_tcp_notices_absence(void **state)
{
    struct error err;
    char address[32];
    unsigned port = 0;
    int on = 0, idle_s = 0;
    socklen_t size = sizeof on;
    (void)state;
    int listener = tcp_listen_local(&port, &err);
    snprintf(address, sizeof address, ":%u", port);
    int client = connect_to(address);
    int fd = tcp_accept(listener);
    assert_true(fd >= 0);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, &size), 0);
    assert_int_not_equal(on, 0);
    assert_in_range(idle_s, 1, 120);
    close(fd);
    close(client);
    close(listener);
}

/* It has no more to say, and listens. */
static void test_tcp_half_closed(void **state)
{
    struct world *w = *state;
    char byte;
    world_hub(w, -1, -1);
    struct chardev *cd = open_line(w, "tcp:0");
    on_input(w);
    int first = connect_to(chardev_address(cd));
    hostio_poll(w->h, 1000);
    assert_int_equal(write(first, "ask", 3), 3);
    shutdown(first, SHUT_WR);
    expect_received(w, "ask");
    hostio_poll(w->h, 1000);
    expect_sleep(w);
    assert_true(chardev_can_receive(cd));
    chardev_write(cd, "answer", 6);
    chardev_flush(cd);
    expect_from(first, "answer");
    int second =
        connect_to(chardev_address(cd)); /* need not wait for somebody who says nothing more */
    hostio_poll(w->h, 1000);
    chardev_write(cd, "hello", 5);
    chardev_flush(cd);
    expect_from(second, "hello");
    assert_int_equal(read(first, &byte, 1), 0);
    close(first);
    close(second);
}

static void test_tcp_client_that_vanishes(void **state)
{
    struct world *w = *state;
    struct linger reset = {.l_onoff = 1};
    static char block[100000];
    signal(SIGPIPE, SIG_DFL);
    world_hub(w, -1, -1);
    struct chardev *cd = open_line(w, "tcp:0");
    for (unsigned i = 0; i < 3; i++) {
        int fd = connect_to(chardev_address(cd));
        hostio_poll(w->h, 1000);
        chardev_write(cd, block, 10000);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
        chardev_write(cd, block, 10000); /* the error meets the writer first */
        chardev_flush(cd);
        hostio_poll(w->h, 0);
    }
    int fd = connect_to(chardev_address(cd)); /* closes in peace, and we write on: EPIPE */
    hostio_poll(w->h, 1000);
    shutdown(fd, SHUT_RDWR);
    close(fd);
    for (unsigned i = 0; i < 3; i++) {
        chardev_write(cd, "x", 1);
        chardev_flush(cd);
        usleep(1000);
    }
    hostio_poll(w->h, 0);
    fd = connect_to(chardev_address(cd));
    hostio_poll(w->h, 1000);
    for (unsigned i = 0; i < 100; i++) {
        chardev_write(cd, block, sizeof block); /* a reader that sleeps */
        hostio_poll(w->h, 0);
    }
    assert_int_equal(w->log_lines, 1);
    close(fd);
}

/* A terminal as standard input; `far` is the user's end. */
static int open_terminal(int *far)
{
    char name[64];
    *far = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*far >= 0);
    assert_int_equal(grantpt(*far), 0);
    assert_int_equal(unlockpt(*far), 0);
    assert_int_equal(ptsname_r(*far, name, sizeof name), 0);
    int near = open(name, O_RDWR); /* after setsid(): becomes the controlling terminal */
    assert_true(near >= 0);
    return near;
}

/* In a session of its own, because only the foreground may make a terminal raw. */
static void raw_console_session(struct world *w)
{
    struct termios before = {0}, raw, after = {0};
    char keys[40000];
    int far;
    setsid();
    alarm(60);               /* ends this child, should it hang */
    signal(SIGHUP, SIG_IGN); /* the terminal goes away before we do */
    int near = open_terminal(&far);
    tcgetattr(near, &before);
    world_hub(w, near, near);
    assert_false(chardev_console_raw(w->hub, true)); /* no stdio line yet */
    struct chardev *cd = open_line(w, "stdio");
    on_input(w);
    assert_true(chardev_console_raw(w->hub, true));
    tcgetattr(near, &raw);
    assert_int_equal(raw.c_lflag & (ICANON | ECHO | ISIG), 0);
    assert_int_equal(write(far, "a\003\001\001b\001hc\001", 9), 9);
    expect_received(w, "a\003\001bc");
    assert_non_null(strstr(w->notices, "Ctrl-A x"));
    assert_int_equal(w->quits, 0);
    assert_int_equal(write(far, "x", 1), 1); /* its Ctrl-A came before */
    hostio_poll(w->h, 1000);
    assert_int_equal(w->quits, 1);

    /* A guest that does not read cannot keep Ctrl-A x away. */
    chardev_set_input_handler(cd, NULL, NULL);
    memset(keys, 'k', sizeof keys);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(write(far, keys, 1000), 1000);
        hostio_poll(w->h, 1000);
    }
    assert_int_equal(write(far, "\001x", 2), 2);
    for (unsigned i = 0; i < 100 && w->quits == 1; i++) {
        hostio_poll(w->h, 100);
    }
    assert_int_equal(w->quits, 2);

    chardev_console_restore_unsafe(w->hub);
    tcgetattr(near, &after);
    assert_memory_equal(&before, &after, sizeof before);
    assert_false(chardev_console_raw(w->hub, false));
    assert_true(chardev_console_raw(w->hub, true));
    tcgetattr(near, &after);
    assert_int_equal(after.c_lflag & ICANON, 0);
    chardev_hub_destroy(w->hub);
    w->hub = NULL;
    tcgetattr(near, &after);
    assert_memory_equal(&before, &after, sizeof before);
    close(near);
    close(far);
}

static void test_raw_console(void **state)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        /* A failed assertion jumps into this copy of the test run, which then ends with 1. */
        raw_console_session(*state);
        _exit(42);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

static void on_input_close(void *context)
{
    struct world *w = context;
    w->handler_calls++;
    chardev_close(w->cd);
}

static void test_handler_may_close(void **state)
{
    struct world *w = *state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    world_hub(w, ends[0], -1);
    struct chardev *cd = open_line(w, "stdio");
    chardev_set_input_handler(cd, on_input_close, w);
    assert_int_equal(chardev_read(cd, &byte, 1), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    hostio_poll(w->h, 1000);
    assert_int_equal(w->handler_calls, 1);
    close(ends[0]);
    close(ends[1]);
}

/* Under whatever name: two lines would write over each other. */
static void test_file_is_for_one(void **state)
{
    struct world *w = *state;
    char path[] = "/tmp/leon3emu-line-XXXXXX";
    char spec[64], other[64];
    struct chardev *second = NULL;
    struct error err = {0};
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    world_hub(w, -1, -1);
    snprintf(spec, sizeof spec, "file:%s", path);
    snprintf(other, sizeof other, "file:/tmp/./%s", path + 5);
    open_line(w, spec);
    assert_false(chardev_open(w->hub, "second", other, &second, &err));
    assert_non_null(strstr(err.text, "is written by another line"));
    assert_true(chardev_open(w->hub, "third", "file:/dev/null", &second, &err));
    assert_true(chardev_open(w->hub, "fourth", "file:/dev/null", &second, &err));
    unlink(path);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_specs),
        CASE(test_none),
        CASE(test_file_is_for_one),
        CASE(test_stdio_is_for_one),
        CASE(test_stdio_without_descriptors),
        CASE(test_file_as_stdin_is_read_on_demand),
        CASE(test_null_as_stdin_has_no_input),
        CASE(test_pipe_as_stdin),
        CASE(test_handler_that_does_not_read),
        CASE(test_handler_is_armed_by_a_short_read),
        CASE(test_full_input_holds_the_sender),
        CASE(test_stdout_file),
        CASE(test_slow_reader_of_stdout_loses_nothing),
        CASE(test_drain_of_many),
        CASE(test_drain_ends_at_a_wake),
        CASE(test_closed_stdout_kills_nobody),
        CASE(test_full_disk_is_said_once),
        CASE(test_file),
        CASE(test_pty),
        CASE(test_tcp),
        CASE(test_tcp_notices_absence),
        CASE(test_tcp_half_closed),
        CASE(test_tcp_client_that_vanishes),
        CASE(test_raw_console),
        CASE(test_handler_may_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
