// Suggested changes as lines to paste.
#include <algorithm>

#include <fmt/format.h>

#include "cli/plan_output.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

using resolve::Change;

std::vector<std::string> signed_flags(const Change& change) {
  std::vector<std::string> out;
  for (const auto& [flag, on] : change.use) out.push_back(on ? flag : "-" + flag);
  return out;
}

std::string quoted(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", word);
  return out;
}

// "unmask" belongs above all tables of the spec, so it comes first.
std::string as_spec_lines(const std::vector<Change>& changes) {
  std::vector<std::string> unmask, lines;
  for (const Change& change : changes)
    if (change.unmask) unmask.push_back("=" + change.package->cpv.text());
  if (!unmask.empty()) lines.push_back(fmt::format("unmask = [{}]", quoted(unmask)));
  for (const Change& change : changes) {
    if (change.use.empty() && change.keyword.empty() && change.licenses.empty()) continue;
    const auto& cpv = change.package->cpv;
    bool alone = std::ranges::count_if(changes, [&](const Change& c) { return c.package->cpv.name == cpv.name; }) == 1;
    lines.push_back(fmt::format("[package.\"{}\"]", alone ? cpv.name.text() : "=" + cpv.text()));
    if (!change.use.empty()) lines.push_back(fmt::format("use = [{}]", quoted(signed_flags(change))));
    if (!change.keyword.empty()) lines.push_back(fmt::format("keywords = [\"{}\"]", change.keyword));
    if (!change.licenses.empty()) lines.push_back(fmt::format("license = [{}]", quoted(change.licenses)));
  }
  return util::join(lines, "\n");
}

std::string as_portage_lines(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const Change& change : changes) {
    std::string atom = "=" + change.package->cpv.text();
    if (change.unmask) lines.push_back(fmt::format("package.unmask: {}", atom));
    if (!change.keyword.empty()) lines.push_back(fmt::format("package.accept_keywords: {} {}", atom, change.keyword));
    if (!change.licenses.empty())
      lines.push_back(fmt::format("package.license: {} {}", atom, util::join(change.licenses, " ")));
    if (!change.use.empty())
      lines.push_back(fmt::format("package.use: {} {}", atom, util::join(signed_flags(change), " ")));
  }
  return util::join(lines, "\n");
}

// Where there is no spec, its lines would be of no use.
std::string as_lines(const PlannedImage& planned, const std::vector<Change>& changes) {
  bool as_portage = planned.options.like_portage || planned.spec.file.empty();
  return as_portage ? as_portage_lines(changes) : as_spec_lines(changes);
}

}  // namespace

std::string cycle_breaks_as_text(const PlannedImage& planned) {
  std::vector<std::string> ways;
  for (const resolve::CycleBreak& way : planned.cycle_breaks) {
    std::vector<Change> change{{way.package, way.use, {}, {}, false}};
    ways.push_back(as_lines(planned, change));
  }
  return "the circle could end with\n" + util::join(ways, "\nor ");
}

std::string changes_as_text(const PlannedImage& planned) { return as_lines(planned, planned.changes); }

}  // namespace cooper::cli
