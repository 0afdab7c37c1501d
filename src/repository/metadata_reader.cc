#include "repository/metadata_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ebuild/eapi.h"
#include "ebuild/names.h"
#include "repository/md5_cache.h"
#include "util/checksum.h"
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

std::string one_line(std::string_view text) {
  std::string out(util::trim(text.substr(0, 500)));
  std::replace(out.begin(), out.end(), '\n', ' ');
  std::replace(out.begin(), out.end(), '\t', ' ');
  return out;
}

std::string describe(const Error& error) {
  std::string text = error.where.empty() ? error.what : fmt::format("{}: {}", error.where, error.what);
  if (!error.why.empty()) text += " (" + error.why + ")";
  return text;
}

// What the metadata of all ebuilds depend on beside the ebuilds and eclasses: which repository it is, and the scripts
// that source.
std::string index_key(const fs::path& root, const OpenOptions& options) {
  uint64_t sum = 0;
  for (const char* script : {"metadata.bash", "lib/eapi.bash", "lib/inherit.bash", "lib/lists.bash",
                             "lib/sourcing.bash", "lib/versions.bash"})
    if (auto text = util::read_file(options.runtime / script)) sum = util::checksum(*text, sum);
  return fmt::format("{}\n{:016x}\n{}\n", root.string(), sum, options.md5_cache ? "md5-cache" : "");
}

std::optional<ebuild::Version> version_of_file(std::string_view file, const std::string& package) {
  std::string_view stem = file.substr(0, file.size() - 7);
  if (stem.size() <= package.size() || !stem.starts_with(package) || stem[package.size()] != '-') return std::nullopt;
  auto version = ebuild::Version::parse(stem.substr(package.size() + 1));
  return version ? std::optional(std::move(*version)) : std::nullopt;
}

}  // namespace

MetadataReader::MetadataReader(fs::path root, std::string name, std::vector<const Repository*> chain,
                               OpenOptions options)
    : root_(std::move(root)), chain_(std::move(chain)), options_(std::move(options)) {
  renew_source();
  if (options_.cache.empty() || options_.runtime.empty()) return;
  std::string file = fmt::format("{}-{:016x}.index", name, util::checksum(root_.string()));
  index_ = std::make_unique<MetadataIndex>(options_.cache / "metadata" / file, index_key(root_, options_));
  if (index_->file()) eclass_states_ = std::vector<std::atomic<signed char>>(index_->file()->eclass_version_count());
}

const MetadataReader::CategoryFolders& MetadataReader::folders_of(const std::string& category) {
  std::lock_guard lock(categories_mutex_);
  auto [known, fresh] = categories_.try_emplace(category);
  if (fresh) {
    auto open_folder = [](const fs::path& path) {
      return util::Fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    };
    known->second.ebuilds = open_folder(root_ / category);
    if (options_.md5_cache) known->second.cache = open_folder(root_ / "metadata/md5-cache" / category);
  }
  return known->second;
}

std::optional<std::vector<std::unique_ptr<Package>>> MetadataReader::read_folder(const PackageName& name, Reach reach,
                                                                                 std::vector<Problem>& problems) {
  std::optional<FolderEntry> known;
  Stamp stamp = no_stamp;
  if (index_) {
    stamp = index_->stamp(name.package.c_str(), folders_of(name.category).ebuilds.get());
    if (index_->file()) known = index_->file()->find(name);
  }
  bool all_named = true;
  std::optional<std::vector<File>> files;
  if (known && known->stamp == stamp && stamp != no_stamp) files = files_from_index(*known);
  if (!files && reach == Reach::index) return std::nullopt;
  if (!files) files = files_from_disk(name, known, all_named, problems);
  std::vector<Cpv> ebuilds;
  std::vector<Knowledge> all;
  for (File& file : *files) {
    const Cpv& cpv = ebuilds.emplace_back(Cpv{name, std::move(file.version)});
    auto knowledge = know(cpv, file.known, reach);
    if (!knowledge) return std::nullopt;
    all.push_back(std::move(*knowledge));
  }
  std::vector<std::unique_ptr<Package>> out;
  for (size_t i = 0; i < all.size(); ++i)
    if (auto package = read_ebuild(std::move(ebuilds[i]), all[i], problems)) out.push_back(std::move(package));
  if (index_) learn(name, known, stamp, all_named, std::move(all));
  return out;
}

