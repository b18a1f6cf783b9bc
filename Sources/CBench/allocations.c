// malloc and its kin of the benchmark binary: counted, then handed to mimalloc. Standing in the executable they come before
// those of any library, so that Swift's own objects and librdkafka's are counted too.
#include "bench.h"
#include <errno.h>
#include <mimalloc.h>
#include <stdatomic.h>

static _Atomic uint64_t allocations;
static inline void count(void) { atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed); }
uint64_t bench_allocations(void) { return atomic_load_explicit(&allocations, memory_order_relaxed); }

void *malloc(size_t size) { count(); return mi_malloc(size); }
void *calloc(size_t n, size_t size) { count(); return mi_calloc(n, size); }
void *realloc(void *p, size_t size) { count(); return mi_realloc(p, size); }
void free(void *p) { mi_free(p); }
void *aligned_alloc(size_t alignment, size_t size) { count(); return mi_malloc_aligned(size, alignment); }
void *memalign(size_t alignment, size_t size) { count(); return mi_malloc_aligned(size, alignment); }
int posix_memalign(void **out, size_t alignment, size_t size) {
  count();
  void *p = mi_malloc_aligned(size, alignment);
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}
size_t malloc_usable_size(void *p) { return mi_usable_size(p); }
