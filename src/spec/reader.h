// The machinery of checked TOML reading: kinds of values, keys and tables of keys. One table of keys serves both the
// reading (every key checked) and the JSON Schema, so the two cannot disagree.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "spec/spec.h"
#include "spec/toml_library.h"
#include "util/error.h"

namespace cooper::spec {

using Json = nlohmann::ordered_json;
// A part of the JSON Schema, made when it is asked for: reading a spec needs none of it.
using Schema = std::function<Json()>;

// Collects what is wrong, so that one run tells of all slips.
class Reader {
 public:
  explicit Reader(std::filesystem::path file) : file_(std::move(file)) {}

  const std::filesystem::path& file() const { return file_; }
  // "file:line:column".
  std::string where(const toml::source_region& source) const;
  std::string where(const toml::node& node) const { return where(node.source()); }

  void problem(const toml::source_region& source, std::string what, std::string why = {}, std::string hint = {});
  void problem(const toml::node& node, std::string what, std::string why = {}, std::string hint = {}) {
    problem(node.source(), std::move(what), std::move(why), std::move(hint));
  }
  // "wrong type for 'key': expected a string, found an integer".
  void wrong_type(const toml::node& node, std::string_view expected);

  // The same, where only the place is known.
  void problem_at(std::string where, std::string what, std::string why = {}, std::string hint = {});
  // "unknown key": with the nearest of `valid` as hint, or the table that the key belongs to, or the keys there are.
  void unknown_key(const toml::key& key, const std::vector<std::string>& valid);

  // The first problem in the order of the file, with the others named below it; nothing where there is none.
  std::optional<Error> error() const;

  // The key being read, dotted from the top: "root.file[2].path". For messages.
  std::string path;
  // Of the whole spec, to find where a misplaced key belongs.
  Schema schema;

 private:
  struct Problem {
    uint32_t line, column;
    Error error;
  };
  std::filesystem::path file_;
  std::vector<Problem> problems_;
};

// Extends reader.path while it lives.
class PathScope {
 public:
  PathScope(Reader& reader, std::string_view part) : reader_(reader), length_(reader.path.size()) {
    if (!reader.path.empty() && !part.starts_with('[')) reader.path += '.';
    reader.path += part;
  }
  ~PathScope() { reader_.path.resize(length_); }
  PathScope(const PathScope&) = delete;
  PathScope& operator=(const PathScope&) = delete;

 private:
  Reader& reader_;
  size_t length_;
};

// A kind of value: how the schema describes it, and how it is taken from TOML (nullopt after a problem was noted).
template <typename V>
struct Kind {
  Schema schema;
  std::function<std::optional<V>(Reader&, const toml::node&)> read;
};

// One key of a table.
template <typename T>
struct Key {
  std::string name;
  std::string help;  // one sentence: the schema's description
  bool required = false;
  Schema schema;
  std::function<void(Reader&, const toml::node&, T&)> read;
};

template <typename T>
struct Table {
  std::vector<Key<T>> keys;
  std::function<void(Reader&, const toml::table&, T&)> check;  // rules over several keys; may be empty
};

template <typename T>
Json schema_of(const Table<T>& table) {
  Json out = {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
  Json required = Json::array();
  for (const auto& key : table.keys) {
    Json schema = key.schema();
    schema["description"] = key.help;
    out["properties"][key.name] = std::move(schema);
    if (key.required) required.push_back(key.name);
  }
  if (!required.empty()) out["required"] = required;
  return out;
}

// The entries of a table in the order of the file (toml++ sorts them by name).
std::vector<std::pair<const toml::key*, const toml::node*>> in_file_order(const toml::table& table);

template <typename T>
void read_table(Reader& reader, const toml::table& source, const Table<T>& table, T& target) {
  std::vector<std::string> valid;
  for (const auto& key : table.keys) valid.push_back(key.name);
  for (auto&& [name, node] : source) {
    auto known = std::find(valid.begin(), valid.end(), name.str());
    if (known == valid.end()) {
      reader.unknown_key(name, valid);
      continue;
    }
    PathScope scope(reader, name.str());
    table.keys[static_cast<size_t>(known - valid.begin())].read(reader, node, target);
  }
  for (const auto& key : table.keys) {
    if (!key.required || source.contains(key.name)) continue;
    std::string section = reader.path.empty() ? "" : " in [" + reader.path + "]";
    reader.problem(source, "missing key '" + key.name + "'" + section, key.help);
  }
  if (table.check) table.check(reader, source, target);
}

// A key whose value goes to a member; V is the member's type or what it is made from.
template <typename T, typename M, typename V>
Key<T> key(std::string name, M T::*member, const Kind<V>& kind, std::string help, bool required = false) {
  return {std::move(name), std::move(help), required, kind.schema,
          [member, read = kind.read](Reader& reader, const toml::node& node, T& target) {
            if (std::optional<V> value = read(reader, node)) target.*member = std::move(*value);
          }};
}

// What makes a table that is part of another: a spec has few of them; each is made when it is met.
template <typename T>
using MakeTable = Table<T> (*)();

// A table whose keys go to the same target: [root] of the spec.
template <typename T>
Key<T> section(std::string name, MakeTable<T> table, std::string help) {
  Schema schema = [table] { return schema_of(table()); };
  return {std::move(name), std::move(help), false, std::move(schema),
          [table](Reader& reader, const toml::node& node, T& target) {
            if (const toml::table* source = node.as_table()) return read_table(reader, *source, table(), target);
            reader.wrong_type(node, "a table");
          }};
}

template <typename V>
Kind<std::vector<V>> list_of(const Kind<V>& element) {
  Schema schema = [items = element.schema] { return Json({{"type", "array"}, {"items", items()}}); };
  return {std::move(schema),
          [read = element.read](Reader& reader, const toml::node& node) -> std::optional<std::vector<V>> {
            const toml::array* array = node.as_array();
            if (!array) return reader.wrong_type(node, "an array"), std::nullopt;
            std::vector<V> out;
            for (size_t i = 0; i < array->size(); ++i) {
              PathScope scope(reader, "[" + std::to_string(i + 1) + "]");
              if (std::optional<V> value = read(reader, *array->get(i))) out.push_back(std::move(*value));
            }
            return out;
          }};
}

template <typename V>
Kind<Located<V>> located(const Kind<V>& kind) {
  return {kind.schema, [read = kind.read](Reader& reader, const toml::node& node) -> std::optional<Located<V>> {
            std::optional<V> value = read(reader, node);
            if (!value) return std::nullopt;
            return Located<V>{std::move(*value), reader.where(node)};
          }};
}

// A table as a value of its own. T::where, where there is one, gets the place.
template <typename T>
Kind<T> value_of(MakeTable<T> table) {
  Schema schema = [table] { return schema_of(table()); };
  return {std::move(schema), [table](Reader& reader, const toml::node& node) -> std::optional<T> {
            const toml::table* source = node.as_table();
            if (!source) return reader.wrong_type(node, "a table"), std::nullopt;
            T out;
            if constexpr (requires { out.where; }) out.where = reader.where(node);
            read_table(reader, *source, table(), out);
            return out;
          }};
}

}  // namespace cooper::spec
