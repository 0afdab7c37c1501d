// `cooper doctor`: what this machine lacks for building images, and how to mend it.
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "fetch/fetch.h"
#include "sandbox/sandbox.h"
#include "store/store.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string name;
  bool good = false;
  std::string detail;  // what was found
  std::string remedy;  // where not good
};

bool in_path(std::string_view program) {
  const char* path = std::getenv("PATH");
  if (!path) return false;
  for (std::string_view folder : util::split(path, ':'))
    if (::access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  return false;
}

Finding check_sandbox() {
  auto result = sandbox::check();
  if (result) return {"sandbox", true, "user namespaces and overlay roots work", {}};
  const Error& error = result.error();
  return {"sandbox", false, error.why.empty() ? error.what : error.what + ": " + error.why, error.hint};
}

Finding check_program(const std::string& name, const std::string& purpose, const std::string& package) {
  if (in_path(name)) return {name, true, purpose, {}};
  return {name, false, fmt::format("not found; needed for {}", purpose), fmt::format("apt-get install {}", package)};
}

Finding check_apt() {
  std::vector<std::string> mirrors = fetch::debian_mirrors();
  if (!mirrors.empty()) return {"apt sources", true, util::count(mirrors.size(), "Debian archive") + " configured", {}};
  return {"apt sources", false, "apt's configuration names no Debian archive",
          "add one to /etc/apt/sources.list.d; debian: base roots and mirror://debian sources come from there"};
}

Finding check_store(const fs::path& folder) {
  auto made = util::make_directories(folder);
  if (!made) return {"store", false, made.error().message(), "choose another folder with --cache-dir"};
  if (::access(folder.c_str(), W_OK) != 0)
    return {"store", false, folder.string() + " is not writable", "choose another folder with --cache-dir"};
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0)
    return {"store", false, "cannot ask for the free space of " + folder.string(), {}};
  uint64_t free = static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  std::string detail = fmt::format("{}, {} free", folder.string(), util::human_size(free));
  if (free < 5'000'000'000)
    return {"store", false, detail,
            "a base root and a large build take about 5 GB: free some space or use --cache-dir"};
  return {"store", true, detail, {}};
}

// Text of several lines, all in the column of the first.
std::string in_column(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '\n' ? "\n" + std::string(15, ' ') : std::string(1, c);
  return out;
}

Result<int> doctor(const Context& context) {
  std::vector<Finding> findings{check_sandbox(), check_program("mmdebstrap", "base roots debian:SUITE", "mmdebstrap")};
  if (::geteuid() != 0) findings.push_back(check_program("newuidmap", "base roots made by an ordinary user", "uidmap"));
  findings.push_back(check_apt());
  findings.push_back(check_store(context.cache_dir));
  bool good = true;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    good = good && finding.good;
    if (context.format == "json") {
      json.push_back(
          {{"name", finding.name}, {"good", finding.good}, {"detail", finding.detail}, {"remedy", finding.remedy}});
      continue;
    }
    const char* color = !context.color_stdout ? "" : finding.good ? "\033[32m" : "\033[31m";
    fmt::print("{}{}{} {:<12} {}\n", color, finding.good ? "✓" : "✗", *color ? "\033[0m" : "", finding.name,
               in_column(finding.detail));
    if (!finding.remedy.empty()) fmt::print("  {:<12} → {}\n", "", in_column(finding.remedy));
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  return good ? 0 : static_cast<int>(ErrorKind::sandbox);
}

}  // namespace

void add_doctor(Commands& commands) {
  CLI::App* app = commands.app.add_subcommand("doctor", "Tell what this machine lacks, and how to mend it");
  app->callback([&commands]() { commands.run = [&commands]() { return doctor(commands.context); }; });
}

}  // namespace cooper::cli
