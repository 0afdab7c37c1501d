// What USE flags mean: metadata.xml, profiles/use.local.desc, use.desc and desc/*.desc (PMS 4.4.3, appendix A).
#include <algorithm>

#include <fmt/format.h>

#include "repository/disk_repository.h"
#include "repository/lines.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

using Descriptions = std::map<std::string, std::string>;

void append_utf8(std::string& out, unsigned long code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x110000) {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// The text of an element: tags inside it dropped, entities resolved, white space folded.
std::string plain_text(std::string_view xml) {
  static constexpr std::pair<std::string_view, char> entities[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  std::string text;
  for (size_t i = 0; i < xml.size(); ++i) {
    if (xml[i] == '<') {
      size_t end = xml.find('>', i);
      if (end == std::string_view::npos) break;
      i = end;
    } else if (size_t end = xml[i] == '&' ? xml.find(';', i) : std::string_view::npos; end != std::string_view::npos) {
      std::string name(xml.substr(i + 1, end - i - 1));
      auto known = std::find_if(std::begin(entities), std::end(entities),
                                [&](const auto& entity) { return entity.first == name; });
      if (known != std::end(entities)) {
        text += known->second;
        i = end;
      } else if (name.size() > 1 && name.size() < 10 && name[0] == '#') {
        bool hex = name[1] == 'x';
        append_utf8(text, std::strtoul(name.c_str() + (hex ? 2 : 1), nullptr, hex ? 16 : 10));
        i = end;
      } else {
        text += '&';
      }
    } else {
      text += xml[i];
    }
  }
  std::string folded;
  for (std::string_view word : util::words(text)) folded += (folded.empty() ? "" : " ") + std::string(word);
  return folded;
}

std::string_view attribute(std::string_view tag, std::string_view name) {
  for (size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    if (at == 0 || !std::string_view(" \t\n").contains(tag[at - 1])) continue;
    std::string_view rest = util::trim(tag.substr(at + name.size()));
    if (rest.empty() || rest[0] != '=') continue;
    rest = util::trim(rest.substr(1));
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
    size_t end = rest.find(rest[0], 1);
    if (end != std::string_view::npos) return rest.substr(1, end - 1);
  }
  return {};
}

// The <flag> elements of a <use> in English. metadata.xml has a fixed and flat form, so a scan for its tags does;
// comments go first.
void add_metadata_xml(const fs::path& path, Descriptions& out) {
  auto read = util::read_file(path, uint64_t{4} << 20);
  if (!read) return;
  std::string xml = std::move(*read);
  for (size_t start; (start = xml.find("<!--")) != std::string::npos;) {
    size_t end = xml.find("-->", start);
    xml.erase(start, end == std::string::npos ? end : end + 3 - start);
  }
  std::string_view rest = xml;
  std::string_view language;
  for (;;) {
    size_t flag = rest.find("<flag"), use = rest.find("<use");
    if (use < flag) {
      size_t end = rest.find('>', use);
      if (end == std::string_view::npos) return;
      language = attribute(rest.substr(use, end - use), "lang");
      rest.remove_prefix(end + 1);
      continue;
    }
    if (flag == std::string_view::npos) return;
    size_t open_end = rest.find('>', flag), close = rest.find("</flag>", flag);
    if (open_end == std::string_view::npos || close == std::string_view::npos || close < open_end) return;
    std::string_view name = attribute(rest.substr(flag, open_end - flag), "name");
    if (!name.empty() && (language.empty() || language == "en"))
      out.emplace(name, plain_text(rest.substr(open_end + 1, close - open_end - 1)));
    rest.remove_prefix(close + 7);
  }
}

// Lines of "flag - description"; `prefix` comes before each flag.
void add_desc_file(const fs::path& path, std::string_view prefix, Descriptions& out) {
  auto text = util::read_file(path, uint64_t{16} << 20);
  if (!text) return;
  for (std::string_view line : util::lines(*text)) {
    line = util::trim(line);
    size_t dash = line.find(" - ");
    if (line.empty() || line[0] == '#' || dash == std::string_view::npos) continue;
    out.emplace(fmt::format("{}{}", prefix, util::trim(line.substr(0, dash))), util::trim(line.substr(dash + 3)));
  }
}

void add_local_desc(const fs::path& path, const std::string& package, Descriptions& out) {
  auto text = util::read_file(path, uint64_t{64} << 20);
  if (!text) return;
  std::string prefix = package + ":";
  for (std::string_view line : util::lines(*text)) {
    if (!line.starts_with(prefix)) continue;
    size_t dash = line.find(" - ");
    if (dash != std::string_view::npos)
      out.emplace(util::trim(line.substr(prefix.size(), dash - prefix.size())), util::trim(line.substr(dash + 3)));
  }
}

}  // namespace

// The first description that is found for a flag stays.
Descriptions read_flag_descriptions(const std::vector<const Repository*>& chain, const ebuild::PackageName& name) {
  Descriptions out;
  for (const Repository* repository : chain)
    add_metadata_xml(repository->root() / name.category / name.package / "metadata.xml", out);
  for (const Repository* repository : chain)
    add_local_desc(repository->root() / "profiles/use.local.desc", name.text(), out);
  for (const Repository* repository : chain) {
    add_desc_file(repository->root() / "profiles/use.desc", "", out);
    std::error_code ec;
    fs::path folder = repository->root() / "profiles/desc";
    if (!fs::is_directory(folder, ec)) continue;
    auto files = util::list_directory(folder);
    if (!files) continue;
    for (const std::string& file : *files)
      if (file.ends_with(".desc")) add_desc_file(folder / file, file.substr(0, file.size() - 5) + "_", out);
  }
  return out;
}

}  // namespace cooper::repository
