// The image spec: a TOML file as a value, every key checked (docs/manual: image spec).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"
#include "util/error.h"

namespace cooper::spec {

// A value with the place it stands at: "php.toml:3:12".
template <typename T>
struct Located {
  T value;
  std::string where;
};

struct PackageSpec {
  Located<ebuild::Atom> atom;
  std::vector<Located<std::string>> use, keywords, license;
  std::map<std::string, std::string> env;
};

struct RepositorySpec {
  std::string name;
  std::string path, git, tarball, commit;  // one of path, git, tarball
  // From a repos.conf, not from the spec itself: what layout.conf says otherwise.
  std::optional<std::vector<std::string>> masters;
  std::vector<std::string> aliases;
  std::string default_master;
  std::string where;
};

struct FileSpec {      // [[root.file]]
  std::string path;    // absolute, in the image
  std::string source;  // relative to the spec, or ""
  std::optional<std::string> content;
  uint32_t mode = 0644;
  std::string user, group;  // names or numbers; "" is root
  std::string where;
};

struct DirectorySpec {
  std::string path;
  uint32_t mode = 0755;
  std::string user, group;
  std::string where;
};
struct SymlinkSpec {
  std::string path, target;
  std::string where;
};

struct UserSpec {  // [[root.user]]
  std::string name;
  uint32_t uid = 0;
  std::optional<uint32_t> gid;  // default: a group of the same name and number
  std::string home = "/nonexistent", shell = "/sbin/nologin", comment;
  std::vector<std::string> groups;
  std::string where;
};
struct GroupSpec {
  std::string name;
  uint32_t gid = 0;
  std::string where;
};

struct ImageConfig {                                               // [config]: the OCI image config
  std::vector<std::string> entrypoint, cmd, env, expose, volumes;  // env: "NAME=value"
  std::string user, workdir, stop_signal;
  std::map<std::string, std::string> labels;
};

struct TestSpec {  // [[test]]
  std::vector<std::string> run;
  std::optional<std::string> stdout_text;  // whole output, final white space ignored
  std::optional<std::string> stdout_contains;
  std::optional<std::string> stdin_text;
  int exit = 0;
  int timeout = 60;  // seconds
  std::string name, where;
};

struct LimitsSpec {  // [limits]: of the build of one package; absent: cooper's own; 0: none
  std::optional<uint64_t> log, file, memory, free;  // bytes
  std::optional<int> processes, seconds;
};

struct ImageSpec {
  std::filesystem::path file;  // the spec itself; relative paths start at its folder
  std::string name;
  std::optional<std::string> tag;
  std::vector<Located<ebuild::Atom>> packages;
  std::vector<Located<std::string>> sets;  // "@tools" among `packages`, without "@"
  std::vector<Located<std::string>> use;
  std::vector<Located<ebuild::Atom>> mask, unmask;  // as package.mask and package.unmask
  std::vector<PackageSpec> package;
  std::vector<RepositorySpec> repositories;
  std::string profile = "cooper:default/linux/amd64";
  std::filesystem::path portage_config;
  std::map<std::string, std::string> variables;  // [profile] variables: CFLAGS …
  bool multilib = false;                         // [profile] multilib: also for the profile's other ABIs
  std::string base_from = "debian:bookworm";
  bool build_libc = false;  // [base] libc = "build"
  std::vector<Located<ebuild::Atom>> exclude;
  std::vector<std::string> trim = {"docs", "headers", "static-libs", "build-tools", "package-database"};
  std::vector<std::string> keep;                                                   // paths or globs that no trim takes
  std::vector<std::string> remove;                                                 // paths or globs to take away
  std::optional<std::vector<std::string>> locales, charsets, timezones, terminfo;  // data slices; absent: all
  std::vector<FileSpec> files;
  std::vector<DirectorySpec> directories;
  std::vector<SymlinkSpec> symlinks;
  std::vector<UserSpec> users;
  std::vector<GroupSpec> groups;
  ImageConfig config;
  std::vector<TestSpec> tests;
  LimitsSpec limits;
};

// Errors: usage, `where` = file:line:column, `hint` the nearest valid key where a key is unknown.
Result<ImageSpec> load(const std::filesystem::path& file);
Result<ImageSpec> parse(std::string_view text, const std::filesystem::path& file);
// The JSON Schema of the spec.
std::string json_schema();

}  // namespace cooper::spec
