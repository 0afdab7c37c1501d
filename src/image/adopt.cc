#include "image/adopt.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "image/gconv.h"
#include "image/libraries.h"
#include "image/trim.h"
#include "util/text.h"

namespace cooper::image {

namespace {

constexpr std::string_view base_owner = "(base)";

class Adopter {
 public:
  Adopter(Draft& draft, const AssembleInput& input, std::vector<std::string>& warnings)
      : draft_(draft),
        base_(*input.base),
        description_(*input.base_description),
        spec_(*input.spec),
        warnings_(warnings) {
    base_lookup_ = [this](std::string_view path) { return base_.tree.find(path); };
  }

  Result<std::vector<Adoption>> run() {
    // What the spec removes needs nothing any more.
    for (const auto& [path, facts] : draft_.elf)
      if (!is_removed(path, spec_)) queue_.push_back(path);
    TRY(follow_needs());
    TRY(add_thread_unwinder());
    TRY(add_name_services());
    TRY(add_charsets());
    TRY(follow_needs());
    if (!missing_.empty()) return missing_error();
    std::sort(adopted_.begin(), adopted_.end(), [](const Adoption& a, const Adoption& b) { return a.path < b.path; });
    return std::move(adopted_);
  }

 private:
  Result<> follow_needs() {
    while (!queue_.empty()) {
      auto found = draft_.elf.find(queue_.front());
      queue_.pop_front();
      if (found == draft_.elf.end()) continue;
      tree::ElfFacts elf = found->second;  // adopting changes the map
      if (!elf.interpreter.empty() && !draft_.open(elf.interpreter)) TRY(adopt_interpreter(elf));
      for (const std::string& soname : elf.needed) TRY(need(elf, soname));
    }
    return {};
  }

  // Adopting may make new ones.
  const std::vector<std::string>& folders() {
    if (folders_.empty()) folders_ = library_folders(draft_, description_.library_paths);
    return folders_;
  }

  Result<> need(const tree::ElfFacts& elf, const std::string& soname) {
    if (find_library(draft_, elf, soname, folders())) return {};
    auto reason = description_.adoptable.find(soname);
    const tree::Entry* file = in_base(elf, soname);
    // Helpers of charset converters (libJIS.so …) lie beside them and belong to them.
    bool beside = file && adopted_paths_.contains(elf.path) && tree::parent_path(elf.path).ends_with("/gconv") &&
                  tree::parent_path(file->path) == tree::parent_path(elf.path);
    if ((reason == description_.adoptable.end() && !beside) || !file) {
      missing_.push_back(
          {elf.path, soname, file ? file->owner : owner_by_name(soname), reason != description_.adoptable.end()});
      return {};
    }
    return copy(file->path, soname,
                reason == description_.adoptable.end() ? "helper of a charset converter" : reason->second, elf.path);
  }

  Result<> adopt_interpreter(const tree::ElfFacts& elf) {
    std::string soname = elf.interpreter.substr(elf.interpreter.rfind('/') + 1);
    auto reason = description_.adoptable.find(soname);
    auto where = resolve_path(base_lookup_, elf.interpreter, false);
    if (reason == description_.adoptable.end() || !where || !base_.tree.find(*where)) {
      missing_.push_back({elf.path, elf.interpreter, owner_by_name(soname), false});
      return {};
    }
    return copy(*where, soname, reason->second, elf.path);
  }

  // The base root's file for a SONAME: beside the needing file where that came from there too, else in its library
  // folders.
  const tree::Entry* in_base(const tree::ElfFacts& elf, const std::string& soname) const {
    std::vector<std::string> places;
    if (adopted_paths_.contains(elf.path)) places.emplace_back(tree::parent_path(elf.path));
    places.insert(places.end(), description_.library_paths.begin(), description_.library_paths.end());
    for (const std::string& place : places) {
      auto path = resolve_path(base_lookup_, place + "/" + soname, false);
      auto file = resolve_path(base_lookup_, place + "/" + soname, true);
      const tree::Entry* entry = path ? base_.tree.find(*path) : nullptr;
      const tree::Entry* target = file ? base_.tree.find(*file) : nullptr;
      if (!entry || !target || target->kind != tree::EntryKind::file) continue;
      auto facts = tree::read_elf(target->source);
      if (facts && *facts && (*facts)->machine == elf.machine && (*facts)->bits == elf.bits) return entry;
    }
    return nullptr;
  }

  std::string owner_by_name(const std::string& name) const {
    for (const tree::Entry& entry : base_.tree.entries)
      if (entry.path.ends_with("/" + name)) return entry.owner;
    return {};
  }

