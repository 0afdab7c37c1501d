#include <algorithm>

#include "shell/evaluator.h"
#include "shell/parser.h"

namespace cooper::shell {

bool Evaluator::condition(const Condition& node) {
  budget.step();
  switch (node.kind) {
    case Condition::Kind::both: return condition(*node.first) && condition(*node.second);
    case Condition::Kind::either: return condition(*node.first) || condition(*node.second);
    case Condition::Kind::negation: return !condition(*node.first);
    case Condition::Kind::word: return !expand_text(node.left).empty();
    case Condition::Kind::unary: return unary_condition(node.operation, expand_text(node.left));
    case Condition::Kind::binary: return binary_condition(node);
  }
  return false;
}

bool Evaluator::unary_condition(std::string_view operation, const std::string& operand) {
  if (operation == "-z") return operand.empty();
  if (operation == "-n") return !operand.empty();
  if (operation == "-v") return is_set(operand);
  if (operation == "-f") return is_file(operand);
  give_up("test " + std::string(operation));
}

bool Evaluator::is_set(const std::string& text) {
  auto parsed = parse_reference(text);
  if (!parsed || parsed->elements != Elements::one) give_up("-v " + text);
  return value(resolve(*parsed)).has_value();
}

// Only scripts that may be sourced are looked for.
bool Evaluator::is_file(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (std::ranges::find(folders, folder) == folders.end()) give_up("looks for a file");
  return library_.find(path) != nullptr;
}

bool Evaluator::binary_condition(const Condition& node) {
  const std::string& operation = node.operation;
  if (operation == "=~") return matches_regex(node);
  std::string left = expand_text(node.left);
  if (operation == "==" || operation == "=") return Pattern(expand_pattern(node.right), true, budget).matches(left);
  if (operation == "!=") return !Pattern(expand_pattern(node.right), true, budget).matches(left);
  std::string right = expand_text(node.right);
  if (operation == "<") return left < right;
  if (operation == ">") return left > right;
  if (operation == "-ef" || operation == "-nt" || operation == "-ot") give_up("looks for a file");
  int64_t a = arithmetic(left), b = arithmetic(right);
  if (operation == "-eq") return a == b;
  if (operation == "-ne") return a != b;
  if (operation == "-lt") return a < b;
  if (operation == "-le") return a <= b;
  if (operation == "-gt") return a > b;
  return a >= b;
}

bool Evaluator::matches_regex(const Condition& node) {
  std::string left = expand_text(node.left);
  auto found = match_regex(expand_regex(node.right), left, budget);
  Variable& matches = variables.change_global("BASH_REMATCH");
  matches = Variable();
  matches.shape = Variable::Shape::indexed;
  matches.set = true;
  for (std::string& text : found) matches.elements.emplace_back(matches.elements.size(), std::move(text));
  return !matches.elements.empty();
}

}  // namespace cooper::shell
