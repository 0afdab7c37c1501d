#include "image/post_install.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "ebuild/atom.h"
#include "image/ld_cache.h"
#include "image/libraries.h"
#include "image/overlay_changes.h"
#include "phases/state.h"
#include "phases/status.h"
#include "sandbox/sandbox.h"
#include "util/process.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

// Lets the image's programs run in phases although the base root's loader may not search where their libraries are
// (build/loader_cache.h does it for builds). Only for the sandbox: the image gets a cache of its own in the end.
Result<> put_loader_cache(const Draft& draft, const fs::path& root) {
  std::vector<tree::CachedLibrary> libraries;
  for (const std::string& folder : library_folders(draft, {}))
    if (folder != "usr/lib") std::ranges::move(cached_libraries(draft, folder), std::back_inserter(libraries));
  if (libraries.empty()) return {};
  TRY(util::make_directories(root / "etc"));
  return util::write_file(root / "etc/ld.so.cache", tree::ld_cache(std::move(libraries)));
}

// The image so far as an overlay layer. Folders that the base root has in place of a folder link would be hidden by it:
// the link is left out.
Result<> put_on_disk(const Draft& draft, const tree::Tree& base, const fs::path& root) {
  Draft copy = draft;
  for (const char* path : {"bin", "sbin", "lib", "lib64", "var/run"}) {
    const tree::Entry* below = base.find(path);
    const tree::Entry* here = copy.find(path);
    if (below && here && below->kind == tree::EntryKind::directory && here->kind == tree::EntryKind::symlink)
      copy.entries.erase(path);
  }
  TRY(util::make_directories(root));
  TRY(tree::materialize(copy.take(), root, true, false));
  return put_loader_cache(draft, root);
}

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

Result<std::map<std::string, std::string>> environment_of(const store::PackageFacts& facts,
                                                          const AssembleInput& input) {
  ebuild::Cpv cpv = TRY(ebuild::Cpv::parse(facts.cpv));
  std::map<std::string, std::string> environment = input.variables;
  for (const auto& [name, value] : input.base_description->environment) environment[name] = value;
  std::string pv(cpv.version.without_revision()), pvr = cpv.version.text(), pn = cpv.name.package;
  std::string folder = fmt::format("/var/tmp/portage/{}/{}-{}", cpv.name.category, pn, pvr);
  std::map<std::string, std::string> own = {{"COOPER_EAPI", facts.eapi},
                                            {"COOPER_ENVIRONMENT", "/cooper/state/environment"},
                                            {"COOPER_PACKAGES", "/cooper/state/packages"},
                                            {"CATEGORY", cpv.name.category},
                                            {"PN", pn},
                                            {"PV", pv},
                                            {"PR", std::string(cpv.version.revision())},
                                            {"PVR", pvr},
                                            {"P", pn + "-" + pv},
                                            {"PF", pn + "-" + pvr},
                                            {"USE", util::join(facts.use, " ")},
                                            {"COOPER_IUSE_EFFECTIVE", util::join(facts.iuse, " ")},
                                            {"WORKDIR", folder + "/work"},
                                            {"T", folder + "/temp"},
                                            {"TMPDIR", folder + "/temp"},
                                            {"HOME", folder + "/homedir"},
                                            {"D", ""},
                                            {"ED", ""},
                                            {"ROOT", ""},
                                            {"EROOT", ""},
                                            {"SYSROOT", ""},
                                            {"ESYSROOT", ""},
                                            {"BROOT", ""},
                                            {"EPREFIX", ""},
                                            {"DISTDIR", "/cooper/distfiles"},
                                            {"FILESDIR", "/cooper/ebuild/files"},
                                            {"SOURCE_DATE_EPOCH", std::to_string(input.source_date_epoch)},
                                            {"LC_ALL", "C.UTF-8"},
                                            {"TZ", "UTC"},
                                            {"NOCOLOR", "true"},
                                            {"TERM", "dumb"}};
  own.merge(environment);
  auto path = own.find("PATH");
  std::string rest = path == own.end() ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" : path->second;
  own["PATH"] = "/cooper/bin:" + rest;
  return own;
}

