// loadgen: load generator for line-echo servers. One thread on epoll; every
// reply byte and its order are checked. Modes:
//   echo   N connections with P lines in flight each (closed loop), or with
//          --rate that many lines a second in all, sent when they are due
//          whether or not earlier ones were answered (open loop); a latency
//          then counts from the time a line was due. --idle opens that many
//          more connections, which stay silent.
//   churn  N at a time: connect, one line, close.
//   idle   opens N connections and weighs the server.
// With --pid the server's CPU time and memory are read from /proc.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#define HDR 18 /* "%08x:%08x:" */

typedef struct {
  int fd, id;
  int connected;
  uint32_t sseq; // next line to send
  uint32_t soff; // offset in it
  uint32_t credit; // lines we are allowed to send (incl. current partial)
  uint32_t rseq, roff; // next expected
  char rh[HDR + 1];
  uint64_t *ts; // ring of P send timestamps
  int wantout;
} conn;

static const char *host = "127.0.0.1", *mode = "echo";
static int port = 0, N = 50, P = 1, S = 64, lf = 0, srvpid = 0, touch = 1, I = 0;
static double dur = 5, warm = 1, rate = 0;
static uint64_t due; // when the line that is being sent was due, 0 for now
static uint64_t first_due, sent_due, skipped;
static int ep;
static conn *cs;
static char *body; // S bytes: filler then newline
static char *rbuf, *sbuf;
#define RB (256 * 1024)
#define SB (128 * 1024)
static uint64_t errs, conn_errs, answered, replies, total_replies, bytes_in, nrecv, nsend, nwait;
static char errmsg[200] = "";
static struct sockaddr_in dst;
static int measuring, resend = 1;

static inline uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

// log-linear histogram in ns: 64 sub buckets per octave
#define SUB 64
static uint64_t hist[64 * SUB], hmax;
static inline void hadd(uint64_t v) {
  if (v > hmax) hmax = v;
  if (v < SUB) { hist[v]++; return; }
  int e = 63 - __builtin_clzll(v); // >=6
  int sh = e - 6;
  hist[(e - 5) * SUB + ((v >> sh) & (SUB - 1))]++;
}
static double hval(int i) {
  if (i < SUB) return i;
  int e = i / SUB + 5, sh = e - 6;
  return (double)((((uint64_t)SUB + (i % SUB)) << sh) + ((1ull << sh) >> 1));
}
static double pct(double p) {
  uint64_t tot = 0, c = 0;
  for (int i = 0; i < 64 * SUB; i++) tot += hist[i];
  uint64_t want = (uint64_t)(p * tot);
  for (int i = 0; i < 64 * SUB; i++) {
    c += hist[i];
    if (c > want) return hval(i);
  }
  return 0;
}

static void hex8(char *p, uint32_t v) {
  static const char d[] = "0123456789abcdef";
  for (int i = 7; i >= 0; i--) { p[i] = d[v & 15]; v >>= 4; }
}
static void mkhdr(char *p, uint32_t id, uint32_t seq) {
  hex8(p, id); p[8] = ':'; hex8(p + 9, seq); p[17] = ':';
}
static void fail(const char *m, conn *c, int e) {
  errs++;
  if (!errmsg[0]) snprintf(errmsg, sizeof errmsg, "%s conn %d rseq %u off %u: %s", m, c ? c->id : -1, c ? c->rseq : 0, c ? c->roff : 0, e ? strerror(e) : "");
}
static int mksock(int i) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) { perror("socket"); exit(2); }
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  struct sockaddr_in s = {.sin_family = AF_INET};
  s.sin_addr.s_addr = htonl(0x7f000002u + (uint32_t)(i % 64));
  if (bind(fd, (void *)&s, sizeof s) < 0) { perror("bind"); exit(2); }
  return fd;
}
static void want(conn *c, int out) {
  if (c->wantout == out) return;
  c->wantout = out;
  struct epoll_event e = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}
