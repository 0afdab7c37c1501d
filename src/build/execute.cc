// One build: sandbox, phases, and what comes out of them into the store.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "build/action.h"
#include "build/build_folder.h"
#include "build/checks.h"
#include "build/owners.h"
#include "build/status.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using tree::Entry;
using tree::EntryKind;

constexpr size_t shown_log_lines = 20;
constexpr int jobserver_in = 100, jobserver_out = 101, status_in = 3;  // descriptors in the sandbox

class Execution {
 public:
  Execution(const BuildAction& action, const store::Store& store, const store::BaseRoot& base,
            const ExecuteOptions& options)
      : action_(action), store_(store), base_(base), options_(options), started_(Clock::now()) {}

  Result<store::BuiltPackage> run() {
    names_ = TRY(package_names(action_.cpv));
    auto scratch = TRY(store_.scratch("build"));
    folder_ = TRY(prepare_folder(action_, scratch.path()));
    TRY(open_log());
    sandbox::Outcome outcome = TRY(run_phases());
    log_.reset();
    if (auto good = judge(outcome); !good) {
      bool interrupted = good.error().kind == ErrorKind::interrupted;
      if (!interrupted) keep_failed(scratch);
      return std::unexpected(std::move(good).error());
    }
    auto package = collect(outcome);
    if (!package) keep_failed(scratch);
    return package;
  }

