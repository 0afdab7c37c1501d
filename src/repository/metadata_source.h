// Metadata by sourcing ebuilds: without a bash where that is certain to give the same (repository/shell_source.h), else
// by bash processes that live long and fork for each ebuild.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "repository/bash_worker.h"
#include "repository/shell_source.h"

namespace cooper::repository {

// Evaluates ebuilds, with a pool of bash processes for those that it must leave to them. source() is safe from several
// threads: each call uses a process of its own, kept for the next call. The processes run without the user's
// environment, with a PATH that leads nowhere, and where the kernel has Landlock they cannot write to any file.
//
// COOPER_METADATA_BY=bash in the environment leaves all to bash; with COOPER_METADATA_BY=shell, what would be left to
// bash fails and tells why.
class MetadataSource {
 public:
  explicit MetadataSource(SourceOptions options);
  // `text`: of the ebuild.
  SourceAnswer source(const SourceRequest& request, std::string_view text);

 private:
  enum class By { either, bash, shell };
  SourceAnswer ask_bash(const SourceRequest& request);
  Result<std::unique_ptr<BashWorker>> take_worker();
  void give_back(std::unique_ptr<BashWorker> worker);
  // Null where all is left to bash.
  ShellSource* shell();

  SourceOptions options_;
  By by_ = By::either;
  std::mutex mutex_;
  std::vector<std::unique_ptr<BashWorker>> idle_;
  std::once_flag shell_started_;
  std::unique_ptr<ShellSource> shell_;
};

}  // namespace cooper::repository
