// SPDX-License-Identifier: MIT
/*
 * Demo firmware: finds the UART by plug&play, as a driver does, prints through it, and asks it who
 * it is.  Built with no library at all.
 *
 * Exit status: 0 the UART is the one of plugins-api/examples/uart.c, 1 it is the board's own,
 * 2 there is none.
 */
#include <stdint.h>

#define APB_PNP        0x800ff000u /* plug&play records of the APB bus, two words each */
#define APB_SLOTS      512
#define VENDOR_GAISLER 0x01u
#define DEVICE_APBUART 0x00cu

#define UART_DATA   0 /* indices of words */
#define UART_STATUS 1
#define UART_IDENT  8 /* of the example only */
#define UART_SENT   9

#define STATUS_TE 0x4u
#define IDENTITY  0x4c334d55u

static volatile uint32_t *uart;

static void put_character(char character)
{
    while ((uart[UART_STATUS] & STATUS_TE) == 0) {
    }
    uart[UART_DATA] = (uint32_t)character;
}

static void put_text(const char *text)
{
    while (*text != '\0') {
        put_character(*text++);
    }
}

static void put_hex(uint32_t value)
{
    put_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        put_character("0123456789abcdef"[value >> shift & 15]);
    }
}

static void put_decimal(uint32_t value)
{
    if (value >= 10) {
        put_decimal(value / 10);
    }
    put_character((char)('0' + value % 10));
}

/* The record's words: vendor 31:24, device 23:12, irq 4:0; then address bits 19:8 in 31:20. */
static int find_uart(uint32_t *address, uint32_t *irq)
{
    const volatile uint32_t *record = (const volatile uint32_t *)APB_PNP;
    for (int slot = 0; slot < APB_SLOTS; slot++, record += 2) {
        if (record[0] >> 24 == VENDOR_GAISLER && (record[0] >> 12 & 0xfff) == DEVICE_APBUART) {
            *address = (APB_PNP & 0xfff00000u) | (record[1] >> 12 & 0xfff00u);
            *irq = record[0] & 31;
            return 1;
        }
    }
    return 0;
}

int main(void)
{
    uint32_t address;
    uint32_t irq;

    if (!find_uart(&address, &irq)) {
        return 2;
    }
    uart = (volatile uint32_t *)address;
    put_text("Hello from firmware on a LEON3.\n");
    put_text("Plug&play says: UART at ");
    put_hex(address);
    put_text(", interrupt ");
    put_decimal(irq);
    put_text(".\n");
    put_text("Its identity register, offset 0x20, reads ");
    put_hex(uart[UART_IDENT]);
    if (uart[UART_IDENT] != IDENTITY) {
        put_text(":\nthis is the board's own UART.  Try --periph uart.so\n");
        return 1;
    }
    put_text(":\nthis is the peripheral that --periph loaded.\n");
    put_text("It has sent ");
    put_decimal(uart[UART_SENT]);
    put_text(" characters so far.\n");
    return 0;
}
