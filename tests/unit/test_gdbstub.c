// SPDX-License-Identifier: MIT
/* GDB stub: packets over a socket against a fake machine; then a real GDB, where one is installed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/hostio.h"
#include "gdbstub/gdbstub.h"

#include "fake_gdb.h"

struct world {
    struct hostio *h;
    struct gdbstub *stub;
    struct fake fake;
    struct log log;
    unsigned log_lines;
    int far;             /* GDB's end of the connection */
    char answer[0x8001]; /* content of the last packet received */
    char acks[64];       /* '+' and '-' before it */
};

static void on_log(void *context, const char *line)
{
    struct world *w = context;
    (void)line;
    w->log_lines++;
}

static struct gdbstub *make_stub(struct world *w, bool wait_first, bool wait_again)
{
    struct gdbstub_config config = {.hostio = w->h,
                                    .log = &w->log,
                                    .ops = fake_ops(&w->fake),
                                    .wait_first = wait_first,
                                    .wait_again = wait_again};
    return gdbstub_create(&config);
}

static void connect_pair(struct world *w)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    w->far = ends[0];
    gdbstub_adopt(w->stub, ends[1]);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct error err;
    w->h = hostio_create(&err);
    w->log = (struct log){.write = on_log, .context = w};
    fake_init(&w->fake);
    w->stub = make_stub(w, true, false);
    connect_pair(w);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    gdbstub_destroy(w->stub);
    hostio_destroy(w->h);
    if (w->far >= 0) {
        close(w->far);
    }
    free(w);
    return 0;
}

static void send_raw(struct world *w, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size != 0) {
        ssize_t put = write(w->far, at, size);
        at += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
        hostio_poll(w->h, 0);
    }
}

static void send_packet(struct world *w, const void *content, size_t size)
{
    char *packet = malloc(size + 5);
    uint8_t sum = 0;
    packet[0] = '$';
    memcpy(packet + 1, content, size);
    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + ((const uint8_t *)content)[i]);
    }
    sprintf(packet + 1 + size, "#%02x", sum);
    send_raw(w, packet, size + 4);
    free(packet);
}

/* Polls until the stub has nothing more to do. */
static bool get_byte(struct world *w, char *byte)
{
    do {
        if (read(w->far, byte, 1) == 1) {
            return true;
        }
    } while (hostio_poll(w->h, 0) != 0);
    return read(w->far, byte, 1) == 1;
}

/* Receives a packet and checks its sum; NULL if none comes. */
static const char *receive(struct world *w)
{
    char byte = '\0', tail[3] = "";
    size_t acks = 0, length = 0;
    uint8_t sum = 0;
    memset(w->acks, 0, sizeof w->acks);
    while (get_byte(w, &byte) && byte != '$') {
        w->acks[acks++] = byte;
        assert_true(acks < sizeof w->acks);
    }
    if (byte != '$') {
        return NULL;
    }
    while (get_byte(w, &byte) && byte != '#') {
        w->answer[length++] = byte;
        sum = (uint8_t)(sum + (uint8_t)byte);
        assert_true(length < sizeof w->answer);
    }
    if (!get_byte(w, &tail[0]) || !get_byte(w, &tail[1])) {
        return NULL;
    }
    assert_int_equal(strtoul(tail, NULL, 16), sum);
    w->answer[length] = '\0';
    return w->answer;
}

static const char *ask(struct world *w, const char *content)
{
    send_packet(w, content, strlen(content));
    return receive(w);
}

static void expect(struct world *w, const char *content, const char *answer)
{
    const char *got = ask(w, content);
    if (got == NULL || strcmp(got, answer) != 0) {
        fail_msg("%s: '%s' instead of '%s'", content, got == NULL ? "nothing" : got, answer);
    }
}

static void expect_silence(struct world *w, const char *content)
{
    send_packet(w, content, strlen(content));
    assert_null(receive(w));
}

static void test_framing(void **state)
{
    struct world *w = *state;
    expect(w, "qC", "QC1");
    assert_string_equal(w->acks, "+");
    send_raw(w, "$qC#00", 6); /* wrong sum */
    assert_null(receive(w));
    assert_string_equal(w->acks, "-");
    send_raw(w, "$qC#zz", 6);
    assert_null(receive(w));
    assert_string_equal(w->acks, "-");
    send_raw(w, "-", 1); /* say it again */
    assert_string_equal(receive(w), "QC1");
    send_raw(w, "garbage+++$q$qC#B4", 18); /* cut off and begun anew; upper case */
    assert_string_equal(receive(w), "QC1");
    for (const char *byte = "$qC#b4"; *byte != '\0'; byte++) {
        send_raw(w, byte, 1);
    }
    assert_string_equal(receive(w), "QC1");
    send_raw(w, "$qC#b4$vMustReplyEmpty#3a$?#3f", 30);
    assert_string_equal(receive(w), "QC1");
    assert_string_equal(receive(w), "");
    assert_memory_equal(receive(w), "T05thread:1;", 12);
    expect(w, "", "");
    expect(w, "qCRC:0,4", "");
    expect(w, "vAttach;1", "");
}

