#include "repository/profile_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::repository {

std::string slot_text(const Metadata& metadata) {
  return metadata.subslot == metadata.slot ? metadata.slot : metadata.slot + "/" + metadata.subslot;
}

namespace {
bool has_conditionals(const ebuild::DependencyNode& node) {
  if (!node.is_leaf && node.kind == ebuild::GroupKind::use_conditional) return true;
  return std::ranges::any_of(node.children, has_conditionals);
}

const FlagStates::Named* find_in(const FlagStates::List& list, std::string_view flag) {
  auto found = std::ranges::lower_bound(list, flag, {}, &FlagStates::Named::first);
  return found != list.end() && found->first == flag ? &*found : nullptr;
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
  return ebuild::keywords_stable(package.metadata.keywords, accepted_keywords(package, own));
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

const FlagStates::List& ProfileConfig::implicit_states() const {
  std::call_once(implicit_once_, [&]() {
    Views nothing = {use_.view(), mask_.view(), force_.view()};
    for (const std::string& flag : implicit_) implicit_states_.emplace_back(flag, judged(nothing, flag, 0));
  });
  return implicit_states_;
}

std::vector<std::string_view> ProfileConfig::particular_of_implicit(const Views& views) const {
  std::vector<std::string_view> out;
  for (const FlagStack::View* view : {&views.use, &views.mask, &views.force}) {
    for (const auto& [flag, word] : view->own())
      if (const FlagStates::Named* known = find_in(implicit_states(), flag)) out.push_back(known->first);
    for (const auto& [prefix, word] : view->wildcards())
      for (const auto& [flag, state] : implicit_states())
        if (flag.starts_with(prefix)) out.push_back(flag);
  }
  return out;
}

FlagStates ProfileConfig::flags(const Package& package) const {
  const FlagStates::List& implicit = implicit_states();
  const Metadata& metadata = package.metadata;
  Views stacks = views(package);
  FlagStates::List own;
  own.reserve(metadata.iuse.size());
  for (const auto& [flag, value] : metadata.iuse) own.emplace_back(flag, judged(stacks, flag, value));
  // Before EAPI 5 every architecture is a flag (PMS 11.1.1). Flags of USE_EXPAND beyond IUSE are without number; those
  // above do.
  if (!metadata.eapi->iuse_effective)
    for (const std::string& flag : architectures_)
      if (!metadata.has_iuse(flag)) own.emplace_back(flag, judged(stacks, flag, 0));
  for (std::string_view flag : particular_of_implicit(stacks))
    if (!metadata.has_iuse(flag)) own.emplace_back(flag, judged(stacks, flag, 0));
  std::ranges::sort(own, {}, &FlagStates::Named::first);
  auto [again, end] = std::ranges::unique(own, {}, &FlagStates::Named::first);
  own.erase(again, end);
  return {std::move(own), &implicit};
}

const FlagState* FlagStates::find(std::string_view flag) const {
  const Named* found = find_in(own_, flag);
  if (!found && shared_) found = find_in(*shared_, flag);
  return found ? &found->second : nullptr;
}

const FlagState& FlagStates::operator[](std::string_view flag) const {
  static const FlagState none;
  const FlagState* found = find(flag);
  return found ? *found : none;
}

void FlagStates::set(std::string_view flag, FlagState state) {
  auto place = std::ranges::lower_bound(own_, flag, {}, &Named::first);
  if (place != own_.end() && place->first == flag) {
    place->second = state;
  } else if (shared_) {  // by the name that lives as long as it must
    auto known = std::ranges::lower_bound(*shared_, flag, {}, &Named::first);
    if (known != shared_->end() && known->first == flag) own_.insert(place, {known->first, state});
  }
}

FlagStates::List FlagStates::all() const {
  List out = own_;
  if (!shared_) return out;
  out.reserve(own_.size() + shared_->size());
  for (const Named& known : *shared_)
    if (!find_in(own_, known.first)) out.push_back(known);
  std::ranges::sort(out, {}, &Named::first);
  return out;
}

ebuild::UseSet FlagStates::enabled() const {
  ebuild::UseSet out;
  for (const auto& [flag, state] : own_)
    if (state.enabled) out.emplace_hint(out.end(), flag);
  for (size_t i = 0; shared_ && i < shared_->size(); ++i)
    if (const auto& [flag, state] = (*shared_)[i]; state.enabled && !find_in(own_, flag)) out.emplace(flag);
  return out;
}

std::map<std::string, std::string> ProfileConfig::variables_for(const Package& package) const {
  std::map<std::string, std::string> out = variables_;
  package_env_.each(package, [&](const Environment& env) {
    for (const auto& [name, value] : env.variables) out.insert_or_assign(name, value);
  });
  // PMS 11.1.1: variables that expand into flags hold what is on of IUSE_EFFECTIVE. Where no flag can say it, the
  // variable is not set: an empty LINGUAS would mean "no language".
  const FlagStates states = flags(package);
  const FlagStates::List all = states.all();
  for (const auto& [name, prefix] : use_expand_) {
    bool any = false;
    std::string value;
    for (const auto& [flag, state] : all) {
      if (!flag.starts_with(prefix)) continue;
      any = true;
      if (state.enabled) (value += value.empty() ? "" : " ") += flag.substr(prefix.size());
    }
    if (any)
      out.insert_or_assign(name, std::move(value));
    else
      out.erase(name);
  }
  out.insert_or_assign("USE", fmt::format("{}", fmt::join(states.enabled(), " ")));
  return out;
}

bool ProfileConfig::bring_up_to_date(ebuild::Atom& atom) const {
  std::lock_guard lock(updates_mutex_);
  return updates_.apply(atom);
}

UserFiles ProfileConfig::user_files(const Package& package) const {
  UserFiles out = portage_config_.empty() ? UserFiles{} : read_user_files(portage_config_, package);
  // Names that come before all of the user's.
  for (size_t i = 0; i < profile_bashrcs_.size(); ++i)
    out.bashrc[fmt::format("0-{:04}-profile", i)] = profile_bashrcs_[i];
  return out;
}

std::vector<std::string> ProfileConfig::unaccepted(const Package& package, const AcceptedWords& accepted,
                                                   LazyTree Metadata::*tree) const {
  std::optional<ebuild::Acceptance> own;
  accepted.per_package.each(package, [&](const Words& line) {
    if (!own) own = accepted.everywhere;
    for (const std::string& word : line.words) own->stack(word, license_groups_);
  });
  const ebuild::Acceptance& acceptance = own ? *own : accepted.everywhere;
  if (acceptance.accepts_everything()) return {};
  const ebuild::DependencyNode& words = package.metadata.*tree;
  if (!has_conditionals(words)) return ebuild::unaccepted(words, acceptance);
  return ebuild::unaccepted(ebuild::evaluate_conditionals(words, use(package)), acceptance);
}

std::string ProfileConfig::Mask::why() const {
  if (line.text.empty()) return by;
  std::string comment = line.comment();
  return fmt::format("{}{}{}{}", by, line.where.text(), comment.empty() ? "" : ": ", comment);
}

namespace {

std::string accepting_line(std::string_view variable, const std::vector<std::string>& words) {
  return fmt::format("[profile]\nvariables = {{ {} = \"{}\" }}", variable, util::join(words, " "));
}

}  // namespace

VisibilityReason ProfileConfig::visibility(const Package& package) const {
  VisibilityReason out;
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
  if (!ebuild::keywords_accepted(package.metadata.keywords, accepted)) {
    const auto& keywords = package.metadata.keywords;
    bool testing = std::ranges::find(keywords, "~" + arch_) != keywords.end();
    bool stable = std::ranges::find(keywords, arch_) != keywords.end();
    out.keyword = testing ? "~" + arch_ : stable ? arch_ : "**";
    obstacle(Visibility::masked_by_keyword,
             testing            ? out.keyword + " keyword"
             : keywords.empty() ? "no keywords"
                                : fmt::format("no keyword for {}", arch_),
             fmt::format("[package.\"{}\"]\nkeywords = [\"{}\"]", package.cpv.name.text(), out.keyword));
  }
  out.licenses = unaccepted(package, licenses_, &Metadata::license);
  if (!out.licenses.empty()) {
    std::string quoted;
    for (const std::string& license : out.licenses)
      quoted += fmt::format("{}\"{}\"", quoted.empty() ? "" : ", ", license);
    obstacle(Visibility::masked_by_license, "license not accepted: " + util::join(out.licenses, ", "),
             fmt::format("[package.\"{}\"]\nlicense = [{}]", package.cpv.name.text(), quoted));
  }
  out.properties = unaccepted(package, properties_, &Metadata::properties);
  if (!out.properties.empty())
    obstacle(Visibility::masked_by_properties, "property not accepted: " + util::join(out.properties, ", "),
             accepting_line("ACCEPT_PROPERTIES", out.properties));
  out.restrictions = unaccepted(package, restrictions_, &Metadata::restrict);
  if (!out.restrictions.empty())
    obstacle(Visibility::masked_by_restrict, "restriction not accepted: " + util::join(out.restrictions, ", "),
             accepting_line("ACCEPT_RESTRICT", out.restrictions));
  return out;
}

}  // namespace cooper::repository
