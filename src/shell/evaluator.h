// The evaluator behind evaluate.h.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shell/arithmetic.h"
#include "shell/budget.h"
#include "shell/evaluate.h"
#include "shell/fields.h"
#include "shell/pattern.h"
#include "shell/variables.h"

namespace cooper::shell {

// What `break`, `return` and the like leave.
enum class Flow : uint8_t { none, break_loop, continue_loop, return_, exit };

struct Options {
  bool extended_patterns = false;        // shopt extglob
  bool patterns_in_replacement = false;  // shopt patsub_replacement
  bool no_glob = false;                  // set -f
};

// Where a descriptor leads. What bash would print is none of ours.
struct Output {
  enum class Kind : uint8_t { forbidden, discarded, captured };
  Kind kind = Kind::forbidden;
  std::string* text = nullptr;  // captured
};

struct Input {
  std::string text;
  size_t at = 0;
};

struct Streams {
  std::array<Output, 4> outputs;  // by descriptor
  std::shared_ptr<Input> input;   // null: /dev/null
};

using Positional = std::shared_ptr<const std::vector<std::string>>;

class Evaluator : private ArithmeticVariables {
 public:
  explicit Evaluator(Library& library) : library_(library) {}

  Variables variables;
  Undoable<const FunctionDefinition*> functions;
  Options options;
  Streams streams;
  std::map<std::string, std::shared_ptr<const Script>, std::less<>> scripts;  // beside those of the folders
  std::vector<std::filesystem::path> folders;
  Budget budget;
  std::vector<std::shared_ptr<const Script>> kept;  // what functions may be of

  void source_file(const std::string& path);
  int call_function(const FunctionDefinition& function, std::vector<std::string> arguments);
  bool ended() const { return flow_ == Flow::exit; }

 private:
  friend class Builtins;

  // run.cc
  int run(const List& list);
  int run(const AndOr& and_or);
  int run(const Pipeline& pipeline);
  int run(const Command& command);
  int run_node(const Command& command);
  int run_node(const SimpleCommand& command);
  int run_node(const Group& group) { return run(*group.body); }
  int run_node(const Subshell& subshell);
  int run_node(const If& node);
  int run_node(const For& loop);
  int run_node(const ArithmeticFor& loop);
  int run_node(const While& loop);
  int run_node(const Case& node);
  int run_node(const ArithmeticCommand& command);
  int run_node(const Test& test) { return condition(test.condition) ? 0 : 1; }
  int run_node(const std::shared_ptr<const FunctionDefinition>& definition);
  bool loop_goes_on();  // after one turn
  int in_subshell(const List& list);
  void redirect(const std::vector<Redirection>& redirections);
  void redirect_output(const Redirection& redirection);
  Output output_target(const Word& target);
  int run_words(std::vector<std::string> words, const std::vector<Assignment>& assignments);
  int run_with(const std::vector<Assignment>& assignments, auto&& command);
  void set_last_argument(std::string text);
  int run_text(std::string name, std::string text);
  void write(int descriptor, std::string_view text);

  // conditions.cc
  bool condition(const Condition& condition);
  bool unary_condition(std::string_view operation, const std::string& operand);
  bool binary_condition(const Condition& condition);
  bool matches_regex(const Condition& condition);
  bool is_set(const std::string& reference);
  bool is_file(const std::string& path);

  // expand.cc
  void expand(const Word& word, std::vector<std::string>& out);
  std::string expand_text(const Word& word);
  std::string expand_pattern(const Word& word);
  std::string expand_regex(const Word& word);
  void expand_parts(const Word& word, Fields& out, bool within_expansion);
  void expand_part(const Part& part, Fields& out, bool within_expansion);
  std::string substitute_command(const List& commands);
  int64_t arithmetic(const std::string& text) { return evaluate_arithmetic(text, *this); }

  // parameters.cc
  // What ${…} names, when ${!…} and subscripts are resolved.
  struct Reference {
    std::string name;
    Elements elements = Elements::one;
    bool has_subscript = false;
    int64_t index = 0;
    std::string key;  // of an associative array
  };
  void expand_parameter(const Parameter& parameter, bool quoted, Fields& out);
  Reference resolve(const Parameter& parameter);
  Reference reference(const std::string& name, Elements elements, const Word* subscript);
  const Variable* variable(std::string_view name);  // also those that bash itself sets; throws for those not known
  std::optional<std::string> value(const Reference& reference);
  std::optional<std::string> special(const std::string& name);
  std::vector<std::string> values(const Reference& reference);
  std::vector<std::string> keys(const Reference& reference);
  void put_list(const std::vector<std::string>& list, Elements elements, bool quoted, Fields& out);
  void put_default(const Parameter& parameter, const Reference& reference, bool quoted, Fields& out);
  void put_length(const Reference& reference, bool quoted, Fields& out);
  std::string changed(const Parameter& parameter, std::string value);
  std::string replaced(const Parameter& parameter, const std::string& value);
  std::string substring(const Parameter& parameter, const std::string& value);
  std::vector<std::string> sublist(const Parameter& parameter, const Reference& reference);
  std::string attributes(const Parameter& parameter, const Reference& reference);  // and other ${x@…}
  std::string separators();                                                        // IFS

  // assign.cc
  void assign(const Assignment& assignment);
  void assign_value(const std::string& name, const Word* subscript, bool append, std::string value);
  struct ElementValue {
    std::optional<std::string> subscript;
    bool append = false;
    std::string text;
  };
  std::vector<ElementValue> expand_elements(const std::vector<ArrayElement>& elements);
  void put_elements(Variable& variable, std::vector<ElementValue> values, bool append);
  void make_indexed(Variable& variable);
  void set_scalar(Variable& variable, std::string value, bool append);
  void set_element(Variable& variable, const std::string& subscript, std::string value, bool append);
  Variable& writable(std::string_view name);
  void check_assignment(std::string_view name, std::string_view value);
  std::string get(std::string_view name, std::string_view subscript) override;
  void set(std::string_view name, std::string_view subscript, int64_t value) override;

  // declare.cc: declare, local, readonly, export
  struct Declaration;
  int declare(const SimpleCommand& command, const std::string& name);
  Declaration declaration(const std::string& command);
  void declare_option(Declaration& out, std::string_view option);
  Variable& declared(const Declaration& declaration, const std::string& name);
  void apply_attributes(const Declaration& declaration, Variable& variable);
  void declare_list(const Declaration& declaration, const Assignment& assignment);
  void declare_word(Declaration& out, std::string word);
  void declare_assignment(Declaration& out, const Assignment& assignment);
  int query(const Declaration& declaration);
  std::string described(const std::string& name, const Variable& variable);

  struct Frame {
    std::string name;  // of the function, or "source"
    Positional positional;
    std::set<std::string> given;  // variables that stand before the call
    int loops = 0;
    const Script* script = nullptr;
  };
  Frame& frame() { return frames_.back(); }
  const std::vector<std::string>& positional() const { return *frames_.back().positional; }

  Library& library_;
  std::vector<Frame> frames_{{"main", std::make_shared<const std::vector<std::string>>(), {}, 0, nullptr}};
  Flow flow_ = Flow::none;
  int flow_levels_ = 0;     // of loops that are still to be left
  int status_ = 0;          // $?
  Variable last_argument_;  // $_; not set: not known
  int depth_ = 0;
  int substitution_status_ = 0;  // of the last command substitution of an assignment
};

}  // namespace cooper::shell
