// Reads ahead: which packages a plan will ask for can mostly be told before it asks.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "repository/repository.h"

namespace cooper::repository {

// While it lives, a thread reads the packages that `start` names and, in turn, what they depend on unless their flags
// say otherwise. What it guesses wrong costs nothing but its own time: nothing is told of it (Repository::peek).
class Scout {
 public:
  Scout(std::vector<std::shared_ptr<Repository>> repositories, std::vector<ebuild::PackageName> start);
  ~Scout();
  Scout(const Scout&) = delete;
  Scout& operator=(const Scout&) = delete;

 private:
  void run(std::vector<ebuild::PackageName> open);
  std::vector<std::shared_ptr<Repository>> repositories_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace cooper::repository
