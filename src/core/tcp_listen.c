// SPDX-License-Identifier: MIT
/* TCP servers on 127.0.0.1, see tcp_listen.h. */
#define _GNU_SOURCE
#include "core/tcp_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

static bool listen_at(int fd, unsigned *port)
{
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)*port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return false;
    }
    *port = ntohs(address.sin_port);
    return true;
}

int tcp_listen_local(unsigned *port, struct error *err)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && listen_at(fd, port)) {
        return fd;
    }
    error_set(err, LEON3EMU_FILE, "cannot listen on 127.0.0.1:%u: %s; try another port, or 0",
              *port, strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

int tcp_accept(int listener)
{
    int on = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return fd;
}
