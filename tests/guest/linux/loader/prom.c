/* Minimal LEON "PROM" + boot loader for 32-bit SPARC Linux, written from the
 * kernel's own interface headers (arch/sparc/include/asm/openprom.h).
 * Runs at virtual 0xffd00000 (= physical PROM_PHYS).  Provides an OpenBoot V0
 * romvec, a device tree of LEON3 cores, and SRMMU start-up page tables. */
typedef unsigned int u32;
typedef unsigned char u8;
#ifndef RAM_BASE
#define RAM_BASE 0x40000000u
#endif
#ifndef RAM_SIZE
#define RAM_SIZE (64u << 20)
#endif
#define PROM_VIRT 0xffd00000u
#define PROM_SIZE 0x40000u /* one 256 KiB SRMMU level-2 page */
#define PROM_PHYS (RAM_BASE + RAM_SIZE - 0x100000u)
#define V2P(x)    ((u32)(x)-PROM_VIRT + PROM_PHYS)
#ifndef CMDLINE
#define CMDLINE "console=ttyS0 lpj=100000"
#endif
#define SYSFREQ 40000000u /* APBUART/AHB frequency told to Linux */

static inline void wr_bypass(u32 pa, u32 v)
{
    asm volatile("sta %0,[%1]0x1c" ::"r"(v), "r"(pa) : "memory");
}
static inline u32 rd_bypass(u32 pa)
{
    u32 v;
    asm volatile("lda [%1]0x1c,%0" : "=r"(v) : "r"(pa) : "memory");
    return v;
}

/* --- property database ------------------------------------------------ */
struct prop {
    const char *n;
    const void *v;
    int len;
};
struct node {
    const struct prop *p;
    int sib, child;
};
#define S(s) s, sizeof(s)
static const u32 v_systemid = 0x03000000u;
static const u32 v_nctx = 256, v_freq = SYSFREQ, v_clk = SYSFREQ, v_mid = 0, v_one = 1;
static const u32 r_irqmp[] = {0x80000200, 0x100}, r_timer[] = {0x80000300, 0x100},
                 r_uart[] = {0x80000100, 0x100};
#ifndef TIMER_IRQ
#define TIMER_IRQ 6
#endif
#ifndef UART_IRQ
#define UART_IRQ 3
#endif
static const u32 i_timer[] = {TIMER_IRQ}, i_uart[] = {UART_IRQ};
static const u32 v_vendor = 1, d_irqmp = 0x00d, d_timer = 0x011, d_uart = 0x00c;
/* idprom: format 1, machine M_LEON|M_LEON3_SOC, checksum = xor of bytes 0..14 */
static const u8 v_idprom[32] = {1, 0x32, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 ^ 0x32 ^ 2 ^ 1};
static const struct prop p_root[] = {{"name", S("leon-sparc")},
                                     {"compatible", S("leon3")},
                                     {"idprom", v_idprom, 32},
                                     {"banner-name", S("leon3-image")},
                                     {0}};
static const struct prop p_cpu[] = {{"name", S("LEON3")},     {"device_type", S("cpu")},
                                    {"mmu-nctx", &v_nctx, 4}, {"clock-frequency", &v_clk, 4},
                                    {"mid", &v_mid, 4},       {0}};
static const struct prop p_amba[] = {
    {"name", S("ambapp0")}, {"device_type", S("ambapp")}, {"systemid", &v_systemid, 4}, {0}};
static const struct prop p_irqmp[] = {{"name", S("GAISLER_IRQMP")},
                                      {"vendor", &v_vendor, 4},
                                      {"device", &d_irqmp, 4},
                                      {"reg", r_irqmp, 8},
                                      {0}};
static const struct prop p_timer[] = {{"name", S("GAISLER_GPTIMER")},
                                      {"vendor", &v_vendor, 4},
                                      {"device", &d_timer, 4},
                                      {"reg", r_timer, 8},
                                      {"interrupts", i_timer, sizeof i_timer},
                                      {"freq", &v_freq, 4},
                                      {0}};
static const struct prop p_uart[] = {{"name", S("GAISLER_APBUART")},
                                     {"device_type", S("serial")},
                                     {"vendor", &v_vendor, 4},
                                     {"device", &d_uart, 4},
                                     {"reg", r_uart, 8},
                                     {"interrupts", i_uart, sizeof i_uart},
                                     {"freq", &v_freq, 4},
                                     {0}};
static const struct node nodes[] = {{0, 0, 0},
                                    /*1*/ {p_root, 0, 2},
                                    /*2*/ {p_cpu, 3, 0},
                                    /*3*/ {p_amba, 0, 4},
                                    /*4*/ {p_irqmp, 5, 0},
                                    /*5*/ {p_timer, 6, 0},
                                    /*6*/ {p_uart, 0, 0}};
