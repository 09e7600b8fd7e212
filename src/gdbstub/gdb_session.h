// SPDX-License-Identifier: MIT
/*
 * Private to src/gdbstub: the stub's state.  Calls go from clients that come and their packets (gdbstub.c) to the
 * table of commands (gdb_command.c), from there to the commands (gdb_life.c, gdb_memory.c, gdb_query.c,
 * gdb_resume.c), and from those to the connection, on which the answers go out (gdb_client.c).
 */
#ifndef GDBSTUB_GDB_SESSION_H
#define GDBSTUB_GDB_SESSION_H

#include "gdbstub/gdb_packet.h"
#include "gdbstub/gdbstub.h"

/* The most bytes of answers that are kept while GDB does not take them; from half of that on no more requests are
 * read. */
#define GDB_OUTPUT_LIMIT ((size_t)4 * GDB_PACKET_SIZE)

struct gdbstub {
    struct gdbstub_config config;
    struct hostio_watch listener; /* fd -1: does not listen */
    struct hostio_watch client;   /* fd -1: nobody is connected */
    struct hostio_watch refused;  /* a second client, which was sent away; fd -1: none */
    unsigned client_events;
    struct gdb_frame frame;
    struct byte_queue output;
    struct gdb_reply reply; /* the last one sent; '-' asks for it again */

    bool halted;
    bool stopping;     /* halted is true already, but the machine has yet to stop */
    bool extended;     /* extended-remote: kill and exit end the guest, not the session */
    bool ended;        /* extended: the guest has ended, and no vRun has come since */
    bool created;      /* the guest was begun by vRun */
    char end_reply[8]; /* the packet that told how the guest ended */
    bool no_ack;
    bool no_ack_next;    /* from the packet after this one on */
    bool leaving;        /* detached, killed or gone: close after what is queued */
    bool knows_software; /* the client understands the stop reasons swbreak ... */
    bool knows_hardware; /* ... and hwbreak */
    struct gdb_stop last_stop;
    unsigned cpu;      /* whose registers and memory: Hg */
    int continued_cpu; /* Hc; -1: all */
};

/* Is there a connection?  gdb_close_client() ends it, gdb_watch_client() waits for what can be done with it now. */
bool gdb_has_client(const struct gdbstub *s);
void gdb_close_client(struct gdbstub *s);
void gdb_watch_client(struct gdbstub *s);
/* The connection has broken: counts as a detach, but the machine stays halted if config.wait_again says so. */
void gdb_lose_client(struct gdbstub *s);
/* A client with which the session is on: it has sent a sign of the protocol, no D or k yet. */
bool gdb_in_session(const struct gdbstub *s);
/* Sends what the client takes now. */
void gdb_push_output(struct gdbstub *s);

/* Bytes from the client, as received; the first one halts the machine. */
void gdb_session_receive(struct gdbstub *s, const uint8_t *bytes, size_t size);
/* Sets everything to how a new client expects it. */
void gdb_session_begin(struct gdbstub *s);

/* Carries out the packet in s->frame, and queues its answer if it has one. */
void gdb_execute_packet(struct gdbstub *s);

/* Begins an answer; the gdb_reply_ functions add to it; gdb_send() sends it. */
struct gdb_reply *gdb_begin_answer(struct gdbstub *s);
void gdb_send(struct gdbstub *s);
/* One-word answers. */
void gdb_send_text(struct gdbstub *s, const char *text);
void gdb_send_ok_if(struct gdbstub *s, bool ok);

/* A thread id "n", "0" (any: *cpu is `any`) or "-1" (all: *cpu is -1); false if there is none. */
bool gdb_take_thread(const struct gdbstub *s, struct gdb_cursor *arguments, int any, int *cpu);

unsigned gdb_cpu_count(const struct gdbstub *s);
/* Adds why the machine is halted. */
void gdb_reply_stop(struct gdbstub *s);
/* Writes target.xml; returns its length. */
size_t gdb_describe(char *text, size_t size);
/* The same for the memory map. */
size_t gdb_describe_memory(const struct gdbstub *s, char *text, size_t size);
/* Sends text for GDB to show, in as many packets as it takes. */
void gdb_send_console_text(struct gdbstub *s, const char *text, size_t length);
/* Ends the session with a client that leaves, and calls op (detach or kill); if the guest has ended already
 * (extended-remote), it calls ops.kill instead, so that the run ends. */
void gdb_end_session(struct gdbstub *s, void (*op)(void *context));

/* The functions of the table in gdb_command.c.  arguments: what follows the command's name. */
void gdb_do_resume(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_resume_signal(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_step(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_step_signal(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_vcont(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_vcont_help(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_registers_read(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_registers_write(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_register_read(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_register_write(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_memory_read(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_memory_write(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_memory_write_binary(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_point_insert(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_point_remove(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_supported(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_transfer(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_no_ack(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_attached(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_thread_current(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_thread_first(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_thread_next(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_thread_extra(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_monitor(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_extended(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_run(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_detach(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_kill(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_kill_answered(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_flash_erase(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_flash_write(struct gdbstub *s, struct gdb_cursor *arguments);
void gdb_do_flash_done(struct gdbstub *s, struct gdb_cursor *arguments);

#endif
