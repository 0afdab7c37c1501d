#include "image/post_install.h"

#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "image/overlay_changes.h"
#include "image/phase_root.h"
#include "phases/environment.h"
#include "phases/state.h"
#include "phases/status.h"
#include "sandbox/sandbox.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

std::string package_lines(std::span<const store::BuiltPackage* const> packages) {
  std::string lines;
  for (const store::BuiltPackage* package : packages) {
    const store::PackageFacts& facts = package->facts;
    lines += fmt::format("{} {}/{} {}", facts.cpv, facts.slot, facts.subslot.empty() ? facts.slot : facts.subslot,
                         facts.repository);
    for (const std::string& flag : facts.use) lines += " " + flag;
    for (const std::string& flag : facts.iuse)
      if (std::find(facts.use.begin(), facts.use.end(), flag) == facts.use.end()) lines += " -" + flag;
    lines += "\n";
  }
  return lines;
}

// `image`: D, the image directory; "" where the package's files are in ROOT.
phases::Environment environment_of(const store::PackageFacts& facts, const phases::PackageNames& names,
                                   const AssembleInput& input, const std::string& image) {
  phases::Environment environment = input.variables;
  for (const auto& [name, value] : input.base_description->environment) environment[name] = value;
  phases::set_common_variables(environment, names, input.source_date_epoch);
  environment["COOPER_EAPI"] = facts.eapi;
  environment["COOPER_ENVIRONMENT"] = "/cooper/state/environment";
  environment["COOPER_SAVE_ENVIRONMENT"] = "1";
  environment["USE"] = util::join(facts.use, " ");
  environment["COOPER_IUSE_EFFECTIVE"] = util::join(facts.iuse, " ");
  environment["D"] = environment["ED"] = image;
  return environment;
}

// The messages that users should see.
void add_warnings(const phases::PhaseStatus& status, const std::string& cpv, std::vector<std::string>& warnings) {
  for (const phases::ElogMessage& message : status.messages) {
    std::string_view text = util::trim(message.text);
    if ((message.kind == "warn" || message.kind == "error") && !text.empty())
      warnings.push_back(fmt::format("{}: {}", cpv, text));
  }
}

// The phases of one package.
class Runner {
 public:
  // `packages`: of the image, in the order in which they are installed; `index`: of the package among them; `base`:
  // what phases see of the base root.
  Runner(Draft& draft, const AssembleInput& input, std::span<const store::BuiltPackage* const> packages, size_t index,
         const tree::Tree& base, const Accounts& accounts, const fs::path& scratch, std::vector<std::string>& warnings)
      : draft_(draft),
        input_(input),
        packages_(packages),
        index_(index),
        package_(*packages[index]),
        base_(base),
        accounts_(accounts),
        folder_(scratch / "run"),
        warnings_(warnings) {}

  // In pkg_preinst the package lies in its image directory D, and ROOT has neither it nor what is installed after it.
  Result<> preinst() {
    image_ = phases::work_folder(TRY(phases::package_names(package_.facts.cpv))) + "/image";
    Draft root = without_packages(draft_, packages_.subspan(index_));
    add_image_directory(root, package_, input_.base->tree, std::string_view(image_).substr(1));
    return run("preinst", root, packages_.first(index_));
  }

  // In pkg_postinst it is a part of ROOT, and so are the others.
  Result<> postinst() {
    image_.clear();
    return run("postinst", draft_, packages_);
  }

 private:
  Result<> run(const std::string& phase, const Draft& root, std::span<const store::BuiltPackage* const> installed) {
    TRY(prepare(root, installed));
    sandbox::Command command = TRY(this->command(phase));
    std::string output;
    command.on_output = [&](std::string_view text) {
      output += text;
      if (output.size() > (64 << 10)) output.erase(0, output.size() - (32 << 10));
    };
    phases::StatusReader status;
    phases::StatusPipe pipe = TRY(phases::StatusPipe::open());
    command.fds = {{pipe.write_end(), 3}};
    pipe.start(status);
    auto ran = sandbox::run(command);
    pipe.finish();
    sandbox::Outcome outcome = TRY(std::move(ran));
    if (status.status().died || outcome.exit_code != 0 || outcome.end != sandbox::Outcome::End::exited)
      return failure(package_, outcome, status.status(), output);
    add_warnings(status.status(), package_.facts.cpv, warnings_);
    // What the phase left in variables is there in the next one.
    environment_ = TRY(phases::read_left_file(folder_ / "state/environment"));
    return take_results();
  }

  Result<> take_results() {
    const std::string& cpv = package_.facts.cpv;
    if (!image_.empty()) {
      std::error_code ec;
      fs::path changed = folder_ / "upper" / image_.substr(1);
      if (fs::is_directory(fs::symlink_status(changed, ec))) TRY(take_package_changes(draft_, changed, cpv, warnings_));
    }
    TRY(take_changes(
        draft_, folder_ / "upper", [this](std::string_view path) { return lies_below(path); }, cpv, warnings_));
    auto records = TRY(phases::read_left_file(folder_ / "state/owners"));
    return records ? apply_owner_records(draft_, *records, image_, accounts_, cpv) : Result<>();
  }

  bool lies_below(std::string_view path) const {
    struct stat info;
    return base_.find(path) || std::ranges::any_of(tools(), [&](const fs::path& layer) {
             return ::lstat((layer / path).c_str(), &info) == 0;
           });
  }

