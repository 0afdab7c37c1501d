#include "fetch/fetch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "fetch/transfer.h"
#include "fetch/verify.h"
#include "store/session.h"
#include "util/text.h"

namespace cooper::fetch {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using State = Progress::State;
using Kind = TransferAnswer::Kind;

std::string host_of(const std::string& url) {
  size_t start = url.find("://");
  if (start == std::string::npos) return {};
  start += 3;
  return url.substr(start, url.find('/', start) - start);
}

// What is known of hosts, so that thirty files do not each wait for the same one that never answers.
class Hosts {
 public:
  // The URLs in their order, but those of hosts that could not be reached last. Where several hosts could not be
  // reached, a host that did answer is asked before unknown ones: this network seems to let through only some.
  std::vector<std::string> order(std::vector<std::string> urls) const {
    std::lock_guard lock(mutex_);
    auto rank = [&](const std::string& url) {
      std::string host = host_of(url);
      if (host.empty() || good_.contains(host)) return 0;
      if (bad_.contains(host)) return 2;
      return bad_.size() >= 2 ? 1 : 0;
    };
    std::ranges::stable_sort(urls, {}, rank);
    return urls;
  }
  void record(const std::string& url, const TransferAnswer& answer) {
    std::lock_guard lock(mutex_);
    std::string host = host_of(url);
    if (answer.kind == Kind::unreachable) {
      Bad& bad = bad_[host];
      ++bad.times;
      bad.text = answer.text;
      good_.erase(host);
    } else if (answer.kind != Kind::cancelled) {
      good_.insert(host);
      bad_.erase(host);
    }
  }
  // What a host that was tried in vain several times, and never reached since, "answered"; "" for all others.
  std::string given_up(const std::string& url) const {
    std::lock_guard lock(mutex_);
    auto bad = bad_.find(host_of(url));
    return bad != bad_.end() && bad->second.times >= 4 ? bad->second.text : std::string();
  }

 private:
  struct Bad {
    int times = 0;
    std::string text;
  };
  mutable std::mutex mutex_;
  std::set<std::string> good_;
  std::map<std::string, Bad> bad_;
};

// One URL of a file with all that it answered.
struct Attempt {
  std::string url;
  std::vector<std::string> answers;
  bool hopeless = false;  // another try gives the same
  void add(const std::string& answer) {
    if (answers.empty() || answers.back() != answer) answers.push_back(answer);
  }
};

class Fetcher {
 public:
  Fetcher(const store::Store& store, const Options& options) : store_(store), options_(options) {
    if (!options_.mirrors.contains("debian")) options_.mirrors["debian"] = debian_mirrors();
  }

  Result<> run(const std::vector<Distfile>& files) {
    std::vector<Distfile> missing = TRY(sort_out(files));
    if (missing.empty()) return {};
    if (options_.offline) return fail_offline(missing);
    std::atomic<size_t> next = 0;
    auto work = [&]() {
      Transfer transfer;
      for (size_t i; !stopped() && (i = next++) < missing.size();) {
        Result<> done = fetch_one(missing[i], transfer);
        if (!done) add_failure(std::move(done).error());
      }
    };
    size_t threads = std::clamp<size_t>(static_cast<size_t>(std::max(1, options_.parallel)), 1, missing.size());
    {
      std::vector<std::jthread> pool;
      for (size_t i = 1; i < threads; ++i) pool.emplace_back(work);
      work();
    }
    return result(missing.size());
  }

 private:
  bool cancelled() const { return options_.cancel && options_.cancel->load(); }
  bool stopped() const { return cancelled() || fatal_; }
  fs::path target(const Distfile& file) const { return store_.distfiles() / file.name; }

  void tell(const Distfile& file, State state, uint64_t have, std::string detail = {}) const {
    if (options_.progress) options_.progress({file.name, have, file.size, state, std::move(detail)});
  }

