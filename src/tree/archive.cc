#include "tree/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "tree/libarchive.h"
#include "tree/unpacked_root.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::tree {

namespace {

struct ArchiveEnd {
  void operator()(archive* a) const { ::archive_read_free(a); }
};
using ArchiveHandle = std::unique_ptr<archive, ArchiveEnd>;

// Only tar, and only filters inside the library: it would start programs for some others.
Result<ArchiveHandle> open_archive(int fd, std::string_view name) {
  ArchiveHandle a(::archive_read_new());
  if (!a)
    return fail(ErrorKind::failed, "cannot read the archive", std::string(name), libarchive_error(),
                "install libarchive13");
  ::archive_read_support_format_tar(a.get());
  ::archive_read_support_filter_gzip(a.get());
  ::archive_read_support_filter_bzip2(a.get());
  ::archive_read_support_filter_xz(a.get());
  ::archive_read_support_filter_lzma(a.get());
  ::archive_read_support_filter_zstd(a.get());
  // Names are bytes: no conversion by the locale of whoever runs cooper.
  ::archive_read_set_options(a.get(), "hdrcharset=BINARY");
  if (::archive_read_open_fd(a.get(), fd, 1 << 18) != ARCHIVE_OK) {
    const char* why = ::archive_error_string(a.get());
    return fail(ErrorKind::failed, "cannot read the archive", std::string(name), why ? why : "unknown reason");
  }
  return a;
}

class Extractor {
 public:
  Extractor(archive* a, std::string_view name, UnpackedRoot& root, const ExtractOptions& options)
      : archive_(a), name_(name), root_(root), options_(options), buffer_(1 << 18) {}

  Result<> run() {
    for (;;) {
      archive_entry* header = nullptr;
      int status = ::archive_read_next_header(archive_, &header);
      if (status == ARCHIVE_EOF) return {};
      if (status < ARCHIVE_WARN) return damaged("");
      if (++entries_ > options_.max_entries)
        return fail(ErrorKind::failed, "the archive has too many entries", name_,
                    fmt::format("more than {}", options_.max_entries));
      Result<> done = take(header);
      if (!done) {
        Error error = std::move(done).error();
        if (error.where != name_)
          error = Error{error.kind, std::move(error.what), name_ + ": " + error.where, error.why, error.hint};
        return std::unexpected(std::move(error));
      }
    }
  }

 private:
  std::unexpected<Error> damaged(const std::string& entry) {
    const char* why = ::archive_error_string(archive_);
    return fail(ErrorKind::failed, "the archive is damaged or truncated", entry.empty() ? name_ : name_ + ": " + entry,
                why ? why : "no reason given");
  }

  Result<> take(archive_entry* header) {
    const char* raw = ::archive_entry_pathname(header);
    if (!raw) raw = ::archive_entry_pathname_utf8(header);
    if (!raw) return damaged("");
    std::string path = TRY(root_.resolve(raw));
    if (options_.layer) {
      std::string file = path.substr(path.rfind('/') + 1);
      std::string folder(parent_path(path));
      if (file == ".wh..wh..opq") return root_.white_out_below(folder);
      if (file.starts_with(".wh..wh.")) return {};  // notes of other tools
      if (file.starts_with(".wh.")) {
        std::string gone = (folder.empty() ? "" : folder + "/") + file.substr(4);
        return valid_path(gone) ? root_.white_out(gone) : fail(ErrorKind::failed, "refused a whiteout", raw);
      }
    }
    if (path.empty()) return {};  // the root itself
    if (!valid_path(path)) return fail(ErrorKind::failed, "refused a name", raw);
    Entry entry = attributes(header);
    entry.path = std::move(path);
    entry.owner = options_.owner;
    const char* link = ::archive_entry_hardlink(header);
    if (!link) link = ::archive_entry_hardlink_utf8(header);
    if (link) {
      entry.kind = EntryKind::hardlink;
      entry.target = link;
      return root_.put(std::move(entry));
    }
    switch (::archive_entry_filetype(header)) {
      case AE_IFREG: return root_.put_file(std::move(entry), [this]() { return next_bytes(); });
      case AE_IFDIR: entry.kind = EntryKind::directory; break;
      case AE_IFLNK: {
        entry.kind = EntryKind::symlink;
        entry.mode = 0777;
        const char* target = ::archive_entry_symlink(header);
        if (!target) target = ::archive_entry_symlink_utf8(header);
        if (!target || !*target) return fail(ErrorKind::failed, "refused a symlink to nothing", raw);
        entry.target = target;
        break;
      }
      case AE_IFCHR: entry.kind = EntryKind::character_device; break;
      case AE_IFBLK: entry.kind = EntryKind::block_device; break;
      case AE_IFIFO: entry.kind = EntryKind::fifo; break;
      default: return fail(ErrorKind::failed, "refused an entry of unknown type", raw);
    }
    if (entry.kind == EntryKind::character_device || entry.kind == EntryKind::block_device) {
      entry.device_major = static_cast<uint32_t>(::archive_entry_rdevmajor(header));
      entry.device_minor = static_cast<uint32_t>(::archive_entry_rdevminor(header));
    }
    return root_.put(std::move(entry));
  }

