#include "repository/metadata_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <limits>

#include "util/checksum.h"
#include "util/file.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

// Clocks of file systems are coarse, and those of servers differ: a file that changed less than this ago may change
// again without a trace.
constexpr int64_t young_nanoseconds = 2'500'000'000;

int64_t nanoseconds(const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

Stamp stamp_of(int folder, const char* path, int64_t young_after) {
  struct stat st;
  if (::fstatat(folder, path, &st, 0) != 0) return errno == ENOENT || errno == ENOTDIR ? absent_stamp : no_stamp;
  if (std::max(nanoseconds(st.st_ctim), nanoseconds(st.st_mtim)) > young_after) return no_stamp;
  const uint64_t facts[] = {st.st_ino, static_cast<uint64_t>(st.st_size),
                            static_cast<uint64_t>(nanoseconds(st.st_mtim)),
                            static_cast<uint64_t>(nanoseconds(st.st_ctim))};
  uint64_t sum = util::checksum({reinterpret_cast<const char*>(facts), sizeof facts});
  return std::max<Stamp>(sum, absent_stamp + 1);
}

// As util::write_file, but without waiting for the disk: an index that a crash of the machine damages is found out and
// made anew.
Result<> replace_file(const fs::path& path, std::string_view content) {
  std::string temporary = path.string() + ".XXXXXX";
  util::Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno("cannot write file", path);
  bool good = ::fchmod(fd.get(), 0644) == 0;
  while (good && !content.empty()) {
    ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    good = n >= 0;
    if (good) content.remove_prefix(static_cast<size_t>(n));
  }
  if (good && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
  auto error = fail_errno("cannot write file", path);
  ::unlink(temporary.c_str());
  return error;
}

}  // namespace

MetadataIndex::MetadataIndex(fs::path file, std::string key) : path_(std::move(file)), key_(std::move(key)) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  young_after_ = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - young_nanoseconds;
  program_ = stamp_of(AT_FDCWD, "/proc/self/exe", std::numeric_limits<int64_t>::max());
  auto mapping = util::MappedFile::open(path_);
  if (!mapping) return;
  mapping_ = std::move(*mapping);
  file_ = IndexFile::open(mapping_->bytes(), key_);
}

Stamp MetadataIndex::stamp(const char* path, int folder) const { return stamp_of(folder, path, young_after_); }
Stamp MetadataIndex::stamp(const char* path) const { return stamp(path, AT_FDCWD); }

void MetadataIndex::learn(ebuild::PackageName name, Stamp folder, std::vector<LearnedEbuild> ebuilds) {
  std::lock_guard lock(mutex_);
  changed_ = true;
  folders_.insert_or_assign(std::move(name), Folder{folder, std::move(ebuilds)});
}

void MetadataIndex::learn_eclass(std::string path, Stamp stamp, const Md5& md5) {
  std::lock_guard lock(mutex_);
  changed_ = true;
  eclasses_.insert_or_assign(std::move(path), EclassStamp{stamp, md5});
}

void MetadataIndex::forget(const ebuild::PackageName& name) {
  std::lock_guard lock(mutex_);
  if (!file_ || !file_->find(name)) return;
  changed_ = true;
  folders_.insert_or_assign(name, Folder{no_stamp, {}, true});
}

void MetadataIndex::add_learned(IndexBuilder& builder, const ebuild::PackageName& name, const Folder& folder) {
  if (folder.gone) return;
  builder.add_folder(name, folder.stamp);
  for (const LearnedEbuild& ebuild : folder.ebuilds) {
    EbuildEntry entry = ebuild.entry;
    entry.version = ebuild.version;
    entry.text = *ebuild.text;
    entry.notes = ebuild.notes;
    for (const auto& [eclass, md5] : ebuild.eclasses) entry.eclasses.push_back(builder.eclass_version(eclass, md5));
    builder.add_ebuild(entry);
  }
}

void MetadataIndex::add_known(IndexBuilder& builder, const IndexFile& file, const FolderEntry& folder) const {
  std::vector<EbuildEntry> entries;
  for (uint32_t i = 0; i < folder.ebuilds; ++i) {
    auto entry = file.ebuild(size_t{folder.first_ebuild} + i);
    if (!entry) return;  // damaged: the folder is read anew when it is next asked for
    entries.push_back(std::move(*entry));
  }
  builder.add_folder(folder.name, folder.stamp);
  for (EbuildEntry& entry : entries) {
    for (uint32_t& eclass : entry.eclasses) {
      EclassVersion version = file.eclass_version(eclass);
      eclass = builder.eclass_version(version.name, version.md5);
    }
    entry.checked = entry.checked && file.parser() == program_;
    builder.add_ebuild(entry);
  }
}

void MetadataIndex::add_eclass_files(IndexBuilder& builder, const std::optional<IndexFile>& file) const {
  std::map<std::string, EclassStamp, std::less<>> all = eclasses_;
  for (size_t i = 0; file && i < file->eclass_file_count(); ++i) {
    EclassFile known = file->eclass_file(i);
    all.try_emplace(std::string(known.path), EclassStamp{known.stamp, known.md5});
  }
  for (const auto& [path, state] : all) builder.add_eclass_file({path, state.stamp, state.md5});
}

std::string MetadataIndex::merged(const std::optional<IndexFile>& file,
                                  const std::vector<ebuild::PackageName>* existing) const {
  IndexBuilder builder;
  auto learned = folders_.begin();
  auto add_learned_before = [&](const ebuild::PackageName* name) {
    for (; learned != folders_.end() && (!name || learned->first < *name); ++learned)
      add_learned(builder, learned->first, learned->second);
  };
  for (size_t i = 0; file && i < file->folder_count(); ++i) {
    FolderEntry folder = file->folder(i);
    add_learned_before(&folder.name);
    if (learned != folders_.end() && learned->first == folder.name) continue;
    if (existing && !std::binary_search(existing->begin(), existing->end(), folder.name)) continue;
    add_known(builder, *file, folder);
  }
  add_learned_before(nullptr);
  add_eclass_files(builder, file);
  return std::move(builder).finish(key_, program_);
}

Result<> MetadataIndex::save(const std::vector<ebuild::PackageName>* existing) {
  std::lock_guard lock(mutex_);
  if (!changed_) return {};
  TRY(util::make_directories(path_.parent_path()));
  auto held = TRY(util::FileLock::acquire(path_.string() + ".lock", util::FileLock::Kind::exclusive));
  std::string content;
  {
    auto mapping = util::MappedFile::open(path_);
    std::optional<IndexFile> current;
    if (mapping) current = IndexFile::open(mapping->bytes(), key_);
    content = merged(current, existing);
  }
  TRY(replace_file(path_, content));
  changed_ = false;
  return {};
}

}  // namespace cooper::repository
