#include <algorithm>

#include <fmt/format.h>

#include "shell/builtins.h"
#include "shell/evaluator.h"
#include "shell/parser.h"

namespace cooper::shell {

namespace {

constexpr int run_depth_limit = 400;
constexpr size_t frame_limit = 80;

bool declares(const SimpleCommand& command) {
  const Word& word = command.words.front().word;
  return word.parts.size() == 1 && word.parts[0].kind == Part::Kind::literal && !word.parts[0].quoted &&
         is_declaration(word.parts[0].text);
}

}  // namespace

void Evaluator::write(int descriptor, std::string_view text) {
  Output& output = streams.outputs[static_cast<size_t>(descriptor)];
  if (text.empty() || output.kind == Output::Kind::discarded) return;
  if (output.kind == Output::Kind::forbidden) give_up("prints");
  budget.bytes(text.size());
  output.text->append(text);
}

int Evaluator::run(const List& list) {
  int status = 0;
  for (const AndOr& item : list.items) {
    status = run(item);
    if (flow_ != Flow::none) break;
  }
  return status;
}

int Evaluator::run(const AndOr& and_or) {
  if (and_or.background) give_up("command in the background");
  int status = run(and_or.first);
  for (const auto& [connector, pipeline] : and_or.rest) {
    if (flow_ != Flow::none) break;
    if ((connector == Connector::both) == (status == 0)) status = run(pipeline);
  }
  return status;
}

int Evaluator::run(const Pipeline& pipeline) {
  if (pipeline.commands.size() > 1) give_up("pipeline");
  int status = run(pipeline.commands.front());
  if (pipeline.negated && flow_ == Flow::none) status = status == 0;
  return status_ = status;
}

int Evaluator::run(const Command& command) {
  budget.step();
  if (++depth_ > run_depth_limit) give_up("nested too deeply");
  int status = 0;
  try {
    if (command.redirections.empty()) {
      status = run_node(command);
    } else {
      Streams outer = streams;
      redirect(command.redirections);
      status = run_node(command);
      streams = std::move(outer);
    }
  } catch (Unsupported& unsupported) {
    if (unsupported.where.empty() && frame().script) unsupported.where = place(*frame().script, command.offset);
    throw;
  }
  --depth_;
  return status_ = status;
}

int Evaluator::run_node(const Command& command) {
  return std::visit([&](const auto& node) { return run_node(node); }, command.node);
}

int Evaluator::run_node(const SimpleCommand& command) {
  substitution_status_ = 0;
  if (command.words.empty()) {
    for (const Assignment& assignment : command.assignments) assign(assignment);
    set_last_argument("");
    return substitution_status_;
  }
  if (declares(command)) {
    if (!command.assignments.empty()) give_up("assignment before a declaration");
    int status = declare(command, command.words.front().word.parts[0].text);
    last_argument_.set = false;
    return status;
  }
  std::vector<std::string> words;
  for (const Argument& argument : command.words) expand(argument.word, words);
  if (words.empty()) {
    if (!command.assignments.empty()) give_up("assignment before no command");
    return substitution_status_;
  }
  std::string last = words.back();
  int status = run_words(std::move(words), command.assignments);
  set_last_argument(std::move(last));
  return status;
}

void Evaluator::set_last_argument(std::string text) {
  last_argument_.set = true;
  last_argument_.value = std::move(text);
}

int Evaluator::run_words(std::vector<std::string> words, const std::vector<Assignment>& assignments) {
  const std::string name = words.front();
  if (name == "die") give_up("die");
  if (const auto* function = functions.find(name)) {
    const FunctionDefinition* definition = *function;
    words.erase(words.begin());
    if (assignments.empty()) return call_function(*definition, std::move(words));
    return run_with(assignments, [&] { return call_function(*definition, std::move(words)); });
  }
  Builtin builtin = find_builtin(name);
  if (!builtin) give_up("command " + name);
  if (assignments.empty()) return builtin(*this, words);
  if (!takes_assignments(name)) give_up("assignment before " + name);
  return run_with(assignments, [&] { return builtin(*this, words); });
}

// Variables that are there for one command only.
int Evaluator::run_with(const std::vector<Assignment>& assignments, auto&& command) {
  if (assignments.size() > 1) give_up("assignments before a command");
  std::vector<std::pair<std::string, std::string>> values;
  for (const Assignment& assignment : assignments) {
    if (assignment.subscript || assignment.elements || assignment.append) give_up("assignment before a command");
    std::string value = expand_text(assignment.value);
    check_assignment(assignment.name, value);
    values.emplace_back(assignment.name, std::move(value));
  }
  variables.enter_function();
  std::set<std::string> outer = frame().given;
  for (auto& [name, value] : values) {
    Variable& variable = variables.make_local(name);
    variable.exported = true;
    set_scalar(variable, std::move(value), false);
    frame().given.insert(name);
  }
  int status = command();
  variables.leave_function();
  frame().given = std::move(outer);
  return status;
}

int Evaluator::call_function(const FunctionDefinition& function, std::vector<std::string> arguments) {
  if (frames_.size() > frame_limit) give_up("functions nested too deeply");
  Frame next{
      function.name, std::make_shared<const std::vector<std::string>>(std::move(arguments)), {}, 0, function.script};
  next.given = frame().given;
  frames_.push_back(std::move(next));
  variables.enter_function();
  int status = run(function.body);
  if (flow_ == Flow::return_) flow_ = Flow::none, status = status_;
  variables.leave_function();
  frames_.pop_back();
  return status;
}

void Evaluator::source_file(const std::string& path) {
  if (frames_.size() > frame_limit) give_up("scripts nested too deeply");
  std::shared_ptr<const Script> script;
  if (auto given = scripts.find(path); given != scripts.end()) {
    script = given->second;
  } else {
    if (!is_file(path)) give_up("source of " + path);
    auto entry = library_.find(path);
    if (!entry->script) throw entry->problem;
    script = entry->script;
  }
  frames_.push_back({"source", frame().positional, frame().given, 0, script.get()});
  kept.push_back(script);
  status_ = run(script->commands);
  if (flow_ == Flow::return_) flow_ = Flow::none;
  Positional positional = frame().positional;
  frames_.pop_back();
  frame().positional = std::move(positional);
}

int Evaluator::run_text(std::string name, std::string text) {
  auto script = parse(std::move(name), std::move(text));
  if (!script) throw script.error();
  kept.push_back(*script);
  const Script* outer = std::exchange(frame().script, script->get());
  int status = run((*script)->commands);
  frame().script = outer;
  return status;
}

int Evaluator::in_subshell(const List& list) {
  variables.begin_subshell();
  functions.begin();
  Options outer_options = options;
  Streams outer_streams = streams;
  Frame outer_frame = frame();
  Variable outer_argument = last_argument_;
  frame().loops = 0;
  int status = run(list);
  if (flow_ == Flow::return_ || flow_ == Flow::exit) status = status_;
  flow_ = Flow::none;
  frame() = std::move(outer_frame);
  last_argument_ = std::move(outer_argument);
  streams = std::move(outer_streams);
  options = outer_options;
  functions.end();
  variables.end_subshell();
  return status_ = status;
}

int Evaluator::run_node(const Subshell& subshell) { return in_subshell(*subshell.body); }

int Evaluator::run_node(const If& node) {
  for (const auto& [condition, consequence] : node.branches) {
    int status = run(*condition);
    if (flow_ != Flow::none) return status;
    if (status == 0) return run(*consequence);
  }
  return node.otherwise ? run(*node.otherwise) : 0;
}

// Takes notice of break and continue.
bool Evaluator::loop_goes_on() {
  budget.step();
  if (flow_ == Flow::none) return true;
  bool leaves = flow_ == Flow::break_loop;
  if (flow_ != Flow::break_loop && flow_ != Flow::continue_loop) return false;
  if (--flow_levels_ > 0) return false;
  flow_ = Flow::none;
  return !leaves;
}

int Evaluator::run_node(const For& loop) {
  std::vector<std::string> words;
  if (loop.words)
    for (const Word& word : *loop.words) expand(word, words);
  else
    words = positional();
  int status = 0;
  ++frame().loops;
  for (std::string& word : words) {
    assign_value(loop.name, nullptr, false, std::move(word));
    status = run(*loop.body);
    if (!loop_goes_on()) break;
  }
  --frame().loops;
  return status;
}

int Evaluator::run_node(const ArithmeticFor& loop) {
  auto evaluate = [&](const Word& word) {
    std::string text = expand_text(word);
    return text.find_first_not_of(" \t\n") == std::string::npos ? 1 : arithmetic(text);
  };
  int status = 0;
  ++frame().loops;
  for (evaluate(loop.first); evaluate(loop.condition) != 0; evaluate(loop.next)) {
    status = run(*loop.body);
    if (!loop_goes_on()) break;
  }
  --frame().loops;
  return status;
}

int Evaluator::run_node(const While& loop) {
  int status = 0;
  ++frame().loops;
  for (;;) {
    int condition = run(*loop.condition);
    if (flow_ != Flow::none) {
      if (loop_goes_on()) continue;
      break;
    }
    if ((condition == 0) == loop.until) break;
    status = run(*loop.body);
    if (!loop_goes_on()) break;
  }
  --frame().loops;
  return status;
}

int Evaluator::run_node(const Case& node) {
  std::string word = expand_text(node.word);
  int status = 0;
  bool falls_through = false;
  for (const CaseClause& clause : node.clauses) {
    bool matches = falls_through || std::ranges::any_of(clause.patterns, [&](const Word& pattern) {
                     return Pattern(expand_pattern(pattern), options.extended_patterns, budget).matches(word);
                   });
    if (!matches) continue;
    status = clause.body ? run(*clause.body) : 0;
    if (flow_ != Flow::none || clause.end == CaseClause::End::stop) return status;
    falls_through = clause.end == CaseClause::End::fall_through;
  }
  return status;
}

int Evaluator::run_node(const ArithmeticCommand& command) {
  return arithmetic(expand_text(command.expression)) != 0 ? 0 : 1;
}

int Evaluator::run_node(const std::shared_ptr<const FunctionDefinition>& definition) {
  if (is_declaration(definition->name)) give_up("function named " + definition->name);
  functions.change(definition->name) = definition.get();
  return 0;
}

void Evaluator::redirect(const std::vector<Redirection>& redirections) {
  using Kind = Redirection::Kind;
  for (const Redirection& redirection : redirections) {
    bool reads = redirection.kind == Kind::input || redirection.kind == Kind::here_string ||
                 redirection.kind == Kind::here_document;
    if (!reads) {
      redirect_output(redirection);
      continue;
    }
    if (redirection.descriptor > 0) give_up("redirection");
    if (redirection.kind == Kind::input) {
      if (expand_text(redirection.target) != "/dev/null") give_up("reads a file");
      streams.input = nullptr;
    } else if (redirection.kind == Kind::here_string) {
      streams.input = std::make_shared<Input>(Input{expand_text(redirection.target) + "\n"});
    } else {
      const HereDocument& document = *redirection.document;
      streams.input = std::make_shared<Input>(
          Input{document.literal ? document.text : expand_text(parse_here_document(document.text))});
    }
  }
}

void Evaluator::redirect_output(const Redirection& redirection) {
  using Kind = Redirection::Kind;
  int descriptor = redirection.descriptor < 0 ? 1 : redirection.descriptor;
  if (descriptor < 1 || descriptor > 2) give_up("redirection");
  Output& output = streams.outputs[static_cast<size_t>(descriptor)];
  switch (redirection.kind) {
    case Kind::output:
    case Kind::append: output = output_target(redirection.target); break;
    case Kind::output_and_error: streams.outputs[1] = streams.outputs[2] = output_target(redirection.target); break;
    case Kind::duplicate_output: {
      std::string source = expand_text(redirection.target);
      if (source.size() != 1 || source[0] < '1' || source[0] > '3') give_up("redirection");
      output = streams.outputs[static_cast<size_t>(source[0] - '0')];
      break;
    }
    default: give_up("redirection");
  }
}

Output Evaluator::output_target(const Word& target) {
  if (expand_text(target) != "/dev/null") give_up("writes a file");
  return {Output::Kind::discarded, nullptr};
}

}  // namespace cooper::shell
