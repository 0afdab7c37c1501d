// Distfiles: parallel download with resume, mirrors and verification.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "store/store.h"
#include "util/error.h"

namespace cooper::fetch {

struct Distfile {
  std::string name;                            // the file's name in distfiles/
  uint64_t size = 0;                           // bytes, from the Manifest
  std::map<std::string, std::string> digests;  // "BLAKE2B", "SHA512" → hex; at least one
  std::vector<std::string> urls;               // in the order to try; mirror://NAME/… allowed
  std::string wanted_by;                       // "dev-lang/php-8.2.32", for messages
};

struct Progress {
  std::string name;
  uint64_t have = 0, size = 0;  // bytes
  enum class State { started, running, done, cached, retrying } state = State::running;
  std::string detail;  // the URL, or why it retries
};

struct Options {
  bool offline = false;
  int parallel = 4;
  std::map<std::string, std::vector<std::string>> mirrors;  // thirdpartymirrors; "debian" comes from apt where absent
  std::function<void(const Progress&)> progress;            // called from any thread
  const std::atomic<bool>* cancel = nullptr;
  int rounds = 3;        // how often all URLs are tried where a later try may go better
  double backoff = 0.5;  // seconds before the second round, four times as long before each further one
  int connect_seconds = 10, stall_seconds = 30;  // patience with a host that does not answer, or has stopped sending
};

// Makes sure that all are in store.distfiles(), verified by size and by every digest that cooper knows (at least one).
// Unfinished downloads stay as NAME.part and are resumed; what has a wrong digest goes to damaged/ of the store (where
// it lay in distfiles) or is deleted (where it was just loaded). Several processes do not load the same file at once.
// All other files are still fetched when one cannot be had. Errors: distfile, naming every URL tried and what each
// answered; interrupted; failed where the disk is full.
Result<> fetch_all(const store::Store& store, const std::vector<Distfile>& files, const Options& options);

// Base URLs ("http://host/debian") that this machine's apt configuration names for Debian archives: sources.list,
// sources.list.d/*.list and *.sources (deb822), disabled entries skipped, each once, in order, those with security
// updates only last. http, https, file and mirror+file. `etc` is "/etc/apt" but in tests.
std::vector<std::string> debian_mirrors(const std::filesystem::path& etc = "/etc/apt");

// URLs to try for one of a Distfile's: itself, or for mirror://NAME/PATH one for each base of the mirror; none where it
// is unknown.
std::vector<std::string> resolve_url(const std::string& url, const Options& options);

}  // namespace cooper::fetch
