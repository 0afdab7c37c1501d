#include "phases/state.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "util/file.h"
#include "util/text.h"

namespace cooper::phases {

namespace {

constexpr off_t most_bytes = off_t{64} << 20;

Result<std::string> read_all(int fd, off_t from, off_t size, const std::filesystem::path& path) {
  std::string text(static_cast<size_t>(size), '\0');
  size_t have = 0;
  while (have < text.size()) {
    ssize_t n = ::pread(fd, text.data() + have, text.size() - have, from + static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot read", path);
    if (n == 0) break;
    have += static_cast<size_t>(n);
  }
  text.resize(have);
  return text;
}

}  // namespace

Result<std::optional<std::string>> read_left_file(const std::filesystem::path& path) {
  util::Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  const std::string name = path.filename().string();
  if (!fd && errno == ELOOP)
    return fail(ErrorKind::failed, "the build put a symbolic link in place of its file '" + name + "'", path,
                "what the runtime leaves there is a plain file");
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0) return fail_errno("cannot read", path);
  if (!S_ISREG(info.st_mode))
    return fail(ErrorKind::failed, "the build put something else in place of its file '" + name + "'", path,
                "what the runtime leaves there is a plain file");
  if (info.st_size > most_bytes)
    return fail(ErrorKind::failed, "the build left a huge file '" + name + "'", path,
                util::human_size(static_cast<uint64_t>(info.st_size)));
  return TRY(read_all(fd.get(), 0, info.st_size, path));
}

std::optional<std::string> read_in_root(const std::filesystem::path& root, const std::string& path) {
  util::Fd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return std::nullopt;
  struct open_how how {};
  how.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  util::Fd fd(static_cast<int>(::syscall(SYS_openat2, folder.get(), path.c_str(), &how, sizeof how)));
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > most_bytes) return std::nullopt;
  auto text = read_all(fd.get(), 0, info.st_size, root / path);
  if (!text) return std::nullopt;
  return std::move(*text);
}

std::string last_lines_of(std::string_view text, size_t lines) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  size_t start = text.size();
  for (size_t i = 0; i < lines && start > 0; ++i) {
    size_t newline = text.rfind('\n', start - 1);
    // Each round stops at a newline; the next one looks before it.
    start = newline == std::string_view::npos ? 0 : newline;
  }
  text.remove_prefix(start < text.size() && text[start] == '\n' ? start + 1 : start);
  std::string out;
  for (std::string_view line : util::lines(text))
    out += (out.empty() ? "" : "\n") + util::printable(line.substr(0, 2000));
  return out;
}

std::string last_lines(const std::filesystem::path& path, size_t lines) {
  util::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0) return {};
  off_t size = std::min<off_t>(info.st_size, 65536);
  auto text = read_all(fd.get(), info.st_size - size, size, path);
  return text ? last_lines_of(*text, lines) : std::string();
}

void shorten_log(const std::filesystem::path& path) {
  constexpr off_t kept = off_t{1} << 20;
  util::Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0 || info.st_size <= 3 * kept) return;
  auto tail = read_all(fd.get(), info.st_size - kept, kept, path);
  if (!tail || ::ftruncate(fd.get(), kept) != 0) return;
  std::string text =
      "\n[… " + util::human_size(static_cast<uint64_t>(info.st_size - 2 * kept)) + " left out …]\n" + *tail;
  (void)::pwrite(fd.get(), text.data(), text.size(), kept);
}

}  // namespace cooper::phases
