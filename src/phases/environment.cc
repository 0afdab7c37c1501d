#include "phases/environment.h"

#include <fmt/format.h>

#include "ebuild/atom.h"
#include "util/file.h"
#include "util/process.h"

namespace cooper::phases {

Result<PackageNames> package_names(std::string_view cpv) {
  ebuild::Cpv parsed = TRY(ebuild::Cpv::parse(cpv));
  PackageNames names;
  names.category = parsed.name.category;
  names.pn = parsed.name.package;
  names.pvr = parsed.version.text();
  names.pv = parsed.version.without_revision();
  names.pr = parsed.version.revision();
  names.p = names.pn + "-" + names.pv;
  names.pf = names.pn + "-" + names.pvr;
  return names;
}

std::string work_folder(const PackageNames& names) {
  return fmt::format("/var/tmp/portage/{}/{}", names.category, names.pf);
}

void set_common_variables(Environment& environment, const PackageNames& names, int64_t source_date_epoch) {
  auto set = [&](std::string_view name, std::string value) { environment[std::string(name)] = std::move(value); };
  std::string folder = work_folder(names);
  set("CATEGORY", names.category);
  set("PN", names.pn);
  set("PV", names.pv);
  set("PR", names.pr);
  set("PVR", names.pvr);
  set("P", names.p);
  set("PF", names.pf);
  set("DISTDIR", "/cooper/distfiles");
  set("FILESDIR", "/cooper/ebuild/files");
  set("WORKDIR", folder + "/work");
  set("T", folder + "/temp");
  for (const char* name : {"TMPDIR", "TMP", "TEMP"}) set(name, folder + "/temp");
  set("HOME", folder + "/homedir");
  // No prefix, no offset (PMS 11.1). The runtime adds slashes where the EAPI has them.
  for (const char* name : {"ROOT", "EROOT", "SYSROOT", "ESYSROOT", "BROOT", "EPREFIX"}) set(name, "");
  set("COOPER_PACKAGES", "/cooper/state/packages");
  set("SOURCE_DATE_EPOCH", std::to_string(source_date_epoch));
  set("LC_ALL", "C.UTF-8");
  set("TZ", "UTC");
  set("NOCOLOR", "true");
  set("TERM", "dumb");
  auto path = environment.find("PATH");
  std::string rest =
      path == environment.end() ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" : path->second;
  set("PATH", "/cooper/bin:" + rest);
}

Result<fs::path> command_folder(const fs::path& helper, const fs::path& folder) {
  std::error_code ec;
  fs::path program = fs::canonical(helper, ec);
  if (ec)
    return fail(ErrorKind::failed, "the program cooper-helper is not there", helper, ec.message(),
                "compile it: it is part of cooper");
  if (fs::exists(fs::symlink_status(program.parent_path() / "doins", ec))) return program.parent_path();
  if (fs::exists(fs::symlink_status(folder / "doins", ec))) return folder;
  TRY(util::make_directories(folder));
  fs::copy_file(program, folder / "cooper-helper", fs::copy_options::overwrite_existing, ec);
  if (ec) return fail(ErrorKind::failed, "cannot copy cooper-helper", folder, ec.message());
  auto linked = TRY(util::run_process({(folder / "cooper-helper").string(), "--link-commands", folder.string()}));
  if (linked.exit_code != 0)
    return fail(ErrorKind::failed, "cannot make the commands of cooper-helper", folder, linked.error_tail);
  return folder;
}

}  // namespace cooper::phases
