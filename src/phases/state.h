// Reading what phases leave in folders that they can write to. An ebuild may have put anything there in place of a
// file: a symlink to something of the caller's, a pipe that never ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "util/error.h"

namespace cooper::phases {

// The file's content, nullopt where it is absent. Errors: failed, where it is no plain file or larger than 64 MB.
Result<std::optional<std::string>> read_left_file(const std::filesystem::path& path);

// A file of a folder that is a root: symbolic links in it, absolute ones too, stay in it. nullopt where it is absent or
// no plain file.
std::optional<std::string> read_in_root(const std::filesystem::path& root, const std::string& path);

// The last lines of a text file, made printable; reads no more than its last 64 KiB. "" where there are none.
std::string last_lines(const std::filesystem::path& path, size_t lines);
std::string last_lines_of(std::string_view text, size_t lines);

// Leaves the first and the last MiB of a log that grew without end. Failing is no loss.
void shorten_log(const std::filesystem::path& path);

}  // namespace cooper::phases
