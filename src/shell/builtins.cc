#include "shell/builtins.h"

#include <algorithm>
#include <array>

#include "shell/evaluator.h"
#include "shell/names.h"
#include "shell/parser.h"
#include "shell/text.h"

namespace cooper::shell {

using Words = std::vector<std::string>;

// One static function for each command.
class Builtins {
 public:
  static int colon(Evaluator&, const Words&) { return 0; }
  static int no(Evaluator&, const Words&) { return 1; }

  static int echo(Evaluator& e, const Words& words) {
    size_t first = 1;
    bool newline = true, escapes = false;
    for (; first < words.size(); ++first) {
      std::string_view option = words[first];
      if (option.size() < 2 || option[0] != '-' || option.find_first_not_of("neE", 1) != std::string_view::npos) break;
      for (char letter : option.substr(1)) {
        if (letter == 'n')
          newline = false;
        else
          escapes = letter == 'e';
      }
    }
    std::string text;
    for (size_t i = first; i < words.size(); ++i) text.append(i > first ? " " : "").append(words[i]);
    if (escapes) text = unescape(text);
    e.write(1, newline ? text + "\n" : text);
    return 0;
  }

  static int print_formatted(Evaluator& e, const Words& words) {
    size_t at = 1;
    std::string variable;
    if (words.size() > 2 && words[1] == "-v") variable = words[2], at = 3;
    if (at < words.size() && words[at] == "--") ++at;
    if (at >= words.size() || (words[at].starts_with('-') && words[at].size() > 1 && at == 1)) give_up("printf");
    std::string text = format(words[at], words, at + 1);
    e.budget.bytes(text.size());
    if (variable.empty()) {
      e.write(1, text);
      return 0;
    }
    if (!is_name(variable)) give_up("printf -v");
    if (text.find('\0') != std::string::npos) give_up("NUL in a variable");
    e.assign_value(variable, nullptr, false, std::move(text));
    return 0;
  }

  static int evaluate(Evaluator& e, const Words& words) {
    std::string text;
    for (size_t i = 1; i < words.size(); ++i) text.append(i > 1 ? " " : "").append(words[i]);
    return e.run_text("eval", std::move(text));
  }

  static int source(Evaluator& e, const Words& words) {
    if (words.size() != 2 || !words[1].starts_with('/')) give_up("source");
    e.source_file(words[1]);
    return e.status_;
  }

  static int leave_function(Evaluator& e, const Words& words) {
    if (words.size() > 2) give_up("return");
    if (words.size() == 2) e.status_ = status(words[1]);
    if (e.frames_.size() < 2) give_up("return outside a function");
    e.flow_ = Flow::return_;
    return e.status_;
  }

  static int leave_shell(Evaluator& e, const Words& words) {
    if (words.size() > 2) give_up("exit");
    if (words.size() == 2) e.status_ = status(words[1]);
    if (e.functions.depth() == 0) give_up("exit");
    e.flow_ = Flow::exit;
    return e.status_;
  }

  static int leave_loop(Evaluator& e, const Words& words) {
    int64_t levels = 1;
    if (words.size() == 2) levels = whole_number(words[1]).value_or(0);
    if (words.size() > 2 || levels < 1 || levels > e.frame().loops) give_up(words[0] + " outside a loop");
    e.flow_levels_ = static_cast<int>(levels);
    e.flow_ = words[0] == "break" ? Flow::break_loop : Flow::continue_loop;
    return 0;
  }

  static int shift(Evaluator& e, const Words& words) {
    int64_t count = 1;
    if (words.size() == 2) count = whole_number(words[1]).value_or(-1);
    const auto& now = e.positional();
    if (words.size() > 2 || count < 0) give_up("shift");
    if (count > static_cast<int64_t>(now.size())) return 1;
    e.frame().positional = std::make_shared<const Words>(now.begin() + count, now.end());
    return 0;
  }

  static int set(Evaluator& e, const Words& words) {
    if (words.size() == 2 && (words[1] == "-f" || words[1] == "+f")) {
      e.options.no_glob = words[1] == "-f";
      return 0;
    }
    bool sets = words.size() > 1 && (words[1] == "--" || (!words[1].starts_with('-') && !words[1].starts_with('+')));
    if (!sets) give_up("set");
    e.frame().positional = std::make_shared<const Words>(words.begin() + (words[1] == "--" ? 2 : 1), words.end());
    return 0;
  }

