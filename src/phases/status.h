// The status pipe: what the runtime tells while phases run (runtime/README.md, "What comes back"). The other end is in
// the hands of an ebuild, so whatever comes is bounded and made printable.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "util/error.h"
#include "util/file.h"

namespace cooper::phases {

struct StackFrame {
  std::string function, file;
  int line = 0;
};

struct ElogMessage {
  std::string phase, kind, text;  // kind: info, warn, error, log, qa
};

struct PhaseStatus {
  std::string phase;  // the last that began
  bool died = false, done = false;
  std::string die_phase, die_file, die_message;
  int die_line = 0;
  std::vector<StackFrame> stack;  // innermost first
  std::vector<ElogMessage> messages;
};

// Takes bytes as they come; complete lines change the status. Unknown events are ignored: the runtime may be newer.
class StatusReader {
 public:
  std::function<void(const std::string& phase)> on_phase;
  void feed(std::string_view bytes);
  const PhaseStatus& status() const { return status_; }

 private:
  void take_line(std::string_view line);
  std::string pending_;
  PhaseStatus status_;
};

// The pipe itself, read in a thread of its own while a sandbox runs.
class StatusPipe {
 public:
  static Result<StatusPipe> open();
  // The end for the sandbox.
  int write_end() const { return write_.get(); }
  // Starts reading into `reader`, which must live until finish().
  void start(StatusReader& reader);
  // Waits for the last event. Called when the sandbox has ended.
  void finish();
  StatusPipe(StatusPipe&&) = default;
  StatusPipe& operator=(StatusPipe&&) = delete;
  ~StatusPipe() { finish(); }

 private:
  StatusPipe() = default;
  util::Fd read_, write_;
  std::thread thread_;
};

}  // namespace cooper::phases
