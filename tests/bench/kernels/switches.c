/* SPDX-License-Identifier: MIT */
/*
 * Big dense switches: a scanner for text like C's that chooses by character, a parser that turns its
 * symbols into codes of a stack machine, and the machine that runs them.  Each switch is a jump through a
 * table, and which way it goes is as irregular as the text.  The text itself is made anew each time.
 */
#include "bench.h"

#define TEXT_SIZE  2048
#define CODE_SIZE  2048
#define STACK_SIZE 64
#define VARIABLES  26

enum symbol {
    SYMBOL_END,
    SYMBOL_NUMBER,
    SYMBOL_NAME,
    SYMBOL_OPEN,
    SYMBOL_CLOSE,
    SYMBOL_SEMICOLON,
    SYMBOL_ASSIGN,
    SYMBOL_FIRST_BINARY,
    SYMBOL_OR = SYMBOL_FIRST_BINARY,
    SYMBOL_XOR,
    SYMBOL_AND,
    SYMBOL_EQUAL,
    SYMBOL_UNEQUAL,
    SYMBOL_LESS,
    SYMBOL_GREATER,
    SYMBOL_AT_MOST,
    SYMBOL_AT_LEAST,
    SYMBOL_LEFT,
    SYMBOL_RIGHT,
    SYMBOL_PLUS,
    SYMBOL_MINUS,
    SYMBOL_TIMES,
    SYMBOL_LAST_BINARY = SYMBOL_TIMES,
    SYMBOL_NOT,
    SYMBOL_COMPLEMENT,
    SYMBOL_BAD,
};

/* How binary operators bind, from SYMBOL_FIRST_BINARY on. */
static const uint8_t strengths[] = {1, 2, 3, 4, 4, 5, 5, 5, 5, 6, 6, 7, 7, 8};

enum code {
    CODE_END,
    CODE_BYTE, /* push the next byte */
    CODE_WORD, /* push the next four bytes */
    CODE_LOAD_A,
    CODE_LOAD_B,
    CODE_LOAD_C,
    CODE_LOAD_D,
    CODE_LOAD, /* push the variable that the next byte names */
    CODE_STORE_A,
    CODE_STORE_B,
    CODE_STORE_C,
    CODE_STORE_D,
    CODE_STORE,
    CODE_BINARY, /* and the operators after it, in the order of their symbols */
    CODE_NOT = CODE_BINARY + SYMBOL_LAST_BINARY - SYMBOL_FIRST_BINARY + 1,
    CODE_COMPLEMENT,
    CODE_NEGATE,
};

struct scanner {
    const char *at;
    uint32_t value; /* of a number, or which variable */
    uint32_t lines;
};

struct parser {
    struct scanner scanner;
    enum symbol symbol; /* the one that is looked at */
    uint8_t *code;
};

static char text[TEXT_SIZE];
static uint8_t codes[CODE_SIZE];

/* ---- text ---- */

static char *put_text(char *to, const char *from)
{
    while (*from != 0) {
        *to++ = *from++;
    }
    return to;
}

static char *put_operand(char *to, uint32_t *seed)
{
    uint32_t value = bench_random(seed);
    if (value & 8) {
        to = put_text(to, value & 16 ? "-" : value & 32 ? "~" : "!");
    }
    if (value & 1) {
        *to++ = (char)('a' + (value >> 8) % VARIABLES);
    } else if (value & 2) {
        to = put_text(to, "0x");
        for (uint32_t i = 0; i < (value >> 8 & 3) + 1; i++) {
            *to++ = "0123456789abcdef"[value >> (12 + 4 * i) & 15];
        }
    } else {
        for (uint32_t i = 0; i < (value >> 8 & 3) + 1; i++) {
            *to++ = "123456789"[(value >> (12 + 4 * i) & 15) % 9];
        }
    }
    return to;
}

static char *put_operator(char *to, uint32_t *seed)
{
    static const char *const operators[] = {" | ", " ^ ", " & ",  " == ", " != ", "<",
                                            ">",   "<=",  " >= ", " << ", " >> ", " + ",
                                            "-",   " * ", "+",    "*"};
    return put_text(to, operators[bench_random(seed) >> 7 & 15]);
}

/* A statement of three to ten operands, some of them between parentheses. */
static char *put_statement(char *to, uint32_t *seed)
{
    uint32_t kind = bench_random(seed);
    uint32_t open = 0;
    *to++ = (char)('a' + (kind >> 4) % VARIABLES);
    to = put_text(to, kind & 1 ? " = " : "=");
    for (uint32_t left = 3 + (kind >> 12 & 7); left > 0; left--) {
        uint32_t choice = bench_random(seed) >> 9 & 7;
        if (choice == 0 && left > 1) {
            *to++ = '(';
            open++;
        }
        to = put_operand(to, seed);
        if (open > 0 && (choice == 7 || left == 1)) {
            *to++ = ')';
            open--;
        }
        to = left > 1 ? put_operator(to, seed) : to;
    }
    while (open-- > 0) {
        *to++ = ')';
    }
    return put_text(to, kind & 2 ? "; // note\n" : ";\n");
}

