#include "store/session.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

namespace cooper::store {

namespace fs = std::filesystem;
using util::Fd;

Store::Shared::~Shared() {
  if (!session.empty()) ::rmdir(session.c_str());
}

Result<> remove_dead_sessions(const fs::path& root, const fs::path& into) {
  std::vector<fs::path> dead;
  {
    // A session is made and locked under this lock: none is seen between the two.
    util::FileLock lock = TRY(util::FileLock::acquire(root / "locks/.sessions", util::FileLock::Kind::exclusive));
    for (const std::string& name : TRY(util::list_directory(root / "tmp"))) {
      fs::path path = root / "tmp" / name;
      if (path == into) continue;
      Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) continue;
      fs::path moved = into / fmt::format("dead.{}", dead.size());
      if (::rename(path.c_str(), moved.c_str()) == 0) dead.push_back(std::move(moved));
    }
  }
  for (const fs::path& path : dead) TRY(util::remove_tree(path));
  return {};
}

Result<> flush(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open", path);
  if (::syncfs(fd.get()) != 0) return fail_errno("cannot flush to disk", path);
  return {};
}

Result<> write_unflushed(const fs::path& path, std::string_view content) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return fail_errno("cannot write file", path);
  while (!content.empty()) {
    ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot write file", path);
    content.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<> flush_directory(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open folder", path);
  if (::fsync(fd.get()) != 0) return fail_errno("cannot flush to disk", path);
  return {};
}

Error with_hint(Error error) {
  if (error.hint.empty() && (error.why == std::strerror(ENOSPC) || error.why == std::strerror(EDQUOT)))
    error.hint =
        "free some space, remove what is no longer used with `cooper cache gc`, or choose another disk with "
        "--cache-dir";
  return error;
}

void touch(const fs::path& path) {
  struct stat st;
  if (::stat(path.c_str(), &st) == 0 && std::time(nullptr) - st.st_mtim.tv_sec > 60)
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
}

Result<> set_aside(const fs::path& root, const fs::path& what, const std::string& why) {
  TRY(util::make_directories(root / "damaged"));
  std::string name = what.filename();
  for (int i = 0; i < 1000; ++i) {
    fs::path target = root / "damaged" / (i == 0 ? name : fmt::format("{}.{}", name, i));
    if (::renameat2(AT_FDCWD, what.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0)
      return util::write_file(target.string() + ".why", why + "\n");
    if (errno == ENOENT) return {};  // gone meanwhile
    if (errno == EEXIST) continue;
    return fail_errno("cannot set a damaged part of the store aside", what);
  }
  return fail(ErrorKind::failed, "cannot set a damaged part of the store aside", what, "damaged/ is full of it",
              "run `cooper cache gc`");
}

Result<> tame_modes(const tree::Tree& tree, const fs::path& root) {
  for (const tree::Entry& entry : tree.entries) {
    if (entry.kind != tree::EntryKind::file && entry.kind != tree::EntryKind::directory) continue;
    mode_t least = entry.kind == tree::EntryKind::file ? 0400 : 0700;
    mode_t wanted = (entry.mode & 01777) | least;
    if (wanted == (entry.mode & 07777)) continue;
    fs::path path = root / entry.path;
    struct stat st;
    if (::lstat(path.c_str(), &st) != 0) return fail_errno("a file of the package is missing", path);
    if (S_ISLNK(st.st_mode)) continue;
    if ((st.st_mode & 07777) != wanted && ::chmod(path.c_str(), wanted) != 0)
      return fail_errno("cannot set mode", path);
  }
  return {};
}

}  // namespace cooper::store
