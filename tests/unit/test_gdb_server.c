// SPDX-License-Identifier: MIT
/*
 * How runs of a whole machine end for GDB, packet by packet: those that only a program that uses the library sees,
 * or that need a device of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "check.h"
#include "guest.h"

#define TWO_CPUS                                                                                   \
    "[board]\nclock = 40M\n[cpu]\ncount = 2\n[memory]\nram = base=0x40000000, size=1M\n"           \
    "[devices]\napb0 = apbctrl, base=0x80000000\nirqmp0 = irqmp, base=0x80000200\n"

/* ---- a device that ends the run ---- */

struct ender {
    struct l3_host *host;
    const struct l3_services *services;
};

static void *create(struct l3_host *host, const struct l3_services *services)
{
    struct ender *ender = calloc(1, sizeof *ender);
    ender->host = host;
    ender->services = services;
    return ender;
}

static int32_t read_nothing(void *instance, struct l3_request *request)
{
    (void)instance;
    request->value = 0;
    return L3_OK;
}

/* 1: by its service; 2: as the machine does when an executor finds itself wrong. */
static int32_t end_run(void *instance, struct l3_request *request)
{
    struct ender *ender = instance;
    if (request->value == 1) {
        ender->services->stop(ender->host, 9, "seen %s", "enough");
    } else {
        exec_stop(&ender->host->machine->exec, STOP_BUG, LEON3EMU_INTERNAL, "two times two is %d",
                  5);
    }
    return L3_OK;
}

static const struct l3_region regions[] = {{.struct_size = sizeof(struct l3_region),
                                            .kind = L3_REGION_APB,
                                            .name = "registers",
                                            .size = 0x100}};

static const struct l3_device_class ender = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "ender",
    .regions = regions,
    .region_count = 1,
    .create = create,
    .destroy = free,
    .read = read_nothing,
    .write = end_run,
};

/* ---- GDB's side ---- */

struct session {
    struct guest g;
    int fd;
    char said[4000]; /* all that has come, acknowledgements left out */
    size_t length;
    /* What to do on a thread of its own: when `wait_for` has come, send `then`; several in turn. */
    const struct answer {
        const char *wait_for;
        const char *then;
    } * answers;
};

static void connect_to(struct session *s, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(s->fd, (struct sockaddr *)&address, sizeof address), 0);
}

static void send_packet(const struct session *s, const char *content)
{
    char packet[200];
    uint8_t sum = 0;
    for (const char *c = content; *c != '\0'; c++) {
        sum += (uint8_t)*c;
    }
    snprintf(packet, sizeof packet, content[0] == '\x03' ? "\x03" : "$%s#%02x", content, sum);
    assert_int_equal(send(s->fd, packet, strlen(packet), 0), strlen(packet));
}

/* Reads for so long, and acknowledges everything. */
static bool listen_for(struct session *s, int milliseconds)
{
    struct pollfd pollfd = {.fd = s->fd, .events = POLLIN};
    ssize_t got;
    if (poll(&pollfd, 1, milliseconds) <= 0) {
        return false;
    }
    got = recv(s->fd, s->said + s->length, sizeof s->said - 1 - s->length, 0);
    if (got <= 0) {
        return false;
    }
    for (ssize_t i = 0; i < got; i++) {
        if (s->said[s->length + (size_t)i] == '#') {
            send(s->fd, "+", 1, MSG_NOSIGNAL);
        }
    }
    s->length += (size_t)got;
    s->said[s->length] = '\0';
    return true;
}

static void *answer_all(void *argument)
{
    struct session *s = argument;
    for (const struct answer *answer = s->answers; answer->wait_for != NULL; answer++) {
        while (strstr(s->said, answer->wait_for) == NULL) {
            if (!listen_for(s, 20000)) {
                return NULL;
            }
        }
        if (answer->then != NULL) {
            send_packet(s, answer->then);
        }
    }
    return NULL;
}

/* Runs while GDB says what it has to say. */
static struct stop_info run_with(struct session *s, const struct answer *answers, uint64_t cycles)
{
    struct stop_info stop;
    pthread_t thread;
    s->answers = answers;
    assert_int_equal(pthread_create(&thread, NULL, answer_all, s), 0);
    leon3emu_run(s->g.m, cycles, &stop);
    pthread_join(thread, NULL);
    return stop;
}

static void begin(struct session *s, const char *board)
{
    static const struct l3_device_class *const class = &ender;
    struct leon3emu_gdb_options options = {NULL, 0, false};
    const struct library *library;
    uint16_t port;

    memset(s, 0, sizeof *s);
    guest_new(&s->g, board);
    library = library_add(s->g.m, "./ender.so", NULL, &class, &s->g.err);
    assert_non_null(library);
    guest_add_device(&s->g, library, "ender0", "base=0x80000800");
    assert_true(leon3emu_gdb(s->g.m, &options, &port, &s->g.err));
    connect_to(s, port);
}

