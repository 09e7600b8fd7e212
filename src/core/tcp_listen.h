// SPDX-License-Identifier: MIT
/*
 * TCP servers, for character lines and GDB.  On 127.0.0.1, unless the user names another address:
 * neither protocol asks a client who he is.
 */
#ifndef CORE_TCP_LISTEN_H
#define CORE_TCP_LISTEN_H

#include <stdbool.h>

#include "error.h"

/* Decimal, 0..65535; *err tells what is wrong with text. */
bool tcp_parse_port(const char *text, unsigned *port, struct error *err);

/* Listens on address:*port.  address: numbers, of IPv4 or IPv6. */
int tcp_listen(const char *address, unsigned *port, struct error *err);

/* Listens on 127.0.0.1:*port; 0 takes a free port and stores it.  Returns a non-blocking descriptor
 * for the caller to close, or -1 with *err filled. */
int tcp_listen_local(unsigned *port, struct error *err);

/* Takes the next client: a non-blocking descriptor without delay of small pieces, on which a client that has
 * vanished without a word becomes an error within two minutes; for the caller to close; -1: he is gone already. */
int tcp_accept(int listener);

#endif