/* The longest statement takes less than 160 characters. */
static void make_text(uint32_t *seed)
{
    char *to = text;
    while (to < text + TEXT_SIZE - 160) {
        to = put_statement(to, seed);
    }
    *to = 0;
}

/* ---- scanner ---- */

static enum symbol scan_hex(struct scanner *scanner)
{
    for (;;) {
        char c = *scanner->at;
        if (c >= '0' && c <= '9') {
            scanner->value = scanner->value << 4 | (uint32_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            scanner->value = scanner->value << 4 | (uint32_t)(c - 'a' + 10);
        } else {
            return SYMBOL_NUMBER;
        }
        scanner->at++;
    }
}

static enum symbol scan_decimal(struct scanner *scanner, char c)
{
    scanner->value = (uint32_t)(c - '0');
    while (*scanner->at >= '0' && *scanner->at <= '9') {
        scanner->value = scanner->value * 10 + (uint32_t)(*scanner->at++ - '0');
    }
    return SYMBOL_NUMBER;
}

static enum symbol scan_pair(struct scanner *scanner, char second, enum symbol both,
                             enum symbol alone)
{
    if (*scanner->at != second) {
        return alone;
    }
    scanner->at++;
    return both;
}

static void skip_note(struct scanner *scanner)
{
    while (*scanner->at != '\n') {
        scanner->at++;
    }
}

static NOINLINE enum symbol scan(struct scanner *scanner)
{
    for (;;) {
        char c = *scanner->at++;
        switch (c) {
        case 0:
            return SYMBOL_END;
        case '\n':
            scanner->lines++;
            continue;
        case '\t':
        case ' ':
            continue;
        case '/':
            skip_note(scanner);
            continue;
        case '!':
            return scan_pair(scanner, '=', SYMBOL_UNEQUAL, SYMBOL_NOT);
        case '&':
            return SYMBOL_AND;
        case '(':
            return SYMBOL_OPEN;
        case ')':
            return SYMBOL_CLOSE;
        case '*':
            return SYMBOL_TIMES;
        case '+':
            return SYMBOL_PLUS;
        case '-':
            return SYMBOL_MINUS;
        case '0':
            scanner->value = 0;
            scanner->at += *scanner->at == 'x';
            return scan_hex(scanner);
        case '1':
        case '2':
        case '3':
        case '4':
        case '5':
        case '6':
        case '7':
        case '8':
        case '9':
            return scan_decimal(scanner, c);
        case ';':
            return SYMBOL_SEMICOLON;
        case '<':
            return *scanner->at == '<' ? (scanner->at++, SYMBOL_LEFT)
                                       : scan_pair(scanner, '=', SYMBOL_AT_MOST, SYMBOL_LESS);
        case '=':
            return scan_pair(scanner, '=', SYMBOL_EQUAL, SYMBOL_ASSIGN);
        case '>':
            return *scanner->at == '>' ? (scanner->at++, SYMBOL_RIGHT)
                                       : scan_pair(scanner, '=', SYMBOL_AT_LEAST, SYMBOL_GREATER);
        case '^':
            return SYMBOL_XOR;
        case '|':
            return SYMBOL_OR;
        case '~':
            return SYMBOL_COMPLEMENT;
        default:
            scanner->value = (uint32_t)(c - 'a');
            return scanner->value < VARIABLES ? SYMBOL_NAME : SYMBOL_BAD;
        }
    }
}

/* ---- parser ---- */

static void advance(struct parser *parser)
{
    parser->symbol = scan(&parser->scanner);
}

static void put_code(struct parser *parser, uint32_t code)
{
    *parser->code++ = (uint8_t)code;
}

static void put_number(struct parser *parser, uint32_t value)
{
    if (value < 256) {
        put_code(parser, CODE_BYTE);
        put_code(parser, value);
        return;
    }
    put_code(parser, CODE_WORD);
    for (int shift = 24; shift >= 0; shift -= 8) {
        put_code(parser, value >> shift);
    }
}

/* The first four variables have codes of their own, which come before the general one. */
static void put_variable(struct parser *parser, enum code first, uint32_t variable)
{
    if (variable < 4) {
        put_code(parser, first + variable);
    } else {
        put_code(parser, first + 4u);
        put_code(parser, variable);
    }
}

static void parse_expression(struct parser *parser, uint32_t strength);

static NOINLINE void parse_operand(struct parser *parser)
{
    enum symbol symbol = parser->symbol;
    uint32_t value = parser->scanner.value;
    advance(parser);
    switch (symbol) {
    case SYMBOL_NUMBER:
        put_number(parser, value);
        break;
    case SYMBOL_NAME:
        put_variable(parser, CODE_LOAD_A, value);
        break;
    case SYMBOL_OPEN:
        parse_expression(parser, 1);
        advance(parser);
        break;
    case SYMBOL_NOT:
    case SYMBOL_COMPLEMENT:
        parse_operand(parser);
        put_code(parser, symbol == SYMBOL_NOT ? CODE_NOT : CODE_COMPLEMENT);
        break;
    case SYMBOL_MINUS:
        parse_operand(parser);
        put_code(parser, CODE_NEGATE);
        break;
    default:
        put_number(parser, 999);
        break;
    }
}

/* All operators that bind at least as strongly. */
static NOINLINE void parse_expression(struct parser *parser, uint32_t strength)
{
    parse_operand(parser);
    for (;;) {
        uint32_t which = (uint32_t)parser->symbol - SYMBOL_FIRST_BINARY;
        if (which > SYMBOL_LAST_BINARY - SYMBOL_FIRST_BINARY || strengths[which] < strength) {
            return;
        }
        advance(parser);
        parse_expression(parser, strengths[which] + 1u);
        put_code(parser, CODE_BINARY + which);
    }
}

/* Returns the number of lines. */
static NOINLINE uint32_t parse_text(void)
{
    struct parser parser = {{text, 0, 0}, SYMBOL_BAD, codes};
    advance(&parser);
    while (parser.symbol == SYMBOL_NAME && parser.code < codes + CODE_SIZE - 160) {
        uint32_t variable = parser.scanner.value;
        advance(&parser); /* the name, then the sign of assignment */
        advance(&parser);
        parse_expression(&parser, 1);
        put_variable(&parser, CODE_STORE_A, variable);
        advance(&parser);
    }
    put_code(&parser, CODE_END);
    return parser.scanner.lines;
}

/* ---- machine ---- */

static uint32_t operate(uint32_t code, uint32_t a, uint32_t b)
{
    switch (code - CODE_BINARY + SYMBOL_FIRST_BINARY) {
    case SYMBOL_OR:
        return a | b;
    case SYMBOL_XOR:
        return a ^ b;
    case SYMBOL_AND:
        return a & b;
    case SYMBOL_EQUAL:
        return a == b;
    case SYMBOL_UNEQUAL:
        return a != b;
    case SYMBOL_LESS:
        return (int32_t)a < (int32_t)b;
    case SYMBOL_GREATER:
        return (int32_t)a > (int32_t)b;
    case SYMBOL_AT_MOST:
        return (int32_t)a <= (int32_t)b;
    case SYMBOL_AT_LEAST:
        return (int32_t)a >= (int32_t)b;
    case SYMBOL_LEFT:
        return a << (b & 31);
    case SYMBOL_RIGHT:
        return a >> (b & 31);
    case SYMBOL_PLUS:
        return a + b;
    case SYMBOL_MINUS:
        return a - b;
    default:
        return a * b;
    }
}

static uint32_t read_word(const uint8_t *code)
{
    return (uint32_t)code[0] << 24 | (uint32_t)code[1] << 16 | (uint32_t)code[2] << 8 | code[3];
}

static NOIPA void run(const uint8_t *code, uint32_t *variables)
{
    uint32_t stack[STACK_SIZE];
    uint32_t *top = stack; /* the first free place */
    for (;;) {
        uint8_t now = *code++;
        switch (now) {
        case CODE_END:
            return;
        case CODE_BYTE:
            *top++ = *code++;
            break;
        case CODE_WORD:
            *top++ = read_word(code);
            code += 4;
            break;
        case CODE_LOAD_A:
            *top++ = variables[0];
            break;
        case CODE_LOAD_B:
            *top++ = variables[1];
            break;
        case CODE_LOAD_C:
            *top++ = variables[2];
            break;
        case CODE_LOAD_D:
            *top++ = variables[3];
            break;
        case CODE_LOAD:
            *top++ = variables[*code++];
            break;
        case CODE_STORE_A:
            variables[0] += *--top;
            break;
        case CODE_STORE_B:
            variables[1] -= *--top;
            break;
        case CODE_STORE_C:
            variables[2] ^= *--top;
            break;
        case CODE_STORE_D:
            variables[3] = *--top + 1;
            break;
        case CODE_STORE:
            variables[*code++] = *--top;
            break;
        case CODE_NOT:
            top[-1] = top[-1] == 0;
            break;
        case CODE_COMPLEMENT:
            top[-1] = ~top[-1];
            break;
        case CODE_NEGATE:
            top[-1] = -top[-1];
            break;
        default:
            top--;
            top[-1] = operate(now, top[-1], top[0]);
            break;
        }
    }
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t variables[VARIABLES];
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < VARIABLES; i++) {
        variables[i] = bench_random(&seed);
    }
    for (uint32_t round = 0; round < repeat; round++) {
        make_text(&seed);
        sum = bench_mix(sum, parse_text());
        for (uint32_t i = 0; i < 4; i++) {
            run(codes, variables);
            sum = bench_mix(sum, variables[(round + i) % VARIABLES]);
        }
    }
    return sum;
}