  Entry attributes(archive_entry* header) const {
    Entry entry;
    entry.mode = ::archive_entry_perm(header) & 07777;
    entry.uid = static_cast<uint32_t>(::archive_entry_uid(header));
    entry.gid = static_cast<uint32_t>(::archive_entry_gid(header));
    entry.mtime = ::archive_entry_mtime(header);
    ::archive_entry_xattr_reset(header);
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    while (::archive_entry_xattr_next(header, &name, &value, &size) == ARCHIVE_OK) {
      std::string_view text = name ? name : "";
      if (text == "security.capability" || text.starts_with("user."))
        entry.xattrs[std::string(text)] = std::string(static_cast<const char*>(value), size);
    }
    return entry;
  }

  Result<std::string_view> next_bytes() {
    la_ssize_t n = ::archive_read_data(archive_, buffer_.data(), buffer_.size());
    if (n < 0) return damaged("");
    bytes_ += static_cast<uint64_t>(n);
    if (bytes_ > options_.max_bytes)
      return fail(ErrorKind::failed, "the archive is too large", name_,
                  "it unpacks to more than " + util::human_size(options_.max_bytes));
    if (options_.progress && bytes_ - told_ >= (4 << 20)) {
      told_ = bytes_;
      if (!options_.progress(bytes_)) return fail(ErrorKind::interrupted, "unpacking was interrupted", name_);
    }
    return std::string_view(buffer_.data(), static_cast<size_t>(n));
  }

  archive* archive_;
  std::string name_;
  UnpackedRoot& root_;
  const ExtractOptions& options_;
  std::vector<char> buffer_;
  uint64_t bytes_ = 0, told_ = 0, entries_ = 0;
};

// What comes after the end of the archive, so that a program that writes into a pipe ends well.
void drain(int fd) {
  struct stat st;
  if (::fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode)) return;
  char buffer[1 << 14];
  while (::read(fd, buffer, sizeof buffer) > 0) {
  }
}

}  // namespace

Result<> apply_tar(int fd, std::string_view name, const std::filesystem::path& into, Tree& tree,
                   const ExtractOptions& options) {
  ArchiveHandle a = TRY(open_archive(fd, name));
  UnpackedRoot root = TRY(UnpackedRoot::open(into, std::move(tree), options.layer));
  Result<> done = Extractor(a.get(), name, root, options).run();
  tree = root.take();
  if (done) drain(fd);
  return done;
}

Result<> apply_tar(const std::filesystem::path& archive, const std::filesystem::path& into, Tree& tree,
                   const ExtractOptions& options) {
  util::Fd fd(::open(archive.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open archive", archive);
  return apply_tar(fd.get(), archive.native(), into, tree, options);
}

Result<Tree> extract_tar(const std::filesystem::path& archive, const std::filesystem::path& into,
                         const ExtractOptions& options) {
  Tree tree;
  TRY(apply_tar(archive, into, tree, options));
  return tree;
}

Result<Tree> extract_tar(int fd, std::string_view name, const std::filesystem::path& into,
                         const ExtractOptions& options) {
  Tree tree;
  TRY(apply_tar(fd, name, into, tree, options));
  return tree;
}

}  // namespace cooper::tree
