// {"reads": ["a.txt", "b.txt"], "writes": ["out.txt"], "executed": ["case"], "python": {"miss": ["a.txt", "b.txt", "case"]}}
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  struct open_how how = {.flags = O_RDONLY};
  long one = syscall(SYS_openat, AT_FDCWD, "a.txt", O_RDONLY, 0);
  long two = syscall(SYS_openat2, AT_FDCWD, "b.txt", &how, sizeof how);
  long out = syscall(SYS_openat, AT_FDCWD, "part", O_WRONLY | O_CREAT, 0644);
  write((int)out, "x", 1);
  syscall(SYS_renameat2, AT_FDCWD, "part", AT_FDCWD, "out.txt", 0);
  return one < 0 || two < 0;
}
