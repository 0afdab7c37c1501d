// The recursive descent behind parser.h. Bash's tokens depend on where they stand, so there is no lexer of its own:
// each rule reads characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shell/parser.h"

namespace cooper::shell {

class Parser {
 public:
  Parser(const Script* script, std::string_view text) : script_(script), text_(text) {}
  List whole_script();
  Word here_document_body();
  std::optional<Parameter> whole_reference();
  size_t offset() const { return at_; }

 private:
  // How the characters of a word are read, by what it stands in.
  enum class Mode : uint8_t {
    word,           // ends at a blank or an operator
    pattern,        // of [[ == ]]: a word with extended patterns
    regex,          // of [[ =~ ]]: a word with parentheses
    quotes,         // "…"
    document,       // a here-document
    braces,         // ${x#…}: quotes have their meaning
    quoted_braces,  // "${x:-…}": single quotes have none
    arithmetic,     // $((…)), and what is evaluated likewise within ${…}
    subscript,      // […]
  };

  // parse_command.cc
  List list(bool may_be_empty);
  AndOr and_or();
  Pipeline pipeline();
  Command command();
  std::shared_ptr<const List> body();
  Command compound(std::string_view token);
  If if_command();
  For for_words();
  ArithmeticFor for_arithmetic();
  Command for_command();
  std::shared_ptr<const List> loop_body();
  Case case_command();
  CaseClause case_clause();
  void function_definition(Command& out, bool has_keyword);
  bool at_function_definition(std::string_view token) const;
  SimpleCommand simple_command(std::vector<Redirection>& redirections);
  void redirections(std::vector<Redirection>& out);
  bool redirection(std::vector<Redirection>& out);
  void here_document_start(Redirection& out, bool strip_tabs);
  bool at_list_end() const;

  // parse_condition.cc: what stands between [[ and ]]
  Condition condition_either();
  Condition condition_both();
  Condition condition_term();
  Condition condition_primary();
  std::string condition_operator();

  // parse_assignment.cc
  std::optional<Assignment> assignment();
  std::vector<ArrayElement> array_elements();
  void array_element(std::vector<ArrayElement>& out);

  // parse_word.cc
  Word word(Mode mode = Mode::word);
  Word required_word();
  void parts(Word& out, Mode mode, bool quoted, std::string_view stops = {});
  bool at_word_end(Mode mode, std::string_view stops, int depth) const;
  void single_quotes(Word& out);
  void plain_quotes(Word& out);
  void double_quotes(Word& out);
  void ansi_quotes(Word& out);
  void backslash(Word& out, Mode mode, bool quoted);
  void dollar(Word& out, Mode mode, bool quoted);
  void backquotes(Word& out, bool quoted);
  void command_substitution(Word& out, bool quoted);
  void arithmetic_expansion(Word& out, bool quoted);
  void process_substitution(Word& out);
  Word arithmetic_text();  // to the "))" and behind it
  void extended_pattern(Word& out, Mode mode);

  // parse_parameter.cc
  void braced_parameter(Word& out, bool quoted);
  void parameter_head(Parameter& out);
  void parameter_subscript(Parameter& out);
  void parameter_operation(Parameter& out, bool quoted);
  void pattern_operation(Parameter& out, Operation shortest, Operation longest, char sign);
  void replacement(Parameter& out, bool quoted);
  void case_operation(Parameter& out, Operation first, Operation all, char sign);
  void substring(Parameter& out);
  std::string parameter_name();

  // Characters.
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_end() const { return at_ >= text_.size(); }
  bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool take(std::string_view what);
  void expect(std::string_view what);
  std::string_view token() const;  // the characters to the next blank or operator
  bool take_token(std::string_view what);
  void expect_token(std::string_view what);
  void skip_blanks();    // and a comment
  void skip_newlines();  // blanks, comments and newlines
  void newline();        // one, and the here-documents that begin behind it
  void read_here_document(HereDocument& document, const std::string& delimiter, bool strip_tabs);
  [[noreturn]] void fail(std::string reason) const;

  // Counts how deep rules are nested.
  class Level {
   public:
    explicit Level(Parser& parser);
    ~Level() { --parser_.depth_; }

   private:
    Parser& parser_;
  };

  struct Pending {
    std::shared_ptr<HereDocument> document;
    std::string delimiter;
    bool strip_tabs;
  };

  const Script* script_;
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::vector<Pending> pending_;
};

// Characters added to the last part of a word, where that is a literal of the same kind.
void add_literal(Word& word, std::string_view text, bool quoted);
void add_unsupported(Word& word, std::string what, bool quoted);

// The words that a word with unquoted braces stands for: a{b,c} is ab and ac, {1..3} is 1 2 3.
std::vector<Word> expand_braces(Word word);

}  // namespace cooper::shell
