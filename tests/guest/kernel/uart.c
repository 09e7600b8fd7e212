// SPDX-License-Identifier: MIT
/* Driver of the first APBUART: polled until uart_start(), then with interrupts. */
#include "kernel.h"

enum { VENDOR_GAISLER = 1, DEVICE_APBUART = 0x00c };
enum { DATA, STATUS, CONTROL }; /* words */
enum { DATA_READY = 0x1, TX_EMPTY = 0x4, TX_FULL = 0x200 };
enum { RX_ENABLE = 0x1, TX_ENABLE = 0x2, RX_IRQ = 0x4, TX_IRQ = 0x8 };

#define RING 256u

struct ring {
    volatile uint32_t head, tail; /* count up for ever */
    uint8_t bytes[RING];
};

static struct {
    volatile uint32_t *registers;
    int started;
    struct ring out, in;
    volatile uint32_t interrupts;
} uart;

static uint32_t used(const struct ring *ring)
{
    return ring->head - ring->tail;
}

static void push(struct ring *ring, uint8_t byte)
{
    ring->bytes[ring->head % RING] = byte;
    ring->head++;
}

static uint8_t pop(struct ring *ring)
{
    uint8_t byte = ring->bytes[ring->tail % RING];
    ring->tail++;
    return byte;
}

static volatile uint32_t *registers(void)
{
    struct device device;
    if (uart.registers == 0) {
        if (!board_find(VENDOR_GAISLER, DEVICE_APBUART, 0, &device)) {
            kernel_exit(59);
        }
        uart.registers = (volatile uint32_t *)device.base;
    }
    return uart.registers;
}

static void fill_fifo(void)
{
    while (used(&uart.out) != 0 && (uart.registers[STATUS] & TX_FULL) == 0) {
        uart.registers[DATA] = pop(&uart.out);
    }
}

static void on_interrupt(uint32_t level)
{
    (void)level;
    uart.interrupts++;
    while ((uart.registers[STATUS] & DATA_READY) && used(&uart.in) < RING) {
        push(&uart.in, (uint8_t)uart.registers[DATA]);
    }
    fill_fifo();
}

void uart_start(void)
{
    struct device device;
    registers();
    board_find(VENDOR_GAISLER, DEVICE_APBUART, 0, &device);
    interrupt_connect(device.irq, on_interrupt);
    uart.registers[CONTROL] = RX_ENABLE | TX_ENABLE | RX_IRQ | TX_IRQ;
    uart.started = 1;
}

void uart_put(char character)
{
    uint32_t level;
    if (!uart.started) {
        while ((registers()[STATUS] & TX_FULL) != 0) {
        }
        uart.registers[DATA] = (uint8_t)character;
        return;
    }
    while (used(&uart.out) == RING) {
        task_sleep(1);
    }
    level = mask_interrupts();
    push(&uart.out, (uint8_t)character);
    fill_fifo();
    set_interrupt_level(level);
}

void uart_drain(void)
{
    while (uart.started && used(&uart.out) != 0) {
        task_sleep(1);
    }
}

int32_t uart_get(uint32_t ticks)
{
    uint32_t end = tick_count() + ticks;
    while (used(&uart.in) == 0) {
        if ((int32_t)(tick_count() - end) >= 0) {
            return -1;
        }
        task_sleep(1);
    }
    uint32_t level = mask_interrupts();
    uint8_t byte = pop(&uart.in);
    set_interrupt_level(level);
    return byte;
}

void uart_poll_only(void)
{
    uart.started = 0;
}

uint32_t uart_interrupts(void)
{
    return uart.interrupts;
}
