#include <algorithm>

#include "shell/evaluator.h"
#include "shell/names.h"
#include "shell/parser.h"
#include "shell/text.h"

namespace cooper::shell {

namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\n") == std::string::npos; }

void check_ascii(std::string_view text) {
  if (!is_ascii(text)) give_up("characters of text that is not ASCII");
}

}  // namespace

const Variable* Evaluator::variable(std::string_view name) {
  if (name == "_" && last_argument_.set) return &last_argument_;
  const Variable* found = variables.find(name);
  if (!found && is_set_by_bash(name)) give_up("variable " + std::string(name));
  return found;
}

Evaluator::Reference Evaluator::reference(const std::string& name, Elements elements, const Word* subscript) {
  Reference out{name, elements};
  if (!subscript) return out;
  std::string text = expand_text(*subscript);
  out.has_subscript = true;
  const Variable* found = name == "FUNCNAME" ? nullptr : variable(name);
  if (found && found->shape == Variable::Shape::associative) {
    if (text.empty()) give_up("empty subscript");
    out.key = std::move(text);
    return out;
  }
  if (is_blank(text)) give_up("empty subscript");
  out.index = arithmetic(text);
  if (out.index < 0) {
    if (!found || !found->is_array() || found->elements.empty()) give_up("negative subscript");
    out.index += found->elements.back().first + 1;
    if (out.index < 0) give_up("negative subscript");
  }
  return out;
}

Evaluator::Reference Evaluator::resolve(const Parameter& parameter) {
  const Word* subscript = parameter.subscript ? &*parameter.subscript : nullptr;
  Reference named = reference(parameter.name, parameter.elements, subscript);
  if (!parameter.indirect) return named;
  if (named.elements != Elements::one) give_up("${!…} of a list");
  auto text = value(named);
  auto target = text ? parse_reference(*text) : std::nullopt;
  if (!target) give_up("${!…} of no name");
  return reference(target->name, target->elements, target->subscript ? &*target->subscript : nullptr);
}

// Positional and special parameters; nothing where it is not set.
std::optional<std::string> Evaluator::special(const std::string& name) {
  if (name == "#") return std::to_string(positional().size());
  if (name == "?") return std::to_string(status_);
  if (!is_digits(name) || name.size() > 9) give_up("$" + name);
  size_t number = std::stoul(name);
  if (number == 0) give_up("$0");
  if (number > positional().size()) return std::nullopt;
  return positional()[number - 1];
}

std::optional<std::string> Evaluator::value(const Reference& reference) {
  if (!is_name(reference.name)) return special(reference.name);
  if (reference.name == "FUNCNAME") {
    auto names = values({reference.name, Elements::separate});
    auto index = static_cast<size_t>(reference.index);
    return index < names.size() ? std::optional(names[index]) : std::nullopt;
  }
  const Variable* found = variable(reference.name);
  if (!found) return std::nullopt;
  if (reference.name == "BASH_VERSINFO" && reference.index > 1) give_up("variable BASH_VERSINFO");
  const std::string* text = nullptr;
  if (found->shape == Variable::Shape::associative)
    text = found->at(reference.has_subscript ? reference.key : std::string("0"));
  else
    text = found->at(reference.index);
  return text ? std::optional(*text) : std::nullopt;
}

std::vector<std::string> Evaluator::values(const Reference& reference) {
  std::vector<std::string> out;
  if (!is_name(reference.name)) return positional();
  if (reference.name == "FUNCNAME") {
    for (auto it = frames_.rbegin(); it != frames_.rend(); ++it) out.push_back(it->name);
    return out;
  }
  if (reference.name == "BASH_VERSINFO") give_up("variable BASH_VERSINFO");
  const Variable* found = variable(reference.name);
  if (!found || !found->set) return out;
  switch (found->shape) {
    case Variable::Shape::scalar: out.push_back(found->value); break;
    case Variable::Shape::indexed:
      for (const auto& [index, text] : found->elements) out.push_back(text);
      break;
    case Variable::Shape::associative:
      for (const std::string& key : keys(reference)) out.push_back(found->entries.at(key));
      break;
  }
  return out;
}

std::vector<std::string> Evaluator::keys(const Reference& reference) {
  if (!is_name(reference.name) || reference.name == "FUNCNAME" || reference.name == "BASH_VERSINFO")
    give_up("keys of " + reference.name);
  const Variable* found = variable(reference.name);
  std::vector<std::string> out;
  if (!found || !found->set) return out;
  switch (found->shape) {
    case Variable::Shape::scalar: out.emplace_back("0"); break;
    case Variable::Shape::indexed:
      for (const auto& [index, text] : found->elements) out.push_back(std::to_string(index));
      break;
    case Variable::Shape::associative:
      for (const auto& [key, text] : found->entries) out.push_back(key);
      sort_as_hashed(out);
      break;
  }
  return out;
}

