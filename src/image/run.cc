#include "image/run.h"

#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <thread>

#include <fmt/format.h>

#include "image/proof.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

constexpr int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

std::optional<uint32_t> number(std::string_view text) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

struct Identity {
  uint32_t uid = 0, gid = 0;
  std::string home = "/";
};

// The line of etc/passwd or etc/group whose field `column` is `key`.
std::vector<std::string> account_line(const tree::Tree& tree, std::string_view file, size_t column,
                                      std::string_view key) {
  Lookup lookup = [&](std::string_view path) { return tree.find(path); };
  auto path = resolve_path(lookup, file, true);
  const tree::Entry* entry = path ? tree.find(*path) : nullptr;
  std::string text;
  if (entry && entry->kind == tree::EntryKind::file) text = util::read_file(entry->source).value_or("");
  for (std::string_view line : util::lines(text)) {
    std::vector<std::string_view> fields = util::split(line, ':');
    if (fields.size() > column && fields.size() >= 3 && fields[column] == key) return {fields.begin(), fields.end()};
  }
  return {};
}

// "www", "33", "www:data", "33:33", as the OCI config has it.
Result<Identity> identity_of(const tree::Tree& tree, const std::string& text) {
  Identity identity;
  std::string user = text.substr(0, text.find(':')),
              group = text.find(':') == std::string::npos ? "" : text.substr(text.find(':') + 1);
  if (user.empty()) user = "0";
  std::vector<std::string> line = account_line(tree, "etc/passwd", 0, user);
  if (line.empty() && number(user)) line = account_line(tree, "etc/passwd", 2, user);
  if (line.size() >= 6) {
    identity.uid = number(line[2]).value_or(0);
    identity.gid = number(line[3]).value_or(0);
    identity.home = line[5];
  } else if (auto uid = number(user)) {
    identity.uid = *uid;
  } else {
    return fail(ErrorKind::usage, fmt::format("the image has no user '{}'", user), "/etc/passwd");
  }
  if (group.empty()) return identity;
  std::vector<std::string> group_line = account_line(tree, "etc/group", 0, group);
  auto gid = group_line.empty() ? number(group) : number(group_line[2]);
  if (!gid) return fail(ErrorKind::usage, fmt::format("the image has no group '{}'", group), "/etc/group");
  identity.gid = *gid;
  return identity;
}

// Parent of each process, as /proc says.
std::vector<std::pair<pid_t, pid_t>> process_parents() {
  std::vector<std::pair<pid_t, pid_t>> out;
  std::error_code ec;
  for (const auto& folder : fs::directory_iterator("/proc", ec)) {
    auto pid = number(folder.path().filename().native());
    auto text = pid ? util::read_file(folder.path() / "stat") : Result<std::string>("");
    size_t end = text ? text->rfind(')') : std::string::npos;  // the name before it may hold anything
    if (end == std::string::npos) continue;
    std::vector<std::string_view> fields = util::words(std::string_view(*text).substr(end + 1));
    if (fields.size() > 1)
      if (auto parent = number(fields[1])) out.emplace_back(*pid, *parent);
  }
  return out;
}

