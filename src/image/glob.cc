#include "image/glob.h"

namespace cooper::image {

namespace {

// One "[…]" at pattern[0]; `length` becomes its length, 0 where it does not end and "[" is itself.
bool in_set(std::string_view pattern, char c, size_t& length) {
  size_t i = 1;
  bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size(); first = false) {
    if (pattern[i] == ']' && !first) {
      length = i + 1;
      return found != negated && c != '/';
    }
    char low = pattern[i], high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') high = pattern[i + 2], i += 2;
    if (low <= c && c <= high) found = true;
    ++i;
  }
  length = 0;
  return c == '[';
}

bool match(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**")) {
      std::string_view rest = pattern.substr(2);
      // "**/" also stands for no folder at all.
      if (rest.starts_with('/') && match(rest.substr(1), text)) return true;
      for (size_t i = 0; i <= text.size(); ++i)
        if (match(rest, text.substr(i))) return true;
      return false;
    }
    if (pattern[0] == '*') {
      for (size_t i = 0;; ++i) {
        if (match(pattern.substr(1), text.substr(i))) return true;
        if (i == text.size() || text[i] == '/') return false;
      }
    }
    if (text.empty()) return false;
    size_t length = 1;
    bool same = pattern[0] == '?' ? text[0] != '/' : pattern[0] == text[0];
    if (pattern[0] == '[') {
      same = in_set(pattern, text[0], length);
      if (length == 0) length = 1;
    } else if (pattern[0] == '\\' && pattern.size() > 1) {
      same = pattern[1] == text[0];
      length = 2;
    }
    if (!same) return false;
    pattern.remove_prefix(length);
    text.remove_prefix(1);
  }
  return text.empty();
}

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
  return match(without_slashes(pattern), without_slashes(path));
}

bool covered_by(std::span<const std::string> patterns, std::string_view path) {
  for (const std::string& pattern : patterns)
    for (std::string_view part = path; !part.empty();
         part = part.substr(0, part.rfind('/') == std::string_view::npos ? 0 : part.rfind('/')))
      if (glob_match(pattern, part)) return true;
  return false;
}

}  // namespace cooper::image
