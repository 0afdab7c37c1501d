#include "build/quality.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include "build/paths.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::build {

namespace {

using tree::Entry;
using tree::EntryKind;

// Warnings of one kind beyond the first dozen say nothing new.
class Notes {
 public:
  explicit Notes(std::vector<std::string>& warnings) : warnings_(warnings) {}
  void add(std::string kind, std::string line) {
    if (++count_[kind] <= shown) warnings_.push_back(std::move(line));
  }
  void finish() {
    for (const auto& [kind, count] : count_)
      if (count > shown) warnings_.push_back(fmt::format("{}: {} more files", kind, count - shown));
  }

 private:
  static constexpr int shown = 12;
  std::vector<std::string>& warnings_;
  std::map<std::string, int> count_;
};

class Checker {
 public:
  explicit Checker(const QualityInput& input) : input_(input), notes_(quality_.warnings) {}

  Result<Quality> run() {
    for (const Entry& entry : input_.tree.entries) {
      check_place(entry);
      check_mode(entry);
      check_library_file(entry);
      TRY(check_content(entry));
    }
    for (const tree::ElfFacts& file : input_.elf) {
      check_library_folder(file);
      if (!input_.binary_checks) continue;
      check_run_path(file);
      check_machine(file);
      check_name(file);
      check_code(file);
    }
    notes_.finish();
    return std::move(quality_);
  }

 private:
  void refuse(std::string_view path, std::string why) {
    quality_.errors.push_back({fmt::format("/{}", path), std::move(why)});
  }

  // Once for each folder.
  void note_folder(std::string_view folder, std::string_view what) {
    if (folders_.emplace(folder).second) quality_.warnings.push_back(fmt::format("/{} {}", folder, what));
  }

  void check_place(const Entry& entry) {
    static constexpr std::array<std::string_view, 21> tops = {
        "bin", "boot", "dev",  "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt",
        "opt", "proc", "root", "run", "sbin", "srv", "sys",   "tmp",   "usr",    "var"};
    static constexpr std::array<std::string_view, 6> outdated = {"etc/app-defaults", "usr/X11R6",  "usr/doc",
                                                                 "usr/info",         "usr/locale", "usr/man"};
    static constexpr std::array<std::string_view, 6> passing = {"run",      "tmp",     "var/cache",
                                                                "var/lock", "var/run", "var/tmp"};
    std::string_view path = entry.path;
    std::string image = input_.build_path.substr(1) + "/image";
    if (path == image)
      refuse(path, "the image directory is in itself: a Makefile was given ${D} twice, as DESTDIR and in a prefix");
    std::string_view top = path.substr(0, path.find('/'));
    if (std::find(tops.begin(), tops.end(), top) == tops.end())
      note_folder(top, "is no place of the file system hierarchy");
    if (at_or_below(path, "usr/local")) note_folder("usr/local", "belongs to the administrator, not to packages");
    for (std::string_view folder : outdated)
      if (at_or_below(path, folder)) note_folder(folder, "is no longer a place of the file system hierarchy");
    for (std::string_view folder : passing)
      if (path != folder && at_or_below(path, folder))
        note_folder(folder, "is made while a system runs: programs must make what they need there");
  }

  void check_mode(const Entry& entry) {
    bool plain = entry.kind == EntryKind::file || entry.kind == EntryKind::directory;
    bool sticky_folder = entry.kind == EntryKind::directory && (entry.mode & 01000) != 0;
    bool set_id = entry.kind == EntryKind::file && (entry.mode & 06000) != 0;
    if (!plain) return;
    if (set_id && (entry.mode & 0002) != 0)
      return refuse(entry.path, "it is setuid or setgid and everybody can write to it");
    if ((entry.mode & 0002) != 0 && !sticky_folder)
      notes_.add("files that everybody can write to", fmt::format("/{} can be written by everybody", entry.path));
    if (set_id && (entry.mode & 0020) != 0)
      notes_.add("setuid files that a group can write to",
                 fmt::format("/{} is setuid or setgid and can be written by others than its owner", entry.path));
    else if (entry.kind == EntryKind::file && entry.gid != 0 && (entry.mode & 0120) == 0120 &&
             is_program_folder(entry.path))
      notes_.add("programs that a group can write to",
                 fmt::format("/{} is a program that its group {} can write to", entry.path, entry.gid));
  }

  static bool is_program_folder(std::string_view path) {
    std::string_view folder = tree::parent_path(path);
    for (std::string_view one : {"bin", "sbin", "usr/bin", "usr/sbin", "opt/bin"})
      if (folder == one) return true;
    return false;
  }

  void check_library_file(const Entry& entry) {
    if (entry.kind != EntryKind::file) return;
    bool archive = entry.path.ends_with(".a"), libtool = entry.path.ends_with(".la");
    std::string_view folder = tree::parent_path(entry.path);
    if ((archive || libtool) && folder.starts_with("lib") && folder.find('/') == std::string_view::npos)
      refuse(entry.path, "static archives and libtool files belong in /usr/lib*, not in /lib*");
    // One beside its shared library helps nobody: the linker finds that by itself.
    if (libtool && input_.tree.find(entry.path.substr(0, entry.path.size() - 2) + "so"))
      notes_.add("libtool files",
                 fmt::format("/{} is a libtool file beside its shared library: delete it in src_install "
                             "(find \"${{ED}}\" -name '*.la' -delete)",
                             entry.path));
  }

