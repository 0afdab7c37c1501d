// A version is turned once, when parsed, into a key: a string of bytes whose lexical order is the order of PMS 3.3.
// Every comparison is then a memcmp, and a prefix of components (`=1.2*`) is a prefix of bytes. The key is, in this
// order:
//
//   the first number             number
//   each further number          0x01 digits 0x00 where it has a leading zero (trailing zeros dropped: PMS compares
//   these as
//                                text, and they sort before any that have no leading zero); else number, which is ≥
//                                0x02
//   end of the numbers           0x00, so that fewer numbers sort first
//   the letter                   its byte, or 0x00
//   each suffix                  its rank, then number (0 where none is written)
//   end of the suffixes          a rank between _rc and _p: 1_rc < 1 < 1_p
//   the revision                 number
//
// A number is value + 1 in one byte up to 0xEF; else 0xF0 + n and n bytes, most significant first; numbers of more than
// 18 digits (there is no limit) are 0xF9, their length and their digits. No encoding is the beginning of another.
#include "ebuild/version.h"

#include <array>

namespace cooper::ebuild {
namespace {

constexpr char suffix_end = 5;

struct Suffix {
  std::string_view name;
  char rank;
};
// "_pre" stands before "_p": the longer name must be tried first.
constexpr std::array<Suffix, 5> suffixes{{{"alpha", 1}, {"beta", 2}, {"pre", 3}, {"rc", 4}, {"p", 6}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_leading_zeros(std::string_view digits) {
  size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view{} : digits.substr(first);
}

void append_number(std::string& key, std::string_view digits) {
  digits = without_leading_zeros(digits);
  if (digits.size() > 18) {
    key.push_back(static_cast<char>(0xF9));
    size_t length = digits.size();
    for (; length >= 0xFF; length -= 0xFF) key.push_back(static_cast<char>(0xFF));
    key.push_back(static_cast<char>(length));
    key.append(digits);
    return;
  }
  uint64_t value = 0;
  for (char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
  if (value < 0xEF) {
    key.push_back(static_cast<char>(value + 1));
    return;
  }
  int bytes = 1;
  while (bytes < 8 && value >> (8 * bytes)) ++bytes;
  key.push_back(static_cast<char>(0xF0 + bytes));
  for (int i = bytes - 1; i >= 0; --i) key.push_back(static_cast<char>(value >> (8 * i)));
}

void append_further_number(std::string& key, std::string_view digits) {
  if (digits[0] != '0') return append_number(key, digits);
  key.push_back(1);
  key.append(digits.substr(0, digits.find_last_not_of('0') + 1));
  key.push_back(0);
}

// What is built while a version is read; null when it is only checked.
struct Parts {
  std::string key;
  uint32_t text_revision = 0, key_revision = 0, key_written = 0;
};

// Reads a version with an own cursor; `problem` says what is wrong where it is none.
struct Reader {
  std::string_view text;
  size_t at = 0;
  const char* problem = nullptr;

  bool at_end() const { return at == text.size(); }
  char peek() const { return at < text.size() ? text[at] : '\0'; }
  std::string_view digits() {
    size_t begin = at;
    while (is_digit(peek())) ++at;
    return text.substr(begin, at - begin);
  }

  bool read_numbers(Parts* parts) {
    for (bool first = true;; first = false) {
      std::string_view number = digits();
      if (number.empty()) {
        problem = first ? "it does not begin with a digit" : "a dot is not followed by a digit";
        return false;
      }
      if (parts) first ? append_number(parts->key, number) : append_further_number(parts->key, number);
      if (peek() != '.') break;
      ++at;
    }
    if (parts) {
      parts->key_written = static_cast<uint32_t>(parts->key.size());
      parts->key.push_back(0);
    }
    return true;
  }

  void read_letter(Parts* parts) {
    bool present = peek() >= 'a' && peek() <= 'z';
    if (parts) {
      parts->key.push_back(present ? peek() : '\0');
      if (present) parts->key_written = static_cast<uint32_t>(parts->key.size());
    }
    if (present) ++at;
  }

  bool read_suffixes(Parts* parts) {
    while (peek() == '_') {
      ++at;
      const Suffix* found = nullptr;
      for (const Suffix& suffix : suffixes)
        if (text.substr(at).starts_with(suffix.name)) {
          found = &suffix;
          break;
        }
      if (!found) {
        problem = "a suffix is none of _alpha, _beta, _pre, _rc and _p";
        return false;
      }
      at += found->name.size();
      std::string_view number = digits();
      if (!parts) continue;
      // The kind and the number of a suffix are components of their own (PMS 3.2).
      parts->key.push_back(found->rank);
      parts->key_written = static_cast<uint32_t>(parts->key.size());
      append_number(parts->key, number);
      if (!number.empty()) parts->key_written = static_cast<uint32_t>(parts->key.size());
    }
    if (parts) parts->key.push_back(suffix_end);
    return true;
  }

  bool read_revision(Parts* parts) {
    if (parts) {
      parts->text_revision = static_cast<uint32_t>(at);
      parts->key_revision = static_cast<uint32_t>(parts->key.size());
    }
    std::string_view number;
    if (text.substr(at).starts_with("-r")) {
      at += 2;
      number = digits();
      if (number.empty()) {
        problem = "\"-r\" is not followed by a number";
        return false;
      }
    }
    if (parts) {
      append_number(parts->key, number);
      if (!number.empty()) parts->key_written = static_cast<uint32_t>(parts->key.size());
    }
    return true;
  }

  bool read(Parts* parts) {
    if (!read_numbers(parts)) return false;
    read_letter(parts);
    if (!read_suffixes(parts) || !read_revision(parts)) return false;
    if (!at_end()) problem = "something follows that is no part of a version";
    return at_end();
  }
};

}  // namespace

bool Version::is_valid(std::string_view text) { return Reader{text}.read(nullptr); }

Version Version::fragment(std::string_view text) {
  Version version;
  version.text_ = text;
  return version;
}

Result<Version> Version::parse(std::string_view text) {
  Parts parts;
  Reader reader{text};
  if (!reader.read(&parts))
    return fail(ErrorKind::usage, "invalid version \"" + std::string(text) + "\"", {}, reader.problem,
                "a version looks like 1.2.3, 1.2b_rc1 or 1.2.3_p4-r5");
  Version version;
  version.text_ = text;
  version.key_ = std::move(parts.key);
  version.text_revision_ = parts.text_revision;
  version.key_revision_ = parts.key_revision;
  version.key_written_ = parts.key_written;
  return version;
}

std::string_view Version::without_revision() const { return std::string_view(text_).substr(0, text_revision_); }

std::string_view Version::revision() const {
  if (text_revision_ >= text_.size()) return "r0";
  return std::string_view(text_).substr(text_revision_ + 1);
}

bool Version::same_but_revision(const Version& other) const {
  return std::string_view(key_).substr(0, key_revision_) == std::string_view(other.key_).substr(0, other.key_revision_);
}

bool Version::has_prefix(const Version& prefix) const {
  return std::string_view(key_).starts_with(std::string_view(prefix.key_).substr(0, prefix.key_written_));
}

}  // namespace cooper::ebuild
