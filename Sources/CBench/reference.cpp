// The plain C++ pipeline that the hot path is held against: same algorithm (SSE2 key scan with predicted order and early
// exit, typed columns, branch-free filter, one table per window), no generality.
#include "bench.h"
#include <charconv>
#include <cstring>
#include <emmintrin.h>
#include <map>
#include <memory>
#include <vector>

namespace {
constexpr size_t kBatch = 1024;
constexpr int64_t kWindow = 60000;

struct View { const char *p; uint32_t n; };
struct Cell { View key; int64_t count; double sum, lo, hi; };

uint64_t mix(uint64_t a, uint64_t b) { __uint128_t r = (__uint128_t)a * b; return (uint64_t)(r >> 64) ^ (uint64_t)r; }
uint64_t hash(const char *p, uint32_t n) {
  uint64_t a = 0, b = 0;
  if (n >= 8) { memcpy(&a, p, 8); memcpy(&b, p + n - 8, 8); } else memcpy(&a, p, n);
  return mix(a ^ 0xa0761d6478bd642full ^ n, b ^ 0xe7037ed1a0b428dbull);
}

struct Window {
  std::vector<int32_t> slots = std::vector<int32_t>(4096, -1);
  std::vector<Cell> cells;
  std::vector<std::unique_ptr<char[]>> keys;
  Cell &find(View k, uint64_t h) {
    if (cells.size() * 2 > slots.size()) grow();
    size_t mask = slots.size() - 1, at = h & mask;
    while (slots[at] >= 0) {
      Cell &c = cells[slots[at]];
      if (c.key.n == k.n && !memcmp(c.key.p, k.p, k.n)) return c;
      at = (at + 1) & mask;
    }
    slots[at] = (int32_t)cells.size();
    keys.emplace_back(new char[k.n]);
    memcpy(keys.back().get(), k.p, k.n);
    cells.push_back({{keys.back().get(), k.n}, 0, 0, 1e308, -1e308});
    return cells.back();
  }
  void grow() {
    std::vector<int32_t> wider(slots.size() * 2, -1);
    for (size_t i = 0; i < cells.size(); i++) {
      size_t at = hash(cells[i].key.p, cells[i].key.n) & (wider.size() - 1);
      while (wider[at] >= 0) at = (at + 1) & (wider.size() - 1);
      wider[at] = (int32_t)i;
    }
    slots.swap(wider);
  }
};

// The closing quote of a string that starts at p.
const char *quote(const char *p) {
  const __m128i q = _mm_set1_epi8('"'), b = _mm_set1_epi8('\\');
  for (;; p += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)p);
    unsigned m = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, q), _mm_cmpeq_epi8(v, b)));
    if (!m) continue;
    p += __builtin_ctz(m);
    if (*p == '"') return p;
    p += 2 - 16;
  }
}

double number(const char *p, const char **end) {
  bool minus = *p == '-';
  p += minus;
  uint64_t m = 0;
  int scale = 0;
  while (*p >= '0' && *p <= '9') m = m * 10 + (uint64_t)(*p++ - '0');
  if (*p == '.') for (p++; *p >= '0' && *p <= '9'; p++, scale++) m = m * 10 + (uint64_t)(*p - '0');
  static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
  *end = p;
  double v = (double)m / powers[scale];
  return minus ? -v : v;
}
} // namespace

struct bench_reference {
  bool all;
  std::map<int64_t, Window> open;
  int64_t latest = 0;
  bench_result result{};
  std::vector<char> out = std::vector<char>(1 << 16);
  View sensor[kBatch], site[kBatch], kind[kBatch];
  double value[kBatch];
  int64_t ts[kBatch];
  uint32_t rows[kBatch];
  uint64_t hashes[kBatch];

