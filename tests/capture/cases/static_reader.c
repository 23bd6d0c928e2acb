// {"reads": ["a.txt"], "writes": ["out.txt"], "executed": ["case"], "flags": ["-static"], "python": {"miss": ["a.txt", "case"]}}
#include <fcntl.h>
#include <unistd.h>
int main(void) {
  char data[64];
  int in = open("a.txt", O_RDONLY), out = open("out.txt", O_WRONLY | O_CREAT, 0644);
  return write(out, data, (size_t)read(in, data, sizeof data)) < 1;
}
