#include "repository/portage_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using ebuild::Atom;
using ebuild::Operator;

namespace {

// How narrow an atom is: of two lines that match a package, the narrower one has the last word (portage(5),
// package.use).
int specificity(const Atom& atom) {
  if (atom.wildcard) {
    if (atom.op != Operator::none) return 0;
    if (!atom.slot.empty()) return -1;
    bool any_category = atom.name.category.find('*') != std::string::npos,
         any_package = atom.name.package.find('*') != std::string::npos;
    return any_category && any_package ? -3 : -2;
  }
  switch (atom.op) {
    case Operator::equal: return 6;
    case Operator::revision_of: return 5;
    case Operator::equal_prefix: return 4;
    case Operator::none: return atom.slot.empty() ? 1 : 3;
    default: return 2;
  }
}

void sort_by_specificity(std::vector<PackageLine>& lines) {
  std::vector<std::pair<int, size_t>> order;  // of equal ones the earlier comes first
  for (size_t i = 0; i < lines.size(); ++i) order.emplace_back(specificity(lines[i].atom), i);
  std::ranges::sort(order);
  std::vector<PackageLine> out;
  out.reserve(lines.size());
  for (const auto& [rank, i] : order) out.push_back(std::move(lines[i]));
  lines = std::move(out);
}

Result<std::vector<PackageLine>> read_package_lines(const fs::path& path) {
  std::vector<PackageLine> out;
  for (const Line& line : TRY(read_lines(path, Folders::recursive))) out.push_back(TRY(parse_package_line(line)));
  sort_by_specificity(out);
  return out;
}

Result<std::vector<Assignment>> read_one(const fs::path& file, const Lookup& lookup, int depth) {
  if (depth > 20) return fail(ErrorKind::usage, "files `source` each other too deeply", file);
  std::string text = TRY(util::read_file(file, uint64_t{16} << 20));
  return parse_assignments(text, file.string(), lookup, [&](std::string_view name, const Lookup& so_far) {
    return read_one(file.parent_path() / name, so_far, depth + 1);
  });
}

}  // namespace

Result<PackageLine> parse_package_line(const Line& line) {
  std::vector<std::string_view> words = util::words(line.text);
  auto atom = Atom::parse_user(words[0], true);
  if (!atom) {
    atom.error().where = line.where;
    return std::unexpected(std::move(atom).error());
  }
  PackageLine out{std::move(*atom), {}, line.where};
  std::string prefix;
  for (size_t i = 1; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word.size() > 1 && word.ends_with(':')) {
      prefix = word.substr(0, word.size() - 1);
      std::transform(prefix.begin(), prefix.end(), prefix.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      prefix += '_';
      continue;
    }
    bool minus = !prefix.empty() && word.starts_with('-');
    out.words.push_back(fmt::format("{}{}{}", minus ? "-" : "", prefix, minus ? word.substr(1) : word));
  }
  return out;
}

Result<std::vector<Assignment>> read_assignments(const fs::path& file, const Lookup& lookup) {
  std::error_code ec;
  if (!fs::is_directory(file, ec)) return read_one(file, lookup, 0);
  std::vector<Assignment> out;
  // What earlier files of the folder say is seen first.
  Lookup all = [&](std::string_view name) {
    for (auto it = out.rbegin(); it != out.rend(); ++it)
      if (it->name == name) return it->value;
    return lookup ? lookup(name) : std::string();
  };
  for (const std::string& name : TRY(util::list_directory(file)))
    if (name.front() != '.' && name.back() != '~' && fs::is_regular_file(file / name, ec))
      std::ranges::move(TRY(read_one(file / name, all, 0)), std::back_inserter(out));
  return out;
}

