// One build: sandbox, phases, and what comes out of them into the store.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "build/action.h"
#include "build/build_folder.h"
#include "build/checks.h"
#include "build/collect.h"
#include "build/merged_usr.h"
#include "build/quality.h"
#include "phases/state.h"
#include "phases/status.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using tree::Entry;
using tree::EntryKind;

constexpr size_t shown_log_lines = 20, most_ownership_changes = 1 << 20;
constexpr int jobserver_in = 100, jobserver_out = 101, status_in = 3;  // descriptors in the sandbox

class Execution {
 public:
  Execution(const BuildAction& action, const store::Store& store, const store::BaseRoot& base,
            const ExecuteOptions& options)
      : action_(action), store_(store), base_(base), options_(options), started_(Clock::now()) {}

  Result<store::BuiltPackage> run() {
    names_ = TRY(phases::package_names(action_.cpv));
    auto scratch = TRY(store_.scratch("build"));
    folder_ = TRY(prepare_folder(action_, scratch.path()));
    TRY(open_log());
    sandbox::Outcome outcome = TRY(run_phases());
    log_.reset();
    if (auto good = judge(outcome); !good) {
      using End = sandbox::Outcome::End;
      if (outcome.end == End::too_much_output) phases::shorten_log(log_path_);
      if (good.error().kind != ErrorKind::interrupted && outcome.end != End::disk_full) keep_failed(scratch);
      return std::unexpected(std::move(good).error());
    }
    auto package = collect();
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
    if (action_.run_tests && !has(action_.restrict, "test")) words.push_back("test");
    words.push_back("install");
    return words;
  }

  static bool has(const std::vector<std::string>& words, std::string_view what) {
    return std::find(words.begin(), words.end(), what) != words.end();
  }

  // A live ebuild has the network while it fetches, that is up to src_unpack, and not a moment longer: a network
  // namespace cannot be left, so the rest is a second run, with the environment that the first one saved.
  Result<sandbox::Outcome> run_phases() {
    std::vector<std::string> words = phases();
    sandbox::Command command = TRY(sandbox_command(action_, base_, folder_));
    lower_ = command.lower;
    if (!command.network) return run_in_sandbox(command, words);
    auto after_unpack = std::find(words.begin(), words.end(), "unpack") + 1;
    command.environment["COOPER_SAVE_ENVIRONMENT"] = "1";
    sandbox::Outcome fetched = TRY(run_in_sandbox(command, {words.begin(), after_unpack}));
    if (!ended_well(fetched)) return fetched;
    // The runtime reads it inside; a link in its place would lead nowhere there.
    if (!TRY(phases::read_left_file(folder_.state() / "environment")))
      return fail(ErrorKind::failed, fmt::format("{} lost its environment after src_unpack", action_.cpv));
    command.network = false;
    command.environment.erase("COOPER_SAVE_ENVIRONMENT");
    command.environment["COOPER_ENVIRONMENT"] = "/cooper/state/environment";
    return run_in_sandbox(command, {after_unpack, words.end()});
  }

  bool ended_well(const sandbox::Outcome& outcome) const {
    return outcome.end == sandbox::Outcome::End::exited && outcome.exit_code == 0 && status_.done;
  }

  Result<sandbox::Outcome> run_in_sandbox(sandbox::Command command, const std::vector<std::string>& words) {
    command.argv = {
        "/cooper/bin/cooper-helper",  "--serve", "/cooper/state/helper", "/bin/bash", "--norc", "--noprofile",
        "/cooper/runtime/ebuild.bash"};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    if (options_.jobserver_read >= 0) {
      command.fds = {{options_.jobserver_read, jobserver_in}, {options_.jobserver_write, jobserver_out}};
      command.environment["MAKEFLAGS"] =
          fmt::format("-j{} --jobserver-auth={},{}", options_.jobs, jobserver_in, jobserver_out);
    }
    command.environment["MAKEOPTS"] = fmt::format("-j{}", options_.jobs);
    command.environment["COOPER_JOBS"] = std::to_string(options_.jobs);
    command.output_fd = log_.get();
    command.limits = options_.limits;
    command.on_output = options_.on_output;
    command.cancel = options_.cancel;
    command.on_ownership = [this](const sandbox::OwnershipChange& change) {
      // A program that asks without end fills nobody's memory.
      if (given_.size() < most_ownership_changes) given_.push_back(change);
    };

    phases::StatusReader reader;
    phases::StatusPipe pipe = TRY(phases::StatusPipe::open());
    command.fds.emplace_back(pipe.write_end(), status_in);
    reader.on_phase = [this](const std::string& phase) {
      if (options_.on_phase) options_.on_phase({action_.cpv, phase, seconds()});
    };
    pipe.start(reader);
    auto outcome = sandbox::run(command);
    pipe.finish();
    if (options_.on_phase) options_.on_phase({action_.cpv, {}, seconds()});
    status_ = reader.status();
    messages_.insert(messages_.end(), status_.messages.begin(), status_.messages.end());
    left_processes_ |= outcome && outcome->left_processes;
    if (!outcome) {
      Error& error = outcome.error();
      if (error.where.empty()) error.where = action_.cpv;
    }
    return outcome;
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
    std::string tail;
    const std::string text = phases::last_lines(log_path_, shown_log_lines);
    for (std::string_view line : util::lines(text)) tail += "\n  | " + std::string(line);
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
    std::string phase = status_.died ? status_.die_phase : status_.phase;
    return phase.empty() ? "failed before its first phase" : "failed in phase " + phase;
  }

