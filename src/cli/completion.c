// SPDX-License-Identifier: MIT
/*
 * Completion scripts, see completion.h.
 *
 * The options are in the script.  Names that depend on the installation or may grow (boards, devices,
 * log items, passes) are asked of the program when they are completed.
 */
#include "cli/completion.h"

#include <string.h>

#include "check.h"

/* What completes the value of an option: `words`, or the first word of each line that the program prints when it
 * is called with `ask`; and files whose names match a pattern. */
static const struct value {
    const char *option;
    const char *words;
    const char *ask;
    const char *files;
} values[] = {
    {"--board", NULL, "--board=help", "*.board"},
    {"--periph", NULL, "--periph=help", "*.so"},
    {"--passes", "-all", "--passes=help", NULL},
    {"--exec", "jit ir interp", NULL, NULL},
    {"--dump", "mtree qtree stats", NULL, NULL},
    {"--stress", "ra tlb cache exit", NULL, NULL},
    {"--completion", "bash zsh", NULL, NULL},
    {"--set", "board.clock= cpu.nwin= cpu.fpu= cpu.mmu= ram.size=", NULL, NULL},
    {"--load", NULL, NULL, "*"},
    {"-d", NULL, "-d help", NULL},
};

static bool is_option(const struct argp_option *row)
{
    return row->name != NULL || row->key != 0;
}

/* "--board=", "--bios", "-d". */
static void print_option(const struct argp_option *row, FILE *stream)
{
    if (row->name == NULL) {
        fprintf(stream, "-%c", row->key);
    } else {
        fprintf(stream, "--%s%s", row->name,
                row->arg != NULL && !(row->flags & OPTION_ARG_OPTIONAL) ? "=" : "");
    }
}

/* ---- bash ---- */

/* Shell functions for completions that depend on the board of the command line, or on the beginning of a value. */
static const char bash_functions[] =
    "# The properties of class $2, as program $1 lists them.\n"
    "_leon3emu_properties()\n"
    "{\n"
    "    \"$1\" --periph \"$2,help\" 2>/dev/null |\n"
    "        sed -n 's/^  \\([a-z0-9_-]*\\)  *\\(number\\|line\\|on\\/off\\|text\\) .*/\\1=/p'\n"
    "}\n"
    "\n"
    "# Settings of board $2 that begin with $3, or the values of setting $4.\n"
    "_leon3emu_settings()\n"
    "{\n"
    "    local text class name=${3%%.*}\n"
    "    text=$(\"$1\" --board=\"$2,help\" 2>/dev/null)\n"
    "    if [[ $4 == *.chardev ]]; then\n"
    "        echo none stdio pty tcp: file:\n"
    "    elif [[ -n $4 ]]; then\n"
    "        sed -n \"s/^  $4 .*(\\(.*\\))\\$/\\1/p\" <<<\"$text\" | grep -v ' to ' | tr -d ,\n"
    "    else\n"
    "        sed -n 's/^  \\([^ ]*\\.[^ ]*\\) .*/\\1=/p' <<<\"$text\"\n"
    "        class=$(sed -n \"s/^$name (\\(.*\\)):\\$/\\1/p\" <<<\"$text\")\n"
    "        [[ -z $class ]] || _leon3emu_properties \"$1\" \"$class\" | sed \"s/^/$name./\"\n"
    "    fi\n"
    "}\n"
    "\n"
    "# The devices of board $2.\n"
    "_leon3emu_devices()\n"
    "{\n"
    "    \"$1\" --board=\"$2,help\" 2>/dev/null | sed -n 's/^\\([^ ]*\\) (.*):$/\\1/p'\n"
    "}\n"
    "\n";

/* Finds the option and its value.  Bash takes each `=` for a word of its own; --set=cpu.fpu=none has two. */
static const char bash_begin[] =
    "_leon3emu()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev words= files= prefix= key= equals= board=leon3\n"
    "    local at=$((COMP_CWORD - 1)) i\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        [[ ${COMP_WORDS[i]} != --board ]] || board=${COMP_WORDS[i+1]}\n"
    "        [[ $board != \"=\" ]] || board=${COMP_WORDS[i+2]}\n"
    "    done\n"
    "    if [[ $cur == \"=\" ]]; then\n"
    "        cur= equals=1\n"
    "    elif [[ ${COMP_WORDS[at]} == \"=\" ]]; then\n"
    "        at=$((at - 1)) equals=1\n"
    "    fi\n"
    "    prev=${COMP_WORDS[at]}\n"
    "    if [[ -n $equals && $prev != -* ]]; then\n"
    "        key=$prev at=$((at - 1))\n"
    "        [[ ${COMP_WORDS[at]} != \"=\" ]] || at=$((at - 1))\n"
    "        prev=${COMP_WORDS[at]}\n"
    "    fi\n"
    "    case $prev in\n"
    "    -d|--periph|--passes|--stress|--log-filter)\n"
    "        [[ $cur != *,* ]] || prefix=${cur%,*},\n"
    "        cur=${cur##*,}\n"
    "        ;;\n"
    "    esac\n"
    "    COMPREPLY=()\n"
    "    case $prev in\n"
    "    --set)\n"
    "        words=$(_leon3emu_settings \"$1\" \"$board\" \"$cur\" \"$key\")\n"
    "        ;;\n"
    "    --log-filter)\n"
    "        words=$(_leon3emu_devices \"$1\" \"$board\")\n"
    "        ;;\n";

