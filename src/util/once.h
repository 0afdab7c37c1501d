// Something that is done once, by whichever thread asks for it first, while others wait.
#pragma once

#include <atomic>
#include <mutex>

namespace cooper::util {

// As std::once_flag, for what is done by the hundred: std::call_once makes a system call each time, to wake whoever may
// wait.
class Once {
 public:
  bool done() const { return done_.load(std::memory_order_acquire); }

  // Calls `make` unless it was done. Where that returns false it counts as not done. Returns whether it is done now.
  template <typename Make>
  bool attempt(Make&& make) {
    if (done()) return true;
    std::lock_guard lock(mutex_);
    if (!done() && make()) done_.store(true, std::memory_order_release);
    return done();
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> done_ = false;
};

}  // namespace cooper::util
