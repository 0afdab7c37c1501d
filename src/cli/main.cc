// The `cooper` program: common options, the list of commands, errors and exit codes.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/usage.h"
#include "store/store.h"
#include "util/file.h"
#include "util/heap.h"
#include "util/text.h"

namespace cooper::cli {

std::atomic<bool>& interrupted() {
  static std::atomic<bool> flag{false};
  return flag;
}

namespace {

namespace fs = std::filesystem;

// The first signal asks the running command to stop and clean up; a second one ends the process at once (the store
// stands that).
void on_signal(int) {
  if (interrupted().exchange(true)) ::_exit(130);
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  ::sigaction(SIGHUP, nullptr, &hangup);
  // Ignored by nohup: the build is to outlive its terminal.
  if (hangup.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

bool wants_color(const std::string& mode, int fd) {
  if (mode == "always") return true;
  if (mode == "never") return false;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return ::isatty(fd) && !(no_color && *no_color) && !(term && std::string_view(term) == "dumb");
}

// Finds the data folder: $COOPER_DATA, PREFIX/share/cooper beside an installed binary, or the source tree of a build
// tree.
Result<> find_data(Context& context) {
  std::error_code ec;
  fs::path self = fs::read_symlink("/proc/self/exe", ec);
  std::vector<std::pair<fs::path, fs::path>> places;  // data folder, helper
  if (const char* set = std::getenv("COOPER_DATA")) places.emplace_back(set, fs::path(set) / "bin/cooper-helper");
  fs::path installed = self.parent_path().parent_path() / COOPER_DATA_SUBDIR;
  places.emplace_back(installed, installed / "bin/cooper-helper");
  places.emplace_back(COOPER_SOURCE_DIR, self.parent_path() / "bin/cooper-helper");
  for (const auto& [data, helper] : places) {
    if (!fs::exists(data / "runtime/ebuild.bash", ec)) continue;
    context.data = data;
    context.helper = fs::exists(helper, ec) ? helper : data / "bin/cooper-helper";
    return {};
  }
  return fail(ErrorKind::usage, "cooper's own data are missing", installed,
              "the folder with runtime/, ebuilds/ and images/ is not beside the program",
              "install cooper with `cmake --install`, or set COOPER_DATA to that folder");
}

constexpr const char* exit_codes_and_environment =
    "Exit codes:\n"
    "  0    done\n"
    "  1    a build or an image test failed; nothing was found\n"
    "  2    bad usage or a bad spec\n"
    "  3    the requirements contradict each other\n"
    "  4    a distfile or base root cannot be had, or does not verify\n"
    "  5    this machine cannot sandbox (`cooper doctor` says why)\n"
    "  130  interrupted\n"
    "\n"
    "Environment:\n"
    "  NO_COLOR           no colours, unless --color=always\n"
    "  XDG_CACHE_HOME     where the store is, in its folder cooper (default: ~/.cache)\n"
    "  SOURCE_DATE_EPOCH  the time stamp of what is built\n"
    "  COOPER_DATA        cooper's own data, with runtime/ and ebuilds/\n";

std::string joined_with_or(const std::vector<std::string>& words) {
  if (words.size() == 1) return words.front();
  return util::join(std::span(words).first(words.size() - 1), ", ") + " or " + words.back();
}

// Whether the chosen command has the form of output that is asked for.
Result<> check_format(const Commands& commands) {
  const CLI::App* command = &commands.app;
  std::string name = command->get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  auto own = commands.formats.find(command);
  std::vector<std::string> forms =
      own == commands.formats.end() ? std::vector<std::string>{"text", "json"} : own->second;
  const std::string& form = commands.context.format;
  if (form == "text" || std::ranges::find(forms, form) != forms.end()) return {};
  return fail(ErrorKind::usage, fmt::format("`{}` has no format '{}'", name, form), {}, {},
              fmt::format("use {}", joined_with_or(forms)));
}

Result<> check_environment() {
  const char* by = std::getenv("COOPER_METADATA_BY");
  std::string_view word = by ? by : "";
  if (word.empty() || word == "bash" || word == "shell") return {};
  return fail(ErrorKind::usage, fmt::format("COOPER_METADATA_BY in the environment is '{}'", word), {}, {},
              "bash and shell are known; unset, both do what they do best");
}

// Operands are told by their names alone; what kind of text they are their descriptions say.
void name_operands_only(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands({})) {
    for (CLI::Option* option : command->get_options())
      if (option->get_positional()) option->type_name("");
    name_operands_only(*command);
  }
}

// The commands by their names, in the order of the help. A name that is missing here makes its command slower, no more.
struct Adder {
  std::string_view names;
  void (*add)(Commands&);
};
constexpr Adder adders[] = {
    {"init", add_init},
    {"plan", add_plan},
    {"build", add_build},
    {"run", add_run},
    {"why", add_why},
    {"show search use", add_show},
    {"log", add_log},
    {"doctor", add_doctor},
    {"cache", add_cache},
    {"fetch", add_fetch},
    {"repo", add_repo},
    {"shell", add_shell},
    {"exec-action", add_exec_action},
};

// All options and commands, as CLI11 has them, and what a command line says with them.
struct CommandLine {
  Context context;
  std::string color = "auto", cache_dir;
  Action run;
  CLI::App app{
      "cooper makes containers from source: one spec file, one command, a small image, every byte of it explained.",
      "cooper"};
  Commands commands{app, context, run, {}};

  // Where `named` is given, only the commands that are among those words: to make the options of all commands takes
  // longer than a small plan.
  explicit CommandLine(const std::vector<std::string>* named) {
    context.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    app.set_version_flag("--version", "cooper " COOPER_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    add_common_options();
    app.option_defaults()->group("Options");  // the commands' own, which follow
    auto is_named = [&](std::string_view name) { return std::ranges::find(*named, name) != named->end(); };
    for (const Adder& adder : adders)
      if (!named || std::ranges::any_of(util::words(adder.names), is_named)) adder.add(commands);
    name_operands_only(app);
    for (CLI::App* command : app.get_subcommands({}))
      command->footer(command->get_footer() + (command->get_footer().empty() ? "" : "\n\n") +
                      "`cooper --help` tells the options of all commands.");
    app.footer(exit_codes_and_environment);
  }

  // Throws CLI::ParseError.
  void parse(std::vector<std::string> words) {
    set_command_apart(app, words);
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  }

 private:
  void add_common_options() {
    app.option_defaults()->group("Options of all commands");
    app.add_option("--jobs,-j", context.jobs, "how many jobs run at once (default: the number of cores)")
        ->check(CLI::Range(1, 1024).description(""))
        ->type_name("N");
    app.add_option("--cache-dir", cache_dir, "where packages, sources and images are kept")->type_name("DIR");
    app.add_option("--format", context.format, "form of the output: text, json, or what the command lists")
        ->type_name("FORM");
    app.add_option("--color", color, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
        ->type_name("WHEN");
    app.add_flag("--quiet,-q", context.quiet, "no progress, only results and errors");
    app.add_flag("--verbose,-v", context.verbose, "also the output of the builds");
    app.add_flag("--offline", context.offline, "use nothing from the network");
  }
};

// Prints help, or why the words are refused; the exit code.
int tell_of(CommandLine& line, const CLI::ParseError& e, std::vector<std::string> words) {
  if (e.get_exit_code() == 0) return line.app.exit(e);
  set_command_apart(line.app, words);
  fmt::print(stderr, "{}\n", error_text(explain_refusal(line.app, e, words), wants_color(line.color, STDERR_FILENO)));
  return static_cast<int>(ErrorKind::usage);
}

int run_program(int argc, char** argv) {
  util::use_large_pages();
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) words.emplace_back("--help");
  std::optional<CommandLine> line(std::in_place, &words);
  try {
    line->parse(words);
  } catch (const CLI::CallForVersion& e) {
    return line->app.exit(e);
  } catch (const CLI::ParseError&) {
    // Help lists all commands, and so does what tells of slips.
    line.emplace(nullptr);
    try {
      line->parse(words);
    } catch (const CLI::ParseError& e) {
      return tell_of(*line, e, words);
    }
  }
  Context& context = line->context;
  const std::string &color = line->color, &cache_dir = line->cache_dir;

  context.color_stdout = wants_color(color, STDOUT_FILENO);
  context.color_stderr = wants_color(color, STDERR_FILENO);
  context.cache_dir = cache_dir.empty() ? store::Store::default_root() : fs::absolute(cache_dir);
  catch_signals();

  auto find_data_and_run = [&]() -> Result<int> {
    TRY(check_format(line->commands));
    TRY(check_environment());
    TRY(find_data(context));
    return line->run();
  };
  Result<int> result = 0;
  try {
    result = find_data_and_run();
  } catch (const std::system_error& error) {
    // Of fmt::print, mostly: whoever reads the output has gone, or the disk is full.
    bool output = std::ferror(stdout) != 0 || std::ferror(stderr) != 0;
    result =
        fail(ErrorKind::failed, output ? "cannot write the output" : "the system refused a call", {}, error.what());
  }
  if (std::fflush(stdout) != 0 && result) result = fail_errno("cannot write the output", "standard output");
  if (!result) fmt::print(stderr, "{}\n", error_text(result.error(), context.color_stderr));
  std::fflush(stderr);
  // Nothing is left to do, and taking all the options of all commands apart is work too.
  std::_Exit(result ? *result : static_cast<int>(result.error().kind));
}

}  // namespace
}  // namespace cooper::cli

int main(int argc, char** argv) { return cooper::cli::run_program(argc, argv); }
