// Metadata by sourcing ebuilds: bash processes that live long and fork for each ebuild (runtime/metadata.bash).
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ebuild/atom.h"
#include "repository/md5_cache.h"
#include "util/error.h"

namespace cooper::repository {

struct SourceOptions {
  std::filesystem::path runtime;        // the folder of metadata.bash
  std::filesystem::path bash = "bash";  // looked for in PATH where it has no slash
  double time_limit = 30;               // seconds for one ebuild
};

struct SourceRequest {
  std::filesystem::path ebuild;
  ebuild::Cpv cpv;
  std::string eapi;
  std::vector<std::filesystem::path> eclass_folders;  // nearest repository first
};

struct SourceAnswer {
  MetadataKeys keys;                   // meaningful where `failure` is empty
  std::vector<std::string> inherited;  // eclasses in the order they were begun, each once; also after a failure
  std::string failure;                 // why there are no keys, or ""
  bool transient = false;              // the failure may go away without a change to any file (a hang, no bash)
  std::string output;                  // what the ebuild printed, at most some kB; ebuilds must print nothing
};

// A pool of bash processes. source() is safe from several threads: each call uses a process of its own, kept for the
// next call. The processes run without the user's environment, with a PATH that leads nowhere, and where the kernel has
// Landlock they cannot write to any file.
class MetadataSource {
 public:
  explicit MetadataSource(SourceOptions options);
  ~MetadataSource();
  SourceAnswer source(const SourceRequest& request);

 private:
  class Worker;
  SourceOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_;
};

}  // namespace cooper::repository