// send as much as credit allows
static void pump(conn *c) {
  for (;;) {
    if (!c->credit) { want(c, 0); return; }
    size_t n = 0;
    uint32_t seq = c->sseq, off = c->soff, cr = c->credit;
    uint64_t t = due ? due : now();
    while (cr && n < SB) {
      size_t room = SB - n;
      if (off < HDR) {
        char h[HDR];
        mkhdr(h, c->id, seq);
        size_t k = HDR - off; if (k > room) k = room;
        memcpy(sbuf + n, h + off, k);
        n += k; off += k; room -= k;
      }
      if (off >= HDR && room) {
        size_t k = S - off; if (k > room) k = room;
        memcpy(sbuf + n, body + off, k);
        n += k; off += k;
      }
      if (off == (uint32_t)S) { off = 0; seq++; cr--; }
    }
    ssize_t w = send(c->fd, sbuf, n, MSG_NOSIGNAL);
    nsend++;
    if (w < 0) {
      if (errno == EAGAIN) { want(c, 1); return; }
      fail("send", c, errno); close(c->fd); c->fd = -1; return;
    }
    size_t left = w;
    while (left) {
      if (c->soff == 0) c->ts[c->sseq % P] = t;
      size_t k = S - c->soff; if (k > left) k = left;
      c->soff += k; left -= k;
      if (c->soff == (uint32_t)S) { c->soff = 0; c->sseq++; c->credit--; }
    }
    if ((size_t)w < n) { want(c, 1); return; }
  }
}
// returns complete lines, or -1 on fatal
static int eat(conn *c, const char *p, size_t n, uint64_t t) {
  int done = 0;
  while (n) {
    if (c->roff == 0) mkhdr(c->rh, c->id, c->rseq);
    if (c->roff < HDR) {
      size_t k = HDR - c->roff; if (k > n) k = n;
      if (memcmp(p, c->rh + c->roff, k)) { fail("mismatch(header)", c, 0); return -1; }
      p += k; n -= k; c->roff += k;
    }
    if (n) {
      size_t k = S - c->roff; if (k > n) k = n;
      if (memcmp(p, body + c->roff, k)) { fail("mismatch(body)", c, 0); return -1; }
      p += k; n -= k; c->roff += k;
    }
    if (c->roff == (uint32_t)S) {
      if (c->rseq == c->sseq) { fail("reply before send", c, 0); return -1; }
      if (measuring) hadd(t - c->ts[c->rseq % P]);
      if (c->rseq == 0) answered++;
      c->roff = 0; c->rseq++; done++;
    }
  }
  return done;
}
static double last_user;
static int readpid(double *cpu, long *rss) {
  if (!srvpid) return -1;
  char f[64], b[4096];
  snprintf(f, sizeof f, "/proc/%d/stat", srvpid);
  FILE *h = fopen(f, "r");
  if (!h) return -1;
  size_t k = fread(b, 1, sizeof b - 1, h); b[k] = 0; fclose(h);
  char *p = strrchr(b, ')');
  unsigned long u = 0, s = 0;
  if (p) sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
  *cpu = (double)(u + s) / sysconf(_SC_CLK_TCK); last_user = (double)u / sysconf(_SC_CLK_TCK);
  // finer: schedstat of all threads
  char cmd[64]; (void)cmd;
  snprintf(f, sizeof f, "/proc/%d/status", srvpid);
  h = fopen(f, "r"); *rss = 0;
  if (h) { while (fgets(b, sizeof b, h)) if (!strncmp(b, "VmRSS:", 6)) *rss = atol(b + 6); fclose(h); }
  return 0;
}
// whole machine: busy (user+nice+system+irq+softirq) and steal seconds, from /proc/stat
static void machine(double *busy, double *steal) {
  unsigned long u = 0, n = 0, s = 0, id, io, ir = 0, si = 0, st = 0; FILE *h = fopen("/proc/stat", "r");
  if (h) { if (fscanf(h, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &u, &n, &s, &id, &io, &ir, &si, &st) != 8) st = 0; fclose(h); }
  double k = sysconf(_SC_CLK_TCK); *busy = (u + n + s + ir + si) / k; *steal = st / k;
}
static double selfcpu(void) {
  struct rusage r; getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}