Result<PortageConfig> read_portage_config(const fs::path& folder, const Lookup& lookup) {
  std::error_code ec;
  if (!fs::is_directory(folder, ec))
    return fail(ErrorKind::usage, "there is no such configuration folder", folder, {},
                "portage-config names an etc/portage folder");
  PortageConfig out;
  out.use = TRY(read_package_lines(folder / "package.use"));
  out.keywords = TRY(read_package_lines(folder / "package.keywords"));
  std::ranges::move(TRY(read_package_lines(folder / "package.accept_keywords")), std::back_inserter(out.keywords));
  sort_by_specificity(out.keywords);
  out.license = TRY(read_package_lines(folder / "package.license"));
  out.properties = TRY(read_package_lines(folder / "package.properties"));
  out.restrictions = TRY(read_package_lines(folder / "package.accept_restrict"));
  out.mask = TRY(read_lines(folder / "package.mask", Folders::recursive));
  out.unmask = TRY(read_lines(folder / "package.unmask", Folders::recursive));
  out.provided = TRY(read_lines(folder / "package.provided", Folders::recursive));
  out.license_groups = TRY(read_lines(folder / "license_groups", Folders::recursive));
  out.mirrors = TRY(read_lines(folder / "mirrors", Folders::recursive));
  for (const PackageLine& line : TRY(read_package_lines(folder / "package.env"))) {
    EnvironmentLine env{line.atom, {}, line.where};
    for (const std::string& name : line.words) {
      fs::path file = folder / "env" / name;
      if (!fs::exists(file, ec))
        return fail(ErrorKind::usage, fmt::format("package.env names '{}', which is not there", name), line.where,
                    file);
      std::ranges::move(TRY(read_assignments(file, lookup)), std::back_inserter(env.assignments));
    }
    out.env.push_back(std::move(env));
  }
  return out;
}

namespace {

// The names that files for a package may have, from the widest to the narrowest (portage(5), "patches" and "env").
std::vector<std::string> names_for(const Package& package) {
  const std::string pn = package.cpv.name.package;
  const std::string p = pn + "-" + std::string(package.cpv.version.without_revision());
  const std::string pr = p + "-" + std::string(package.cpv.version.revision());
  std::vector<std::string> out;
  for (const std::string& name : {pn, p, pr}) {
    out.push_back(name);
    out.push_back(name + ":" + package.metadata.slot);
  }
  return out;
}

// savedconfig/[CHOST/]CATEGORY/NAME, where the name may have version and revision.
void add_saved_configs(const fs::path& folder, const Package& package, UserFiles& out) {
  std::error_code ec;
  std::vector<std::string> machines = {""};
  for (const auto& entry : fs::directory_iterator(folder, ec))
    machines.push_back(entry.path().filename().string() + "/");
  const ebuild::Cpv& cpv = package.cpv;
  const std::string pn = cpv.name.package, version(cpv.version.without_revision());
  for (const std::string& machine : machines)
    for (const std::string& name : {pn, pn + "-" + version, pn + "-" + cpv.version.text()}) {
      std::string path = machine + cpv.name.category + "/" + name;
      if (fs::exists(folder / path, ec)) out.saved_configs[path] = folder / path;
    }
}

}  // namespace

UserFiles read_user_files(const fs::path& folder, const Package& package) {
  UserFiles out;
  std::error_code ec;
  if (fs::is_regular_file(folder / "bashrc", ec)) out.bashrc["0-bashrc"] = folder / "bashrc";
  int order = 0;
  for (const std::string& name : names_for(package)) {
    fs::path hook = folder / "env" / package.cpv.name.category / name;
    if (fs::is_regular_file(hook, ec)) out.bashrc[fmt::format("1-{}-{}", order++, name)] = hook;
    // A patch of a narrower folder stands for one of the same name in a wider.
    fs::path patches = folder / "patches" / package.cpv.name.category / name;
    for (const auto& file : fs::directory_iterator(patches, ec)) {
      std::string extension = file.path().extension();
      if ((extension == ".patch" || extension == ".diff") && file.is_regular_file(ec))
        out.patches[file.path().filename()] = file.path();
    }
  }
  add_saved_configs(folder / "savedconfig", package, out);
  return out;
}

}  // namespace cooper::repository
