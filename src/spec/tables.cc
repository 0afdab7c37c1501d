#include "spec/tables.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "spec/values.h"
#include "util/text.h"

namespace cooper::spec {

namespace {

// ---- [package."category/name"]

Table<PackageSpec> package_table() {
  auto words = list_of(located(filled_text()));
  return {
      {
          key("use", &PackageSpec::use, list_of(located(use_flag())),
              "USE flags of this package: \"flag\" on, \"-flag\" off."),
          key("keywords", &PackageSpec::keywords, words,
              "Keywords accepted besides the stable ones: \"~amd64\", \"**\"."),
          key("license", &PackageSpec::license, words, "Licenses accepted besides the profile's: names or \"@GROUP\"."),
          key("env", &PackageSpec::env, variables(),
              "Variables of this package's build: CFLAGS, EXTRA_ECONF and the like."),
      },
      {}};
}

// Atoms, and sets of them: "@tools".
Key<ImageSpec> wanted_packages() {
  auto read = [atom = atom()](Reader& reader, const toml::node& node, ImageSpec& spec) {
    const toml::array* array = node.as_array();
    if (!array) return reader.wrong_type(node, "an array");
    for (size_t i = 0; i < array->size(); ++i) {
      PathScope scope(reader, fmt::format("[{}]", i + 1));
      const toml::node& element = *array->get(i);
      auto text = element.value<std::string>();
      if (text && text->starts_with('@')) {
        if (text->size() == 1)
          reader.problem(element, "'@' is not followed by the name of a set");
        else
          spec.sets.push_back({text->substr(1), reader.where(element)});
      } else if (auto value = atom.read(reader, element)) {
        spec.packages.push_back({std::move(*value), reader.where(element)});
      }
    }
  };
  return {"packages", "What the image is for: atoms, as in Gentoo, and sets of them as \"@name\".", true,
          [] {
            return Json({{"type", "array"}, {"items", atom().schema()}});
          },
          read};
}

Key<ImageSpec> packages_settings() {
  Schema schema = [] { return Json({{"type", "object"}, {"additionalProperties", schema_of(package_table())}}); };
  auto read = [](Reader& reader, const toml::node& node, ImageSpec& spec) {
    const toml::table* source = node.as_table();
    if (!source) return reader.wrong_type(node, "a table of packages, as [package.\"category/name\"]");
    const Table<PackageSpec> table = package_table();
    for (auto [key, node_of_key] : in_file_order(*source)) {  // later settings win
      const toml::key& name = *key;
      const toml::node& value = *node_of_key;
      PathScope scope(reader, fmt::format("\"{}\"", name.str()));
      auto atom = ebuild::Atom::parse_user(name.str(), true);
      if (!atom) {
        reader.problem(
            name.source(), atom.error().what, atom.error().why,
            name.str().contains('/') ? atom.error().hint : "quote the whole name: [package.\"category/name\"]");
        continue;
      }
      const toml::table* settings = value.as_table();
      if (!settings) {
        reader.wrong_type(value, "a table with use, keywords, license or env");
        continue;
      }
      PackageSpec package{.atom = {std::move(*atom), reader.where(name.source())}};
      read_table(reader, *settings, table, package);
      spec.package.push_back(std::move(package));
    }
  };
  return {"package", "Settings of single packages, by atom: what package.use and its kin hold in Gentoo.", false,
          schema, read};
}

// ---- [repositories]

bool is_url(std::string_view text) { return text.contains("://"); }

bool is_tarball(std::string_view text) {
  constexpr std::array endings = {".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tar.zst", ".zip"};
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view end) { return text.ends_with(end); });
}

// The short form, a string: which of path, git and tarball it is.
void set_location(RepositorySpec& repository, std::string_view text) {
  bool git = text.starts_with("git+") || text.starts_with("git://") || text.starts_with("ssh://") ||
             text.ends_with(".git") || text.starts_with("git@");
  if (git)
    repository.git = text.starts_with("git+") ? text.substr(4) : text;
  else if (is_tarball(text))
    repository.tarball = text;
  else if (is_url(text))
    repository.git = text;
  else
    repository.path = text;
}

