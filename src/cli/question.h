// What commands can be asked without a spec, or over one: options that pose the situation, and `cooper plan`'s
// question.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/planning.h"

namespace cooper::cli {

// The repositories, profile and configuration that options name; "" and none: not given.
struct Situation {
  std::vector<std::string> repositories;  // folders, highest priority first
  std::string profile, portage_config;
};

// --repository, --profile and --portage-config.
void add_situation_options(CLI::App& app, Situation& situation);
// Puts the situation over what the spec says. Errors: usage, where a folder is not there.
Result<> pose(const Situation& situation, spec::ImageSpec& spec);

// An atom as it is written on the command line; where its category is left out, complete_names gives it one. Errors:
// usage, with what is meant, if it is a version without its operator, a folder …
Result<ebuild::Atom> parse_wanted(const std::string& word);
bool lacks_category(const ebuild::Atom& atom);

struct Question {
  std::vector<std::string> what;  // one spec file, or atoms
  Situation situation;
  std::string base, root;
  bool portage = false, one_root = false, only_dependencies = false, test_dependencies = false;
  bool update = false, no_replace = false, empty_tree = false, new_use = false, changed_use = false;
  std::string deep;
  // "y" or "n"; "": not given
  std::string with_rdeps, with_ideps;
  std::string autounmask, autounmask_use, autounmask_license, autounmask_keep_keywords, autounmask_keep_masks;
};

void add_question_options(CLI::App& app, Question& question);

// The spec that the question names, or one made up for it; options replace what a spec says.
Result<spec::ImageSpec> spec_of(const Question& question);
// Gives the packages that were asked for without a category theirs. Errors: usage, where none or several are called so.
Result<> complete_names(spec::ImageSpec& spec,
                        const std::vector<std::shared_ptr<repository::Repository>>& repositories);
Result<PlanOptions> plan_options_of(const Question& question);

}  // namespace cooper::cli
