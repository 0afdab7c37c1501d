// The plan as a tree: the image from what was asked for down, then what is only needed to build.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/plan_output.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

using resolve::Plan;
using resolve::PlannedPackage;

class TreePrinter {
 public:
  TreePrinter(const PlannedImage& planned, const PlanStyle& style)
      : planned_(planned), plan_(planned.plan), style_(style), shown_flags_(*planned.config) {}

  std::string print() {
    headline();
    for (int index : plan_.requested) {
      line(index, "");
      children(index, "");
    }
    without_request();
    build_only();
    base_root();
    return std::move(out_);
  }

 private:
  std::string paint(const char* code, std::string_view text) const {
    return style_.color ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  }
  std::string dim(std::string_view text) const { return paint("2", text); }

  void headline() {
    auto in_image = static_cast<size_t>(
        std::count_if(plan_.packages.begin(), plan_.packages.end(), [](const auto& p) { return p.in_image; }));
    size_t others = plan_.packages.size() - in_image;
    out_ += fmt::format(
        "{}  {}\n\n", paint("1", planned_.spec.name),
        dim(fmt::format("{} in the image{}{}", util::count(in_image, "package"),
                        others ? fmt::format(", {} more to build them", others) : "",
                        plan_.provided.empty() ? "" : fmt::format(", {} from the base root", plan_.provided.size()))));
  }

  std::string title(int index) const {
    const PlannedPackage& p = plan_.packages[static_cast<size_t>(index)];
    const auto& name = p.package->cpv.name;
    bool requested = std::find(plan_.requested.begin(), plan_.requested.end(), index) != plan_.requested.end();
    std::string out = fmt::format("{}{}-{}", dim(name.category + "/"),
                                  paint(requested    ? "1;32"
                                        : p.in_image ? "32"
                                                     : "36",
                                        name.package),
                                  p.package->cpv.version.text());
    out += paint("34", slot_suffix(*p.package));
    if (planned_.repositories.size() > 1) out += dim("::" + p.package->repository->name());
    return out;
  }

  std::string flags(int index) const {
    std::string out;
    for (const auto& [variable, list] : shown_flags_.of(plan_.packages[static_cast<size_t>(index)])) {
      std::vector<std::string> words;
      for (const std::string& flag : list) {
        bool on = !flag.starts_with('-') && !flag.starts_with("(-");
        if (on || style_.verbose) words.push_back(paint(on ? "33" : "2", flag));
      }
      if (words.empty()) continue;
      if (variable == "USE") {
        for (const std::string& word : words) out += "  " + word;
      } else {  // as a shell would have it
        const char* quote = words.size() > 1 ? "\"" : "";
        out += fmt::format("  {}={}{}{}", variable, quote, util::join(words, " "), quote);
      }
    }
    return out;
  }

  void line(int index, std::string_view note) {
    out_ += title(index);
    if (seen_.insert(index).second) out_ += flags(index);
    if (!note.empty()) out_ += "  " + dim(note);
    out_ += '\n';
  }

  // What the package needs at run time; each package is opened out where it is first met, its flags with it.
  void children(int index, const std::string& indent) {
    const PlannedPackage& p = plan_.packages[static_cast<size_t>(index)];
    if (!opened_.insert(index).second) return;
    struct Need {
      std::string name;
      int to;
      const char* note;
    };
    std::vector<Need> needs;
    for (int to : p.rdepend) needs.push_back({name(to), to, ""});
    for (int to : p.pdepend)
      if (std::find(p.rdepend.begin(), p.rdepend.end(), to) == p.rdepend.end())
        needs.push_back({name(to), to, "beside it"});
    std::ranges::sort(needs, {}, &Need::name);
    for (size_t i = 0; i < needs.size(); ++i) {
      bool last = i + 1 == needs.size();
      const auto& [name, to, note] = needs[i];
      bool again = opened_.contains(to) && has_needs(to);
      out_ += dim(indent + (last ? "└─ " : "├─ "));
      line(to, again ? fmt::format("{}{}↑ above", note, *note ? ", " : "") : note);
      children(to, indent + (last ? "   " : "│  "));
    }
  }

  // With --onlydeps what was asked for is not in the plan; the trees begin with what it needs.
  void without_request() {
    std::set<int> needed;
    for (const PlannedPackage& p : plan_.packages) {
      needed.insert(p.rdepend.begin(), p.rdepend.end());
      needed.insert(p.pdepend.begin(), p.pdepend.end());
    }
    for (bool inner : {false, true})  // last those of a circle that nothing leads to
      for (int i = 0; i < static_cast<int>(plan_.packages.size()); ++i) {
        if (!plan_.packages[static_cast<size_t>(i)].in_image || opened_.contains(i) || needed.contains(i) != inner)
          continue;
        line(i, "");
        children(i, "");
      }
  }

  bool has_needs(int index) const {
    const PlannedPackage& p = plan_.packages[static_cast<size_t>(index)];
    return !p.rdepend.empty() || !p.pdepend.empty();
  }

  std::string name(int index) const { return plan_.packages[static_cast<size_t>(index)].package->cpv.text(); }

  void build_only() {
    std::vector<int> list;
    for (size_t i = 0; i < plan_.packages.size(); ++i)
      if (!plan_.packages[i].in_image) list.push_back(static_cast<int>(i));
    if (list.empty()) return;
    std::sort(list.begin(), list.end(), [&](int a, int b) { return name(a) < name(b); });
    out_ += "\n" + paint("1", "Only to build") + "\n";
    for (int index : list) {
      std::set<std::string> users;
      for (const resolve::Reason& reason : plan_.packages[static_cast<size_t>(index)].reasons)
        if (reason.parent >= 0)
          users.insert(plan_.packages[static_cast<size_t>(reason.parent)].package->cpv.name.text());
      std::vector<std::string> some(users.begin(), users.end());
      if (some.size() > 4)
        some.erase(some.begin() + 3, some.end()), some.push_back(fmt::format("{} others", users.size() - 3));
      out_ += "  ";
      line(index, "for " + util::join(some, ", "));
    }
  }

  void base_root() {
    if (plan_.provided.empty()) return;
    out_ += fmt::format("\n{} {}\n", paint("1", "From the base root"), dim(planned_.spec.base_from));
    std::string text;
    size_t width = 0;
    for (const auto& provided : plan_.provided) {
      std::string item = fmt::format("{}-{}", provided.cpv.name.package, provided.cpv.version.text());
      if (width > 0 && width + item.size() > 110) text += "\n  ", width = 0;
      text += (width ? "  " : "") + item;
      width += item.size() + 2;
    }
    out_ += "  " + dim(text) + "\n";
  }

  const PlannedImage& planned_;
  const Plan& plan_;
  const PlanStyle& style_;
  ShownFlags shown_flags_;
  std::set<int> seen_, opened_;
  std::string out_;
};

}  // namespace

std::string plan_as_tree(const PlannedImage& planned, const PlanStyle& style) {
  return TreePrinter(planned, style).print();
}

}  // namespace cooper::cli
