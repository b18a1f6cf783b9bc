#pragma once
// Byte scanning for the hot path, sixteen bytes at a time: SSE2 on x86-64, NEON on AArch64, plain C elsewhere. All are
// `static inline` so that they are inlined into Swift (the standard library's SIMD comparison masks are not vectorised:
// HOTPATH.md section 9). Bit i of a mask stands for byte i. Every function reads exactly the sixteen (or eight) bytes it
// is given: keeping them inside the payload is the caller's duty.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(__SSE2__) && defined(__ARM_NEON)
/// The top bit of each byte, as sixteen bits.
static inline uint32_t scan_neon_mask(uint8x16_t lanes) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vandq_u8(vreinterpretq_u8_s8(vshrq_n_s8(vreinterpretq_s8_u8(lanes), 7)), vld1q_u8(weights));
    return (uint32_t)vaddv_u8(vget_low_u8(bits)) | (uint32_t)vaddv_u8(vget_high_u8(bits)) << 8;
}
#endif

/// Low half: bytes that end or interrupt a JSON string (quote, backslash, control character). High half: bytes ≥ 0x80.
static inline uint32_t scan_string16(const uint8_t *_Nonnull p) {
#if defined(__SSE2__)
    const __m128i b = _mm_loadu_si128((const __m128i *)p);
    const __m128i quote = _mm_cmpeq_epi8(b, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(b, _mm_set1_epi8('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8(0x1f)), b);
    const uint32_t stop = (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control));
    return stop | (uint32_t)_mm_movemask_epi8(b) << 16;
#elif defined(__ARM_NEON)
    const uint8x16_t b = vld1q_u8(p);
    const uint8x16_t stop = vorrq_u8(
        vorrq_u8(vceqq_u8(b, vdupq_n_u8('"')), vceqq_u8(b, vdupq_n_u8('\\'))), vcltq_u8(b, vdupq_n_u8(0x20)));
    return scan_neon_mask(stop) | scan_neon_mask(b) << 16;
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) {
        mask |= (uint32_t)(p[i] == '"' || p[i] == '\\' || p[i] < 0x20) << i | (uint32_t)(p[i] >> 7) << (i + 16);
    }
    return mask;
#endif
}

/// Bytes that are decimal digits.
static inline uint32_t scan_digits16(const uint8_t *_Nonnull p) {
#if defined(__SSE2__)
    const __m128i b = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8('0'));
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8(9)), b));
#elif defined(__ARM_NEON)
    return scan_neon_mask(vcleq_u8(vsubq_u8(vld1q_u8(p), vdupq_n_u8('0')), vdupq_n_u8(9)));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) mask |= (uint32_t)((uint8_t)(p[i] - '0') <= 9) << i;
    return mask;
#endif
}

/// Bytes that are equal at the two places.
static inline uint32_t scan_equal16(const uint8_t *_Nonnull p, const uint8_t *_Nonnull q) {
#if defined(__SSE2__)
    return (uint32_t)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_loadu_si128((const __m128i *)q)));
#elif defined(__ARM_NEON)
    return scan_neon_mask(vceqq_u8(vld1q_u8(p), vld1q_u8(q)));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) mask |= (uint32_t)(p[i] == q[i]) << i;
    return mask;
#endif
}

/// The four or eight bytes at any place, as a number of the machine's byte order (little-endian on all that are supported).
static inline uint32_t scan_load32(const uint8_t *_Nonnull p) {
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}
static inline uint64_t scan_load64(const uint8_t *_Nonnull p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/// How `scan_parse_double` ended.
enum scan_number { scan_number_ok = 0, scan_number_malformed = 1, scan_number_overflow = 2 };

/// The double nearest to the decimal number that fills [first, last) (std::from_chars: no locale, no allocation). A value
/// too small for a double becomes a zero of its sign; one too large is `scan_number_overflow`.
int scan_parse_double(const uint8_t *_Nonnull first, const uint8_t *_Nonnull last, double *_Nonnull result);

/// The shortest decimal text that reads back as the same double (std::to_chars); returns its length, at most 32.
/// The value must be finite.
size_t scan_format_double(double value, uint8_t *_Nonnull buffer);

#ifdef __cplusplus
}
#endif
