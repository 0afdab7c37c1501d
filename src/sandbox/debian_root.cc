// debian:SUITE, made by mmdebstrap from the machine's own apt configuration.
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/apt_sources.h"
#include "sandbox/base_sources.h"
#include "sandbox/debian_packages.h"
#include "sandbox/sandbox.h"
#include "tree/archive.h"
#include "util/file.h"
#include "util/process.h"
#include "util/text.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;

// Changes with what tidy_debian_root or the options below do.
constexpr int recipe_revision = 2;
// No file of the root is newer: what maintainer scripts write gets this time.
constexpr int64_t epoch = 1'672'531'200;  // 2023-01-01

constexpr const char* hooks_folder = "/usr/share/mmdebstrap/hooks";

std::string machine() {
  struct utsname name {};
  ::uname(&name);
  return name.machine;
}

std::string package_list() {
  std::string list;
  for (std::string_view package : debian_base_packages()) list += (list.empty() ? "" : ",") + std::string(package);
  return list;
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::unexpected<Error> cannot(std::string_view suite, ErrorKind kind, std::string why, std::string hint) {
  return fail(kind, fmt::format("cannot make the base root debian:{}", suite), {}, std::move(why), std::move(hint));
}

// An ordinary user needs a range of subordinate ids: dpkg gives files to several owners.
Result<> check_user_mode(std::string_view suite) {
  if (util::find_program("newuidmap").empty())
    return cannot(suite, ErrorKind::sandbox, "an ordinary user needs the programs newuidmap and newgidmap",
                  "sudo apt install uidmap");
  std::string name = std::to_string(::getuid());
  if (const passwd* entry = ::getpwuid(::getuid())) name = entry->pw_name;
  for (const char* file : {"/etc/subuid", "/etc/subgid"}) {
    auto text = util::read_file(file);
    bool found = false;
    for (std::string_view line : util::lines(text ? std::string_view(*text) : std::string_view())) {
      std::string_view who = line.substr(0, line.find(':'));
      found |= who == name || who == std::to_string(::getuid());
    }
    if (!found)
      return cannot(suite, ErrorKind::sandbox, fmt::format("{} has no ids for the user {}", file, name),
                    fmt::format("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {}", name));
  }
  return check();
}

// How this machine reaches its archives: proxies, time-outs, certificates.
std::vector<std::string> acquire_options() {
  std::vector<std::string> options;
  auto dump = util::run_process({"apt-config", "dump"});
  if (!dump || dump->exit_code != 0) return options;
  for (std::string_view line : util::lines(dump->output))
    for (std::string_view prefix :
         {"Acquire::http::", "Acquire::https::", "Acquire::Retries", "Acquire::Check-Valid-Until", "Acquire::ForceIPv4",
          "Acquire::ForceIPv6", "Acquire::Max-FutureTime"})
      if (line.starts_with(prefix) && !line.ends_with(" \"\";")) options.push_back("--aptopt=" + std::string(line));
  return options;
}

std::vector<std::string> mmdebstrap_arguments(std::string_view suite, const std::string& sources,
                                              const fs::path& debs) {
  std::vector<std::string> arguments = {
      "mmdebstrap",
      "--variant=essential",
      ::geteuid() == 0 ? "--mode=root" : "--mode=unshare",
      "--format=tar",
      "--include=" + package_list() + ",usr-is-merged",
      "--aptopt=Acquire::Languages \"none\"",
      // Packages are fetched once per machine and kept in the store.
      "--setup-hook=mkdir -p \"$1/var/cache/apt/archives/partial\"",
      fmt::format("--setup-hook=sync-in {} /var/cache/apt/archives", shell_quoted(debs.string())),
      fmt::format("--customize-hook=sync-out /var/cache/apt/archives {}", shell_quoted(debs.string())),
      "--customize-hook=rm -rf \"$1/var/cache/apt/archives\"/*.deb",
      "--skip=essential/unlink",
      fmt::format("--hook-dir={}/merged-usr", hooks_folder),
  };
  for (const char* path : {"man", "doc", "info", "locale"})
    arguments.push_back(fmt::format("--dpkgopt=path-exclude=/usr/share/{}/*", path));
  if (sources.find("file:") != std::string::npos || sources.find("copy:") != std::string::npos)
    arguments.push_back(fmt::format("--hook-dir={}/file-mirror-automount", hooks_folder));
  for (std::string& option : acquire_options()) arguments.push_back(std::move(option));
  arguments.insert(arguments.end(), {std::string(suite), "-", "-"});
  return arguments;
}

// mmdebstrap's steps in words for users; "" for those that say nothing to them.
std::string step_text(std::string_view line) {
  if (!line.starts_with("I: ")) return {};
  line.remove_prefix(3);
  if (line.starts_with("running apt-get update")) return "reading the package lists";
  if (line.starts_with("downloading packages")) return "downloading the essential packages";
  if (line.starts_with("extracting archives")) return "unpacking the essential packages";
  if (line.starts_with("installing essential")) return "installing the essential packages";
  if (line.starts_with("installing remaining")) return "downloading and installing compilers and build tools";
  if (line.starts_with("creating tarball")) return "taking the files over";
  return {};
}

Error failure(std::string_view suite, const util::ProcessResult& result) {
  std::string why;
  for (std::string_view line : util::lines(result.error_tail))
    if (line.starts_with("E: ") || line.starts_with("Err:") || line.starts_with("dpkg: error"))
      why += std::string(line) + "\n";
  if (why.empty()) why = result.error_tail;
  if (why.ends_with('\n')) why.pop_back();
  std::string hint = "see that `apt-get update` works on this machine; mmdebstrap made the root, its words are above";
  return Error{ErrorKind::failed,
               fmt::format("cannot make the base root debian:{}", suite),
               {},
               std::move(why),
               std::move(hint)};
}

void drain(int fd) {
  char buffer[65536];
  for (;;) {
    ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size == 0 || (size < 0 && errno != EINTR)) return;
  }
}

}  // namespace

