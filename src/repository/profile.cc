#include "repository/profile.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "repository/layout.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

// A repository with what matters of it here.
struct Home {
  const Repository* repository = nullptr;
  fs::path profiles;
  const Layout& layout() const { return repository->layout(); }
};

void list_names(ProfileNode& node) {
  if (auto names = util::list_directory(node.folder)) node.names = std::move(*names);
}

class Loader {
 public:
  explicit Loader(const std::vector<std::shared_ptr<Repository>>& repositories) : repositories_(repositories) {}

  Result<std::vector<ProfileNode>> run(std::string_view profile) {
    for (const auto& repository : repositories_) homes_.push_back({repository.get(), repository->root() / "profiles"});
    fs::path folder = TRY(find(profile));
    TRY(visit(folder));
    return std::move(out_);
  }

 private:
  Result<fs::path> find(std::string_view profile) const {
    std::error_code ec;
    size_t colon = profile.find(':');
    if (colon != std::string_view::npos) {
      std::string_view name = profile.substr(0, colon), path = profile.substr(colon + 1);
      const Home* home = name.empty() ? &homes_.front() : home_named(name);
      if (!home) return no_repository(name, {});
      if (fs::is_directory(home->profiles / path, ec)) return home->profiles / path;
      return no_profile(profile, path, {home});
    }
    if (profile.starts_with('/') || profile.starts_with('.')) {
      if (fs::is_directory(fs::path(profile), ec)) return fs::path(profile);
    }
    std::vector<const Home*> tried;
    for (const Home& home : homes_) {
      if (!profile.empty() && fs::is_directory(home.profiles / profile, ec)) return home.profiles / profile;
      tried.push_back(&home);
    }
    if (!profile.empty() && fs::is_directory(fs::path(profile), ec)) return fs::path(profile);
    return no_profile(profile, profile, tried);
  }

  const Home* home_named(std::string_view name) const {
    for (const Home& home : homes_)
      if (home.layout().name == name ||
          std::find(home.layout().aliases.begin(), home.layout().aliases.end(), name) != home.layout().aliases.end())
        return &home;
    return nullptr;
  }

  const Home* home_of(const fs::path& folder) const {
    for (const Home& home : homes_) {
      fs::path relative = folder.lexically_relative(home.profiles);
      if (!relative.empty() && *relative.begin() != "..") return &home;
    }
    return nullptr;
  }

