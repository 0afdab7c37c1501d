// Bash's grammar: text to a syntax tree.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "shell/syntax.h"
#include "shell/unsupported.h"

namespace cooper::shell {

// Parses a script as bash 5 does, with its usual options. An error where bash would find one, and wherever it is not
// certain how bash reads the text.
std::expected<std::shared_ptr<const Script>, Unsupported> parse(std::string name, std::string text);

// The text of a here-document whose delimiter is not quoted, as a word. Throws Unsupported.
Word parse_here_document(std::string_view text);

// `text` as the NAME or NAME[SUBSCRIPT] that ${!x} and -v take; nothing where it is none. Throws Unsupported.
std::optional<Parameter> parse_reference(std::string_view text);

bool is_name(std::string_view text);

// file:line of a place in a script.
std::string place(const Script& script, size_t offset);

}  // namespace cooper::shell
