// SPDX-License-Identifier: MIT
/* TCP servers, see tcp_listen.h. */
#define _GNU_SOURCE
#include "core/tcp_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool tcp_parse_port(const char *text, unsigned *port, struct error *err)
{
    unsigned value = 0;
    const char *digit = text;
    while (*digit >= '0' && *digit <= '9' && value <= 65535) {
        value = 10 * value + (unsigned)(*digit++ - '0');
    }
    if (digit == text || *digit != '\0' || value > 65535) {
        return error_set(err, LEON3EMU_USAGE, "'%s' is no TCP port; give a number from 0 to 65535",
                         text);
    }
    *port = value;
    return true;
}

/* The socket address that the text gives; NULL: it is no address, or there is no memory. */
static struct addrinfo *resolve(const char *address, unsigned port, struct error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    char service[16];
    snprintf(service, sizeof service, "%u", port);
    switch (getaddrinfo(address, service, &hints, &found)) {
    case 0:
        return found;
    case EAI_MEMORY:
        error_set(err, LEON3EMU_HOST, "out of memory");
        return NULL;
    default:
        error_set(err, LEON3EMU_USAGE,
                  "'%s' is no address of this host; give its numbers, like 0.0.0.0 (all of its "
                  "addresses) or ::1",
                  address);
        return NULL;
    }
}

/* The port that the socket is bound to; 0: the host does not say. */
static unsigned port_of(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return 0;
    }
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

static int listen_at(const struct addrinfo *where)
{
    int on = 1;
    int fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, 1) == 0) {
        return fd;
    }
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int tcp_listen(const char *address, unsigned *port, struct error *err)
{
    struct addrinfo *where = resolve(address, *port, err);
    unsigned actual = 0;
    if (where == NULL) {
        return -1;
    }
    int fd = listen_at(where);
    freeaddrinfo(where);
    if (fd >= 0 && (actual = port_of(fd)) == 0) {
        int why = errno;
        close(fd);
        errno = why;
        fd = -1;
    }
    if (fd < 0) {
        error_set(err, LEON3EMU_FILE, "cannot listen on %s:%u: %s; try another port, or 0", address,
                  *port, strerror(errno));
        return -1;
    }
    *port = actual;
    return fd;
}

int tcp_listen_local(unsigned *port, struct error *err)
{
    return tcp_listen("127.0.0.1", port, err);
}

/* TCP keep-alive: after a minute without traffic the host sends probes, and closes the connection
 * half a minute later if there is no answer, because a client whose cable was pulled never sends an
 * end. */
static void notice_absence(int fd)
{
    static const int on = 1, idle_s = 60, interval_s = 10, probes = 3;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

int tcp_accept(int listener)
{
    int on = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        notice_absence(fd);
    }
    return fd;
}
