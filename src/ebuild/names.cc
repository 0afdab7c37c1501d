#include "ebuild/names.h"

#include <array>
#include <cstdint>

#include "ebuild/version.h"

namespace cooper::ebuild {
namespace {

// One bit for each class of characters, so that a name is checked with one table look-up a character.
enum Class : uint8_t { alphanumeric = 1, underscore = 2, hyphen = 4, plus = 8, dot = 16, at = 32, letter = 64 };

constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = alphanumeric;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = alphanumeric | letter;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = alphanumeric | letter;
  table['_'] = underscore;
  table['-'] = hyphen;
  table['+'] = plus;
  table['.'] = dot;
  table['@'] = at;
  return table;
}
constexpr std::array<uint8_t, 256> classes = make_classes();

// Not empty, begins with one of `first`, and holds only `rest`.
bool consists_of(std::string_view name, unsigned first, unsigned rest) {
  if (name.empty() || !(classes[static_cast<unsigned char>(name[0])] & first)) return false;
  for (char c : name.substr(1))
    if (!(classes[static_cast<unsigned char>(c)] & rest)) return false;
  return true;
}

constexpr unsigned word = alphanumeric | underscore;

}  // namespace

bool is_category_name(std::string_view name) { return consists_of(name, word, word | plus | dot | hyphen); }

bool is_package_name(std::string_view name) {
  return consists_of(name, word, word | plus | hyphen) && split_name_version(name).version.empty();
}

bool is_qualified_name(std::string_view name) {
  size_t slash = name.find('/');
  return slash != std::string_view::npos && is_category_name(name.substr(0, slash)) &&
         is_package_name(name.substr(slash + 1));
}

bool is_slot_name(std::string_view name) { return is_category_name(name); }
bool is_license_name(std::string_view name) { return is_category_name(name); }
bool is_eapi_name(std::string_view name) { return is_category_name(name); }

bool is_use_flag_name(std::string_view name) { return consists_of(name, alphanumeric, word | plus | hyphen | at); }

bool is_repository_name(std::string_view name) {
  return consists_of(name, word, word | hyphen) && split_name_version(name).version.empty();
}

bool is_eclass_name(std::string_view name) {
  return consists_of(name, letter | underscore, word | dot | hyphen) && name != "default";
}

bool is_keyword_name(std::string_view name) { return consists_of(name, word, word | hyphen); }

NameVersion split_name_version(std::string_view text) {
  size_t last = text.rfind('-');
  if (last == std::string_view::npos || last == 0) return {text, {}};
  // "-r1" may be a revision: then the version begins one hyphen earlier.
  if (last + 1 < text.size() && text[last + 1] == 'r') {
    size_t before = text.rfind('-', last - 1);
    if (before == std::string_view::npos || before == 0 || !Version::is_valid(text.substr(before + 1)))
      return {text, {}};
    return {text.substr(0, before), text.substr(before + 1)};
  }
  if (!Version::is_valid(text.substr(last + 1))) return {text, {}};
  return {text.substr(0, last), text.substr(last + 1)};
}

}  // namespace cooper::ebuild
