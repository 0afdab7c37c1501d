#include "ebuild/manifest.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "util/text.h"

namespace cooper::ebuild {
namespace {

struct Digest {
  std::string_view name;
  size_t hex_digits;
};
// The lengths that are known. Other algorithms may stand in a Manifest (GLEP 74) and are kept, but not checked.
constexpr std::array<Digest, 9> known_digests{{{"BLAKE2B", 128},
                                               {"BLAKE2S", 64},
                                               {"MD5", 32},
                                               {"RMD160", 40},
                                               {"SHA1", 40},
                                               {"SHA256", 64},
                                               {"SHA512", 128},
                                               {"SHA3_512", 128},
                                               {"WHIRLPOOL", 128}}};

bool is_entry_type(std::string_view word) {
  return word == "DIST" || word == "EBUILD" || word == "AUX" || word == "MISC" || word == "DATA" ||
         word == "MANIFEST" || word == "OPTIONAL";
}
// These have a name (a path, a time) and nothing else.
bool is_bare_type(std::string_view word) { return word == "IGNORE" || word == "TIMESTAMP"; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& text, uint32_t point) {
  auto byte = [&](uint32_t value) { text.push_back(static_cast<char>(value)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800)
    byte(0xC0 | point >> 6);
  else {
    if (point < 0x10000)
      byte(0xE0 | point >> 12);
    else {
      byte(0xF0 | point >> 18);
      byte(0x80 | (point >> 12 & 0x3F));
    }
    byte(0x80 | (point >> 6 & 0x3F));
  }
  byte(0x80 | (point & 0x3F));
}

// Undoes the escapes of GLEP 74 (\xHH, \uHHHH, \UHHHHHHHH); false where one is malformed or a NUL stands there,
// plain or escaped.
bool unescape(std::string_view text, std::string& name) {
  name.clear();
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '\0') return false;
    if (text[i] != '\\') {
      name.push_back(text[i++]);
      continue;
    }
    char kind = i + 1 < text.size() ? text[i + 1] : '\0';
    size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0 || i + 2 + digits > text.size()) return false;
    uint32_t point = 0;
    for (size_t k = 0; k < digits; ++k) {
      int value = hex_value(text[i + 2 + k]);
      if (value < 0) return false;
      point = point << 4 | static_cast<uint32_t>(value);
    }
    if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    append_utf8(name, point);
    i += 2 + digits;
  }
  return true;
}

std::string escape(std::string_view name) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  std::string text;
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte != 0x7F && c != '\\')
      text.push_back(c);
    else
      (text += "\\x") += {hex[byte >> 4], hex[byte & 15]};
  }
  return text;
}

// A path that stays below the folder of the Manifest; one component where no folders are allowed.
bool is_safe_name(std::string_view name, bool folders) {
  if (!folders && name.find('/') != std::string_view::npos) return false;
  for (std::string_view part : util::split(name, '/'))
    if (part.empty() || part == "." || part == "..") return false;
  return true;
}

// Empty where all is well, else what is wrong.
std::string read_digest(std::string_view algorithm, std::string_view value, ManifestEntry& entry) {
  std::string digest(value);
  for (char& c : digest) {
    if (hex_value(c) < 0) return "the " + std::string(algorithm) + " digest is not hexadecimal";
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const Digest& known : known_digests)
    if (known.name == algorithm && known.hex_digits != digest.size())
      return "the " + std::string(algorithm) + " digest has " + std::to_string(digest.size()) + " digits instead of " +
             std::to_string(known.hex_digits);
  if (!entry.digests.emplace(algorithm, std::move(digest)).second)
    return "the " + std::string(algorithm) + " digest stands there twice";
  return {};
}

std::string read_entry(const std::vector<std::string_view>& words, ManifestEntry& entry) {
  entry.type = words[0];
  bool bare = is_bare_type(words[0]);
  if (!bare && !is_entry_type(words[0])) return "unknown kind of entry \"" + entry.type + "\"";
  if (words.size() < (bare ? 2U : 3U)) return "the line is cut short";
  if (!unescape(words[1], entry.name))
    return "the name \"" + std::string(words[1]) + "\" holds a malformed escape or a NUL";
  if (entry.type != "TIMESTAMP" && !is_safe_name(entry.name, entry.type != "DIST" && entry.type != "EBUILD"))
    return "the name \"" + std::string(words[1]) + "\" does not name a file here";
  if (bare) return words.size() == 2 ? "" : "something follows the name";

  const char* end = words[2].data() + words[2].size();
  auto [parsed, error] = std::from_chars(words[2].data(), end, entry.size);
  if (error != std::errc() || parsed != end) return "the size \"" + std::string(words[2]) + "\" is no number";
  if (words.size() % 2 == 0) return "the last digest is missing its value";
  for (size_t i = 3; i < words.size(); i += 2)
    if (std::string problem = read_digest(words[i], words[i + 1], entry); !problem.empty()) return problem;
  return {};
}

}  // namespace

Result<Manifest> Manifest::parse(std::string_view text) {
  Manifest manifest;
  size_t number = 0;
  bool armour = false;  // inside the header of a clear-signed text, which an empty line ends
  for (std::string_view line : util::lines(text)) {
    ++number;
    std::vector<std::string_view> words = util::words(line);
    if (armour || words.empty()) {
      armour = armour && !words.empty();
      continue;
    }
    // Clear-signed Manifests (GLEP 74): the signature itself is not checked here.
    if (line.starts_with("-----BEGIN PGP SIGNED MESSAGE-----")) {
      armour = true;
      continue;
    }
    if (line.starts_with("-----BEGIN PGP SIGNATURE-----")) break;
    ManifestEntry entry;
    if (std::string problem = read_entry(words, entry); !problem.empty())
      return fail(ErrorKind::usage, "malformed Manifest: " + problem, std::to_string(number),
                  "a line is \"TYPE NAME SIZE ALGORITHM DIGEST …\" (GLEP 74)");
    manifest.entries.push_back(std::move(entry));
  }
  return manifest;
}

const ManifestEntry* Manifest::find(std::string_view type, std::string_view name) const {
  for (const ManifestEntry& entry : entries)
    if (entry.type == type && entry.name == name) return &entry;
  return nullptr;
}

std::string Manifest::text() const {
  std::vector<const ManifestEntry*> sorted;
  for (const ManifestEntry& entry : entries) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(), [](const ManifestEntry* a, const ManifestEntry* b) {
    return a->type != b->type ? a->type < b->type : a->name < b->name;
  });
  std::string text;
  for (const ManifestEntry* entry : sorted) {
    text += entry->type + ' ' + escape(entry->name);
    if (!is_bare_type(entry->type)) text += ' ' + std::to_string(entry->size);
    for (const auto& [algorithm, digest] : entry->digests) text += ' ' + algorithm + ' ' + digest;
    text += '\n';
  }
  return text;
}

}  // namespace cooper::ebuild
