// {"reads": [], "writes": [], "executed": ["case"], "gap": "io_uring", "python": {"miss": ["case"]}}
#include <linux/io_uring.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  syscall(SYS_io_uring_setup, 4, &parameters);
  return 0;
}