Table<RepositorySpec> repository_table() {
  return {{
              key("path", &RepositorySpec::path, filled_text(), "A folder, from the spec's folder where relative."),
              key("git", &RepositorySpec::git, filled_text(), "A git URL."),
              key("tarball", &RepositorySpec::tarball, filled_text(), "A tarball: URL or file."),
              key("commit", &RepositorySpec::commit, filled_text(), "The git commit, tag or branch to take."),
          },
          [](Reader& reader, const toml::table& source, RepositorySpec& repository) {
            int given = source.contains("path") + source.contains("git") + source.contains("tarball");
            if (given != 1)
              reader.problem(source, fmt::format("'{}' needs one of path, git and tarball", reader.path),
                             fmt::format("it has {}", given == 0 ? "none" : "several"));
            if (source.contains("commit") && !source.contains("git"))
              reader.problem(source, fmt::format("'{}' has a commit without a git URL", reader.path));
            (void)repository;
          }};
}

bool valid_repository_name(std::string_view name) {  // PMS 3.1.5
  auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name[0] != '-' && std::all_of(name.begin(), name.end(), letter);
}

Key<ImageSpec> repositories() {
  Schema schema = [] {
    Json entry = {{"oneOf", {{{"type", "string"}, {"minLength", 1}}, schema_of(repository_table())}}};
    return Json({{"type", "object"},
                 {"propertyNames", {{"pattern", "^[A-Za-z0-9_][A-Za-z0-9_-]*$"}}},
                 {"additionalProperties", entry}});
  };
  auto read = [](Reader& reader, const toml::node& node, ImageSpec& spec) {
    const toml::table* source = node.as_table();
    if (!source) return reader.wrong_type(node, "a table: name = path, git URL or tarball");
    for (auto [key, node_of_key] : in_file_order(*source)) {  // the first has the highest priority
      const toml::key& name = *key;
      const toml::node& value = *node_of_key;
      PathScope scope(reader, name.str());
      RepositorySpec repository{.name = std::string(name.str()), .where = reader.where(name.source())};
      if (!valid_repository_name(name.str()))
        reader.problem(name.source(), fmt::format("invalid repository name '{}'", name.str()),
                       "names have letters, digits, '_' and '-', and do not begin with '-'");
      if (const toml::table* long_form = value.as_table()) {
        read_table(reader, *long_form, repository_table(), repository);
      } else if (value.is_string()) {
        if (auto location = filled_text().read(reader, value)) set_location(repository, *location);
      } else {
        reader.wrong_type(value, "a string (path, git URL or tarball) or a table");
        continue;
      }
      if (!repository.path.empty()) repository.path = from_spec_folder(reader, repository.path);
      if (!repository.tarball.empty() && !is_url(repository.tarball))
        repository.tarball = from_spec_folder(reader, repository.tarball);
      spec.repositories.push_back(std::move(repository));
    }
  };
  return {"repositories",
          "Ebuild repositories, highest priority first: name = path, git URL or tarball. Default: the bundled one.",
          false, schema, read};
}

// ---- [profile], [base]

Kind<std::filesystem::path> host_path() {
  Kind<std::string> plain = filled_text();
  return {plain.schema,
          [read = plain.read](Reader& reader, const toml::node& node) -> std::optional<std::filesystem::path> {
            auto value = read(reader, node);
            if (!value) return std::nullopt;
            return from_spec_folder(reader, *value);
          }};
}

Table<ImageSpec> profile_table() {
  return {{
              key("profile", &ImageSpec::profile, filled_text(),
                  "The profile: \"repository:path\", or the path of a profile folder. Default: "
                  "\"cooper:default/linux/amd64\"."),
              key("portage-config", &ImageSpec::portage_config, host_path(),
                  "An etc/portage folder (make.conf, package.use …) to take settings from; from the spec's folder "
                  "where relative."),
              key("variables", &ImageSpec::variables, variables(),
                  "Variables as in make.conf: CFLAGS, PYTHON_TARGETS, ACCEPT_KEYWORDS …"),
              key("multilib", &ImageSpec::multilib, truth(),
                  "Whether a multilib profile has its way, with libraries for all of its ABIs (MULTILIB_ABIS). "
                  "Default: false, only for DEFAULT_ABI."),
          },
          {}};
}

