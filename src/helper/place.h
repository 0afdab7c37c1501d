// Putting one thing into the image directory, as install(1) and ln(1) would.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::helper {

// What insopts, exeopts, diropts and libopts say.
struct InstallOptions {
  std::string mode = "0755";         // octal, or symbolic as for chmod
  std::string owner, group;          // "" where not named; they go into the ledger, not on the disk
  bool preserve_times = false;       // -p
  std::vector<std::string> foreign;  // the options as they stand, where install(1) itself must be asked
};

Result<InstallOptions> parse_install_options(std::string_view text);

// A mode in octal or symbolic form, applied to `base`. Errors: not a mode.
Result<mode_t> parse_mode(std::string_view text, mode_t base);

// Makes a folder and its missing parents (parents with mode 0755). An existing folder is fine and keeps its mode.
Result<> make_folder(const std::string& path);
// The same, and sets mode and owner of the last one, as `install -d` does.
Result<> make_folder(const std::string& path, const InstallOptions& options);

// Copies a file's bytes; `source` "-" is standard input. An existing destination is replaced. Symlinks are followed.
Result<> place_file(const std::string& source, const std::string& destination, const InstallOptions& options);

// Makes a symlink with this text; an existing file or symlink is replaced.
Result<> place_symlink(const std::string& text, const std::string& destination);

Result<std::string> read_symlink(const std::string& path);

}  // namespace cooper::helper
