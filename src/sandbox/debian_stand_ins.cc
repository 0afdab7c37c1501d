// Files that make a Debian root answer to the names and places of a Gentoo one: what the host is called, where
// libraries and pkg-config's files lie, and tools that only Gentoo has.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sandbox/base_sources.h"
#include "util/file.h"
#include "util/hash.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;

// Programs that builds call with the name of the host before them, as Gentoo's profiles spell it.
constexpr std::string_view host_programs[] = {
    "addr2line", "ar",         "as",         "c++filt", "cpp",     "dwp",  "elfedit", "g++",     "gcc",
    "gcc-ar",    "gcc-nm",     "gcc-ranlib", "gcov",    "ld",      "nm",   "ld.bfd",  "ld.gold", "objcopy",
    "objdump",   "pkg-config", "pkgconf",    "ranlib",  "readelf", "size", "strings", "strip",
};

// libtool.eclass calls it to mend libtool scripts for systems and linkers that are not this one.
constexpr std::string_view eltpatch = R"(#!/bin/sh
# Stands for the program of app-portage/elt-patches: nothing needs to be mended for the toolchain of this root.
exit 0
)";

// meson.eclass calls it for the machine files that it writes: shell words become an array of strings.
constexpr std::string_view meson_format_array = R"(#!/usr/bin/python3
"""Stands for dev-build/meson-format-array: prints its arguments, split as a shell splits them, as a meson array."""
import shlex
import sys

words = shlex.split(" ".join(sys.argv[1:]))
quoted = ["'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'" for word in words]
print("[" + ", ".join(quoted) + "]")
)";

// Accounts of an image are made of sysusers.d files before the phases of its packages run, so the programs of
// sys-apps/shadow mostly find what they are asked for. New ones get a line, and the highest free number below 1000
// where none is named.
constexpr std::string_view useradd = R"(#!/bin/sh
# Stands for useradd, groupadd, usermod and groupmod.
name= id= group= home=/dev/null shell=/sbin/nologin comment= groups=
program=${0##*/}
while [ $# -gt 0 ]; do
  case $1 in
    --*=*) option=${1%%=*} value=${1#*=}; shift; set -- "$option" "$value" "$@"; continue ;;
    -u | --uid) id=$2; shift ;;
    -g | --gid) [ "$program" = groupadd ] && id=$2 || group=$2; shift ;;
    -d | --home | --home-dir) home=$2; shift ;;
    -s | --shell) shell=$2; shift ;;
    -c | --comment) comment=$2; shift ;;
    -G | --groups) groups=$2; shift ;;
    -b | --base-dir | -e | --expiredate | -f | --inactive | -k | --skel | -K | --key | -p | --password | -P | --prefix | -R | --root) shift ;;
    -*) ;;
    *) name=$1 ;;
  esac
  shift
done
[ -n "$name" ] || { echo "$program: no name was given" >&2; exit 2; }
database=passwd
case $program in group*) database=group ;; esac
found=$(getent "$database" "$name")
case $program in
  usermod | groupmod) [ -n "$found" ] || { echo "$program: there is no $name" >&2; exit 6; }; exit 0 ;;
esac
[ -z "$found" ] || { echo "$program: $name is there already" >&2; exit 9; }
if [ -z "$id" ]; then
  id=999
  while getent passwd $id >/dev/null || getent group $id >/dev/null; do id=$((id - 1)); done
fi
if [ "$database" = group ]; then
  echo "$name:x:$id:" >>/etc/group
  exit
fi
[ -n "$group" ] || { group=$name; getent group "$name" >/dev/null || echo "$name:x:$id:" >>/etc/group; }
gid=$(getent group "$group" | cut -d: -f3)
[ -n "$gid" ] || { echo "$program: there is no group $group" >&2; exit 6; }
echo "$name:x:$id:$gid:$comment:$home:$shell" >>/etc/passwd
for group in $(echo "$groups" | tr , ' '); do
  sed -i -e "/^$group:/{s/[^:]$/&,/;s/$/$name/}" /etc/group
done
)";

std::string gentoo_host(std::string_view machine) {
  return machine == "x86_64" ? "x86_64-pc-linux-gnu" : std::string(machine) + "-unknown-linux-gnu";
}

struct File {
  std::string path;
  std::string target;   // of a symlink
  std::string content;  // of a file
  mode_t mode = 0;
};

