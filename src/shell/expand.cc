#include <fmt/format.h>

#include "shell/evaluator.h"

namespace cooper::shell {

std::string Evaluator::separators() {
  const Variable* ifs = variables.find("IFS");
  if (ifs && ifs->is_array()) give_up("IFS is an array");
  return ifs && ifs->set ? ifs->value : " \t\n";
}

void Evaluator::expand(const Word& word, std::vector<std::string>& out) {
  if (word.parts.size() == 1 && word.parts[0].kind == Part::Kind::literal && word.parts[0].quoted) {
    out.push_back(word.parts[0].text);
    return;
  }
  std::string ifs = separators();
  Fields fields(Fields::Mode::words, ifs, options.no_glob);
  expand_parts(word, fields, false);
  for (std::string& each : fields.take_words()) {
    budget.bytes(each.size());
    out.push_back(std::move(each));
  }
}

std::string Evaluator::expand_text(const Word& word) {
  if (word.parts.size() == 1 && word.parts[0].kind == Part::Kind::literal) return word.parts[0].text;
  Fields fields(Fields::Mode::text);
  expand_parts(word, fields, false);
  std::string text = fields.take_text();
  budget.bytes(text.size());
  return text;
}

std::string Evaluator::expand_pattern(const Word& word) {
  Fields fields(Fields::Mode::pattern);
  expand_parts(word, fields, false);
  return fields.take_text();
}

std::string Evaluator::expand_regex(const Word& word) {
  Fields fields(Fields::Mode::regex);
  expand_parts(word, fields, false);
  return fields.take_text();
}

void Evaluator::expand_parts(const Word& word, Fields& out, bool within_expansion) {
  for (const Part& part : word.parts) expand_part(part, out, within_expansion);
}

void Evaluator::expand_part(const Part& part, Fields& out, bool within_expansion) {
  switch (part.kind) {
    case Part::Kind::literal:
      // The word of ${x:-a b} is split as a value is.
      if (within_expansion && !part.quoted)
        out.value(part.text, false);
      else
        out.literal(part.text, part.quoted);
      break;
    case Part::Kind::parameter: expand_parameter(*part.parameter, part.quoted, out); break;
    case Part::Kind::command: out.value(substitute_command(*part.commands), part.quoted); break;
    case Part::Kind::arithmetic:
      out.value(std::to_string(arithmetic(expand_text(*part.expression))), part.quoted);
      break;
    case Part::Kind::unsupported: give_up(part.text);
  }
}

std::string Evaluator::substitute_command(const List& commands) {
  budget.step(5);
  if (++depth_ > 300) give_up("nested too deeply");
  std::string text;
  Output outer = std::exchange(streams.outputs[1], {Output::Kind::captured, &text});
  substitution_status_ = in_subshell(commands);
  streams.outputs[1] = outer;
  --depth_;
  if (text.find('\0') != std::string::npos) give_up("NUL in the output of a command");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace cooper::shell