 private:
  Result<> open_log() {
    log_path_ = store_.logs() / names_.category / (names_.pf + ".log");
    TRY(util::make_directories(log_path_.parent_path()));
    log_ = util::Fd(::open(log_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!log_) return fail_errno("cannot write the build log", log_path_);
    return {};
  }

  std::vector<std::string> phases() const {
    std::vector<std::string> words = {"pretend", "setup", "unpack", "prepare", "configure", "compile"};
    auto restricted = [&](std::string_view what) {
      return std::find(action_.restrict.begin(), action_.restrict.end(), what) != action_.restrict.end();
    };
    if (action_.run_tests && !restricted("test")) words.push_back("test");
    words.push_back("install");
    return words;
  }

  Result<sandbox::Outcome> run_phases() {
    sandbox::Command command = TRY(sandbox_command(action_, base_, folder_));
    lower_ = command.lower;
    command.argv = {"/bin/bash", "--norc", "--noprofile", "/cooper/runtime/ebuild.bash"};
    for (std::string& phase : phases()) command.argv.push_back(std::move(phase));
    if (options_.jobserver_read >= 0) {
      command.fds = {{options_.jobserver_read, jobserver_in}, {options_.jobserver_write, jobserver_out}};
      command.environment["MAKEFLAGS"] =
          fmt::format("-j{} --jobserver-auth={},{}", options_.jobs, jobserver_in, jobserver_out);
      command.environment["MAKEOPTS"] = "";
    } else {
      command.environment["MAKEOPTS"] = fmt::format("-j{}", options_.jobs);
    }
    command.environment["COOPER_JOBS"] = std::to_string(options_.jobs);
    command.output_fd = log_.get();
    command.limits = options_.limits;
    command.on_output = options_.on_output;
    command.cancel = options_.cancel;

    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe");
    util::Fd status_read(fds[0]), status_write(fds[1]);
    command.fds.emplace_back(status_write.get(), status_in);
    status_.on_phase = [this](const std::string& phase) {
      if (options_.on_phase) options_.on_phase({action_.cpv, phase, seconds()});
    };
    std::thread reader([&]() { read_status(status_read.get()); });
    auto outcome = sandbox::run(command);
    status_write.reset();
    reader.join();
    if (options_.on_phase) options_.on_phase({action_.cpv, {}, seconds()});
    if (!outcome) {
      Error& error = outcome.error();
      if (error.where.empty()) error.where = action_.cpv;
    }
    return outcome;
  }

  void read_status(int fd) {
    char buffer[4096];
    for (;;) {
      ssize_t size = ::read(fd, buffer, sizeof buffer);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return;
      status_.feed(std::string_view(buffer, static_cast<size_t>(size)));
    }
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

  // A path of the sandbox as the user knows it.
  std::string host_path(const std::string& path) const {
    if (path.starts_with("/cooper/ebuild/files/")) return (action_.files / path.substr(21)).string();
    if (path.starts_with("/cooper/ebuild/")) return action_.ebuild.string();
    for (const auto& [name, file] : action_.eclasses)
      if (path == "/cooper/eclass/" + name + ".eclass") return file.string();
    return path;
  }

  std::string log_tail() const {
    auto text = util::read_file(log_path_, uint64_t{1} << 31);
    if (!text) return {};
    auto lines = util::lines(*text);
    size_t first = lines.size() > shown_log_lines ? lines.size() - shown_log_lines : 0;
    std::string tail;
    for (size_t i = first; i < lines.size(); ++i) tail += "\n  | " + std::string(lines[i]);
    return tail;
  }

  std::string hint() const {
    return fmt::format("the whole log: {}\na shell in this sandbox: cooper shell {}", log_path_.string(), action_.cpv);
  }

  std::unexpected<Error> failure(std::string_view what, std::string where, std::string why) const {
    std::string tail = log_tail();
    if (!tail.empty()) why += (why.empty() ? "" : "\n") + std::string("the end of the log:") + tail;
    return fail(ErrorKind::failed, fmt::format("{} {}", action_.cpv, what), std::move(where), std::move(why), hint());
  }

  std::string phase_words() const {
    std::string phase = status_.status().died ? status_.status().die_phase : status_.status().phase;
    return phase.empty() ? "failed before its first phase" : "failed in phase " + phase;
  }

  Result<> judge(const sandbox::Outcome& outcome) const {
    const PhaseStatus& status = status_.status();
    using End = sandbox::Outcome::End;
    switch (outcome.end) {
      case End::cancelled: return fail(ErrorKind::interrupted, fmt::format("{} was interrupted", action_.cpv));
      case End::timed_out:
        return failure(phase_words(), {}, fmt::format("it took longer than {} seconds", options_.limits.seconds));
      case End::too_much_output:
        return failure(phase_words(), {},
                       fmt::format("its output is larger than {}", util::human_size(options_.limits.log_bytes)));
      case End::too_many_processes:
        return failure(phase_words(), {},
                       fmt::format("it had more than {} processes at once", options_.limits.processes));
      case End::exited: break;
    }
    if (outcome.exit_code == 0 && status.done) return {};
    if (!status.died)
      return failure(phase_words(), {},
                     outcome.exit_code > 128
                         ? fmt::format("the shell was ended by signal {}", outcome.exit_code - 128)
                         : fmt::format("the shell ended with status {} and said no reason", outcome.exit_code));
    std::string where =
        status.die_file.empty() ? std::string() : fmt::format("{}:{}", host_path(status.die_file), status.die_line);
    std::string why;
    for (const StackFrame& frame : status.stack)
      why +=
          fmt::format("{}in {} at {}:{}", why.empty() ? "" : "\n", frame.function, host_path(frame.file), frame.line);
    return failure(fmt::format("{}: {}", phase_words(), status.die_message), std::move(where), std::move(why));
  }

  // For `cooper shell`: the folder as it is, with the action. What cannot be kept is lost, the error stays.
  void keep_failed(util::TemporaryDirectory& scratch) const {
    if (options_.keep_failed.empty()) return;
    if (!util::remove_tree(options_.keep_failed) || !util::make_directories(options_.keep_failed.parent_path())) return;
    std::error_code ec;
    fs::rename(scratch.path(), options_.keep_failed, ec);
    if (!ec) (void)write_action(action_, options_.keep_failed / "action");
  }

  Result<store::BuiltPackage> collect(const sandbox::Outcome& outcome) {
    std::vector<std::string> stray = TRY(stray_writes(folder_.upper(), lower_));
    if (!stray.empty()) {
      constexpr size_t shown = 10;
      std::string list;
      for (size_t i = 0; i < std::min(shown, stray.size()); ++i) list += (i == 0 ? "" : "\n") + stray[i];
      if (stray.size() > shown) list += fmt::format("\nand {} more", stray.size() - shown);
      return fail(ErrorKind::failed, fmt::format("{} wrote outside of its image directory", action_.cpv),
                  action_.ebuild, std::move(list), "install into ${ED}; temporary files belong in ${T}\n" + hint());
    }
    tree::Tree tree = TRY(tree::scan(folder_.image()));
    TRY(finish_tree(tree));
    store::PackageFacts facts = action_.facts;
    facts.elf = TRY(elf_facts(tree));
    TRY(check_libraries(tree, facts));
    for (const ElogMessage& message : status_.status().messages)
      if (message.kind == "qa") facts.warnings.push_back(message.text);
    for (std::string& warning : quality_warnings(tree, facts.elf)) facts.warnings.push_back(std::move(warning));
    if (outcome.left_processes) facts.warnings.push_back("its build left processes running, which were killed");
    facts.build_seconds = seconds();
    return add_to_store(std::move(tree), std::move(facts));
  }

  // What the disk cannot say: owners, capabilities, devices; and what must not differ from build to build.
  Result<> finish_tree(tree::Tree& tree) const {
    for (Entry& entry : tree.entries) {
      entry.mtime = std::min(entry.mtime, action_.source_date_epoch);
      std::erase_if(entry.xattrs, [](const auto& xattr) { return xattr.first.starts_with("user.overlay."); });
      // Set by the real call in a user namespace: version 3 with the builder's id. An image wants version 2, which
      // names none.
      if (auto cap = entry.xattrs.find("security.capability"); cap != entry.xattrs.end() && cap->second.size() == 24) {
        cap->second.resize(20);
        cap->second[3] = 2;
      }
    }
    auto records = util::read_file(folder_.state() / "owners");
    if (records) {
      std::vector<fs::path> layers;
      for (const ActionLayer& layer : action_.layers) layers.push_back(layer.root);
      layers.insert(layers.begin(), folder_.image());  // a package may bring the user that its files belong to
      TRY(apply_owners(*records, build_path(names_) + "/image", read_accounts(base_.root, layers), tree));
    }
    for (Entry& entry : tree.entries) {
      entry.owner = action_.cpv;
      if (entry.kind == EntryKind::character_device || entry.kind == EntryKind::block_device)
        entry.mtime = action_.source_date_epoch;
    }
    return {};
  }

  Result<std::vector<tree::ElfFacts>> elf_facts(const tree::Tree& tree) const {
    std::vector<tree::ElfFacts> facts;
    for (const Entry& entry : tree.entries) {
      if (entry.kind != EntryKind::file || entry.size < 52) continue;  // an ELF header is no smaller
      auto found = TRY(tree::read_elf(folder_.image() / entry.path));
      if (!found) continue;
      found->path = entry.path;
      facts.push_back(std::move(*found));
    }
    return facts;
  }

  Result<> check_libraries(const tree::Tree& tree, store::PackageFacts& facts) const {
    sandbox::BaseDescription description = TRY(sandbox::describe_base(base_));
    for (const UndeclaredLibrary& library : undeclared_libraries(tree, facts.elf, action_.layers, base_, description)) {
      if (library.base_package.empty()) {
        facts.warnings.push_back(
            fmt::format("/{} needs {}, which no package of its build root has", library.file, library.soname));
        continue;
      }
      return fail(
          ErrorKind::failed, fmt::format("{} links to an undeclared library", action_.cpv), "/" + library.file,
          fmt::format(
              "it needs {}, which no package in its dependencies has; the build found it in the base root (package {})",
              library.soname, library.base_package),
          fmt::format("declare the package that has {} in DEPEND and RDEPEND, or switch its use off\n{}",
                      library.soname, hint()));
    }
    return {};
  }

  Result<store::BuiltPackage> add_to_store(tree::Tree tree, store::PackageFacts facts) const {
    fs::path package = folder_.path / "package";
    TRY(util::make_directories(package));
    std::error_code ec;
    fs::rename(folder_.image(), package / "root", ec);
    if (!ec && fs::exists(folder_.state() / "environment", ec))
      fs::rename(folder_.state() / "environment", package / "environment", ec);
    if (!ec) fs::copy_file(log_path_, package / "log", ec);
    if (ec) return fail(ErrorKind::failed, "cannot collect the built package", package, ec.message());
    for (Entry& entry : tree.entries)
      if (entry.kind == EntryKind::file) entry.source = package / "root" / entry.path;
    return store_.add_package(TRY(build_key(action_)), package, std::move(tree), std::move(facts));
  }

  const BuildAction& action_;
  const store::Store& store_;
  const store::BaseRoot& base_;
  const ExecuteOptions& options_;
  Clock::time_point started_;
  PackageNames names_;
  BuildFolder folder_;
  fs::path log_path_;
  util::Fd log_;
  StatusReader status_;
  std::vector<fs::path> lower_;
};

}  // namespace

Result<store::BuiltPackage> execute(const BuildAction& action, const store::Store& store, const store::BaseRoot& base,
                                    const ExecuteOptions& options) {
  return Execution(action, store, base, options).run();
}

}  // namespace cooper::build