static void end(struct session *s)
{
    guest_free(&s->g);
    close(s->fd);
}

/* "O" and the text in hexadecimal digits, as GDB is told texts. */
static void assert_told(const struct session *s, const char *text)
{
    char hex[400] = "$O";
    for (size_t i = 0; text[i] != '\0'; i++) {
        snprintf(hex + 2 + 2 * i, 3, "%02x", (uint8_t)text[i]);
    }
    if (strstr(s->said, hex) == NULL) {
        fail_msg("not told: %s\nbut: %s", text, s->said);
    }
}

/* ---- tests ---- */

static const uint32_t spin[] = {W_BA(0), W_NOP};
static const uint32_t end_by_device[] = {W_SETHI(G1, 0x80000800), W_ADD(G2, G0, 1), W_ST(G2, G1, 0),
                                         W_BA(0), W_NOP};
static const uint32_t end_by_bug[] = {W_SETHI(G1, 0x80000800), W_ADD(G2, G0, 2), W_ST(G2, G1, 0),
                                      W_BA(0), W_NOP};

/* The program comes back between two pieces of a run; GDB sees one run. */
static void test_cycles(void **state)
{
    static const struct answer none[] = {{NULL, NULL}};
    static const struct answer kill[] = {{"$T02", "k"}, {NULL, NULL}};
    struct session s;
    (void)state;

    begin(&s, GUEST_BOARD);
    GUEST_PROGRAM(&s.g, GUEST_RAM, spin);
    send_packet(&s, "c");
    for (uint64_t cycles = 1000; cycles <= 5000; cycles += 1000) {
        assert_int_equal(run_with(&s, none, cycles).kind, STOP_CYCLES);
        assert_int_equal(leon3emu_cycles(s.g.m), cycles);
        while (listen_for(&s, 0)) {
        }
        assert_null(strchr(s.said, '$'));
    }
    send_packet(&s, "\x03");
    assert_int_equal(run_with(&s, kill, 0).kind, STOP_INTERRUPT);
    end(&s);
}

/* Also when one of two CPUs goes on alone, as GDB steps over a breakpoint. */
static void test_cycles_of_one_cpu(void **state)
{
    static const struct answer none[] = {{NULL, NULL}};
    struct session s;
    (void)state;

    begin(&s, TWO_CPUS);
    GUEST_PROGRAM(&s.g, GUEST_RAM, spin);
    send_packet(&s, "vCont;c:1");
    for (uint64_t cycles = 1000; cycles <= 5000; cycles += 1000) {
        assert_int_equal(run_with(&s, none, cycles).kind, STOP_CYCLES);
        assert_in_range(leon3emu_cycles(s.g.m), cycles, cycles + 1);
        while (listen_for(&s, 0)) {
        }
        assert_null(strchr(s.said, '$'));
    }
    end(&s);
}

/* The peripheral's words, then its status; there is nothing to look at. */
static void test_device(void **state)
{
    static const struct answer answers[] = {{"$W09", NULL}, {NULL, NULL}};
    struct stop_info stop;
    struct session s;
    (void)state;

    begin(&s, GUEST_BOARD);
    GUEST_PROGRAM(&s.g, GUEST_RAM, end_by_device);
    send_packet(&s, "c");
    stop = run_with(&s, answers, 0);
    assert_int_equal(stop.kind, STOP_DEVICE);
    assert_int_equal(stop.status, 9);
    assert_told(&s, "ender0: seen enough");
    assert_null(strstr(s.said, "$T"));
    end(&s);
}

/* The machine stands where it was found, can be looked at, and then ends with the status. */
static void test_bug(void **state)
{
    static const struct answer answers[] = {
        {"$T06", "p44"}, {"$4000000c", "c"}, {"$W49", NULL}, {NULL, NULL}};
    struct stop_info stop;
    struct session s;
    (void)state;

    begin(&s, GUEST_BOARD);
    GUEST_PROGRAM(&s.g, GUEST_RAM, end_by_bug);
    send_packet(&s, "c");
    stop = run_with(&s, answers, 0);
    assert_int_equal(stop.kind, STOP_BUG);
    assert_int_equal(stop.status, LEON3EMU_INTERNAL);
    assert_told(&s, "two times two is 5");
    assert_non_null(strstr(s.said, "$W49"));
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_cycles_of_one_cpu),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
