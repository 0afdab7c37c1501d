// From built packages to an image: the passes in their order.
#include <algorithm>

#include <fmt/format.h>

#include "image/accounts.h"
#include "image/adopt.h"
#include "image/draft.h"
#include "image/image.h"
#include "image/layout.h"
#include "image/ld_cache.h"
#include "image/libraries.h"
#include "image/merge.h"
#include "image/post_install.h"
#include "image/proof.h"
#include "image/skeleton.h"
#include "image/trim.h"

namespace cooper::image {

namespace {

using Packages = std::vector<const store::BuiltPackage*>;

// The packages without those that the spec leaves out; what these hold counts as trimmed.
Result<Packages> chosen_packages(const AssembleInput& input, std::map<std::string, uint64_t>& trimmed,
                                 std::vector<std::string>& warnings) {
  std::set<std::string> used;
  Packages chosen;
  for (const store::BuiltPackage& package : input.packages) {
    ebuild::Cpv cpv = TRY(ebuild::Cpv::parse(package.facts.cpv));
    std::string slot = package.facts.slot + (package.facts.subslot.empty() ? "" : "/" + package.facts.subslot);
    bool excluded = false;
    for (const auto& atom : input.spec->exclude) {
      if (!atom.value.matches(cpv, slot, package.facts.repository)) continue;
      excluded = true;
      used.insert(atom.where);
    }
    if (excluded)
      trimmed[package.facts.cpv] += package.tree.total_size();
    else
      chosen.push_back(&package);
  }
  for (const auto& atom : input.spec->exclude)
    if (!used.contains(atom.where) && !input.left_out.contains(atom.value.name))
      warnings.push_back(fmt::format("{}: '{}' leaves nothing out: the image would not have such a package", atom.where,
                                     atom.value.text()));
  return chosen;
}

std::vector<PackageShare> shares_of(const tree::Tree& tree, const std::map<std::string, uint64_t>& trimmed) {
  std::map<std::string, PackageShare> by_owner;
  for (const tree::Entry& entry : tree.entries) {
    PackageShare& share = by_owner[entry.owner.empty() ? "(image)" : entry.owner];
    if (entry.kind == tree::EntryKind::directory) continue;
    ++share.files;
    if (entry.kind == tree::EntryKind::file) share.bytes += entry.size;
  }
  for (const auto& [owner, bytes] : trimmed) by_owner[owner].trimmed += bytes;
  std::vector<PackageShare> shares;
  for (auto& [owner, share] : by_owner) {
    share.owner = owner;
    shares.push_back(std::move(share));
  }
  std::stable_sort(shares.begin(), shares.end(),
                   [](const PackageShare& a, const PackageShare& b) { return a.bytes > b.bytes; });
  return shares;
}

void tell(const AssembleInput& input, std::string_view text) {
  if (input.progress) input.progress(text);
}

// The machine that the image is for, in OCI words: that of its programs.
std::string architecture_of(const Draft& draft) {
  static const std::map<std::string, std::string> names = {
      {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i386", "386"}, {"powerpc64le", "ppc64le"}};
  for (const auto& [path, facts] : draft.elf) {
    auto found = names.find(facts.machine);
    return found == names.end() ? facts.machine : found->second;
  }
  return host_architecture();
}

}  // namespace

Result<Image> assemble(const AssembleInput& input) {
  const spec::ImageSpec& spec = *input.spec;
  Image image;
  image.name = spec.name;
  image.tag = spec.tag.value_or(input.tag);
  image.config = spec.config;
  image.created = input.source_date_epoch;
  image.scratch = std::make_shared<util::TemporaryDirectory>(TRY(input.store->scratch("image")));
  Draft draft(image.scratch->path(), input.source_date_epoch);
  std::map<std::string, uint64_t> trimmed;

  tell(input, "merging packages");
  Packages packages = TRY(chosen_packages(input, trimmed, image.warnings));
  TRY(put_folder_links(draft));
  TRY(merge(draft, packages));
  TRY(put_skeleton(draft, spec, image.tag));

  Accounts accounts = TRY(collect_accounts(spec, draft));
  TRY(put_accounts(accounts, draft));
  TRY(apply_tmpfiles(draft, accounts, image.warnings));
  // Phases run programs of the image, whose libraries must be found by then; what the phases add is looked at below.
  TRY(put_soname_links(draft, library_folders(draft, input.base_description->library_paths)));
  TRY(run_post_install(draft, input, packages, accounts, image.warnings));
  // After the packages' own phases: the spec has the last word on its files.
  TRY(put_spec_files(draft, spec, accounts));

  const std::vector<std::string>& base_folders = input.base_description->library_paths;
  TRY(put_soname_links(draft, library_folders(draft, base_folders)));
  tell(input, "looking for the libraries that programs need");
  image.adopted = TRY(adopt(draft, input, image.warnings));
  image.architecture = architecture_of(draft);

  tell(input, "trimming");
  TrimReport report = trim(draft, spec);
  for (const auto& [owner, bytes] : report.bytes) trimmed[owner] += bytes;
  image.warnings.insert(image.warnings.end(), report.warnings.begin(), report.warnings.end());
  TRY(drop_unused_links(draft));

  std::vector<std::string> folders = library_folders(draft, base_folders);
  TRY(put_ld_cache(draft, folders));
  tell(input, "proving that nothing is missing");
  TRY(prove(draft, spec, accounts, folders, image.warnings));

  image.tree = draft.take();
  image.shares = shares_of(image.tree, trimmed);
  return image;
}

}  // namespace cooper::image
