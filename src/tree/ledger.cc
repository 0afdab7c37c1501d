// The ledger: a tree as JSON. One line for each entry, as an array, because a base root has some ten thousand of them
// and every cooper process reads ledgers at its start:
//   [kind, path, mode (octal text), uid, gid, mtime, index into "owners", what the kind needs …, {xattrs as hex}]
// A name that is not UTF-8, which JSON cannot hold, is written as ["hex", "…"].
#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tree/tree.h"

namespace cooper::tree {

namespace {

constexpr std::string_view format_name = "cooper-ledger-1";
constexpr std::string_view kind_letters = "dflhcbp";  // in the order of EntryKind

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    unsigned char lead = text[i];
    size_t extra = lead < 0x80             ? 0
                   : (lead & 0xe0) == 0xc0 ? 1
                   : (lead & 0xf0) == 0xe0 ? 2
                   : (lead & 0xf8) == 0xf0 ? 3
                                           : 9;
    if (extra == 9 || i + extra >= text.size()) return false;
    uint32_t code = extra == 0 ? lead : lead & (0x3f >> extra);
    for (size_t j = 1; j <= extra; ++j) {
      unsigned char next = text[i + j];
      if ((next & 0xc0) != 0x80) return false;
      code = code << 6 | (next & 0x3f);
    }
    static constexpr uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (code < least[extra] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    i += extra + 1;
  }
  return true;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (unsigned char c : bytes) {
    text += digits[c >> 4];
    text += digits[c & 15];
  }
  return text;
}

bool from_hex(std::string_view text, std::string& bytes) {
  auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  bytes.clear();
  if (text.size() % 2 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = value(text[i]), low = value(text[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes += static_cast<char>(high << 4 | low);
  }
  return true;
}

void append_text(std::string& out, std::string_view text) {
  if (!is_utf8(text)) {
    out += "[\"hex\",\"" + to_hex(text) + "\"]";
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_entry(std::string& out, const Entry& entry, size_t owner) {
  auto at = std::back_inserter(out);
  fmt::format_to(at, "[\"{}\",", kind_letters[static_cast<size_t>(entry.kind)]);
  append_text(out, entry.path);
  fmt::format_to(at, ",\"{:o}\",{},{},{},{}", entry.mode, entry.uid, entry.gid, entry.mtime, owner);
  switch (entry.kind) {
    case EntryKind::file: fmt::format_to(at, ",{},\"{}\"", entry.size, entry.digest); break;
    case EntryKind::symlink:
    case EntryKind::hardlink:
      out += ',';
      append_text(out, entry.target);
      break;
    case EntryKind::character_device:
    case EntryKind::block_device: fmt::format_to(at, ",{},{}", entry.device_major, entry.device_minor); break;
    case EntryKind::directory:
    case EntryKind::fifo: break;
  }
  if (!entry.xattrs.empty()) {
    out += ",{";
    bool first = true;
    for (const auto& [name, value] : entry.xattrs) {
      if (!first) out += ',';
      first = false;
      append_text(out, is_utf8(name) ? name : "user.invalid");
      out += ":\"" + to_hex(value) + "\"";
    }
    out += '}';
  }
  out += ']';
}

// One value of an entry's array.
struct Field {
  bool is_text = false;
  std::string text;
  int64_t number = 0;
};

// Builds entries while the parser runs: no document in memory.
class LedgerReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  LedgerReader(Tree& tree, const std::filesystem::path& root) : tree_(tree), root_(root.native()) {}

  std::string problem;  // why it stopped
  bool complete = false;

  bool null() override { return stop("null"); }
  bool boolean(bool) override { return stop("a boolean"); }
  bool number_float(double, const std::string&) override { return stop("a fraction"); }
  bool binary(binary_t&) override { return stop("binary data"); }
  bool number_integer(int64_t value) override { return number(value); }
  bool number_unsigned(uint64_t value) override {
    if (value > INT64_MAX) return stop("a number that is too large");
    return number(static_cast<int64_t>(value));
  }

  bool string(std::string& value) override {
    switch (place_) {
      case Place::top:
        if (key_ != "format" || value != format_name) return stop("an unknown format");
        format_seen_ = true;
        return true;
      case Place::owners: owners_.push_back(std::move(value)); return true;
      case Place::entry: return add({true, std::move(value), 0});
      case Place::hex:
        if (hex_parts_++ == 0) return value == "hex" || stop("an unknown encoding");
        {
          Field field{true, {}, 0};
          if (hex_parts_ > 2 || !from_hex(value, field.text)) return stop("bad hexadecimal text");
          place_ = Place::entry;
          bool added = add(std::move(field));
          place_ = Place::hex;
          return added;
        }
      case Place::xattrs: {
        std::string bytes;
        if (!from_hex(value, bytes)) return stop("bad hexadecimal text");
        entry_.xattrs[key_] = std::move(bytes);
        return true;
      }
      default: return stop("text where none belongs");
    }
  }

  bool start_object(size_t) override {
    if (place_ == Place::nothing && !complete) return place_ = Place::top, true;
    if (place_ == Place::entry) return place_ = Place::xattrs, true;
    return stop("an object where none belongs");
  }
  bool key(std::string& name) override {
    key_ = std::move(name);
    return true;
  }
  bool end_object() override {
    if (place_ == Place::xattrs) return place_ = Place::entry, true;
    place_ = Place::nothing;
    complete = format_seen_;
    return true;
  }
  bool start_array(size_t) override {
    switch (place_) {
      case Place::top:
        place_ = key_ == "owners" ? Place::owners : key_ == "entries" ? Place::entries : Place::nothing;
        return place_ != Place::nothing || stop("an unknown key");
      case Place::entries:
        place_ = Place::entry;
        entry_ = Entry{};
        fields_ = 0;
        return true;
      case Place::entry: place_ = Place::hex, hex_parts_ = 0; return true;
      default: return stop("an array where none belongs");
    }
  }
  bool end_array() override {
    switch (place_) {
      case Place::hex: place_ = Place::entry; return true;
      case Place::entry: place_ = Place::entries; return finish_entry();
      default: place_ = Place::top; return true;
    }
  }
  bool parse_error(size_t at, const std::string&, const nlohmann::detail::exception&) override {
    if (problem.empty()) problem = fmt::format("it is no valid JSON at byte {}", at);
    return false;
  }

 private:
  enum class Place { nothing, top, owners, entries, entry, hex, xattrs };

  bool stop(std::string_view what) {
    problem = fmt::format("{} in entry {}", what, tree_.entries.size() + 1);
    return false;
  }
  bool number(int64_t value) {
    if (place_ != Place::entry) return stop("a number where none belongs");
    return add({false, {}, value});
  }
  bool add(Field field) {
    if (fields_ >= values_.size()) return stop("too many fields");
    values_[fields_++] = std::move(field);
    return true;
  }
  bool has(size_t index, bool text) const { return index < fields_ && values_[index].is_text == text; }

  template <typename Number>
  bool take(size_t index, Number& out) {
    if (!has(index, false)) return false;
    int64_t value = values_[index].number;
    if (!std::in_range<Number>(value)) return false;
    out = static_cast<Number>(value);
    return true;
  }

  bool finish_entry() {
    size_t owner = 0, expected = 7;
    if (!has(0, true) || values_[0].text.size() != 1) return stop("no kind");
    size_t kind = kind_letters.find(values_[0].text[0]);
    if (kind == std::string_view::npos) return stop("an unknown kind");
    entry_.kind = static_cast<EntryKind>(kind);
    if (!has(1, true) || !valid_path(values_[1].text)) return stop("a bad path");
    entry_.path = std::move(values_[1].text);
    if (!tree_.entries.empty() && tree_.entries.back().path >= entry_.path) return stop("wrong order");
    if (!has(2, true) || !take_mode(values_[2].text)) return stop("a bad mode");
    if (!take(3, entry_.uid) || !take(4, entry_.gid) || !take(5, entry_.mtime)) return stop("a bad number");
    if (!take(6, owner) || owner >= owners_.size()) return stop("an unknown owner");
    entry_.owner = owners_[owner];
    switch (entry_.kind) {
      case EntryKind::file:
        if (!take(7, entry_.size) || !has(8, true) || values_[8].text.size() != 64) return stop("a bad size or digest");
        entry_.digest = std::move(values_[8].text);
        source(entry_.path);
        expected = 9;
        break;
      case EntryKind::symlink:
      case EntryKind::hardlink:
        if (!has(7, true) || (entry_.kind == EntryKind::hardlink && !valid_path(values_[7].text)))
          return stop("a bad target");
        entry_.target = std::move(values_[7].text);
        expected = 8;
        break;
      case EntryKind::character_device:
      case EntryKind::block_device:
        if (!take(7, entry_.device_major) || !take(8, entry_.device_minor)) return stop("a bad device number");
        expected = 9;
        break;
      case EntryKind::directory:
      case EntryKind::fifo: break;
    }
    if (fields_ != expected) return stop("too many fields");
    tree_.entries.push_back(std::move(entry_));
    return true;
  }

  void source(const std::string& path) {
    std::string full;
    full.reserve(root_.size() + 1 + path.size());
    full += root_;
    full += '/';
    full += path;
    entry_.source = std::move(full);
  }

  bool take_mode(const std::string& text) {
    if (text.empty() || text.size() > 4) return false;
    entry_.mode = 0;
    for (char c : text) {
      if (c < '0' || c > '7') return false;
      entry_.mode = entry_.mode << 3 | static_cast<uint32_t>(c - '0');
    }
    return true;
  }

  Tree& tree_;
  std::string root_;
  Place place_ = Place::nothing;
  bool format_seen_ = false;
  int hex_parts_ = 0;
  std::string key_;
  std::vector<std::string> owners_;
  Entry entry_;
  std::array<Field, 9> values_;
  size_t fields_ = 0;
};

}  // namespace

std::string to_json(const Tree& tree) {
  std::vector<std::string_view> owners;
  std::unordered_map<std::string_view, size_t> index;
  for (const Entry& entry : tree.entries)
    if (index.emplace(entry.owner, owners.size()).second) owners.push_back(entry.owner);
  std::string out;
  out.reserve(200 + tree.entries.size() * 160);
  out += "{\"format\":\"";
  out += format_name;
  out += "\",\n\"owners\":[";
  for (size_t i = 0; i < owners.size(); ++i) {
    if (i > 0) out += ',';
    append_text(out, is_utf8(owners[i]) ? owners[i] : "(unknown)");
  }
  out += "],\n\"entries\":[";
  std::string_view separator = "\n";
  for (const Entry& entry : tree.entries) {
    out += separator;
    append_entry(out, entry, index.at(entry.owner));
    separator = ",\n";
  }
  out += "\n]}\n";
  return out;
}

Result<Tree> from_json(std::string_view text, const std::filesystem::path& root) {
  Tree tree;
  tree.entries.reserve(std::count(text.begin(), text.end(), '\n'));
  LedgerReader reader(tree, root);
  bool read = nlohmann::json::sax_parse(text, &reader);
  if (!read || !reader.complete)
    return fail(ErrorKind::failed, "the ledger is damaged", root,
                reader.problem.empty() ? "its end is missing" : reader.problem);
  for (const Entry& entry : tree.entries) {
    if (entry.kind != EntryKind::hardlink) continue;
    const Entry* file = tree.find(entry.target);
    if (!file || file->kind != EntryKind::file)
      return fail(ErrorKind::failed, "the ledger is damaged", root, entry.path + " is a link to nothing");
  }
  return tree;
}

}  // namespace cooper::tree
