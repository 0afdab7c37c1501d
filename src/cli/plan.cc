// `cooper plan`: what would be built, and why.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/plan_output.h"
#include "cli/planning.h"
#include "cli/question.h"
#include "spec/spec.h"

namespace cooper::cli {

namespace {

Result<PlannedImage> answer(const Context& context, const Question& question) {
  return plan_or_suggest(TRY(spec_of(question)), context, TRY(plan_options_of(question)));
}

Result<int> plan(const Context& context, const Question& question) {
  const std::string form = context.format == "text" ? "tree" : context.format;
  auto answered = answer(context, question);
  if (!answered) {
    if (form == "json") fmt::print("{}", no_plan_as_json(answered.error()));
    return std::unexpected(std::move(answered).error());
  }
  // Never taken apart: that takes a good part of the time that a plan takes, and the process ends here.
  static const PlannedImage* kept;
  kept = new PlannedImage(*std::move(answered));
  const PlannedImage& planned = *kept;
  if (!context.quiet)
    for (const std::string& warning : planned.plan.warnings) fmt::print(stderr, "warning: {}\n", warning);
  if (form == "json")
    fmt::print("{}", plan_as_json(planned));
  else if (form == "portage")
    fmt::print("{}", plan_as_portage(planned));
  else if (!planned.error)
    fmt::print("{}",
               form == "dot" ? plan_as_dot(planned) : plan_as_tree(planned, {context.color_stdout, context.verbose}));
  if (planned.error) return std::unexpected(*planned.error);
  return 0;
}

}  // namespace

void add_plan(Commands& commands) {
  auto question = std::make_shared<Question>();
  CLI::App* app = commands.app.add_subcommand("plan", "Show what would be built: packages, versions, flags");
  commands.formats[app] = {"tree", "portage", "json", "dot"};
  add_question_options(*app, *question);
  app->footer(
      "--format: tree (the default), portage (the lines of emerge --pretend), json or dot.\n"
      "Where there is no plan, json and portage tell the changes that would give one, and that plan.");
  app->callback([&commands, question]() {
    commands.run = [&commands, question]() { return plan(commands.context, *question); };
  });
}

}  // namespace cooper::cli