void MetadataReader::learn(const PackageName& name, const std::optional<FolderEntry>& known, Stamp stamp,
                           bool all_named, std::vector<Knowledge> all) {
  if (all.empty() && all_named) return index_->forget(name);
  // A folder with something that the index cannot say is listed again each time.
  bool complete = all_named && std::ranges::all_of(all, &Knowledge::keep);
  if (!complete) stamp = no_stamp;
  std::erase_if(all, [](const Knowledge& knowledge) { return !knowledge.keep; });
  bool changed =
      !known || known->stamp != stamp || known->ebuilds != all.size() || std::ranges::any_of(all, &Knowledge::changed);
  if (!changed) return;
  std::vector<LearnedEbuild> learned;
  for (Knowledge& knowledge : all) {
    if (!knowledge.learned.text) set_text(knowledge, std::string(knowledge.text));
    for (uint32_t eclass : std::exchange(knowledge.learned.entry.eclasses, {})) {
      EclassVersion version = index_->file()->eclass_version(eclass);
      knowledge.learned.eclasses.emplace_back(std::string(version.name), version.md5);
    }
    learned.push_back(std::move(knowledge.learned));
  }
  index_->learn(name, stamp, std::move(learned));
}

std::optional<std::vector<MetadataReader::File>> MetadataReader::files_from_index(const FolderEntry& folder) const {
  std::vector<File> out;
  for (uint32_t i = 0; i < folder.ebuilds; ++i) {
    auto entry = index_->file()->ebuild(size_t{folder.first_ebuild} + i);
    if (!entry) return std::nullopt;
    auto version = ebuild::Version::parse(entry->version);
    if (!version) return std::nullopt;
    out.push_back({std::move(*version), std::move(entry)});
  }
  return out;
}

std::vector<MetadataReader::File> MetadataReader::files_from_disk(const PackageName& name,
                                                                  const std::optional<FolderEntry>& known,
                                                                  bool& all_named,
                                                                  std::vector<Problem>& problems) const {
  std::string folder = fmt::format("{}/{}/{}", root_.native(), name.category, name.package);
  std::vector<File> out;
  std::error_code ec;
  if (!fs::is_directory(folder, ec)) return out;
  auto files = util::list_directory(folder);
  if (!files) {
    all_named = false;
    problems.push_back({folder, files.error().what + ": " + files.error().why});
    return out;
  }
  for (const std::string& file : *files) {
    if (!file.ends_with(".ebuild") || file.front() == '.') continue;
    auto version = version_of_file(file, name.package);
    if (!version) {
      all_named = false;
      problems.push_back({folder + "/" + file,
                          fmt::format("ignored: the file is not named {}-VERSION.ebuild (PMS 4.3)", name.package)});
      continue;
    }
    std::optional<EbuildEntry> entry;
    for (uint32_t i = 0; known && i < known->ebuilds && !entry; ++i) {
      auto candidate = index_->file()->ebuild(size_t{known->first_ebuild} + i);
      if (candidate && candidate->version == version->text()) entry = std::move(candidate);
    }
    out.push_back({std::move(*version), std::move(entry)});
  }
  return out;
}

std::string MetadataReader::path_of(const Cpv& cpv) const {
  return fmt::format("{}/{}/{}/{}-{}.ebuild", root_.native(), cpv.name.category, cpv.name.package, cpv.name.package,
                     cpv.version.text());
}

std::unique_ptr<Package> MetadataReader::read_ebuild(Cpv cpv, Knowledge& knowledge,
                                                     std::vector<Problem>& problems) const {
  for (std::string_view line : util::lines(knowledge.learned.notes))
    if (size_t tab = line.find('\t'); tab != std::string_view::npos)
      problems.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
  if (knowledge.learned.entry.failed) {
    problems.push_back({path_of(cpv), std::string(knowledge.text)});
    return nullptr;
  }
  auto owner = knowledge.learned.text ? knowledge.learned.text : knowledge.learned.entry.record;
  auto metadata = parse_metadata(knowledge.text, std::move(owner), knowledge.trusted);
  knowledge.learned.entry.checked = metadata.has_value();
  // Another version of the program checked it, or dropped what one had checked: this one need not do so twice.
  knowledge.changed = knowledge.changed || (metadata && !knowledge.trusted);
  if (!metadata) {
    problems.push_back({path_of(cpv), describe(metadata.error())});
    return nullptr;
  }
  return std::make_unique<Package>(Package{std::move(cpv), chain_.front(), std::move(*metadata)});
}

