// A build action: everything that turns one ebuild into one built package, as a value and as a folder.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sandbox/base_root.h"
#include "sandbox/sandbox.h"
#include "store/store.h"
#include "util/error.h"

namespace cooper::build {

struct BuildAction {
  std::string cpv;                                   // "dev-lang/php-8.2.32"
  std::string repository, eapi, slot, subslot;
  std::filesystem::path ebuild;                      // the file
  std::filesystem::path files;                       // its files/ folder, or "" where absent
  std::vector<std::pair<std::string, std::filesystem::path>> eclasses;  // name → file, all that are inherited
  std::filesystem::path runtime;                     // runtime/ of this cooper
  std::vector<std::pair<std::string, std::filesystem::path>> distfiles; // A: name → file
  std::vector<std::string> use, iuse;                // on; IUSE_EFFECTIVE names
  std::map<std::string, std::string> variables;      // CHOST, CFLAGS, ABI, LIBDIR_amd64, USE_EXPAND variables …
  std::vector<std::string> defined_phases;
  std::vector<std::string> properties, restrict;     // evaluated
  std::string base;                                  // base root id
  std::vector<std::filesystem::path> layers;         // root/ folders of the build-time closure, topmost first
  std::vector<std::string> layer_packages;           // "cpv[:slot] output-digest" of each, as layers
  int64_t source_date_epoch = 0;                     // seconds since 1970
  bool run_tests = false;                            // src_test
  store::PackageFacts facts;                         // what is known before the build
};

// The build key: a hash of everything above that can change the result (contents of the files, not their paths).
Result<std::string> build_key(const BuildAction& action);

// action.json + blobs in a folder, and back (`cooper exec-action DIR`).
Result<> write_action(const BuildAction& action, const std::filesystem::path& directory);
Result<BuildAction> read_action(const std::filesystem::path& directory);

struct PhaseEvent {
  std::string cpv;
  std::string phase;      // "unpack", "compile", …; "" at the end
  double seconds = 0;     // since the start of the build
};

struct ExecuteOptions {
  int jobserver_read = -1, jobserver_write = -1;     // fds of a GNU make jobserver pipe; -1: MAKEOPTS=-j`jobs`
  int jobs = 1;
  sandbox::Limits limits;
  std::function<void(const PhaseEvent&)> on_phase;
  std::function<void(std::string_view)> on_output;   // --verbose
  const std::atomic<bool>* cancel = nullptr;
  std::filesystem::path keep_failed;                 // where a failed build's folder goes for `cooper shell`; "" drops it
};

// Runs all phases in a sandbox over the base root and the layers, collects the image directory, strips, checks and puts the
// package in the store. Errors: failed, with package, phase, ebuild line, the last lines of the log and the command for a shell.
Result<store::BuiltPackage> execute(const BuildAction& action, const store::Store& store, const store::BaseRoot& base,
                                    const ExecuteOptions& options);

}  // namespace cooper::build