static void add(conn *c, uint32_t ev) {
  struct epoll_event e = {.events = ev, .data.ptr = c};
  if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e) < 0) { perror("epoll_ctl"); exit(2); }
}
// open all N, at most 200 handshakes in flight so that no listen backlog overflows
static void open_all(void) {
  int opened = 0, ready = 0;
  struct epoll_event ev[512];
  uint64_t t0 = now();
  int all = N + I;
  while (ready < all) {
    while (opened < all && opened - ready < 100) {
      conn *c = &cs[opened];
      c->id = opened; c->fd = mksock(opened);
      c->ts = malloc(sizeof(uint64_t) * P);
      if (connect(c->fd, (void *)&dst, sizeof dst) < 0 && errno != EINPROGRESS) { perror("connect"); exit(2); }
      add(c, EPOLLOUT);
      opened++;
    }
    int n = epoll_wait(ep, ev, 512, 1000);
    for (int i = 0; i < n; i++) {
      conn *c = ev[i].data.ptr;
      int e = 0; socklen_t l = sizeof e;
      getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l);
      if (e) { fprintf(stderr, "connect %d: %s\n", c->id, strerror(e)); conn_errs++; if (conn_errs > 20) exit(2); epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, 0); close(c->fd); c->fd = -1; ready++; continue; }
      struct epoll_event m = {.events = EPOLLIN, .data.ptr = c};
      epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &m);
      c->connected = 1; ready++;
    }
    if (now() - t0 > 60e9) { fprintf(stderr, "open timeout: %d/%d\n", ready, all); exit(2); }
  }
}
// send the lines that are due, each on the next connection
static void pace(uint64_t t) {
  while (rate > 0) {
    due = first_due + (uint64_t)(sent_due * (1e9 / rate));
    if (due > t) break;
    conn *c = &cs[sent_due++ % N];
    if (c->fd < 0) continue;
    if (c->sseq + c->credit - c->rseq >= (uint32_t)P) { skipped++; continue; } // hopelessly behind
    c->credit++;
    if (!c->wantout) pump(c);
  }
  due = 0;
}
static void loop_until(uint64_t tend) {
  struct epoll_event ev[1024];
  for (;;) {
    uint64_t t = now();
    if (t >= tend) return;
    pace(t);
    int to = (tend - t) / 1000000 + 1; if (to > 100) to = 100;
    if (rate > 0) to = 0;
    int n = epoll_wait(ep, ev, 1024, to);
    nwait++;
    for (int i = 0; i < n; i++) {
      conn *c = ev[i].data.ptr;
      if (c->fd < 0) continue;
      if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        int lines = 0;
        for (;;) {
          ssize_t r = recv(c->fd, rbuf, RB, 0);
          nrecv++;
          if (r > 0) {
            bytes_in += r;
            int k = eat(c, rbuf, r, now());
            if (k < 0) { close(c->fd); c->fd = -1; break; }
            lines += k;
            if (r < RB) break;
          } else if (r == 0) { fail("eof", c, 0); close(c->fd); c->fd = -1; break; }
          else { if (errno == EAGAIN) break; fail("recv", c, errno); close(c->fd); c->fd = -1; break; }
        }
        if (c->fd < 0) continue;
        replies += lines;
        if (!resend) continue;
        if (rate > 0) continue;
        c->credit += lines;
        if (lines && !c->wantout) pump(c);
      }
      if (c->fd >= 0 && (ev[i].events & EPOLLOUT)) pump(c);
    }
  }
}
static void churn(void) {
  struct epoll_event ev[512];
  uint64_t k = 0, t0, tend, tm = 0, done = 0; double c0 = 0, c1 = 0, s0 = 0, mb0 = 0, ms0 = 0, mb1, ms1; long r0, r1 = 0;
  for (int i = 0; i < N; i++) { cs[i].fd = -1; cs[i].ts = malloc(8 * P); }
  t0 = now(); tm = t0 + warm * 1e9; tend = tm + dur * 1e9;
  uint64_t started = 0;
  for (;;) {
    uint64_t t = now();
    if (!measuring && t >= tm) { measuring = 1; done = 0; readpid(&c0, &r0); s0 = selfcpu(); machine(&mb0, &ms0); tm = t; tend = tm + dur * 1e9; }
    if (t >= tend) { tend = t; break; }
    for (int i = 0; i < N; i++) {
      conn *c = &cs[i];
      if (c->fd >= 0) continue;
      c->id = i; c->fd = mksock(k++); c->connected = 0; c->sseq = c->rseq = started++; c->soff = c->roff = 0; c->credit = 1; c->wantout = 1;
      c->ts[c->sseq % P] = now();
      if (connect(c->fd, (void *)&dst, sizeof dst) < 0 && errno != EINPROGRESS) { fail("connect", c, errno); close(c->fd); c->fd = -1; if (errs > 1000) goto out; continue; }
      add(c, EPOLLIN | EPOLLOUT);
    }
    int n = epoll_wait(ep, ev, 512, 100);
    for (int i = 0; i < n; i++) {
      conn *c = ev[i].data.ptr;
      if (c->fd < 0) continue;
      if (ev[i].events & (EPOLLERR)) { int e = 0; socklen_t l = sizeof e; getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l); fail("err", c, e); close(c->fd); c->fd = -1; continue; }
      if ((ev[i].events & EPOLLOUT) && c->credit) { uint64_t ts = c->ts[c->sseq % P]; uint32_t q = c->sseq; pump(c); if (c->fd < 0) continue; c->ts[q % P] = ts; }
      if (ev[i].events & (EPOLLIN | EPOLLHUP)) {
        ssize_t r = recv(c->fd, rbuf, RB, 0);
        if (r > 0) {
          int q = eat(c, rbuf, r, now());
          if (q) { close(c->fd); c->fd = -1; if (q > 0) { done++; } }
        } else if (r == 0) { fail("eof", c, 0); close(c->fd); c->fd = -1; }
        else if (errno != EAGAIN) { fail("recv", c, errno); close(c->fd); c->fd = -1; }
      }
    }
    if (errs > 1000) break;
  }