  static int unset(Evaluator& e, const Words& words) {
    size_t at = 1;
    bool functions = words.size() > 1 && words[1] == "-f", variables = words.size() > 1 && words[1] == "-v";
    if (functions || variables) ++at;
    for (; at < words.size(); ++at) {
      const std::string& name = words[at];
      if (name.starts_with('-')) give_up("unset " + name);
      if (functions) {
        e.functions.erase(name);
        continue;
      }
      auto parsed = parse_reference(name);
      if (!parsed || !is_name(parsed->name) || parsed->elements != Elements::one || is_set_by_bash(parsed->name) ||
          parsed->name.starts_with("BASH"))
        give_up("unset of " + name);
      if (parsed->subscript)
        unset_element(e, *parsed);
      else if (e.variables.find(name))
        e.variables.unset(name);
      else if (!variables)
        e.functions.erase(name);
    }
    return 0;
  }

  static int shopt(Evaluator& e, const Words& words) {
    if (words.size() < 3) give_up("shopt");
    bool asks = words[1] == "-q", on = words[1] == "-s";
    if (!asks && !on && words[1] != "-u") give_up("shopt");
    int status = 0;
    for (size_t i = 2; i < words.size(); ++i) {
      const std::string& name = words[i];
      bool* option = name == "extglob"              ? &e.options.extended_patterns
                     : name == "patsub_replacement" ? &e.options.patterns_in_replacement
                                                    : nullptr;
      if (option && asks)
        status |= !*option;
      else if (option)
        *option = on;
      else if (asks || !is_about_file_names(name))
        give_up("shopt " + name);
    }
    return status;
  }

  static int let(Evaluator& e, const Words& words) {
    if (words.size() < 2) give_up("let");
    int64_t value = 0;
    for (size_t i = 1; i < words.size(); ++i) value = e.arithmetic(words[i]);
    return value ? 0 : 1;
  }

  static int read(Evaluator& e, const Words& words) {
    ReadOptions options = read_options(words);
    std::string line;
    bool ended = take_line(e, options, line);
    std::string ifs = e.separators();
    if (!options.raw && line.find('\\') != std::string::npos) give_up("backslash for read");
    if (!options.array.empty()) {
      put_array(e, options.array, split(line, ifs));
      return ended ? 0 : 1;
    }
    if (options.names.empty()) {
      e.assign_value("REPLY", nullptr, false, line);
      return ended ? 0 : 1;
    }
    std::string_view rest = line;
    for (size_t i = 0; i < options.names.size(); ++i) {
      std::string value = i + 1 < options.names.size() ? first_field(rest, ifs) : last_field(rest, ifs);
      e.assign_value(options.names[i], nullptr, false, std::move(value));
    }
    return ended ? 0 : 1;
  }

  static int read_lines(Evaluator& e, const Words& words) {
    size_t at = 1;
    bool trims = false;
    char delimiter = '\n';
    for (; at < words.size() && words[at].starts_with('-'); ++at) {
      if (words[at] == "-t")
        trims = true;
      else if (words[at] == "-d" && at + 1 < words.size() && words[at + 1].size() <= 1)
        delimiter = words[at + 1].empty() ? '\0' : words[at + 1][0], ++at;
      else
        give_up("mapfile " + words[at]);
    }
    if (at + 1 != words.size() || !is_name(words[at])) give_up("mapfile");
    Words lines;
    std::string_view text =
        e.streams.input ? std::string_view(e.streams.input->text).substr(e.streams.input->at) : std::string_view();
    while (!text.empty()) {
      size_t end = std::min(text.find(delimiter), text.size() - 1) + 1;
      std::string_view line = text.substr(0, end);
      if (trims && line.back() == delimiter) line.remove_suffix(1);
      lines.emplace_back(line);
      text.remove_prefix(end);
    }
    if (e.streams.input) e.streams.input->at = e.streams.input->text.size();
    put_array(e, words[at], lines);
    return 0;
  }

