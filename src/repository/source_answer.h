// What sourcing an ebuild is asked and answers, whoever does it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"
#include "repository/md5_cache.h"

namespace cooper::repository {

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

// The arguments of __cooper_source_ebuild (runtime/lib/sourcing.bash).
std::vector<std::string> source_arguments(const SourceRequest& request);

// An answer while its records come in (runtime/metadata.bash).
struct AnswerRecords {
  SourceAnswer answer;
  bool ok = false;
  std::string status, direct;  // direct: eclasses that the ebuild itself inherits

  // A record without the NUL at its end.
  void take(std::string_view record);
  // All records are there.
  void finish();
};

}  // namespace cooper::repository
