// Questions: has_version and best_version (PMS 12.3.4), and the ELF files of a folder, for stripping.
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include "ebuild/atom.h"
#include "ebuild/eapi.h"
#include "ebuild/stand_in.h"
#include "helper/helper.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

// One line of the packages file: "CPV SLOT/SUBSLOT REPOSITORY [-]FLAG…"; a flag with "-" is one that the package has,
// off. What the base root stands for has the repository "base", and after it [later] [programs] (ebuild::StandIn).
struct Installed {
  ebuild::Cpv cpv;
  std::string slot, repository;
  std::map<std::string, bool, std::less<>> flags;
  std::optional<ebuild::StandIn> stand_in;
};

Result<std::vector<Installed>> read_packages() {
  std::string path = variable("COOPER_PACKAGES");
  if (path.empty()) path = variable("COOPER_STATE") + "/packages";
  std::vector<Installed> out;
  std::string text = TRY(util::read_file(path));
  for (std::string_view line : util::lines(text)) {
    std::vector<std::string_view> words = util::words(line);
    if (words.empty()) continue;
    Installed one{TRY(ebuild::Cpv::parse(words[0])), words.size() > 1 ? std::string(words[1]) : "0",
                  words.size() > 2 ? std::string(words[2]) : ""};
    if (one.repository == "base") {
      one.stand_in = ebuild::StandIn{.cpv = one.cpv, .slot = one.slot == "*" ? "" : one.slot};
      for (std::string_view word : words) {
        one.stand_in->later |= word == "later";
        one.stand_in->programs_only |= word == "programs";
      }
    }
    for (size_t i = 3; i < words.size() && !one.stand_in; ++i) {
      bool off = words[i].starts_with('-');
      one.flags.emplace(words[i].substr(off ? 1 : 0), !off);
    }
    out.push_back(std::move(one));
  }
  return out;
}

bool own_flag(std::string_view flag) {
  std::string use = variable("USE");
  for (std::string_view word : util::words(use))
    if (word == flag) return true;
  return false;
}

bool use_matches(const ebuild::UseDependency& dependency, const Installed& package) {
  using Kind = ebuild::UseDependency::Kind;
  auto found = package.flags.find(dependency.flag);
  bool on = found != package.flags.end() ? found->second : dependency.missing.value_or(false);
  switch (dependency.kind) {
    case Kind::enabled: return on;
    case Kind::disabled: return !on;
    case Kind::same: return on == own_flag(dependency.flag);
    case Kind::opposite: return on != own_flag(dependency.flag);
    case Kind::if_enabled: return on || !own_flag(dependency.flag);
    case Kind::if_disabled: return !on || own_flag(dependency.flag);
  }
  return false;
}

bool matches(const ebuild::Atom& atom, const Installed& package, bool programs) {
  if (package.stand_in) return ebuild::stands_for(*package.stand_in, atom, programs);
  if (!atom.matches(package.cpv, package.slot, package.repository)) return false;
  for (const ebuild::UseDependency& dependency : atom.use)
    if (!use_matches(dependency, package)) return false;
  return true;
}

// All roots are one here: every package of the build root is in BROOT, SYSROOT and ROOT alike. Only of what the base
// root stands for, some is there as programs alone.
Result<std::optional<ebuild::Cpv>> best_match(Arguments arguments) {
  bool programs = !arguments.empty() && (arguments[0] == "-b" || arguments[0] == "--host-root");
  if (!arguments.empty() && (arguments[0] == "-b" || arguments[0] == "-d" || arguments[0] == "-r")) {
    TRY(only_since(7));
    arguments = arguments.subspan(1);
  } else if (!arguments.empty() && arguments[0] == "--host-root") {
    TRY(only_since(5));
    TRY(banned_since(7));
    arguments = arguments.subspan(1);
  }
  if (arguments.size() != 1) return refuse("needs exactly one package dependency specification");
  const ebuild::Eapi* rules = ebuild::find_eapi(std::to_string(eapi()));
  if (!rules) return refuse("unknown EAPI");
  ebuild::Atom atom = TRY(ebuild::Atom::parse(arguments[0], *rules));
  std::optional<ebuild::Cpv> best;
  for (Installed& package : TRY(read_packages()))
    if (matches(atom, package, programs) && (!best || best->version < package.cpv.version))
      best = std::move(package.cpv);
  return best;
}

