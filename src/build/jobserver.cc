#include "build/jobserver.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

namespace cooper::build {

namespace {

void put_token(int fd) {
  char token = '+';
  while (::write(fd, &token, 1) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<Jobserver> Jobserver::create(int jobs) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return fail_errno("cannot make the jobserver");
  Jobserver server;
  server.read_ = util::Fd(fds[0]);
  server.write_ = util::Fd(fds[1]);
  server.own_read_ =
      util::Fd(::open(fmt::format("/proc/self/fd/{}", fds[0]).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!server.own_read_) return fail_errno("cannot open the jobserver");
  server.jobs_ = jobs;
  return server;
}

void Jobserver::restore_locked() {
  int have = 0;
  if (::ioctl(own_read_.get(), FIONREAD, &have) != 0) return;
  for (; have < jobs_; ++have) put_token(write_.get());
  for (char token; have > jobs_ && ::read(own_read_.get(), &token, 1) == 1; --have) {
  }
}

bool Jobserver::try_take_locked() {
  if (running_ == 0) restore_locked();
  char token;
  if (::read(own_read_.get(), &token, 1) != 1) return false;
  ++running_;
  return true;
}

bool Jobserver::acquire(const std::atomic<bool>& cancel) {
  while (!cancel) {
    {
      std::lock_guard lock(*mutex_);
      if (try_take_locked()) return true;
    }
    pollfd ready{own_read_.get(), POLLIN, 0};
    ::poll(&ready, 1, 200);
  }
  return false;
}

void Jobserver::release() {
  std::lock_guard lock(*mutex_);
  put_token(write_.get());
  --running_;
}

}  // namespace cooper::build
