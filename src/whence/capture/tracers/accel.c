/* Logs read-only opens from inside the program, so that they need not be asked about one by one.
 *
 * Preloaded into every dynamically linked program of a run. It passes a cookie in the unused sixth
 * argument of openat; the seccomp filter lets such calls through, and the file is noted in a ring
 * of slots that is shared with the supervisor. Whatever it does not handle is asked about as usual:
 * without it a run is slower, never blind. It also repeats an open that a signal interrupted, since
 * waiting for the supervisor makes opens interruptible that never were.
 *
 * It depends on no C library, so that it loads under any (glibc, musl): all references are weak.
 *
 * The ring (ring.py has the same layout):
 *   header   0 magic, 8 cookie, 12 slots, 16 bytes of a slot, 20 bytes of the header,
 *            24 bytes of root, 28 of parts, 32 of inner, 36 of outer; 64 head, 128 tail;
 *            256 these four lists, see noise.py; all begin with a slash
 *   slot     0 sequence (its position + 1, written last), 8 pid, 12 parent or 0, 16 device,
 *            24 inode, 32 size, 40 mtime_ns, 48 ctime_ns, 56 whether it is no link, 60 length, 64 path
 */
#include <asm/fcntl.h>
#include <asm/stat.h>
#include <asm/unistd.h>

typedef unsigned long u64;
typedef unsigned int u32;

#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define EINTR 4
#define MAGIC 0x31676e6952636857UL /* "WhcRing1" */
#define PATH_ROOM 448
#define EXPORT __attribute__((visibility("default")))
#define WEAK __attribute__((weak))

extern int *__errno_location(void) WEAK;
extern char **environ WEAK;
extern void *fdopen(int, const char *) WEAK;
extern void *_IO_fopen(const char *, const char *) WEAK;

static char *ring;
static u32 cookie, slots, slot_size, header_size;
static int known_pid;

/* ------------------------------------------------------------------ system calls */

#if defined(__x86_64__)
static long sys6(long n, long a, long b, long c, long d, long e, long f) {
  long r;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(r)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return r;
}
#elif defined(__aarch64__)
static long sys6(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}
#else
#error "the system calls of this processor are not known here"
#endif

static long plain(int d, const char *p, int f, int m) {
  return sys6(__NR_openat, d, (long)p, f, m, 0, 0);
}

static long state_of(int fd, struct stat *s) {
  return sys6(__NR_fstat, fd, (long)s, 0, 0, 0, 0);
}

static long status(int d, const char *p, struct stat *s, int flags) {
  return sys6(__NR_newfstatat, d, (long)p, (long)s, flags, 0, 0);
}

/* A call that the supervisor is asked about, repeated where a signal broke in. Opening a pipe may
 * be interrupted in earnest: that is left to the program. */
static long again(int d, const char *p, int f, int m) {
  for (;;) {
    struct stat s;
    long r = plain(d, p, f, m);
    if (r != -EINTR) return r;
    if (status(d, p, &s, 0) == 0 && (s.st_mode & 0170000) != 0100000) return r;
  }
}

static int result(long r) {
  if (r >= 0) return (int)r;
  if (r > -4096 && __errno_location) *__errno_location() = (int)-r;
  return -1;
}

/* ------------------------------------------------------------------- what is noise */

static u32 field(u32 at) { return *(volatile u32 *)(ring + at); }

static const char *begins(const char *text, const char *with) {
  while (*with)
    if (*text++ != *with++) return 0;
  return text;
}

/* Whether a text begins with one of a list: of each its length in one byte, itself, a zero. Nearly
 * all differ in their second character, the first being a slash. */
static int any(const char *text, const char *list, u32 bytes) {
  const char *end = list + bytes;
  for (; list < end; list += (unsigned char)list[0] + 2)
    if (list[2] == text[1] && begins(text, list + 1)) return 1;
  return 0;
}

static int noise(const char *p) {
  const char *root = ring + 256, *parts = root + field(24);
  const char *inner = parts + field(28), *outer = inner + field(32);
  const char *rest = begins(p, root + 1);
  if (rest ? any(p, inner, field(32)) : any(p, outer, field(36))) return 1;
  for (p = rest ? rest - 1 : p; *p; p++)
    if (*p == '/' && any(p, parts, field(28))) return 1;
  return 0;
}

