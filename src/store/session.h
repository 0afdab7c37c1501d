// What the copies of one Store share: its place among the users of the store, and its scratch session.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "store/store.h"
#include "util/file.h"

namespace cooper::store {

struct Store::Shared {
  util::Fd users;                 // flock: shared while in use, exclusive while collecting
  std::mutex mutex;               // guards what follows
  std::filesystem::path session;  // tmp/session.XXXXXX, made when first needed; its flock tells that its process lives
  util::Fd session_lock;
  ~Shared();
};

// Removes scratch sessions whose process is gone; gives the bytes freed. `into` is a live session's folder: what is
// removed is moved there first, so that the lock on tmp/ is held for a moment only.
Result<> remove_dead_sessions(const std::filesystem::path& root, const std::filesystem::path& into);

// Flushes the file system that holds `path`: cheaper than an fsync for each of a package's thousands of files.
Result<> flush(const std::filesystem::path& path);

// Writes a new file in a folder that nobody else sees yet; flush() makes it durable together with all else there.
Result<> write_unflushed(const std::filesystem::path& path, std::string_view content);

// fsync of a folder, which makes a rename in it durable.
Result<> flush_directory(const std::filesystem::path& path);

// Adds what to do where the disk is full.
Error with_hint(Error error);
template <typename T>
Result<T> hinted(Result<T> result) {
  if (!result) return std::unexpected(with_hint(std::move(result).error()));
  return result;
}

// Marks as used now, unless that was done a short while ago.
void touch(const std::filesystem::path& path);

// Moves a broken thing to damaged/ with a note of the reason; the caller holds the lock for it.
Result<> set_aside(const std::filesystem::path& root, const std::filesystem::path& what, const std::string& why);

// On disk: no setuid bits (files belong to whoever runs cooper), readable for the owner.
Result<> tame_modes(const tree::Tree& tree, const std::filesystem::path& root);

}  // namespace cooper::store