  static int test(Evaluator&, const Words& words) {
    Words operands(words.begin() + 1, words.end());
    if (words[0] == "[") {
      if (operands.empty() || operands.back() != "]") give_up("[ without ]");
      operands.pop_back();
    }
    bool negated = operands.size() > 1 && operands.front() == "!";
    if (negated) operands.erase(operands.begin());
    return test_operands(operands) != negated ? 0 : 1;
  }

  static int type(Evaluator& e, const Words& words) {
    if (words.size() == 3 && words[1] == "-t" && e.functions.find(words[2])) {
      e.write(1, "function\n");
      return 0;
    }
    bool silent =
        e.streams.outputs[1].kind == Output::Kind::discarded && e.streams.outputs[2].kind == Output::Kind::discarded;
    if (words.size() == 2 && silent && e.functions.find(words[1])) return 0;
    give_up("type");
  }

 private:
  struct ReadOptions {
    bool raw = false;
    char delimiter = '\n';
    std::string array;
    Words names;
  };

  // Options that matter only to patterns for file names, which are not looked up here at all.
  static bool is_about_file_names(std::string_view option) {
    constexpr std::array<std::string_view, 5> options = {"failglob", "nullglob", "dotglob", "globskipdots", "globstar"};
    return std::ranges::find(options, option) != options.end();
  }

  static int status(const std::string& text) {
    auto number = whole_number(text);
    if (!number) give_up("exit status");
    return static_cast<int>(*number & 0xff);
  }

  static void unset_element(Evaluator& e, const Parameter& parsed) {
    const Variable* found = e.variables.find(parsed.name);
    if (!found) return;
    if (!found->is_array()) give_up("unset of an element");
    auto reference = e.resolve(parsed);
    Variable& variable = e.writable(parsed.name);
    if (variable.shape == Variable::Shape::associative)
      variable.entries.erase(reference.key);
    else
      variable.erase(reference.index);
  }

  static ReadOptions read_options(const Words& words) {
    ReadOptions out;
    size_t at = 1;
    for (; at < words.size() && words[at].starts_with('-'); ++at) {
      const std::string& option = words[at];
      if (option.find_first_not_of("rad", 1) != std::string::npos || option.size() < 2) give_up("read " + option);
      for (size_t i = 1; i < option.size(); ++i) {
        if (option[i] == 'r') {
          out.raw = true;
          continue;
        }
        if (i + 1 != option.size() || at + 1 >= words.size()) give_up("read " + option);
        const std::string& argument = words[++at];
        if (option[i] == 'a') {
          out.array = argument;
        } else {
          if (argument.size() > 1) give_up("read -d");
          out.delimiter = argument.empty() ? '\0' : argument[0];
        }
        break;
      }
    }
    out.names.assign(words.begin() + static_cast<ptrdiff_t>(at), words.end());
    bool names = std::ranges::all_of(out.names, [](const std::string& name) { return is_name(name); });
    if (!names || (!out.array.empty() && (!out.names.empty() || !is_name(out.array)))) give_up("read");
    return out;
  }

  // Whether the delimiter was there.
  static bool take_line(Evaluator& e, const ReadOptions& options, std::string& line) {
    if (!e.streams.input) return false;
    Input& input = *e.streams.input;
    size_t end = input.text.find(options.delimiter, input.at);
    bool found = end != std::string::npos;
    line = input.text.substr(input.at, found ? end - input.at : std::string::npos);
    input.at = found ? end + 1 : input.text.size();
    return found;
  }

