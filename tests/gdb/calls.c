// SPDX-License-Identifier: MIT
/* Calls for the GDB tests: each function's local variables and arguments tell how deep it is. */

volatile unsigned sink;

/* What GDB calls. */
__attribute__((noinline)) unsigned square(unsigned x)
{
    return x * x;
}

__attribute__((noinline)) unsigned sum_to(unsigned n)
{
    return n == 0 ? sink - sink : n + sum_to(n - 1);
}

__attribute__((noinline)) double half(double x)
{
    return x / 2;
}

__attribute__((noinline)) unsigned leaf(unsigned x)
{
    sink = x;
    return x + 1;
}

/* `left` more frames below this one, which is number `depth`.  The compiler does not know what `local` is, and
 * needs it after the call: a register window that is mixed up changes the result. */
__attribute__((noinline)) unsigned descend(unsigned depth, unsigned left)
{
    unsigned local = 1000 + depth;
    __asm__ volatile("" : "+r"(local));
    if (left == 0) {
        return leaf(local) - local;
    }
    return descend(depth + 1, left - 1) + (local - depth == 1000);
}

/* 24, or more after `return` with a greater value: it becomes the exit status. */
unsigned calls_main(void)
{
    unsigned result = descend(0, 20);
    sink = square(3);
    result += sink == 9;
    result += half(3.0) == 1.5;
    return result + (sum_to(3) == 6);
}
