#include "cli/usage.h"

#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "util/text.h"

namespace cooper::cli {

namespace {

// How far the words of a command line can be followed.
struct Trail {
  const CLI::App* command = nullptr;            // the innermost
  std::string name;                             // "cooper cache list"
  std::optional<size_t> operand;                // the first operand of that command: an index of the words
  std::string unknown_command, unknown_option;  // the first that is none
};

const CLI::App* subcommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; }))
    if (one->get_name() == name) return one;
  return nullptr;
}

std::vector<std::string> names_of_subcommands(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; })) out.push_back(one->get_name());
  return out;
}

// The option of a command or of those above it.
const CLI::Option* option_called(const CLI::App& command, const std::string& name) {
  for (const CLI::App* app = &command; app; app = app->get_parent())
    if (const CLI::Option* option = app->get_option_no_throw(name)) return option;
  return nullptr;
}

Trail follow(const CLI::App& app, const std::vector<std::string>& words) {
  Trail trail{.command = &app, .name = app.get_name(), .operand = {}, .unknown_command = {}, .unknown_option = {}};
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word.size() > 1 && word[0] == '-') {
      bool is_long = word.starts_with("--");
      std::string name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
      const CLI::Option* option = option_called(*trail.command, name);
      if (!option && trail.unknown_option.empty()) trail.unknown_option = name;
      if (option && option->get_items_expected_min() > 0 && name == word) ++i;  // its value
    } else if (trail.command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
      if (!trail.operand) trail.operand = i;
    } else if (const CLI::App* next = subcommand(*trail.command, word)) {
      trail.command = next;
      trail.name += " " + word;
    } else {
      trail.unknown_command = word;
      break;
    }
  }
  return trail;
}

std::string see_help(const Trail& trail) { return fmt::format("see `{} --help`", trail.name); }

std::string did_you_mean(const std::string& wanted, const std::vector<std::string>& candidates) {
  std::string near = util::nearest(wanted, candidates);
  return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> out;
  for (const CLI::App* app = &command; app; app = app->get_parent())
    for (const CLI::Option* option : app->get_options())
      for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  return out;
}

Error usage(std::string what, std::string hint) { return {ErrorKind::usage, std::move(what), {}, {}, std::move(hint)}; }

}  // namespace

void set_command_apart(const CLI::App& app, std::vector<std::string>& words) {
  Trail trail = follow(app, words);
  if (trail.name != "cooper run" || !trail.operand) return;
  size_t next = *trail.operand + 1;
  if (next < words.size() && words[next] != "--") words.insert(words.begin() + static_cast<ptrdiff_t>(next), "--");
}

Error explain_refusal(const CLI::App& app, const CLI::ParseError& refusal, const std::vector<std::string>& words) {
  Trail trail = follow(app, words);
  std::vector<std::string> subcommands = names_of_subcommands(*trail.command);
  if (!trail.unknown_command.empty()) {
    std::string what = trail.command == &app
                           ? fmt::format("there is no command '{}'", trail.unknown_command)
                           : fmt::format("`{}` has no command '{}'", trail.name, trail.unknown_command);
    std::string hint = did_you_mean(trail.unknown_command, subcommands);
    if (hint.empty() && trail.command != &app) hint = "there are " + util::join(subcommands, ", ");
    return usage(std::move(what), hint.empty() ? see_help(trail) : hint + "; " + see_help(trail));
  }
  bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&refusal) != nullptr;
  bool lacks_something = dynamic_cast<const CLI::RequiredError*>(&refusal) != nullptr;
  if (!trail.unknown_option.empty() && (is_extra || lacks_something)) {
    std::string hint = did_you_mean(trail.unknown_option, options_of(*trail.command));
    return usage(fmt::format("`{}` has no option '{}'", trail.name, trail.unknown_option),
                 hint.empty() ? see_help(trail) : hint + "; " + see_help(trail));
  }
  if (lacks_something && !subcommands.empty())
    return usage(fmt::format("`{}` wants a command: {}", trail.name, util::join(subcommands, ", ")), see_help(trail));
  std::string what = refusal.what();
  if (size_t end = what.find(" was given a disallowed flag override"); end != std::string::npos)
    what = fmt::format("--{} takes no value", what.substr(0, end));
  return usage(std::move(what), see_help(trail));
}

}  // namespace cooper::cli