void Evaluator::expand_parameter(const Parameter& parameter, bool quoted, Fields& out) {
  bool is_plain = parameter.operation == Operation::none && parameter.elements == Elements::one &&
                  !parameter.indirect && !parameter.subscript;
  if (is_plain && parameter.name != "FUNCNAME" && is_name(parameter.name)) {
    const Variable* found = variable(parameter.name);
    if (!found || !found->is_array()) {
      out.value(found && found->set ? std::string_view(found->value) : std::string_view(), quoted);
      return;
    }
  }
  if (parameter.operation == Operation::names) {
    if (may_be_set_by_bash(parameter.name)) give_up("names of variables");
    return put_list(variables.names(parameter.name), parameter.elements, quoted, out);
  }
  Reference named = resolve(parameter);
  switch (parameter.operation) {
    case Operation::length: return put_length(named, quoted, out);
    case Operation::keys: return put_list(keys(named), named.elements, quoted, out);
    case Operation::use_default:
    case Operation::assign_default:
    case Operation::fail:
    case Operation::use_alternative: put_default(parameter, named, quoted, out); return;
    case Operation::transform: {
      if (named.elements != Elements::one) give_up("transformation of a list");
      out.value(attributes(parameter, named), quoted);
      return;
    }
    default: break;
  }
  if (named.elements == Elements::one) {
    auto text = value(named);
    if (!text && parameter.operation == Operation::none)
      out.value({}, quoted);
    else
      out.value(changed(parameter, text.value_or("")), quoted);
    return;
  }
  std::vector<std::string> list =
      parameter.operation == Operation::substring ? sublist(parameter, named) : values(named);
  if (parameter.operation != Operation::substring && parameter.operation != Operation::none)
    for (std::string& each : list) each = changed(parameter, std::move(each));
  put_list(list, named.elements, quoted, out);
}

void Evaluator::put_list(const std::vector<std::string>& list, Elements elements, bool quoted, Fields& out) {
  std::string ifs = separators();
  bool usual = ifs == " \t\n";
  if (quoted && elements == Elements::joined) {
    std::string joined;
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0 && !ifs.empty()) joined += ifs.front();
      joined += list[i];
    }
    budget.bytes(joined.size());
    out.value(joined, true);
    return;
  }
  if (!usual && !(quoted && out.splits()) && list.size() > 1) give_up("list with unusual separators");
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out.next_element();
    budget.bytes(list[i].size() + 1);
    out.value(list[i], quoted);
  }
}

void Evaluator::put_length(const Reference& named, bool quoted, Fields& out) {
  if (named.elements != Elements::one) return out.value(std::to_string(values(named).size()), quoted);
  std::string text = value(named).value_or("");
  check_ascii(text);
  out.value(std::to_string(text.size()), quoted);
}

void Evaluator::put_default(const Parameter& parameter, const Reference& named, bool quoted, Fields& out) {
  bool is_list = named.elements != Elements::one;
  std::vector<std::string> list;
  bool missing;
  if (is_list) {
    list = values(named);
    missing = list.empty();
    bool all_empty = std::ranges::all_of(list, [](const std::string& each) { return each.empty(); });
    if (parameter.colon && all_empty && !missing) give_up("default of a list of empty words");
  } else {
    auto text = value(named);
    missing = !text || (parameter.colon && text->empty());
    if (text) list.push_back(std::move(*text));
  }
  if (missing && is_list && quoted) give_up("default of an empty quoted list");
  auto put_value = [&] {
    if (is_list)
      put_list(list, named.elements, quoted, out);
    else
      out.value(list.front(), quoted);
  };
  auto put_word = [&] {
    bool has_list = std::ranges::any_of(parameter.argument.parts, [](const Part& part) {
      return part.parameter && part.parameter->elements == Elements::separate;
    });
    if (quoted && has_list) give_up("list as a quoted default");
    if (quoted) out.value({}, true);
    expand_parts(parameter.argument, out, !quoted);
  };
  switch (parameter.operation) {
    case Operation::use_default: missing ? put_word() : put_value(); break;
    case Operation::use_alternative:
      if (!missing)
        put_word();
      else
        out.value({}, quoted);
      break;
    case Operation::fail:
      if (missing) give_up("${" + named.name + "?}");
      put_value();
      break;
    default:
      if (!missing) return put_value();
      if (is_list || !is_name(named.name)) give_up("default assigned to a list");
      std::string text = expand_text(parameter.argument);
      if (parameter.indirect) give_up("default assigned through ${!…}");
      assign_value(named.name, parameter.subscript ? &*parameter.subscript : nullptr, false, text);
      out.value(value(named).value_or(""), quoted);
  }
}

