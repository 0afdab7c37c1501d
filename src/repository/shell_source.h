// Metadata by evaluating ebuilds without a bash (shell/evaluate.h): quick, but not for all of them.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string_view>

#include "repository/source_answer.h"
#include "shell/evaluate.h"

namespace cooper::repository {

// Safe to use from several threads.
class ShellSource {
 public:
  // `runtime`: the folder of metadata.bash. `bash_major`, `bash_minor`: which bash would be asked instead. Null where
  // its like cannot be evaluated.
  static std::unique_ptr<ShellSource> start(const std::filesystem::path& runtime, int bash_major, int bash_minor);
  // What bash would answer, or why it must be asked. `text`: of the ebuild.
  std::expected<SourceAnswer, shell::Unsupported> source(const SourceRequest& request, std::string_view text);

 private:
  explicit ShellSource(std::unique_ptr<shell::Shell> shell) : shell_(std::move(shell)) {}
  std::unique_ptr<shell::Shell> shell_;
};

}  // namespace cooper::repository
