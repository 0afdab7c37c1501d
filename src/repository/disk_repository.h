// The repository on disk behind repository.h.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "repository/layout.h"
#include "repository/metadata_reader.h"
#include "repository/repository.h"
#include "util/once.h"

namespace cooper::repository {

class DiskRepository final : public Repository {
 public:
  DiskRepository(std::filesystem::path root, Layout layout, std::vector<std::shared_ptr<Repository>> masters,
                 OpenOptions options);
  ~DiskRepository() override;

  const std::string& name() const override { return layout_.name; }
  std::vector<std::string> aliases() const override { return layout_.aliases; }
  const std::filesystem::path& root() const override { return root_; }
  const Layout& layout() const override { return layout_; }
  std::vector<std::string> categories() const override { return {categories_.begin(), categories_.end()}; }
  const std::vector<ebuild::PackageName>& names() const override;
  std::vector<const Package*> versions(const ebuild::PackageName& name) const override;
  std::vector<const Package*> peek(const ebuild::PackageName& name) const override;
  const std::vector<Problem>& problems() const override { return problems_; }
  std::optional<std::filesystem::path> eclass(std::string_view name) const override;
  std::vector<const Repository*> chain() const override;
  Result<ebuild::Manifest> manifest(const ebuild::PackageName& name) const override;
  std::map<std::string, std::vector<std::string>> mirrors() const override;
  std::map<std::string, std::string> flag_descriptions(const ebuild::PackageName& name) const override;
  Result<> save() const override;

  // Reads profiles/categories of this repository and its masters, and adds `more`. Errors: usage.
  Result<> load_categories(const std::vector<std::string>& more);

 private:
  // A package folder, read when it is first asked for.
  struct Folder {
    util::Once once;
    std::vector<std::unique_ptr<Package>> packages;
    std::vector<const Package*> view;
    std::vector<Problem> problems;
    std::atomic<bool> told = false;  // whether somebody asked, so that the problems are told
  };
  Folder& folder_of(const ebuild::PackageName& name) const;  // perhaps not read yet
  // Whether it could be read: with Reach::index perhaps not.
  bool load_folder(const ebuild::PackageName& name, Reach reach, Folder& folder) const;
  void note(std::string where, std::string what) const;

  std::filesystem::path root_;
  Layout layout_;
  std::vector<std::shared_ptr<Repository>> masters_;
  std::vector<const Repository*> chain_;
  std::set<std::string, std::less<>> categories_;

  // What is read lazily; each under its own lock.
  mutable std::once_flag names_once_;
  mutable std::atomic<bool> names_known_{false};
  mutable std::vector<ebuild::PackageName> names_;
  mutable std::mutex folders_mutex_;
  mutable std::unordered_map<ebuild::PackageName, std::unique_ptr<Folder>, ebuild::PackageNameHash> folders_;
  mutable std::mutex problems_mutex_;
  mutable std::vector<Problem> problems_;
  std::unique_ptr<MetadataReader> reader_;
};

// Flag descriptions (descriptions.cc).
std::map<std::string, std::string> read_flag_descriptions(const std::vector<const Repository*>& chain,
                                                          const ebuild::PackageName& name);

}  // namespace cooper::repository