/* The script's end, after the cases of the options. */
static const char bash_end[] =
    "    esac\n"
    "    if [[ $prev == --periph && -n $prefix ]]; then\n"
    "        words=$(_leon3emu_properties \"$1\" \"${prefix%%,*}\") files=\n"
    "    elif [[ -n $key && $prev != --set ]]; then\n"
    "        words= files=\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -W \"$words\" -- \"$cur\" | sort -u\n"
    "        [[ -z $files ]] || compgen -f -X \"!$files\" -- \"$cur\"\n"
    "        [[ -z $files ]] || compgen -d -S / -- \"$cur\")\n"
    "    if [[ ${COMPREPLY[0]} == *[=/:] ]]; then\n"
    "        compopt -o nospace 2>/dev/null\n"
    "    fi\n"
    "}\n"
    "\n"
    "complete -o bashdefault -o default -F _leon3emu leon3emu\n";

static void print_bash_value(const struct value *value, FILE *stream)
{
    fprintf(stream, "    %s)\n", value->option);
    if (value->words != NULL) {
        fprintf(stream, "        words=\"%s\"\n", value->words);
    }
    if (value->ask != NULL) {
        fprintf(stream,
                "        words=\"$words $(\"$1\" %s 2>/dev/null | sed -n 's/^ *\\([a-z0-9_-]*\\) "
                ".*/\\1/p')\"\n",
                value->ask);
    }
    if (value->files != NULL) {
        fprintf(stream, "        files='%s'\n", value->files);
    }
    fprintf(stream, "        ;;\n");
}

static void print_bash(const struct argp_option *const *tables, FILE *stream)
{
    fprintf(stream,
            "# Completion of leon3emu's command line for bash, printed by leon3emu "
            "--completion=bash.\n\n%s%s",
            bash_functions, bash_begin);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        if (strcmp(values[i].option, "--set") != 0) {
            print_bash_value(&values[i], stream);
        }
    }
    fprintf(stream, "    *)\n        if [[ $cur == -* ]]; then\n            words=\"");
    for (unsigned i = 0; tables[i] != NULL; i++) {
        for (const struct argp_option *row = tables[i]; row->doc != NULL; row++) {
            if (is_option(row)) {
                print_option(row, stream);
                fputc(' ', stream);
            }
        }
    }
    fprintf(stream, "\"\n        fi\n        ;;\n%s", bash_end);
}

/* ---- zsh ---- */

/* Text inside of '...[text]...'. */
static void print_zsh_text(const char *text, FILE *stream)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fprintf(stream, "'\\''");
        } else {
            fprintf(stream, strchr("[]:\\", *text) != NULL ? "\\%c" : "%c", *text);
        }
    }
}

static const struct value *find_value(const struct argp_option *row)
{
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        const char *option = values[i].option;
        if (row->name == NULL
                ? option[1] == row->key && option[2] == '\0'
                : strncmp(option, "--", 2) == 0 && strcmp(option + 2, row->name) == 0) {
            return &values[i];
        }
    }
    return NULL;
}

/* ":what it is:action". */
static void print_zsh_action(const struct argp_option *row, FILE *stream)
{
    const struct value *value = find_value(row);

    fputs(row->flags & OPTION_ARG_OPTIONAL ? "::" : ":", stream);
    print_zsh_text(row->arg, stream);
    if (value == NULL) {
        fputs(strcmp(row->arg, "FILE") == 0 ? ":_files" : ": ", stream);
    } else if (value->ask != NULL) {
        fprintf(stream, ":_leon3emu_ask \"%s\" \"%s\"", value->ask,
                value->files == NULL ? "" : value->files);
    } else if (value->words != NULL) {
        fprintf(stream, ":(%s)", value->words);
    } else {
        fputs(":_files", stream);
    }
}

static void print_zsh(const struct argp_option *const *tables, FILE *stream)
{
    fprintf(stream, "#compdef leon3emu\n"
                    "# Completion of leon3emu's command line for zsh, printed by leon3emu "
                    "--completion=zsh.\n\n"
                    "# The names that the program prints for $1, and files of the pattern $2.\n"
                    "_leon3emu_ask()\n{\n"
                    "    local -a names\n"
                    "    names=(${(f)\"$(leon3emu ${=1} 2>/dev/null | sed -n "
                    "'s/^ *\\([a-z0-9_-]*\\) .*/\\1/p')\"})\n"
                    "    compadd -a names\n"
                    "    [[ -z $2 ]] || _files -g \"$2\"\n}\n\n"
                    "_arguments \\\n");
    for (unsigned i = 0; tables[i] != NULL; i++) {
        for (const struct argp_option *row = tables[i]; row->doc != NULL; row++) {
            if (!is_option(row)) {
                continue;
            }
            fputs("    '*", stream);
            print_option(row, stream);
            fputc('[', stream);
            print_zsh_text(row->doc, stream);
            fputc(']', stream);
            if (row->arg != NULL) {
                print_zsh_action(row, stream);
            }
            fputs("' \\\n", stream);
        }
    }
    fprintf(stream, "    '*:firmware:_files'\n");
}

bool cli_print_completion(const char *shell, const struct argp_option *const *tables, FILE *stream)
{
    if (strcmp(shell, "bash") == 0) {
        print_bash(tables, stream);
        return true;
    }
    if (strcmp(shell, "zsh") == 0) {
        print_zsh(tables, stream);
        return true;
    }
    return false;
}