// Sends on what this process gets to the command: the child of the sandbox's first process, which is our child.
class SignalForwarder {
 public:
  SignalForwarder() {
    ::sigemptyset(&set_);
    for (int signal : forwarded) ::sigaddset(&set_, signal);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
    thread_ = std::thread([this] { run(); });
  }
  ~SignalForwarder() {
    stop_ = true;
    thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  void run() {
    constexpr timespec moment = {0, 50'000'000};
    while (!stop_) {
      int signal = ::sigtimedwait(&set_, nullptr, &moment);
      if (signal <= 0) continue;
      // It may come before the command has started.
      for (int tries = 0; tries < 40 && !stop_ && !send(signal); ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  static bool send(int signal) {
    auto parents = process_parents();
    bool sent = false;
    for (auto [init, parent] : parents) {
      if (parent != ::getpid()) continue;
      for (auto [pid, its_parent] : parents)
        if (its_parent == init) sent |= ::kill(pid, signal) == 0;
    }
    return sent;
  }

  sigset_t set_, before_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

Result<std::vector<std::string>> argv_of(const spec::ImageConfig& config, const RunOptions& options) {
  std::vector<std::string> argv;
  if (options.use_entrypoint) argv = config.entrypoint;
  const std::vector<std::string>& rest = options.command.empty() ? config.cmd : options.command;
  argv.insert(argv.end(), rest.begin(), rest.end());
  if (argv.empty())
    return fail(ErrorKind::usage, "the image does not say what to run", {}, "its config has neither entrypoint nor cmd",
                "name a command: cooper run IMAGE -- COMMAND");
  return argv;
}

}  // namespace

Result<sandbox::Command> run_command(const tree::Tree& tree, const spec::ImageConfig& config, const fs::path& root,
                                     const RunOptions& options) {
  Identity identity = TRY(identity_of(tree, options.user.empty() ? config.user : options.user));
  sandbox::Command command;
  command.lower = {root};
  command.binds = options.binds;
  command.argv = TRY(argv_of(config, options));
  command.environment = {{"PATH", path_of(config.env)}, {"HOME", identity.home}};
  for (const auto* list : {&config.env, &options.environment})
    for (const std::string& line : *list)
      if (size_t equals = line.find('='); equals != std::string::npos)
        command.environment[line.substr(0, equals)] = line.substr(equals + 1);
  if (options.interactive && !command.environment.contains("TERM"))
    if (const char* term = ::getenv("TERM")) command.environment["TERM"] = term;
  command.directory = !options.directory.empty() ? options.directory : config.workdir.empty() ? "/" : config.workdir;
  command.uid = identity.uid;
  command.gid = identity.gid;
  command.network = options.network;
  command.interactive = options.interactive;
  command.limits = {
      .log_bytes = 0, .processes = 0, .seconds = options.seconds, .file_bytes = 0, .memory_bytes = 0, .free_bytes = 0};
  command.cancel = options.cancel;

  Lookup lookup = [&](std::string_view path) { return tree.find(path); };
  auto directory = resolve_path(lookup, command.directory, true);
  bool made = std::any_of(options.binds.begin(), options.binds.end(),
                          [&](const sandbox::Bind& bind) { return command.directory.starts_with(bind.target); });
  if (!made && (!directory || (!directory->empty() && !tree.find(*directory))))
    return fail(ErrorKind::usage, fmt::format("the image has no folder '{}'", command.directory), {},
                "the command is to start there");
  if (!made && !find_program(lookup, command.argv[0], command.environment["PATH"]))
    return fail(ErrorKind::usage, fmt::format("the image has no program '{}'", command.argv[0]), {},
                fmt::format("PATH is {}", command.environment["PATH"]));
  if (options.network)
    for (const char* file : {"/etc/resolv.conf", "/etc/hosts"}) {
      std::error_code ec;
      if (fs::exists(file, ec)) command.binds.push_back({file, file, false});
    }
  return command;
}

Result<int> run_in_image(const tree::Tree& tree, const spec::ImageConfig& config, const fs::path& root,
                         const RunOptions& options) {
  sandbox::Command command = TRY(run_command(tree, config, root, options));
  std::optional<SignalForwarder> forwarder;
  if (options.interactive) {
    forwarder.emplace();
  } else {
    command.stdin_fd = options.stdin_fd;
    if (options.stdout_fd >= 0)
      command.fds = {{options.stdout_fd, 1}};  // after stdout and stderr were joined: leaves stderr alone there
    command.on_output = options.on_error;
  }
  sandbox::Outcome outcome = TRY(sandbox::run(command));
  switch (outcome.end) {
    case sandbox::Outcome::End::exited: return outcome.exit_code;
    case sandbox::Outcome::End::cancelled: return fail(ErrorKind::interrupted, "interrupted");
    case sandbox::Outcome::End::timed_out:
      return fail(ErrorKind::failed,
                  fmt::format("'{}' did not end within {} seconds", command.argv[0], options.seconds));
    default:
      return fail(ErrorKind::failed, fmt::format("'{}' was stopped: it used too much of the machine", command.argv[0]));
  }
}

}  // namespace cooper::image
