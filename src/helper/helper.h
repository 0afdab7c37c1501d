// The commands of PMS 12.3 that must be programs, as one static binary that is called by many names. A command gets
// what the bash side of the runtime exports (runtime/lib) and reports what went wrong as an Error; `run_command` turns
// that into the failure behaviour of the EAPI.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::helper {

using Arguments = std::span<const std::string>;

// A variable of the ebuild environment: NAME, or COOPER_NAME, which the runtime exports where the EAPI does not export
// NAME.
std::string variable(std::string_view name);

// The EAPI of the ebuild as a number; the newest where none is set.
int eapi();

// ED without its final slash (D in EAPI 0 to 2).
std::string image();

// `path` in the image directory: "/usr/bin" → "…/image/usr/bin".
std::string in_image(std::string_view path);

// Failures of a command. The name of the command is put before `what`.
std::unexpected<Error> refuse(std::string what, std::string where = {}, std::string why = {});
// The same with the reason from errno.
std::unexpected<Error> refuse_errno(std::string what);

// A command's result is its exit status where it ran.
using CommandResult = Result<int>;

struct Command {
  std::string_view name;
  CommandResult (*run)(std::string_view name, Arguments arguments);
  bool fatal = true;  // a failure ends the build (EAPI 4 and later, unless under nonfatal)
};

std::span<const Command> install_commands();
std::span<const Command> image_commands();
std::span<const Command> owner_commands();
std::span<const Command> build_commands();
std::span<const Command> query_commands();
std::span<const Command> message_commands();

// install(1) with -o and -g taken out for the ledger of owners: `cooper-helper install`, called by the runtime's own
// function.
CommandResult install_with_owners(Arguments arguments);

// Called where a command has been banned since an EAPI, or is only there from an EAPI on.
Result<> banned_since(int first_without);
Result<> only_since(int first_with);

}  // namespace cooper::helper