// "kind:argument"; local paths become absolute here, so that nobody else needs the spec's folder for them. An image
// without a slash is one of the store.
Kind<std::string> base_source() {
  Schema schema = [] { return Json({{"type", "string"}, {"pattern", "^(host|(debian|oci|tar|dir):.+)$"}}); };
  return {std::move(schema), [](Reader& reader, const toml::node& node) -> std::optional<std::string> {
            auto value = filled_text().read(reader, node);
            if (!value || *value == "host") return value;
            std::string kind = value->substr(0, value->find(':'));
            std::string argument = value->contains(':') ? value->substr(kind.size() + 1) : "";
            const std::vector<std::string> kinds = {"debian", "oci", "tar", "dir", "host"};
            if (kind == "host" || std::find(kinds.begin(), kinds.end(), kind) == kinds.end() || argument.empty()) {
              std::string nearest = util::nearest(kind, kinds);
              reader.problem(
                  node, fmt::format("invalid base root '{}'", *value),
                  "a base root is debian:SUITE, oci:REFERENCE, tar:FILE, dir:PATH or host",
                  nearest.empty() || nearest == kind ? "" : fmt::format("did you mean '{}:{}'?", nearest, argument));
              return std::nullopt;
            }
            if (kind == "tar" || kind == "dir") return kind + ":" + from_spec_folder(reader, argument).string();
            if (kind == "oci" && argument.contains('/'))
              return kind + ":" + from_spec_folder(reader, argument).string();
            return value;
          }};
}

Kind<bool> libc_choice() {
  Kind<std::string> names = one_of({"adopt", "build"});
  return {names.schema, [read = names.read](Reader& reader, const toml::node& node) -> std::optional<bool> {
            auto value = read(reader, node);
            if (!value) return std::nullopt;
            return *value == "build";
          }};
}

Table<ImageSpec> base_table() {
  return {
      {
          key("from", &ImageSpec::base_from, base_source(),
              "The root that builds run in: debian:SUITE, oci:REFERENCE, tar:FILE, dir:PATH or host. Default: "
              "\"debian:bookworm\"."),
          key("libc", &ImageSpec::build_libc, libc_choice(),
              "\"adopt\" takes the C library from the base root (the default), \"build\" builds it from its ebuild."),
      },
      {}};
}

// ---- [root]

Table<FileSpec> file_table() {
  return {{
              key("path", &FileSpec::path, absolute_path(), "Where it goes in the image.", true),
              key("source", &FileSpec::source, filled_text(),
                  "The file it is copied from; from the spec's folder where relative."),
              key("content", &FileSpec::content, text(), "Its content, in place of a source."),
              key("mode", &FileSpec::mode, mode(), "Its mode. Default: \"0644\"."),
              key("user", &FileSpec::user, owner(), "Its owner, a name or number. Default: root."),
              key("group", &FileSpec::group, owner(), "Its group, a name or number. Default: root."),
          },
          [](Reader& reader, const toml::table& source, FileSpec&) {
            bool both = source.contains("source") && source.contains("content");
            bool neither = !source.contains("source") && !source.contains("content");
            if (both || neither)
              reader.problem(source, fmt::format("'{}' needs either source or content", reader.path),
                             both ? "it has both" : "it has neither");
          }};
}

Table<DirectorySpec> directory_table() {
  return {{
              key("path", &DirectorySpec::path, absolute_path(), "Where it goes in the image.", true),
              key("mode", &DirectorySpec::mode, mode(), "Its mode. Default: \"0755\"."),
              key("user", &DirectorySpec::user, owner(), "Its owner, a name or number. Default: root."),
              key("group", &DirectorySpec::group, owner(), "Its group, a name or number. Default: root."),
          },
          {}};
}

Table<SymlinkSpec> symlink_table() {
  return {{
              key("path", &SymlinkSpec::path, absolute_path(), "Where it goes in the image.", true),
              key("target", &SymlinkSpec::target, filled_text(), "What it points to.", true),
          },
          {}};
}

Table<UserSpec> user_table() {
  return {{
              key("name", &UserSpec::name, account_name(), "The user's name.", true),
              key("uid", &UserSpec::uid, unsigned_integer(UINT32_MAX - 1), "Its number.", true),
              key("gid", &UserSpec::gid, unsigned_integer(UINT32_MAX - 1),
                  "The number of its group. Default: a group of the same name and number."),
              key("home", &UserSpec::home, absolute_path(), "Its home folder. Default: \"/nonexistent\"."),
              key("shell", &UserSpec::shell, absolute_path(), "Its shell. Default: \"/sbin/nologin\"."),
              key("comment", &UserSpec::comment,
                  checked_text(
                      "^[^:\\n]*$", [](std::string_view s) { return s.find_first_of(":\n") == s.npos; },
                      "':' and line ends cannot stand in passwd"),
                  "What passwd says of it."),
              key("groups", &UserSpec::groups, list_of(account_name()), "Further groups that it belongs to."),
          },
          {}};
}

