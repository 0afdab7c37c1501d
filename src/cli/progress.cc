#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::cli {

namespace {
constexpr const char* green = "32";
constexpr const char* red = "31";
constexpr const char* dim = "2";
constexpr const char* cyan = "36";

int terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}
}  // namespace

Progress::Progress(const Context& context)
    : quiet_(context.quiet),
      live_(!context.quiet && !context.verbose && ::isatty(STDERR_FILENO)),
      color_(context.color_stderr) {
  if (!live_) return;
  ticker_ = std::thread([this]() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      redraw_locked();
      stop_changed_.wait_for(lock, std::chrono::milliseconds(120));
      ++tick_;
    }
  });
}

Progress::~Progress() { finish(); }

void Progress::set_total(int packages) {
  std::lock_guard lock(mutex_);
  total_ = packages;
}

void Progress::step(std::string_view text) {
  std::lock_guard lock(mutex_);
  step_ = text;
  if (live_)
    redraw_locked();
  else if (!text.empty())
    print_locked(text);
}

void Progress::line(std::string_view text) {
  std::lock_guard lock(mutex_);
  print_locked(text);
}

void Progress::package_started(const std::string& name, double estimate) {
  std::lock_guard lock(mutex_);
  running_[name] = {"", estimate, Clock::now()};
  step_.clear();
  if (!live_) print_locked(fmt::format("  building {}", name));
}

void Progress::package_phase(const std::string& name, const std::string& phase) {
  std::lock_guard lock(mutex_);
  auto it = running_.find(name);
  if (it != running_.end()) it->second.phase = phase;
}

void Progress::package_cached(const std::string&) {
  std::lock_guard lock(mutex_);
  ++finished_;
  ++cached_;
}

void Progress::package_built(const std::string& name, double seconds) {
  std::lock_guard lock(mutex_);
  running_.erase(name);
  ++finished_;
  std::string counter = total_ > 0 ? fmt::format("[{}/{}]", finished_, total_) : "";
  print_locked(fmt::format("{} {} {:<44} {}", paint(green, "✓"), paint(dim, counter), name,
                           paint(dim, util::human_time(seconds))));
}

void Progress::package_failed(const std::string& name, double seconds) {
  std::lock_guard lock(mutex_);
  running_.erase(name);
  print_locked(fmt::format("{} {:<44} {}", paint(red, "✗"), name, paint(dim, util::human_time(seconds))));
}

void Progress::package_stopped(const std::string& name, double seconds) {
  std::lock_guard lock(mutex_);
  if (running_.erase(name) == 0) return;  // it had not begun
  print_locked(paint(dim, fmt::format("- {:<44} stopped after {}", name, util::human_time(seconds))));
}

void Progress::fetching(const std::string& file, uint64_t have, uint64_t size) {
  std::lock_guard lock(mutex_);
  downloads_[file] = {have, size};
}

void Progress::fetched(const std::string& file) {
  std::lock_guard lock(mutex_);
  bool downloaded = downloads_.erase(file) > 0;
  if (!live_ && downloaded) print_locked(fmt::format("  fetched {}", file));
}

void Progress::output(std::string_view text) {
  std::lock_guard lock(mutex_);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Progress::finish() {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
    clear_locked();
    stop_changed_.notify_all();
  }
  if (ticker_.joinable()) ticker_.join();
}

std::string Progress::paint(const char* code, std::string_view text) const {
  return color_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

void Progress::print_locked(std::string_view text) {
  if (quiet_) return;
  clear_locked();
  fmt::print(stderr, "{}\n", text);
  if (live_ && !stopped_) redraw_locked();
}

void Progress::clear_locked() {
  if (drawn_lines_ > 0) fmt::print(stderr, "\033[{}F\033[J", drawn_lines_);
  drawn_lines_ = 0;
}

std::string Progress::running_line(const std::string& name, const Running& running, int width) const {
  static constexpr const char* frames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  double elapsed = std::chrono::duration<double>(Clock::now() - running.start).count();
  std::string time = util::human_time(elapsed);
  if (running.estimate > 1) time += fmt::format(" of ~{}", util::human_time(running.estimate));
  std::string shown = name.substr(0, std::max(10, width - 40));
  return fmt::format("{} {:<42} {} {}", paint(cyan, frames[tick_ % 10]), shown,
                     paint(dim, fmt::format("{:<10}", running.phase)), time);
}

std::string Progress::status_line() const {
  std::string text;
  if (total_ > 0) {
    text = fmt::format("{}/{} packages", finished_, total_);
    if (cached_ > 0) text += fmt::format(", {} from the store", cached_);
  }
  if (!step_.empty()) text += (text.empty() ? "" : " · ") + step_;
  if (!downloads_.empty()) {
    const auto& [file, bytes] = *downloads_.begin();
    text += fmt::format("{}fetching {} {}%", text.empty() ? "" : " · ", file,
                        bytes.second ? bytes.first * 100 / bytes.second : 0);
    if (downloads_.size() > 1) text += fmt::format(" and {} more", downloads_.size() - 1);
  }
  return text + fmt::format("  {}", util::human_time(std::chrono::duration<double>(Clock::now() - start_).count()));
}

void Progress::redraw_locked() {
  if (!live_ || stopped_) return;
  clear_locked();
  int width = terminal_width();
  for (const auto& [name, running] : running_) {
    fmt::print(stderr, "{}\n", running_line(name, running, width));
    ++drawn_lines_;
  }
  // Cut by bytes is safe here: the status line is ASCII but for the separators, which come early.
  fmt::print(stderr, "{}\n", paint(dim, status_line().substr(0, static_cast<size_t>(width) + 2)));
  ++drawn_lines_;
  std::fflush(stderr);
}

}  // namespace cooper::cli
