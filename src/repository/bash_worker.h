// One bash process that sources ebuilds, each in a subshell of its own (runtime/metadata.bash).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repository/source_answer.h"
#include "util/error.h"
#include "util/file.h"

namespace cooper::repository {

struct SourceOptions {
  std::filesystem::path runtime;        // the folder of metadata.bash
  std::filesystem::path bash = "bash";  // looked for in PATH where it has no slash
  double time_limit = 30;               // seconds for one ebuild
};

class BashWorker {
 public:
  static Result<std::unique_ptr<BashWorker>> start(const SourceOptions& options);
  ~BashWorker();
  // After a failure that leaves the process in an unknown state, usable() is false.
  SourceAnswer ask(const SourceRequest& request, double time_limit);
  bool usable() const { return usable_; }
  int bash_major() const { return bash_major_; }
  int bash_minor() const { return bash_minor_; }

 private:
  BashWorker() = default;
  using Clock = std::chrono::steady_clock;
  enum class Wait { record, timeout, closed, too_much };
  Wait next_record(std::string& record, Clock::time_point deadline, std::string& output);
  Wait exchange(const std::string& request, double time_limit, AnswerRecords& records);
  bool send(std::string_view text);
  void drain_output(std::string& output);

  struct Channels {
    util::Fd requests, answers, output;  // our ends
  };
  std::filesystem::path program_;
  pid_t pid_ = -1;
  Channels channels_;
  std::optional<util::TemporaryDirectory> temporary_;
  std::string buffer_;  // answers read but not yet taken
  size_t buffer_start_ = 0;
  bool usable_ = true;
  int bash_major_ = 0, bash_minor_ = 0;
};

}  // namespace cooper::repository
