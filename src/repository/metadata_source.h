// Metadata by sourcing ebuilds: bash processes that live long and fork for each ebuild.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "repository/bash_worker.h"
#include "repository/lazy_eclasses.h"

namespace cooper::repository {

// A pool of bash processes. source() is safe from several threads: each call uses a process of its own, kept for the
// next call. The processes run without the user's environment, with a PATH that leads nowhere, and where the kernel has
// Landlock they cannot write to any file.
class MetadataSource {
 public:
  explicit MetadataSource(SourceOptions options);
  // `text`: of the ebuild.
  SourceAnswer source(const SourceRequest& request, std::string_view text);

 private:
  SourceAnswer ask(std::unique_ptr<BashWorker>& worker, const SourceRequest& request);
  Result<std::unique_ptr<BashWorker>> take_worker();

  SourceOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<BashWorker>> idle_;
  LazyEclasses lazy_eclasses_;
};

}  // namespace cooper::repository
