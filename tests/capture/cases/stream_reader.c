// {"reads": ["a.txt"], "writes": ["out.txt"], "executed": ["case"], "python": {"miss": ["a.txt", "case"]}}
#include <stdio.h>
int main(void) {
  FILE *in = fopen("a.txt", "r"), *out = fopen("out.txt", "w");
  for (int c; (c = fgetc(in)) != EOF;) fputc(c, out);
  return fclose(in) | fclose(out);
}
