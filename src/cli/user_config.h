// What a spec takes from a user's etc/portage beside settings of packages: repositories and sets; and packages by their
// present names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "repository/config.h"
#include "repository/repository.h"
#include "spec/spec.h"

namespace cooper::cli {

// Where the spec names no repository, those of repos.conf; else what repos.conf says of those that it names. Errors:
// usage.
Result<> add_configured_repositories(spec::ImageSpec& spec);

// The categories that any repository of the spec or the user's etc/portage/categories lists: as for Portage, they count
// in all of them. Errors: those of reading.
Result<std::vector<std::string>> listed_categories(const spec::ImageSpec& spec);

// Puts the packages of the spec's sets behind its packages. `root`: whose @world counts, or "". Returns for each of the
// packages then the set that it is of, "" for one that stood there. Errors: usage.
Result<std::vector<std::string>> expand_sets(spec::ImageSpec& spec,
                                             const std::vector<std::shared_ptr<repository::Repository>>& repositories,
                                             const repository::Config& config, const std::filesystem::path& root);

// Gives packages the names that profiles/updates gave them, each with a line for the user.
std::vector<std::string> bring_up_to_date(spec::ImageSpec& spec,
                                          const std::vector<std::shared_ptr<repository::Repository>>& repositories);

}  // namespace cooper::cli
