// A GNU make jobserver: one pipe of tokens shared by every make of every package that builds at once.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "util/error.h"
#include "util/file.h"

namespace cooper::build {

// Holds `jobs` tokens. Each running package takes one for itself (the implicit token that make expects its parent to
// own) and its makes take what is left, so that all builds together run `jobs` commands at once.
class Jobserver {
 public:
  static Result<Jobserver> create(int jobs);
  int read_fd() const { return read_.get(); }
  int write_fd() const { return write_.get(); }
  // Waits for a token. False where `cancel` became true meanwhile.
  bool acquire(const std::atomic<bool>& cancel);
  void release();

 private:
  // Builds may lose tokens, by being killed or on purpose, or put in more: when none runs, the count is set right.
  void restore_locked();
  bool try_take_locked();

  util::Fd read_, write_;
  util::Fd own_read_;  // the same pipe, but this end does not block: make 4.3 expects that its own does
  int jobs_ = 1, running_ = 0;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

}  // namespace cooper::build