  void decode(const char *p, const char *end, size_t row) {
    int found = 0;
    const char *stop;
    while (p < end && found < 5) {
      while (*p != '"' && p < end) p++;
      const char *key = p + 1, *close = quote(key);
      uint32_t n = (uint32_t)(close - key);
      p = close + 2;
      View *text = nullptr;
      if (n == 9 && !memcmp(key, "sensor_id", 9)) text = &sensor[row];
      else if (n == 4 && !memcmp(key, "site", 4)) text = &site[row];
      else if (n == 4 && !memcmp(key, "kind", 4)) text = &kind[row];
      if (*p == '"') {
        const char *e = quote(p + 1);
        if (text) { *text = {p + 1, (uint32_t)(e - p - 1)}; found++; }
        p = e + 1;
      } else if (n == 5 && !memcmp(key, "value", 5)) { value[row] = number(p, &stop); p = stop; found++; }
      else if (n == 2 && !memcmp(key, "ts", 2)) { ts[row] = (int64_t)number(p, &stop); p = stop; found++; }
      else while (*p != ',' && p < end) p++;
    }
  }

  void close(const Window &w, int64_t start) {
    for (const Cell &c : w.cells) {
      char *p = out.data();
      auto put = [&](const char *s) { size_t n = strlen(s); memcpy(p, s, n); p += n; };
      put("{\"sensor_id\":\""); memcpy(p, c.key.p, c.key.n); p += c.key.n;
      put("\",\"window_start\":"); p = std::to_chars(p, p + 24, start).ptr;
      put(",\"count\":"); p = std::to_chars(p, p + 24, c.count).ptr;
      put(",\"sum\":"); p = std::to_chars(p, p + 32, c.sum).ptr;
      put(",\"min\":"); p = std::to_chars(p, p + 32, c.lo).ptr;
      put(",\"max\":"); p = std::to_chars(p, p + 32, c.hi).ptr;
      put("}");
      result.windows++;
      result.bytes += (uint64_t)(p - out.data());
      result.sum += c.sum;
    }
  }

  void batch(const char *const *texts, const uint32_t *lengths, size_t count) {
    for (size_t i = 0; i < count; i++) decode(texts[i], texts[i] + lengths[i], i);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
      rows[kept] = (uint32_t)i;
      bool pass = all || ((value[i] > 40) & (kind[i].n == 11 && !memcmp(kind[i].p, "temperature", 11)) & !(site[i].n == 4 && !memcmp(site[i].p, "test", 4)));
      kept += pass;
    }
    for (size_t j = 0; j < kept; j++) hashes[j] = hash(sensor[rows[j]].p, sensor[rows[j]].n);
    Window *window = nullptr;
    int64_t start = -1;
    for (size_t j = 0; j < kept; j++) {
      size_t i = rows[j];
      if (ts[i] < start || ts[i] >= start + kWindow || !window) { start = ts[i] - ts[i] % kWindow; window = &open[start]; }
      Cell &c = window->find(sensor[i], hashes[j]);
      c.count++;
      c.sum += value[i];
      if (value[i] < c.lo) c.lo = value[i];
      if (value[i] > c.hi) c.hi = value[i];
    }
    for (size_t i = 0; i < count; i++) if (ts[i] > latest) latest = ts[i];
    while (!open.empty() && open.begin()->first + kWindow <= latest - 1000) { close(open.begin()->second, open.begin()->first); open.erase(open.begin()); }
    result.events += count;
    result.passed += kept;
  }
};

extern "C" {
bench_reference *bench_reference_new(int all_pass) { auto *r = new bench_reference; r->all = all_pass; return r; }
void bench_reference_free(bench_reference *r) { delete r; }
void bench_reference_run(bench_reference *r, const char *const *texts, const uint32_t *lengths, size_t count) {
  for (size_t at = 0; at < count; at += kBatch) r->batch(texts + at, lengths + at, count - at < kBatch ? count - at : kBatch);
}
bench_result bench_reference_result(const bench_reference *r) { return r->result; }
}