static void test_no_ack_mode(void **state)
{
    struct world *w = *state;
    expect(w, "QStartNoAckMode", "OK");
    assert_string_equal(w->acks, "+");
    expect(w, "qC", "QC1");
    assert_string_equal(w->acks, "");
    send_raw(w, "$qC#00", 6);
    assert_null(receive(w));
    expect(w, "qC", "QC1");
    assert_string_equal(w->acks, "");
}

static void test_oversized_packet(void **state)
{
    struct world *w = *state;
    static char content[3 * 0x4000];
    uint32_t before = be32_load(w->fake.memory);
    memset(content, '0', sizeof content);
    memcpy(content, "M40000000,2000:", 15);
    send_packet(w, content, sizeof content);
    assert_string_equal(receive(w), "E16");
    send_packet(w, content, 0x4001);
    assert_string_equal(receive(w), "E16");
    assert_int_equal(be32_load(w->fake.memory), before);
    memset(content, '0', sizeof content);
    memcpy(content, "M40000000,100:", 14);
    send_packet(w, content, 14 + 0x200);
    assert_string_equal(receive(w), "OK");
    memset(content, 'x', sizeof content);
    send_packet(w, content, 0x4000); /* the longest that is kept */
    assert_string_equal(receive(w), "");
    expect(w, "qC", "QC1");
}

static void test_supported(void **state)
{
    struct world *w = *state;
    const char *answer = ask(w, "qSupported:multiprocess+;swbreak+;hwbreak+;xmlRegisters=i386");
    assert_non_null(strstr(answer, "PacketSize=4000"));
    assert_non_null(strstr(answer, "qXfer:features:read+"));
    assert_non_null(strstr(answer, "QStartNoAckMode+"));
    assert_null(strstr(answer, "multiprocess+"));
    expect(w, "qAttached", "1");
    expect(w, "vCont?", "vCont;c;C;s;S");
}

static void test_description(void **state)
{
    struct world *w = *state;
    char whole[16384] = "", question[64];
    size_t length = 0;
    const char *answer;
    do {
        sprintf(question, "qXfer:features:read:target.xml:%zx,3e8", length);
        answer = ask(w, question);
        assert_true(answer[0] == 'm' || answer[0] == 'l');
        strcpy(whole + length, answer + 1);
        length += strlen(answer + 1);
    } while (answer[0] == 'm');
    assert_memory_equal(whole, "<?xml", 5);
    assert_string_equal(whole + length - 10, "</target>\n");
    assert_non_null(
        strstr(whole, "<reg name=\"npc\" bitsize=\"32\" regnum=\"69\" type=\"code_ptr\"/>"));
    assert_non_null(strstr(whole, "\"asr31\" bitsize=\"32\" regnum=\"87\""));
    answer = ask(w, "qXfer:features:read:target.xml:0,ffffffff");
    assert_int_equal(answer[0], 'l');
    assert_string_equal(answer + 1, whole);
    sprintf(question, "qXfer:features:read:target.xml:%zx,10", length);
    expect(w, question, "l");
    expect(w, "qXfer:features:read:target.xml:ffffffff,10", "E01");
    expect(w, "qXfer:features:read:other.xml:0,10", "E00");
    expect(w, "qXfer:threads:read::0,10", "");
}

static void test_registers(void **state)
{
    struct world *w = *state;
    static char all[1 + 72 * 8 + 1];
    const char *answer = ask(w, "g");
    assert_int_equal(strlen(answer), 72 * 8);
    assert_memory_equal(answer + 8 * 1, "0000015a", 8);
    assert_memory_equal(answer + 8 * GDB_REGISTER_PC, "40000000", 8);
    assert_memory_equal(answer + 8 * GDB_REGISTER_CSR, "xxxxxxxx", 8);
    strcpy(all, "G");
    strcat(all, answer);
    memcpy(all + 1 + 8 * 5, "cafebabe", 8);
    expect(w, all, "OK");
    assert_int_equal(w->fake.registers[0][5], 0xcafebabe);
    assert_int_equal(w->fake.registers[0][6], 0x65a);
    all[1 + 8 * 71] = '\0';
    expect(w, all, "E01");

    expect(w, "p5", "cafebabe");
    expect(w, "p44", "40000000");
    expect(w, "p49", "0000495a"); /* %asr17 */
    expect(w, "p47", "xxxxxxxx");
    expect(w, "p58", "E01");
    expect(w, "p", "E01");
    expect(w, "pffffffff", "E01");
    expect(w, "P44=40000010", "OK");
    expect(w, "P45=40000014", "OK");
    assert_int_equal(w->fake.registers[0][GDB_REGISTER_PC], 0x40000010);
    expect(w, "P0=1", "E01");
    expect(w, "P47=00000001", "E01");
    expect(w, "P5=cafe", "E01");
    expect(w, "P58=00000000", "E01");
    expect(w, "Hg2", "OK");
    expect(w, "p44", "40000200");
    expect(w, "qC", "QC2");
}

