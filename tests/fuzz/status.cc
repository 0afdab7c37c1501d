// The status pipe, whose other end an ebuild holds: what is told does not depend on how the bytes come in pieces, and
// is printable.
#include "phases/status.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace cooper::phases;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void require_printable(const std::string& text) {
  require(std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\n'; }));
}

bool same(const PhaseStatus& a, const PhaseStatus& b) {
  return a.phase == b.phase && a.died == b.died && a.done == b.done && a.die_file == b.die_file &&
         a.die_message == b.die_message && a.die_line == b.die_line && a.stack.size() == b.stack.size() &&
         a.messages.size() == b.messages.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.size() > 60000) return 0;  // a line that is longer is dropped, sooner or later
  StatusReader whole, pieces;
  whole.feed(input);
  for (size_t at = 0; at < input.size(); at += 7) pieces.feed(input.substr(at, 7));
  require(same(whole.status(), pieces.status()));
  require_printable(whole.status().die_message);
  for (const StackFrame& frame : whole.status().stack) require_printable(frame.function + frame.file);
  for (const ElogMessage& message : whole.status().messages) require_printable(message.kind + message.text);
  return 0;
}
