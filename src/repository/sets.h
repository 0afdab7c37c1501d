// Package sets: @system, @profile, those of a user's etc/portage/sets and of repositories, and what a root says was
// selected for it: @world, @selected (portage(5)).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ebuild/atom.h"
#include "repository/config.h"
#include "util/error.h"

namespace cooper::repository {

struct SetMember {
  ebuild::Atom atom;
  std::string where;  // "etc/portage/sets/tools:3", or the profile's file
};

// The members of a set, those of the sets in it included, each atom once. `name` is without "@". `portage_config` may
// be "". `root`: whose var/lib/portage tells what was selected, or "": nothing was. Errors: usage: no such set (the
// nearest in the hint), a bad line, sets in a loop.
Result<std::vector<SetMember>> read_set(std::string_view name, const Config& config,
                                        const std::vector<std::shared_ptr<Repository>>& repositories,
                                        const std::filesystem::path& portage_config,
                                        const std::filesystem::path& root = {});

}  // namespace cooper::repository
