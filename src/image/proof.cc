#include "image/proof.h"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "image/libraries.h"
#include "util/text.h"

namespace cooper::image {

namespace {

constexpr size_t most_warnings = 20;

// "#!/usr/bin/perl -w" → "/usr/bin/perl"; for /usr/bin/env its first argument that is a program.
std::string interpreter_of(const tree::Entry& entry) {
  util::Fd fd(::open(entry.source.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[256];
  ssize_t n = fd ? ::read(fd.get(), buffer, sizeof buffer) : -1;
  if (n < 3 || buffer[0] != '#' || buffer[1] != '!') return {};
  std::string_view line(buffer + 2, static_cast<size_t>(n) - 2);
  std::vector<std::string_view> words = util::words(line.substr(0, line.find('\n')));
  if (words.empty()) return {};
  if (words[0].ends_with("/env"))
    for (size_t i = 1; i < words.size(); ++i)
      if (!words[i].starts_with('-') && words[i].find('=') == std::string_view::npos) return std::string(words[i]);
  return std::string(words[0]);
}

// Places that are filled when a container runs.
bool made_at_run_time(std::string_view path) {
  for (std::string_view folder : {"proc", "sys", "dev", "run", "tmp", "var/tmp"})
    if (path == folder || (path.starts_with(folder) && path[folder.size()] == '/')) return true;
  return path == "etc/resolv.conf" || path == "etc/mtab" || path == "etc/hosts";
}

class Prover {
 public:
  Prover(const Draft& draft, const std::vector<std::string>& folders) : draft_(draft), folders_(folders) {}

  Result<> elf_files() {
    std::vector<std::string> missing;
    for (const auto& [path, facts] : draft_.elf) {
      if (!facts.interpreter.empty() && !draft_.open(facts.interpreter))
        missing.push_back(fmt::format("/{} needs the loader {}", path, facts.interpreter));
      for (const std::string& soname : facts.needed)
        if (!find_library(draft_, facts, soname, folders_))
          missing.push_back(fmt::format("/{} needs {}", path, soname));
    }
    if (missing.empty()) return {};
    size_t all = missing.size();
    if (all > most_warnings)
      missing.resize(most_warnings), missing.push_back(fmt::format("… and {} more", all - most_warnings));
    return fail(ErrorKind::failed, "the image is not complete", {}, util::join(missing, "\n"),
                "what trim or [root] remove takes away can be held with [root] keep");
  }

  void scripts(const std::string& path, std::vector<std::string>& warnings) {
    std::map<std::string, std::vector<std::string>> by_interpreter;
    for (const auto& [name, entry] : draft_.entries) {
      if (entry.kind != tree::EntryKind::file || (entry.mode & 0111) == 0 || draft_.elf.contains(name)) continue;
      std::string interpreter = interpreter_of(entry);
      if (!interpreter.empty() && !find_program(draft_.lookup(), interpreter, path))
        by_interpreter[interpreter].push_back(name);
    }
    for (const auto& [interpreter, names] : by_interpreter)
      warnings.push_back(fmt::format("{} cannot run: {} is not in the image (/{}{})",
                                     util::count(names.size(), "script"), interpreter, names[0],
                                     names.size() > 1 ? ", …" : ""));
  }

  void symlinks(std::vector<std::string>& warnings) {
    size_t count = 0;
    for (const auto& [path, entry] : draft_.entries) {
      if (entry.kind != tree::EntryKind::symlink || draft_.open(path)) continue;
      auto target = resolve_path(draft_.lookup(), path, true);
      if (target && (target->empty() || made_at_run_time(*target))) continue;
      if (++count <= most_warnings)
        warnings.push_back(
            fmt::format("/{} ({}) is a symlink to {}, which is not in the image", path, entry.owner, entry.target));
    }
    if (count > most_warnings)
      warnings.push_back(fmt::format("… and {} more symlinks lead nowhere", count - most_warnings));
  }

 private:
  const Draft& draft_;
  const std::vector<std::string>& folders_;
};

Result<> prove_config(const Draft& draft, const spec::ImageSpec& spec, const Accounts& accounts) {
  const std::vector<std::string>& command = spec.config.entrypoint.empty() ? spec.config.cmd : spec.config.entrypoint;
  if (!command.empty() && !find_program(draft.lookup(), command[0], path_of(spec.config.env)))
    return fail(ErrorKind::usage, fmt::format("the image has no program '{}'", command[0]), spec.file.string(),
                "[config] names it as what the image runs",
                "name a file of the image; `cooper files PACKAGE` lists them");
  size_t colon = spec.config.user.find(':');
  std::string user = spec.config.user.substr(0, colon);
  if (!accounts.uid(user))
    return fail(ErrorKind::usage, fmt::format("the image has no user '{}'", user), spec.file.string(),
                "[config] user names it", "make it with [[root.user]]");
  if (colon != std::string::npos && !accounts.gid(spec.config.user.substr(colon + 1)))
    return fail(ErrorKind::usage, fmt::format("the image has no group '{}'", spec.config.user.substr(colon + 1)),
                spec.file.string(), "[config] user names it");
  return {};
}

}  // namespace

const tree::Entry* find_program(const Lookup& lookup, std::string_view program, std::string_view path) {
  auto runnable = [&](const std::string& name) -> const tree::Entry* {
    auto where = resolve_path(lookup, name, true);
    const tree::Entry* entry = where ? lookup(*where) : nullptr;
    if (entry && entry->kind == tree::EntryKind::hardlink) entry = lookup(entry->target);
    return entry && entry->kind == tree::EntryKind::file && (entry->mode & 0111) ? entry : nullptr;
  };
  if (program.find('/') != std::string_view::npos) return runnable(std::string(program));
  for (std::string_view folder : util::split(path, ':'))
    if (const tree::Entry* found = runnable(std::string(folder) + "/" + std::string(program))) return found;
  return nullptr;
}

std::string path_of(const std::vector<std::string>& environment) {
  for (const std::string& line : environment)
    if (line.starts_with("PATH=")) return line.substr(5);
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

Result<> prove(const Draft& draft, const spec::ImageSpec& spec, const Accounts& accounts,
               const std::vector<std::string>& folders, std::vector<std::string>& warnings) {
  Prover prover(draft, folders);
  TRY(prover.elf_files());
  TRY(prove_config(draft, spec, accounts));
  prover.scripts(path_of(spec.config.env), warnings);
  prover.symlinks(warnings);
  return {};
}

}  // namespace cooper::image
