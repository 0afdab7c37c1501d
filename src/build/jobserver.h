// A GNU make jobserver: one pipe of tokens shared by every make of every package that builds at once.
#pragma once

#include <atomic>

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
  bool acquire(const std::atomic<bool>& cancel) const;
  void release() const;

 private:
  util::Fd read_, write_;
};

}  // namespace cooper::build
