// Scripts that are evaluated without a bash: whatever the text is, parsing and evaluating it ends soon, and gives the
// same each time.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "shell/evaluate.h"
#include "shell/parser.h"
#include "util/file.h"

using namespace cooper;

namespace {

// A shell with the one function that sources the text.
std::unique_ptr<shell::Shell> start() {
  auto folder = util::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "cooper-fuzz");
  if (!folder) std::abort();
  std::filesystem::path script = folder->path() / "start";
  if (!util::write_file(script, "run() { source \"$1\"; printf '%s' \"${r-}\" >&3; }\neval 'g() { r+=$#; }'\n"))
    std::abort();
  auto out = shell::Shell::start({script, {{"PATH", "/nonexistent"}}, 5, 2});
  if (!out) std::abort();
  return std::move(*out);
}

std::string evaluate(shell::Shell& shell, std::string_view text) {
  auto value = shell.call({"run", {"/script"}, "/script", text, {}});
  return value ? "= " + *value : value.error().reason;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::unique_ptr<shell::Shell> shell = start();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  bool parsed = shell::parse("script", std::string(text)).has_value();
  std::string first = evaluate(*shell, text);
  if (!parsed && first.starts_with("= ")) std::abort();
  if (first != evaluate(*shell, text)) std::abort();
  return 0;
}
