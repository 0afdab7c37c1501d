// What a word expands to, put together from its parts: words by splitting, a text, a pattern or a regular expression.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::shell {

class Fields {
 public:
  enum class Mode { words, text, pattern, regex };
  // `separators`: the value of IFS, for words. `no_glob`: patterns in words stay as they are.
  explicit Fields(Mode mode, std::string_view separators = {}, bool no_glob = false)
      : mode_(mode), separators_(separators), no_glob_(no_glob) {}

  // Text of the script itself.
  void literal(std::string_view text, bool quoted);
  // What an expansion gave. Throws Unsupported where words would be looked up as a pattern in the file system.
  void value(std::string_view text, bool quoted);
  // The next of several values begins, as with "$@".
  void next_element();

  std::vector<std::string> take_words();
  std::string take_text() { return std::move(text_); }
  bool splits() const { return mode_ == Mode::words; }

 private:
  void split(std::string_view text);
  void append(std::string_view text, bool quoted);
  void append_to_pattern(std::string_view text, bool quoted);
  void append_to_regex(std::string_view text, bool quoted);
  void look_for_pattern(std::string_view text, bool from_value);
  void finish_word();

  Mode mode_;
  std::string_view separators_;
  bool no_glob_;
  std::string text_;
  std::vector<std::string> words_;
  bool begun_ = false;         // there is a word, even if it is empty
  bool after_blank_ = false;   // the last separator was white space
  bool open_bracket_ = false;  // of a pattern in this word
  bool regex_bracket_ = false;
  char last_ = '\0';
};

}  // namespace cooper::shell
