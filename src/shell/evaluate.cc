#include "shell/evaluate.h"

#include "shell/evaluator.h"
#include "shell/parser.h"
#include "util/file.h"

namespace cooper::shell {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t script_limit = uint64_t{4} << 20;

std::shared_ptr<const Library::Entry> read_script(const std::string& path) {
  std::error_code ec;
  if (!fs::is_regular_file(path, ec)) return nullptr;
  auto entry = std::make_shared<Library::Entry>();
  auto text = util::read_file(path, script_limit);
  if (!text) {
    entry->problem = {"cannot read a script", path};
    return entry;
  }
  auto script = parse(path, std::move(*text));
  if (script)
    entry->script = std::move(*script);
  else
    entry->problem = std::move(script.error());
  return entry;
}

}  // namespace

std::shared_ptr<const Library::Entry> Library::find(const std::string& path) {
  {
    std::lock_guard lock(mutex_);
    if (auto it = entries_.find(path); it != entries_.end()) return it->second;
  }
  auto entry = read_script(path);
  std::lock_guard lock(mutex_);
  return entries_.emplace(path, std::move(entry)).first->second;
}

struct Shell::State {
  Library library;
  Variables variables;
  Undoable<const FunctionDefinition*> functions;
  Options options;
  std::vector<std::shared_ptr<const Script>> kept;
};

Shell::Shell() : state_(std::make_unique<State>()) {}
Shell::~Shell() = default;

namespace {

void set_up(Evaluator& evaluator, const Start& start) {
  for (const auto& [name, value] : start.environment) {
    Variable& variable = evaluator.variables.change(name);
    variable.set = variable.exported = true;
    variable.value = value;
  }
  Variable& ifs = evaluator.variables.change("IFS");
  ifs.set = true;
  ifs.value = " \t\n";
  Variable& version = evaluator.variables.change("BASH_VERSINFO");
  version.set = version.readonly = true;
  version.shape = Variable::Shape::indexed;
  version.elements = {{0, std::to_string(start.bash_major)}, {1, std::to_string(start.bash_minor)}};
  evaluator.options.patterns_in_replacement = start.bash_major > 5 || start.bash_minor >= 2;
  evaluator.folders = {start.script.parent_path()};
}

}  // namespace

std::expected<std::unique_ptr<Shell>, Unsupported> Shell::start(const Start& start) {
  std::unique_ptr<Shell> shell(new Shell);
  try {
    Evaluator evaluator(shell->state_->library);
    set_up(evaluator, start);
    evaluator.source_file(start.script.string());
    shell->state_->variables = std::move(evaluator.variables);
    shell->state_->functions = std::move(evaluator.functions);
    shell->state_->options = evaluator.options;
    shell->state_->kept = std::move(evaluator.kept);
  } catch (Unsupported& unsupported) {
    return std::unexpected(std::move(unsupported));
  }
  return shell;
}

std::expected<std::string, Unsupported> Shell::call(const Call& call) {
  std::string records;
  try {
    Evaluator evaluator(state_->library);
    evaluator.variables = state_->variables;
    evaluator.functions = state_->functions;
    evaluator.options = state_->options;
    evaluator.folders = call.folders;
    evaluator.streams.outputs[3] = {Output::Kind::captured, &records};
    auto script = parse(call.script, std::string(call.text));
    if (!script) throw script.error();
    evaluator.scripts.emplace(call.script, std::move(*script));
    const auto* function = evaluator.functions.find(call.function);
    if (!function) give_up("no function " + call.function);
    int status = evaluator.call_function(**function, call.arguments);
    if (status != 0 || evaluator.ended()) give_up("ends with a failure");
  } catch (Unsupported& unsupported) {
    return std::unexpected(std::move(unsupported));
  }
  return records;
}

}  // namespace cooper::shell
