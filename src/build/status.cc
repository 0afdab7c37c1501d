#include "build/status.h"

#include <charconv>

#include "util/text.h"

namespace cooper::build {

namespace {

constexpr size_t most_messages = 1000;  // an ebuild that talks without end fills the log, not the memory

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void StatusReader::feed(std::string_view bytes) {
  pending_ += bytes;
  size_t start = 0;
  for (size_t end; (end = pending_.find('\n', start)) != std::string::npos; start = end + 1)
    take_line(std::string_view(pending_).substr(start, end - start));
  pending_.erase(0, start);
  if (pending_.size() > 65536) pending_.clear();  // no line of ours is that long
}

void StatusReader::take_line(std::string_view line) {
  auto fields = util::split(line, '\t');
  auto field = [&](size_t i) { return i < fields.size() ? std::string(fields[i]) : std::string(); };
  std::string event = field(0);
  if (event == "phase") {
    status_.phase = field(1);
    if (on_phase) on_phase(status_.phase);
  } else if (event == "die" && !status_.died) {
    status_.died = true;
    status_.die_phase = field(1);
    status_.die_file = field(2);
    status_.die_line = number(field(3));
    status_.die_message = field(4);
  } else if (event == "stack") {
    status_.stack.push_back({field(1), field(2), number(field(3))});
  } else if (event == "elog" && status_.messages.size() < most_messages) {
    status_.messages.push_back({status_.phase, field(1), field(2)});
  } else if (event == "done") {
    status_.done = true;
  }
}

}  // namespace cooper::build
