#include "shell/text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "shell/unsupported.h"

namespace cooper::shell {

namespace {

// FNV-1 over signed characters, as bash's hash tables use it.
uint32_t hash_of(std::string_view text) {
  uint32_t hash = 2166136261U;
  for (char c : text) {
    hash *= 16777619U;
    hash ^= static_cast<uint32_t>(static_cast<int32_t>(static_cast<signed char>(c)));
  }
  return hash;
}

constexpr size_t hash_buckets = 1024;

// The character that a backslash and what stands at `at` mean, with `at` behind it.
char escaped(std::string_view text, size_t& at) {
  constexpr std::string_view letters = "abefnrtv\\", values = "\a\b\x1b\f\n\r\t\v\\";
  size_t index = letters.find(text[at]);
  if (index == std::string_view::npos) give_up("escape in text");
  ++at;
  return values[index];
}

struct Conversion {
  bool left = false, zero = false;
  size_t width = 0;
  std::optional<size_t> precision;
  char letter = '\0';
};

size_t digits(std::string_view text, size_t& at) {
  size_t out = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
    out = out * 10 + static_cast<size_t>(text[at] - '0');
  if (out > 10'000) give_up("width in a format");
  return out;
}

Conversion conversion(std::string_view text, size_t& at) {
  Conversion out;
  for (; at < text.size() && (text[at] == '-' || text[at] == '0'); ++at) (text[at] == '-' ? out.left : out.zero) = true;
  out.width = digits(text, at);
  if (at < text.size() && text[at] == '.') out.precision = digits(text, ++at);
  if (at == text.size()) give_up("format");
  out.letter = text[at++];
  return out;
}

std::string padded(std::string text, const Conversion& conversion) {
  if (text.size() >= conversion.width) return text;
  if (!is_ascii(text)) give_up("width of text that is not ASCII");
  size_t missing = conversion.width - text.size();
  if (conversion.left) return text.append(missing, ' ');
  size_t sign = text.starts_with('-') ? 1 : 0;
  bool zeros = conversion.zero && conversion.letter != 's' && conversion.letter != 'b';
  return zeros ? text.insert(sign, missing, '0') : text.insert(0, missing, ' ');
}

std::string converted(const Conversion& conversion, const std::string& argument) {
  switch (conversion.letter) {
    case 's':
    case 'b': {
      std::string text = conversion.letter == 'b' ? unescape(argument) : argument;
      if (conversion.precision) {
        if (!is_ascii(text)) give_up("precision of text that is not ASCII");
        text.resize(std::min(text.size(), *conversion.precision));
      }
      return padded(std::move(text), conversion);
    }
    case 'd':
    case 'i':
    case 'u': {
      if (conversion.precision) give_up("precision of a number");
      auto number = argument.empty() ? std::optional<int64_t>(0) : whole_number(argument);
      bool odd = !number || argument.find_first_not_of("-0123456789") != std::string::npos;
      if (odd || (conversion.letter == 'u' && *number < 0)) give_up("number of printf");
      std::string_view digits = argument;
      if (digits.starts_with('-')) digits.remove_prefix(1);
      if (digits.size() > 1 && digits.front() == '0') give_up("octal number of printf");
      return padded(std::to_string(*number), conversion);
    }
    default: give_up(std::string("printf %") + conversion.letter);
  }
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string change_case(std::string text, bool upper, bool first_only) {
  for (char& c : text) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
    if (first_only) break;
  }
  return text;
}

void sort_as_hashed(std::vector<std::string>& keys) {
  if (keys.size() > hash_buckets) give_up("large associative array");
  std::vector<std::pair<uint32_t, std::string>> hashed;
  for (std::string& key : keys) {
    uint32_t hash = hash_of(key);
    hashed.emplace_back(hash % hash_buckets, std::move(key));
  }
  std::ranges::sort(hashed);
  for (size_t i = 0; i < hashed.size(); ++i) {
    // Which of two comes first depends on which was there first.
    if (i > 0 && hashed[i].first == hashed[i - 1].first) give_up("order of an associative array");
    keys[i] = std::move(hashed[i].second);
  }
}

std::optional<int64_t> whole_number(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    if (++at == text.size()) give_up("escape in text");
    out += escaped(text, at);
  }
  return out;
}

std::string in_double_quotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) >= 0x7f)
      give_up("quotes around control characters");
    if (std::string_view("\"$`\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + '"';
}

std::string format(std::string_view format, const std::vector<std::string>& arguments, size_t first) {
  std::string out;
  size_t next = first;
  do {
    size_t before = next;
    for (size_t at = 0; at < format.size();) {
      char c = format[at++];
      if (c == '\\') {
        if (at == format.size()) give_up("format");
        if (format[at] == '"' || format[at] == '\'')
          out += format[at++];
        else if (format[at] == '0' && (at + 1 == format.size() || format[at + 1] < '0' || format[at + 1] > '7'))
          out += '\0', ++at;
        else
          out += escaped(format, at);
      } else if (c != '%') {
        out += c;
      } else if (at < format.size() && format[at] == '%') {
        out += '%';
        ++at;
      } else {
        Conversion wanted = conversion(format, at);
        out += converted(wanted, next < arguments.size() ? arguments[next] : std::string());
        ++next;
      }
    }
    if (next == before) break;  // nothing was converted
  } while (next < arguments.size());
  return out;
}

}  // namespace cooper::shell