static void test_memory(void **state)
{
    struct world *w = *state;
    expect(w, "m40000004,4", "9de3bfa0");
    expect(w, "m40000005,2", "e3bf");
    expect(w, "m40000004,0", "");
    expect(w, "m40000ffc,8", "01000000"); /* as much as there is */
    expect(w, "m40001000,4", "E0e");
    expect(w, "m3ffffffc,8", "E0e");
    expect(w, "mfffffffe,4", "E01"); /* wraps around */
    expect(w, "m40000000", "E01");
    expect(w, "m,4", "E01");
    expect(w, "m140000000,4", "E01");
    expect(w, "m40000000,ffffffff", "E01"); /* wraps around, too */
}

static void test_memory_write(void **state)
{
    struct world *w = *state;
    expect(w, "M40000010,4:deadbeef", "OK");
    assert_int_equal(be32_load(w->fake.memory + 0x10), 0xdeadbeef);
    expect(w, "M40000010,4:dead", "E01");
    expect(w, "M40000010,4:deadbeefff", "E01");
    expect(w, "M40000010,4:deadbeeg", "E01");
    expect(w, "M40000ffe,4:deadbeef", "E0e");
    expect(w, "M40000010,0:", "OK");
    expect(w, "X40000020,0:", "OK");
    send_packet(w, "X40000020,4:\001}\003}]\377", 18); /* 01 '#' '}' ff */
    assert_string_equal(receive(w), "OK");
    assert_memory_equal(w->fake.memory + 0x20, "\001#}\377", 4);
    send_packet(w, "X40000020,4:abc}", 16);
    assert_string_equal(receive(w), "E01");
    expect(w, "X40001000,1:a", "E0e");
    assert_memory_equal(w->fake.memory + 0x20, "\001#}\377", 4);
}

static void test_points(void **state)
{
    struct world *w = *state;
    expect(w, "Z0,40000010,4", "OK");
    expect(w, "Z0,40000010,4", "OK");
    assert_int_equal(w->fake.point_count, 1);
    expect(w, "Z2,40000020,8", "OK");
    assert_int_equal(w->fake.points[1].kind, GDB_POINT_WRITE);
    assert_int_equal(w->fake.points[1].length, 8);
    expect(w, "Z3,40000020,8", "");
    expect(w, "Z5,40000020,8", "");
    expect(w, "Z1,40000020,0", "E01");
    expect(w, "Z1,fffffffe,4", "E01");
    expect(w, "Z", "E01");
    for (unsigned i = 0; i < 6; i++) {
        char text[32];
        sprintf(text, "Z1,%x,4", 0x40000100 + 4 * i);
        expect(w, text, "OK");
    }
    expect(w, "Z1,40000200,4", "E01");
    expect(w, "z0,40000010,4", "OK");
    assert_int_equal(w->fake.point_count, 7);
}

static void test_threads(void **state)
{
    struct world *w = *state;
    expect(w, "qfThreadInfo", "m1,2");
    expect(w, "qsThreadInfo", "l");
    expect(w, "T1", "OK");
    expect(w, "T2", "OK");
    expect(w, "T3", "E01");
    expect(w, "Tzz", "E01");
    expect(w, "Hg0", "OK");
    expect(w, "Hg3", "E01");
    expect(w, "Hc-1", "OK");
    expect(w, "Hx1", "E01");
    expect(w, "H", "E01");
    expect(w, "qThreadExtraInfo,2", "706f7765722d646f776e");
    expect(w, "qThreadExtraInfo,3", "E01");
    expect(w, "qThreadExtraInfo,-1", "E01");
}

