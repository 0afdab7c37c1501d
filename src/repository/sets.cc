#include "repository/sets.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "repository/lines.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

class Reader {
 public:
  Reader(const Config& config, const std::vector<std::shared_ptr<Repository>>& repositories,
         const fs::path& portage_config, fs::path root)
      : config_(config), root_(std::move(root)) {
    if (!portage_config.empty()) add_folder(portage_config / "sets");
    for (const auto& repository : repositories) add_repository_sets(*repository);
  }

  Result<> read(std::string_view name, const std::string& where) {
    if (std::ranges::find(open_, name) != open_.end())
      return fail(ErrorKind::usage, fmt::format("the set @{} is part of itself", name), where,
                  fmt::format("@{}", fmt::join(open_, " -> @")));
    if (name == "system" || name == "profile") {
      for (const ebuild::Atom& atom : name == "system" ? config_.system_set() : config_.profile_set())
        add(atom, fmt::format("@{}", name));
      return {};
    }
    if (!root_.empty() && (name == "world" || name.starts_with("selected"))) return read_selected(name, where);
    auto file = files_.find(name);
    if (file == files_.end()) return no_set(name, where);
    return read_file(name, file->second);
  }

  Result<> read_selected(std::string_view name, const std::string& where) {
    fs::path folder = root_ / "var/lib/portage";
    if (name != "selected-sets") TRY(read_file(name, folder / "world"));
    if (name != "selected-packages") TRY(read_file(name, folder / "world_sets"));
    if (name != "world") return {};
    TRY(read("profile", where));
    return read("system", where);
  }

  Result<> read_file(std::string_view name, const fs::path& file) {
    open_.emplace_back(name);
    for (const Line& line : TRY(read_lines(file, Folders::none))) {
      if (line.text.starts_with('@')) {
        TRY(read(std::string_view(line.text).substr(1), line.where));
        continue;
      }
      auto atom = ebuild::Atom::parse_user(line.text);
      if (!atom) {
        atom.error().where = line.where;
        return std::unexpected(std::move(atom).error());
      }
      add(*atom, line.where);
    }
    open_.pop_back();
    return {};
  }

  std::vector<SetMember> take() { return std::move(members_); }

 private:
  void add(const ebuild::Atom& atom, std::string where) {
    if (std::ranges::find(members_, atom, &SetMember::atom) == members_.end())
      members_.push_back({atom, std::move(where)});
  }

  // The first place that has a name keeps it: a user's before a repository's.
  void add_folder(const fs::path& folder) {
    std::error_code ec;
    if (!fs::is_directory(folder, ec)) return;
    auto names = util::list_directory(folder);
    if (!names) return;
    for (const std::string& name : *names)
      if (name.front() != '.' && name.back() != '~' && fs::is_regular_file(folder / name, ec))
        files_.emplace(name, folder / name);
  }

  // Of what sets.conf can say (classes of Portage's own), a folder of files is what repositories have.
  void add_repository_sets(const Repository& repository) {
    auto lines = read_lines(repository.root() / "sets.conf", Folders::none);
    if (!lines) return;
    std::string own = fmt::format("${{repository:{}}}", repository.name());
    for (const Line& line : *lines) {
      size_t equals = line.text.find('=');
      if (equals == std::string::npos || util::trim(std::string_view(line.text).substr(0, equals)) != "directory")
        continue;
      std::string_view folder = util::trim(std::string_view(line.text).substr(equals + 1));
      if (folder.starts_with(own + "/")) add_folder(repository.root() / folder.substr(own.size() + 1));
    }
  }

  std::unexpected<Error> no_set(std::string_view name, const std::string& where) const {
    if (name == "world" || name == "selected" || name == "installed" || name == "selected-packages")
      return fail(ErrorKind::usage, fmt::format("the set @{} has no meaning here", name), where,
                  "an image is made from what its spec names, nothing is installed that could be selected",
                  "name the packages, or write a set of your own into etc/portage/sets");
    std::vector<std::string> names = {"system", "profile"};
    for (const auto& [known, file] : files_) names.push_back(known);
    std::string near = util::nearest(name, names);
    return fail(ErrorKind::usage, fmt::format("there is no set '@{}'", name), where,
                "known are: @" + util::join(names, ", @"),
                near.empty() ? "" : fmt::format("did you mean '@{}'?", near));
  }

  const Config& config_;
  fs::path root_;
  std::map<std::string, fs::path, std::less<>> files_;
  std::vector<std::string> open_;  // the sets being read, outermost first
  std::vector<SetMember> members_;
};

}  // namespace

Result<std::vector<SetMember>> read_set(std::string_view name, const Config& config,
                                        const std::vector<std::shared_ptr<Repository>>& repositories,
                                        const fs::path& portage_config, const fs::path& root) {
  Reader reader(config, repositories, portage_config, root);
  TRY(reader.read(name, {}));
  return reader.take();
}

}  // namespace cooper::repository
