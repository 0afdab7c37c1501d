// The functions of libarchive that cooper calls: each passes its call on to the library, which the first call loads.
#include "tree/libarchive.h"

#include <archive.h>
#include <archive_entry.h>

#include "util/lazy_library.h"

namespace {

const cooper::util::LazyLibrary& library() {
  static const cooper::util::LazyLibrary loaded("libarchive.so.13");
  return loaded;
}

}  // namespace

namespace cooper::tree {
const std::string& libarchive_error() { return library().error(); }
}  // namespace cooper::tree

#define PASS_ON(result, name, parameters, arguments)                                       \
  result name parameters {                                                                 \
    static const auto real = reinterpret_cast<decltype(&::name)>(library().symbol(#name)); \
    return real arguments;                                                                 \
  }

extern "C" {

archive* archive_read_new() {
  static const auto real = reinterpret_cast<decltype(&::archive_read_new)>(library().symbol("archive_read_new"));
  return real ? real() : nullptr;
}

// Whoever has an archive* has the library.
PASS_ON(int, archive_read_free, (archive * a), (a))
PASS_ON(int, archive_read_support_format_tar, (archive * a), (a))
PASS_ON(int, archive_read_support_filter_gzip, (archive * a), (a))
PASS_ON(int, archive_read_support_filter_bzip2, (archive * a), (a))
PASS_ON(int, archive_read_support_filter_xz, (archive * a), (a))
PASS_ON(int, archive_read_support_filter_lzma, (archive * a), (a))
PASS_ON(int, archive_read_support_filter_zstd, (archive * a), (a))
PASS_ON(int, archive_read_set_options, (archive * a, const char* b), (a, b))
PASS_ON(int, archive_read_open_fd, (archive * a, int b, size_t c), (a, b, c))
PASS_ON(int, archive_read_next_header, (archive * a, archive_entry** b), (a, b))
PASS_ON(la_ssize_t, archive_read_data, (archive * a, void* b, size_t c), (a, b, c))
PASS_ON(const char*, archive_error_string, (archive * a), (a))
PASS_ON(const char*, archive_entry_pathname, (archive_entry * a), (a))
PASS_ON(const char*, archive_entry_pathname_utf8, (archive_entry * a), (a))
PASS_ON(const char*, archive_entry_hardlink, (archive_entry * a), (a))
PASS_ON(const char*, archive_entry_hardlink_utf8, (archive_entry * a), (a))
PASS_ON(const char*, archive_entry_symlink, (archive_entry * a), (a))
PASS_ON(const char*, archive_entry_symlink_utf8, (archive_entry * a), (a))
PASS_ON(mode_t, archive_entry_filetype, (archive_entry * a), (a))
PASS_ON(mode_t, archive_entry_perm, (archive_entry * a), (a))
PASS_ON(la_int64_t, archive_entry_uid, (archive_entry * a), (a))
PASS_ON(la_int64_t, archive_entry_gid, (archive_entry * a), (a))
PASS_ON(time_t, archive_entry_mtime, (archive_entry * a), (a))
PASS_ON(dev_t, archive_entry_rdevmajor, (archive_entry * a), (a))
PASS_ON(dev_t, archive_entry_rdevminor, (archive_entry * a), (a))
PASS_ON(int, archive_entry_xattr_reset, (archive_entry * a), (a))
PASS_ON(int, archive_entry_xattr_next, (archive_entry * a, const char** b, const void** c, size_t* d), (a, b, c, d))

}  // extern "C"
