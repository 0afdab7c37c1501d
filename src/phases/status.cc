#include "phases/status.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "util/text.h"

namespace cooper::phases {

namespace {

// An ebuild that talks without end fills the log, not the memory.
constexpr size_t most_messages = 1000, most_frames = 100, longest_line = 65536, longest_field = 4096;

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
  if (pending_.size() > longest_line) pending_.clear();
}

void StatusReader::take_line(std::string_view line) {
  auto fields = util::split(line, '\t');
  auto field = [&](size_t i) {
    return i < fields.size() ? util::printable(fields[i].substr(0, longest_field)) : std::string();
  };
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
  } else if (event == "stack" && status_.stack.size() < most_frames) {
    status_.stack.push_back({field(1), field(2), number(field(3))});
  } else if (event == "elog" && status_.messages.size() < most_messages) {
    status_.messages.push_back({status_.phase, field(1), field(2)});
  } else if (event == "done") {
    status_.done = true;
  }
}

Result<StatusPipe> StatusPipe::open() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe");
  StatusPipe pipe;
  pipe.read_ = util::Fd(fds[0]);
  pipe.write_ = util::Fd(fds[1]);
  return pipe;
}

void StatusPipe::start(StatusReader& reader) {
  thread_ = std::thread([fd = read_.get(), &reader]() {
    char buffer[4096];
    for (;;) {
      ssize_t size = ::read(fd, buffer, sizeof buffer);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return;
      reader.feed(std::string_view(buffer, static_cast<size_t>(size)));
    }
  });
}

void StatusPipe::finish() {
  write_.reset();
  if (thread_.joinable()) thread_.join();
}

}  // namespace cooper::phases
