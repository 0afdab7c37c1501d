// Runs commands in an image, with no container engine.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/image.h"
#include "sandbox/sandbox.h"
#include "util/error.h"

namespace cooper::image {

struct RunOptions {
  std::vector<std::string> command;      // "" : the config's entrypoint and cmd; else what is run, whole
  bool use_entrypoint = true;            // `command` goes to the entrypoint as its arguments, as with container engines
  std::vector<std::string> environment;  // "NAME=value", over the config's
  std::string user;                      // "" : the config's
  std::string directory;                 // "" : the config's
  bool network = true;                   // the host's; false: none but loopback
  std::vector<sandbox::Bind> binds;
  bool interactive = true;  // on the caller's terminal or pipes; false: stdin from `stdin_fd`, stdout to `stdout_fd`,
                            // stderr to on_error
  int stdin_fd = -1, stdout_fd = -1;
  int seconds = 0;  // 0: no limit
  std::function<void(std::string_view)> on_error;
  const std::atomic<bool>* cancel = nullptr;
};

// The command as the config and the options say. `root`: the image's files on disk, not written to: what the command
// writes is gone afterwards. One user id is mapped: the user of the config, who owns all files then. Errors: usage, for
// a program, user or folder that the image has not.
Result<sandbox::Command> run_command(const tree::Tree& tree, const spec::ImageConfig& config,
                                     const std::filesystem::path& root, const RunOptions& options);

// Runs it; the exit code is the command's, 128+signal where a signal ended it. Interactive: SIGINT, SIGTERM, SIGHUP,
// SIGQUIT, SIGUSR1, SIGUSR2 and SIGWINCH that cooper gets go to the command. Errors: those of run_command, sandbox,
// failed where the time limit was reached, interrupted.
Result<int> run_in_image(const tree::Tree& tree, const spec::ImageConfig& config, const std::filesystem::path& root,
                         const RunOptions& options);

}  // namespace cooper::image