static void test_monitor(void **state)
{
    struct world *w = *state;
    expect(w, "qRcmd,6869", "O796f7520736169643a2068690a");
    assert_string_equal(receive(w), "OK");
    size_t shown = 0;
    for (const char *got = ask(w, "qRcmd,6d756368"); *got == 'O' && got[1] != 'K';
         got = receive(w)) {
        shown += strlen(got + 1) / 2;
    }
    assert_int_equal(shown, strlen("you said: much\n") + 10 * 7 + 90 * 8 + 900 * 9);
    assert_string_equal(w->answer, "OK");
    expect(w, "qRcmd,686", "E01");
    expect(w, "qRcmd", "E01");
    struct gdbstub_config config = {.hostio = w->h, .log = &w->log, .ops = fake_ops(&w->fake)};
    config.ops.monitor = NULL;
    gdbstub_destroy(w->stub);
    close(w->far);
    w->stub = gdbstub_create(&config);
    connect_pair(w);
    send_raw(w, "+", 1);
    fake_run(&w->fake, w->stub, 1);
    assert_true(strlen(ask(w, "qRcmd,6869")) > 20);
}

static void test_step_and_continue(void **state)
{
    struct world *w = *state;
    assert_true(gdbstub_is_waiting(w->stub));
    expect_silence(w, "s");
    assert_false(gdbstub_is_waiting(w->stub));
    assert_int_equal(w->fake.actions[0], GDB_STEP);
    assert_int_equal(w->fake.actions[1], GDB_CONTINUE);
    expect(w, "c", "E01"); /* it runs already */
    expect(w, "vCont;c", "E01");
    fake_run(&w->fake, w->stub, 1);
    assert_true(gdbstub_is_waiting(w->stub));
    assert_string_equal(receive(w), "T05thread:1;0e:40000e00;1e:40000f00;44:40000004;45:40000008;");
    expect_silence(w, "s40000040");
    fake_run(&w->fake, w->stub, 1);
    assert_non_null(strstr(receive(w), "44:40000044;45:40000048;"));
    expect(w, "czz", "E01");
    expect(w, "C", "E01");
    expect_silence(w, "C05");
    assert_int_equal(w->fake.actions[0], GDB_CONTINUE);
    send_raw(w, "\003", 1);
    hostio_poll(w->h, 0);
    fake_run(&w->fake, w->stub, 100);
    assert_memory_equal(receive(w), "T02thread:1;", 12);
    send_raw(w, "\003", 1); /* came too late: no second stop */
    hostio_poll(w->h, 0);
    assert_false(w->fake.interrupted);
    expect_silence(w, "S05;40000080");
    fake_run(&w->fake, w->stub, 1);
    assert_non_null(strstr(receive(w), "44:40000084;"));
}

static void test_step_of_one_cpu(void **state)
{
    struct world *w = *state;
    expect(w, "Hc2", "OK");
    expect_silence(w, "s");
    assert_int_equal(w->fake.actions[0], GDB_STAY);
    assert_int_equal(w->fake.actions[1], GDB_STEP);
    fake_run(&w->fake, w->stub, 1);
    assert_non_null(strstr(receive(w), "thread:2;"));
    expect(w, "qC", "QC2"); /* the one that stopped is looked at */
    expect(w, "Hc-1", "OK");
    expect_silence(w, "s");
    assert_int_equal(w->fake.actions[0], GDB_CONTINUE);
    assert_int_equal(w->fake.actions[1], GDB_STEP);
}

static void test_vcont(void **state)
{
    struct world *w = *state;
    static const char *const wrong[] = {"vCont",      "vCont;",     "vCont;x",
                                        "vCont;c:3",  "vCont;c:zz", "vCont;C",
                                        "vCont;c:1s", "vCont;c;",   "vCont;r1,2:1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        expect(w, wrong[i], "E01");
        assert_true(gdbstub_is_waiting(w->stub));
    }
    expect_silence(w, "vCont;s:2;c"); /* the first clause that fits counts */
    assert_int_equal(w->fake.actions[0], GDB_CONTINUE);
    assert_int_equal(w->fake.actions[1], GDB_STEP);
    fake_run(&w->fake, w->stub, 1);
    assert_non_null(strstr(receive(w), "thread:2;"));
    expect_silence(w, "vCont;S05:1");
    assert_int_equal(w->fake.actions[0], GDB_STEP);
    assert_int_equal(w->fake.actions[1], GDB_STAY);
    fake_run(&w->fake, w->stub, 1);
    assert_non_null(strstr(receive(w), "thread:1;"));
    expect_silence(w, "vCont;c:-1");
    assert_int_equal(w->fake.actions[1], GDB_CONTINUE);
}

