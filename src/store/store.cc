#include "store/store.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "store/session.h"

namespace cooper::store {

namespace fs = std::filesystem;
using util::Fd;

fs::path Store::default_root() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && cache[0] == '/') return fs::path(cache) / "cooper";
  const char* home = std::getenv("HOME");
  if (!home || home[0] != '/') {
    const passwd* user = ::getpwuid(::getuid());
    home = user && user->pw_dir ? user->pw_dir : "/var/tmp";
  }
  return fs::path(home) / ".cache/cooper";
}

Result<Store> Store::open(const fs::path& given) {
  fs::path root = fs::absolute(given).lexically_normal();
  const std::string hint = "choose another folder with --cache-dir";
  for (const char* name :
       {"packages", "bases", "base-recipes", "distfiles", "debs", "logs", "images", "tmp", "locks"}) {
    Result<> made = util::make_directories(root / name);
    if (!made) return fail(ErrorKind::failed, "cannot use the store", made.error().where, made.error().why, hint);
    if (::access((root / name).c_str(), W_OK | X_OK) != 0)
      return fail_errno("cannot write to the store", root / name, hint);
  }
  auto shared = std::make_shared<Shared>();
  shared->users = Fd(::open((root / "locks/.users").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!shared->users) return fail_errno("cannot write to the store", root / "locks", hint);
  while (::flock(shared->users.get(), LOCK_SH) != 0)
    if (errno != EINTR)
      return fail_errno("cannot lock the store", root / "locks/.users", "a network file system must allow locks");
  return Store(std::move(root), std::move(shared));
}

Result<util::TemporaryDirectory> Store::scratch(std::string_view purpose) const {
  fs::path session;
  {
    std::lock_guard guard(shared_->mutex);
    if (shared_->session.empty()) {
      fs::path path;
      {
        util::FileLock lock = TRY(util::FileLock::acquire(root_ / "locks/.sessions", util::FileLock::Kind::exclusive));
        util::TemporaryDirectory made = TRY(hinted(util::TemporaryDirectory::create(root_ / "tmp", "session")));
        Fd fd(::open(made.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
          return fail_errno("cannot lock a scratch folder", made.path());
        shared_->session_lock = std::move(fd);
        path = made.release();
      }
      TRY(remove_dead_sessions(root_, path));
      shared_->session = path;
    }
    session = shared_->session;
  }
  std::string prefix(purpose);
  std::replace(prefix.begin(), prefix.end(), '/', '_');
  return hinted(util::TemporaryDirectory::create(session, prefix));
}

Result<util::FileLock> Store::lock(std::string_view name) const {
  std::string file(name);
  std::replace(file.begin(), file.end(), '/', '_');
  if (file.starts_with('.')) file[0] = '_';
  return hinted(util::FileLock::acquire(root_ / "locks" / file, util::FileLock::Kind::exclusive));
}

}  // namespace cooper::store
