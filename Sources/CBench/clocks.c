#include "bench.h"
#include <time.h>

static uint64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}
uint64_t bench_thread_nanoseconds(void) { return now(CLOCK_THREAD_CPUTIME_ID); }
uint64_t bench_process_nanoseconds(void) { return now(CLOCK_PROCESS_CPUTIME_ID); }
uint64_t bench_wall_nanoseconds(void) { return now(CLOCK_MONOTONIC); }

uint64_t bench_calibrate(void) {
  uint64_t begin = bench_thread_nanoseconds();
  volatile uint64_t sink;
  uint64_t x = 88172645463325252ull;
  for (int i = 0; i < 20000000; i++) { x ^= x << 13; x ^= x >> 7; x ^= x << 17; }
  sink = x;
  (void)sink;
  return bench_thread_nanoseconds() - begin;
}
