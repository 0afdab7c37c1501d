#include "image/post_install.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "ebuild/atom.h"
#include "image/overlay_changes.h"
#include "sandbox/sandbox.h"
#include "util/process.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

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
  return tree::materialize(copy.take(), root, true, false);
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

// What the runtime told (runtime/README.md): the place of a failure, and the messages that users should see.
struct Told {
  std::string place, message;
  bool died = false;
  std::vector<std::string> warnings;
};

Told read_status(std::string_view text, const std::string& cpv) {
  Told told;
  for (std::string_view line : util::lines(text)) {
    std::vector<std::string_view> fields = util::split(line, '\t');
    if (fields[0] == "die" && fields.size() >= 5 && !told.died) {
      told.died = true;
      told.place = fmt::format("{}, pkg_{}, {}:{}", cpv, fields[1], fields[2], fields[3]);
      told.message = fields[4];
    } else if (fields[0] == "elog" && fields.size() >= 3 && (fields[1] == "warn" || fields[1] == "error")) {
      std::string_view message = util::trim(fields[2]);
      if (!message.empty()) told.warnings.push_back(fmt::format("{}: {}", cpv, message));
    }
  }
  return told;
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
    util::Fd status(::open((folder / "status").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!status) return fail_errno("cannot write file", folder / "status");
    command.fds = {{status.get(), 3}};
    sandbox::Outcome outcome = TRY(sandbox::run(command));
    Told told = read_status(TRY(util::read_file(folder / "status")), package.facts.cpv);
    if (told.died || outcome.exit_code != 0 || outcome.end != sandbox::Outcome::End::exited)
      return failure(package, outcome, told, output);
    warnings.insert(warnings.end(), told.warnings.begin(), told.warnings.end());
    TRY(take_changes(draft_, folder / "upper", input_.base->tree, package.facts.cpv, warnings));
    auto records = util::read_file(folder / "state/owners");
    return records ? apply_owner_records(draft_, *records, accounts_, package.facts.cpv) : Result<>();
  }

 private:
  Result<> prepare(const store::BuiltPackage& package, const fs::path& folder) {
    for (const char* name :
         {"upper", "work", "state", "bin", "build/work", "build/temp", "build/homedir", "build/image", "image"})
      TRY(util::make_directories(folder / name));
    TRY(util::write_file(folder / "state/environment", TRY(util::read_file(package.directory / "environment"))));
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
    command.limits.seconds = 600;
    return command;
  }

  static std::unexpected<Error> failure(const store::BuiltPackage& package, const sandbox::Outcome& outcome,
                                        const Told& told, const std::string& output) {
    std::string why = told.died ? told.message : "";
    if (outcome.end == sandbox::Outcome::End::timed_out)
      why = "it ran for more than ten minutes";
    else if (outcome.end == sandbox::Outcome::End::cancelled)
      return fail(ErrorKind::interrupted, "interrupted");
    else if (!told.died)
      why = fmt::format("it ended with status {}", outcome.exit_code);
    std::vector<std::string_view> lines = util::lines(output);
    size_t from = lines.size() > 20 ? lines.size() - 20 : 0;
    for (size_t i = from; i < lines.size(); ++i) why += fmt::format("\n| {}", lines[i]);
    std::string where = told.place.empty() ? package.facts.cpv : told.place;
    return fail(ErrorKind::failed, fmt::format("the post-install phases of {} failed", package.facts.cpv), where, why);
  }

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