  // Copies the file and the symlinks that lead to it, each to its own place.
  Result<> copy(const std::string& path, const std::string& soname, const std::string& reason,
                const std::string& needed_by) {
    std::string at = path;
    for (int links = 0; links < 40; ++links) {
      const tree::Entry* entry = base_.tree.find(at);
      if (!entry)
        return fail(ErrorKind::failed, "the base root is damaged", base_.root / at, "its ledger has no such file");
      if (entry->kind == tree::EntryKind::hardlink) {
        std::string name = entry->path;
        tree::Entry file = *base_.tree.find(entry->target);
        file.path = name;
        TRY(put(std::move(file), soname, reason, needed_by));
        return {};
      }
      TRY(put(*entry, soname, reason, needed_by));
      if (entry->kind != tree::EntryKind::symlink) return {};
      auto next = resolve_path(
          base_lookup_,
          entry->target.starts_with('/') ? entry->target : std::string(tree::parent_path(at)) + "/" + entry->target,
          false);
      if (!next)
        return fail(ErrorKind::failed, "the base root is damaged", base_.root / at, "its symlinks form a loop");
      at = *next;
    }
    return {};
  }

  Result<> put(tree::Entry entry, const std::string& soname, const std::string& reason, const std::string& needed_by) {
    std::string base_package = entry.owner, there = draft_.place(entry.path);
    if (draft_.find(there)) return {};  // a link of the chain that is there already
    bool file = entry.kind == tree::EntryKind::file;
    entry.owner = base_owner;
    entry.uid = entry.gid = 0;
    std::string path = TRY(draft_.put(std::move(entry)));
    folders_.clear();
    adopted_paths_.insert(path);
    queue_.push_back(path);
    if (file) adopted_.push_back({path, soname, reason, base_package, needed_by});
    return {};
  }

  // The first file of the image that needs the library and mentions one of the names.
  std::string user_of(std::string_view soname, std::initializer_list<std::string_view> names) const {
    for (const auto& [path, facts] : draft_.elf) {
      if (adopted_paths_.contains(path) ||
          std::find(facts.needed.begin(), facts.needed.end(), soname) == facts.needed.end())
        continue;
      if (mentions(*draft_.find(path), names)) return path;
    }
    return {};
  }

  // Whether the C library itself came from the base root.
  bool adopted_libc() const {
    return std::any_of(adopted_.begin(), adopted_.end(),
                       [](const Adoption& adoption) { return adoption.soname == "libc.so.6"; });
  }

  const tree::ElfFacts* adopted_libc_facts() const {
    for (const Adoption& adoption : adopted_)
      if (adoption.soname == "libc.so.6")
        if (auto facts = draft_.elf.find(adoption.path); facts != draft_.elf.end()) return &facts->second;
    return nullptr;
  }

  // The C library opens libgcc_s.so.1 by name when a thread is cancelled or ends, and aborts where it is missing.
  Result<> add_thread_unwinder() {
    std::string user = user_of("libc.so.6", {"pthread_cancel", "pthread_exit"});
    if (user.empty()) return {};
    tree::ElfFacts elf = draft_.elf.at(user);
    auto reason = description_.adoptable.find("libgcc_s.so.1");
    const tree::Entry* file = in_base(elf, "libgcc_s.so.1");
    if (find_library(draft_, elf, "libgcc_s.so.1", folders()) || reason == description_.adoptable.end() || !file)
      return {};
    return copy(file->path, "libgcc_s.so.1", reason->second, user);
  }

  // Before 2.34 the C library loads its name services by name; since then they are part of it.
  Result<> add_name_services() {
    const tree::ElfFacts* libc = adopted_libc_facts();
    if (!libc || mentions(*draft_.find(libc->path), {"GLIBC_2.34"})) return {};
    tree::ElfFacts elf = *libc;
    for (const char* soname : {"libnss_files.so.2", "libnss_dns.so.2"}) {
      auto reason = description_.adoptable.find(soname);
      const tree::Entry* file = in_base(elf, soname);
      if (file && reason != description_.adoptable.end()) TRY(copy(file->path, soname, reason->second, elf.path));
    }
    return {};
  }

  // Folder of charset modules of a C library, in a tree found by `lookup`.
  std::optional<std::string> gconv_folder(const Lookup& lookup) const {
    std::vector<std::string> places = description_.library_paths;
    for (const char* place : {"/usr/lib64", "/usr/lib"}) places.emplace_back(place);
    for (const std::string& place : places) {
      auto folder = resolve_path(lookup, place + "/gconv", true);
      if (folder && lookup(*folder)) return folder;
    }
    return std::nullopt;
  }