std::vector<File> stand_ins(std::string_view machine, const std::string& python) {
  std::vector<File> files;
  auto link = [&](std::string path, std::string target) { files.push_back({std::move(path), std::move(target), {}}); };
  auto file = [&](std::string path, std::string_view content, mode_t mode) {
    files.push_back({std::move(path), {}, std::string(content), mode});
  };
  std::string host = gentoo_host(machine), debian_host = fmt::format("{}-linux-gnu", machine);
  for (std::string_view name : host_programs)
    link(fmt::format("usr/bin/{}-{}", host, name), fmt::format("{}-{}", debian_host, name));
  // Slots of dev-lang/python whose build scripts the interpreter of this root runs.
  for (int minor = 11; minor <= 19; ++minor) link(fmt::format("usr/bin/python3.{}", minor), python);
  file("usr/bin/eltpatch", eltpatch, 0755);
  file("usr/bin/meson-format-array", meson_format_array, 0755);
  file("usr/sbin/useradd", useradd, 0755);
  for (const char* name : {"groupadd", "groupmod", "usermod"}) link(fmt::format("usr/sbin/{}", name), "useradd");
  // pkg-config searches Debian's own folder first: libraries that packages put into lib64 have their files there.
  link(fmt::format("usr/lib/{}/pkgconfig", debian_host), "../../lib64/pkgconfig");
  // libtool leaves no run path for folders that are named here.
  file("etc/ld.so.conf.d/lib64.conf", "# Where packages of a profile with lib64 put libraries.\n/lib64\n/usr/lib64\n",
       0644);
  return files;
}

Result<> put(const fs::path& root, tree::Tree& tree, const File& file, int64_t epoch) {
  tree::Entry entry;
  entry.path = file.path;
  entry.owner = "(base)";
  entry.mtime = epoch;
  entry.target = file.target;
  fs::path path = root / file.path;
  if (!file.target.empty()) {
    entry.kind = tree::EntryKind::symlink;
    entry.mode = 0777;
    if (::symlink(file.target.c_str(), path.c_str()) != 0) return fail_errno("cannot make symlink", path);
  } else {
    entry.mode = file.mode;
    entry.size = file.content.size();
    entry.digest = util::hash(util::HashAlgorithm::sha256, file.content);
    entry.source = path;
    TRY(util::write_file(path, file.content));
    if (::chmod(path.c_str(), file.mode) != 0) return fail_errno("cannot set mode", path);
  }
  struct timespec times[2] = {{0, UTIME_OMIT}, {static_cast<time_t>(epoch), 0}};
  if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno("cannot set time", path);
  tree.put(std::move(entry));
  return {};
}

// The interpreter by its own name: "python3.11". Where a build root has dev-lang/python too, python3 is that one.
std::string own_python(const fs::path& root) {
  std::error_code ec;
  fs::path target = fs::read_symlink(root / "usr/bin/python3", ec);
  return ec || target.has_parent_path() ? "python3" : target.string();
}

// Scripts of this root go on with the interpreter that their modules are for.
Result<> name_interpreter(const fs::path& root, tree::Tree& tree, const std::string& python, int64_t epoch) {
  constexpr std::string_view folder = "usr/bin/";
  for (tree::Entry& entry : tree.entries) {
    if (entry.kind != tree::EntryKind::file || !entry.path.starts_with(folder) || entry.size > (1 << 20)) continue;
    std::string text = TRY(util::read_file(root / entry.path));
    std::string_view first = std::string_view(text).substr(0, text.find('\n'));
    if (first != "#!/usr/bin/python3" && first != "#! /usr/bin/python3") continue;
    text.replace(0, first.size(), "#!/usr/bin/" + python);
    File file{entry.path, {}, std::move(text), static_cast<mode_t>(entry.mode)};
    std::string owner = entry.owner;
    int64_t time = std::min(entry.mtime, epoch);
    TRY(put(root, tree, file, time));
    tree.find(file.path)->owner = owner;
  }
  return {};
}

// Whether a link of the table has its place and its end in this root.
bool fits(const fs::path& root, const File& file) {
  std::error_code ec;
  fs::path path = root / file.path;
  if (file.path.ends_with("/pkgconfig")) return true;
  return !fs::exists(fs::symlink_status(path, ec)) &&
         fs::exists(fs::symlink_status(path.parent_path() / file.target, ec));
}

}  // namespace

std::string debian_stand_ins_recipe(std::string_view machine) {
  std::string recipe;
  for (const File& file : stand_ins(machine, "python3"))
    recipe += fmt::format("file {} {} {:o} {}\n", file.path, file.target, file.mode,
                          util::hash(util::HashAlgorithm::sha256, file.content));
  return recipe;
}

Result<> add_debian_stand_ins(const fs::path& root, tree::Tree& tree, std::string_view machine, int64_t epoch) {
  std::string python = own_python(root);
  for (const File& file : stand_ins(machine, python)) {
    if (!file.target.empty() && !fits(root, file)) continue;
    // Debian's folder, empty by now.
    if (const tree::Entry* there = tree.find(file.path); there && there->kind == tree::EntryKind::directory) {
      if (::rmdir((root / file.path).c_str()) != 0) return fail_errno("cannot replace folder", root / file.path);
      tree.erase(file.path);
    }
    TRY(put(root, tree, file, epoch));
  }
  return name_interpreter(root, tree, python, epoch);
}

}  // namespace cooper::sandbox
