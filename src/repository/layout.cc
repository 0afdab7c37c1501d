#include "repository/layout.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "repository/lines.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> to_words(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view word : util::words(text)) out.emplace_back(word);
  return out;
}

// Whether there is an ebuild where a repository has its ebuilds.
bool has_ebuild(const fs::path& root) {
  std::error_code ec;
  auto any_below = [&](const fs::path& folder, auto&& is_wanted) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ec))
      if (is_wanted(entry.path())) return true;
    return false;
  };
  auto is_ebuild = [](const fs::path& file) { return file.extension() == ".ebuild"; };
  auto is_package = [&](const fs::path& folder) {
    return fs::is_directory(folder, ec) && any_below(folder, is_ebuild);
  };
  auto is_category = [&](const fs::path& folder) {
    return ebuild::is_category_name(folder.filename().native()) && fs::is_directory(folder, ec) &&
           any_below(folder, is_package);
  };
  return any_below(root, is_category);
}

std::string name_from_folder(const fs::path& root) {
  std::string name = "x-" + root.filename().string();
  for (char& c : name)
    if (!ebuild::is_repository_name(std::string("x") + c)) c = '_';
  return ebuild::is_repository_name(name) ? name : name + "_";
}

Result<std::string> read_name(const fs::path& root, bool& unnamed) {
  fs::path file = root / "profiles/repo_name";
  std::vector<Line> lines = TRY(read_lines(file, Folders::none));
  unnamed = lines.empty() && has_ebuild(root);
  if (unnamed) return name_from_folder(root);
  if (lines.empty())
    return fail(ErrorKind::usage, "not an ebuild repository", root,
                fmt::format("{} is missing or empty (PMS 4.4)", file.string()),
                "give the top folder of a repository, the one that holds profiles/ and the category folders");
  if (!ebuild::is_repository_name(lines[0].text))
    return fail(
        ErrorKind::usage, fmt::format("'{}' is not a legal repository name", lines[0].text), lines[0].where,
        "a name has letters, digits, '-' and '_', does not begin with '-' and does not end like a version (PMS 3.1.5)");
  return std::string(lines[0].text);
}

Result<> apply_setting(Layout& layout, std::string_view key, std::string_view value, const std::string& where) {
  if (key == "masters") {
    layout.masters = to_words(value);
  } else if (key == "aliases") {
    layout.aliases = to_words(value);
  } else if (key == "profile-formats") {
    layout.profile_formats = to_words(value);
  } else if (key == "manifest-hashes") {
    layout.manifest_hashes = to_words(value);
  } else if (key == "repo-name") {
    if (!ebuild::is_repository_name(value))
      return fail(ErrorKind::usage, fmt::format("'{}' is not a legal repository name", value), where, "see PMS 3.1.5");
    layout.name = value;
  } else if (key == "profile_eapi_when_unspecified") {
    layout.unspecified_profile_eapi = ebuild::find_eapi(value);
    if (!layout.unspecified_profile_eapi)
      return fail(ErrorKind::usage, fmt::format("unknown EAPI '{}'", value), where,
                  fmt::format("cooper knows EAPI 0 to {}", ebuild::newest_eapi().name));
  } else if (key == "thin-manifests") {
    if (value != "true" && value != "false")
      return fail(ErrorKind::usage, fmt::format("thin-manifests is '{}'", value), where, "it must be true or false");
    layout.thin_manifests = value == "true";
  }
  // Other keys are for other tools: unknown ones are ignored, as the format asks.
  return {};
}

Result<> read_settings(const fs::path& root, Layout& layout) {
  for (const Line& line : TRY(read_lines(root / "metadata/layout.conf", Folders::none))) {
    size_t equals = line.text.find('=');
    if (equals == std::string::npos)
      return fail(ErrorKind::usage, fmt::format("'{}' is not a setting", line.text), line.where,
                  "each line of layout.conf is KEY = VALUE");
    std::string_view text = line.text;
    TRY(apply_setting(layout, util::trim(text.substr(0, equals)), util::trim(text.substr(equals + 1)), line.where));
  }
  return {};
}

}  // namespace

bool Layout::has_profile_format(std::string_view format) const {
  return std::find(profile_formats.begin(), profile_formats.end(), format) != profile_formats.end();
}

bool Layout::profile_folders() const { return has_profile_format("portage-1") || has_profile_format("portage-2"); }

Result<Layout> read_layout(const fs::path& root) {
  Layout layout;
  TRY(read_settings(root, layout));
  if (layout.name.empty()) layout.name = TRY(read_name(root, layout.unnamed));  // layout.conf may say it instead
  if (!layout.has_profile_format("profile-default-eapi")) layout.unspecified_profile_eapi = nullptr;
  std::vector<Line> eapi = TRY(read_lines(root / "profiles/eapi", Folders::none));
  layout.profiles_eapi = ebuild::find_eapi(eapi.empty() ? "0" : eapi[0].text);
  if (!layout.profiles_eapi)
    return fail(ErrorKind::usage, fmt::format("unknown EAPI '{}' of profiles/", eapi[0].text), eapi[0].where,
                fmt::format("cooper knows EAPI 0 to {}", ebuild::newest_eapi().name));
  return layout;
}

}  // namespace cooper::repository