  Result<GconvConfig> gconv_config(const std::vector<const tree::Entry*>& files) const {
    GconvConfig config;
    for (const tree::Entry* file : files)
      if (file->kind == tree::EntryKind::file &&
          (file->path.ends_with("/gconv-modules") ||
           (file->path.find("/gconv-modules.d/") != std::string::npos && file->path.ends_with(".conf"))))
        parse_gconv(TRY(util::read_file(file->source)), config);
    return config;
  }

  Result<> add_charsets() {
    if (!adopted_libc()) return slice_charsets();
    std::string user = user_of("libc.so.6", {"iconv_open"});
    if (spec_.charsets ? spec_.charsets->empty() : user.empty()) return {};
    auto folder = gconv_folder(base_lookup_);
    if (!folder) return {};
    std::vector<const tree::Entry*> files;
    for (const tree::Entry& entry : base_.tree.entries)
      if (entry.path.starts_with(*folder + "/")) files.push_back(&entry);
    GconvChoice choice = choose_gconv(TRY(gconv_config(files)), spec_.charsets ? *spec_.charsets : usual_charsets());
    warn_of(choice);
    std::string needed_by = user.empty() ? "[root] charsets" : user;
    for (const std::string& file : choice.files)
      if (base_.tree.find(*folder + "/" + file))
        TRY(copy(*folder + "/" + file, file, "C library: charset converter", needed_by));
    TRY(draft_.put_file(*folder + "/gconv-modules", choice.config, 0644, base_owner));
    return {};
  }

  // The same for a C library that is a package of the image: what the spec does not ask for leaves.
  Result<> slice_charsets() {
    auto folder = gconv_folder(draft_.lookup());
    if (!folder || !spec_.charsets) return {};
    std::vector<const tree::Entry*> files = draft_.below(*folder);
    GconvChoice choice = choose_gconv(TRY(gconv_config(files)), *spec_.charsets);
    warn_of(choice);
    std::set<std::string> keep;  // modules and their helpers
    std::vector<std::string> todo(choice.files.begin(), choice.files.end());
    while (!todo.empty()) {
      std::string file = *folder + "/" + todo.back();
      todo.pop_back();
      auto facts = draft_.elf.find(file);
      if (!keep.insert(file).second || facts == draft_.elf.end()) continue;
      todo.insert(todo.end(), facts->second.needed.begin(), facts->second.needed.end());
    }
    std::string owner = files.empty() ? std::string(base_owner) : files.front()->owner;
    std::set<std::string, std::less<>> gone;
    for (const tree::Entry* file : files)
      if (file->kind != tree::EntryKind::directory && !keep.contains(file->path)) gone.insert(file->path);
    draft_.erase(gone);
    if (draft_.find(*folder + "/gconv-modules.d")) draft_.erase(*folder + "/gconv-modules.d");
    TRY(draft_.put_file(*folder + "/gconv-modules", choice.config, 0644, owner));
    return {};
  }

  void warn_of(const GconvChoice& choice) {
    for (const std::string& name : choice.unknown)
      warnings_.push_back(fmt::format("[root] charsets: the C library has no converter for '{}'", name));
  }

  struct Missing {
    std::string file, soname, base_package;
    bool adoptable;
  };

  Result<std::vector<Adoption>> missing_error() const {
    std::string why;
    size_t shown = 0;
    for (const Missing& one : missing_) {
      if (++shown > 20) {
        why += fmt::format("\n… and {} more", missing_.size() - 20);
        break;
      }
      std::string owner = draft_.find(one.file) ? draft_.find(one.file)->owner : "";
      why += fmt::format("{}/{} ({}) needs {}: ", shown > 1 ? "\n" : "", one.file, owner, one.soname);
      if (one.base_package.empty())
        why += "neither a package of the image nor the base root has it";
      else if (one.adoptable)
        why += fmt::format("the base root's {} has it, but not for this machine", one.base_package);
      else
        why += fmt::format("only the base root's {} has it, which images do not take from there", one.base_package);
    }
    return fail(ErrorKind::failed,
                fmt::format("{} in the image is missing", missing_.size() == 1 ? "a library" : "libraries"), {}, why,
                "the package that uses it must name the package that has it in RDEPEND; or it is left out by [root] "
                "exclude or remove");
  }

  Draft& draft_;
  const store::BaseRoot& base_;
  const sandbox::BaseDescription& description_;
  const spec::ImageSpec& spec_;
  std::vector<std::string>& warnings_;
  Lookup base_lookup_;
  std::deque<std::string> queue_;
  std::vector<std::string> folders_;
  std::set<std::string> adopted_paths_;
  std::vector<Adoption> adopted_;
  std::vector<Missing> missing_;
};

}  // namespace

Result<std::vector<Adoption>> adopt(Draft& draft, const AssembleInput& input, std::vector<std::string>& warnings) {
  return Adopter(draft, input, warnings).run();
}

}  // namespace cooper::image
