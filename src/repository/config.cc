#include "repository/config.h"

#include <algorithm>

#include "util/text.h"

namespace cooper::repository {

bool Config::asks_for_tests() const {
  auto features = variables().find("FEATURES");
  return features != variables().end() && std::ranges::count(util::words(features->second), "test") > 0;
}

const FlagStates& Config::known_flags(const Package& package) const {
  KnownFlags* known;
  {
    std::lock_guard lock(known_flags_mutex_);
    known = &known_flags_[&package];
  }
  known->once.attempt([&]() {
    known->states = flags(package);
    return true;
  });
  return known->states;
}

const std::map<std::string, std::vector<std::string>>& Config::mirrors() const {
  static const std::map<std::string, std::vector<std::string>> none;
  return none;
}

const std::vector<Problem>& Config::problems() const {
  static const std::vector<Problem> none;
  return none;
}

}  // namespace cooper::repository
