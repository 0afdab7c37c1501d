// Reads ahead: which packages a plan will ask for can mostly be told before it asks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "repository/config.h"
#include "repository/repository.h"

namespace cooper::repository {

// While it lives, a thread reads the packages that `start` names and, in turn, what they depend on. What it guesses
// wrong costs nothing but its own time: nothing is told of it (Repository::peek).
class Scout {
 public:
  Scout(std::vector<std::shared_ptr<Repository>> repositories, std::vector<ebuild::PackageName> start);
  ~Scout();
  Scout(const Scout&) = delete;
  Scout& operator=(const Scout&) = delete;

  // Until then only the defaults in IUSE are known; from then on the flags themselves are, and worked out ahead, too.
  void know(std::shared_ptr<const Config> config);

 private:
  // Whether the start needs other packages: where a single one needs none, a thread is not worth its start.
  bool leads_on() const;
  void run();
  void walk(const Config* config);
  bool wait_for_config();

  std::vector<std::shared_ptr<Repository>> repositories_;
  std::vector<ebuild::PackageName> start_;
  std::mutex mutex_;  // for config_
  std::condition_variable told_;
  std::shared_ptr<const Config> config_;
  std::atomic<bool> stop_ = false, turn_ = false;  // turn_: the walk at hand is to end
  std::thread thread_;
};

}  // namespace cooper::repository
