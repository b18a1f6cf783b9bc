#include "scan.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace {

/// Whether a decimal text that `from_chars` calls out of range is out at the small end: its first digit that is not 0
/// stands at a negative power of ten.
bool is_tiny(const char *first, const char *last) {
    long position = 0;      // power of ten of the first significant digit, before the exponent is added
    bool significant = false, fraction = false;
    const char *p = first;
    for (; p != last && *p != 'e' && *p != 'E'; ++p) {
        if (*p == '.') {
            fraction = true;
        } else if (*p >= '0' && *p <= '9') {
            if (fraction && !significant) --position;
            if (!fraction && significant) ++position;
            if (*p != '0') significant = true;
        }
    }
    if (!significant) return true;
    long exponent = 0;
    bool negative = false;
    if (p != last) {
        ++p;
        if (p != last && (*p == '-' || *p == '+')) negative = *p++ == '-';
        for (; p != last && exponent < 100000000; ++p) exponent = exponent * 10 + (*p - '0');
    }
    return position + (negative ? -exponent : exponent) < 0;
}

}  // namespace

int scan_parse_double(const uint8_t *first, const uint8_t *last, double *result) {
    const char *from = reinterpret_cast<const char *>(first), *to = reinterpret_cast<const char *>(last);
    double value = 0;
    const auto [end, code] = std::from_chars(from, to, value);
    if (code == std::errc::invalid_argument || end != to) return scan_number_malformed;
    if (code == std::errc::result_out_of_range) {
        if (!is_tiny(from, to)) return scan_number_overflow;
        value = *from == '-' ? -0.0 : 0.0;
    } else if (std::isinf(value)) {
        return scan_number_overflow;
    }
    *result = value;
    return scan_number_ok;
}

size_t scan_format_double(double value, uint8_t *buffer) {
    char *first = reinterpret_cast<char *>(buffer);
    return static_cast<size_t>(std::to_chars(first, first + 32, value).ptr - first);
}
