#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// Allocations of the whole process so far: malloc and its kin are counted on their way to mimalloc.
uint64_t bench_allocations(void);

/// The same work as the hot-path case in plain C++ (HOTPATH.md 5): find five fields, filter, key, tumbling window of a
/// minute, count, sum, min and max, one JSON object per window when it closes.
typedef struct {
  uint64_t events, passed, windows, bytes;
  double sum;
} bench_result;
typedef struct bench_reference bench_reference;
bench_reference *bench_reference_new(int all_pass);
void bench_reference_free(bench_reference *);
/// `texts[i]` points to a JSON object of `lengths[i]` bytes with at least 16 readable bytes after it.
void bench_reference_run(bench_reference *, const char *const *texts, const uint32_t *lengths, size_t count);
/// What it has closed so far.
bench_result bench_reference_result(const bench_reference *);

/// Nanoseconds of processor time of the calling thread.
uint64_t bench_thread_nanoseconds(void);
/// Nanoseconds of processor time of the process.
uint64_t bench_process_nanoseconds(void);
uint64_t bench_wall_nanoseconds(void);
/// A fixed piece of integer work, in nanoseconds of thread time: tells whether the machine was disturbed.
uint64_t bench_calibrate(void);

/// Reads `want` messages of partitions 0 … partitions − 1 from their start with librdkafka in batches of 1,024 and looks
/// at nothing. Returns processor nanoseconds of the process, 0 on an error.
uint64_t bench_bare_consume(const char *brokers, const char *topic, int partitions, uint64_t want, uint64_t *wall, uint64_t *bytes);
#ifdef __cplusplus
}
#endif