  // Checks the list and leaves out what is there already. Files are read on several threads: some are large.
  Result<std::vector<Distfile>> sort_out(const std::vector<Distfile>& files) {
    std::vector<Distfile> wanted;
    std::map<std::string, const Distfile*> seen;
    for (const Distfile& file : files) {
      if (file.name.empty() || file.name[0] == '.' || file.name.find('/') != std::string::npos)
        return fail(ErrorKind::distfile, fmt::format("bad name of a distfile: '{}'", file.name), file.wanted_by);
      if (!verifiable(file))
        return fail(ErrorKind::distfile, "no digest to verify " + file.name, file.wanted_by,
                    "the Manifest gives neither BLAKE2B nor SHA512 nor SHA256 for it");
      auto [known, fresh] = seen.emplace(file.name, &file);
      if (fresh) {
        wanted.push_back(file);
      } else if (known->second->digests != file.digests || known->second->size != file.size) {
        return fail(ErrorKind::distfile, "two packages mean different files by " + file.name, file.wanted_by,
                    known->second->wanted_by + " gives other digests");
      }
    }
    std::vector<char> present(wanted.size(), 0);
    std::atomic<size_t> next = 0;
    std::mutex mutex;
    Result<> failed;
    auto work = [&]() {
      for (size_t i; !cancelled() && (i = next++) < wanted.size();) {
        Result<bool> there = check_present(wanted[i]);
        if (there) present[i] = *there;
        std::lock_guard lock(mutex);
        if (!there && failed) failed = std::unexpected(std::move(there).error());
      }
    };
    {
      std::vector<std::jthread> pool;
      for (unsigned i = 1; i < std::min<size_t>(std::max(1u, std::thread::hardware_concurrency()), wanted.size()); ++i)
        pool.emplace_back(work);
      work();
    }
    TRY(std::move(failed));
    if (cancelled()) return fail(ErrorKind::interrupted, "fetching was interrupted");
    std::vector<Distfile> missing;
    for (size_t i = 0; i < wanted.size(); ++i)
      if (!present[i]) missing.push_back(std::move(wanted[i]));
    return missing;
  }

  // True where the file is in distfiles, as it should be. A wrong one is set aside.
  Result<bool> check_present(const Distfile& file) {
    fs::path path = target(file);
    if (::access(path.c_str(), F_OK) != 0) return false;
    std::string why = TRY(mismatch(path, file));
    if (why.empty()) {
      store::touch(path);
      tell(file, State::cached, file.size);
      return true;
    }
    TRY(store::set_aside(store_.root(), path, "distfile " + file.name + ": " + why));
    tell(file, State::retrying, 0, "the file that was there is set aside: " + why);
    return false;
  }

  // flock has no time limit: asks again and again, so that it can be interrupted.
  Result<util::FileLock> lock_file(const Distfile& file) {
    for (;;) {
      util::FileLock lock = TRY(util::FileLock::try_acquire(store_.root() / "locks" / ("distfile-" + file.name),
                                                            util::FileLock::Kind::exclusive));
      if (lock.held()) return lock;
      TRY(sleep_for(0.1));
    }
  }

  Result<> sleep_for(double seconds) const {
    auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end && !stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (stopped()) return fail(ErrorKind::interrupted, "fetching was interrupted");
    return {};
  }

  std::vector<Attempt> attempts_for(const Distfile& file) const {
    std::vector<Attempt> attempts;
    for (const std::string& url : file.urls) {
      std::vector<std::string> resolved = resolve_url(url, options_);
      if (resolved.empty())
        attempts.push_back({url,
                            {url.starts_with("mirror://debian/") ? "apt's configuration names no Debian mirror"
                                                                 : "no such mirror is known"},
                            true});
      for (std::string& address : resolved)
        if (std::ranges::find(attempts, address, &Attempt::url) == attempts.end())
          attempts.push_back({std::move(address), {}, false});
    }
    return attempts;
  }

  Result<> fetch_one(const Distfile& file, Transfer& transfer) {
    util::FileLock lock = TRY(lock_file(file));
    if (TRY(check_present(file))) return {};  // by another process meanwhile
    std::vector<Attempt> attempts = attempts_for(file);
    double pause = options_.backoff;
    for (int round = 1; round <= std::max(1, options_.rounds); ++round) {
      std::vector<std::string> urls;
      for (const Attempt& attempt : attempts)
        if (!attempt.hopeless) urls.push_back(attempt.url);
      if (urls.empty()) break;
      if (round > 1) {
        tell(file, State::retrying, 0, fmt::format("again in {:.0f} s", pause));
        TRY(sleep_for(pause));
        pause *= 4;
      }
      for (const std::string& url : hosts_.order(urls)) {
        Attempt& attempt = *std::ranges::find(attempts, url, &Attempt::url);
        if (TRY(try_url(file, attempt, transfer))) return {};
      }
    }
    std::error_code ec;
    fs::path part = target(file).string() + ".part";
    if (fs::file_size(part, ec) == 0 && !ec) fs::remove(part, ec);
    return fail_file(file, attempts);
  }