// The folder of commands: beside the helper, or made here.
Result<fs::path> command_folder(const fs::path& helper, const fs::path& folder) {
  std::error_code ec;
  if (fs::exists(fs::symlink_status(helper.parent_path() / "doins", ec))) return helper.parent_path();
  fs::copy_file(helper, folder / "cooper-helper", fs::copy_options::overwrite_existing, ec);
  if (ec)
    return fail(ErrorKind::failed, "the program cooper-helper is not there", helper, ec.message(),
                "compile it: it is part of cooper");
  auto linked = TRY(util::run_process({(folder / "cooper-helper").string(), "--link-commands", folder.string()}));
  if (linked.exit_code != 0)
    return fail(ErrorKind::failed, "cannot make the commands of cooper-helper", folder, linked.error_tail);
  return folder;
}

// The messages that users should see.
void add_warnings(const phases::PhaseStatus& status, const std::string& cpv, std::vector<std::string>& warnings) {
  for (const phases::ElogMessage& message : status.messages) {
    std::string_view text = util::trim(message.text);
    if ((message.kind == "warn" || message.kind == "error") && !text.empty())
      warnings.push_back(fmt::format("{}: {}", cpv, text));
  }
}

class Runner {
 public:
  Runner(Draft& draft, const AssembleInput& input, std::span<const store::BuiltPackage* const> packages,
         const Accounts& accounts, fs::path scratch)
      : draft_(draft), input_(input), packages_(packages), accounts_(accounts), scratch_(std::move(scratch)) {}

  Result<> run(const store::BuiltPackage& package, const std::vector<std::string>& phases,
               std::vector<std::string>& warnings) {
    fs::path folder = scratch_ / "run";
    TRY(util::remove_tree(folder));
    TRY(prepare(package, folder));
    sandbox::Command command = TRY(this->command(package, phases, folder));
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
      return failure(package, outcome, status.status(), output);
    add_warnings(status.status(), package.facts.cpv, warnings);
    TRY(take_changes(draft_, folder / "upper", input_.base->tree, package.facts.cpv, warnings));
    auto records = TRY(phases::read_left_file(folder / "state/owners"));
    return records ? apply_owner_records(draft_, *records, accounts_, package.facts.cpv) : Result<>();
  }

 private:
  Result<> prepare(const store::BuiltPackage& package, const fs::path& folder) {
    for (const char* name :
         {"upper", "work", "state", "bin", "build/work", "build/temp", "build/homedir", "build/image", "image"})
      TRY(util::make_directories(folder / name));
    auto environment = TRY(phases::read_left_file(package.directory / "environment"));
    if (!environment)
      return fail(ErrorKind::failed, fmt::format("{} has no saved environment", package.facts.cpv), package.directory);
    TRY(util::write_file(folder / "state/environment", *environment));
    TRY(util::write_file(folder / "state/packages", package_lines(packages_)));
    return put_on_disk(draft_, input_.base->tree, folder / "image");
  }

  Result<sandbox::Command> command(const store::BuiltPackage& package, const std::vector<std::string>& phases,
                                   const fs::path& folder) {
    ebuild::Cpv cpv = TRY(ebuild::Cpv::parse(package.facts.cpv));
    sandbox::Command command;
    command.lower = {folder / "image", input_.base->root};
    command.upper = folder / "upper";
    command.work = folder / "work";
    command.binds = {
        {input_.runtime, "/cooper/runtime", false},
        {TRY(command_folder(input_.helper, folder / "bin")), "/cooper/bin", false},
        {folder / "state", "/cooper/state", true},
        {folder / "build",
         fmt::format("/var/tmp/portage/{}/{}-{}", cpv.name.category, cpv.name.package, cpv.version.text()), true}};
    command.argv = {"/bin/bash", "--norc", "--noprofile", "/cooper/runtime/ebuild.bash"};
    command.argv.insert(command.argv.end(), phases.begin(), phases.end());
    command.environment = TRY(environment_of(package.facts, input_));
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
  const Accounts& accounts_;
  fs::path scratch_;
};

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
  for (const store::BuiltPackage* package : packages) {
    std::vector<std::string> phases = post_install_phases(package->facts);
    if (phases.empty()) continue;
    if (!scratch) scratch = TRY(input.store->scratch("postinst"));
    if (input.progress) input.progress(fmt::format("{}: {}", package->facts.cpv, util::join(phases, ", ")));
    TRY(Runner(draft, input, packages, accounts, scratch->path()).run(*package, phases, warnings));
  }
  return {};
}

}  // namespace cooper::image