// "No" is an answer, not a failure: it must not end the build, so the status goes round run_command.
CommandResult has_version(std::string_view, Arguments arguments) {
  if (TRY(best_match(arguments))) return 0;
  std::fflush(stdout);
  _exit(1);
}

CommandResult best_version(std::string_view, Arguments arguments) {
  auto best = TRY(best_match(arguments));
  std::printf("%s\n", best ? best->text().c_str() : "");
  return 0;
}

// The inclusion and exclusion lists of PMS 12.3.11, lines "+PATH" and "-PATH".
struct PathLists {
  std::vector<std::string> included, excluded;
};

Result<PathLists> read_lists(const std::string& path) {
  PathLists out;
  std::string text = TRY(util::read_file(path));
  for (std::string_view line : util::lines(text)) {
    if (line.size() < 2) continue;
    std::string entry = "/" + std::string(line.substr(line.find_first_not_of('/', 1) == std::string_view::npos
                                                          ? line.size()
                                                          : line.find_first_not_of('/', 1)));
    while (entry.size() > 1 && entry.back() == '/') entry.pop_back();
    (line[0] == '-' ? out.excluded : out.included).push_back(entry);
  }
  return out;
}

bool covers(const std::vector<std::string>& list, std::string_view path) {
  for (const std::string& entry : list) {
    if (entry == "/" || path == entry) return true;
    if (path.size() > entry.size() && path.starts_with(entry) && path[entry.size()] == '/') return true;
  }
  return false;
}

// "executable", "shared", "relocatable", "archive", or "" for anything else.
std::string_view object_kind(const std::string& path) {
  util::Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  unsigned char head[20] = {};
  if (!fd || read(fd.get(), head, sizeof head) < static_cast<ssize_t>(sizeof head)) return {};
  if (std::memcmp(head, "!<arch>\n", 8) == 0) return path.ends_with(".a") ? "archive" : "";
  if (std::memcmp(head, ELFMAG, SELFMAG) != 0) return {};
  int type = head[EI_DATA] == ELFDATA2MSB ? head[16] << 8 | head[17] : head[17] << 8 | head[16];
  if (type == ET_EXEC) return "executable";
  if (type == ET_DYN) return "shared";
  return type == ET_REL ? "relocatable" : "";
}

struct Walk {
  std::string root;
  PathLists lists;
  std::set<std::pair<dev_t, ino_t>> seen;  // hard links once
  std::string found;
};

Result<> list_objects(Walk& walk, const std::string& path) {
  std::string full = walk.root + path;
  for (const std::string& name : TRY(util::list_directory(full.empty() ? "/" : full))) {
    std::string inner = path + "/" + name, inner_full = walk.root + inner;
    struct stat info;
    if (lstat(inner_full.c_str(), &info) != 0) return refuse_errno("'" + inner_full + "'");
    if (S_ISDIR(info.st_mode)) TRY(list_objects(walk, inner));
    if (!S_ISREG(info.st_mode) || !covers(walk.lists.included, inner) || covers(walk.lists.excluded, inner)) continue;
    std::string_view kind = object_kind(inner_full);
    if (kind.empty() || (info.st_nlink > 1 && !walk.seen.emplace(info.st_dev, info.st_ino).second)) continue;
    walk.found += std::string(kind) + '\t' + inner_full + '\0';
  }
  return {};
}

// elf-files FOLDER LISTS OUT: writes "KIND<tab>PATH<NUL>" for each object file that the lists let be stripped.
CommandResult elf_files(std::string_view, Arguments arguments) {
  if (arguments.size() != 3) return refuse("needs a folder, a file of lists and a file to write");
  Walk walk{arguments[0], TRY(read_lists(arguments[1])), {}, {}};
  TRY(list_objects(walk, ""));
  TRY(util::write_file(arguments[2], walk.found, 0644, util::Fsync::no));
  return 0;
}

}  // namespace

std::span<const Command> query_commands() {
  static constexpr Command commands[] = {
      {"has_version", has_version},
      {"best_version", best_version},
      {"elf-files", elf_files},
  };
  return commands;
}

}  // namespace cooper::helper
