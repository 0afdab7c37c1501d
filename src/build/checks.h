// What is looked at after a build: stray writes, undeclared libraries, and quality.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "build/action.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::build {

// Paths that a build made or changed in its root outside of the image directory and the places anybody may write;
// absolute, sorted. `upper` is the overlay's upper layer, `lower` the layers below it.
Result<std::vector<std::string>> stray_writes(const std::filesystem::path& upper,
                                              const std::vector<std::filesystem::path>& lower);

// Takes those out of `writes` that lie at or below one of the absolute paths, a line each, and returns them.
std::vector<std::string> take_announced(std::vector<std::string>& writes, std::string_view announced);

// A library that a file of the package needs and no declared package has.
struct UndeclaredLibrary {
  std::string file;  // in the package
  std::string soname;
  std::string base_package;  // of the base root, "" where not even that has it
};

// `elf` are the facts of `tree`'s files. Libraries of the package itself, of the layers and those in `adoptable` are
// fine.
std::vector<UndeclaredLibrary> undeclared_libraries(const tree::Tree& tree, const std::vector<tree::ElfFacts>& elf,
                                                    const std::vector<ActionLayer>& layers, const store::BaseRoot& base,
                                                    const sandbox::BaseDescription& description);

}  // namespace cooper::build
