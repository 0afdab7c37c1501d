#include "repository/disk_repository.h"

#include <algorithm>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "repository/lines.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using ebuild::Cpv;
using ebuild::PackageName;
using util::HashAlgorithm;

namespace {

constexpr uint64_t ebuild_limit = uint64_t{16} << 20;

// What cooper keeps beside the md5-dict keys in its own cache: why an ebuild is broken, or what it printed.
constexpr std::string_view failure_key = "_cooper_failure_";
constexpr std::string_view output_key = "_cooper_output_";

std::string one_line(std::string_view text) {
  std::string out(util::trim(text.substr(0, 500)));
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

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
      auto other_layout = read_layout(other->root());
      return other_layout && std::find(other_layout->aliases.begin(), other_layout->aliases.end(), wanted) !=
                                 other_layout->aliases.end();
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

}  // namespace

Result<std::shared_ptr<Repository>> Repository::open(const fs::path& root,
                                                     std::vector<std::shared_ptr<Repository>> others,
                                                     OpenOptions options) {
  std::error_code ec;
  fs::path absolute = fs::canonical(root, ec);
  if (ec) return fail(ErrorKind::usage, "cannot open repository", root, ec.message());
  Layout layout = TRY(read_layout(absolute));
  auto masters = TRY(find_masters(absolute, layout, others));
  auto repository =
      std::make_shared<DiskRepository>(absolute, std::move(layout), std::move(masters), std::move(options));
  TRY(repository->load_categories());
  return repository;
}

DiskRepository::DiskRepository(fs::path root, Layout layout, std::vector<std::shared_ptr<Repository>> masters,
                               OpenOptions options)
    : root_(std::move(root)), layout_(std::move(layout)), masters_(std::move(masters)), options_(std::move(options)) {
  // Of several masters a later one comes before an earlier one; each brings its own masters behind it.
  chain_.push_back(this);
  for (auto master = masters_.rbegin(); master != masters_.rend(); ++master)
    for (const Repository* link : (*master)->chain())
      if (std::find(chain_.begin(), chain_.end(), link) == chain_.end()) chain_.push_back(link);
  if (!options_.runtime.empty())
    source_ = std::make_unique<MetadataSource>(SourceOptions{options_.runtime, options_.bash, options_.time_limit});
}

Result<> DiskRepository::load_categories() {
  for (const Line& line : TRY(read_lines(root_ / "profiles/categories", Folders::none))) {
    if (ebuild::is_category_name(line.text))
      categories_.insert(line.text);
    else
      note(line.where, fmt::format("'{}' is not a legal category name (PMS 3.1.1)", line.text));
  }
  for (const auto& master : masters_)
    for (std::string& category : master->categories()) categories_.insert(std::move(category));
  if (categories_.empty())
    note(root_ / "profiles/categories", "no categories are listed here or in a master, so no package can be found");
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
      for (const fs::directory_entry& entry : fs::directory_iterator(root_ / category, ec)) {
        std::string name = entry.path().filename();
        if (name.front() != '.' && name != "CVS" && ebuild::is_package_name(name) && entry.is_directory(ec))
          found.push_back(std::move(name));
      }
      std::sort(found.begin(), found.end());
      for (std::string& name : found) names_.push_back({category, std::move(name)});
    }
  });
  return names_;
}

std::vector<const Package*> DiskRepository::versions(const PackageName& name) const {
  Folder* folder;
  {
    std::lock_guard lock(folders_mutex_);
    auto& slot = folders_[name];
    if (!slot) slot = std::make_unique<Folder>();
    folder = slot.get();
  }
  std::call_once(folder->once, [&]() { load_folder(name, *folder); });
  return folder->view;
}

void DiskRepository::load_folder(const PackageName& name, Folder& folder) const {
  if (!categories_.contains(name.category) || !ebuild::is_package_name(name.package)) return;
  fs::path path = root_ / name.category / name.package;
  std::error_code ec;
  if (!fs::is_directory(path, ec)) return;
  auto files = util::list_directory(path);
  if (!files) return note(path, files.error().what + ": " + files.error().why);
  for (const std::string& file : *files) {
    if (!file.ends_with(".ebuild") || file.front() == '.') continue;
    std::string_view stem = std::string_view(file).substr(0, file.size() - 7);
    bool named =
        stem.size() > name.package.size() && stem.starts_with(name.package) && stem[name.package.size()] == '-';
    auto version = named ? ebuild::Version::parse(stem.substr(name.package.size() + 1))
                         : Result<ebuild::Version>(std::unexpected(Error{}));
    if (!version) {
      note(path / file, fmt::format("ignored: the file is not named {}-VERSION.ebuild (PMS 4.3)", name.package));
      continue;
    }
    if (auto package = load_package({name, *version}, path / file)) folder.packages.push_back(std::move(package));
  }
  std::stable_sort(folder.packages.begin(), folder.packages.end(),
                   [](const auto& a, const auto& b) { return a->cpv.version < b->cpv.version; });
  for (const auto& package : folder.packages) {
    if (!folder.view.empty() && folder.view.back()->cpv.version == package->cpv.version)
      note(package->ebuild,
           fmt::format("has the same version as {} (PMS 3.3)", folder.view.back()->ebuild.filename().string()));
    folder.view.push_back(package.get());
  }
}

std::unique_ptr<Package> DiskRepository::load_package(Cpv cpv, fs::path file) const {
  auto keys = read_keys(cpv, file);
  if (!keys) {
    note(file, describe(keys.error()));
    return nullptr;
  }
  auto metadata = parse_metadata(std::move(*keys));
  if (!metadata) {
    note(file, describe(metadata.error()));
    return nullptr;
  }
  return std::make_unique<Package>(Package{std::move(cpv), this, std::move(file), std::move(*metadata)});
}