void MetadataReader::set_text(Knowledge& out, std::string text) const {
  out.learned.text = std::make_shared<const std::string>(std::move(text));
  out.text = *out.learned.text;
}

void MetadataReader::note_in(Knowledge& out, const std::string& where, const std::string& what) const {
  out.learned.notes += fmt::format("{}\t{}\n", where, one_line(what));
}

// What was known is still true; where stamps differ, it is learned again with the new ones.
MetadataReader::Knowledge MetadataReader::from_index(const EbuildEntry& known, Stamp ebuild, Stamp cache) const {
  Knowledge out;
  out.learned.entry = known;
  out.learned.version = known.version;
  out.learned.notes = known.notes;
  out.trusted = known.checked && index_->trusts_parser();
  out.changed = known.ebuild_stamp != ebuild || known.cache_stamp != cache;
  out.text = known.text;
  return out;
}

std::optional<MetadataReader::Knowledge> MetadataReader::know(const Cpv& cpv, const std::optional<EbuildEntry>& known,
                                                              Reach reach) {
  const auto& [category, package] = cpv.name;
  std::string version = cpv.version.text();
  Stamp ebuild_stamp = no_stamp, cache_stamp = absent_stamp;
  if (index_) {
    const CategoryFolders& folders = folders_of(category);
    std::string path = package + "/" + package + "-" + version;  // as the md5-cache names it, behind the folder
    if (options_.md5_cache && folders.cache)
      cache_stamp = index_->stamp(path.c_str() + package.size() + 1, folders.cache.get());
    ebuild_stamp = index_->stamp(path.append(".ebuild").c_str(), folders.ebuilds.get());
  }
  bool usable = known && eclasses_hold(*known);
  bool same_cache = usable && known->cache_stamp == cache_stamp && cache_stamp != no_stamp;
  if (same_cache && known->ebuild_stamp == ebuild_stamp && ebuild_stamp > absent_stamp)
    return from_index(*known, ebuild_stamp, cache_stamp);
  if (reach == Reach::index) return std::nullopt;

  std::string file = path_of(cpv), cache_file;
  if (options_.md5_cache)
    cache_file = fmt::format("{}/metadata/md5-cache/{}/{}-{}", root_.native(), category, package, version);
  Knowledge out;
  out.learned.version = version;
  auto text = util::read_file(file, ebuild_limit);
  if (!text) {
    set_text(out, describe(text.error()));
    out.learned.entry.failed = true;
    out.keep = false;
    return out;
  }
  std::string md5 = util::hash(HashAlgorithm::md5, *text);
  bool same_ebuild = usable && md5_of_hex(md5) == known->md5;
  if (same_ebuild && same_cache) {
    out = from_index(*known, ebuild_stamp, cache_stamp);
  } else if (options_.md5_cache && from_cache(cache_file, md5, out)) {
    out.learned.entry.from_cache = true;
  } else if (same_ebuild && !known->from_cache) {
    std::string notes = std::move(out.learned.notes);  // what is wrong with the cache's entry now
    out = from_index(*known, ebuild_stamp, cache_stamp);
    out.learned.notes = std::move(notes);
    for (std::string_view line : util::lines(known->notes))
      if (!line.starts_with(cache_file + "\t") && !line.starts_with(cache_file + ":"))
        out.learned.notes += fmt::format("{}\n", line);
  } else {
    from_source(cpv, file, *text, out);
  }
  if (!out.learned.text) set_text(out, std::string(out.text));
  out.learned.entry.md5 = *md5_of_hex(md5);
  out.learned.entry.ebuild_stamp = ebuild_stamp;
  out.learned.entry.cache_stamp = cache_stamp;
  return out;
}