  static void put_array(Evaluator& e, const std::string& name, const Words& words) {
    e.check_assignment(name, "(");
    Variable& variable = e.writable(name);
    if (variable.integer || variable.shape == Variable::Shape::associative) give_up("array of " + name);
    e.make_indexed(variable);
    variable.elements.clear();
    variable.set = true;
    for (const std::string& word : words) {
      e.budget.bytes(word.size() + 8);
      variable.element(static_cast<int64_t>(variable.elements.size())) = word;
    }
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
  static bool separates(const std::string& ifs, char c) { return ifs.find(c) != std::string::npos; }
  static bool separates_as_blank(const std::string& ifs, char c) { return is_blank(c) && separates(ifs, c); }

  static Words split(const std::string& line, const std::string& ifs) {
    Fields fields(Fields::Mode::words, ifs, true);
    fields.value(line, false);
    return fields.take_words();
  }

  static void trim_left(std::string_view& text, const std::string& ifs) {
    while (!text.empty() && separates_as_blank(ifs, text.front())) text.remove_prefix(1);
  }

  static std::string first_field(std::string_view& rest, const std::string& ifs) {
    trim_left(rest, ifs);
    size_t end = 0;
    while (end < rest.size() && !separates(ifs, rest[end])) ++end;
    std::string out(rest.substr(0, end));
    rest.remove_prefix(end);
    trim_left(rest, ifs);
    if (!rest.empty() && separates(ifs, rest.front()) && (end > 0 || !is_blank(rest.front()))) {
      rest.remove_prefix(1);
      trim_left(rest, ifs);
    }
    return out;
  }

  // What is left, without blanks around it. One other separator at its end goes too where it is the only one.
  static std::string last_field(std::string_view rest, const std::string& ifs) {
    trim_left(rest, ifs);
    while (!rest.empty() && separates_as_blank(ifs, rest.back())) rest.remove_suffix(1);
    if (!rest.empty() && separates(ifs, rest.back())) give_up("separator at the end of what is read");
    return std::string(rest);
  }

  static bool test_operands(const Words& operands) {
    if (operands.empty()) return false;
    if (operands.size() == 1) return !operands[0].empty();
    if (operands.size() == 2) {
      if (operands[0] != "-z" && operands[0] != "-n") give_up("test " + operands[0]);
      return operands[1].empty() == (operands[0] == "-z");
    }
    if (operands.size() != 3) give_up("test of many operands");
    const std::string& operation = operands[1];
    if (operation == "=" || operation == "==") return operands[0] == operands[2];
    if (operation == "!=") return operands[0] != operands[2];
    auto a = whole_number(operands[0]), b = whole_number(operands[2]);
    if (!a || !b) give_up("test " + operation);
    if (operation == "-eq") return *a == *b;
    if (operation == "-ne") return *a != *b;
    if (operation == "-lt") return *a < *b;
    if (operation == "-le") return *a <= *b;
    if (operation == "-gt") return *a > *b;
    if (operation == "-ge") return *a >= *b;
    give_up("test " + operation);
  }
};

namespace {

struct Named {
  std::string_view name;
  Builtin command;
  bool takes_assignments;
};

constexpr std::array<Named, 23> builtins = {{{":", Builtins::colon, true},
                                             {"true", Builtins::colon, true},
                                             {"false", Builtins::no, true},
                                             {"echo", Builtins::echo, true},
                                             {"printf", Builtins::print_formatted, true},
                                             {"eval", Builtins::evaluate, false},
                                             {"source", Builtins::source, false},
                                             {".", Builtins::source, false},
                                             {"return", Builtins::leave_function, false},
                                             {"exit", Builtins::leave_shell, false},
                                             {"break", Builtins::leave_loop, false},
                                             {"continue", Builtins::leave_loop, false},
                                             {"shift", Builtins::shift, false},
                                             {"set", Builtins::set, false},
                                             {"unset", Builtins::unset, false},
                                             {"shopt", Builtins::shopt, false},
                                             {"let", Builtins::let, false},
                                             {"read", Builtins::read, true},
                                             {"mapfile", Builtins::read_lines, true},
                                             {"readarray", Builtins::read_lines, true},
                                             {"test", Builtins::test, true},
                                             {"[", Builtins::test, true},
                                             {"type", Builtins::type, false}}};

const Named* find(std::string_view name) {
  auto it = std::ranges::find(builtins, name, &Named::name);
  return it == builtins.end() ? nullptr : &*it;
}

}  // namespace

Builtin find_builtin(std::string_view name) {
  const Named* found = find(name);
  return found ? found->command : nullptr;
}

bool takes_assignments(std::string_view name) {
  const Named* found = find(name);
  return found && found->takes_assignments;
}

bool is_declaration(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"local", "declare", "typeset", "readonly", "export"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace cooper::shell