Table<GroupSpec> group_table() {
  return {{
              key("name", &GroupSpec::name, account_name(), "The group's name.", true),
              key("gid", &GroupSpec::gid, unsigned_integer(UINT32_MAX - 1), "Its number.", true),
          },
          {}};
}

// Two entries of one list must not share what `id` gives.
template <typename T, typename Id>
void no_twins(Reader& reader, const std::vector<T>& list, const char* what, Id id) {
  for (size_t i = 0; i < list.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      if (id(list[i]) != id(list[j])) continue;
      reader.problem_at(list[i].where, fmt::format("{} '{}' is there twice", what, id(list[i])),
                        "first at " + list[j].where);
      break;
    }
}

Table<ImageSpec> root_table() {
  auto words = list_of(filled_text());
  return {{
              key("exclude", &ImageSpec::exclude, list_of(located(atom())),
                  "Packages left out of the image although something needs them."),
              key("trim", &ImageSpec::trim,
                  list_of(one_of({"docs", "headers", "static-libs", "build-tools", "package-database"})),
                  "What is taken away from the packages' files. Default: all of these."),
              key("keep", &ImageSpec::keep, list_of(absolute_path()), "Paths or globs that no trim takes."),
              key("remove", &ImageSpec::remove, list_of(absolute_path()), "Paths or globs to take away."),
              key("locales", &ImageSpec::locales, words, "Locales whose data stay. Default: all."),
              key("charsets", &ImageSpec::charsets, words, "Character sets whose converters stay. Default: all."),
              key("timezones", &ImageSpec::timezones, words, "Time zones that stay. Default: all."),
              key("terminfo", &ImageSpec::terminfo, words, "Terminals whose descriptions stay. Default: all."),
              key("file", &ImageSpec::files, list_of(value_of(file_table)), "Files to add."),
              key("directory", &ImageSpec::directories, list_of(value_of(directory_table)), "Folders to add."),
              key("symlink", &ImageSpec::symlinks, list_of(value_of(symlink_table)), "Symbolic links to add."),
              key("user", &ImageSpec::users, list_of(value_of(user_table)), "Users to add."),
              key("group", &ImageSpec::groups, list_of(value_of(group_table)), "Groups to add."),
          },
          [](Reader& reader, const toml::table&, ImageSpec& spec) {
            auto path = [](const auto& entry) { return entry.path; };
            auto name = [](const auto& entry) { return entry.name; };
            no_twins(reader, spec.files, "file", path);
            no_twins(reader, spec.directories, "folder", path);
            no_twins(reader, spec.symlinks, "symbolic link", path);
            no_twins(reader, spec.users, "user", name);
            no_twins(reader, spec.groups, "group", name);
          }};
}

// ---- [config]

Table<ImageConfig> config_table() {
  auto words = list_of(text());
  return {{
              key("entrypoint", &ImageConfig::entrypoint, words, "The command that always runs."),
              key("cmd", &ImageConfig::cmd, words,
                  "The command, or the arguments of the entry point, where the user gives none."),
              key("env", &ImageConfig::env, environment(),
                  "Environment variables: { NAME = \"value\" } or [\"NAME=value\"]."),
              key("expose", &ImageConfig::expose, list_of(port()), "Ports that it serves: \"9000/tcp\"."),
              key("volumes", &ImageConfig::volumes, list_of(absolute_path()), "Folders that hold data of their own."),
              key("user", &ImageConfig::user,
                  checked_text(
                      "^[a-z0-9_-]+(:[a-z0-9_-]+)?$",
                      [](std::string_view s) {
                        return !s.empty() && s.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-:") == s.npos &&
                               s.front() != ':' && s.back() != ':' && std::count(s.begin(), s.end(), ':') <= 1;
                      },
                      "it must be USER or USER:GROUP, names or numbers"),
                  "The user that it runs as. Default: root."),
              key("workdir", &ImageConfig::workdir,
                  checked_text(
                      "^/", [](std::string_view s) { return s.starts_with('/'); }, "it must be an absolute path"),
                  "The folder that it starts in."),
              key("stop-signal", &ImageConfig::stop_signal,
                  checked_text(
                      "^(SIG[A-Z0-9+-]+|[0-9]+)$",
                      [](std::string_view s) {
                        if (s.starts_with("SIG"))
                          return s.size() > 3 &&
                                 s.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-") == s.npos;
                        return !s.empty() && s.size() <= 2 && s.find_first_not_of("0123456789") == s.npos;
                      },
                      "a signal is a name such as SIGQUIT, or a number"),
                  "The signal that asks it to stop. Default: SIGTERM."),
              key("labels", &ImageConfig::labels, labels(),
                  "Labels of the image: { \"org.opencontainers.image.title\" = \"…\" }."),
          },
          {}};
}

