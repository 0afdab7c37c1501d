// One bash process that sources ebuilds, each in a subshell of its own (runtime/metadata.bash).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"
#include "repository/md5_cache.h"
#include "util/error.h"
#include "util/file.h"

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

// A call of a function that a file leaves out (repository/lazy_eclasses.h).
struct LazyCall {
  std::string file, function;
};

struct SourceAnswer {
  MetadataKeys keys;                   // meaningful where `failure` is empty
  std::vector<std::string> inherited;  // eclasses in the order they were begun, each once; also after a failure
  std::string failure;                 // why there are no keys, or ""
  bool transient = false;              // the failure may go away without a change to any file (a hang, no bash)
  std::string output;                  // what the ebuild printed, at most some kB; ebuilds must print nothing
  std::vector<LazyCall> lazy_calls;
};

class BashWorker {
 public:
  static Result<std::unique_ptr<BashWorker>> start(const SourceOptions& options);
  ~BashWorker();
  // After a failure that leaves the process in an unknown state, usable() is false.
  SourceAnswer ask(const SourceRequest& request, double time_limit);
  // The texts in a file, separated by NUL, each as `declare -f` prints it as the body of a function __cooper_text;
  // nothing where bash cannot parse one of them.
  std::optional<std::vector<std::string>> print(const std::filesystem::path& texts, double time_limit);
  bool usable() const { return usable_; }

 private:
  BashWorker() = default;
  using Clock = std::chrono::steady_clock;
  enum class Wait { record, timeout, closed, too_much };
  Wait next_record(std::string& record, Clock::time_point deadline, std::string& output);
  Wait exchange(const std::string& request, double time_limit, std::string& output,
                const std::function<void(std::string_view kind, std::string_view rest)>& take_record);
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
