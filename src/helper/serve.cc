#include "helper/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "util/file.h"

namespace cooper::helper {

namespace {

// The strings of one request.
class Requests {
 public:
  // `until` becomes readable when no more will come.
  Requests(int fd, int until) : fd_(fd), until_(until) {}

  // Nothing when there will be no more, or what comes is no request.
  std::optional<std::vector<std::string>> next() {
    auto count = number();
    if (!count) return std::nullopt;
    std::vector<std::string> out;
    for (size_t i = 0; i < *count; ++i) {
      auto one = string();
      if (!one) return std::nullopt;
      out.push_back(std::move(*one));
    }
    return out;
  }

 private:
  std::optional<size_t> number() {
    auto text = string();
    size_t value = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
      return std::nullopt;
    return value;
  }

  std::optional<std::string> string() {
    size_t end;
    while ((end = buffer_.find('\0', at_)) == std::string::npos)
      if (!fill()) return std::nullopt;
    std::string out = buffer_.substr(at_, end - at_);
    at_ = end + 1;
    return out;
  }

  bool fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    pollfd waiting[] = {{fd_, POLLIN, 0}, {until_, POLLIN, 0}};
    while (::poll(waiting, 2, -1) < 0)
      if (errno != EINTR) return false;
    if (!(waiting[0].revents & POLLIN)) return false;
    char bytes[1 << 16];
    ssize_t n = ::read(fd_, bytes, sizeof bytes);
    if (n > 0) buffer_.append(bytes, static_cast<size_t>(n));
    return n > 0;
  }

  int fd_, until_;
  std::string buffer_;
  size_t at_ = 0;
};

void set_variable(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == std::string::npos)
    ::unsetenv(text.c_str());
  else
    ::setenv(text.substr(0, equals).c_str(), text.c_str() + equals + 1, 1);
}

Outcome run_request(const std::vector<std::string>& strings) {
  size_t variables = strings.size() > 1 ? static_cast<size_t>(std::atol(strings[1].c_str())) : 0;
  if (strings.size() < variables + 3) return {2, "cooper-helper: a request that is none", true};
  if (::chdir(strings[0].c_str()) != 0)
    return {1, "cannot enter the folder " + strings[0] + ": " + std::strerror(errno), true};
  for (size_t i = 0; i < variables; ++i) set_variable(strings[2 + i]);
  const Command* command = find_command(strings[2 + variables]);
  if (!command) return {2, "cooper-helper: there is no command '" + strings[2 + variables] + "'", true};
  return outcome_of(*command, Arguments(strings).subspan(3 + variables));
}

// What standard output and error have got into the file behind them since the last time.
std::string take_printed(int file) {
  std::fflush(stdout);
  std::fflush(stderr);
  struct stat info;
  if (::fstat(file, &info) != 0 || info.st_size == 0) return {};
  std::string out(static_cast<size_t>(info.st_size), '\0');
  ssize_t n = ::pread(file, out.data(), out.size(), 0);
  out.resize(n > 0 ? static_cast<size_t>(n) : 0);
  if (::ftruncate(file, 0) != 0) out.clear();
  return out;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

int serve_until(int shell, int in, int out) {
  int printed = static_cast<int>(::syscall(SYS_memfd_create, "printed", 0u));
  int nothing = ::open("/dev/null", O_RDONLY);
  if (printed < 0 || nothing < 0) return 1;
  ::fcntl(printed, F_SETFL, O_APPEND);
  ::dup2(nothing, 0);
  ::dup2(printed, 1);
  ::dup2(printed, 2);
  Requests requests(in, shell);
  while (auto request = requests.next()) {
    Outcome outcome = run_request(*request);
    std::string text = take_printed(printed);
    std::string answer;
    auto add = [&](std::string one) {
      std::erase(one, '\0');
      answer += one + '\0';
    };
    if (outcome.status == 0 && text.empty()) {
      add("ok");
    } else {
      for (std::string one :
           {std::to_string(outcome.status), std::string(outcome.ends_build ? "1" : "0"), text, outcome.message})
        add(std::move(one));
    }
    if (!write_all(out, answer)) return 1;
  }
  return 0;
}

// The program's files are not the helper's to keep open.
void close_all_but(std::array<int, 3> kept) {
  std::ranges::sort(kept);
  unsigned from = 3;
  for (int fd : kept) {
    if (static_cast<unsigned>(fd) > from) ::syscall(SYS_close_range, from, static_cast<unsigned>(fd) - 1, 0u);
    from = static_cast<unsigned>(fd) + 1;
  }
  ::syscall(SYS_close_range, from, ~0u, 0u);
}

}  // namespace

int serve_beside(const std::string& name, std::span<char* const> program) {
  auto open_fifo = [](const std::string& path) {
    ::unlink(path.c_str());
    if (::mkfifo(path.c_str(), 0600) != 0) return -1;
    return ::open(path.c_str(), O_RDWR | O_CLOEXEC);  // both ends, so that it stays open between requests
  };
  int shell = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0u));
  int in = open_fifo(name + ".in"), out = open_fifo(name + ".out");
  // Without a helper that stays, the commands are programs as everywhere else.
  if (shell >= 0 && in >= 0 && out >= 0) {
    pid_t pid = ::fork();
    if (pid == 0) {
      ::setsid();
      ::umask(022);
      close_all_but({shell, in, out});
      ::_exit(serve_until(shell, in, out));
    }
    if (pid > 0) ::setenv("COOPER_SERVER", std::to_string(pid).c_str(), 1);
  }
  std::vector<char*> arguments(program.begin(), program.end());
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  std::fprintf(stderr, "cooper-helper: cannot run %s: %s\n", arguments[0], std::strerror(errno));
  return 127;
}

}  // namespace cooper::helper
