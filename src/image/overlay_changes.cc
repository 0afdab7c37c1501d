#include "image/overlay_changes.h"

#include <set>

#include <fmt/format.h>

#include "phases/owners.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

// Places whose content is never an image's.
bool is_passing(std::string_view path) {
  for (std::string_view place : {"cooper", "dev", "proc", "sys", "run", "tmp", "var/tmp", "var/cache", "root/.cache"})
    if (path == place || (path.starts_with(place) && path[place.size()] == '/')) return true;
  return path == "etc/ld.so.cache" || path == "etc/ld.so.cache~" || path == "etc/.pwd.lock";
}

bool is_whiteout(const tree::Entry& entry) {
  return entry.kind == tree::EntryKind::character_device && entry.device_major == 0 && entry.device_minor == 0;
}

class ChangeTaker {
 public:
  // Removals: of all that lies there, or only of what belongs to `owner`.
  enum class Removals { all, own };
  ChangeTaker(Draft& draft, const LiesBelow& below, const std::string& owner, Removals removals,
              std::vector<std::string>& warnings)
      : draft_(draft), below_(below), owner_(owner), removals_(removals), warnings_(warnings) {}

  Result<> take(tree::Entry entry) {
    if (is_passing(entry.path)) return {};
    std::string path = draft_.place(entry.path);
    if (is_passing(path)) return {};
    if (is_whiteout(entry)) {
      remove(path);
      return {};
    }
    // A folder that was removed and made anew hides all that lay in it.
    auto opaque = entry.xattrs.find("user.overlay.opaque");
    bool hides = opaque != entry.xattrs.end() && opaque->second == "y";
    std::erase_if(entry.xattrs, [](const auto& attribute) { return attribute.first.starts_with("user.overlay."); });
    entry.owner = owner_;
    const tree::Entry* there = draft_.find(path);
    if (there && there->kind == tree::EntryKind::symlink && entry.kind == tree::EntryKind::directory)
      there = draft_.open(path);
    if (entry.kind == tree::EntryKind::directory) return folder(entry, there, hides);
    if (!there && below_(entry.path) && !leads_into_image(entry, path)) {
      warnings_.push_back(fmt::format("{}: its post-install phase changed /{}, which is not the image's: left out",
                                      owner_, entry.path));
      return {};
    }
    if (entry.kind == tree::EntryKind::file) {
      if (there && there->kind == tree::EntryKind::file) {
        if (there->digest == entry.digest && (there->mode & 01777) == (entry.mode & 01777))
          return {};  // copied up, not changed
        entry.uid = there->uid, entry.gid = there->gid;
        entry.owner = there->owner == "(image)" ? there->owner : owner_;
        // Setuid bits are not on the disk; they stay with what was not rewritten.
        if (there->digest == entry.digest) entry.mode |= there->mode & 06000, entry.xattrs = there->xattrs;
      }
      TRY(keep(entry));
    }
    if (entry.kind == tree::EntryKind::hardlink && !draft_.find(draft_.place(entry.target))) return {};
    if (entry.kind == tree::EntryKind::hardlink) entry.target = draft_.place(entry.target);
    if (there && there->kind == tree::EntryKind::directory) draft_.erase(there->path);
    TRY(draft_.put(std::move(entry)));
    return {};
  }

 private:
  // A link to what the image has was made for it, though the base root had something in that place: "awk" → "gawk".
  bool leads_into_image(const tree::Entry& entry, const std::string& path) const {
    if (entry.kind != tree::EntryKind::symlink) return false;
    fs::path target = entry.target.starts_with('/') ? fs::path(entry.target).relative_path()
                                                    : fs::path(path).parent_path() / entry.target;
    return draft_.open(target.lexically_normal().string()) != nullptr;
  }

  void remove(const std::string& path) {
    if (removals_ == Removals::all) return draft_.erase(path);
    std::vector<const tree::Entry*> entries = draft_.below(path);
    if (const tree::Entry* itself = draft_.find(path)) entries.insert(entries.begin(), itself);
    std::set<std::string, std::less<>> files;
    std::vector<std::string> folders;
    for (const tree::Entry* entry : entries) {
      if (entry->kind == tree::EntryKind::directory)
        folders.push_back(entry->path);
      else if (entry->owner == owner_)
        files.insert(entry->path);
    }
    draft_.erase(files);
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
      if (draft_.below(*folder).empty()) draft_.entries.erase(*folder);
  }

