// Eclasses that many ebuilds inherit, in a shape that bash reads faster: without comments, and with the functions that
// nothing calls while an ebuild is sourced left out (repository/eclass_split.h).
//
// An answer that was made with them counts only where nothing can have made a difference: no function that is left out
// was called, nothing failed, was printed or looks at functions. Else the ebuild is sourced again with the eclasses as
// they are; the functions that it called are not left out any more.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "repository/bash_worker.h"
#include "repository/eclass_split.h"
#include "util/file.h"

namespace cooper::repository {

class LazyEclasses {
 public:
  // BashWorker::print of a worker.
  using Print = std::function<std::optional<std::vector<std::string>>(const std::filesystem::path& texts)>;

  // The folder to look into before `folders`; "" where there is nothing in it for them.
  std::filesystem::path folder(const std::vector<std::filesystem::path>& folders);
  // Whether an answer made with that folder counts. Learns which functions are called.
  bool accept(const SourceAnswer& answer);
  // Counts the eclasses of an answer, and makes those ready that are worth it.
  void count(const SourceAnswer& answer, const std::vector<std::filesystem::path>& folders, const Print& print);

 private:
  struct Eclass {
    int uses = 0;
    bool minds = false;                // minds_where_functions_are
    std::optional<SplitEclass> split;  // made ready
    std::set<std::string> called;      // functions that are not left out
  };
  Eclass& find(const std::string& name);
  std::filesystem::path file(const std::string& name) const;
  void make_ready(const std::string& name, Eclass& eclass, const Print& print);
  std::optional<SplitEclass> split(std::string_view text, const Print& print);
  bool write_part(const std::string& name, const Eclass& eclass, size_t part) const;
  void learn_call(const LazyCall& call);

  std::mutex mutex_;
  std::vector<std::filesystem::path> folders_;  // those of the first answer; others are not served
  std::map<std::string, Eclass, std::less<>> eclasses_;
  std::optional<util::TemporaryDirectory> ready_;
};

}  // namespace cooper::repository
