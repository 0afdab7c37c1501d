// The key of an image: what decides whether one that is there can be used again.
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>

#include "image/gzip.h"
#include "image/image.h"
#include "image/post_install.h"
#include "util/file.h"
#include "util/hash.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

// The linker's id of this very program: another version of cooper may put images together in another way.
std::string program_id() {
  std::string id;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* out) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_NOTE) continue;
          const char* at = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
          const char* end = at + header.p_memsz;
          auto padded = [](size_t size) { return (size + 3) & ~size_t{3}; };
          while (at + sizeof(ElfW(Nhdr)) <= end) {
            ElfW(Nhdr) note;
            std::memcpy(&note, at, sizeof note);
            const char* name = at + sizeof note;
            const char* value = name + padded(note.n_namesz);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0)
              *static_cast<std::string*>(out) = std::string(value, note.n_descsz);
            at = value + padded(note.n_descsz);
          }
        }
        return 1;  // the first object is the program itself
      },
      &id);
  return id;
}

// Hashes values one after the other, each with its length, so that no two inputs look alike.
class KeyHasher {
 public:
  void add(std::string_view text) { hasher_.update_field(text); }
  void add(uint64_t number) { hasher_.update_field(std::to_string(number)); }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(const char* text) { add(std::string_view(text)); }
  template <typename T>
  void add(const std::optional<T>& value) {
    add(uint64_t{value.has_value()});
    if (value) add(*value);
  }
  template <typename T>
  void add(const std::vector<T>& list) {
    add(uint64_t{list.size()});
    for (const T& item : list) add(item);
  }
  void add(const std::map<std::string, std::string>& map) {
    add(uint64_t{map.size()});
    for (const auto& [key, value] : map) add(key), add(value);
  }
  template <typename T>
  void add(const spec::Located<T>& value) {
    if constexpr (requires { value.value.text(); })
      add(value.value.text());
    else
      add(value.value);
  }
  template <typename... T>
  void all(const T&... values) {
    (add(values), ...);
  }
  std::string hex() { return hasher_.hex(); }

 private:
  util::Hasher hasher_{util::HashAlgorithm::sha256};
};

Result<> add_spec(KeyHasher& key, const spec::ImageSpec& spec) {
  key.all(spec.name, spec.tag, spec.exclude, spec.trim, spec.keep, spec.remove, spec.locales, spec.charsets,
          spec.timezones, spec.terminfo);
  key.add(uint64_t{spec.build_libc});
  for (const spec::FileSpec& file : spec.files) {
    key.all("file", file.path, file.user, file.group, uint64_t{file.mode}, file.content);
    if (file.content) continue;
    auto digest = util::hash_file(util::HashAlgorithm::sha256, spec.file.parent_path() / file.source);
    if (!digest)
      return fail(ErrorKind::usage, "cannot read the source of " + file.path, file.where, digest.error().message());
    key.add(*digest);
  }
  for (const spec::DirectorySpec& directory : spec.directories)
    key.all("directory", directory.path, directory.user, directory.group, uint64_t{directory.mode});
  for (const spec::SymlinkSpec& link : spec.symlinks) key.all("symlink", link.path, link.target);
  for (const spec::UserSpec& user : spec.users) {
    key.all("user", user.name, uint64_t{user.uid}, user.home, user.shell, user.comment, user.groups);
    key.add(user.gid ? std::to_string(*user.gid) : "-");
  }
  for (const spec::GroupSpec& group : spec.groups) key.all("group", group.name, uint64_t{group.gid});
  const spec::ImageConfig& config = spec.config;
  key.all(config.entrypoint, config.cmd, config.env, config.expose, config.volumes, config.user, config.workdir,
          config.stop_signal, config.labels);
  for (const spec::TestSpec& test : spec.tests) {
    key.all("test", test.run, test.stdout_text, test.stdout_contains, test.stdin_text, test.name);
    key.all(std::to_string(test.exit), std::to_string(test.timeout));
  }
  return {};
}

// The runtime's scripts, where any phase runs.
Result<> add_runtime(KeyHasher& key, const AssembleInput& input) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (const auto& file : fs::recursive_directory_iterator(input.runtime, ec))
    if (file.is_regular_file(ec)) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  files.push_back(input.helper);
  for (const fs::path& file : files)
    key.all(file.filename().string(), TRY(util::hash_file(util::HashAlgorithm::sha256, file)));
  key.add(input.variables);
  return {};
}

}  // namespace

Result<std::string> image_key(const AssembleInput& input) {
  KeyHasher key;
  key.all("cooper-image-1", program_id(), std::to_string(gzip_level), input.tag,
          std::to_string(input.source_date_epoch));
  TRY(add_spec(key, *input.spec));
  const sandbox::BaseDescription& description = *input.base_description;
  key.all(input.base->id, description.kind, description.adoptable, description.library_paths, description.environment);
  bool phases = false;
  for (const store::BuiltPackage& package : input.packages) {
    key.all(package.facts.cpv, package.output_digest);
    if (post_install_phases(package.facts).empty()) continue;
    phases = true;
    key.add(package.key);  // the saved environment is no part of the output digest
    auto tools = input.install_tools.find(package.facts.cpv);
    if (tools == input.install_tools.end()) continue;
    for (const fs::path& layer : tools->second) key.add(layer.parent_path().filename().string());  // the package's key
  }
  if (phases) TRY(add_runtime(key, input));
  return key.hex();
}

}  // namespace cooper::image