static void test_stop_reasons(void **state)
{
    struct world *w = *state;
    expect(w, "Z0,40000010,4", "OK");
    expect_silence(w, "vCont;c");
    fake_run(&w->fake, w->stub, 100);
    assert_null(strstr(receive(w), "swbreak")); /* it did not say that it knows the word */
    ask(w, "qSupported:hwbreak+;swbreak+");
    expect(w, "z0,40000010,4", "OK");
    expect(w, "Z1,40000020,4", "OK");
    expect_silence(w, "vCont;c");
    fake_run(&w->fake, w->stub, 100);
    assert_non_null(strstr(receive(w), ";hwbreak:;"));
    expect(w, "Z2,40000030,4", "OK");
    expect_silence(w, "vCont;c");
    fake_run(&w->fake, w->stub, 100);
    assert_non_null(strstr(receive(w), ";watch:40000030;"));
    assert_non_null(strstr(ask(w, "?"), ";watch:40000030;"));
}

static void test_detach_and_kill(void **state)
{
    struct world *w = *state;
    char byte;
    expect(w, "Z0,40000010,4", "OK");
    expect(w, "D", "OK");
    assert_int_equal(w->fake.detached, 1);
    assert_int_equal(w->fake.point_count, 0);
    assert_false(gdbstub_is_waiting(w->stub));
    hostio_poll(w->h, 0);
    assert_int_equal(read(w->far, &byte, 1), 0); /* closed */
    close(w->far);
    assert_int_equal(w->fake.detached, 1);

    connect_pair(w);
    send_packet(w, "k", 1);
    fake_run(&w->fake, w->stub, 1);
    hostio_poll(w->h, 0);
    assert_int_equal(w->fake.killed, 1);
    assert_int_equal(w->fake.detached, 1);
    close(w->far);
    hostio_poll(w->h, 0);
    connect_pair(w);
    send_raw(w, "+", 1);
    fake_run(&w->fake, w->stub, 1);
    expect(w, "vKill;1", "OK");
    assert_int_equal(w->fake.killed, 2);
}

static void test_client_that_vanishes(void **state)
{
    struct world *w = *state;
    struct gdb_stop stop = {.signal = GDB_SIGNAL_TRAP};
    ask(w, "?");
    close(w->far);
    hostio_poll(w->h, 0);
    assert_int_equal(w->fake.detached, 1);
    assert_false(gdbstub_is_waiting(w->stub));
    assert_false(gdbstub_notify_stop(w->stub, &stop)); /* nobody to tell */
    gdbstub_notify_exit(w->stub, 0);

    gdbstub_destroy(w->stub);
    w->stub = make_stub(w, false, true);
    connect_pair(w);
    send_raw(w, "+", 1);
    fake_run(&w->fake, w->stub, 1);
    ask(w, "?");
    expect_silence(w, "c");
    close(w->far);
    hostio_poll(w->h, 0);
    assert_int_equal(w->fake.detached, 2);
    assert_true(gdbstub_is_waiting(w->stub)); /* wait_again */
    connect_pair(w);
    expect_silence(w, "c");
    assert_true(gdbstub_notify_stop(w->stub, &stop));
    receive(w);
    expect_silence(w, "c");
    gdbstub_notify_exit(w->stub, 3);
    assert_string_equal(receive(w), "W03");
}

static void test_stop_while_client_is_gone(void **state)
{
    struct world *w = *state;
    struct gdb_stop stop = {.signal = GDB_SIGNAL_TRAP};
    expect_silence(w, "c");
    close(w->far);
    w->far = -1;
    for (unsigned i = 0; i < 3 && gdbstub_notify_stop(w->stub, &stop); i++) {
        hostio_poll(w->h, 0);
    }
    assert_int_equal(w->fake.detached, 1);
    assert_false(gdbstub_is_waiting(w->stub));
}

static void test_what_is_no_gdb_changes_nothing(void **state)
{
    struct world *w = *state;
    static const char post[] = "POST / HTTP/1.1\r\n\r\n$M40000000,4:00000000#00";
    uint32_t before = be32_load(w->fake.memory);
    char byte;
    assert_int_equal(write(w->far, post, sizeof post - 1), sizeof post - 1);
    hostio_poll(w->h, 0);
    assert_true(read(w->far, &byte, 1) <= 0);
    assert_int_equal(w->log_lines, 1);
    assert_true(gdbstub_is_waiting(w->stub)); /* wait_first still holds */
    assert_int_equal(be32_load(w->fake.memory), before);
    close(w->far);
    connect_pair(w); /* comes and says nothing */
    close(w->far);
    hostio_poll(w->h, 0);
    assert_true(gdbstub_is_waiting(w->stub));
    assert_int_equal(w->fake.detached, 0);
    gdbstub_destroy(w->stub);
    w->stub = make_stub(w, false, false);
    connect_pair(w);
    assert_int_equal(write(w->far, post, sizeof post - 1), sizeof post - 1);
    hostio_poll(w->h, 0);
    assert_false(gdbstub_is_waiting(w->stub)); /* the machine runs on */
    close(w->far);
    connect_pair(w);
    send_raw(w, "+", 1);
    fake_run(&w->fake, w->stub, 1);
    expect(w, "qC", "QC1");
}

