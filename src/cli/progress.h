// What a build shows while it runs: on a terminal a live block of running packages under the finished ones, elsewhere a
// line an event.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/command.h"

namespace cooper::cli {

class Progress {
 public:
  // `total`: how many packages may be built. Nothing is shown where context.quiet.
  explicit Progress(const Context& context);
  ~Progress();
  void set_total(int packages);

  // A step of the whole ("base root debian:bookworm: unpacking"); replaces the step before.
  void step(std::string_view text);
  // A line that stays.
  void line(std::string_view text);
  void package_started(const std::string& name, double estimate_seconds);
  void package_phase(const std::string& name, const std::string& phase);
  void package_cached(const std::string& name);
  void package_built(const std::string& name, double seconds);
  void package_failed(const std::string& name, double seconds);
  void package_stopped(const std::string& name, double seconds);
  void fetching(const std::string& file, uint64_t have, uint64_t size);  // bytes
  void fetched(const std::string& file);
  // Build output (--verbose).
  void output(std::string_view text);
  // Takes the live block away; nothing is drawn after it.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::string phase;
    double estimate = 0;
    Clock::time_point start;
  };
  void redraw_locked();
  void clear_locked();
  void print_locked(std::string_view text);
  std::string paint(const char* code, std::string_view text) const;
  std::string running_line(const std::string& name, const Running& running, int width) const;
  std::string status_line() const;

  bool quiet_, live_, color_;
  std::mutex mutex_;
  std::condition_variable stop_changed_;
  std::thread ticker_;
  bool stopped_ = false;
  int drawn_lines_ = 0;
  int total_ = 0, finished_ = 0, cached_ = 0;
  std::string step_;
  Clock::time_point start_ = Clock::now();
  std::map<std::string, Running> running_;
  std::map<std::string, std::pair<uint64_t, uint64_t>> downloads_;
  unsigned tick_ = 0;
};

}  // namespace cooper::cli
