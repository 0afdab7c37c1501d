#include <algorithm>
#include <array>

#include "shell/evaluator.h"
#include "shell/names.h"

namespace cooper::shell {

void Evaluator::check_assignment(std::string_view name, std::string_view value) {
  if (is_special_to_assign(name, value)) give_up("assignment to " + std::string(name));
  budget.bytes(value.size() + 8);
}

Variable& Evaluator::writable(std::string_view name) { return variables.change(name); }

void Evaluator::assign(const Assignment& assignment) {
  if (!assignment.elements) {
    std::string value = expand_text(assignment.value);
    assign_value(assignment.name, assignment.subscript ? &*assignment.subscript : nullptr, assignment.append,
                 std::move(value));
    return;
  }
  check_assignment(assignment.name, "(");
  auto values = expand_elements(*assignment.elements);  // first, as they may read the variable
  put_elements(writable(assignment.name), std::move(values), assignment.append);
}

void Evaluator::assign_value(const std::string& name, const Word* subscript, bool append, std::string value) {
  check_assignment(name, value);
  if (!subscript) {
    set_scalar(writable(name), std::move(value), append);
    return;
  }
  std::string text = expand_text(*subscript);
  set_element(writable(name), text, std::move(value), append);
}

void Evaluator::set_scalar(Variable& variable, std::string value, bool append) {
  if (variable.shape == Variable::Shape::associative) give_up("text as an associative array");
  if (variable.integer) {
    int64_t number = arithmetic(value);
    if (append) {
      const std::string* before = variable.at(0);
      number += before ? arithmetic(*before) : 0;
      append = false;
    }
    value = std::to_string(number);
  }
  std::string& target = variable.is_array() ? variable.element(0) : variable.value;
  if (append && variable.set)
    target += value;
  else
    target = std::move(value);
  variable.set = true;
}

// The variable becomes an array if it is none.
void Evaluator::set_element(Variable& variable, const std::string& subscript, std::string value, bool append) {
  if (variable.integer) give_up("array of integers");
  if (variable.shape == Variable::Shape::associative) {
    if (subscript.empty()) give_up("empty subscript");
    std::string& target = variable.entries[subscript];
    target = append ? target + value : std::move(value);
  } else {
    int64_t index = arithmetic(subscript);
    if (subscript.find_first_not_of(" \t\n") == std::string::npos) give_up("empty subscript");
    make_indexed(variable);
    if (index < 0) index += variable.elements.empty() ? 0 : variable.elements.back().first + 1;
    if (index < 0) give_up("negative subscript");
    std::string& target = variable.element(index);
    target = append ? target + value : std::move(value);
  }
  variable.set = true;
}

void Evaluator::make_indexed(Variable& variable) {
  if (variable.is_array()) return;
  variable.shape = Variable::Shape::indexed;
  if (variable.set) variable.elements.emplace_back(0, std::move(variable.value));
  variable.value.clear();
}

std::vector<Evaluator::ElementValue> Evaluator::expand_elements(const std::vector<ArrayElement>& elements) {
  std::vector<ElementValue> out;
  for (const ArrayElement& element : elements) {
    if (element.subscript) {
      std::string subscript = expand_text(*element.subscript);
      out.push_back({std::move(subscript), element.append, expand_text(element.value)});
      continue;
    }
    std::vector<std::string> words;
    expand(element.value, words);
    for (std::string& word : words) out.push_back({std::nullopt, false, std::move(word)});
  }
  return out;
}

void Evaluator::put_elements(Variable& variable, std::vector<ElementValue> values, bool append) {
  if (variable.integer) give_up("array of integers");
  bool associative = variable.shape == Variable::Shape::associative;
  if (!associative) make_indexed(variable);
  if (!append) variable.elements.clear(), variable.entries.clear();
  variable.set = true;
  int64_t next = variable.elements.empty() ? 0 : variable.elements.back().first + 1;
  for (ElementValue& value : values) {
    budget.step();
    budget.bytes(value.text.size() + 8);
    if (associative) {
      if (!value.subscript) give_up("list as an associative array");
      set_element(variable, *value.subscript, std::move(value.text), value.append);
    } else if (value.subscript) {
      next = arithmetic(*value.subscript);
      if (next < 0) give_up("negative subscript");
      set_element(variable, *value.subscript, std::move(value.text), value.append);
      ++next;
    } else {
      variable.element(next++) = std::move(value.text);
    }
  }
}

std::string Evaluator::get(std::string_view name, std::string_view subscript) {
  budget.step();
  const Variable* found = variable(name);
  if (!found) return {};
  if (subscript.empty()) {
    if (found->shape == Variable::Shape::associative) give_up("associative array in arithmetic");
    const std::string* value = found->at(0);
    return value ? *value : std::string();
  }
  if (found->shape == Variable::Shape::associative) give_up("associative array in arithmetic");
  int64_t index = arithmetic(std::string(subscript));
  if (index < 0 && !found->elements.empty()) index += found->elements.back().first + 1;
  if (index < 0) give_up("negative subscript");
  if (name == "BASH_VERSINFO" && index > 1) give_up("variable BASH_VERSINFO");
  const std::string* value = variable(name)->at(index);
  return value ? *value : std::string();
}

void Evaluator::set(std::string_view name, std::string_view subscript, int64_t value) {
  std::string text = std::to_string(value);
  check_assignment(name, text);
  if (const Variable* found = variables.find(name); found && found->shape == Variable::Shape::associative)
    give_up("associative array in arithmetic");
  if (subscript.empty())
    set_scalar(writable(name), std::move(text), false);
  else
    set_element(writable(name), std::string(subscript), std::move(text), false);
}

}  // namespace cooper::shell