  std::span<const fs::path> tools() const {
    auto found = input_.install_tools.find(package_.facts.cpv);
    return found == input_.install_tools.end() ? std::span<const fs::path>() : found->second;
  }

  Result<> prepare(const Draft& root, std::span<const store::BuiltPackage* const> installed) {
    TRY(util::remove_tree(folder_));
    for (const char* name : {"upper", "work", "state", "bin", "build/work", "build/temp", "build/homedir", "image"})
      TRY(util::make_directories(folder_ / name));
    if (!environment_) environment_ = TRY(phases::read_left_file(package_.directory / "environment"));
    if (!environment_)
      return fail(ErrorKind::failed, fmt::format("{} has no saved environment", package_.facts.cpv),
                  package_.directory);
    TRY(util::write_file(folder_ / "state/environment", *environment_));
    TRY(util::write_file(folder_ / "state/packages", package_lines(installed)));
    return write_phase_root(root, input_.base->tree, folder_ / "image");
  }

  Result<sandbox::Command> command(const std::string& phase) {
    const phases::PackageNames names = TRY(phases::package_names(package_.facts.cpv));
    const std::string work = phases::work_folder(names);
    sandbox::Command command;
    command.lower = {folder_ / "image"};
    command.lower.insert(command.lower.end(), tools().begin(), tools().end());
    command.lower.push_back(input_.base->root);
    command.upper = folder_ / "upper";
    command.work = folder_ / "work";
    command.binds = {{input_.runtime, "/cooper/runtime", false},
                     {TRY(phases::command_folder(input_.helper, folder_ / "bin")), "/cooper/bin", false},
                     {folder_ / "state", "/cooper/state", true}};
    for (const char* name : {"work", "temp", "homedir"})
      command.binds.push_back({folder_ / "build" / name, work + "/" + name, true});
    command.argv = {"/bin/bash", "--norc", "--noprofile", "/cooper/runtime/ebuild.bash", phase};
    command.environment = environment_of(package_.facts, names, input_, image_);
    command.limits = limits();
    return command;
  }

  static std::unexpected<Error> failure(const store::BuiltPackage& package, const sandbox::Outcome& outcome,
                                        const phases::PhaseStatus& status, const std::string& output) {
    using End = sandbox::Outcome::End;
    const std::string& cpv = package.facts.cpv;
    std::string why = status.died ? status.die_message : "";
    if (outcome.end == End::cancelled) return fail(ErrorKind::interrupted, "interrupted");
    if (outcome.end != End::exited)
      why = sandbox::explain_end(outcome.end, limits());
    else if (!status.died)
      why = fmt::format("it ended with status {}", outcome.exit_code);
    std::string tail = phases::last_lines_of(output, 20);
    for (std::string_view line : util::lines(tail)) why += fmt::format("\n| {}", line);
    std::string where =
        status.died ? fmt::format("{}, pkg_{}, {}:{}", cpv, status.die_phase, status.die_file, status.die_line) : cpv;
    return fail(ErrorKind::failed, fmt::format("the post-install phases of {} failed", cpv), where, why);
  }

  // These phases write a few files; what takes longer or more has gone wrong.
  static sandbox::Limits limits() { return {.log_bytes = uint64_t{64} << 20, .seconds = 600}; }

  Draft& draft_;
  const AssembleInput& input_;
  std::span<const store::BuiltPackage* const> packages_;
  size_t index_;
  const store::BuiltPackage& package_;
  const tree::Tree& base_;  // what phases see of it
  const Accounts& accounts_;
  fs::path folder_;
  std::vector<std::string>& warnings_;
  std::string image_;                       // D, in the sandbox
  std::optional<std::string> environment_;  // saved by the phase before
};

// What app-shells/bash does in its pkg_postinst where there is no other shell, and cannot see: the base root has one.
Result<> put_shell_link(Draft& draft) {
  if (draft.open("usr/bin/bash") && !draft.open("bin/sh") && !draft.open("usr/bin/sh"))
    TRY(draft.put_symlink("usr/bin/sh", "bash", draft.open("usr/bin/bash")->owner));
  return {};
}

}  // namespace

std::vector<std::string> post_install_phases(const store::PackageFacts& facts) {
  std::vector<std::string> phases;
  for (std::string phase : {"preinst", "postinst"})
    for (const std::string& defined : facts.defined_phases)
      if (defined == phase || defined == "pkg_" + phase) {
        phases.push_back(phase);
        break;
      }
  return phases;
}

Result<> run_post_install(Draft& draft, const AssembleInput& input,
                          std::span<const store::BuiltPackage* const> packages, const Accounts& accounts,
                          std::vector<std::string>& warnings) {
  std::optional<util::TemporaryDirectory> scratch;
  tree::Tree base;
  for (size_t i = 0; i < packages.size(); ++i) {
    const store::PackageFacts& facts = packages[i]->facts;
    std::vector<std::string> phases = post_install_phases(facts);
    if (phases.empty()) continue;
    if (!scratch) {
      scratch = TRY(input.store->scratch("postinst"));
      base = visible_base(input.base->tree);
    }
    if (input.progress) input.progress(fmt::format("{}: {}", facts.cpv, util::join(phases, ", ")));
    Runner runner(draft, input, packages, i, base, accounts, scratch->path(), warnings);
    for (const std::string& phase : phases) TRY(phase == "preinst" ? runner.preinst() : runner.postinst());
  }
  return put_shell_link(draft);
}

}  // namespace cooper::image
