// SPDX-License-Identifier: MIT
/* "Did you mean": what is near a word and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "core/suggest.h"

static void check(const char *word, const char *known, const char *text)
{
    struct suggest suggest;

    suggest_begin(&suggest, word, strlen(word));
    suggest_offer(&suggest, known);
    if (strcmp(suggest_text(&suggest), text) != 0) {
        fail_msg("%s, %s: %s", word, known, suggest_text(&suggest));
    }
}

static void test_near(void **state)
{
    (void)state;
    check("apuart", "apbuart", "; did you mean apbuart?");
    check("apbuartt", "apbuart", "; did you mean apbuart?");
    check("apbaurt", "apbuart", "; did you mean apbuart?");
    check("APBUART", "apbuart", "; did you mean apbuart?");
    check("itn", "int", "; did you mean int?");
    check("guest", "guest_errors", "; did you mean guest_errors?");
    check("chardevice", "chardev", "; did you mean chardev?");
}

static void test_far(void **state)
{
    (void)state;
    check("", "int", "");
    check("x", "y", "");
    check("gu", "guest_errors", "");
    check("spi", "apbuart", "");
    check("colour", "bios", "");
    check("int", "a_name_that_is_longer_than_any_word_here_may_be", "");
    check("a_name_that_is_longer_than_any_word_here_may_be", "int", "");
}

static void test_nearest(void **state)
{
    static const char *const known[] = {"uart12", "uart0", "uart1", "uart2"};
    struct suggest suggest;

    (void)state;
    suggest_begin(&suggest, "uatr1-and more", 5);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        suggest_offer(&suggest, known[i]);
    }
    assert_string_equal(suggest_text(&suggest), "; did you mean uart1?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near),
        cmocka_unit_test(test_far),
        cmocka_unit_test(test_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
