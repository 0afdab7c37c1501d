#include "spec/values.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::spec {

namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_lower(c) || is_upper(c) || is_digit(c); }

bool valid_use_flag(std::string_view text) {
  if (text == "-*") return true;
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || !is_alnum(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || std::string_view("+_@-").contains(c); });
}

// One part between slashes: runs of [a-z0-9] joined by ".", "_", "__" or dashes (OCI distribution-spec, "pulling
// manifests").
bool valid_name_part(std::string_view part) {
  auto letter = [](char c) { return is_lower(c) || is_digit(c); };
  if (part.empty() || !letter(part.front()) || !letter(part.back())) return false;
  for (size_t i = 0; i < part.size();) {
    if (letter(part[i])) {
      ++i;
      continue;
    }
    size_t end = std::min(part.find_first_not_of(part[i], i), part.size());
    size_t run = end - i;
    bool separator = (part[i] == '.' && run == 1) || (part[i] == '_' && run <= 2) || part[i] == '-';
    if (!separator || !letter(part[end])) return false;
    i = end;
  }
  return true;
}

bool valid_image_name(std::string_view text) {
  // A registry host with a port may stand before the first slash.
  auto parts = util::split(text, '/');
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string_view part = parts[i];
    size_t colon = part.find(':');
    if (i == 0 && parts.size() > 1 && colon != part.npos) {
      std::string_view digits = part.substr(colon + 1);
      if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return false;
      part = part.substr(0, colon);
    }
    if (!valid_name_part(part)) return false;
  }
  return true;
}

