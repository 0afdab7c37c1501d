// `cooper plan`: what would be built, and why.
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/plan_output.h"
#include "cli/planning.h"
#include "spec/spec.h"

namespace cooper::cli {

namespace {

Result<int> plan(const Context& context, const std::string& file) {
  const std::string form = context.format == "text" ? "tree" : context.format;
  if (form != "tree" && form != "portage" && form != "json" && form != "dot")
    return fail(ErrorKind::usage, fmt::format("`cooper plan` has no format '{}'", form), {}, {},
                "use tree, portage, json or dot");
  PlannedImage planned = TRY(plan_image(TRY(spec::load(file)), context));
  if (!context.quiet)
    for (const std::string& warning : planned.plan.warnings) fmt::print(stderr, "warning: {}\n", warning);
  if (form == "tree")
    fmt::print("{}", plan_as_tree(planned, {context.color_stdout, context.verbose}));
  else
    fmt::print("{}", form == "portage" ? plan_as_portage(planned)
                     : form == "json"  ? plan_as_json(planned)
                                       : plan_as_dot(planned));
  return 0;
}

}  // namespace

void add_plan(Commands& commands) {
  auto file = std::make_shared<std::string>();
  CLI::App* app = commands.app.add_subcommand("plan", "Show what would be built for a spec: packages, versions, flags");
  app->add_option("SPEC", *file, "the image spec, a TOML file")->required();
  app->footer("--format: tree (default), portage (the lines of emerge --pretend), json, dot");
  app->callback([&commands, file]() { commands.run = [&commands, file]() { return plan(commands.context, *file); }; });
}

}  // namespace cooper::cli
