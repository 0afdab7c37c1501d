// The syntax tree of a bash script, as parser.h makes it and evaluate.h runs it.
//
// Nodes are shared and never changed once they are made. What is parsed but not understood is a node of its own kind:
// it does no harm until somebody runs it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cooper::shell {

struct List;
struct Parameter;
struct Part;

// A word before expansion. No parts: nothing at all, which differs from a quoted empty literal.
struct Word {
  std::vector<Part> parts;
};

struct Part {
  enum class Kind : uint8_t {
    literal,
    parameter,   // $x, ${x…}
    command,     // $(…), `…`
    arithmetic,  // $((…))
    unsupported,
  };
  Kind kind = Kind::literal;
  bool quoted = false;
  std::string text;  // of a literal; what it is that is unsupported
  std::shared_ptr<const Parameter> parameter;
  std::shared_ptr<const List> commands;
  std::shared_ptr<const Word> expression;
};

// What ${…} does with the value.
enum class Operation : uint8_t {
  none,
  length,           // ${#x}
  keys,             // ${!x[@]}
  names,            // ${!x@}
  use_default,      // ${x-word}
  assign_default,   // ${x=word}
  fail,             // ${x?word}
  use_alternative,  // ${x+word}
  remove_prefix,    // ${x#pattern}
  remove_longest_prefix,
  remove_suffix,
  remove_longest_suffix,
  substring,      // ${x:offset:length}
  replace_first,  // ${x/pattern/word}
  replace_all,
  replace_prefix,
  replace_suffix,
  upper_first,  // ${x^}
  upper_all,
  lower_first,
  lower_all,
  transform,  // ${x@a}
};

// Which elements of an array: the one with a subscript (or of no array), all as separate words, all as one.
enum class Elements : uint8_t { one, separate, joined };

struct Parameter {
  std::string name;  // of a variable, a number, or one of @ * # ? - $ !
  Elements elements = Elements::one;
  bool indirect = false;          // ${!x}
  bool colon = false;             // an empty value counts as none
  std::optional<Word> subscript;  // where elements is one
  Operation operation = Operation::none;
  Word argument;               // default, pattern, offset, letter of the transformation
  std::optional<Word> second;  // replacement, length
};

struct Assignment;

struct ArrayElement {
  std::optional<Word> subscript;
  bool append = false;
  Word value;
};

struct Assignment {
  std::string name;
  std::optional<Word> subscript;
  bool append = false;                                // +=
  Word value;                                         // where there are no elements
  std::optional<std::vector<ArrayElement>> elements;  // NAME=(…)
};

// A word of a simple command; commands that declare take assignments among their words.
struct Argument {
  Word word;
  std::shared_ptr<const Assignment> assignment;
};

struct HereDocument {
  std::string text;
  bool literal = false;  // its delimiter was quoted
};

struct Redirection {
  enum class Kind : uint8_t {
    input,
    output,
    append,
    output_and_error,
    duplicate_output,
    here_string,
    here_document,
    other
  };
  Kind kind = Kind::other;
  int descriptor = -1;  // -1: the usual one
  Word target;
  std::shared_ptr<HereDocument> document;
};

struct SimpleCommand {
  std::vector<Assignment> assignments;
  std::vector<Argument> words;
};

struct Group {
  std::shared_ptr<const List> body;
};
struct Subshell {
  std::shared_ptr<const List> body;
};
struct If {
  std::vector<std::pair<std::shared_ptr<const List>, std::shared_ptr<const List>>> branches;
  std::shared_ptr<const List> otherwise;  // may be null
};
struct For {
  std::string name;
  std::optional<std::vector<Word>> words;  // nothing: the positional parameters
  std::shared_ptr<const List> body;
};
struct ArithmeticFor {
  Word first, condition, next;
  std::shared_ptr<const List> body;
};
struct While {
  bool until = false;
  std::shared_ptr<const List> condition, body;
};
struct CaseClause {
  enum class End : uint8_t { stop, fall_through, test_next };  // ;; ;& ;;&
  std::vector<Word> patterns;
  std::shared_ptr<const List> body;  // may be null
  End end = End::stop;
};
struct Case {
  Word word;
  std::vector<CaseClause> clauses;
};
struct ArithmeticCommand {
  Word expression;
};

// An expression of [[ ]].
struct Condition {
  enum class Kind : uint8_t { both, either, negation, word, unary, binary };
  Kind kind = Kind::word;
  std::string operation;  // "-z", "==", …
  Word left, right;
  std::shared_ptr<const Condition> first, second;
};
struct Test {
  Condition condition;
};

struct FunctionDefinition;

struct Command {
  std::variant<SimpleCommand, Group, Subshell, If, For, ArithmeticFor, While, Case, ArithmeticCommand, Test,
               std::shared_ptr<const FunctionDefinition>>
      node;
  std::vector<Redirection> redirections;
  uint32_t offset = 0;  // where it begins in the text
};

struct Script;

struct FunctionDefinition {
  std::string name;
  Command body;
  const Script* script = nullptr;  // that it is of
};

struct Pipeline {
  bool negated = false;
  std::vector<Command> commands;
};

enum class Connector : uint8_t { both, either };  // && ||

struct AndOr {
  Pipeline first;
  std::vector<std::pair<Connector, Pipeline>> rest;
  bool background = false;
};

struct List {
  std::vector<AndOr> items;
};

// A file, or the text of an `eval`.
struct Script {
  std::string name;
  std::string text;
  List commands;
};

}  // namespace cooper::shell
