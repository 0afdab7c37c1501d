#include "ebuild/atom.h"

#include "ebuild/names.h"

namespace cooper::ebuild {
namespace {

// Which atoms are legal where this one stands.
struct Rules {
  const Eapi& eapi;
  bool repository = false;  // "::repository"
  bool wildcards = false;   // "*" in names
};

// Reads one atom from left to right: each step takes its part off `rest`. A step that fails leaves the reason in
// `problem` (and `hint`), and nothing is allocated for an atom that is right.
struct Reader {
  std::string_view rest;
  const Rules& rules;
  Atom& atom;
  std::string problem = {};
  std::string hint = {};

  bool refuse(std::string why, std::string what_helps = {}) {
    problem = std::move(why);
    hint = std::move(what_helps);
    return false;
  }
  // A rule that came with a later EAPI.
  bool refuse_eapi(std::string_view feature) {
    return refuse(std::string(feature) + " are not in EAPI " + std::string(rules.eapi.name));
  }

  bool take(std::string_view prefix) {
    if (!rest.starts_with(prefix)) return false;
    rest.remove_prefix(prefix.size());
    return true;
  }

  bool read_block() {
    if (take("!!")) {
      if (!rules.eapi.strong_blocks) return refuse_eapi("strong blockers (\"!!\")");
      atom.block = Block::strong;
    } else if (take("!")) {
      atom.block = Block::weak;
    }
    return true;
  }

  void read_operator() {
    if (take("<="))
      atom.op = Operator::less_equal;
    else if (take("<"))
      atom.op = Operator::less;
    else if (take(">="))
      atom.op = Operator::greater_equal;
    else if (take(">"))
      atom.op = Operator::greater;
    else if (take("="))
      atom.op = Operator::equal;
    else if (take("~"))
      atom.op = Operator::revision_of;
  }

  bool read_use_element(std::string_view text) {
    std::string_view whole = text;
    auto bad = [&](std::string why) { return refuse("in \"[" + std::string(whole) + "]\" " + std::move(why)); };
    UseDependency use;
    bool not_ = text.starts_with('!'), minus = text.starts_with('-');
    if (not_ || minus) text.remove_prefix(1);
    char last = text.empty() ? '\0' : text.back();
    if (last == '?' || last == '=') text.remove_suffix(1);
    if (text.ends_with("(+)") || text.ends_with("(-)")) {
      if (!rules.eapi.use_dependency_defaults) return refuse_eapi("USE dependency defaults (\"(+)\", \"(-)\")");
      use.missing = text[text.size() - 2] == '+';
      text.remove_suffix(3);
    }
    if (!is_use_flag_name(text)) return bad("\"" + std::string(text) + "\" is no name of a USE flag");
    if (last == '?' || last == '=') {
      if (minus) return bad("\"-\" and \"" + std::string(1, last) + "\" do not go together");
      use.kind = last == '?' ? (not_ ? UseDependency::Kind::if_disabled : UseDependency::Kind::if_enabled)
                             : (not_ ? UseDependency::Kind::opposite : UseDependency::Kind::same);
    } else {
      if (not_) return bad("\"!\" needs \"?\" or \"=\" after the flag; a flag that must be off is \"-flag\"");
      use.kind = minus ? UseDependency::Kind::disabled : UseDependency::Kind::enabled;
    }
    use.flag = text;
    atom.use.push_back(std::move(use));
    return true;
  }

  bool read_use() {
    size_t open = rest.find('[');
    if (open == std::string_view::npos) return true;
    if (!rules.eapi.use_dependencies) return refuse_eapi("USE dependencies (\"[flag]\")");
    if (rest.back() != ']') return refuse("the USE dependency does not end in \"]\"");
    std::string_view list = rest.substr(open + 1, rest.size() - open - 2);
    rest = rest.substr(0, open);
    for (;;) {
      size_t comma = list.find(',');
      if (!read_use_element(list.substr(0, comma))) return false;
      if (comma == std::string_view::npos) return true;
      list.remove_prefix(comma + 1);
    }
  }

  bool read_repository() {
    size_t colons = rest.find("::");
    if (colons == std::string_view::npos) return true;
    if (!rules.repository) return refuse("\"::repository\" is not legal in ebuilds");
    std::string_view name = rest.substr(colons + 2);
    if (!is_repository_name(name)) return refuse("\"" + std::string(name) + "\" is no name of a repository");
    atom.repository = name;
    rest = rest.substr(0, colons);
    return true;
  }