#define NN ((int)(sizeof nodes / sizeof nodes[0]))
static int streq(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}
static const struct prop *find(int n, const char *name)
{
    if (n <= 0 || n >= NN)
        return 0;
    for (const struct prop *p = nodes[n].p; p->n; p++)
        if (streq(p->n, name))
            return p;
    return 0;
}
static int no_next(int n)
{
    return n == 0 ? 1 : (n < 0 || n >= NN) ? 0 : nodes[n].sib;
}
static int no_child(int n)
{
    return (n <= 0 || n >= NN) ? 0 : nodes[n].child;
}
static int no_plen(int n, const char *name)
{
    const struct prop *p;
    if (n == 0)
        n = 1;
    p = find(n, name);
    return p ? p->len : -1;
}
static int no_get(int n, const char *name, char *val)
{
    const struct prop *p;
    if (n == 0)
        n = 1;
    p = find(n, name);
    if (!p)
        return -1;
    for (int i = 0; i < p->len; i++)
        val[i] = ((const char *)p->v)[i];
    return p->len;
}
static int no_set(int n, const char *name, char *v, int l)
{
    return -1;
}
static const char *no_nextprop(int n, const char *prev)
{
    if (n == 0)
        n = 1;
    if (n < 0 || n >= NN)
        return "";
    const struct prop *p = nodes[n].p;
    if (prev && *prev) {
        for (; p->n; p++)
            if (streq(p->n, prev)) {
                p++;
                goto out;
            }
        return "";
    }
out:
    return p->n ? p->n : "";
}
/* --- console ------------------------------------------------------------ */
static int nbputchar(int c)
{
    if (c == '\n') {
        nbputchar('\r');
    }
    for (int i = 0; i < 100000; i++)
        if (rd_bypass(0x80000104) & 4)
            break;
    wr_bypass(0x80000100, c & 255);
    return 1;
}
static void putchar_(int c)
{
    nbputchar(c);
}
static void putstr(char *s, int l)
{
    while (l-- > 0)
        nbputchar(*s++);
}
static void puts_(const char *s)
{
    while (*s)
        nbputchar(*s++);
}
static int nbgetchar(void)
{
    return (rd_bypass(0x80000104) & 1) ? (int)rd_bypass(0x80000100) : -1;
}
static int getchar_(void)
{
    int c;
    while ((c = nbgetchar()) < 0)
        ;
    return c;
}
static void printf_(const char *f, ...)
{
    puts_(f);
}
static void halt(void)
{
    puts_("PROM: halt\n");
    for (;;) {
        asm volatile("mov %%psr,%%g4; andn %%g4,0x20,%%g4; mov %%g4,%%psr; nop; nop; nop; mov "
                     "1,%%g1; mov 5,%%g2; mov 0,%%g3; ta 0" ::
                         : "g1", "g2", "g3", "g4");
    }
}
static void reboot_(char *s)
{
    puts_("PROM: reboot\n");
    halt();
}
static void abort_(void)
{
    puts_("PROM: abort\n");
    halt();
}
static void eval_(int l, char *s)
{
}
static unsigned enaddr(int d, char *e)
{
    return 0;
}
static void nosync(void)
{
}
static void (*synchook)(void) = nosync;
static volatile int ticks;
static char v_stdin = 1, v_stdout = 1;
struct mlist {
    struct mlist *more;
    u32 start, len;
};
static struct mlist av1 = {0, PROM_PHYS + PROM_SIZE, RAM_BASE + RAM_SIZE - PROM_PHYS - PROM_SIZE},
                    av0 = {&av1, RAM_BASE, PROM_PHYS - RAM_BASE}, tot = {0, RAM_BASE, RAM_SIZE};
static struct mlist *pav = &av0, *ptot = &tot, *pmap = 0;
static struct {
    char *argv[8];
    char args[100];
    char dev[2];
    int a, b, c;
    char *k;
    void *x;
} bargs = {{"boot", CMDLINE, 0}}, *pbargs = &bargs;
static char *bootstr = "";
static struct {
    void *f[6];
} nodeops = {{no_next, no_child, no_plen, no_get, no_set, no_nextprop}};
static struct {
    u32 magic, vers, plug, prev;
    void *mem[3];
    void *nodeops;
    char **bootstr;
    void *v0dev[9];
    char *in, *out;
    void *getc, *putc, *nbgetc, *nbputc, *putstr, *reboot, *printf, *abort;
    volatile int *ticks;
    void *halt, *sync, *eval;
    void *bargs;
    void *enaddr;
    void *v2args[4];
    void *v2dev[12];
    int filler[15];
    void *setctxt;
    void *v3[4];
} romvec = {0x10010407, 0,        1,         1,         {&ptot, &pmap, &pav},
            &nodeops,   &bootstr, {0},       &v_stdin,  &v_stdout,
            getchar_,   putchar_, nbgetchar, nbputchar, putstr,
            reboot_,    printf_,  abort_,    &ticks,    halt,
            &synchook,  eval_,    &pbargs,   enaddr};
/* --- entry from start.S, MMU already on -------------------------------- */
void prom_main(void)
{
    puts_("LEON loader: MMU on, starting Linux\n");
    ((void (*)(void *, void *))0xf0004000u)(&romvec, 0);
    puts_("kernel returned\n");
    halt();
}
