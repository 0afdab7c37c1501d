#include "build/environment.h"

#include <algorithm>

#include <fmt/format.h>

#include "ebuild/atom.h"
#include "ebuild/stand_in.h"
#include "util/text.h"

namespace cooper::build {

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

std::string build_path(const PackageNames& names) {
  return fmt::format("/var/tmp/portage/{}/{}", names.category, names.pf);
}

std::map<std::string, std::string> phase_environment(const BuildAction& action, const PackageNames& names) {
  std::map<std::string, std::string> environment = action.variables;
  auto set = [&](std::string_view name, std::string value) { environment[std::string(name)] = std::move(value); };
  std::string folder = build_path(names);
  std::string distfiles;
  for (const ActionDistfile& file : action.distfiles) distfiles += (distfiles.empty() ? "" : " ") + file.name;
  set("COOPER_EAPI", action.eapi);
  set("CATEGORY", names.category);
  set("PN", names.pn);
  set("PV", names.pv);
  set("PR", names.pr);
  set("PVR", names.pvr);
  set("P", names.p);
  set("PF", names.pf);
  set("A", distfiles);
  set("DISTDIR", "/cooper/distfiles");
  set("FILESDIR", "/cooper/ebuild/files");
  set("WORKDIR", folder + "/work");
  set("T", folder + "/temp");
  for (const char* name : {"TMPDIR", "TMP", "TEMP"}) set(name, folder + "/temp");
  set("HOME", folder + "/homedir");
  set("D", folder + "/image");
  set("ED", folder + "/image");
  // Builds happen in the root they are for: no prefix, no offset (PMS 11.1). The runtime adds slashes where the EAPI
  // has them.
  for (const char* name : {"ROOT", "EROOT", "SYSROOT", "ESYSROOT", "BROOT", "EPREFIX"}) set(name, "");
  // Where eclasses look for what users configured (savedconfig.eclass).
  if (!action.saved_configs.empty()) set("PORTAGE_CONFIGROOT", "/cooper/config");
  // The kernel to check the options of is that of the machine where the image will run, not this one
  // (linux-info.eclass).
  environment.try_emplace("CHECKCONFIG_DONOTHING", "1");
  set("USE", util::join(action.use, " "));
  set("COOPER_IUSE_EFFECTIVE", util::join(action.iuse, " "));
  set("COOPER_RESTRICT", util::join(action.restrict, " "));
  set("COOPER_PROPERTIES", util::join(action.properties, " "));
  set("COOPER_PACKAGES", "/cooper/state/packages");
  set("SOURCE_DATE_EPOCH", std::to_string(action.source_date_epoch));
  set("LC_ALL", "C.UTF-8");
  set("TZ", "UTC");
  set("NOCOLOR", "true");
  set("TERM", "dumb");
  auto path = environment.find("PATH");
  std::string rest =
      path == environment.end() ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" : path->second;
  set("PATH", "/cooper/bin:" + rest);
  return environment;
}

std::string package_lines(const BuildAction& action) {
  std::string lines;
  for (const ActionLayer& layer : action.layers) {
    lines += fmt::format("{} {}/{} {}", layer.cpv, layer.slot, layer.subslot.empty() ? layer.slot : layer.subslot,
                         layer.repository);
    for (const std::string& flag : layer.use) lines += " " + flag;
    for (const std::string& flag : layer.iuse)
      if (std::find(layer.use.begin(), layer.use.end(), flag) == layer.use.end()) lines += " -" + flag;
    lines += "\n";
  }
  // Of what the base root stands for, the slot is "*" where it is not known, and what follows says how far it serves:
  // as the version that it is, since ebuilds ask for what it can do, but for what poses as later ones.
  for (const std::string& text : action.base_provides) {
    auto stand_in = ebuild::StandIn::parse(text);
    if (!stand_in) continue;  // a name that is none, in the database of a Gentoo root
    lines += fmt::format("{} {} base{}{}\n", stand_in->cpv.text(), stand_in->slot.empty() ? "*" : stand_in->slot,
                         stand_in->posing ? " later" : "", stand_in->programs_only ? " programs" : "");
  }
  return lines;
}

}  // namespace cooper::build
