// Runs a command in its own namespaces, in a root composed by overlayfs. No root needed; the same for root.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "util/error.h"

namespace cooper::sandbox {

struct Bind {
  std::filesystem::path source;  // on the host
  std::string target;            // absolute, in the sandbox; made if absent
  bool writable = false;
};

// What ends a command that goes too far. 0 is no limit.
struct Limits {
  uint64_t log_bytes = uint64_t{1} << 30;     // output
  int processes = 4096;                       // at once
  int seconds = 0;                            // wall time
  uint64_t file_bytes = uint64_t{64} << 30;   // of one file
  uint64_t memory_bytes = 0;                  // address space of one process; there is no limit for all together
  uint64_t free_bytes = uint64_t{256} << 20;  // that must stay free on the disk of the upper layer
};

// A file that was given to somebody, known by what does not change when it is renamed.
struct OwnershipChange {
  uint64_t device = 0, inode = 0;
  int64_t born_seconds = 0;
  uint32_t born_nanoseconds = 0;
  uint32_t uid = 0, gid = 0;  // UINT32_MAX: unchanged
  static constexpr uint32_t unchanged = UINT32_MAX;
};

struct Command {
  std::vector<std::filesystem::path> lower;  // overlay layers, topmost first; at least one
  std::filesystem::path upper,
      work;  // both on one file system; "" for a root that cannot be written (a tmpfs takes writes)
  std::vector<Bind> binds;
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;  // all of it: nothing is inherited
  std::string directory = "/";
  std::string hostname = "cooper";
  uint32_t uid = 0, gid = 0;             // as seen inside; the caller's own id outside
  bool network = false;                  // false: a network namespace of its own with only loopback
  bool fake_ownership = true;            // chown and mknod answer success and change nothing (the ledger has the truth)
  std::vector<std::pair<int, int>> fds;  // (host fd, fd inside): jobserver, status pipe
  int stdin_fd = -1,
      output_fd = -1;  // -1: /dev/null; output gets stdout and stderr. interactive: the caller's terminal
  bool interactive = false;
  Limits limits;
  std::function<void(std::string_view)> on_output;  // called with pieces of output, beside output_fd
  // Called for each chown that something inside asks for, where the kernel can tell (else never). Needs fake_ownership.
  std::function<void(const OwnershipChange&)> on_ownership;
  const std::atomic<bool>* cancel = nullptr;  // becomes true: everything inside is killed
};

struct Outcome {
  int exit_code = -1;  // 128+signal where a signal ended it
  enum class End { exited, timed_out, too_much_output, too_many_processes, disk_full, cancelled } end = End::exited;
  bool left_processes = false;  // others were still running when the command ended; they were killed
};

// Errors: sandbox (exit code 5) where this machine cannot, with the kernel's reason and the remedy in the hint.
Result<Outcome> run(const Command& command);

// Why a command was ended, for messages: "it had more than 4096 processes at once"; "" where it ended by itself.
std::string explain_end(Outcome::End end, const Limits& limits);

// Whether run() can work here: nothing, or the error with the remedy for this kernel and distribution.
Result<> check();

}  // namespace cooper::sandbox