/* ----------------------------------------------------------------------- the ring */

static void copy(char *to, const char *from, u32 n) {
  while (n--) *to++ = *from++;
}

/* Whether the name is the file's own and no link to it. */
static int is_own_name(const char *p, const struct stat *opened) {
  struct stat s;
  return status(AT_FDCWD, p, &s, AT_SYMLINK_NOFOLLOW) == 0 && s.st_ino == opened->st_ino &&
         s.st_dev == opened->st_dev;
}

/* Notes a file; 0 where the ring is full. */
static int note(const struct stat *s, const char *p, u32 length) {
  u64 *head = (u64 *)(ring + 64), *tail = (u64 *)(ring + 128);
  u64 at = __atomic_load_n(head, __ATOMIC_RELAXED);
  do {
    if (at - __atomic_load_n(tail, __ATOMIC_ACQUIRE) >= slots) return 0;
  } while (!__atomic_compare_exchange_n(head, &at, at + 1, 1, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
  char *slot = ring + header_size + (at & (slots - 1)) * slot_size;
  int pid = (int)sys6(__NR_getpid, 0, 0, 0, 0, 0, 0);
  u32 parent = 0;
  if (pid != known_pid) {
    parent = (u32)sys6(__NR_getppid, 0, 0, 0, 0, 0, 0);
    known_pid = pid;
  }
  *(u32 *)(slot + 8) = (u32)pid;
  *(u32 *)(slot + 12) = parent;
  *(u64 *)(slot + 16) = s->st_dev;
  *(u64 *)(slot + 24) = s->st_ino;
  *(u64 *)(slot + 32) = (u64)s->st_size;
  *(u64 *)(slot + 40) = (u64)s->st_mtime * 1000000000UL + s->st_mtime_nsec;
  *(u64 *)(slot + 48) = (u64)s->st_ctime * 1000000000UL + s->st_ctime_nsec;
  *(u32 *)(slot + 56) = (u32)is_own_name(p, s);
  *(u32 *)(slot + 60) = length;
  copy(slot + 64, p, length);
  __atomic_store_n((u64 *)slot, at + 1, __ATOMIC_RELEASE);
  return 1;
}

/* The path as an absolute one in a buffer of PATH_ROOM bytes; its length, or 0 if too long. */
static u32 whole(const char *p, char *buffer) {
  u32 n = 0;
  if (*p != '/') {
    long r = sys6(__NR_getcwd, (long)buffer, PATH_ROOM, 0, 0, 0, 0);
    if (r <= 1 || buffer[0] != '/') return 0;
    n = (u32)r - 1;
    if (n > 1) buffer[n++] = '/';
  }
  for (; *p; p++) {
    if (n >= PATH_ROOM - 1) return 0;
    buffer[n++] = *p;
  }
  buffer[n] = 0;
  return n;
}

/* -------------------------------------------------------------------------- opens */

static int opened(int d, const char *p, int f, int m) {
  char path[PATH_ROOM];
  u32 n = 0;
  int mine = ring && p && (f & O_ACCMODE) == O_RDONLY &&
             !(f & (O_CREAT | O_TRUNC | O_DIRECTORY | O_PATH)) && *p &&
             (d == AT_FDCWD || *p == '/') && (n = whole(p, path)) != 0;
  if (!mine) return result(again(d, p, f, m));
  long r = sys6(__NR_openat, d, (long)p, f, m, 0, (long)cookie);
  if (r >= 0 && !noise(path)) {
    struct stat s;
    if (state_of((int)r, &s) == 0 && (s.st_mode & 0170000) == 0100000 &&
        !note(&s, path, n)) {
      long told = again(d, p, f, m); /* the ring is full: ask, so that it is seen all the same */
      if (told >= 0) sys6(__NR_close, told, 0, 0, 0, 0, 0);
    }
  }
  return result(r);
}

EXPORT int open(const char *p, int f, int m) { return opened(AT_FDCWD, p, f, m); }
EXPORT int open64(const char *p, int f, int m) { return opened(AT_FDCWD, p, f, m); }
EXPORT int openat(int d, const char *p, int f, int m) { return opened(d, p, f, m); }
EXPORT int openat64(int d, const char *p, int f, int m) { return opened(d, p, f, m); }
EXPORT int __open_2(const char *p, int f) { return opened(AT_FDCWD, p, f, 0); }
EXPORT int __open64_2(const char *p, int f) { return opened(AT_FDCWD, p, f, 0); }
EXPORT int __openat_2(int d, const char *p, int f) { return opened(d, p, f, 0); }
EXPORT int __openat64_2(int d, const char *p, int f) { return opened(d, p, f, 0); }
EXPORT int creat(const char *p, int m) {
  return opened(AT_FDCWD, p, O_CREAT | O_WRONLY | O_TRUNC, m);
}
EXPORT int creat64(const char *p, int m) {
  return opened(AT_FDCWD, p, O_CREAT | O_WRONLY | O_TRUNC, m);
}

/* fopen calls no open that could be replaced, so it is done here: open, then fdopen. */
static void *stream(const char *p, const char *mode) {
  int flags = mode[0] == 'r' ? O_RDONLY : O_WRONLY | O_CREAT | (mode[0] == 'a' ? O_APPEND : O_TRUNC);
  const char *c = mode + 1;
  int usual = mode[0] == 'r' || mode[0] == 'w' || mode[0] == 'a';
  int simple = mode[0] == 'r';
  for (; *c && *c != ','; c++) {
    if (*c != 'b' && *c != 'e') simple = 0;
    if (*c == '+') flags = (flags & ~O_ACCMODE) | O_RDWR;
    if (*c == 'x') flags |= O_EXCL;
    if (*c == 'e') flags |= O_CLOEXEC;
  }
  if (_IO_fopen && !(simple && !*c && fdopen)) { /* glibc: its own, repeated where a signal broke in */
    for (;;) {
      struct stat s;
      void *file = _IO_fopen(p, mode);
      if (file || !__errno_location || *__errno_location() != EINTR) return file;
      if (status(AT_FDCWD, p, &s, 0) == 0 && (s.st_mode & 0170000) != 0100000) return file;
    }
  }
  if (!usual) return result(-22), (void *)0; /* EINVAL */
  int fd = opened(AT_FDCWD, p, flags, 0666);
  if (fd < 0) return 0;
  void *file = fdopen(fd, mode);
  if (!file) sys6(__NR_close, fd, 0, 0, 0, 0, 0);
  return file;
}

EXPORT void *fopen(const char *p, const char *mode) { return stream(p, mode); }
EXPORT void *fopen64(const char *p, const char *mode) { return stream(p, mode); }

/* -------------------------------------------------------------------------- start */

static u32 hexadecimal(const char **text) {
  u32 value = 0;
  for (; **text && **text != ':'; (*text)++)
    value = value * 16 + (u32)(**text <= '9' ? **text - '0' : **text - 'a' + 10);
  return value;
}

__attribute__((constructor)) static void start(void) {
  char **each = &environ ? environ : 0;
  const char *told = 0;
  for (; each && *each && !told; each++) told = begins(*each, "WHENCE_RING=");
  if (!told) return;
  u32 bits = hexadecimal(&told);
  if (*told++ != ':') return;
  long fd = sys6(__NR_openat, AT_FDCWD, (long)told, O_RDWR | O_CLOEXEC, 0, 0, (long)bits);
  struct stat s;
  if (fd < 0) return;
  long r = state_of((int)fd, &s);
  if (r == 0) r = sys6(__NR_mmap, 0, s.st_size, 3 /* read, write */, 1 /* shared */, fd, 0);
  else r = -1;
  sys6(__NR_close, fd, 0, 0, 0, 0, 0);
  if (r < 0 && r > -4096) return;
  char *map = (char *)r;
  if (*(u64 *)map != MAGIC || *(u32 *)(map + 8) != bits) {
    sys6(__NR_munmap, r, s.st_size, 0, 0, 0, 0);
    return;
  }
  cookie = bits;
  slots = *(u32 *)(map + 12);
  slot_size = *(u32 *)(map + 16);
  header_size = *(u32 *)(map + 20);
  ring = map;
}