  bool read_slot() {
    size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return true;
    if (!rules.eapi.slot_dependencies) return refuse_eapi("slot dependencies (\":slot\")");
    std::string_view text = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    bool any = text == "*", equal = text.ends_with('=');
    if ((any || equal) && !rules.eapi.slot_operators) return refuse_eapi("slot operators (\":=\", \":*\")");
    if (any) {
      atom.slot_operator = SlotOperator::any;
      return true;
    }
    if (equal) {
      atom.slot_operator = SlotOperator::equal;
      text.remove_suffix(1);
      if (text.empty()) return true;
    }
    // ":slot/subslot=" is what a package manager writes down for an installed package (PMS 8.3.3): read it as well.
    size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
      if (!rules.eapi.slot_operators) return refuse_eapi("subslots");
      std::string_view subslot = text.substr(slash + 1);
      if (!is_slot_name(subslot)) return refuse("\"" + std::string(subslot) + "\" is no name of a subslot");
      atom.subslot = subslot;
      text = text.substr(0, slash);
    }
    if (!is_slot_name(text)) return refuse("\"" + std::string(text) + "\" is no name of a slot");
    atom.slot = text;
    return true;
  }

  // Each "*" stands for one more character that is legal there; two in a row say nothing that one does not.
  static bool is_pattern(std::string_view text, bool (*is_name)(std::string_view)) {
    if (text.find("**") != std::string_view::npos) return false;
    std::string name(text);
    for (char& c : name)
      if (c == '*') c = 'x';
    return is_name(name);
  }

  // Whether what is left is a pattern. "=a/b-1*" is none: only its version is open at its end.
  bool is_wild(std::string_view package) const {
    if (!rules.wildcards) return false;
    size_t star = rest.find('*');
    if (star == std::string_view::npos || atom.op == Operator::none) return star != std::string_view::npos;
    return star != rest.size() - 1 || package == "*";
  }

  // Takes "-1*" or "-*9999*" off the end of a package's pattern, the forms that a version may have there.
  bool read_version_pattern(std::string_view& package) {
    size_t hyphen = package.rfind('-');
    std::string_view part = hyphen == std::string_view::npos ? std::string_view() : package.substr(hyphen + 1);
    bool open = part.ends_with('*') && part.size() > 1;
    if (atom.op != Operator::equal || !open)
      return refuse("where \"*\" stands in a name, a version may only be given as \"=…-1*\" or as \"=…-*1*\"");
    if (!part.starts_with('*')) return read_version(package);
    part = part.substr(1, part.size() - 2);
    bool legal =
        !part.empty() && part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._") == std::string_view::npos;
    if (!legal) return refuse("\"*" + std::string(part) + "*\" is no part of a version");
    atom.op = Operator::holding;
    atom.version = Version::fragment(part);
    package = package.substr(0, hyphen);
    return true;
  }

  bool read_name() {
    size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
      return refuse("a package is named \"category/package\"");
    }
    std::string_view category = rest.substr(0, slash), package = rest.substr(slash + 1);
    if (is_wild(package)) {
      atom.wildcard = true;
      if (atom.op != Operator::none && !read_version_pattern(package)) return false;
      if (!is_pattern(category, is_category_name)) return refuse_name(category, "category");
      if (!is_pattern(package, is_package_name)) return refuse_name(package, "package");
    } else {
      if (!is_category_name(category)) return refuse_name(category, "category");
      if (atom.op != Operator::none && !read_version(package)) return false;
      if (!is_package_name(package)) return refuse_package(package);
    }
    atom.name.category = category;
    atom.name.package = package;
    return true;
  }

  bool refuse_name(std::string_view name, std::string_view kind) {
    return refuse("\"" + std::string(name) + "\" is no name of a " + std::string(kind));
  }

  bool refuse_package(std::string_view name) {
    NameVersion parts = split_name_version(name);
    if (parts.version.empty()) return refuse_name(name, "package");
    std::string why = "\"" + std::string(name) + "\" ends in what looks like a version, which no name of a package may";
    if (atom.op != Operator::none) return refuse(std::move(why));
    return refuse(std::move(why), "a version needs an operator before the category, such as \"=\" or \">=\"");
  }

  // Takes the version, and the "*" of "=…*", off the end of `package`.
  bool read_version(std::string_view& package) {
    if (package.ends_with('*')) {
      if (atom.op != Operator::equal) return refuse("\"*\" after the version goes with the operator \"=\" only");
      atom.op = Operator::equal_prefix;
      package.remove_suffix(1);
    }
    NameVersion parts = split_name_version(package);
    if (parts.version.empty())
      return refuse("an operator needs a version at the end of the name, and \"" + std::string(package) +
                    "\" has none");
    Result<Version> version = Version::parse(parts.version);
    if (!version) return refuse(version.error().why);
    atom.version = std::move(*version);
    package = parts.name;
    return true;
  }

  bool read() {
    if (!read_block()) return false;
    read_operator();
    return read_use() && read_repository() && read_slot() && read_name();
  }
};

