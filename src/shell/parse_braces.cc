#include <charconv>

#include <fmt/format.h>

#include "shell/parser_class.h"

namespace cooper::shell {

namespace {

constexpr size_t word_limit = 4096;

// A word for braces: unquoted characters one by one, all else as it is.
struct Atom {
  char character = '\0';  // or a part
  const Part* part = nullptr;
};
using Atoms = std::vector<Atom>;

Atoms atoms_of(const Word& word) {
  Atoms out;
  for (const Part& part : word.parts) {
    if (part.kind == Part::Kind::literal && !part.quoted)
      for (char c : part.text) out.push_back({c, nullptr});
    else
      out.push_back({'\0', &part});
  }
  return out;
}

Word word_of(const Atoms& atoms) {
  Word out;
  for (const Atom& atom : atoms)
    if (atom.part)
      out.parts.push_back(*atom.part);
    else
      add_literal(out, std::string_view(&atom.character, 1), false);
  return out;
}

struct Braces {
  size_t open = 0, close = 0;
  std::vector<size_t> commas;
};

// The first braces at `from` or behind it that match and have a comma of their own or dots between them.
std::optional<Braces> find_braces(const Atoms& atoms, size_t from) {
  for (size_t open = from; open < atoms.size(); ++open) {
    if (atoms[open].character != '{') continue;
    Braces out{open, 0, {}};
    int depth = 0;
    bool dots = false;
    for (size_t at = open; at < atoms.size() && out.close == 0; ++at) {
      char c = atoms[at].character;
      if (c == '{') ++depth;
      if (c == '}' && --depth == 0) out.close = at;
      if (c == ',' && depth == 1) out.commas.push_back(at);
      dots |= c == '.' && atoms[at - 1].character == '.';
    }
    if (out.close && (dots || !out.commas.empty())) return out;
  }
  return std::nullopt;
}

std::optional<int64_t> integer(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool is_padded(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text.front() == '0';
}

// The texts of {1..3} or {a..c}; nothing where it is no such sequence.
std::optional<std::vector<std::string>> sequence(const Atoms& atoms, const Braces& braces) {
  std::string text;
  for (size_t i = braces.open + 1; i < braces.close; ++i) {
    if (atoms[i].part) return std::nullopt;
    text += atoms[i].character;
  }
  size_t dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  std::string first = text.substr(0, dots), last = text.substr(dots + 2);
  if (last.find("..") != std::string::npos) give_up("sequence with a step");
  std::vector<std::string> out;
  auto letter = [](const std::string& s) { return s.size() == 1 && ((s[0] | 0x20) >= 'a' && (s[0] | 0x20) <= 'z'); };
  if (letter(first) && letter(last)) {
    if (((first[0] ^ last[0]) & 0x20) != 0) give_up("sequence of letters");
    int step = first[0] <= last[0] ? 1 : -1;
    for (int c = first[0]; c != last[0] + step; c += step) out.emplace_back(1, static_cast<char>(c));
    return out;
  }
  auto from = integer(first), to = integer(last);
  if (!from || !to) return std::nullopt;
  if (std::max(std::abs(*from), std::abs(*to)) > 1'000'000'000) give_up("sequence too large");
  if (static_cast<size_t>(std::abs(*to - *from)) >= word_limit) give_up("sequence too long");
  size_t width = is_padded(first) || is_padded(last) ? std::max(first.size(), last.size()) : 0;
  if (width && (*from < 0 || *to < 0)) give_up("padded sequence with a sign");
  int64_t step = *from <= *to ? 1 : -1;
  for (int64_t value = *from; value != *to + step; value += step)
    out.push_back(fmt::format("{:0{}}", value, std::max<size_t>(width, 1)));
  return out;
}

Atoms slice(const Atoms& atoms, size_t from, size_t to) {
  return {atoms.begin() + static_cast<ptrdiff_t>(from), atoms.begin() + static_cast<ptrdiff_t>(to)};
}

std::vector<Atoms> expand(const Atoms& atoms, int depth) {
  if (depth > 20) give_up("braces nested too deeply");
  std::vector<Atoms> alternatives;
  std::optional<Braces> braces;
  for (size_t from = 0; (braces = find_braces(atoms, from)); from = braces->open + 1) {
    if (!braces->commas.empty()) {
      size_t begin = braces->open + 1;
      braces->commas.push_back(braces->close);
      for (size_t comma : braces->commas) {
        for (Atoms& each : expand(slice(atoms, begin, comma), depth + 1)) alternatives.push_back(std::move(each));
        begin = comma + 1;
      }
      break;
    }
    if (auto texts = sequence(atoms, *braces)) {
      for (const std::string& text : *texts) {
        Atoms& each = alternatives.emplace_back();
        for (char c : text) each.push_back({c, nullptr});
      }
      break;
    }
  }
  if (!braces) return {atoms};
  std::vector<Atoms> ends = expand(slice(atoms, braces->close + 1, atoms.size()), depth + 1), out;
  if (alternatives.size() * ends.size() > word_limit) give_up("too many words of braces");
  for (const Atoms& alternative : alternatives)
    for (const Atoms& end : ends) {
      Atoms& each = out.emplace_back(slice(atoms, 0, braces->open));
      each.insert(each.end(), alternative.begin(), alternative.end());
      each.insert(each.end(), end.begin(), end.end());
    }
  return out;
}

bool may_have_braces(const Word& word) {
  for (const Part& part : word.parts)
    if (part.kind == Part::Kind::literal && !part.quoted && part.text.find('{') != std::string::npos) return true;
  return false;
}

}  // namespace

std::vector<Word> expand_braces(Word word) {
  std::vector<Word> out;
  if (!may_have_braces(word)) {
    out.push_back(std::move(word));
    return out;
  }
  Atoms atoms = atoms_of(word);
  int depth = 0;
  bool balanced = true;
  for (const Atom& atom : atoms) {
    depth += atom.character == '{' ? 1 : atom.character == '}' ? -1 : 0;
    balanced &= depth >= 0;
  }
  if ((depth != 0 || !balanced) && atoms.size() > 1) {
    add_unsupported(word, "braces that do not match", false);
    out.push_back(std::move(word));
    return out;
  }
  for (const Atoms& each : expand(atoms, 0)) out.push_back(word_of(each));
  return out;
}

}  // namespace cooper::shell