bool valid_image_tag(std::string_view text) {
  if (text.empty() || text.size() > 128 || text[0] == '.' || text[0] == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

bool valid_absolute_path(std::string_view text) {
  if (text.size() < 2 || text[0] != '/' || text.contains('\0')) return false;
  for (std::string_view part : util::split(text.substr(1), '/'))
    if (part.empty() || part == "." || part == "..") return false;
  return true;
}

bool valid_account_name(std::string_view text) {
  if (text.empty() || text.size() > 32 || !(is_lower(text[0]) || text[0] == '_')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; });
}

std::optional<uint32_t> number(std::string_view text, int base, uint32_t most) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

bool valid_owner(std::string_view text) { return valid_account_name(text) || number(text, 10, UINT32_MAX - 1); }

bool valid_port(std::string_view text) {
  size_t slash = text.find('/');
  std::string_view protocol = slash == text.npos ? "tcp" : text.substr(slash + 1);
  auto value = number(text.substr(0, slash), 10, 65535);
  return value && *value > 0 && (protocol == "tcp" || protocol == "udp" || protocol == "sctp");
}

bool valid_variable_name(std::string_view text) {
  if (text.empty() || is_digit(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

// The rule that texts for the system's C interfaces share.
bool has_nul(std::string_view text) { return text.contains('\0'); }

std::optional<std::string> read_text(Reader& reader, const toml::node& node) {
  const auto* value = node.as_string();
  if (!value) return reader.wrong_type(node, "a string"), std::nullopt;
  if (has_nul(value->get())) {
    reader.problem(node, fmt::format("'{}' holds a NUL character", reader.path));
    return std::nullopt;
  }
  return value->get();
}

// { NAME = "value", … } with a rule for the names.
Kind<std::map<std::string, std::string>> string_table(Schema names, bool (*valid)(std::string_view), std::string rule) {
  using Map = std::map<std::string, std::string>;
  Schema schema = [names = std::move(names)] {
    return Json({{"type", "object"}, {"propertyNames", names()}, {"additionalProperties", {{"type", "string"}}}});
  };
  return {std::move(schema), [valid, rule](Reader& reader, const toml::node& node) -> std::optional<Map> {
            const toml::table* table = node.as_table();
            if (!table) return reader.wrong_type(node, "a table of strings"), std::nullopt;
            Map out;
            for (auto&& [name, value] : *table) {
              PathScope scope(reader, name.str());
              if (!valid(name.str()))
                reader.problem(name.source(), fmt::format("invalid name '{}'", name.str()), rule);
              else if (auto content = read_text(reader, value))
                out.emplace(name.str(), std::move(*content));
            }
            return out;
          }};
}

}  // namespace

Kind<std::string> text() {
  return {[] { return Json({{"type", "string"}}); }, read_text};
}

Kind<std::string> filled_text() {
  return {[] {
            return Json({{"type", "string"}, {"minLength", 1}});
          },
          [](Reader& reader, const toml::node& node) {
            auto value = read_text(reader, node);
            if (!value || !value->empty()) return value;
            reader.problem(node, fmt::format("'{}' is empty", reader.path));
            return std::optional<std::string>();
          }};
}

Kind<std::string> checked_text(std::string pattern, bool (*valid)(std::string_view), std::string rule) {
  Schema schema = [pattern = std::move(pattern)] { return Json({{"type", "string"}, {"pattern", pattern}}); };
  return {std::move(schema), [valid, rule](Reader& reader, const toml::node& node) {
            auto value = read_text(reader, node);
            if (!value || valid(*value)) return value;
            reader.problem(node, fmt::format("invalid value '{}' for '{}'", *value, reader.path), rule);
            return std::optional<std::string>();
          }};
}

Kind<std::string> one_of(std::vector<std::string> names) {
  return {[names] {
            return Json({{"enum", names}});
          },
          [names](Reader& reader, const toml::node& node) {
            auto value = read_text(reader, node);
            if (!value || std::find(names.begin(), names.end(), *value) != names.end()) return value;
            std::string nearest = util::nearest(*value, names);
            reader.problem(node, fmt::format("unknown value '{}' for '{}'", *value, reader.path),
                           "valid are: " + util::join(names, ", "),
                           nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest));
            return std::optional<std::string>();
          }};
}

Kind<bool> truth() {
  return {[] {
            return Json({{"type", "boolean"}});
          },
          [](Reader& reader, const toml::node& node) -> std::optional<bool> {
            if (const auto* value = node.as_boolean()) return value->get();
            return reader.wrong_type(node, "true or false"), std::nullopt;
          }};
}

Kind<int64_t> integer(int64_t least, int64_t most) {
  return {[=] {
            return Json({{"type", "integer"}, {"minimum", least}, {"maximum", most}});
          },
          [=](Reader& reader, const toml::node& node) -> std::optional<int64_t> {
            const auto* value = node.as_integer();
            if (!value) return reader.wrong_type(node, "an integer"), std::nullopt;
            if (value->get() >= least && value->get() <= most) return value->get();
            reader.problem(node, fmt::format("'{}' is out of range: {}", reader.path, value->get()),
                           fmt::format("it must lie between {} and {}", least, most));
            return std::nullopt;
          }};
}

Kind<uint32_t> unsigned_integer(uint32_t most) {
  Kind<int64_t> wide = integer(0, most);
  return {wide.schema, [read = wide.read](Reader& reader, const toml::node& node) -> std::optional<uint32_t> {
            auto value = read(reader, node);
            if (!value) return std::nullopt;
            return static_cast<uint32_t>(*value);
          }};
}

namespace {

// "500 MB" → 500'000'000; nullopt for what is no size.
std::optional<uint64_t> parse_bytes(std::string_view text) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit = util::trim(text.substr(static_cast<size_t>(end - text.data())));
  static constexpr std::pair<std::string_view, uint64_t> units[] = {
      {"", 1},           {"B", 1},          {"kB", 1000},      {"MB", 1000'000},         {"GB", 1000'000'000},
      {"KiB", 1u << 10}, {"MiB", 1u << 20}, {"GiB", 1u << 30}, {"TB", 1000'000'000'000}, {"TiB", uint64_t{1} << 40},
  };
  for (const auto& [name, factor] : units)
    if (unit == name) {
      if (number > UINT64_MAX / 2 / factor) return std::nullopt;
      return number * factor;
    }
  return std::nullopt;
}

}  // namespace

Kind<uint64_t> byte_count() {
  Schema schema = [] {
    return Json({{"oneOf",
                  {{{"type", "integer"}, {"minimum", 0}},
                   {{"type", "string"}, {"pattern", "^[0-9]+ *(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?$"}}}}});
  };
  return {std::move(schema), [](Reader& reader, const toml::node& node) -> std::optional<uint64_t> {
            std::optional<uint64_t> bytes;
            if (auto number = node.value_exact<int64_t>(); number && *number >= 0)
              bytes = static_cast<uint64_t>(*number);
            else if (auto text = node.value_exact<std::string>())
              bytes = parse_bytes(*text);
            if (!bytes)
              reader.problem(node, fmt::format("'{}' is no size", reader.path),
                             "a size is a number of bytes, or text with a unit", "as in \"500 MB\" or \"2 GiB\"");
            return bytes;
          }};
}

Kind<std::map<std::string, std::string>> variables() {
  return string_table(
      [] {
        return Json({{"pattern", "^[A-Za-z_][A-Za-z0-9_]*$"}});
      },
      valid_variable_name, "variable names are letters, digits and '_', and do not begin with a digit");
}

Kind<std::map<std::string, std::string>> labels() {
  return string_table(
      [] {
        return Json({{"minLength", 1}});
      },
      [](std::string_view name) { return !name.empty(); }, "names are not empty");
}

Kind<ebuild::Atom> atom() {
  return {[] {
            return Json({{"type", "string"}, {"minLength", 1}});
          },
          [](Reader& reader, const toml::node& node) -> std::optional<ebuild::Atom> {
            auto value = read_text(reader, node);
            if (!value) return std::nullopt;
            auto parsed = ebuild::Atom::parse_user(*value);
            if (parsed) return std::move(*parsed);
            reader.problem(node, parsed.error().what, parsed.error().why, parsed.error().hint);
            return std::nullopt;
          }};
}

Kind<std::string> use_flag() {
  return checked_text(
      R"(^(-\*|-?[A-Za-z0-9][A-Za-z0-9+_@-]*)$)", valid_use_flag,
      "a USE flag begins with a letter or digit and goes on with letters, digits and + _ @ -; a '-' before it "
      "turns it off, '-*' turns all off");
}

Kind<std::string> image_name() {
  return checked_text(
      R"(^([a-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$)",
      valid_image_name, "an image name has lower-case letters and digits, with '.', '_', '-' or '/' between them");
}

Kind<std::string> image_tag() {
  return checked_text("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", valid_image_tag,
                      "a tag has up to 128 letters, digits, '_', '.' and '-', and does not begin with '.' or '-'");
}

Kind<std::string> absolute_path() {
  return checked_text("^/.", valid_absolute_path,
                      "it must be an absolute path in the image, without '.', '..' or empty parts");
}

Kind<uint32_t> mode() {
  Schema schema = [] {
    return Json(
        {{"oneOf", {{{"type", "string"}, {"pattern", "^0?[0-7]{3,4}$"}}, {{"type", "integer"}, {"maximum", 07777}}}}});
  };
  return {std::move(schema), [](Reader& reader, const toml::node& node) -> std::optional<uint32_t> {
            constexpr std::string_view rule = "a file mode is octal: \"0755\" or 0o755, up to 07777";
            if (const auto* value = node.as_integer()) {
              bool octal = (value->flags() & toml::value_flags::format_as_octal) != toml::value_flags::none;
              if (octal && value->get() >= 0 && value->get() <= 07777) return static_cast<uint32_t>(value->get());
              reader.problem(node, fmt::format("invalid mode for '{}'", reader.path), std::string(rule),
                             octal ? "" : fmt::format("did you mean 0o{}?", value->get()));
              return std::nullopt;
            }
            if (!node.is_string()) return reader.wrong_type(node, "a mode such as \"0755\""), std::nullopt;
            auto value = read_text(reader, node);
            if (!value) return std::nullopt;
            auto parsed = value->size() >= 3 && value->size() <= 5 ? number(*value, 8, 07777) : std::nullopt;
            if (!parsed)
              reader.problem(node, fmt::format("invalid mode '{}' for '{}'", *value, reader.path), std::string(rule));
            return parsed;
          }};
}

Kind<std::string> account_name() {
  return checked_text("^[a-z_][a-z0-9_-]{0,31}$", valid_account_name,
                      "names of users and groups have up to 32 lower-case letters, digits, '_' and '-', and begin with "
                      "a letter or '_'");
}

Kind<std::string> owner() {
  return checked_text("^([a-z_][a-z0-9_-]{0,31}|[0-9]+)$", valid_owner,
                      "it must be the name or the number of a user or group");
}

Kind<std::string> port() {
  auto kind =
      checked_text("^[0-9]+(/(tcp|udp|sctp))?$", valid_port, "a port is \"9000/tcp\", \"9000/udp\" or \"9000\"");
  return {kind.schema, [read = kind.read](Reader& reader, const toml::node& node) {
            auto value = read(reader, node);
            if (value && !value->contains('/')) *value += "/tcp";
            return value;
          }};
}

Kind<std::vector<std::string>> environment() {
  Schema schema = [] {
    return Json(
        {{"oneOf",
          {variables().schema(), {{"type", "array"}, {"items", {{"type", "string"}, {"pattern", "^[^=]+="}}}}}}});
  };
  return {std::move(schema), [](Reader& reader, const toml::node& node) -> std::optional<std::vector<std::string>> {
            std::vector<std::string> out;
            if (node.is_array()) {
              auto list = list_of(text()).read(reader, node);
              for (const std::string& line : *list) {
                if (valid_variable_name(std::string_view(line).substr(0, line.find('='))) && line.contains('='))
                  continue;
                reader.problem(node, fmt::format("invalid entry '{}' in '{}'", line, reader.path),
                               "entries are NAME=value");
              }
              return list;
            }
            auto table = variables().read(reader, node);
            if (!table) return std::nullopt;
            for (const auto& [name, value] : *table) out.push_back(name + "=" + value);
            return out;
          }};
}

}  // namespace cooper::spec