  std::unexpected<Error> no_repository(std::string_view name, std::string where) const {
    std::vector<std::string> names;
    for (const Home& home : homes_) names.push_back(home.layout().name);
    std::string near = util::nearest(name, names);
    return fail(ErrorKind::usage, fmt::format("there is no repository '{}'", name), std::move(where),
                "configured are: " + util::join(names, ", "),
                near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  }

  std::unexpected<Error> no_profile(std::string_view profile, std::string_view path,
                                    const std::vector<const Home*>& tried) const {
    std::vector<std::string> known;
    for (const Home* home : tried) {
      auto lines = read_lines(home->profiles / "profiles.desc", Folders::none);
      if (!lines) continue;
      for (const Line& line : *lines)
        if (auto words = util::words(line.text); words.size() >= 2) known.emplace_back(words[1]);
    }
    std::string near = util::nearest(path, known);
    return fail(ErrorKind::usage, fmt::format("there is no profile '{}'", profile), {}, {},
                near.empty() ? "profiles/profiles.desc lists the profiles of a repository"
                             : fmt::format("did you mean '{}'?", near));
  }

  // As fs::canonical, but as parents stand close together, no folder is looked at twice.
  fs::path canonical(const fs::path& given, std::error_code& ec) {
    std::string out;
    for (std::string_view name : util::split(given.native(), '/')) {
      if (name == "..") out.resize(std::min(out.size(), out.rfind('/')));  // of a real path: its last name goes
      if (name.empty() || name == "." || name == "..") continue;
      (out += '/') += name;
      if (real_folders_.contains(out)) continue;
      struct stat st;
      if (!given.is_absolute() || ::lstat(out.c_str(), &st) != 0 || !S_ISDIR(st.st_mode))
        return fs::canonical(given, ec);
      real_folders_.insert(out);
    }
    return out.empty() ? "/" : out;
  }

  Result<> visit(const fs::path& given) {
    std::error_code ec;
    fs::path folder = canonical(given, ec);
    if (ec) return fail(ErrorKind::usage, "cannot open profile", given, ec.message());
    if (auto loop = std::find(path_.begin(), path_.end(), folder); loop != path_.end()) {
      std::string chain;
      for (; loop != path_.end(); ++loop) chain += loop->string() + "\n-> ";
      return fail(ErrorKind::usage, "the parents of a profile form a loop", path_.back() / "parent",
                  chain + folder.string());
    }
    const Home* home = home_of(folder);
    ProfileNode node = TRY(make_node(folder, home));
    path_.push_back(folder);
    std::vector<Line> parents;
    if (node.has("parent")) parents = TRY(read_lines(folder / "parent", Folders::none));
    for (const Line& line : parents) TRY(visit(TRY(parent(folder, home, line))));
    path_.pop_back();
    out_.push_back(std::move(node));
    if (out_.size() > 10'000) return fail(ErrorKind::usage, "a profile has too many parents", given);
    return {};
  }

  Result<fs::path> parent(const fs::path& folder, const Home* home, const Line& line) const {
    std::error_code ec;
    size_t colon = line.text.find(':');
    // A profile that is in no repository is a user's: it may name repositories, as portage(5) lets it.
    bool may_name_repository = !home || home->layout().repository_parents();
    fs::path found = folder / line.text;
    if (colon != std::string::npos && may_name_repository) {
      std::string_view name = line.text.substr(0, colon);
      const Home* other = name.empty() ? home : home_named(name);
      if (!other) return no_repository(name, line.where);
      found = other->profiles / line.text.substr(colon + 1);
    }
    if (fs::is_directory(found, ec)) return found;
    std::string hint;
    if (colon != std::string::npos && !may_name_repository)
      hint = "to name a parent of another repository, layout.conf needs: profile-formats = portage-2";
    return fail(ErrorKind::usage, fmt::format("the parent profile '{}' is not there", line.text), line.where,
                fmt::format("{} is no folder", found.lexically_normal().string()), hint);
  }

  static Result<ProfileNode> make_node(const fs::path& folder, const Home* home) {
    ProfileNode node;
    node.folder = folder;
    node.shown = home ? fmt::format("{}:{}", home->layout().name, folder.lexically_relative(home->profiles).string())
                      : folder.string();
    list_names(node);
    std::vector<Line> eapi;
    if (node.has("eapi")) eapi = TRY(read_lines(folder / "eapi", Folders::none));
    // PMS 5.2.2: from EAPI 9 on the one of profiles/ is the default.
    bool top_level = home && home->layout().profiles_eapi->number >= 9;
    std::string_view name = "0";
    if (!eapi.empty())
      name = eapi[0].text;
    else if (home && home->layout().unspecified_profile_eapi)
      name = home->layout().unspecified_profile_eapi->name;
    else if (top_level)
      name = home->layout().profiles_eapi->name;
    node.eapi = ebuild::find_eapi(name);
    if (!node.eapi)
      return fail(ErrorKind::usage, fmt::format("unknown EAPI '{}' of a profile", name), eapi[0].where,
                  fmt::format("cooper knows EAPI 0 to {}", ebuild::newest_eapi().name));
    node.folders = node.eapi->profile_package_directories || (home && home->layout().profile_folders());
    node.has_set = home && home->layout().has_profile_format("profile-set");
    node.repository_atoms = home && home->layout().has_profile_format("profile-repo-deps");
    return node;
  }

  const std::vector<std::shared_ptr<Repository>>& repositories_;
  std::vector<Home> homes_;
  std::vector<fs::path> path_;          // the profiles being visited, outermost first
  std::set<std::string> real_folders_;  // folders that no symbolic link leads to
  std::vector<ProfileNode> out_;
};

}  // namespace

bool ProfileNode::has(std::string_view file) const { return !names || std::ranges::binary_search(*names, file); }

Result<std::vector<Line>> ProfileNode::lines(std::string_view file) const {
  if (!has(file)) return {};
  Folders mode = user ? Folders::recursive : folders ? Folders::flat : Folders::none;
  return read_lines(folder / file, mode, fmt::format("{}/{}", shown, file));
}

Result<std::vector<ProfileNode>> load_profile_stack(const std::vector<std::shared_ptr<Repository>>& repositories,
                                                    std::string_view profile) {
  if (repositories.empty()) return fail(ErrorKind::usage, "a profile needs a repository, and none is configured");
  return Loader(repositories).run(profile);
}

ProfileNode repository_node(const Repository& repository) {
  const Layout& layout = repository.layout();
  ProfileNode node{repository.root() / "profiles", repository.name() + ":profiles", layout.profiles_eapi};
  node.folders = layout.profiles_eapi->profile_package_directories || layout.profile_folders();
  node.repository_atoms = layout.has_profile_format("profile-repo-deps");
  list_names(node);
  return node;
}

Result<ProfileNode> user_node(const fs::path& folder) {
  ProfileNode node{folder, folder.string(), &ebuild::newest_eapi(), true, true, true, true, {}};
  list_names(node);
  std::vector<Line> eapi = TRY(read_lines(folder / "eapi", Folders::none));
  if (!eapi.empty()) node.eapi = ebuild::find_eapi(eapi[0].text);
  if (!node.eapi)
    return fail(ErrorKind::usage, fmt::format("unknown EAPI '{}' of a profile", eapi[0].text), eapi[0].where);
  return node;
}

}  // namespace cooper::repository