std::string debian_recipe(std::string_view suite) {
  return fmt::format("debian:{}\narchitecture {}\nrevision {}\npackages {}\n{}", suite, machine(), recipe_revision,
                     package_list(), debian_stand_ins_recipe(machine()));
}

Result<tree::Tree> make_debian_root(const store::Store& store, std::string_view suite, const fs::path& root,
                                    const BaseOptions& base_options) {
  if (util::find_program("mmdebstrap").empty())
    return cannot(suite, ErrorKind::sandbox, "the program mmdebstrap is not there", "sudo apt install mmdebstrap");
  if (::geteuid() != 0) TRY(check_user_mode(suite));
  std::string sources = TRY(debian_sources(TRY(read_apt_sources("/etc/apt")), suite));
  fs::path debs = store.root() / "debs";
  TRY(util::make_directories(debs));
  // What mmdebstrap cannot remove where it is killed goes with this folder.
  auto scratch = TRY(util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-mmdebstrap"));
  fs::permissions(scratch.path(), fs::perms(0755));  // with subordinate ids it is not its owner who looks into it

  tree::Tree tree;
  util::ProcessOptions options;
  options.input = sources;
  options.cancel = base_options.cancel;
  options.own_mounts = ::geteuid() == 0;
  const char* path = ::getenv("PATH");
  options.environment = {{"SOURCE_DATE_EPOCH", std::to_string(epoch)},
                         {"LC_ALL", "C.UTF-8"},
                         {"TMPDIR", scratch.path().string()},
                         {"PATH", std::string(path ? path : "/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin"}};
  options.on_output = [&](int fd) -> Result<> {
    tree::ExtractOptions extract;
    extract.owner = "(base)";
    tree = TRY(tree::extract_tar(fd, fmt::format("debian:{}", suite), root, extract));
    drain(fd);
    return {};
  };
  options.on_error_line = [&](std::string_view line) {
    if (std::string text = step_text(line); !text.empty() && base_options.progress) base_options.progress(text);
  };
  auto result = TRY(util::run_process(mmdebstrap_arguments(suite, sources, debs), options));
  if (result.exit_code != 0) return std::unexpected(failure(suite, result));
  TRY(tidy_debian_root(root, tree, epoch));
  TRY(add_debian_stand_ins(root, tree, machine(), epoch));
  return tree;
}

}  // namespace cooper::sandbox
