#include <fmt/format.h>

#include "image/skeleton.h"
#include "util/text.h"

namespace cooper::image {

namespace {

struct Line {
  char type = 'd';
  std::string path, mode, user, group, argument, where, owner;
};

// The specifiers that mean the same in every image; nullopt for one that depends on the running system.
std::optional<std::string> expand(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    switch (++i < text.size() ? text[i] : '\0') {
      case '%': out += '%'; break;
      case 't': out += "/run"; break;
      case 'S': out += "/var/lib"; break;
      case 'C': out += "/var/cache"; break;
      case 'L': out += "/var/log"; break;
      case 'T': out += "/tmp"; break;
      case 'V': out += "/var/tmp"; break;
      default: return std::nullopt;
    }
  }
  return out;
}

class Applier {
 public:
  Applier(Draft& draft, const Accounts& accounts, std::vector<std::string>& warnings)
      : draft_(draft), accounts_(accounts), warnings_(warnings) {}

  Result<> apply(const Line& line) {
    switch (line.type) {
      case 'd':
      case 'D':
      case 'v':
      case 'q':
      case 'Q': return folder(line);
      case 'L':
        if (!draft_.find(draft_.place(line.path))) TRY(draft_.put_symlink(line.path, line.argument, line.owner));
        return {};
      case 'f':
        if (draft_.find(draft_.place(line.path))) return {};
        return attributes(line, TRY(draft_.put_file(line.path, line.argument, 0644, line.owner)));
      case 'z':
      case 'm': {
        const tree::Entry* there = draft_.open(line.path);
        return there ? attributes(line, there->path) : Result<>();
      }
      case 'x':
      case 'X':
      case 'r':
      case 'R':
      case 'e': return {};  // cleaning, of what a fresh image does not hold
      default:
        warnings_.push_back(
            fmt::format("{}: '{}' lines of tmpfiles.d are not applied: {}", line.where, line.type, line.path));
        return {};
    }
  }

 private:
  Result<> folder(const Line& line) {
    const tree::Entry* there = draft_.open(line.path);
    if (there && there->kind != tree::EntryKind::directory) {
      warnings_.push_back(fmt::format("{}: {} is no folder", line.where, line.path));
      return {};
    }
    return attributes(line, there ? there->path : TRY(draft_.put_directory(line.path, 0755, line.owner)));
  }

  Result<> attributes(const Line& line, const std::string& path) {
    tree::Entry& entry = draft_.entries.at(path);
    std::string_view mode = line.mode;
    while (!mode.empty() && (mode[0] == '~' || mode[0] == ':')) mode.remove_prefix(1);
    if (!mode.empty() && mode != "-") {
      uint32_t value = 0;
      for (char c : mode) {
        if (c < '0' || c > '7' || value > 0777)
          return fail(ErrorKind::failed, fmt::format("'{}' is no mode", line.mode), line.where);
        value = value * 8 + static_cast<uint32_t>(c - '0');
      }
      entry.mode = value;
    }
    auto uid = accounts_.uid(line.user == "-" ? "" : line.user),
         gid = accounts_.gid(line.group == "-" ? "" : line.group);
    if (!uid || !gid)
      return fail(ErrorKind::failed,
                  fmt::format("no {} '{}' in the image", uid ? "group" : "user", uid ? line.group : line.user),
                  line.where, fmt::format("{} wants to be its", line.path),
                  "the package that makes it is missing, or [[root.user]]");
    bool given_user = !line.user.empty() && line.user != "-", given_group = !line.group.empty() && line.group != "-";
    if (given_user || entry.owner == line.owner) entry.uid = *uid;
    if (given_group || entry.owner == line.owner) entry.gid = *gid;
    return {};
  }

  Draft& draft_;
  const Accounts& accounts_;
  std::vector<std::string>& warnings_;
};

Result<std::vector<Line>> read_lines(const Draft& draft, std::vector<std::string>& warnings) {
  std::map<std::string, std::string> files;  // name → path; etc wins
  for (const char* folder : {"usr/lib/tmpfiles.d", "etc/tmpfiles.d"})
    for (const std::string& name : draft.names_in(folder))
      if (name.ends_with(".conf")) files[name] = std::string(folder) + "/" + name;
  std::vector<Line> lines;
  for (const auto& [name, path] : files) {
    std::string text = TRY(draft.read(path)).value_or("");
    size_t count = 0;
    for (std::string_view raw : util::lines(text)) {
      std::string where = fmt::format("/{}:{}", path, ++count);
      std::string_view trimmed = util::trim(raw);
      if (trimmed.empty() || trimmed[0] == '#') continue;
      auto words = quoted_words(trimmed);
      if (!words || words->size() < 2) return fail(ErrorKind::failed, "a line of tmpfiles.d is damaged", where);
      // Modifiers of the type ("+", "!", "-", "=", "^", "~", "$") say when and how on a running system.
      Line line{(*words)[0][0], {}, {}, {}, {}, {}, where, draft.open(path)->owner};
      auto expanded = expand((*words)[1]);
      if (!expanded || !expanded->starts_with('/')) {
        warnings.push_back(fmt::format("{}: the path depends on the running system: {}", where, (*words)[1]));
        continue;
      }
      line.path = *expanded;
      if (words->size() > 2) line.mode = (*words)[2];
      if (words->size() > 3) line.user = (*words)[3];
      if (words->size() > 4) line.group = (*words)[4];
      for (size_t i = 6; i < words->size(); ++i) line.argument += (i > 6 ? " " : "") + (*words)[i];
      line.argument = expand(line.argument).value_or(line.argument);
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

}  // namespace

Result<> apply_tmpfiles(Draft& draft, const Accounts& accounts, std::vector<std::string>& warnings) {
  Applier applier(draft, accounts, warnings);
  for (const Line& line : TRY(read_lines(draft, warnings))) TRY(applier.apply(line));
  return {};
}

}  // namespace cooper::image
