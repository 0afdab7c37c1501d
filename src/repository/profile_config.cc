#include "repository/profile_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::repository {

std::string slot_text(const Metadata& metadata) {
  return metadata.subslot == metadata.slot ? metadata.slot : metadata.slot + "/" + metadata.subslot;
}

namespace {
std::vector<std::string_view> keyword_views(const Package& package) {
  return {package.metadata.keywords.begin(), package.metadata.keywords.end()};
}

bool has_conditionals(const ebuild::DependencyNode& node) {
  if (!node.is_leaf && node.kind == ebuild::GroupKind::use_conditional) return true;
  return std::ranges::any_of(node.children, has_conditionals);
}

const Said iuse_default_origin("IUSE default"), nobody_origin("off by default");
}  // namespace

const ProfileConfig::Keywords& ProfileConfig::accepted_keywords(const Package& package, Keywords& own) const {
  bool any = false;
  package_keywords_.each(package, [&](const Words& line) {
    if (!any) own = accept_keywords_;
    any = true;
    for (const std::string& word : line.words) ebuild::stack_incremental(own, word);
  });
  return any ? own : accept_keywords_;
}

bool ProfileConfig::is_stable(const Package& package) const {
  Keywords own;
  return ebuild::keywords_stable(keyword_views(package), accepted_keywords(package, own));
}

template <typename Visit>
void ProfileConfig::each_flag(const Package& package, Visit&& visit) const {
  const Metadata& metadata = package.metadata;
  for (const auto& [flag, value] : metadata.iuse) visit(flag, value);
  std::vector<std::string_view> own;  // of IUSE, what is implicit too
  for (const auto& [flag, value] : metadata.iuse)
    if (implicit_.contains(flag) || (!metadata.eapi->iuse_effective && architectures_.contains(flag)))
      own.push_back(flag);
  auto is_own = [&](std::string_view flag) { return std::ranges::find(own, flag) != own.end(); };
  for (const std::string& flag : implicit_)
    if (!is_own(flag)) visit(flag, 0);
  if (metadata.eapi->iuse_effective) return;
  // Before EAPI 5 every architecture is a flag (PMS 11.1.1). Flags of USE_EXPAND beyond IUSE are without number; those
  // above do.
  for (const std::string& flag : architectures_)
    if (!is_own(flag) && !implicit_.contains(flag)) visit(flag, 0);
}

ProfileConfig::Views ProfileConfig::views(const Package& package) const {
  bool stable = is_stable(package);
  return {use_.view(package, stable), mask_.view(package, stable), force_.view(package, stable)};
}

FlagState ProfileConfig::judged(const Views& views, std::string_view flag, int iuse_default) const {
  if (FlagWord mask = views.mask.find(flag); mask.on) return {false, true, mask.origin->text()};
  if (FlagWord force = views.force.find(flag); force.on) return {true, true, force.origin->text()};
  FlagWord word = views.use.find(flag);
  if (word.order > iuse_mark_) return {word.on, false, word.origin->text()};
  if (iuse_default != 0) return {iuse_default > 0, false, iuse_default_origin.text()};
  if (word.order >= 0) return {word.on, false, word.origin->text()};
  return {false, false, nobody_origin.text()};
}

const std::vector<FlagStates::value_type>& ProfileConfig::implicit_states() const {
  std::call_once(implicit_once_, [&]() {
    Views nothing = {use_.view(), mask_.view(), force_.view()};
    for (const std::string& flag : implicit_) implicit_states_.emplace_back(flag, judged(nothing, flag, 0));
  });
  return implicit_states_;
}

FlagStates ProfileConfig::flags(const Package& package) const {
  const auto& implicit = implicit_states();
  const Metadata& metadata = package.metadata;
  Views stacks = views(package);
  std::vector<FlagStates::value_type> own;
  for (const auto& [flag, value] : metadata.iuse) own.emplace_back(flag, judged(stacks, flag, value));
  // Before EAPI 5 every architecture is a flag (PMS 11.1.1). Flags of USE_EXPAND beyond IUSE are without number; those
  // above do.
  if (!metadata.eapi->iuse_effective)
    for (const std::string& flag : architectures_)
      if (!implicit_.contains(flag)) own.emplace_back(flag, judged(stacks, flag, 0));
  std::ranges::stable_sort(own, {}, &FlagStates::value_type::first);
  auto [again, end] = std::ranges::unique(own, {}, &FlagStates::value_type::first);
  own.erase(again, end);

  std::vector<FlagStates::value_type> all;
  all.reserve(own.size() + implicit.size());
  auto next = own.begin();
  for (const auto& [flag, state] : implicit) {
    for (; next != own.end() && next->first < flag; ++next) all.push_back(*next);
    bool is_own = next != own.end() && next->first == flag;
    if (is_own)
      all.push_back(*next++);
    else
      all.emplace_back(flag, stacks.is_particular(flag) ? judged(stacks, flag, 0) : state);
  }
  all.insert(all.end(), next, own.end());
  return FlagStates(std::move(all));
}

