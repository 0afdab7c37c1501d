// What all commands of the `cooper` program share.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "util/error.h"

// <CLI/CLI.hpp> makes objects when the program starts, for each file that includes it: only those do that add options.
namespace CLI {
class App;
}

namespace cooper::cli {

// The options that every command takes, and where cooper's own data lie.
struct Context {
  int jobs = 1;                     // --jobs, default: the number of cores
  std::filesystem::path cache_dir;  // --cache-dir, default Store::default_root()
  std::string format = "text";      // --format
  bool quiet = false, verbose = false;
  bool offline = false;
  bool color_stdout = false, color_stderr = false;  // decided from --color, NO_COLOR and whether it is a terminal
  // The data folder: holds runtime/, ebuilds/, images/ and bin/cooper-helper; the source tree or PREFIX/share/cooper.
  std::filesystem::path data;
  std::filesystem::path helper;  // the static cooper-helper binary
};

// Set by SIGINT and SIGTERM.
std::atomic<bool>& interrupted();

// A command adds its subcommand to `app` and sets `run` when it is chosen; `run` returns an exit code (0) or an error,
// which main prints.
using Action = std::function<Result<int>()>;
struct Commands {
  CLI::App& app;
  Context& context;
  Action& run;
  std::map<const CLI::App*, std::vector<std::string>> formats;  // those of a command, where not text and json
};

// One per file cli/NAME.cc; main.cc lists them.
void add_plan(Commands&);
void add_why(Commands&);
void add_build(Commands&);
void add_run(Commands&);
void add_repo(Commands&);
void add_fetch(Commands&);
void add_exec_action(Commands&);
void add_shell(Commands&);
void add_cache(Commands&);
void add_doctor(Commands&);
void add_init(Commands&);
void add_show(Commands&);
void add_log(Commands&);

}  // namespace cooper::cli
