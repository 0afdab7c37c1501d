#include "spec/reader.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::spec {

namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number with a point";
    case toml::node_type::boolean: return "a boolean";
    default: return "a date or time";
  }
}

}  // namespace

std::string Reader::where(const toml::source_region& source) const {
  return fmt::format("{}:{}:{}", file_.string(), source.begin.line, source.begin.column);
}

void Reader::problem(const toml::source_region& source, std::string what, std::string why, std::string hint) {
  problems_.push_back({source.begin.line, source.begin.column,
                       Error{ErrorKind::usage, std::move(what), where(source), std::move(why), std::move(hint)}});
}

void Reader::wrong_type(const toml::node& node, std::string_view expected) {
  std::string hint;
  if (expected == "an array" && !node.is_table()) hint = "put it in brackets: [ … ]";
  problem(node, fmt::format("wrong type for '{}': expected {}, found {}", path, expected, type_name(node)), {}, hint);
}

std::optional<Error> Reader::error() const {
  if (problems_.empty()) return std::nullopt;
  std::vector<const Problem*> sorted;
  for (const Problem& problem : problems_) sorted.push_back(&problem);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem* a, const Problem* b) {
    return std::tie(a->line, a->column) < std::tie(b->line, b->column);
  });
  Error first = sorted.front()->error;
  if (sorted.size() == 1) return first;
  // The rest below, shortly: mending one slip at a time tries patience.
  std::string others = fmt::format("and {} in this file:", util::count(sorted.size() - 1, "more error"));
  for (size_t i = 1; i < sorted.size() && i <= 9; ++i)
    others += fmt::format("\n{}: {}", sorted[i]->error.where, sorted[i]->error.what);
  if (sorted.size() > 10) others += fmt::format("\nand {} others", sorted.size() - 10);
  first.why += (first.why.empty() ? "" : "\n") + others;
  return first;
}

void Reader::problem_at(std::string where, std::string what, std::string why, std::string hint) {
  Problem problem{0, 0, {}};
  auto parts = util::split(where, ':');
  auto number = [](std::string_view text, uint32_t& value) {
    std::from_chars(text.data(), text.data() + text.size(), value);
  };
  if (parts.size() >= 3) {
    number(parts.end()[-2], problem.line);
    number(parts.end()[-1], problem.column);
  }
  problem.error = Error{ErrorKind::usage, std::move(what), std::move(where), std::move(why), std::move(hint)};
  problems_.push_back(std::move(problem));
}

void Reader::unknown_key(const toml::key& key, const std::vector<std::string>& valid) {
  std::string section = path.empty() ? "" : fmt::format(" in [{}]", path);
  std::string what = fmt::format("unknown key '{}'{}", key.str(), section);
  // "stop_signal" for "stop-signal" is nearer than any edit distance tells.
  std::string dashed(key.str());
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  if (std::string nearest = util::nearest(dashed, valid); !nearest.empty())
    return problem(key.source(), what, {}, fmt::format("did you mean '{}'?", nearest));
  // A top-level key below a [table] line belongs to that table: TOML's most common slip.
  const Json properties = schema()["properties"];
  if (!path.empty() && properties.contains(dashed))
    return problem(key.source(), what, {},
                   fmt::format("'{}' belongs at the top of the file, before the first [table] line", dashed));
  for (const auto& [name, value] : properties.items())
    if (value.contains("properties") && value.at("properties").contains(dashed))
      return problem(key.source(), what, {}, fmt::format("'{}' belongs in [{}]", dashed, name));
  problem(key.source(), what, {}, "the keys here are: " + util::join(valid, ", "));
}

std::vector<std::pair<const toml::key*, const toml::node*>> in_file_order(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> out;
  for (auto&& [name, value] : table) out.emplace_back(&name, &value);
  auto place = [](const auto& entry) {
    return std::pair(entry.first->source().begin.line, entry.first->source().begin.column);
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return out;
}

}  // namespace cooper::spec
