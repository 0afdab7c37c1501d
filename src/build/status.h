// What the runtime tells through the status pipe (runtime/README.md).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::build {

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

}  // namespace cooper::build
