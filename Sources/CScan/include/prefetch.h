#pragma once

/// Asks the processor to bring a cache line close; never faults.
static inline void vigie_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
