/* freestanding /init for LEON Linux smoke test: no libc. */
typedef unsigned int u32;
typedef unsigned long size_t;
#define NR_exit         1
#define NR_fork         2
#define NR_read         3
#define NR_write        4
#define NR_open         5
#define NR_close        6
#define NR_wait4        7
#define NR_getpid       20
#define NR_kill         37
#define NR_pipe         42
#define NR_reboot       55
#define NR_ioctl        54
#define TCSBRK          0x20005405 /* _IO('T', 5); with 1: wait until the output is gone */
#define NR_mmap         71
#define NR_munmap       73
#define NR_mprotect     74
#define NR_gettimeofday 116
#define NR_mount        167
#define NR_rt_sigaction 102
#define NR_nanosleep    249
#define NR_uname        189
#define NR_sync         36
static long sc(long n, long a, long b, long c, long d, long e, long f)
{
    register long g1 asm("g1") = n, o0 asm("o0") = a, o1 asm("o1") = b, o2 asm("o2") = c,
                     o3 asm("o3") = d, o4 asm("o4") = e, o5 asm("o5") = f;
    asm volatile("ta 0x10\n\tbcc 1f\n\t nop\n\tsub %%g0,%%o0,%%o0\n1:"
                 : "+r"(o0), "+r"(o1)
                 : "r"(g1), "r"(o2), "r"(o3), "r"(o4), "r"(o5)
                 : "memory", "cc", "g2", "g3", "g4", "g5", "g6", "g7", "o7");
    return o0;
}
/* fork: child has o1==1 */
static long fork_(void)
{
    register long g1 asm("g1") = NR_fork, o0 asm("o0"), o1 asm("o1");
    asm volatile("ta 0x10\n\tbcc 1f\n\t nop\n\tsub %%g0,%%o0,%%o0\n1:"
                 : "=r"(o0), "=r"(o1)
                 : "r"(g1)
                 : "memory", "cc", "o2", "o3", "o4", "o5", "g2", "g3", "g4", "g5", "g6", "g7",
                   "o7");
    return o0 < 0 ? o0 : (o1 ? 0 : o0);
}
static long pipe_(int *fd)
{
    register long g1 asm("g1") = NR_pipe, o0 asm("o0"), o1 asm("o1");
    asm volatile("ta 0x10\n\tbcc 1f\n\t nop\n\tsub %%g0,%%o0,%%o0\n1:"
                 : "=r"(o0), "=r"(o1)
                 : "r"(g1)
                 : "memory", "cc", "o2", "o3", "o4", "o5", "g2", "g3", "g4", "g5", "g6", "g7",
                   "o7");
    fd[0] = o0;
    fd[1] = o1;
    return o0 < 0 ? o0 : 0;
}
static int slen(const char *s)
{
    int n = 0;
    while (s[n])
        n++;
    return n;
}
static void puts_(const char *s)
{
    sc(NR_write, 1, (long)s, slen(s), 0, 0, 0);
}
static void putn(long v)
{
    char b[24];
    int i = 23;
    int neg = v < 0;
    unsigned long u = neg ? -v : v;
    b[i] = 0;
    do {
        b[--i] = '0' + u % 10;
        u /= 10;
    } while (u);
    if (neg)
        b[--i] = '-';
    puts_(b + i);
}
static int nfail;
static void check(const char *n, int ok)
{
    puts_(ok ? "[ ok ] " : "[FAIL] ");
    puts_(n);
    puts_("\n");
    if (!ok)
        nfail++;
}
static void cat(const char *p)
{
    char b[512];
    long fd = sc(NR_open, (long)p, 0, 0, 0, 0, 0), n;
    puts_("--- ");
    puts_(p);
    puts_("\n");
    if (fd < 0) {
        puts_("open failed\n");
        return;
    }
    while ((n = sc(NR_read, fd, (long)b, sizeof b, 0, 0, 0)) > 0)
        sc(NR_write, 1, (long)b, n, 0, 0, 0);
    sc(NR_close, fd, 0, 0, 0, 0, 0);
}
static int deep(int n)
{
    volatile int a[4];
    a[0] = n;
    return n ? deep(n - 1) + a[0] : 0;
} /* window spill/fill */
static volatile int sig;
static void onsig(int s)
{
    sig = s;
}
struct ksa {
    void *h;
    unsigned long flags;
    void *rest;
    unsigned long mask[2];
};
static double fp(int n)
{
    double s = 0, t = 1;
    for (int i = 0; i < n; i++) {
        s += 1.0 / t;
        t *= 2;
    }
    return s;
}
static const char *argv0[] = {"/init", "child", 0};
int main(void)
{
    char u[65 * 6];
    long t[2];
    int fd[2];
    puts_("\n*** leon-linux init: hello from user space, pid ");
    putn(sc(NR_getpid, 0, 0, 0, 0, 0, 0));
    puts_("\n");
    if (sc(NR_uname, (long)u, 0, 0, 0, 0, 0) == 0) {
        puts_(u);
        puts_(" ");
        puts_(u + 130);
        puts_(" ");
        puts_(u + 195);
        puts_(" ");
        puts_(u + 260);
        puts_("\n");
    }
    check("mount /proc", sc(NR_mount, (long)"proc", (long)"/proc", (long)"proc", 0, 0, 0) == 0);
    cat("/proc/cpuinfo");
    cat("/proc/meminfo");
    check("register windows, 1000 deep", deep(1000) == 500500);
    check("user FPU", fp(60) == 2.0 - 1.0 / (double)(1ull << 59));
    long p = fork_();
    if (p == 0) {
        int ok = deep(200) == 20100 && fp(20) > 1.99;
        sc(NR_exit, ok ? 42 : 1, 0, 0, 0, 0, 0);
    }
    int st = 0;
    check("fork", p > 0);
    check("wait4", sc(NR_wait4, p, (long)&st, 0, 0, 0, 0) == p);
    check("child status", st == (42 << 8));
    check("pipe", pipe_(fd) == 0);
    p = fork_();
    if (p == 0) {
        sc(NR_write, fd[1], (long)"xyz", 3, 0, 0, 0);
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    char b[4];
    check("pipe read", sc(NR_read, fd[0], (long)b, 3, 0, 0, 0) == 3 && b[0] == 'x' && b[2] == 'z');
    sc(NR_wait4, p, 0, 0, 0, 0, 0);
    char *m = (char *)sc(NR_mmap, 0, 1 << 20, 3, 0x22, -1, 0);
    check("mmap 1 MiB", (unsigned long)m < 0xf0000000ul && m);
    int s = 0;
    for (int i = 0; i < (1 << 20); i += 4096)
        m[i] = i >> 12;
    for (int i = 0; i < (1 << 20); i += 4096)
        s += (unsigned char)m[i];
    check("demand paging", s == 255 * 128);
    p = fork_();
    if (p == 0) {
        for (int i = 0; i < (1 << 20); i += 4096)
            m[i] = 7;
        sc(NR_exit, m[8192], 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("copy on write", st == (7 << 8) && m[8192] == 2);
    p = fork_();
    if (p == 0) {
        *(volatile int *)16 = 1;
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("SIGSEGV on NULL write", (st & 127) == 11);
    p = fork_();
    if (p == 0) {
        sc(NR_mprotect, (long)m, 4096, 1, 0, 0, 0);
        m[0] = 1;
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("SIGSEGV on write to read-only page", (st & 127) == 11);
    p = fork_();
    if (p == 0) {
        asm volatile("unimp 0");
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("SIGILL on unimp", (st & 127) == 4);
    p = fork_();
    if (p == 0) {
        asm volatile("rd %%psr,%%g1" ::: "g1");
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("SIGILL on rd psr", (st & 127) == 4);
    p = fork_();
    if (p == 0) {
        int z;
        asm volatile("wr %%g0,0,%%y\n nop\n nop\n nop\n sdiv %1,%2,%0" : "=r"(z) : "r"(5), "r"(0));
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("SIGFPE on division by zero", (st & 127) == 8);

    p = fork_();
    if (p == 0) {
        double r;
        static const double a = 3.0, b2 = 4.0;
        asm volatile(
            "ldd [%1],%%f0\n\tldd [%2],%%f8\n\tfdtoq %%f0,%%f4\n\tfdtoq %%f8,%%f12\n\tfaddq "
            "%%f4,%%f12,%%f16\n\tfqtod %%f16,%%f20\n\tstd %%f20,[%0]" ::"r"(&r),
            "r"(&a), "r"(&b2)
            : "memory", "f0", "f1", "f4", "f5", "f6", "f7", "f8", "f9", "f12", "f13", "f14", "f15",
              "f16", "f17", "f18", "f19", "f20", "f21");
        sc(NR_exit, r == 7.0 ? 42 : 1, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("quad FPops (kernel emulates them on LEON)", st == (42 << 8));
    p = fork_();
    if (p == 0) {
        asm volatile("ta 0x7f");
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    puts_("ta 0x7f: status ");
    putn(st);
    puts_("\n");
    p = fork_();
    if (p == 0) {
        long long q;
        asm volatile("st %%g0,[%0+1]" ::"r"(&q) : "memory");
        sc(NR_exit, 0, 0, 0, 0, 0, 0);
    }
    st = 0;
    sc(NR_wait4, p, (long)&st, 0, 0, 0, 0);
    check("SIGBUS on misaligned store", (st & 127) == 10);
    long tv[2], tv2[2];
    sc(NR_gettimeofday, (long)tv, 0, 0, 0, 0, 0);
    t[0] = 0;
    t[1] = 200000000;
    sc(NR_nanosleep, (long)t, 0, 0, 0, 0, 0);
    sc(NR_gettimeofday, (long)tv2, 0, 0, 0, 0, 0);
    long us = (tv2[0] - tv[0]) * 1000000 + tv2[1] - tv[1];
    puts_("nanosleep 200000 us took ");
    putn(us);
    puts_(" us\n");
    check("timer", us >= 200000 && us < 400000);
    cat("/proc/interrupts");
    cat("/proc/self/maps");
    cat("/proc/uptime");
    puts_("*** leon-linux init: ");
    putn(nfail);
    puts_(" failures\n*** powering off\n");
    sc(NR_ioctl, 1, TCSBRK, 1, 0, 0, 0);
    sc(NR_sync, 0, 0, 0, 0, 0, 0);
    sc(NR_reboot, 0xfee1dead, 672274793, 0x4321fedc, 0, 0, 0);
    sc(NR_reboot, 0xfee1dead, 672274793, 0xcdef0123, 0, 0, 0);
    for (;;)
        ;
}
asm(".globl _start\n_start:\n\tmov %g0,%fp\n\tsub %sp,96,%sp\n\tcall main\n\t nop\n1:\tba 1b\n\t "
    "nop\n");
