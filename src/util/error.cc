#include "util/error.h"

#include <cerrno>
#include <cstring>

namespace cooper {

std::string Error::message() const {
  std::string text = what;
  auto add = [&](const char* label, const std::string& part) {
    if (part.empty()) return;
    text += "\n  ";
    text += label;
    for (char c : part) {
      text += c;
      if (c == '\n') text += "  ";
    }
  };
  add("at ", where);
  add("", why);
  add("hint: ", hint);
  return text;
}

std::unexpected<Error> fail_errno(std::string what, std::string where, std::string hint) {
  return fail(ErrorKind::failed, std::move(what), std::move(where), std::strerror(errno), std::move(hint));
}

}  // namespace cooper
