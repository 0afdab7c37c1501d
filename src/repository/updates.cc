#include "repository/updates.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "ebuild/eapi.h"
#include "ebuild/names.h"
#include "repository/layout.h"
#include "repository/lines.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using ebuild::Atom;
using ebuild::PackageName;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "3Q-2006" → (2006, 3); nothing for other names.
std::optional<std::pair<int, int>> quarter(std::string_view name) {
  if (name.size() != 7 || name[0] < '1' || name[0] > '4' || name.substr(1, 2) != "Q-") return std::nullopt;
  if (!std::all_of(name.begin() + 3, name.end(), is_digit)) return std::nullopt;
  return std::pair(std::stoi(std::string(name.substr(3))), name[0] - '0');
}

// The files of an updates folder, oldest first: quarters in their order, then the others by name. EAPIs before 8 know
// only quarters.
std::vector<std::string> update_files(const fs::path& folder, const ebuild::Eapi& eapi) {
  std::vector<std::string> out;
  auto names = util::list_directory(folder);
  if (!names) return out;
  std::error_code ec;
  for (std::string& name : *names)
    if (name.front() != '.' && (eapi.number >= 8 || quarter(name)) && fs::is_regular_file(folder / name, ec))
      out.push_back(std::move(name));
  auto rank = [](const std::string& name) { return quarter(name).value_or(std::pair(10000, 0)); };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return out;
}

PackageName package_name(std::string_view qualified) {
  size_t slash = qualified.find('/');
  return {std::string(qualified.substr(0, slash)), std::string(qualified.substr(slash + 1))};
}

bool is_name(const PackageName& name, std::string_view qualified) {
  return qualified.size() == name.category.size() + 1 + name.package.size() && qualified.starts_with(name.category) &&
         qualified.ends_with(name.package);
}

// Why a line is no legal update, or "".
std::string parse_line(const std::vector<std::string_view>& words, Update& out) {
  if (words[0] == "move") {
    if (words.size() != 3) return "a move has two names: move OLD NEW";
    for (std::string_view name : {words[1], words[2]})
      if (!ebuild::is_qualified_name(name)) return fmt::format("'{}' is not a package's name", name);
    out.kind = Update::Kind::move;
    out.from = words[1], out.to = words[2];
    return {};
  }
  if (words[0] == "slotmove") {
    if (words.size() != 4) return "a slotmove has a package and two slots: slotmove PACKAGE OLD NEW";
    auto atom = Atom::parse_user(words[1]);
    if (!atom) return atom.error().what;
    if (!atom->slot.empty() || !atom->use.empty() || atom->block != ebuild::Block::none)
      return fmt::format("'{}' is more than a package and a version", words[1]);
    for (std::string_view slot : {words[2], words[3]})
      if (!ebuild::is_slot_name(slot)) return fmt::format("'{}' is not a legal slot", slot);
    out.kind = Update::Kind::slot_move;
    out.versions = std::make_shared<const Atom>(std::move(*atom));
    out.from_slot = words[2], out.to_slot = words[3];
    return {};
  }
  return fmt::format("'{}' is neither move nor slotmove", words[0]);
}

}  // namespace

std::vector<Update> parse_updates(std::string text, std::string_view shown, std::vector<Problem>& problems) {
  std::vector<Update> out;
  for (Line& line : parse_lines(std::move(text), shown)) {
    Update update;
    std::string wrong = parse_line(util::words(line.text), update);
    if (!wrong.empty()) {
      problems.push_back({line.where, wrong + " (PMS 4.4.4)"});
      continue;
    }
    update.where = std::move(line.where);
    out.push_back(std::move(update));
  }
  return out;
}

Updates::Updates(std::vector<const Repository*> repositories) : repositories_(std::move(repositories)) {
  for (const Repository* repository : repositories_)
    roots_.emplace_back(::open(repository->root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

void Updates::load() {
  if (loaded_) return;
  loaded_ = true;
  // The nearest repository has the last word.
  for (auto repository = repositories_.rbegin(); repository != repositories_.rend(); ++repository) {
    fs::path folder = (*repository)->root() / "profiles/updates";
    for (const std::string& name : update_files(folder, *(*repository)->layout().profiles_eapi)) {
      auto text = util::read_file(folder / name, uint64_t{16} << 20);
      if (text)
        std::ranges::move(parse_updates(std::move(*text), (folder / name).string(), problems_),
                          std::back_inserter(updates_));
      else
        problems_.push_back({folder / name, text.error().what + ": " + text.error().why});
    }
  }
}

bool Updates::exists(const PackageName& name) const {
  std::string folder = name.text();
  return std::ranges::any_of(roots_, [&](const util::Fd& root) {
    struct stat st;
    return ::fstatat(root.get(), folder.c_str(), &st, 0) == 0 && S_ISDIR(st.st_mode);
  });
}

bool Updates::exists(const PackageName& name, std::string_view slot) const {
  return std::any_of(repositories_.begin(), repositories_.end(), [&](const Repository* repository) {
    auto versions = repository->versions(name);
    return std::any_of(versions.begin(), versions.end(),
                       [&](const Package* package) { return package->metadata.slot == slot; });
  });
}

bool Updates::rename(PackageName& name, const Update& update) const {
  if (update.kind != Update::Kind::move || !is_name(name, update.from) || exists(name)) return false;
  name = package_name(update.to);
  return true;
}

bool Updates::apply(Atom& atom) {
  if (atom.name.category.find('*') != std::string::npos || atom.name.package.find('*') != std::string::npos)
    return false;
  // Mostly there is nothing to look for, and the files need not be read.
  if (atom.slot.empty() ? exists(atom.name) : exists(atom.name, atom.slot)) return false;
  load();
  bool changed = false;
  for (const Update& update : updates_) {
    if (rename(atom.name, update)) {
      changed = true;
    } else if (update.kind == Update::Kind::slot_move && atom.slot == update.from_slot &&
               atom.name == update.versions->name && update.versions->op == ebuild::Operator::none &&
               (update.versions->repository.empty() || update.versions->repository == atom.repository)) {
      // Whether an atom means the versions of a slotmove with one cannot be told: those are for installed packages
      // only.
      if (atom.subslot == update.from_slot) atom.subslot = update.to_slot;
      atom.slot = update.to_slot;
      changed = true;
    }
  }
  return changed;
}

bool Updates::apply(ebuild::Cpv& cpv, std::string& slot) {
  std::string_view plain = std::string_view(slot).substr(0, slot.find('/'));
  if (slot.empty() ? exists(cpv.name) : exists(cpv.name, plain)) return false;
  load();
  bool changed = false;
  for (const Update& update : updates_) {
    if (rename(cpv.name, update)) {
      changed = true;
    } else if (update.kind == Update::Kind::slot_move && update.versions->matches(cpv)) {
      std::string_view own = std::string_view(slot).substr(0, slot.find('/'));
      if (own != update.from_slot) continue;
      std::string_view subslot =
          own.size() < slot.size() ? std::string_view(slot).substr(own.size() + 1) : std::string_view();
      slot = subslot.empty() || subslot == own ? std::string(update.to_slot)
                                               : fmt::format("{}/{}", update.to_slot, subslot);
      changed = true;
    }
  }
  return changed;
}

}  // namespace cooper::repository
