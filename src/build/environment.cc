#include "build/environment.h"

#include <algorithm>

#include <fmt/format.h>

#include "ebuild/stand_in.h"
#include "util/text.h"

namespace cooper::build {

phases::Environment phase_environment(const BuildAction& action, const phases::PackageNames& names) {
  phases::Environment environment = action.variables;
  auto set = [&](std::string_view name, std::string value) { environment[std::string(name)] = std::move(value); };
  std::string image = phases::work_folder(names) + "/image", distfiles;
  for (const ActionDistfile& file : action.distfiles) distfiles += (distfiles.empty() ? "" : " ") + file.name;
  phases::set_common_variables(environment, names, action.source_date_epoch);
  set("COOPER_EAPI", action.eapi);
  set("A", distfiles);
  set("D", image);
  set("ED", image);
  // Where eclasses look for what users configured (savedconfig.eclass).
  if (!action.saved_configs.empty()) set("PORTAGE_CONFIGROOT", "/cooper/config");
  // The kernel to check the options of is that of the machine where the image will run, not this one
  // (linux-info.eclass).
  environment.try_emplace("CHECKCONFIG_DONOTHING", "1");
  set("USE", util::join(action.use, " "));
  set("COOPER_IUSE_EFFECTIVE", util::join(action.iuse, " "));
  set("COOPER_RESTRICT", util::join(action.restrict, " "));
  set("COOPER_PROPERTIES", util::join(action.properties, " "));
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
