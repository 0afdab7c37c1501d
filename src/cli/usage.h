// The command line before and after CLI11 reads it: what it makes of `cooper run`, and what is wrong in words of ours.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "util/error.h"

namespace cooper::cli {

// Puts "--" after the operand IMAGE of `cooper run`: what follows it is the command's, options too. `words` are those
// after the program's name.
void set_command_apart(const CLI::App& app, std::vector<std::string>& words);

// Why CLI11 refused `words`: the command or option that there is not, with the nearest, or else what `refusal` says.
Error explain_refusal(const CLI::App& app, const CLI::ParseError& refusal, const std::vector<std::string>& words);

}  // namespace cooper::cli
