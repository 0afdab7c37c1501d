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

// A source file, known by its digest: keys are made without reading it.
struct ActionDistfile {
  std::string name;
  std::filesystem::path path;  // may be absent until the build itself
  std::string digest;          // "sha512:…" or "blake2b:…", from the Manifest
};

// One package of the build root.
struct ActionLayer {
  std::string cpv, slot, subslot, repository;
  std::vector<std::string> use;
  std::string output_digest;      // BuiltPackage::output_digest: what the key holds
  std::filesystem::path root;     // the overlay layer
  std::vector<std::string> iuse;  // all flags: has_version "foo[-bar]" must tell "off" from "has none"
};

struct BuildAction {
  std::string cpv;  // "dev-lang/php-8.2.32"
  std::string repository, eapi, slot, subslot;
  std::filesystem::path ebuild;                                         // the file
  std::filesystem::path files;                                          // its files/ folder, or "" where absent
  std::vector<std::pair<std::string, std::filesystem::path>> eclasses;  // name → file, all that are inherited
  // Of the user's configuration, name → file: bash files that are sourced before each phase, patches for eapply_user,
  // files and folders of savedconfig/.
  std::vector<std::pair<std::string, std::filesystem::path>> bashrc, patches, saved_configs;
  std::filesystem::path runtime;                 // runtime/ of this cooper
  std::filesystem::path helper;                  // the static cooper-helper binary
  std::vector<ActionDistfile> distfiles;         // A
  std::vector<std::string> use, iuse;            // on; IUSE_EFFECTIVE names
  std::map<std::string, std::string> variables;  // CHOST, CFLAGS, ABI, LIBDIR_amd64, USE_EXPAND variables …
  std::vector<std::string> defined_phases;
  std::vector<std::string> properties, restrict;  // evaluated
  std::string base;                               // base root id
  std::vector<ActionLayer> layers;  // the build-time closure, topmost first: by name, whatever the order of builds
  std::vector<std::string> base_provides;  // BaseDescription::provides: has_version -b sees them
  int64_t source_date_epoch = 0;           // seconds since 1970
  bool run_tests = false;                  // src_test
  store::PackageFacts facts;               // what is known before the build
  std::string runtime_digest;              // runtime_digest() of runtime and helper; "": build_key reads them
};

// A hash over all of runtime/ and the helper: the same for every action of a cooper, so compute it once.
Result<std::string> runtime_digest(const std::filesystem::path& runtime, const std::filesystem::path& helper);

// The build key: a hash of everything above that can change the result: contents of ebuild, files/, eclasses, runtime
// and helper (not their paths), digests of distfiles and layers. Takes a few milliseconds; never reads a distfile.
Result<std::string> build_key(const BuildAction& action);

// action.json + blobs in a folder, and back (`cooper exec-action DIR`).
Result<> write_action(const BuildAction& action, const std::filesystem::path& directory);
Result<BuildAction> read_action(const std::filesystem::path& directory);

struct PhaseEvent {
  std::string cpv;
  std::string phase;   // "unpack", "compile", …; "" at the end
  double seconds = 0;  // since the start of the build
};

struct ExecuteOptions {
  int jobserver_read = -1, jobserver_write = -1;  // fds of a GNU make jobserver pipe; -1: MAKEOPTS=-j`jobs`
  int jobs = 1;
  sandbox::Limits limits;
  std::function<void(const PhaseEvent&)> on_phase;
  std::function<void(std::string_view)> on_output;  // --verbose
  const std::atomic<bool>* cancel = nullptr;
  const sandbox::BaseDescription* description = nullptr;  // of the base root, where the caller has it
  std::filesystem::path keep_failed;  // where a failed build's folder goes for `cooper shell`; "" drops it
};

// Runs all phases in a sandbox over the base root and the layers, collects the image directory, strips, checks and puts
// the package in the store. Errors: failed, with package, phase, ebuild line, the last lines of the log and the command
// for a shell.
Result<store::BuiltPackage> execute(const BuildAction& action, const store::Store& store, const store::BaseRoot& base,
                                    const ExecuteOptions& options);

}  // namespace cooper::build
