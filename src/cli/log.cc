// `cooper log`: a package's build log.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "ebuild/atom.h"
#include "store/store.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;

Result<int> log(const Context& context, const std::string& what) {
  store::Store store = TRY(store::Store::open(context.cache_dir));
  std::vector<fs::path> found;
  std::vector<std::string> all;
  std::error_code ec;
  for (const auto& entry : fs::recursive_directory_iterator(store.logs(), ec)) {
    if (entry.path().extension() != ".log") continue;
    std::string cpv = entry.path().parent_path().filename().string() + "/" + entry.path().stem().string();
    all.push_back(cpv);
    std::string name = what.find('/') == std::string::npos ? entry.path().stem().string() : cpv;
    auto parsed = ebuild::Cpv::parse(cpv);
    bool same_name = parsed && (parsed->name.text() == what || parsed->name.package == what);
    if (name == what || same_name) found.push_back(entry.path());
  }
  if (found.empty()) {
    std::string near = util::nearest(what, all);
    return fail(ErrorKind::usage, fmt::format("there is no build log of '{}'", what), store.logs(),
                "logs are kept of packages that were built here",
                near.empty() ? "" : fmt::format("did you mean {}?", near));
  }
  auto newest =
      std::ranges::max_element(found, {}, [&](const fs::path& path) { return fs::last_write_time(path, ec); });
  fmt::print("{}", TRY(util::read_file(*newest)));
  return 0;
}

}  // namespace

void add_log(Commands& commands) {
  auto what = std::make_shared<std::string>();
  CLI::App* app = commands.app.add_subcommand("log", "Print the build log of a package");
  commands.formats[app] = {"text"};
  app->add_option("PACKAGE", *what, "name, category/name or with version")->required();
  app->callback([&commands, what]() { commands.run = [&commands, what]() { return log(commands.context, *what); }; });
}

}  // namespace cooper::cli
