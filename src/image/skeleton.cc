#include "image/skeleton.h"

#include <fcntl.h>

#include <fmt/format.h>

#include "util/hash.h"
#include "util/text.h"

namespace cooper::image {

namespace {

constexpr std::string_view nsswitch =
    "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: "
    "files\n";

// In double quotes as a shell would read it (os-release(5)).
std::string shell_quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (std::string_view("\"\\$`").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string os_release(const spec::ImageSpec& spec, const std::string& tag) {
  return fmt::format("NAME=\"cooper image\"\nID=cooper\nPRETTY_NAME={}\nIMAGE_ID={}\nIMAGE_VERSION={}\n",
                     shell_quoted(fmt::format("{} {} (cooper image)", spec.name, tag)), shell_quoted(spec.name),
                     shell_quoted(tag));
}

Result<> put_folder_unless_there(Draft& draft, std::string_view path, uint32_t mode) {
  if (!draft.find(draft.place(path))) TRY(draft.put_directory(path, mode));
  return {};
}

struct Owner {
  uint32_t uid, gid;
};

Result<Owner> owner_of(const Accounts& accounts, const std::string& user, const std::string& group,
                       const std::string& where) {
  auto uid = accounts.uid(user);
  if (!uid)
    return fail(ErrorKind::usage, fmt::format("no user '{}' in the image", user), where, {},
                "make it with [[root.user]]");
  uint32_t gid = 0;
  if (!group.empty()) {
    auto found = accounts.gid(group);
    if (!found)
      return fail(ErrorKind::usage, fmt::format("no group '{}' in the image", group), where, {},
                  "make it with [[root.group]]");
    gid = *found;
  } else if (const User* known = accounts.user(user)) {
    gid = known->gid;
  }
  return Owner{*uid, gid};
}

Result<> put_spec_file(Draft& draft, const spec::ImageSpec& spec, const spec::FileSpec& file,
                       const Accounts& accounts) {
  Owner owner = TRY(owner_of(accounts, file.user, file.group, file.where));
  std::string content;
  if (file.content) {
    content = *file.content;
  } else {
    std::filesystem::path source = spec.file.parent_path() / file.source;
    auto read = util::read_file(source);
    if (!read)
      return fail(ErrorKind::usage, fmt::format("cannot read the source of {}", file.path), file.where,
                  read.error().message());
    content = std::move(*read);
  }
  std::string path = TRY(draft.put_file(file.path, content, file.mode));
  draft.entries.at(path).uid = owner.uid;
  draft.entries.at(path).gid = owner.gid;
  return {};
}

Result<> put_home(Draft& draft, const spec::UserSpec& user, const Accounts& accounts) {
  if (user.home == "/nonexistent" || user.home == "/dev/null" || draft.open(user.home) ||
      draft.place(user.home).empty())
    return {};
  std::string path = TRY(draft.put_directory(user.home, 0755));
  const User* known = accounts.user(user.name);
  draft.entries.at(path).uid = known->uid;
  draft.entries.at(path).gid = known->gid;
  return {};
}

}  // namespace

Result<> put_skeleton(Draft& draft, const spec::ImageSpec& spec, const std::string& tag) {
  for (const char* path : {"dev", "proc", "sys", "run", "etc"}) TRY(put_folder_unless_there(draft, path, 0755));
  TRY(put_folder_unless_there(draft, "root", 0700));
  TRY(draft.put_directory("tmp", 01777));
  TRY(draft.put_directory("var/tmp", 01777));
  if (!draft.find("etc/nsswitch.conf")) TRY(draft.put_file("etc/nsswitch.conf", nsswitch));
  if (!draft.find("etc/os-release") && !draft.find("usr/lib/os-release")) {
    TRY(draft.put_file("usr/lib/os-release", os_release(spec, tag)));
    TRY(draft.put_symlink("etc/os-release", "../usr/lib/os-release"));
  }
  return {};
}

Result<> put_spec_files(Draft& draft, const spec::ImageSpec& spec, const Accounts& accounts) {
  for (const spec::DirectorySpec& directory : spec.directories) {
    Owner owner = TRY(owner_of(accounts, directory.user, directory.group, directory.where));
    std::string place = draft.place(directory.path);
    if (const tree::Entry* there = draft.open(directory.path)) {
      if (there->kind != tree::EntryKind::directory)
        return fail(ErrorKind::usage, fmt::format("{} is no folder", directory.path), directory.where,
                    fmt::format("{} put something else there", there->owner));
      place = there->path;
    } else {
      place = TRY(draft.put_directory(directory.path));
    }
    tree::Entry& entry = draft.entries.at(place);
    entry.mode = directory.mode, entry.uid = owner.uid, entry.gid = owner.gid;
  }
  for (const spec::FileSpec& file : spec.files) {
    const tree::Entry* there = draft.find(draft.place(file.path));
    if (there && there->kind == tree::EntryKind::directory)
      return fail(ErrorKind::usage, fmt::format("{} is a folder", file.path), file.where,
                  fmt::format("{} put it there", there->owner));
    TRY(put_spec_file(draft, spec, file, accounts));
  }
  for (const spec::SymlinkSpec& link : spec.symlinks) {
    const tree::Entry* there = draft.find(draft.place(link.path));
    if (there && there->kind == tree::EntryKind::directory)
      return fail(ErrorKind::usage, fmt::format("{} is a folder", link.path), link.where,
                  fmt::format("{} put it there", there->owner));
    TRY(draft.put_symlink(link.path, link.target));
  }
  for (const spec::UserSpec& user : spec.users) TRY(put_home(draft, user, accounts));
  return {};
}

}  // namespace cooper::image
