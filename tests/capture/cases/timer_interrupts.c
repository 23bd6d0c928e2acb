// {"reads": ["a.txt"], "writes": ["out.txt"], "executed": ["case"], "accelerated": true, "python": {"miss": ["a.txt", "case"]}}
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>
static void tick(int number) { (void)number; }
int main(void) {
  struct sigaction action = {.sa_handler = tick}; /* no SA_RESTART */
  struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
  int interrupted = 0;
  sigaction(SIGALRM, &action, 0);
  setitimer(ITIMER_REAL, &often, 0);
  for (int i = 0; i < 1500; i++) {
    int in = open("a.txt", O_RDONLY), out = open("out.txt", O_WRONLY | O_CREAT, 0644);
    FILE *stream = fopen("out.txt", "a");
    interrupted += (in < 0) + (out < 0) + !stream;
    close(in), close(out);
    if (stream) fclose(stream);
  }
  setitimer(ITIMER_REAL, &never, 0);
  return interrupted != 0;
}