FlagStates::const_iterator FlagStates::find(std::string_view flag) const {
  auto found = std::ranges::lower_bound(states_, flag, {}, &value_type::first);
  return found != states_.end() && found->first == flag ? found : states_.end();
}

const FlagState& FlagStates::operator[](std::string_view flag) const {
  static const FlagState none;
  auto found = find(flag);
  return found == end() ? none : found->second;
}

void FlagStates::set(std::string_view flag, FlagState state) {
  if (auto found = find(flag); found != end()) states_[static_cast<size_t>(found - begin())].second = state;
}

ebuild::UseSet FlagStates::enabled() const {
  ebuild::UseSet out;
  for (const auto& [flag, state] : states_)
    if (state.enabled) out.emplace_hint(out.end(), flag);
  return out;
}

std::map<std::string, std::string> ProfileConfig::variables_for(const Package& package) const {
  std::map<std::string, std::string> out = variables_;
  package_env_.each(package, [&](const Environment& env) {
    for (const auto& [name, value] : env.variables) out.insert_or_assign(name, value);
  });
  // PMS 11.1.1: variables that expand into flags hold what is on of IUSE_EFFECTIVE. Where no flag can say it, the
  // variable is not set: an empty LINGUAS would mean "no language".
  ebuild::UseSet on = use(package);
  for (const auto& [name, prefix] : use_expand_) {
    bool any = false;
    std::string value;
    each_flag(package, [&](const std::string& flag, int) {
      if (!flag.starts_with(prefix)) return;
      any = true;
      if (on.contains(flag)) value += (value.empty() ? "" : " ") + flag.substr(prefix.size());
    });
    if (any)
      out.insert_or_assign(name, std::move(value));
    else
      out.erase(name);
  }
  out.insert_or_assign("USE", fmt::format("{}", fmt::join(on, " ")));
  return out;
}

UserFiles ProfileConfig::user_files(const Package& package) const {
  return portage_config_.empty() ? UserFiles{} : read_user_files(portage_config_, package);
}

std::vector<std::string> ProfileConfig::license_obstacles(const Package& package) const {
  ebuild::Acceptance acceptance = accept_license_;
  package_license_.each(package, [&](const Words& line) {
    for (const std::string& word : line.words) acceptance.stack(word, license_groups_);
  });
  const ebuild::DependencyNode& license = package.metadata.license;
  if (!has_conditionals(license)) return ebuild::unaccepted(license, acceptance);
  return ebuild::unaccepted(ebuild::evaluate_conditionals(license, use(package)), acceptance);
}

std::string ProfileConfig::Mask::why() const {
  if (line.text.empty()) return by;
  std::string comment = line.comment();
  return fmt::format("{}{}{}{}", by, line.where.text(), comment.empty() ? "" : ": ", comment);
}

VisibilityReason ProfileConfig::visibility(const Package& package) const {
  VisibilityReason out;
  const std::string name = package.cpv.name.text();
  masks_.each(package, [&](const Mask& mask) {
    if (std::ranges::find(mask.except, package.repository) != mask.except.end()) return;
    if (mask.repository && package.repository != mask.repository) {
      auto chain = package.repository->chain();
      if (std::ranges::find(chain, mask.repository) == chain.end()) return;
    }
    out.visibility = Visibility::masked_by_package_mask, out.why = mask.why();
  });
  if (out.visibility != Visibility::visible) {
    bool unmasked = false;
    unmasks_.each(package, [&](const Mask&) { unmasked = true; });
    if (unmasked)
      out = {};
    else
      out.masked = true, out.remedy = fmt::format("unmask = [\"={}\"]", package.cpv.text());
  }
  auto obstacle = [&](Visibility kind, std::string why, std::string remedy) {
    if (out.visibility != Visibility::visible) return;
    out.visibility = kind, out.why = std::move(why), out.remedy = std::move(remedy);
  };
  Keywords own;
  const Keywords& accepted = accepted_keywords(package, own);
  if (!ebuild::keywords_accepted(keyword_views(package), accepted)) {
    const auto& keywords = package.metadata.keywords;
    bool testing = std::ranges::find(keywords, "~" + arch_) != keywords.end();
    bool stable = std::ranges::find(keywords, arch_) != keywords.end();
    out.keyword = testing ? "~" + arch_ : stable ? arch_ : "**";
    obstacle(Visibility::masked_by_keyword,
             testing            ? out.keyword + " keyword"
             : keywords.empty() ? "no keywords"
                                : fmt::format("no keyword for {}", arch_),
             fmt::format("[package.\"{}\"]\nkeywords = [\"{}\"]", name, out.keyword));
  }
  out.licenses = license_obstacles(package);
  if (!out.licenses.empty()) {
    std::string quoted;
    for (const std::string& license : out.licenses)
      quoted += fmt::format("{}\"{}\"", quoted.empty() ? "" : ", ", license);
    obstacle(Visibility::masked_by_license, "license not accepted: " + util::join(out.licenses, ", "),
             fmt::format("[package.\"{}\"]\nlicense = [{}]", name, quoted));
  }
  return out;
}

}  // namespace cooper::repository