// Only what is still true counts: the ebuild and every eclass have the checksums that the entry was made from.
bool MetadataReader::from_cache(const std::string& path, const std::string& md5, Knowledge& out) {
  struct stat st;
  if (::stat(path.c_str(), &st) != 0 && errno == ENOENT) return false;
  auto text = util::read_file(path, ebuild_limit);
  if (!text) {
    note_in(out, path, describe(text.error()));
    return false;
  }
  auto entry = parse_cache_entry(*text);
  if (!entry) {
    note_in(out, fmt::format("{}:{}", path, entry.error().where), entry.error().what);
    return false;
  }
  if (entry->md5 != md5) return false;
  std::vector<std::pair<std::string, Md5>> eclasses;
  for (const auto& [name, sum] : entry->eclasses) {
    auto now = eclass_md5(name);
    if (!now || hex_of_md5(*now) != sum) return false;
    eclasses.emplace_back(name, *now);
  }
  if (!eclasses.empty() && !entry->keys.contains("INHERITED")) {
    std::string names;
    for (const auto& [name, sum] : eclasses) names += (names.empty() ? "" : " ") + name;
    entry->keys.emplace("INHERITED", std::move(names));
  }
  out.learned.eclasses = std::move(eclasses);
  set_text(out, keys_text(entry->keys));
  return true;
}

void MetadataReader::from_source(const Cpv& cpv, const std::string& file, std::string_view text, Knowledge& out) {
  auto fail_with = [&](std::string why) {
    out.learned.entry.failed = true;
    set_text(out, std::move(why));
  };
  out.keep = false;
  if (!source_)
    return fail_with("there is no valid entry for it in metadata/md5-cache, and ebuilds are not sourced here");
  SourceRequest request{file, cpv, std::string(ebuild::eapi_of_ebuild(text)), {}};
  if (!ebuild::find_eapi(request.eapi))
    return fail_with(
        fmt::format("EAPI: unknown EAPI '{}' (cooper knows EAPI 0 to {})", request.eapi, ebuild::newest_eapi().name));
  for (const Repository* link : chain_) request.eclass_folders.push_back(link->root() / "eclass");
  SourceAnswer answer = source_->source(request, text);
  bool printed = !util::trim(answer.output).empty();
  if (!answer.failure.empty() && printed) answer.failure += "; it printed: " + one_line(answer.output);
  out.keep = !answer.transient;
  for (const std::string& name : answer.inherited) {
    if (auto md5 = eclass_md5(name))
      out.learned.eclasses.emplace_back(name, *md5);
    else
      out.keep = false;  // a missing eclass may appear, and no checksum would tell
  }
  if (!answer.failure.empty()) return fail_with(std::move(answer.failure));
  if (printed)
    note_in(out, file,
            fmt::format("{} prints while it is sourced (PMS 6): {}", fs::path(file).filename().string(),
                        one_line(answer.output)));
  set_text(out, keys_text(answer.keys));
}

bool MetadataReader::eclasses_hold(const EbuildEntry& entry) {
  for (uint32_t eclass : entry.eclasses) {
    signed char state = eclass_states_[eclass].load(std::memory_order_relaxed);
    if (state == 0) {
      EclassVersion version = index_->file()->eclass_version(eclass);
      state = eclass_md5(version.name) == version.md5 ? 1 : -1;
      eclass_states_[eclass].store(state, std::memory_order_relaxed);
    }
    if (state < 0) return false;
  }
  return true;
}

std::optional<Md5> MetadataReader::eclass_md5(std::string_view name) {
  {
    std::shared_lock lock(eclass_mutex_);
    if (auto it = eclasses_.find(name); it != eclasses_.end()) return it->second;
  }
  std::optional<Md5> md5;
  if (auto path = chain_.front()->eclass(name)) {
    Stamp stamp = index_ ? index_->stamp(path->c_str()) : no_stamp;
    std::optional<EclassFile> known;
    if (index_ && index_->file()) known = index_->file()->find_eclass_file(path->native());
    if (known && known->stamp == stamp && stamp != no_stamp) {
      md5 = known->md5;
    } else if (auto hashed = util::hash_file(HashAlgorithm::md5, *path)) {
      md5 = md5_of_hex(*hashed);
      bool new_to_index = index_ && (!known || known->stamp != stamp || known->md5 != *md5);
      if (new_to_index) index_->learn_eclass(path->native(), stamp, *md5);
    }
  }
  std::unique_lock lock(eclass_mutex_);
  return eclasses_.emplace(std::string(name), md5).first->second;
}

void MetadataReader::renew_source() {
  if (!options_.runtime.empty())
    source_ = std::make_unique<MetadataSource>(SourceOptions{options_.runtime, options_.bash, options_.time_limit});
}

Result<> MetadataReader::save(const std::vector<PackageName>* existing) {
  renew_source();
  return index_ ? index_->save(existing) : Result<>();
}

}  // namespace cooper::repository