/* It gets no answer before the machine stands, or what it reads would change under its hands. */
static void test_client_that_finds_it_running(void **state)
{
    struct world *w = *state;
    gdbstub_destroy(w->stub);
    close(w->far);
    w->stub = make_stub(w, false, false);
    connect_pair(w);
    expect_silence(w, "?");
    assert_true(gdbstub_is_waiting(w->stub));
    assert_true(w->fake.interrupted);
    fake_run(&w->fake, w->stub, 1);
    assert_memory_equal(receive(w), "T05thread:1;", 12);
    assert_null(receive(w));

    gdbstub_destroy(w->stub);
    close(w->far);
    w->stub = make_stub(w, false, false);
    connect_pair(w);
    expect_silence(w, "?");
    gdbstub_notify_halted(w->stub); /* it did, between two runs */
    assert_memory_equal(receive(w), "T05thread:1;", 12);
}

/* ---- extended-remote ---- */

static void test_run_after_kill(void **state)
{
    struct world *w = *state;
    expect(w, "!", "OK");
    expect(w, "qAttached", "1");
    expect(w, "Z0,40000010,4", "OK");
    w->fake.registers[0][GDB_REGISTER_PC] = FAKE_BASE + 8;
    expect(w, "vKill;1", "OK");
    assert_int_equal(w->fake.killed, 0);
    assert_true(gdbstub_is_waiting(w->stub));
    expect(w, "?", "X09");
    expect(w, "c", "E01");
    expect(w, "vCont;c", "E01");
    w->fake.cannot_restart = true;
    expect(w, "vRun;", "E01");
    expect(w, "?", "X09");
    w->fake.cannot_restart = false;
    assert_memory_equal(ask(w, "vRun;2f612e6f7574;61"), "T05thread:1;", 12);
    assert_non_null(strstr(w->answer, "44:40000000;"));
    assert_int_equal(w->fake.point_count, 0);
    expect(w, "qAttached", "0");
    expect_silence(w, "c");
    expect(w, "vRun;", "E01"); /* it runs */
}

static void test_run_after_exit(void **state)
{
    struct world *w = *state;
    expect(w, "!", "OK");
    expect_silence(w, "c");
    assert_true(gdbstub_notify_exit(w->stub, 7));
    assert_string_equal(receive(w), "W07");
    assert_true(gdbstub_is_waiting(w->stub));
    expect(w, "?", "W07");
    assert_non_null(ask(w, "vRun;"));
    expect_silence(w, "c");
    assert_true(gdbstub_notify_exit(w->stub, 0x1ff));
    assert_string_equal(receive(w), "Wff");
    close(w->far);
    w->far = -1;
    hostio_poll(w->h, 0);
    assert_false(gdbstub_is_waiting(w->stub));
    assert_int_equal(w->fake.killed, 1); /* nobody is there to begin it anew */
}

static void test_killed_and_left(void **state)
{
    struct world *w = *state;
    expect(w, "!", "OK");
    send_packet(w, "k", 1);
    assert_int_equal(w->fake.killed, 0);
    expect(w, "D", "OK");
    assert_int_equal(w->fake.killed, 1);
    assert_int_equal(w->fake.detached, 0);
}

static void test_exit_of_a_plain_session(void **state)
{
    struct world *w = *state;
    expect_silence(w, "c");
    assert_false(gdbstub_notify_exit(w->stub, 7));
    assert_string_equal(receive(w), "W07");
    assert_false(gdbstub_is_waiting(w->stub));
}

/* ---- what GDB shows ---- */

static void test_tell(void **state)
{
    struct world *w = *state;
    ask(w, "?");
    gdbstub_print(w->stub, "no");
    assert_null(receive(w)); /* GDB listens only while the machine runs */
    expect_silence(w, "c");
    gdbstub_print(w->stub, "yes");
    assert_string_equal(receive(w), "O796573");
}

/* ---- memory map ---- */

static void test_memory_map(void **state)
{
    struct world *w = *state;
    assert_non_null(strstr(ask(w, "qSupported"), "qXfer:memory-map:read+"));
    assert_int_equal(*ask(w, "qXfer:memory-map:read::0,1000"), 'l');
    assert_non_null(
        strstr(w->answer, "<memory type=\"ram\" start=\"0x0\" length=\"0x40000800\"/>"));
    assert_non_null(
        strstr(w->answer, "<memory type=\"flash\" start=\"0x40000800\" length=\"0x800\">"));
    assert_non_null(
        strstr(w->answer, "<memory type=\"ram\" start=\"0x40001000\" length=\"0xbffff000\"/>"));
    expect(w, "qXfer:memory-map:read::2,3", "mxml");
    expect(w, "qXfer:memory-map:read:x:0,4", "E00");
    expect(w, "qXfer:memory-map:read::ffff,4", "E01");
}

