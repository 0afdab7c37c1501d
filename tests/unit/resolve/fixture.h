// A repository and a configuration in memory, for tests of the resolver.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resolve/plan.h"
#include "util/text.h"

namespace cooper::resolve::test {

using Keys = std::map<std::string, std::string>;

class MemoryRepository final : public repository::Repository {
 public:
  explicit MemoryRepository(std::string name) : name_(std::move(name)) {}

  void add(const std::string& cpv_text, Keys keys = {}) {
    auto package = std::make_unique<repository::Package>();
    auto cpv = ebuild::Cpv::parse(cpv_text);
    if (!cpv) throw std::invalid_argument(cpv_text);
    package->cpv = *cpv;
    package->repository = this;
    repository::Metadata& m = package->metadata;
    auto get = [&](const char* key, const char* fallback = "") {
      return keys.contains(key) ? keys[key] : std::string(fallback);
    };
    m.eapi = ebuild::find_eapi(get("EAPI", "8"));
    std::string slot = get("SLOT", "0");
    m.slot = slot.substr(0, slot.find('/'));
    m.subslot = slot.contains('/') ? slot.substr(slot.find('/') + 1) : m.slot;
    size_t iuse_size = get("IUSE").size();
    m.owner = std::make_shared<const std::string>(get("IUSE") + "\n" + get("KEYWORDS", "amd64"));
    std::string_view text = *m.owner, iuse = text.substr(0, iuse_size), keywords = text.substr(iuse_size);
    for (std::string_view word : util::words(iuse)) {
      int value = word.starts_with('+') ? 1 : word.starts_with('-') ? -1 : 0;
      m.iuse.emplace_back(word.substr(value != 0), value);
    }
    for (std::string_view word : util::words(keywords)) m.keywords.emplace_back(word);
    auto parse = [&](const char* key, ebuild::DependencyKind kind) {
      auto node = ebuild::parse_dependency(get(key), kind, *m.eapi);
      if (!node) throw std::invalid_argument(cpv_text + " " + key + ": " + node.error().message());
      return *node;
    };
    m.depend = parse("DEPEND", ebuild::DependencyKind::packages);
    m.bdepend = parse("BDEPEND", ebuild::DependencyKind::packages);
    m.rdepend = parse("RDEPEND", ebuild::DependencyKind::packages);
    m.pdepend = parse("PDEPEND", ebuild::DependencyKind::packages);
    m.idepend = parse("IDEPEND", ebuild::DependencyKind::packages);
    m.required_use = parse("REQUIRED_USE", ebuild::DependencyKind::required_use);
    packages_[package->cpv.name].push_back(std::move(package));
    names_.clear();
    for (const auto& [name, list] : packages_) names_.push_back(name);
  }

  const std::string& name() const override { return name_; }
  const std::filesystem::path& root() const override { return root_; }
  const repository::Layout& layout() const override { return layout_; }
  std::vector<std::string> categories() const override { return {}; }
  const std::vector<ebuild::PackageName>& names() const override { return names_; }
  std::vector<const repository::Package*> versions(const ebuild::PackageName& name) const override {
    std::vector<const repository::Package*> out;
    if (auto found = packages_.find(name); found != packages_.end())
      for (const auto& package : found->second) out.push_back(package.get());
    std::sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->cpv.version < b->cpv.version; });
    return out;
  }
  const std::vector<repository::Problem>& problems() const override { return problems_; }
  std::optional<std::filesystem::path> eclass(std::string_view) const override { return std::nullopt; }
  std::vector<const repository::Repository*> chain() const override { return {this}; }
  Result<ebuild::Manifest> manifest(const ebuild::PackageName&) const override { return ebuild::Manifest{}; }
  std::map<std::string, std::vector<std::string>> mirrors() const override { return {}; }
  std::map<std::string, std::string> flag_descriptions(const ebuild::PackageName&) const override { return {}; }

 private:
  std::string name_;
  std::filesystem::path root_ = "/nowhere";
  repository::Layout layout_{.profiles_eapi = &ebuild::newest_eapi()};
  std::map<ebuild::PackageName, std::vector<std::unique_ptr<repository::Package>>> packages_;
  std::vector<ebuild::PackageName> names_;
  std::vector<repository::Problem> problems_;
};

// USE from IUSE defaults, then `use` by package name ("*" for all); keywords amd64 only.
class MemoryConfig final : public repository::Config {
 public:
  MemoryConfig() = default;
  // As it is now: a Config works flags out once, so what is changed afterwards needs a new one.
  std::shared_ptr<MemoryConfig> copy() const {
    auto out = std::make_shared<MemoryConfig>();
    out->use_settings = use_settings, out->masked = masked, out->keywords = keywords, out->locked = locked;
    out->provided_packages = provided_packages, out->moves = moves;
    return out;
  }
  std::map<std::string, std::vector<std::string>> use_settings;
  std::set<std::string> masked;  // cpv texts
  std::set<std::string> keywords = {"amd64"};
  std::set<std::string> locked;  // flags
  std::vector<ebuild::Cpv> provided_packages;
  std::map<ebuild::PackageName, ebuild::PackageName> moves;