std::string Evaluator::changed(const Parameter& parameter, std::string value) {
  budget.step();
  auto pattern = [&] { return Pattern(expand_pattern(parameter.argument), options.extended_patterns, budget); };
  switch (parameter.operation) {
    case Operation::remove_prefix:
    case Operation::remove_longest_prefix: {
      size_t length = pattern().prefix(value, parameter.operation == Operation::remove_longest_prefix);
      return length == std::string::npos ? value : value.substr(length);
    }
    case Operation::remove_suffix:
    case Operation::remove_longest_suffix: {
      size_t begin = pattern().suffix(value, parameter.operation == Operation::remove_longest_suffix);
      return begin == std::string::npos ? value : value.substr(0, begin);
    }
    case Operation::replace_first:
    case Operation::replace_all:
    case Operation::replace_prefix:
    case Operation::replace_suffix: return replaced(parameter, value);
    case Operation::substring: return substring(parameter, value);
    case Operation::upper_first:
    case Operation::upper_all:
    case Operation::lower_first:
    case Operation::lower_all: {
      check_ascii(value);
      bool upper = parameter.operation == Operation::upper_first || parameter.operation == Operation::upper_all;
      bool first = parameter.operation == Operation::upper_first || parameter.operation == Operation::lower_first;
      return change_case(std::move(value), upper, first);
    }
    default: return value;
  }
}

std::string Evaluator::replaced(const Parameter& parameter, const std::string& value) {
  std::string text = expand_pattern(parameter.argument);
  bool begins_with_value = !parameter.argument.parts.empty() &&
                           parameter.argument.parts.front().kind != Part::Kind::literal && !text.empty() &&
                           std::string_view("/#%").find(text.front()) != std::string_view::npos;
  if (begins_with_value) give_up("pattern of a replacement begins with an anchor");
  std::string by = parameter.second ? expand_text(*parameter.second) : std::string();
  if (options.patterns_in_replacement && by.find('&') != std::string::npos) give_up("& in a replacement");
  Pattern pattern(text, options.extended_patterns, budget);
  if (parameter.operation == Operation::replace_prefix) {
    size_t length = pattern.prefix(value, true);
    return length == std::string::npos ? value : by + value.substr(length);
  }
  if (parameter.operation == Operation::replace_suffix) {
    size_t begin = pattern.suffix(value, true);
    return begin == std::string::npos ? value : value.substr(0, begin) + by;
  }
  if (text.empty()) return value;
  if (value.empty() && pattern.matches(value)) give_up("replacement of nothing");
  std::string out;
  size_t at = 0;
  while (at < value.size()) {
    budget.step();
    size_t length = pattern.prefix(std::string_view(value).substr(at), true);
    if (length == 0) give_up("replacement of nothing");
    if (length == std::string::npos) {
      out += value[at++];
      continue;
    }
    out += by;
    at += length;
    budget.bytes(by.size());
    if (parameter.operation == Operation::replace_first) break;
  }
  return out + value.substr(at);
}

std::string Evaluator::substring(const Parameter& parameter, const std::string& value) {
  check_ascii(value);
  auto size = static_cast<int64_t>(value.size());
  int64_t offset = arithmetic(expand_text(parameter.argument));
  if (offset < 0) offset += size;
  if (offset < 0 || offset > size) {
    if (parameter.second) (void)arithmetic(expand_text(*parameter.second));
    return {};
  }
  int64_t end = size;
  if (parameter.second) {
    int64_t length = arithmetic(expand_text(*parameter.second));
    end = length < 0 ? size + length : length > size - offset ? size : offset + length;
    if (end < offset) give_up("negative length of a substring");
  }
  return value.substr(static_cast<size_t>(offset), static_cast<size_t>(end - offset));
}

std::vector<std::string> Evaluator::sublist(const Parameter& parameter, const Reference& named) {
  int64_t offset = arithmetic(expand_text(parameter.argument));
  int64_t length = parameter.second ? arithmetic(expand_text(*parameter.second)) : INT64_MAX;
  if (length < 0 || offset < 0) give_up("negative part of a list");
  if (named.name == "FUNCNAME" || named.name == "BASH_VERSINFO") give_up("part of " + named.name);
  std::vector<std::pair<int64_t, std::string>> elements;
  if (!is_name(named.name)) {
    if (offset == 0) give_up("$0");
    for (const std::string& each : positional()) elements.emplace_back(elements.size() + 1, each);
  } else if (const Variable* found = variable(named.name)) {
    if (found->shape == Variable::Shape::associative) give_up("part of an associative array");
    if (found->shape == Variable::Shape::indexed)
      elements = found->elements;
    else if (found->set)
      give_up("part of text as a list");
  }
  std::vector<std::string> out;
  for (auto& [index, text] : elements)
    if (index >= offset && static_cast<int64_t>(out.size()) < length) out.push_back(std::move(text));
  return out;
}

std::string Evaluator::attributes(const Parameter& parameter, const Reference& named) {
  char letter = parameter.argument.parts.front().text.front();
  if (!is_name(named.name)) give_up("transformation of " + named.name);
  auto text = value(named);
  if (letter == 'U' || letter == 'L' || letter == 'u') {
    if (!text) return {};
    check_ascii(*text);
    return change_case(std::move(*text), letter != 'L', letter == 'u');
  }
  if (letter != 'a') give_up(std::string("${…@") + letter + "}");
  const Variable* found = variable(named.name);
  if (!found) return {};
  std::string out;
  if (found->shape == Variable::Shape::indexed) out += 'a';
  if (found->shape == Variable::Shape::associative) out += 'A';
  if (found->integer) out += 'i';
  if (found->readonly) out += 'r';
  if (found->exported) out += 'x';
  return out;
}

}  // namespace cooper::shell