  Result<> judge(const sandbox::Outcome& outcome) const {
    const phases::PhaseStatus& status = status_;
    using End = sandbox::Outcome::End;
    if (outcome.end == End::cancelled)
      return fail(ErrorKind::interrupted, fmt::format("{} was interrupted", action_.cpv));
    if (outcome.end != End::exited) {
      auto error = failure(phase_words(), {}, sandbox::explain_end(outcome.end, options_.limits));
      error.error().hint = "where it needs that much, [limits] of the spec allows it\n" + error.error().hint;
      return error;
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
    for (const phases::StackFrame& frame : status.stack)
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

  Result<store::BuiltPackage> collect() {
    std::vector<std::string> stray = TRY(stray_writes(folder_.upper(), lower_));
    if (has(action_.properties, "live")) std::erase(stray, "/etc/resolv.conf");  // where the machine's own is mounted
    std::vector<std::string> announced;
    if (auto places = TRY(phases::read_left_file(folder_.state() / "announced-writes")))
      announced = take_announced(stray, *places);
    if (!stray.empty()) {
      constexpr size_t shown = 10;
      std::string list;
      for (size_t i = 0; i < std::min(shown, stray.size()); ++i) list += (i == 0 ? "" : "\n") + stray[i];
      if (stray.size() > shown) list += fmt::format("\nand {} more", stray.size() - shown);
      return fail(ErrorKind::failed, fmt::format("{} wrote outside of its image directory", action_.cpv),
                  action_.ebuild, std::move(list), "install into ${ED}; temporary files belong in ${T}\n" + hint());
    }
    store::PackageFacts facts = action_.facts;
    for (const std::string& path : announced)
      facts.warnings.push_back(fmt::format("what it wrote to {} is dropped (addwrite, addpredict)", path));
    tree::Tree tree = TRY(collect_tree(action_, names_, folder_, base_, given_, facts.warnings));
    facts.elf = TRY(collect_elf(tree));
    TRY(check_quality_of(tree, facts));  // of what the ebuild installs, before links of the root move it
    if (TRY(follow_folder_links(tree, folder_.image(), base_.tree))) facts.elf = TRY(collect_elf(tree));
    TRY(check_libraries(tree, facts));
    for (const phases::ElogMessage& message : messages_)
      if (message.kind == "qa") facts.warnings.push_back(message.text);
    if (left_processes_) facts.warnings.push_back("its build left processes running, which were killed");
    facts.build_seconds = seconds();
    return add_to_store(std::move(tree), std::move(facts));
  }

  Result<> check_quality_of(const tree::Tree& tree, store::PackageFacts& facts) const {
    QualityInput input{tree, facts.elf, phases::work_folder(names_), action_.variables};
    if (auto exemptions = TRY(phases::read_left_file(folder_.state() / "exemptions")))
      input.exemptions = Exemptions::parse(*exemptions);
    input.binary_checks = !has(action_.restrict, "binchecks");
    Quality quality = TRY(check_quality(input));
    facts.warnings.insert(facts.warnings.end(), quality.warnings.begin(), quality.warnings.end());
    if (quality.errors.empty()) return {};
    const QualityError& first = quality.errors.front();
    std::string why = first.why;
    for (size_t i = 1; i < std::min<size_t>(quality.errors.size(), 10); ++i)
      why += fmt::format("\n{}: {}", quality.errors[i].where, quality.errors[i].why);
    return fail(ErrorKind::failed, fmt::format("{} installs what must not be installed", action_.cpv), first.where,
                std::move(why), hint());
  }

  Result<> check_libraries(const tree::Tree& tree, store::PackageFacts& facts) const {
    if (facts.elf.empty()) return {};
    sandbox::BaseDescription own;
    if (!options_.description) own = TRY(sandbox::describe_base(base_));
    const sandbox::BaseDescription& description = options_.description ? *options_.description : own;
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
    if (!ec && TRY(phases::read_left_file(folder_.state() / "environment")))
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
  phases::PackageNames names_;
  BuildFolder folder_;
  fs::path log_path_;
  util::Fd log_;
  phases::PhaseStatus status_;  // of the last run
  std::vector<phases::ElogMessage> messages_;
  std::vector<sandbox::OwnershipChange> given_;  // by programs that called chown
  bool left_processes_ = false;
  std::vector<fs::path> lower_;
};

}  // namespace

Result<store::BuiltPackage> execute(const BuildAction& action, const store::Store& store, const store::BaseRoot& base,
                                    const ExecuteOptions& options) {
  return Execution(action, store, base, options).run();
}

}  // namespace cooper::build
