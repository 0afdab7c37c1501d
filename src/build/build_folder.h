// The folders of one build on disk, and the sandbox over them: for builds and for `cooper shell`.
#pragma once

#include <filesystem>

#include "build/action.h"
#include "build/environment.h"
#include "sandbox/sandbox.h"
#include "util/error.h"

namespace cooper::build {

// A scratch folder: build/{work,image,temp,homedir}, state/, upper/, overlay/ (the overlay's work folder), system/,
// bin/ where the helper has no links beside it.
struct BuildFolder {
  std::filesystem::path path;
  std::filesystem::path image() const { return path / "build" / "image"; }
  std::filesystem::path state() const { return path / "state"; }
  std::filesystem::path upper() const { return path / "upper"; }
};

// Makes the folders and what the runtime reads in them.
Result<BuildFolder> prepare_folder(const BuildAction& action, const std::filesystem::path& path);

// The sandbox as runtime/README.md describes it, over what the folder holds; argv and output are left to the caller.
Result<sandbox::Command> sandbox_command(const BuildAction& action, const store::BaseRoot& base,
                                         const BuildFolder& folder);

}  // namespace cooper::build
