#include <algorithm>

#include "shell/builtins.h"
#include "shell/evaluator.h"
#include "shell/parser.h"
#include "shell/text.h"

namespace cooper::shell {

struct Evaluator::Declaration {
  std::string command;
  bool local = false, global = false;
  bool indexed = false, associative = false, integer = false, readonly = false, exported = false, not_exported = false;
  bool functions = false, names_only = false, print = false;
  bool options_ended = false;
  struct Item {
    std::string name;
    std::optional<std::string> value;
    bool append = false;
  };
  std::vector<Item> items;         // to be declared
  std::vector<std::string> names;  // of what has been
};

Evaluator::Declaration Evaluator::declaration(const std::string& command) {
  Declaration out;
  out.command = command;
  bool within = variables.within_function();
  if (command == "local" && !within) give_up("local outside a function");
  out.local = command == "local" || (within && (command == "declare" || command == "typeset"));
  out.readonly = command == "readonly";
  out.exported = command == "export";
  return out;
}

void Evaluator::declare_option(Declaration& out, std::string_view option) {
  bool off = option.front() == '+';
  for (char letter : option.substr(1)) {
    if (off && letter == 'x') {
      out.not_exported = true;
      continue;
    }
    if (off) give_up("declare " + std::string(option));
    bool exports = out.command == "export";
    switch (letter) {
      case 'a': out.indexed = true; break;
      case 'A': out.associative = true; break;
      case 'i': out.integer = true; break;
      case 'r': out.readonly = true; break;
      case 'x': out.exported = true; break;
      case 'g': out.global = true; break;
      case 'f': out.functions = true; break;
      case 'F': out.functions = out.names_only = true; break;
      case 'p': out.print = true; break;
      default: give_up("declare " + std::string(option));
    }
    if (exports || (out.command == "readonly" && letter != 'a' && letter != 'A'))
      give_up(out.command + " with options");
  }
}

Variable& Evaluator::declared(const Declaration& declaration, const std::string& name) {
  if (!is_name(name)) give_up("declaration of " + name);
  check_assignment(name, "C");
  // A variable given before the call of the function lends a local one its value.
  if (declaration.local && !declaration.global && frame().given.contains(name)) give_up("local of a given variable");
  if (declaration.global) return variables.change_global(name);
  return declaration.local ? variables.make_local(name) : variables.change(name);
}

void Evaluator::apply_attributes(const Declaration& declaration, Variable& variable) {
  if (declaration.integer && variable.is_array()) give_up("array of integers");
  variable.integer |= declaration.integer;
  if (declaration.indexed && declaration.associative) give_up("declare -aA");
  if (declaration.associative && variable.shape != Variable::Shape::associative) {
    if (variable.set || variable.is_array()) give_up("variable becomes an associative array");
    variable.shape = Variable::Shape::associative;
  }
  if (declaration.indexed) {
    if (variable.shape == Variable::Shape::associative) give_up("associative array becomes another");
    make_indexed(variable);
  }
  variable.exported = (variable.exported || declaration.exported) && !declaration.not_exported;
}

// Takes an option, or NAME or NAME=VALUE that only an expansion made.
void Evaluator::declare_word(Declaration& out, std::string word) {
  if (!out.options_ended && word.size() > 1 && (word[0] == '-' || word[0] == '+')) {
    if (word == "--")
      out.options_ended = true;
    else
      declare_option(out, word);
    return;
  }
  out.options_ended = true;
  size_t equals = word.find('=');
  if (equals == std::string::npos) {
    out.items.push_back({std::move(word), std::nullopt});
    return;
  }
  bool append = equals > 0 && word[equals - 1] == '+';
  std::string value = word.substr(equals + 1);
  if (value.starts_with('(')) give_up("list in quotes");
  out.items.push_back({word.substr(0, equals - (append ? 1 : 0)), std::move(value), append});
}

void Evaluator::declare_assignment(Declaration& out, const Assignment& assignment) {
  out.options_ended = true;
  if (assignment.subscript) give_up("declaration of an element");
  if (assignment.elements) {
    if (out.functions || out.print) give_up("declare with a list");
    declare_list(out, assignment);
    out.names.push_back(assignment.name);
    return;
  }
  std::string value = expand_text(assignment.value);
  if (value.starts_with('(') && (out.indexed || out.associative)) give_up("list in quotes");
  out.items.push_back({assignment.name, std::move(value), assignment.append});
}

// Bash expands all words before it declares anything, but lists become arrays at once.
int Evaluator::declare(const SimpleCommand& command, const std::string& name) {
  Declaration wanted = declaration(name);
  for (size_t i = 1; i < command.words.size(); ++i) {
    const Argument& argument = command.words[i];
    if (argument.assignment) {
      declare_assignment(wanted, *argument.assignment);
      continue;
    }
    std::vector<std::string> words;
    expand(argument.word, words);
    for (std::string& word : words) declare_word(wanted, std::move(word));
  }
  if (wanted.functions || wanted.print) return query(wanted);
  if (wanted.items.empty() && wanted.names.empty()) give_up(name + " without names");
  for (Declaration::Item& item : wanted.items) {
    if (item.value) check_assignment(item.name, *item.value);
    Variable& variable = declared(wanted, item.name);
    apply_attributes(wanted, variable);
    if (item.value) set_scalar(variable, std::move(*item.value), item.append);
    wanted.names.push_back(item.name);
  }
  if (wanted.readonly)
    for (const std::string& each : wanted.names) declared(wanted, each).readonly = true;
  return 0;
}

// NAME=(…): the elements are expanded before NAME is a variable of its own.
void Evaluator::declare_list(const Declaration& wanted, const Assignment& assignment) {
  auto values = expand_elements(*assignment.elements);
  Variable& variable = declared(wanted, assignment.name);
  Declaration shape = wanted;
  shape.indexed = !wanted.associative && variable.shape != Variable::Shape::associative;
  apply_attributes(shape, variable);
  put_elements(variable, std::move(values), assignment.append);
}

// A variable as `declare -p` prints it.
std::string Evaluator::described(const std::string& name, const Variable& variable) {
  std::string flags, out;
  if (variable.shape == Variable::Shape::indexed) flags += 'a';
  if (variable.shape == Variable::Shape::associative) flags += 'A';
  if (variable.integer) flags += 'i';
  if (variable.readonly) flags += 'r';
  if (variable.exported) flags += 'x';
  out = "declare -" + (flags.empty() ? "-" : flags) + " " + name;
  if (!variable.set) return out;
  if (variable.shape == Variable::Shape::scalar) return out + "=" + in_double_quotes(variable.value);
  out += "=(";
  std::vector<std::string> indices = keys({name, Elements::separate}), texts = values({name, Elements::separate});
  bool associative = variable.shape == Variable::Shape::associative;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (associative && !std::ranges::all_of(indices[i], [](char c) { return is_name(std::string("_") + c); }))
      give_up("declare -p of an associative array");
    out += (i > 0 && !associative ? " [" : "[") + indices[i] + "]=" + in_double_quotes(texts[i]);
    if (associative) out += ' ';
  }
  return out + ")";
}

// declare -f, -F and -p.
int Evaluator::query(const Declaration& wanted) {
  if (wanted.items.empty() || (wanted.functions && wanted.print)) give_up("declare without names");
  bool discarded = streams.outputs[1].kind == Output::Kind::discarded;
  int status = 0;
  for (const auto& [name, value, append] : wanted.items) {
    if (wanted.functions) {
      if (!functions.find(name))
        status = 1;
      else if (wanted.names_only)
        write(1, name + "\n");
      else if (!discarded)
        give_up("declare -f");
      continue;
    }
    const Variable* found = variable(name);
    if (found) {
      if (!discarded) write(1, described(name, *found) + "\n");
      continue;
    }
    status = 1;
    if (streams.outputs[2].kind != Output::Kind::discarded) give_up("declare -p of what is not there");
  }
  return status;
}

}  // namespace cooper::shell
