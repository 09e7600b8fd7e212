// SPDX-License-Identifier: MIT
/* Formatted output of the test kernel. */
#include <stdarg.h>

#include "kernel.h"

static void print_text(const char *text)
{
    while (*text != '\0') {
        uart_put(*text++);
    }
}

static void print_decimal(uint32_t value)
{
    if (value >= 10) {
        print_decimal(value / 10);
    }
    uart_put((char)('0' + value % 10));
}

static void print_hex(uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        uart_put("0123456789abcdef"[value >> shift & 15]);
    }
}

static void print_signed(int32_t value)
{
    if (value < 0) {
        uart_put('-');
    }
    print_decimal(value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
}

void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            uart_put(*format);
            continue;
        }
        switch (*++format) {
        case 's':
            print_text(va_arg(arguments, const char *));
            break;
        case 'u':
            print_decimal(va_arg(arguments, uint32_t));
            break;
        case 'd':
            print_signed(va_arg(arguments, int32_t));
            break;
        case 'x':
            print_hex(va_arg(arguments, uint32_t));
            break;
        case 'c':
            uart_put((char)va_arg(arguments, int));
            break;
        default:
            uart_put(*format);
        }
    }
    va_end(arguments);
}
