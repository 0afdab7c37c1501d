#include "util/text.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace cooper::util {

namespace {
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
}  // namespace

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && is_space(text[i])) ++i;
    size_t start = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    if (i > start) out.push_back(text.substr(start, i - start));
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    size_t end = text.find(separator);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t next = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = row[j];
      row[j] = next;
    }
  }
  return row[b.size()];
}

namespace {

constexpr size_t far = std::numeric_limits<size_t>::max();

// The distance of a likely slip, `least` or a third of the letters, or `far`.
size_t slip_distance(std::string_view wanted, std::string_view candidate, size_t least) {
  size_t limit = std::max(least, wanted.size() / 3);
  size_t gap = candidate.size() > wanted.size() ? candidate.size() - wanted.size() : wanted.size() - candidate.size();
  if (gap > limit) return far;
  size_t distance = edit_distance(wanted, candidate);
  return distance <= limit ? distance : far;
}

}  // namespace

std::string nearest(std::string_view wanted, std::span<const std::string> candidates) {
  std::string best;
  size_t best_distance = far;
  size_t slash = wanted.find('/');
  for (const std::string& text : candidates) {
    std::string_view candidate = text;
    size_t other_slash = candidate.find('/');
    size_t distance = far;
    if (slash == std::string_view::npos || other_slash == std::string_view::npos) {
      distance = slip_distance(wanted, candidate, 1);
    } else if (size_t first = slip_distance(wanted.substr(0, slash), candidate.substr(0, other_slash), 1);
               first != far) {
      size_t second = slip_distance(wanted.substr(slash), candidate.substr(other_slash), 2);  // "/pph" for "/php" too
      if (second != far) distance = first + second;
    }
    if (distance < best_distance) {
      best_distance = distance;
      best = text;
    }
  }
  return best;
}

std::string count(size_t n, std::string_view singular, std::string_view plural) {
  if (n == 1) return fmt::format("1 {}", singular);
  return plural.empty() ? fmt::format("{} {}s", n, singular) : fmt::format("{} {}", n, plural);
}

namespace {

// Bytes of the escape sequence that `text` begins with (ECMA-48): ESC [ … letter, ESC ] … BEL, or ESC and one byte.
size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == '[') {
    for (size_t i = 2; i < text.size(); ++i)
      if (text[i] >= '@' && text[i] <= '~') return i + 1;
    return text.size();
  }
  if (text[1] == ']') {
    for (size_t i = 2; i < text.size(); ++i)
      if (text[i] == '\a' || text[i] == '\x1b') return i + 1;
    return text.size();
  }
  return 2;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0x1b) {
      i += escape_length(text.substr(i));
      continue;
    }
    // U+0080 to U+009F are control characters too.
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      i += 2;
      continue;
    }
    if ((byte >= 0x20 && byte != 0x7f) || byte == '\t' || byte == '\n') out += text[i];
    ++i;
  }
  return out;
}

std::string human_size(uint64_t bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 999.95 && unit < 4) value /= 1000, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string human_time(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f}s", seconds);
  auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
}

}  // namespace cooper::util