Kind<int> small_integer(int least, int most) {
  Kind<int64_t> wide = integer(least, most);
  return {wide.schema, [read = wide.read](Reader& reader, const toml::node& node) -> std::optional<int> {
            auto value = read(reader, node);
            if (!value) return std::nullopt;
            return static_cast<int>(*value);
          }};
}

// ---- [limits]

Table<LimitsSpec> limits_table() {
  return {
      {
          key("log", &LimitsSpec::log, byte_count(), "Output of one package's build. Default: \"1 GiB\"."),
          key("processes", &LimitsSpec::processes, small_integer(0, 4'000'000), "Processes at once. Default: 4096."),
          key("seconds", &LimitsSpec::seconds, small_integer(0, 31'536'000),
              "Wall time of one package. Default: none."),
          key("file", &LimitsSpec::file, byte_count(), "Size of one file. Default: \"64 GiB\"."),
          key("memory", &LimitsSpec::memory, byte_count(), "Address space of one process. Default: none."),
          key("free", &LimitsSpec::free, byte_count(),
              "What a build must leave free on the disk of the store. Default: \"256 MiB\"."),
      },
      {}};
}

// ---- [[test]]

Table<TestSpec> test_table() {
  return {{
              key("name", &TestSpec::name, filled_text(), "What the test shows. Default: the command."),
              key("run", &TestSpec::run, list_of(text()), "The command, run in the finished image.", true),
              key("stdin", &TestSpec::stdin_text, text(), "What it reads."),
              key("stdout", &TestSpec::stdout_text, text(), "What it must print, white space at the end ignored."),
              key("stdout-contains", &TestSpec::stdout_contains, text(), "What its output must hold."),
              key("exit", &TestSpec::exit, small_integer(0, 255), "The exit code it must end with. Default: 0."),
              key("timeout", &TestSpec::timeout, small_integer(1, 86400), "Seconds it may take. Default: 60."),
          },
          [](Reader& reader, const toml::table& source, TestSpec& test) {
            if (source.contains("run") && test.run.empty())
              reader.problem(*source.get("run"), fmt::format("'{}.run' is empty", reader.path),
                             "a test is a command and its arguments");
          }};
}

}  // namespace

std::filesystem::path from_spec_folder(const Reader& reader, std::string_view path) {
  std::filesystem::path given(path);
  if (given.is_absolute()) return given.lexically_normal();
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(reader.file(), error).parent_path();
  return (folder / given).lexically_normal();
}

Table<ImageSpec> image_spec_table() {
  return {{
              key("name", &ImageSpec::name, image_name(), "The image's name.", true),
              key("tag", &ImageSpec::tag, image_tag(), "The image's tag. Default: the version of the first package."),
              wanted_packages(),
              key("use", &ImageSpec::use, list_of(located(use_flag())),
                  "USE flags everywhere: \"flag\" on, \"-flag\" off."),
              key("mask", &ImageSpec::mask, list_of(located(atom())),
                  "Packages that must not be taken, as in package.mask."),
              key("unmask", &ImageSpec::unmask, list_of(located(atom())),
                  "Packages that a mask of the profile or a repository shall not hold back."),
              packages_settings(),
              repositories(),
              section("profile", profile_table, "The profile and settings as of make.conf."),
              section("base", base_table, "The environment that packages are built in."),
              section("root", root_table, "What is in the image besides the packages' files, and what is not."),
              key("config", &ImageSpec::config, value_of(config_table), "The OCI image config."),
              key("limits", &ImageSpec::limits, value_of(limits_table),
                  "What ends the build of a package that goes too far; 0 is no limit."),
              key("test", &ImageSpec::tests, list_of(value_of(test_table)),
                  "Tests of the finished image; a failing one fails the build."),
          },
          [](Reader& reader, const toml::table& source, ImageSpec& spec) {
            const toml::node* packages = source.get("packages");
            if (packages && packages->is_array() && packages->as_array()->empty())
              reader.problem(*packages, "'packages' is empty", "an image needs at least one package");
            (void)spec;
          }};
}

}  // namespace cooper::spec