static void test_flash(void **state)
{
    struct world *w = *state;
    expect(w, "vFlashErase:40000800,800", "OK");
    assert_int_equal(be32_load(w->fake.memory + 0x800), 0xffffffff);
    assert_int_equal(be32_load(w->fake.memory + 0xffc), 0xffffffff);
    expect(w, "vFlashWrite:40000810:ab}\x03", "OK"); /* 'a', 'b', '#' */
    assert_int_equal(be32_load(w->fake.memory + 0x810), 0x616223ff);
    expect(w, "vFlashDone", "OK");
    expect(w, "vFlashErase:40001000,10", "E01");
    expect(w, "vFlashErase:4000", "E01");
    expect(w, "vFlashErase:fffffff0,20", "E01");
    expect(w, "vFlashWrite:40000ffe:abc", "E01");
    expect(w, "vFlashWrite:40000800:", "E01");
    expect(w, "vFlashWrite:40000800:a}", "E01");
    expect(w, "vFlashWrite:ffffffff:ab", "E01");
}

/* Asks and asks, never reads: bounded memory, and the rest of the machine goes on. */
static void test_client_that_never_reads(void **state)
{
    struct world *w = *state;
    static const char question[] = "$m40000000,1000#de";
    unsigned sent = 0;
    for (unsigned i = 0; i < 20000; i++) {
        sent += write(w->far, question, sizeof question - 1) > 0;
        hostio_poll(w->h, 0);
    }
    assert_true(sent < 20000); /* held up */
    assert_int_equal(hostio_poll(w->h, 0), 0);
}

static int connect_to(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void poll_some(struct world *w)
{
    for (unsigned i = 0; i < 10; i++) {
        hostio_poll(w->h, 20);
    }
}

/* He is told at once, whatever he says, and the first one notices nothing. */
static void test_one_too_many(void **state)
{
    struct world *w = *state;
    struct error err;
    unsigned port = 0;
    char text[200] = "";
    gdbstub_destroy(w->stub);
    close(w->far);
    w->stub = make_stub(w, true, false);
    assert_true(gdbstub_listen(w->stub, "127.0.0.1", &port, &err));
    w->far = connect_to(port);
    poll_some(w);
    expect(w, "qC", "QC1");
    for (unsigned i = 0; i < 3; i++) {
        int other = connect_to(port);
        assert_int_equal(write(other, "+$qC#b4", 7), 7);
        poll_some(w);
        ssize_t got = read(other, text, sizeof text - 1);
        assert_true(got > 0);
        assert_memory_equal(text, "+$E.another GDB", 15);
        assert_int_equal(read(other, text, 1), 0); /* closed */
        assert_int_equal(write(other, "$k#6b", 5), 5);
        poll_some(w);
        assert_int_equal(w->fake.killed, 0);
        expect(w, "qC", "QC1");
        if (i != 1) {
            close(other);
        } /* the other one stays, and is given up for the next */
        poll_some(w);
    }
    assert_int_equal(w->log_lines, 3);
    expect(w, "D", "OK");
    poll_some(w);
    close(w->far);
    w->far = connect_to(port); /* now there is room */
    poll_some(w);
    send_raw(w, "+", 1);
    poll_some(w);
    fake_run(&w->fake, w->stub, 1);
    expect(w, "qC", "QC1");
}

static void test_listen(void **state)
{
    struct world *w = *state;
    struct error err = {0};
    unsigned port = 0;
    gdbstub_destroy(w->stub);
    close(w->far);
    w->stub = make_stub(w, false, false);
    assert_true(gdbstub_listen(w->stub, "127.0.0.1", &port, &err));
    assert_in_range(port, 1, 65535);
    struct gdbstub *other = make_stub(w, false, false);
    assert_false(gdbstub_listen(other, "127.0.0.1", &port, &err));
    assert_int_equal(err.status, LEON3EMU_FILE);
    gdbstub_destroy(other);
    for (unsigned round = 0; round < 3; round++) {
        w->far = connect_to(port);
        hostio_poll(w->h, 1000);
        assert_false(gdbstub_is_waiting(w->stub));
        send_raw(w, "+", 1);
        hostio_poll(w->h, 1000);
        assert_true(gdbstub_is_waiting(w->stub));
        fake_run(&w->fake, w->stub, 1);
        close(w->far);
        w->far = -1;
        hostio_poll(w->h, 1000);
        assert_false(gdbstub_is_waiting(w->stub));
    }
    assert_int_equal(w->fake.detached, 3);
}

/* What GDB was told to do, and what it must have said. */
static const char gdb_script[] = "set confirm off\n"
                                 "set width 0\n"
                                 "set architecture sparc\n"
                                 "set endian big\n"
                                 "set tcp connect-timeout 20\n"
                                 "target remote 127.0.0.1:%u\n"
                                 "info registers\n"
                                 "info registers asr17\n"
                                 "x/2i $pc\n"
                                 "stepi\n"
                                 "break *0x40000020\n"
                                 "continue\n"
                                 "info threads\n"
                                 "watch *(int*)0x40000040\n"
                                 "set $g3 = 0x1234\n"
                                 "set {int}0x40000700 = 0x11223344\n"
                                 "p/x $g3\n"
                                 "x/xb 0x40000701\n"
                                 "p $f4\n"
                                 "thread 2\n"
                                 "p/x $pc\n"
                                 "monitor hello\n"
                                 "delete\n";

static const char *const gdb_said[] = {
    "g1             0x15a",
    "pc             0x40000000",
    "psr            0xf34010e3",
    "PIL=0",
    "asr17          0x495a",
    "save  %sp, -96, %sp",
    "0x40000004 in",
    "Breakpoint 1, 0x40000020 in",
    "Thread 1 (running)",
    "Thread 2 (power-down)",
    "Hardware watchpoint 2",
    "= 0x1234",
    "0x22",
    "Cannot access memory at address 0x50000000",
    "you said: hello",
    "detached",
};

static pid_t start_gdb(unsigned port, const char *out)
{
    char script[128];
    snprintf(script, sizeof script, "%s.gdb", out);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fprintf(file, gdb_script, port);
    fclose(file);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(out, O_RDWR | O_CREAT | O_TRUNC, 0600);
        int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(fd, 1);
        dup2(fd, 2);
        execlp("gdb-multiarch", "gdb-multiarch", "-nx", "-batch", "-x", script, "-ex",
               "x/x 0x50000000", "-ex", "detach", (char *)NULL);
        _exit(127);
    }
    return child;
}