Result<MetadataKeys> DiskRepository::read_keys(const Cpv& cpv, const fs::path& file) const {
  std::string text = TRY(util::read_file(file, ebuild_limit));
  std::string md5 = util::hash(HashAlgorithm::md5, text);
  fs::path entry = fs::path(cpv.name.category) / (cpv.name.package + "-" + cpv.version.text());
  if (options_.md5_cache)
    if (auto keys = cached_keys(root_ / "metadata/md5-cache" / entry, md5, nullptr)) return std::move(*keys);
  if (!source_)
    return fail(ErrorKind::usage,
                "there is no valid entry for it in metadata/md5-cache, and ebuilds are not sourced here");
  if (!cache_folder().empty()) {
    std::string failure;
    auto keys = cached_keys(cache_folder() / entry, md5, &failure);
    if (!failure.empty()) return fail(ErrorKind::usage, failure);
    if (keys) return std::move(*keys);
  }
  return source_keys(cpv, file, text, md5);
}

// Only what is still true counts: the ebuild and every eclass have the checksums that the entry was made from.
std::optional<MetadataKeys> DiskRepository::cached_keys(const fs::path& path, std::string_view md5,
                                                        std::string* failure) const {
  std::error_code ec;
  if (!fs::exists(path, ec)) return std::nullopt;
  auto text = util::read_file(path, ebuild_limit);
  if (!text) {
    note(path, describe(text.error()));
    return std::nullopt;
  }
  auto entry = parse_cache_entry(*text);
  if (!entry) {
    note(fmt::format("{}:{}", path.string(), entry.error().where), entry.error().what);
    return std::nullopt;
  }
  if (entry->md5 != md5) return std::nullopt;
  for (const auto& [name, sum] : entry->eclasses)
    if (eclass_md5(name) != sum) return std::nullopt;
  if (auto found = entry->keys.extract(std::string(failure_key)); found && failure) *failure = found.mapped();
  if (auto found = entry->keys.extract(std::string(output_key))) note(path, found.mapped());
  if (!entry->eclasses.empty() && !entry->keys.contains("INHERITED")) {
    std::string names;
    for (const auto& [name, sum] : entry->eclasses) names += (names.empty() ? "" : " ") + name;
    entry->keys.emplace("INHERITED", std::move(names));
  }
  return std::move(entry->keys);
}

Result<MetadataKeys> DiskRepository::source_keys(const Cpv& cpv, const fs::path& file, std::string_view text,
                                                 const std::string& md5) const {
  SourceRequest request{file, cpv, std::string(ebuild_eapi(text)), {}};
  if (!ebuild::find_eapi(request.eapi))
    return fail(ErrorKind::usage, fmt::format("unknown EAPI '{}'", request.eapi), "EAPI",
                fmt::format("cooper knows EAPI 0 to {}", ebuild::newest_eapi().name));
  for (const Repository* link : chain_) request.eclass_folders.push_back(link->root() / "eclass");
  SourceAnswer answer = source_->source(request);
  if (!answer.failure.empty() && !util::trim(answer.output).empty())
    answer.failure += "; it printed: " + one_line(answer.output);

  CacheEntry entry{answer.keys, md5, {}};
  bool cacheable = !answer.transient;
  for (const std::string& name : answer.inherited) {
    std::string sum = eclass_md5(name);
    if (sum.empty()) cacheable = false;  // a missing eclass may appear, and no checksum would tell
    entry.eclasses.emplace_back(name, std::move(sum));
  }
  if (!answer.failure.empty()) {
    entry.keys = {{std::string(failure_key), answer.failure}};
  } else if (!util::trim(answer.output).empty()) {
    std::string printed =
        fmt::format("{} prints while it is sourced (PMS 6): {}", file.filename().string(), one_line(answer.output));
    note(file, printed);
    entry.keys.emplace(output_key, std::move(printed));
  }
  if (cacheable && !cache_folder().empty()) {
    fs::path path = cache_folder() / cpv.name.category / (cpv.name.package + "-" + cpv.version.text());
    if (auto written = util::write_file(path, cache_entry_text(entry)); !written) note(path, describe(written.error()));
  }
  if (!answer.failure.empty()) return fail(ErrorKind::usage, answer.failure);
  return std::move(answer.keys);
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

std::string DiskRepository::eclass_md5(std::string_view name) const {
  {
    std::shared_lock lock(eclass_mutex_);
    if (auto it = eclass_md5_.find(name); it != eclass_md5_.end()) return it->second;
  }
  std::string sum;
  if (auto path = eclass(name))
    if (auto hashed = util::hash_file(HashAlgorithm::md5, *path)) sum = std::move(*hashed);
  std::unique_lock lock(eclass_mutex_);
  return eclass_md5_.emplace(std::string(name), sum).first->second;
}

const fs::path& DiskRepository::cache_folder() const {
  std::call_once(cache_folder_once_, [&]() {
    if (options_.cache.empty() || options_.runtime.empty()) return;
    util::Hasher hasher(HashAlgorithm::sha256);
    hasher.update_field(root_.string());
    for (const char* script : {"metadata.bash", "lib/inherit.bash", "lib/lists.bash", "lib/versions.bash"})
      if (auto text = util::read_file(options_.runtime / script)) hasher.update_field(*text);
    cache_folder_ = options_.cache / "metadata" / hasher.hex().substr(0, 32);
  });
  return cache_folder_;
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
