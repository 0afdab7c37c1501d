// What results on a terminal share: colours and widths.
#pragma once

#include <string>
#include <string_view>

#include "util/error.h"

namespace cooper::cli {

// The columns of the terminal that `fd` is, or 0 where it is none.
int terminal_width(int fd);

// The text in the colour of an SGR code ("1;36"), where `on`.
std::string painted(bool on, const char* code, std::string_view text);

// "error: …" with all that the error says, without a final newline.
std::string error_text(const Error& error, bool color);

// `text` broken at its spaces into lines that begin at column `indent` and, unless `width` is 0, end before it; the
// first line without its indent.
std::string wrapped(std::string_view text, size_t indent, int width);

}  // namespace cooper::cli
