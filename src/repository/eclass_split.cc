#include "repository/eclass_split.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::repository {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '+';
}

std::string_view indentation(std::string_view line) {
  return line.substr(0, std::ranges::find_if_not(line, is_blank) - line.begin());
}

bool is_comment(std::string_view line) {
  line.remove_prefix(indentation(line).size());
  return line.starts_with('#');
}

// The name in "NAME() {…" or "function NAME() {…", and what follows the brace.
struct Head {
  std::string_view name, rest;
};
std::optional<Head> function_head(std::string_view line) {
  line.remove_prefix(indentation(line).size());
  if (line.starts_with("function ")) line.remove_prefix(9), line.remove_prefix(indentation(line).size());
  std::string_view name = line.substr(0, std::ranges::find_if_not(line, is_name_character) - line.begin());
  line.remove_prefix(name.size());
  line.remove_prefix(indentation(line).size());
  if (name.empty() || !line.starts_with("()")) return std::nullopt;
  line.remove_prefix(2);
  line.remove_prefix(indentation(line).size());
  if (!line.starts_with('{')) return std::nullopt;
  line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return Head{name, line};
}

// The function that begins at `at`, which moves behind it: its end is a closing brace as far in as its first line.
std::optional<EclassFunction> take_function(std::span<const std::string_view> lines, size_t& at, Comments comments) {
  auto head = function_head(lines[at]);
  if (!head) return std::nullopt;
  std::string name(head->name), text(lines[at]);
  if (head->rest.ends_with('}')) {
    ++at;
    return EclassFunction{std::move(name), text + "\n", true};
  }
  if (!head->rest.empty()) return std::nullopt;
  std::string end = std::string(indentation(lines[at])) + "}";
  auto last = std::ranges::find(lines.begin() + at, lines.end(), end);
  if (last == lines.end()) return std::nullopt;
  std::span body(lines.begin() + at + 1, last);
  bool has_here_document =
      std::ranges::any_of(body, [](std::string_view line) { return line.find("<<") != std::string_view::npos; });
  text += '\n';
  for (std::string_view line : body)
    if (comments == Comments::keep || has_here_document || !is_comment(line)) text.append(line) += '\n';
  at = last - lines.begin() + 1;
  return EclassFunction{std::move(name), text + end + "\n", false};
}

// Lines of a function that `declare -f` has printed, without head and end, and without what depends on how deep and
// where in a list each stands.
std::vector<std::string_view> printed_body(std::string_view printed) {
  std::vector<std::string_view> out;
  for (std::string_view line : util::lines(printed)) {
    line = util::trim(line);
    while (line.ends_with(';')) line = util::trim(line.substr(0, line.size() - 1));
    out.push_back(line);
  }
  if (out.size() < 3) return {};
  out.pop_back();
  out.erase(out.begin(), out.begin() + 2);
  return out;
}

bool prints_functions(std::string_view line) {
  for (std::string_view everything : {"(set)", "`set`", "set |", "(declare)", "`declare`", "declare |", "(typeset)"})
    if (line.find(everything) != std::string_view::npos) return true;
  if (mentions(line, "declare") || mentions(line, "typeset"))
    for (std::string_view word : util::words(line))
      if (word.starts_with('-') && word.find('f') != std::string_view::npos) return true;
  for (size_t at = 0; (at = line.find("type ", at)) != std::string_view::npos; at += 5) {
    std::string_view before = util::trim(line.substr(0, at)), after = util::trim(line.substr(at + 5));
    bool is_command = before.empty() || std::string_view("($`;|&!{").find(before.back()) != std::string_view::npos ||
                      before.ends_with("if") || before.ends_with("then") || before.ends_with("while");
    if (is_command && !after.starts_with("-t") && !after.starts_with("-p") && !after.starts_with("-P")) return true;
  }
  return false;
}

std::string run_line(std::string_view run, size_t part) { return fmt::format("source {}.{}", run, part); }

}  // namespace

SplitEclass split_eclass(std::string_view text, Comments comments) {
  std::vector<std::string_view> lines = util::lines(text);
  SplitEclass out;
  for (size_t at = 0; at < lines.size();) {
    if (auto function = take_function(lines, at, comments)) {
      if (out.empty() || out.back().functions.empty()) out.emplace_back();
      out.back().functions.push_back(std::move(*function));
      continue;
    }
    std::string_view line = lines[at++];
    bool between =
        out.empty() || !out.back().functions.empty();  // functions: then an empty line is no part of a string
    if ((comments == Comments::drop && is_comment(line)) || (between && util::trim(line).empty())) continue;
    if (between) out.emplace_back();
    out.back().text.append(line) += '\n';
  }
  return out;
}

std::string eclass_frame(const SplitEclass& eclass, std::string_view run) {
  std::string out;
  for (size_t i = 0; i < eclass.size(); ++i)
    out += eclass[i].functions.empty() ? eclass[i].text : run_line(run, i) + "\n";
  return out;
}

bool same_program(const SplitEclass& eclass, std::string_view run, std::string_view whole, std::string_view frame,
                  std::span<const std::string> functions) {
  std::vector<std::string_view> expanded;
  size_t next_part = 0, next_function = 0;
  for (std::string_view line : printed_body(frame)) {
    while (next_part < eclass.size() && eclass[next_part].functions.empty()) ++next_part;
    if (next_part == eclass.size() || line != run_line(run, next_part)) {
      expanded.push_back(line);
      continue;
    }
    for (size_t i = 0; i < eclass[next_part].functions.size(); ++i) {
      if (next_function == functions.size()) return false;
      auto printed = printed_body(functions[next_function++]);
      expanded.insert(expanded.end(), printed.begin(), printed.end());
    }
    ++next_part;
  }
  return next_function == functions.size() && std::ranges::equal(expanded, printed_body(whole));
}

std::string lazy_functions(const EclassPart& part, const std::set<std::string>& called) {
  std::string out;
  for (const EclassFunction& function : part.functions)
    if (function.one_line || called.contains(function.name))
      out += function.text;
    else
      out += function.name + "() { __cooper_lazy \"$@\"; }\n";
  return out;
}

std::string function_bodies(const SplitEclass& eclass) {
  std::string out = "case $1 in\n";
  for (const EclassPart& part : eclass)
    for (const EclassFunction& function : part.functions) out += function.name + ")\n" + function.text + ";;\n";
  return out + "esac\n";
}

bool mentions(std::string_view code, std::string_view word) {
  for (size_t at = 0; (at = code.find(word, at)) != std::string_view::npos; at += word.size()) {
    bool begins = at == 0 || !is_name_character(code[at - 1]);
    bool ends = at + word.size() == code.size() || !is_name_character(code[at + word.size()]);
    if (begins && ends) return true;
  }
  return false;
}

bool minds_where_functions_are(std::string_view code) {
  for (std::string_view line : util::lines(code)) {
    if (is_comment(line)) continue;
    for (std::string_view word : {"BASH_SOURCE", "BASH_LINENO", "BASH_ARGV", "BASH_ARGC", "BASH_ARGV0", "BASH_COMMAND",
                                  "LINENO", "caller", "trap", "extdebug", "functrace"})
      if (mentions(line, word)) return true;
    // What prints functions, but for a mere question whether there is one.
    if (line.find("/dev/null") == std::string_view::npos && prints_functions(line)) return true;
  }
  return false;
}

}  // namespace cooper::repository
