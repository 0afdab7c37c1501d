#include "ebuild/eapi.h"

#include <array>

namespace cooper::ebuild {
namespace {

constexpr Eapi row(std::string_view name, int number) {
  return {
      .name = name,
      .number = number,
      .bdepend = number >= 7,
      .idepend = number >= 8,
      .required_use = number >= 4,
      .at_most_one_of = number >= 5,
      .empty_groups = number <= 6,
      .slot_dependencies = number >= 1,
      .slot_operators = number >= 5,
      .use_dependencies = number >= 2,
      .use_dependency_defaults = number >= 4,
      .strong_blocks = number >= 2,
      .src_uri_arrows = number >= 2,
      .selective_uri_restrictions = number >= 8,
      .iuse_defaults = number >= 1,
      .iuse_effective = number >= 5,
      .profile_package_directories = number >= 7,
      .profile_use_stable = number >= 5,
  };
}

constexpr std::array<Eapi, 10> table{row("0", 0), row("1", 1), row("2", 2), row("3", 3), row("4", 4),
                                     row("5", 5), row("6", 6), row("7", 7), row("8", 8), row("9", 9)};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text[0])) text.remove_prefix(1);
  return text;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '_' ||
         c == '.' || c == '-';
}

// ^[ \t]*EAPI=(['"]?)([A-Za-z0-9+_.-]*)\1[ \t]*([ \t]#.*)?$ with the leading blanks gone already.
std::string_view eapi_of_line(std::string_view line) {
  constexpr std::string_view assignment = "EAPI=", otherwise = "0";
  if (!line.starts_with(assignment)) return otherwise;
  line.remove_prefix(assignment.size());
  char quote = '\0';
  if (line.starts_with('"') || line.starts_with('\'')) {
    quote = line[0];
    line.remove_prefix(1);
  }
  size_t length = 0;
  while (length < line.size() && is_name_character(line[length])) ++length;
  std::string_view name = line.substr(0, length);
  line.remove_prefix(length);
  if (quote) {
    if (!line.starts_with(quote)) return otherwise;
    line.remove_prefix(1);
  }
  bool blank = !line.empty() && is_blank(line[0]);
  line = skip_blanks(line);
  bool ends_well = line.empty() || (blank && line[0] == '#');
  return ends_well && !name.empty() ? name : otherwise;
}

}  // namespace

std::string_view eapi_of_ebuild(std::string_view text) {
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = skip_blanks(text.substr(0, end));
    if (!line.empty() && line[0] != '#') return eapi_of_line(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return "0";
}

const Eapi* find_eapi(std::string_view name) {
  if (name.empty()) return &table[0];  // PMS 7.3.1: an empty EAPI is 0
  if (name == "9-pre1") name = "9";    // the draft's name, which Portage knows it by
  for (const Eapi& eapi : table)
    if (eapi.name == name) return &eapi;
  return nullptr;
}

const Eapi& newest_eapi() { return table.back(); }

}  // namespace cooper::ebuild