  const std::string& arch() const override { return arch_; }
  const std::map<std::string, std::string>& variables() const override { return none_; }
  std::map<std::string, std::string> variables_for(const repository::Package&) const override { return {}; }
  repository::FlagStates flags(const repository::Package& package) const override {
    std::map<std::string_view, repository::FlagState> out;
    for (const auto& [flag, value] : package.metadata.iuse)
      out[flag] = {value > 0, locked.contains(std::string(flag)), "IUSE default"};
    for (const std::string& scope : {std::string("*"), package.cpv.name.text()})
      if (auto found = use_settings.find(scope); found != use_settings.end())
        for (const std::string& word : found->second) {
          bool on = !word.starts_with('-');
          if (auto flag = out.find(on ? word : word.substr(1)); flag != out.end())
            flag->second = {on, flag->second.locked, "the spec"};
        }
    return {{out.begin(), out.end()}, nullptr};
  }
  repository::VisibilityReason visibility(const repository::Package& package) const override {
    using repository::Visibility;
    repository::VisibilityReason out;
    if (masked.contains(package.cpv.text())) {
      out = {Visibility::masked_by_package_mask, "package.mask", "unmask = …"};
      out.masked = true;
    }
    const auto& known = package.metadata.keywords;
    for (std::string_view keyword : known)
      if (keywords.contains(std::string(keyword))) return out;
    std::string keyword(known.empty() ? "**" : known[0]);
    if (out.visibility == Visibility::visible)
      out = {Visibility::masked_by_keyword, "keyword " + (known.empty() ? "none" : keyword),
             "[package.\"" + package.cpv.name.text() + "\"]\nkeywords = [\"~amd64\"]"};
    out.keyword = keyword;
    return out;
  }
  const std::map<std::string, std::string>& use_expand() const override { return none_; }
  std::vector<ebuild::Atom> system_set() const override { return {}; }
  std::vector<ebuild::Cpv> provided() const override { return provided_packages; }
  bool bring_up_to_date(ebuild::Atom& atom) const override {
    auto move = moves.find(atom.name);
    if (move == moves.end()) return false;
    atom.name = move->second;
    return true;
  }

 private:
  std::string arch_ = "amd64";
  std::map<std::string, std::string> none_;
};

class ResolveTest : public testing::Test {
 protected:
  void add(const std::string& cpv, Keys keys = {}) { repository_->add(cpv, std::move(keys)); }
  void base(const std::string& cpv) {
    ebuild::StandIn stand_in = *ebuild::StandIn::parse(cpv);
    request_.base_provides.push_back({.cpv = stand_in.cpv, .stand_in = stand_in});
  }
  void base_installed(const std::string& cpv, const std::string& slot) {
    request_.base_provides.push_back({.cpv = *ebuild::Cpv::parse(cpv), .slot_read = true, .slot = slot});
  }
  void adopt(const std::string& atom) { request_.image_provides.push_back(*ebuild::Atom::parse_user(atom)); }

  Result<Plan> try_plan(std::initializer_list<const char*> targets) {
    request_.targets.clear();
    request_.target_origins.clear();
    for (const char* target : targets) {
      request_.targets.push_back(*ebuild::Atom::parse_user(target));
      request_.target_origins.push_back("x.toml:" + std::to_string(request_.targets.size()) + ":1");
    }
    request_.repositories = {repository_};
    request_.config = config_->copy();
    return resolve(request_);
  }
  Plan plan(std::initializer_list<const char*> targets) {
    auto result = try_plan(targets);
    EXPECT_TRUE(result) << (result ? "" : result.error().message());
    if (!result) return {};
    check(*result);
    return *result;
  }
  Error error(std::initializer_list<const char*> targets) {
    auto result = try_plan(targets);
    EXPECT_FALSE(result) << "there is a plan: " << (result ? testing::PrintToString(all(*result)) : "");
    return result ? Error{} : result.error();
  }

  // What holds for every plan.
  static void check(const Plan& plan) {
    for (size_t i = 0; i < plan.packages.size(); ++i) {
      const PlannedPackage& p = plan.packages[i];
      EXPECT_FALSE(p.reasons.empty()) << p.package->cpv.text();
      EXPECT_TRUE(std::is_sorted(p.build_closure.begin(), p.build_closure.end()));
      for (int member : p.build_closure) EXPECT_LT(member, static_cast<int>(i)) << p.package->cpv.text();
    }
  }

  static std::vector<std::string> names(const Plan& plan, const std::vector<int>& indices) {
    std::vector<std::string> out;
    for (int i : indices) out.push_back(plan.packages[static_cast<size_t>(i)].package->cpv.text());
    std::sort(out.begin(), out.end());
    return out;
  }
  static std::vector<std::string> image(const Plan& plan) { return some(plan, true); }
  static std::vector<std::string> build_only(const Plan& plan) { return some(plan, false); }
  static std::vector<std::string> all(const Plan& plan) {
    std::vector<std::string> out;
    for (const auto& p : plan.packages) out.push_back(p.package->cpv.text());
    return out;
  }
  static const PlannedPackage& find(const Plan& plan, const std::string& cpv) {
    for (const auto& p : plan.packages)
      if (p.package->cpv.text() == cpv) return p;
    throw std::out_of_range(cpv);
  }

  std::shared_ptr<MemoryRepository> repository_ = std::make_shared<MemoryRepository>("test");
  std::shared_ptr<MemoryConfig> config_ = std::make_shared<MemoryConfig>();
  Request request_;

 private:
  static std::vector<std::string> some(const Plan& plan, bool in_image) {
    std::vector<std::string> out;
    for (const auto& p : plan.packages)
      if (p.in_image == in_image) out.push_back(p.package->cpv.text());
    std::sort(out.begin(), out.end());
    return out;
  }
};

}  // namespace cooper::resolve::test
