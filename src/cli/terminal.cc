#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::cli {

int terminal_width(int fd) {
  winsize size{};
  if (!::isatty(fd)) return 0;
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

std::string painted(bool on, const char* code, std::string_view text) {
  return on ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

std::string error_text(const Error& error, bool color) {
  return painted(color, "1;31", "error:") + " " + error.message();
}

std::string wrapped(std::string_view text, size_t indent, int width) {
  if (width == 0) return std::string(text);
  std::string out;
  size_t column = indent;
  for (std::string_view word : util::split(text, ' ')) {
    if (word.empty()) continue;
    if (column > indent && column + 1 + word.size() > static_cast<size_t>(width)) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) out += ' ', ++column;
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace cooper::cli