  Result<> folder(tree::Entry& entry, const tree::Entry* there, bool hides) {
    if (there && there->kind == tree::EntryKind::directory) {
      std::string path = there->path;
      if (hides) {
        remove(path);
        if (!draft_.find(path)) TRY(draft_.put(std::move(entry)));
      } else if (entry.mode != (there->mode & 01777))
        draft_.entries.at(path).mode = entry.mode | (there->mode & 06000);
      return {};
    }
    if (there) draft_.erase(there->path);
    // A folder that only the base root has was copied up for what is put in it: it comes with that, or not at all.
    if (below_(entry.path) && !there) return {};
    TRY(draft_.put(std::move(entry)));
    return {};
  }

  // The upper folder goes away: the bytes move beside those of other made files.
  Result<> keep(tree::Entry& entry) {
    fs::path to = draft_.scratch() / entry.digest;
    std::error_code ec;
    if (!fs::exists(to, ec)) TRY(util::write_file(to, TRY(util::read_file(entry.source))));
    entry.source = to;
    return {};
  }

  Draft& draft_;
  const LiesBelow& below_;
  const std::string& owner_;
  Removals removals_;
  std::vector<std::string>& warnings_;
};

Result<> set_owner(tree::Entry& entry, std::string_view user, std::string_view group, const Accounts& accounts,
                   const std::string& package) {
  auto uid = accounts.uid(user), gid = accounts.gid(group);
  if (!uid || !gid)
    return fail(ErrorKind::failed, fmt::format("the image has no {} '{}'", uid ? "group" : "user", uid ? group : user),
                package, fmt::format("its post-install phase gives it /{}", entry.path),
                "the acct-user or acct-group package that makes it must be in RDEPEND");
  if (!user.empty()) entry.uid = *uid;
  if (!group.empty()) entry.gid = *gid;
  entry.xattrs.erase("security.capability");  // as the kernel does
  return {};
}

}  // namespace

Result<> take_changes(Draft& draft, const fs::path& upper, const LiesBelow& below, const std::string& owner,
                      std::vector<std::string>& warnings) {
  tree::Tree changes = TRY(tree::scan(upper));
  ChangeTaker taker(draft, below, owner, ChangeTaker::Removals::all, warnings);
  for (tree::Entry& entry : changes.entries) TRY(taker.take(std::move(entry)));
  return {};
}

Result<> take_package_changes(Draft& draft, const fs::path& upper, const std::string& owner,
                              std::vector<std::string>& warnings) {
  tree::Tree changes = TRY(tree::scan(upper));
  const LiesBelow nothing = [](std::string_view) { return false; };
  ChangeTaker taker(draft, nothing, owner, ChangeTaker::Removals::own, warnings);
  for (tree::Entry& entry : changes.entries) TRY(taker.take(std::move(entry)));
  return {};
}

Result<> apply_owner_records(Draft& draft, std::string_view records, std::string_view image, const Accounts& accounts,
                             const std::string& package) {
  using Kind = phases::OwnerRecord::Kind;
  for (phases::OwnerRecord& record : TRY(phases::parse_owner_records(records))) {
    std::string_view named = record.path;
    if (!image.empty() && named.starts_with(image)) named.remove_prefix(image.size());
    std::string path = draft.place(named);
    if (is_passing(path)) continue;
    if (record.kind == Kind::node) {
      record.node.path = path;
      record.node.owner = package;
      TRY(draft.put(std::move(record.node)));
      continue;
    }
    auto found = draft.entries.find(path);
    if (found == draft.entries.end()) continue;  // removed after it was given to somebody, or the base root's
    tree::Entry& entry =
        found->second.kind == tree::EntryKind::hardlink ? draft.entries.at(found->second.target) : found->second;
    if (record.kind == Kind::own)
      TRY(set_owner(entry, record.user, record.group, accounts, package));
    else if (record.capabilities.empty())
      entry.xattrs.erase("security.capability");
    else
      entry.xattrs["security.capability"] = std::move(record.capabilities);
  }
  return {};
}

}  // namespace cooper::image
