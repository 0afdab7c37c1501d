// What `cooper plan` can be asked without a spec: atoms, and options that pose the situation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/planning.h"

namespace cooper::cli {

struct Question {
  std::vector<std::string> what;          // one spec file, or atoms
  std::vector<std::string> repositories;  // folders, highest priority first
  std::string profile, portage_config, base, root;
  bool portage = false, one_root = false, only_dependencies = false, test_dependencies = false;
  // "y" or "n"; "": not given
  std::string with_rdeps, with_ideps;
  std::string autounmask, autounmask_use, autounmask_license, autounmask_keep_keywords, autounmask_keep_masks;
};

void add_question_options(CLI::App& app, Question& question);

// The spec that the question names, or one made up for it; options replace what a spec says.
Result<spec::ImageSpec> spec_of(const Question& question);
Result<PlanOptions> plan_options_of(const Question& question);

}  // namespace cooper::cli