Result<Atom> read_atom(std::string_view text, const Rules& rules) {
  Result<Atom> atom(std::in_place);
  Reader reader{text, rules, *atom};
  if (reader.read()) return atom;
  return fail(ErrorKind::usage, "invalid package dependency \"" + std::string(text) + "\"", {},
              std::move(reader.problem), std::move(reader.hint));
}

// "*" stands for any text, the empty one included.
bool matches_pattern(std::string_view text, std::string_view pattern) {
  size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

void append_use(std::string& text, const UseDependency& use) {
  using Kind = UseDependency::Kind;
  if (use.kind == Kind::disabled) text += '-';
  if (use.kind == Kind::opposite || use.kind == Kind::if_disabled) text += '!';
  text += use.flag;
  if (use.missing) text += *use.missing ? "(+)" : "(-)";
  if (use.kind == Kind::same || use.kind == Kind::opposite) text += '=';
  if (use.kind == Kind::if_enabled || use.kind == Kind::if_disabled) text += '?';
}

std::string_view operator_text(Operator op) {
  switch (op) {
    case Operator::none: return "";
    case Operator::less: return "<";
    case Operator::less_equal: return "<=";
    case Operator::equal:
    case Operator::equal_prefix:
    case Operator::holding: return "=";
    case Operator::revision_of: return "~";
    case Operator::greater_equal: return ">=";
    case Operator::greater: return ">";
  }
  return "";
}

}  // namespace

Result<Cpv> Cpv::parse(std::string_view text) {
  auto bad = [&](std::string why) {
    return fail(ErrorKind::usage, "invalid package \"" + std::string(text) + "\"", {}, std::move(why));
  };
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return bad("it is not of the form \"category/package-version\"");
  std::string_view category = text.substr(0, slash);
  if (!is_category_name(category)) return bad("\"" + std::string(category) + "\" is no name of a category");
  NameVersion parts = split_name_version(text.substr(slash + 1));
  if (parts.version.empty()) return bad("it does not end in \"-\" and a version");
  if (!is_package_name(parts.name)) return bad("\"" + std::string(parts.name) + "\" is no name of a package");
  return Cpv{{std::string(category), std::string(parts.name)}, TRY(Version::parse(parts.version))};
}

Result<Atom> Atom::parse(std::string_view text, const Eapi& eapi) { return read_atom(text, Rules{eapi}); }

Result<Atom> Atom::parse_user(std::string_view text, bool wildcards) {
  return read_atom(text, Rules{newest_eapi(), true, wildcards});
}

std::string Atom::text() const {
  std::string text;
  if (block != Block::none) text += block == Block::strong ? "!!" : "!";
  text += operator_text(op);
  text += name.category;
  text += '/';
  text += name.package;
  if (op != Operator::none) {
    text += op == Operator::holding ? "-*" : "-";
    text += version.text();
    if (op == Operator::equal_prefix || op == Operator::holding) text += '*';
  }
  if (!slot.empty() || slot_operator != SlotOperator::none) {
    text += ':';
    text += slot;
    if (!subslot.empty()) text += '/' + subslot;
    if (slot_operator == SlotOperator::equal) text += '=';
    if (slot_operator == SlotOperator::any) text += '*';
  }
  if (!repository.empty()) text += "::" + repository;
  for (size_t i = 0; i < use.size(); ++i) {
    text += i == 0 ? '[' : ',';
    append_use(text, use[i]);
  }
  if (!use.empty()) text += ']';
  return text;
}

bool Atom::matches(const Cpv& cpv) const {
  if (wildcard) {
    if (!matches_pattern(cpv.name.category, name.category) || !matches_pattern(cpv.name.package, name.package))
      return false;
  } else if (cpv.name.package != name.package || cpv.name.category != name.category) {
    return false;
  }
  switch (op) {
    case Operator::none: return true;
    case Operator::less: return cpv.version < version;
    case Operator::less_equal: return cpv.version <= version;
    case Operator::equal: return cpv.version == version;
    case Operator::equal_prefix: return cpv.version.has_prefix(version);
    case Operator::revision_of: return cpv.version.same_but_revision(version);
    case Operator::greater_equal: return cpv.version >= version;
    case Operator::greater: return cpv.version > version;
    case Operator::holding: return cpv.version.text().find(version.text()) != std::string::npos;
  }
  return false;
}

bool Atom::matches(const Cpv& cpv, std::string_view slot_text, std::string_view repository_name) const {
  if (!repository.empty() && repository != repository_name) return false;
  if (!slot.empty()) {
    size_t slash = slot_text.find('/');
    std::string_view main = slot_text.substr(0, slash);
    if (slot != main) return false;
    // A SLOT without a subslot has one that equals the slot (PMS 7.2).
    if (!subslot.empty() && subslot != (slash == std::string_view::npos ? main : slot_text.substr(slash + 1)))
      return false;
  }
  return matches(cpv);
}

}  // namespace cooper::ebuild