  Result<> check_content(const Entry& entry) {
    if (entry.kind != EntryKind::file || entry.size <= input_.build_path.size() || entry.source.empty()) return {};
    util::Fd fd(::open(entry.source.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == EACCES) return {};  // a mode that shuts its owner out
    if (!fd) return fail_errno("cannot read", entry.source);
    void* bytes = ::mmap(nullptr, entry.size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (bytes == MAP_FAILED) return fail_errno("cannot read", entry.source);
    const std::string& needle = input_.build_path;
    bool found = ::memmem(bytes, entry.size, needle.data(), needle.size()) != nullptr;
    std::string image = needle + "/image";
    bool of_image = found && ::memmem(bytes, entry.size, image.data(), image.size()) != nullptr;
    ::munmap(bytes, entry.size);
    if (of_image && entry.path.ends_with(".la") && entry.path.starts_with("usr/lib"))
      refuse(entry.path, "the libtool file holds the path of the image directory: what links to it would look there");
    else if (found)
      notes_.add("files with paths of the build",
                 fmt::format("/{} holds the path of its build ({}), which will not exist", entry.path, needle));
    return {};
  }

  void check_run_path(const tree::ElfFacts& file) {
    const Entry* entry = input_.tree.find(file.path);
    for (const std::string& path : std::set<std::string>(file.runpath.begin(), file.runpath.end())) {
      if (entry && (entry->mode & 06000) != 0 && path.find("$ORIGIN") != std::string::npos)
        refuse(file.path, fmt::format("it is setuid or setgid and its run path is relative to itself ('{}')", path));
      bool relative = path.empty() || (path.front() != '/' && path.front() != '$');
      if (relative || at_or_below(path, input_.build_path) || at_or_below(path, "/var/tmp") ||
          at_or_below(path, "/tmp"))
        notes_.add(
            "insecure run paths",
            fmt::format("/{} looks for libraries in '{}' (its run path), where anybody may put some", file.path, path));
    }
  }

  // What CHOST says programs are for: "x86_64-pc-linux-gnu" → machine "x86_64".
  void check_machine(const tree::ElfFacts& file) {
    auto chost = input_.variables.find("CHOST");
    if (chost == input_.variables.end()) return;
    std::string machine = chost->second.substr(0, chost->second.find('-'));
    if (chost->second.ends_with("gnux32")) machine = "x32";
    if (machine.size() == 4 && machine[0] == 'i' && machine.ends_with("86")) machine = "i386";
    if (machine.starts_with("armv")) machine = "arm";
    static constexpr std::array<std::string_view, 7> known = {"x86_64", "aarch64", "i386", "x32",
                                                              "arm",    "riscv64", "s390x"};
    if (std::find(known.begin(), known.end(), machine) == known.end() || machine == file.machine) return;
    notes_.add("files for another machine", fmt::format("/{} is for {}, but the package is built for {} (CHOST {})",
                                                        file.path, file.machine, machine, chost->second));
  }

  // 64-bit libraries where a multilib profile has 32-bit ones.
  void check_library_folder(const tree::ElfFacts& file) {
    std::string_view folder = tree::parent_path(file.path);
    std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (name.find(".so") == std::string::npos || input_.exemptions.cover("MULTILIB_PATHS", file.path)) return;
    bool in_lib = folder == "usr/lib" || folder == "lib", in_lib32 = folder == "usr/lib32" || folder == "lib32";
    if (in_lib32 && file.bits == 64) refuse(file.path, "a 64-bit library is in the folder of 32-bit ones");
    if (in_lib && file.bits == 64 && variable("LIBDIR_" + variable("ABI")) == "lib64") {
      std::string why = "a 64-bit library is in /usr/lib, but LIBDIR of this profile is lib64 (get_libdir gives it)";
      // The profile says whether that is an error.
      if (!variable("MULTILIB_STRICT_DIRS").empty())
        refuse(file.path, std::move(why));
      else
        notes_.add("libraries in /usr/lib", fmt::format("/{}: {}", file.path, why));
    }
  }

  // Libraries without a name of their own.
  void check_name(const tree::ElfFacts& file) {
    std::string_view folder = tree::parent_path(file.path);
    std::string name = file.path.substr(file.path.rfind('/') + 1);
    bool shared_folder = folder == "usr/lib" || folder == "lib" || folder == "usr/lib64" || folder == "lib64";
    if (shared_folder && name.starts_with("lib") && name.find(".so") != std::string::npos && file.soname.empty() &&
        file.interpreter.empty() && !input_.exemptions.cover("SONAME", file.path))
      notes_.add("libraries without SONAME", fmt::format("/{} is a shared library without SONAME", file.path));
  }

  // Code that is written to, and places to write to whose content can be run.
  void check_code(const tree::ElfFacts& file) {
    auto note = [&](bool flawed, const char* check, const char* kind, const char* what) {
      if (flawed && !input_.exemptions.cover(check, file.path))
        notes_.add(kind, fmt::format("/{} {}", file.path, what));
    };
    note(file.text_relocations, "TEXTRELS", "files with text relocations",
         "has text relocations: it was not compiled with -fPIC throughout");
    note(file.executable_stack, "EXECSTACK", "files with an executable stack",
         "asks for an executable stack: assembly code in it has no .note.GNU-stack section");
    note(file.writable_code, "WX_LOAD", "files with writable code", "has a segment that is writable and executable");
  }

  std::string variable(const std::string& name) const {
    auto found = input_.variables.find(name);
    return found == input_.variables.end() ? std::string() : found->second;
  }

  const QualityInput& input_;
  Quality quality_;
  Notes notes_;
  std::set<std::string, std::less<>> folders_;
};

}  // namespace

Result<Quality> check_quality(const QualityInput& input) { return Checker(input).run(); }

}  // namespace cooper::build
