// SPDX-License-Identifier: MIT
/* A user's test of a peripheral alone: the template, on the mock that is installed. */
#include <mock_host.h>

int main(int argc, char **argv)
{
    struct l3_host *host = mock_new(leon3emu_device_class);
    mock_property(host, "step", argc > 1 ? argv[1] : "50");
    if (!mock_start(host)) {
        return 1;
    }
    mock_write(host, 0, 3);
    mock_advance(host, 149);
    if (mock_read(host, 0) != 1 || host->pulses[0] != 0) {
        return 2;
    }
    mock_advance(host, 1);
    if (mock_read(host, 0) != 0 || host->pulses[0] != 1) {
        return 3;
    }
    mock_free(host);
    return 0;
}
