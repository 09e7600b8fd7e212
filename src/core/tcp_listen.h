// SPDX-License-Identifier: MIT
/*
 * TCP servers, for character lines and GDB.  They listen on 127.0.0.1, unless the user names
 * another address, because neither protocol authenticates its client.
 */
#ifndef CORE_TCP_LISTEN_H
#define CORE_TCP_LISTEN_H

#include <stdbool.h>

#include "error.h"

/* A decimal number, 0..65535.  False: *err says what is wrong with text. */
bool tcp_parse_port(const char *text, unsigned *port, struct error *err);

/* Listens on address:*port.  address: numbers, of IPv4 or IPv6. */
int tcp_listen(const char *address, unsigned *port, struct error *err);

/* Listens on 127.0.0.1:*port; 0 takes a free port and stores it.  Returns a non-blocking descriptor
 * for the caller to close, or -1 with *err filled. */
int tcp_listen_local(unsigned *port, struct error *err);

/* Accepts the next client.  Returns a non-blocking descriptor with TCP_NODELAY, for the caller to
 * close; reads fail within two minutes if the client has vanished without closing.  -1: the client
 * has gone already. */
int tcp_accept(int listener);

#endif
