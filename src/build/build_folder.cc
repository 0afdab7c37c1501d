#include "build/build_folder.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "build/account_files.h"
#include "build/loader_cache.h"
#include "util/file.h"

namespace cooper::build {

namespace fs = std::filesystem;

Result<BuildFolder> prepare_folder(const BuildAction& action, const fs::path& path) {
  BuildFolder folder{path};
  for (const char* name : {"build/work", "build/image", "build/temp", "build/homedir", "state", "state/empty", "upper"})
    TRY(util::make_directories(path / name));
  // A plain write: a scratch folder need not outlive a crash.
  std::ofstream packages(folder.state() / "packages", std::ios::binary);
  if (!(packages << package_lines(action)).flush()) return fail_errno("cannot write", folder.state() / "packages");
  return folder;
}

Result<sandbox::Command> sandbox_command(const BuildAction& action, const store::BaseRoot& base,
                                         const BuildFolder& folder) {
  phases::PackageNames names = TRY(phases::package_names(action.cpv));
  sandbox::Command command;
  // What a system's own programs make of the packages that it has: ldconfig, systemd-sysusers.
  bool caches = TRY(write_loader_cache(action.layers, base.root, folder.path / "system"));
  bool accounts = TRY(write_account_files(action.layers, base.root, folder.path / "system"));
  if (caches || accounts) command.lower.push_back(folder.path / "system");
  for (const ActionLayer& layer : action.layers) command.lower.push_back(layer.root);
  command.lower.push_back(base.root);
  command.upper = folder.upper();
  command.work = folder.path / "overlay";
  command.environment = phase_environment(action, names);
  command.directory = phases::work_folder(names);
  auto bind = [&](const fs::path& source, std::string target, bool writable = false) {
    command.binds.push_back({source, std::move(target), writable});
  };
  bind(action.runtime, "/cooper/runtime");
  bind(TRY(phases::command_folder(action.helper, folder.path / "bin")), "/cooper/bin");
  bind(action.ebuild, "/cooper/ebuild/" + names.pf + ".ebuild");
  if (!action.files.empty()) bind(action.files, "/cooper/ebuild/files");
  for (const auto& [name, file] : action.eclasses) bind(file, "/cooper/eclass/" + name + ".eclass");
  for (const auto& [name, file] : action.bashrc) bind(file, "/cooper/bashrc/" + name);
  for (const auto& [name, file] : action.patches) bind(file, "/cooper/patches/" + name);
  for (const auto& [name, file] : action.saved_configs) bind(file, "/cooper/config/etc/portage/savedconfig/" + name);
  for (const ActionDistfile& file : action.distfiles) bind(file.path, "/cooper/distfiles/" + file.name);
  bind(folder.state(), "/cooper/state", true);
  bind(folder.path / "build", phases::work_folder(names), true);
  // Live ebuilds fetch in src_unpack; nothing else has a network, and the executor takes it away after that phase.
  command.network = std::find(action.properties.begin(), action.properties.end(), "live") != action.properties.end();
  std::error_code ec;
  if (command.network && fs::exists("/etc/resolv.conf", ec)) bind("/etc/resolv.conf", "/etc/resolv.conf");
  return command;
}

}  // namespace cooper::build