out:
  if (!tend) tend = now();
  double el = (now() - tm) / 1e9; double cpu = 0;
  if (!readpid(&c1, &r1)) cpu = c1 - c0;
  double g = selfcpu() - s0; machine(&mb1, &ms1);
  printf("{\"mode\":\"churn\",\"n\":%d,\"conns_per_s\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"errors\":%lu,\"elapsed\":%.3f,\"srv_util\":%.3f,\"srv_us\":%.3f,\"gen_util\":%.3f,\"other_util\":%.3f,\"steal\":%.3f,\"rss_kb\":%ld,\"err\":\"%s\"}\n",
         N, done / el, pct(.5) / 1e3, pct(.99) / 1e3, pct(.999) / 1e3, errs, el, cpu / el, done ? cpu / done * 1e6 : 0, g / el, (mb1 - mb0 - cpu - g) / el, (ms1 - ms0) / el, r1, errmsg);
}
int main(int ac, char **av) {
  static struct option lo[] = {{"host", 1, 0, 'h'}, {"port", 1, 0, 'p'}, {"conns", 1, 0, 'n'}, {"pipeline", 1, 0, 'P'}, {"size", 1, 0, 's'}, {"duration", 1, 0, 'd'}, {"warmup", 1, 0, 'w'}, {"mode", 1, 0, 'm'}, {"lf", 0, 0, 'l'}, {"pid", 1, 0, 'i'}, {"notouch", 0, 0, 't'}, {"rate", 1, 0, 'R'}, {"idle", 1, 0, 'I'}, {0}};
  int o;
  while ((o = getopt_long(ac, av, "h:p:n:P:s:d:w:m:li:tR:I:", lo, 0)) != -1) switch (o) {
    case 'h': host = optarg; break; case 'p': port = atoi(optarg); break; case 'n': N = atoi(optarg); break;
    case 'P': P = atoi(optarg); break; case 's': S = atoi(optarg); break; case 'd': dur = atof(optarg); break;
    case 'w': warm = atof(optarg); break; case 'm': mode = optarg; break; case 'l': lf = 1; break; case 'i': srvpid = atoi(optarg); break; case 't': touch = 0; break; case 'R': rate = atof(optarg); break; case 'I': I = atoi(optarg); break;
    default: fprintf(stderr, "usage: loadgen --port N [--host H] [--conns N] [--pipeline P] [--size S] [--duration s] [--warmup s] [--mode echo|churn|idle] [--lf] [--pid SERVERPID] [--notouch] [--rate LINES] [--idle N]\n"); return 2;
  }
  if (S < HDR + 2) S = HDR + 2;
  signal(SIGPIPE, SIG_IGN);
  struct rlimit rl = {1000000, 1000000};
  if (setrlimit(RLIMIT_NOFILE, &rl) < 0) { getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl); }
  dst.sin_family = AF_INET; dst.sin_port = htons(port); inet_pton(AF_INET, host, &dst.sin_addr);
  ep = epoll_create1(EPOLL_CLOEXEC);
  if (rate > 0) P = 4096;
  cs = calloc(N + I + 1, sizeof *cs);
  body = malloc(S + 1); rbuf = malloc(RB); sbuf = malloc(SB);
  for (int i = 0; i < S; i++) body[i] = 'a' + (i * 7 + i / 26) % 26;
  body[S - 1] = '\n'; if (!lf) body[S - 2] = '\r';
  double c0 = 0, c1 = 0, s0; long r0 = 0, r1 = 0;
  if (!strcmp(mode, "churn")) { P = 1; churn(); return errs ? 1 : 0; }
  if (!strcmp(mode, "idle")) {
    resend = 0;
    readpid(&c0, &r0);
    uint64_t t0 = now();
    open_all();
    double topen = (now() - t0) / 1e9;
    if (touch) {
      for (int i = 0; i < N; i++) { if (cs[i].fd < 0) continue; cs[i].credit = 1; pump(&cs[i]);
        if (i % 100 == 99) loop_until(now() + 5000000); }
      // collect replies; do not re-send
      uint64_t lim = now() + 60e9; while (replies < (uint64_t)(N) && now() < lim) loop_until(now() + 50e6);
    }
    loop_until(now() + dur * 1e9);
    readpid(&c1, &r1);
    printf("{\"mode\":\"idle\",\"n\":%d,\"touched\":%d,\"replies\":%lu,\"rss0_kb\":%ld,\"rss1_kb\":%ld,\"kb_per_conn\":%.3f,\"open_s\":%.3f,\"errors\":%lu,\"conn_errors\":%lu,\"err\":\"%s\"}\n", N, touch, replies, r0, r1, N ? (double)(r1 - r0) / N : 0, topen, errs, conn_errs, errmsg);
    fflush(stdout);
    return 0;
  }
  open_all();
  first_due = now();
  for (int i = 0; i < N && rate == 0; i++) if (cs[i].fd >= 0) { cs[i].credit = P; pump(&cs[i]); }
  // A server may take its time to accept them all: it is warm once each was answered.
  for (uint64_t lim = now() + 30e9; rate == 0 && answered + conn_errs < (uint64_t)N && now() < lim;) loop_until(now() + 10e6);
  loop_until(now() + warm * 1e9);
  skipped = 0; measuring = 1; total_replies = replies; replies = 0; bytes_in = 0; nrecv = nsend = nwait = 0;
  readpid(&c0, &r0); double u0 = last_user; s0 = selfcpu(); double mb0, ms0, mb1, ms1; machine(&mb0, &ms0);
  uint64_t t0 = now();
  loop_until(t0 + dur * 1e9);
  double el = (now() - t0) / 1e9;
  double cpu = 0; if (!readpid(&c1, &r1)) cpu = c1 - c0;
  double g = selfcpu() - s0; machine(&mb1, &ms1);
  printf("{\"mode\":\"echo\",\"n\":%d,\"p\":%d,\"s\":%d,\"replies_per_s\":%.0f,\"mb_per_s\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,\"skipped\":%lu,\"errors\":%lu,\"conn_errors\":%lu,\"elapsed\":%.3f,\"srv_util\":%.3f,\"srv_us\":%.3f,\"gen_util\":%.3f,\"srv_user_share\":%.3f,\"other_util\":%.3f,\"steal\":%.3f,\"gen_recv_per_reply\":%.3f,\"rss_kb\":%ld,\"err\":\"%s\"}\n",
         N, P, S, replies / el, bytes_in / el / 1e6, pct(.5) / 1e3, pct(.99) / 1e3, pct(.999) / 1e3, hmax / 1e3, skipped, errs, conn_errs, el, cpu / el, replies ? cpu / replies * 1e6 : 0, g / el, cpu > 0 ? (last_user - u0) / cpu : 0, (mb1 - mb0 - cpu - g) / el, (ms1 - ms0) / el, replies ? (double)nrecv / replies : 0, r1, errmsg);
  return errs || conn_errs ? 1 : 0;
}
