#include "repository/disk_repository.h"

#include <algorithm>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "repository/lines.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using ebuild::PackageName;

namespace {

std::string describe(const Error& error) {
  std::string text = error.where.empty() ? error.what : fmt::format("{}: {}", error.where, error.what);
  if (!error.why.empty()) text += " (" + error.why + ")";
  return text;
}

Result<std::vector<std::shared_ptr<Repository>>> find_masters(const fs::path& root, const Layout& layout,
                                                              const std::vector<std::shared_ptr<Repository>>& others) {
  std::vector<std::shared_ptr<Repository>> found;
  if (!layout.masters) return found;
  for (const std::string& wanted : *layout.masters) {
    auto is_wanted = [&](const std::shared_ptr<Repository>& other) {
      if (other->name() == wanted) return true;
      std::vector<std::string> aliases = other->aliases();
      return std::find(aliases.begin(), aliases.end(), wanted) != aliases.end();
    };
    auto it = std::find_if(others.begin(), others.end(), is_wanted);
    if (it == others.end()) {
      std::vector<std::string> names;
      for (const auto& other : others) names.push_back(other->name());
      std::string known =
          names.empty() ? "no other repository is configured" : "configured are: " + util::join(names, ", ");
      return fail(ErrorKind::usage,
                  fmt::format("repository '{}' needs its master '{}', which is not there", layout.name, wanted),
                  root / "metadata/layout.conf", known,
                  fmt::format("add the repository '{}' to the spec's [repositories]", wanted));
    }
    found.push_back(*it);
  }
  return found;
}

// The folders that may be categories: not those that have another meaning (PMS 4).
std::vector<std::string> category_folders(const fs::path& root) {
  constexpr std::string_view others[] = {"profiles", "metadata",  "eclass",  "licenses",
                                         "scripts",  "distfiles", "packages"};
  std::vector<std::string> out;
  std::error_code ec;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, ec)) {
    std::string name = entry.path().filename();
    if (ebuild::is_category_name(name) && std::ranges::find(others, name) == std::end(others) && entry.is_directory(ec))
      out.push_back(std::move(name));
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<Repository>> Repository::open(const fs::path& root,
                                                     std::vector<std::shared_ptr<Repository>> others,
                                                     OpenOptions options) {
  std::error_code ec;
  fs::path absolute = fs::canonical(root, ec);
  if (ec) return fail(ErrorKind::usage, "cannot open repository", root, ec.message());
  Layout layout = TRY(read_layout(absolute));
  if (layout.unnamed && !options.fallback_name.empty()) layout.name = options.fallback_name;
  layout.aliases.insert(layout.aliases.end(), options.aliases.begin(), options.aliases.end());
  if (options.masters) layout.masters = options.masters;
  if (!layout.masters && !options.default_master.empty() && options.default_master != layout.name)
    layout.masters = {options.default_master};
  auto masters = TRY(find_masters(absolute, layout, others));
  std::vector<std::string> categories = std::move(options.categories);
  auto repository =
      std::make_shared<DiskRepository>(absolute, std::move(layout), std::move(masters), std::move(options));
  TRY(repository->load_categories(categories));
  return repository;
}

DiskRepository::DiskRepository(fs::path root, Layout layout, std::vector<std::shared_ptr<Repository>> masters,
                               OpenOptions options)
    : root_(std::move(root)), layout_(std::move(layout)), masters_(std::move(masters)) {
  // Of several masters a later one comes before an earlier one; each brings its own masters behind it.
  chain_.push_back(this);
  for (auto master = masters_.rbegin(); master != masters_.rend(); ++master)
    for (const Repository* link : (*master)->chain())
      if (std::find(chain_.begin(), chain_.end(), link) == chain_.end()) chain_.push_back(link);
  reader_ = std::make_unique<MetadataReader>(root_, layout_.name, chain_, std::move(options));
}

DiskRepository::~DiskRepository() { (void)save(); }

// Packages that are gone leave the index where all that are there are known.
Result<> DiskRepository::save() const { return reader_->save(names_known_ ? &names_ : nullptr); }

Result<> DiskRepository::load_categories(const std::vector<std::string>& more) {
  for (const Line& line : TRY(read_lines(root_ / "profiles/categories", Folders::none))) {
    if (ebuild::is_category_name(line.text))
      categories_.emplace(line.text);
    else
      note(line.where, fmt::format("'{}' is not a legal category name (PMS 3.1.1)", line.text));
  }
  for (const auto& master : masters_)
    for (std::string& category : master->categories()) categories_.insert(std::move(category));
  bool none = categories_.empty();
  categories_.insert(more.begin(), more.end());
  if (!none) return {};
  // Somebody's few ebuilds, without all that makes them a repository: they are meant to be found.
  for (std::string& name : category_folders(root_)) categories_.insert(std::move(name));
  if (more.empty())
    note(root_ / "profiles/categories", "no categories are listed here or in a master; every folder is taken for one");
  return {};
}

std::vector<const Repository*> DiskRepository::chain() const { return chain_; }

void DiskRepository::note(std::string where, std::string what) const {
  std::lock_guard lock(problems_mutex_);
  problems_.push_back({std::move(where), std::move(what)});
}

const std::vector<PackageName>& DiskRepository::names() const {
  std::call_once(names_once_, [&]() {
    for (const std::string& category : categories_) {
      std::error_code ec;
      std::vector<std::string> found;
      fs::directory_iterator entries(root_ / category, ec);
      if (ec && ec != std::errc::no_such_file_or_directory)
        note(root_ / category, "cannot list folder: " + ec.message());
      for (const fs::directory_entry& entry : entries) {
        std::string name = entry.path().filename();
        if (name.front() != '.' && name != "CVS" && ebuild::is_package_name(name) && entry.is_directory(ec))
          found.push_back(std::move(name));
      }
      std::sort(found.begin(), found.end());
      for (std::string& name : found) names_.push_back({category, std::move(name)});
    }
    names_known_ = true;
  });
  return names_;
}

std::vector<const Package*> DiskRepository::versions(const PackageName& name) const {
  Folder& folder = folder_of(name);
  folder.once.attempt([&]() { return load_folder(name, Reach::disk, folder); });
  if (!folder.told.exchange(true) && !folder.problems.empty()) {
    std::lock_guard lock(problems_mutex_);
    problems_.insert(problems_.end(), folder.problems.begin(), folder.problems.end());
  }
  return folder.view;
}

std::vector<const Package*> DiskRepository::peek(const PackageName& name) const {
  Folder& folder = folder_of(name);
  bool read = folder.once.attempt([&]() { return load_folder(name, Reach::index, folder); });
  return read ? folder.view : std::vector<const Package*>();
}

DiskRepository::Folder& DiskRepository::folder_of(const PackageName& name) const {
  std::lock_guard lock(folders_mutex_);
  auto& slot = folders_[name];
  if (!slot) slot = std::make_unique<Folder>();
  return *slot;
}

bool DiskRepository::load_folder(const PackageName& name, Reach reach, Folder& folder) const {
  if (!categories_.contains(name.category) || !ebuild::is_package_name(name.package)) return true;
  auto packages = reader_->read_folder(name, reach, folder.problems);
  if (!packages) return false;
  folder.packages = std::move(*packages);
  std::stable_sort(folder.packages.begin(), folder.packages.end(),
                   [](const auto& a, const auto& b) { return a->cpv.version < b->cpv.version; });
  for (const auto& package : folder.packages) {
    if (!folder.view.empty() && folder.view.back()->cpv.version == package->cpv.version)
      folder.problems.push_back(
          {package->ebuild().string(),
           fmt::format("has the same version as {} (PMS 3.3)", folder.view.back()->ebuild().filename().string())});
    folder.view.push_back(package.get());
  }
  return true;
}

fs::path Package::ebuild() const {
  return repository->root() / cpv.name.category / cpv.name.package /
         fmt::format("{}-{}.ebuild", cpv.name.package, cpv.version.text());
}

std::optional<fs::path> DiskRepository::eclass(std::string_view name) const {
  if (!ebuild::is_eclass_name(name)) return std::nullopt;
  std::error_code ec;
  for (const Repository* link : chain_) {
    fs::path path = link->root() / "eclass" / fmt::format("{}.eclass", name);
    if (fs::is_regular_file(path, ec)) return path;
  }
  return std::nullopt;
}

Result<ebuild::Manifest> DiskRepository::manifest(const PackageName& name) const {
  fs::path path = root_ / name.category / name.package / "Manifest";
  std::error_code ec;
  if (!fs::exists(path, ec)) return ebuild::Manifest{};
  std::string text = TRY(util::read_file(path));
  auto parsed = ebuild::Manifest::parse(text);
  if (!parsed) parsed.error().where = fmt::format("{}:{}", path.string(), parsed.error().where);
  return parsed;
}

std::map<std::string, std::vector<std::string>> DiskRepository::mirrors() const {
  std::map<std::string, std::vector<std::string>> out;
  for (const Repository* link : chain_) {
    auto lines = read_lines(link->root() / "profiles/thirdpartymirrors", Folders::none);
    if (!lines) {
      note(link->root() / "profiles/thirdpartymirrors", describe(lines.error()));
      continue;
    }
    for (const Line& line : *lines) {
      auto words = util::words(line.text);
      auto& urls = out[std::string(words[0])];
      for (size_t i = 1; i < words.size(); ++i)
        if (std::find(urls.begin(), urls.end(), words[i]) == urls.end()) urls.emplace_back(words[i]);
    }
  }
  return out;
}

std::map<std::string, std::string> DiskRepository::flag_descriptions(const PackageName& name) const {
  return read_flag_descriptions(chain_, name);
}

}  // namespace cooper::repository