  // True where the file is there. Goes on at the same URL as long as more of the file comes.
  Result<bool> try_url(const Distfile& file, Attempt& attempt, Transfer& transfer) {
    fs::path part = target(file).string() + ".part";
    if (std::string answer = hosts_.given_up(attempt.url); !answer.empty()) {
      attempt.add(answer);
      attempt.hopeless = true;
      return false;
    }
    tell(file, State::started, 0, attempt.url);
    auto last = Clock::now();
    TransferRequest request{attempt.url,     part, file.size, {}, options_.connect_seconds, options_.stall_seconds,
                            options_.cancel, {}};
    request.progress = [&](uint64_t have) {
      if (Clock::now() - last < std::chrono::milliseconds(100)) return;
      last = Clock::now();
      tell(file, State::running, have);
    };
    for (int restarts = 0;;) {
      TransferAnswer answer = TRY(transfer.run(request));
      hosts_.record(attempt.url, answer);
      if (answer.kind == Kind::cancelled) return fail(ErrorKind::interrupted, "fetching was interrupted");
      if (answer.kind == Kind::complete) {
        std::string why = TRY(mismatch(part, file));
        if (why.empty()) return accept(file, part);
        if (::unlink(part.c_str()) != 0) return fail_errno("cannot remove a wrong download", part);
        // What lay there before may have been of another file: once more from the beginning.
        if (answer.resumed && restarts++ == 0) continue;
        attempt.add("wrong content: " + why);
        attempt.hopeless = true;
        tell(file, State::retrying, 0, attempt.url + ": " + attempt.answers.back());
        return false;
      }
      attempt.add(answer.text);
      attempt.hopeless = answer.kind == Kind::refused;
      tell(file, State::retrying, 0, attempt.url + ": " + answer.text);
      // Its host drops connections but moves on: resume there, a few times.
      if (answer.kind == Kind::broken_off && answer.received > 0 && ++restarts <= 5) continue;
      return false;
    }
  }

  Result<bool> accept(const Distfile& file, const fs::path& part) {
    util::Fd fd(::open(part.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0 || ::fchmod(fd.get(), 0644) != 0 ||
        ::rename(part.c_str(), target(file).c_str()) != 0)
      return fail_errno("cannot store distfile", target(file));
    tell(file, State::done, file.size);
    return true;
  }

  std::unexpected<Error> fail_file(const Distfile& file, const std::vector<Attempt>& attempts) const {
    std::string why;
    for (const Attempt& attempt : attempts) {
      if (!why.empty()) why += '\n';
      why += attempt.url + ": " + util::join(attempt.answers, "; then ");
    }
    std::string by_hand = fmt::format("put it there by hand: {}", target(file).string());
    if (attempts.empty())
      return fail(ErrorKind::distfile, "cannot get " + file.name, file.wanted_by,
                  "its license forbids to fetch it, or SRC_URI names no URL for it", by_hand);
    return fail(ErrorKind::distfile, "cannot get " + file.name, file.wanted_by, why,
                "check the network, or " + by_hand);
  }

  std::unexpected<Error> fail_offline(const std::vector<Distfile>& missing) const {
    std::string list;
    for (const Distfile& file : missing)
      list += fmt::format("{}{} ({}), for {}", list.empty() ? "" : "\n", file.name, util::human_size(file.size),
                          file.wanted_by);
    return fail(ErrorKind::distfile,
                util::count(missing.size(), "distfile") + (missing.size() == 1 ? " is" : " are") +
                    " missing, and --offline forbids the network",
                store_.distfiles(), list, "run `cooper fetch` with the same spec where there is a network");
  }

  void add_failure(Error error) {
    std::lock_guard lock(mutex_);
    // A full disk, or what else is wrong here rather than there, will not go better with the next file.
    if (error.kind == ErrorKind::failed) fatal_ = true;
    failures_.push_back(store::with_hint(std::move(error)));
  }

  Result<> result(size_t total) {
    if (cancelled()) return fail(ErrorKind::interrupted, "fetching was interrupted");
    if (failures_.empty()) return {};
    for (Error& error : failures_)
      if (error.kind == ErrorKind::failed) return std::unexpected(std::move(error));
    if (failures_.size() == 1) return std::unexpected(std::move(failures_[0]));
    std::ranges::sort(failures_, {}, &Error::what);
    std::string why;
    for (const Error& error : failures_) {
      if (!why.empty()) why += '\n';
      why += error.what + ", for " + error.where;
      for (std::string_view line : util::lines(error.why)) why += "\n  " + std::string(line);
    }
    return fail(ErrorKind::distfile,
                fmt::format("cannot get {} of {}", failures_.size(), util::count(total, "distfile")), {}, why,
                "check the network, or put the files by hand into " + store_.distfiles().string());
  }

  const store::Store& store_;
  Options options_;
  Hosts hosts_;
  std::atomic<bool> fatal_ = false;
  std::mutex mutex_;
  std::vector<Error> failures_;
};

}  // namespace

Result<> fetch_all(const store::Store& store, const std::vector<Distfile>& files, const Options& options) {
  return Fetcher(store, options).run(files);
}

}  // namespace cooper::fetch