static void test_real_gdb(void **state)
{
    struct world *w = *state;
    struct error err;
    unsigned port = 0;
    char out[] = "/tmp/test_gdbstub.XXXXXX", script[64];
    static char text[65536];
    int status = 0;
    if (system("command -v gdb-multiarch >/dev/null") != 0) {
        skip();
    }
    gdbstub_destroy(w->stub);
    w->stub = make_stub(w, true, false);
    assert_true(gdbstub_listen(w->stub, "127.0.0.1", &port, &err));
    close(mkstemp(out));
    pid_t child = start_gdb(port, out);
    int64_t deadline = hostio_clock_ms() + 60000;
    while (waitpid(child, &status, WNOHANG) == 0 && hostio_clock_ms() < deadline) {
        hostio_poll(w->h, 10);
        if (!gdbstub_is_waiting(w->stub)) {
            fake_run(&w->fake, w->stub, 10);
        }
    }
    FILE *file = fopen(out, "r");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    unlink(out);
    snprintf(script, sizeof script, "%s.gdb", out);
    unlink(script);
    for (size_t i = 0; i < sizeof gdb_said / sizeof gdb_said[0]; i++) {
        if (strstr(text, gdb_said[i]) == NULL) {
            fail_msg("GDB did not say '%s':\n%s", gdb_said[i], text);
        }
    }
    assert_int_equal(w->fake.detached, 1);
    assert_int_equal(w->fake.registers[0][3], 0x1234);
    assert_int_equal(be32_load(w->fake.memory + 0x700), 0x11223344);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_framing),
        CASE(test_no_ack_mode),
        CASE(test_oversized_packet),
        CASE(test_supported),
        CASE(test_description),
        CASE(test_registers),
        CASE(test_memory),
        CASE(test_memory_write),
        CASE(test_points),
        CASE(test_threads),
        CASE(test_monitor),
        CASE(test_client_that_finds_it_running),
        CASE(test_run_after_kill),
        CASE(test_run_after_exit),
        CASE(test_killed_and_left),
        CASE(test_exit_of_a_plain_session),
        CASE(test_tell),
        CASE(test_memory_map),
        CASE(test_flash),
        CASE(test_one_too_many),
        CASE(test_step_and_continue),
        CASE(test_step_of_one_cpu),
        CASE(test_vcont),
        CASE(test_stop_reasons),
        CASE(test_detach_and_kill),
        CASE(test_client_that_vanishes),
        CASE(test_stop_while_client_is_gone),
        CASE(test_what_is_no_gdb_changes_nothing),
        CASE(test_client_that_never_reads),
        CASE(test_listen),
        CASE(test_real_gdb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
