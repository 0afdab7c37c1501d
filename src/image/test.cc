#include "image/test.h"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "image/run.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

constexpr uint64_t most_output = 64 << 20;

std::string_view without_final_space(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// As a user would type it.
std::string shown(const std::vector<std::string>& command) {
  std::string out;
  for (const std::string& word : command) {
    bool plain = !word.empty() &&
                 word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@%") ==
                     std::string::npos;
    out += out.empty() ? "" : " ";
    out += plain ? word : "'" + word + "'";
  }
  return out;
}

// A few lines of text for a message, each marked.
std::string excerpt(std::string_view text) {
  std::vector<std::string_view> lines = util::lines(without_final_space(text));
  std::string out;
  for (size_t i = 0; i < lines.size() && i < 20; ++i) out += fmt::format("\n  | {}", lines[i].substr(0, 300));
  if (lines.size() > 20) out += fmt::format("\n  … and {} more lines", lines.size() - 20);
  return out.empty() ? " nothing" : out;
}

struct TestOutput {
  int exit = 0;
  std::string output, errors;
};

Result<TestOutput> run_one(const Image& image, const spec::TestSpec& test, const fs::path& root, const fs::path& folder,
                           const std::atomic<bool>* cancel) {
  TestOutput result;
  fs::path output = folder / "stdout", input = folder / "stdin";
  TRY(util::write_file(input, test.stdin_text.value_or("")));
  util::Fd in(::open(input.c_str(), O_RDONLY | O_CLOEXEC));
  util::Fd out(::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!in || !out) return fail_errno("cannot open file", folder);
  RunOptions options;
  options.command = test.run;
  options.use_entrypoint = false;
  options.network = false;
  options.interactive = false;
  options.stdin_fd = in.get();
  options.stdout_fd = out.get();
  options.seconds = test.timeout;
  options.cancel = cancel;
  options.on_error = [&](std::string_view text) {
    if (result.errors.size() < (1 << 20)) result.errors += text;
  };
  auto exit = run_in_image(image.tree, image.config, root, options);
  result.output = TRY(util::read_file(output, most_output));
  if (!exit) {
    Error error = std::move(exit).error();
    if (error.kind == ErrorKind::failed)
      error.why += fmt::format("{}its output was:{}\nits error output was:{}", error.why.empty() ? "" : "\n",
                               excerpt(result.output), excerpt(result.errors));
    return std::unexpected(std::move(error));
  }
  result.exit = *exit;
  return result;
}

// What is wrong with the outcome; "" where nothing is.
std::string judge(const spec::TestSpec& test, const TestOutput& outcome) {
  if (outcome.exit != test.exit)
    return fmt::format("expected exit code {}, got {}{}\noutput:{}\nerror output:{}", test.exit, outcome.exit,
                       outcome.exit > 128 ? fmt::format(" (signal {})", outcome.exit - 128) : "",
                       excerpt(outcome.output), excerpt(outcome.errors));
  if (test.stdout_text && without_final_space(outcome.output) != without_final_space(*test.stdout_text))
    return fmt::format("expected output:{}\nactual output:{}\nerror output:{}", excerpt(*test.stdout_text),
                       excerpt(outcome.output), excerpt(outcome.errors));
  if (test.stdout_contains && outcome.output.find(*test.stdout_contains) == std::string::npos)
    return fmt::format("expected output with:{}\nactual output:{}\nerror output:{}", excerpt(*test.stdout_contains),
                       excerpt(outcome.output), excerpt(outcome.errors));
  return {};
}

}  // namespace

Result<> run_tests(const Image& image, const std::vector<spec::TestSpec>& tests, const store::Store& store,
                   const std::atomic<bool>* cancel) {
  util::TemporaryDirectory scratch = TRY(store.scratch("test"));
  fs::path root = scratch.path() / "root";
  TRY(util::make_directories(root));
  TRY(tree::materialize(image.tree, root, true, false));
  for (const spec::TestSpec& test : tests) {
    std::string name = test.name.empty() ? shown(test.run) : test.name;
    auto outcome = run_one(image, test, root, scratch.path(), cancel);
    if (!outcome) {
      Error error = std::move(outcome).error();
      if (error.kind == ErrorKind::sandbox || error.kind == ErrorKind::interrupted)
        return std::unexpected(std::move(error));
      return fail(ErrorKind::failed, fmt::format("the test '{}' of the image failed", name), test.where,
                  error.message());
    }
    std::string problem = judge(test, *outcome);
    if (!problem.empty())
      return fail(ErrorKind::failed, fmt::format("the test '{}' of the image failed", name), test.where, problem,
                  "the command was: " + shown(test.run));
  }
  return {};
}

}  // namespace cooper::image
