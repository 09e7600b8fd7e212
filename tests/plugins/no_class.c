// SPDX-License-Identifier: MIT
/* A shared library that is no peripheral. */
int no_class_here(void);

int no_class_here(void)
{
    return 0;
}
