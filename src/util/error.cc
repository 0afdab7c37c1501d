#include "util/error.h"

#include <cerrno>
#include <cstring>
#include <string_view>

namespace cooper {

std::string Error::message() const {
  std::string text = what;
  auto add = [&](std::string_view label, const std::string& part) {
    if (part.empty()) return;
    const std::string indent = "\n  " + std::string(label.size(), ' ');
    text += "\n  ";
    text += label;
    for (char c : part) {
      if (c == '\n')
        text += indent;
      else
        text += c;
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
