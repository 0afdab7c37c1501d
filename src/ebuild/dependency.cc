#include "ebuild/dependency.h"

#include <cstdint>

#include "ebuild/names.h"

namespace cooper::ebuild {
namespace {

// Far more than any ebuild has; a tree is walked by recursion, so the depth needs a bound.
constexpr int deepest = 200;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }

struct Parser {
  std::string_view text;
  DependencyKind kind;
  const Eapi& eapi;
  size_t next = 0;              // where the search for the next token begins
  std::string_view token = {};  // the current one; empty at the end
  Error error = {};
  // For the root and then each "(", in order: how many items it holds. Nodes are large, so that growing a list of them
  // step by step would cost more than all of the parsing; this way each list is allocated once, in its size.
  std::vector<uint32_t> sizes = {};
  size_t groups = 0;  // how many of `sizes` are used

  size_t offset() const { return token.empty() ? text.size() : static_cast<size_t>(token.data() - text.data()); }

  void advance() {
    while (next < text.size() && is_space(text[next])) ++next;
    size_t begin = next;
    while (next < text.size() && !is_space(text[next])) ++next;
    token = text.substr(begin, next - begin);
  }

  void count_items() {
    std::vector<uint32_t> open{0};
    sizes.push_back(0);
    bool opener = false;  // the last token was "||" or the like, so that "(" belongs to its item
    for (advance(); !token.empty(); advance()) {
      if (token == ")") {
        if (open.size() > 1) open.pop_back();
      } else if (token == "(") {
        if (!opener) ++sizes[open.back()];
        open.push_back(static_cast<uint32_t>(sizes.size()));
        sizes.push_back(0);
      } else {
        ++sizes[open.back()];
      }
      opener = token.ends_with('?') || token == "||" || token == "^^";
    }
    next = 0;
  }

  bool refuse(std::string why, std::string hint = {}) {
    std::string what =
        token.empty() ? "the dependency string ends too early" : "unexpected \"" + std::string(token) + "\"";
    error =
        Error{ErrorKind::usage, what + " at offset " + std::to_string(offset()), {}, std::move(why), std::move(hint)};
    return false;
  }

  // Whether the token opens a group, and which; "(" itself is left for read_group.
  bool read_group_kind(DependencyNode& node, bool& is_group) {
    is_group = true;
    if (token == "(") {
      node.kind = GroupKind::all;
      return true;
    }
    if (token == "||") {
      if (kind == DependencyKind::src_uri || kind == DependencyKind::words)
        return refuse("\"||\" is not legal in this variable");
      node.kind = GroupKind::any_of;
    } else if (token == "^^" || token == "??") {
      if (kind != DependencyKind::required_use)
        return refuse("\"" + std::string(token) + "\" is legal in REQUIRED_USE only");
      if (token == "??" && !eapi.at_most_one_of)
        return refuse("\"??\" groups are not in EAPI " + std::string(eapi.name));
      node.kind = token == "^^" ? GroupKind::exactly_one_of : GroupKind::at_most_one_of;
    } else if (token.ends_with('?')) {
      std::string_view flag = token.substr(0, token.size() - 1);
      node.negated = flag.starts_with('!');
      if (node.negated) flag.remove_prefix(1);
      if (!is_use_flag_name(flag)) return refuse("\"" + std::string(flag) + "\" is no name of a USE flag");
      node.kind = GroupKind::use_conditional;
      node.flag = flag;
    } else {
      is_group = false;
      return true;
    }
    std::string_view opener = token;
    advance();
    return token == "(" || refuse("\"" + std::string(opener) + "\" must be followed by \"(\"");
  }

  bool read_required_use_leaf(DependencyNode& node) {
    std::string_view flag = token;
    node.word_negated = flag.starts_with('!');
    if (node.word_negated) flag.remove_prefix(1);
    if (!is_use_flag_name(flag)) return refuse("\"" + std::string(flag) + "\" is no name of a USE flag");
    node.word = flag;
    return true;
  }

  bool read_package_leaf(DependencyNode& node) {
    Result<Atom> atom = Atom::parse(token, eapi);
    if (!atom) return refuse(atom.error().why, atom.error().hint);
    node.word = token;
    node.atom = std::move(*atom);
    return true;
  }

  bool read_uri_leaf(DependencyNode& node) {
    if (token == "->") return refuse("\"->\" must follow a URI");
    node.word = token;
    std::string_view uri = token;
    if (uri.starts_with("fetch+") || uri.starts_with("mirror+")) {
      if (!eapi.selective_uri_restrictions)
        return refuse("\"fetch+\" and \"mirror+\" are not in EAPI " + std::string(eapi.name));
      uri.remove_prefix(uri.find('+') + 1);
    }
    bool flat = uri.find("://") == std::string_view::npos;
    if (flat && uri.find('/') != std::string_view::npos) return refuse("neither a URI nor a plain file name");
    if (!flat && uri.starts_with("://")) return refuse("a URI without a protocol");
    // Only where an arrow follows is the name after the last "/" not used.
    size_t before = next;
    std::string_view last = token;
    advance();
    if (token != "->") {
      next = before;
      token = last;
      std::string_view name = uri.substr(uri.rfind('/') + 1);
      bool names_file = !name.empty() && name != "." && name != "..";
      return names_file || refuse("the URI names no file", "say \"-> name\" after it");
    }
    if (flat) return refuse("\"->\" follows a plain file name");
    if (!eapi.src_uri_arrows) return refuse("\"->\" is not in EAPI " + std::string(eapi.name));
    advance();
    if (token.empty() || token == "(" || token == ")" || token == "->")
      return refuse("\"->\" must be followed by a file name");
    if (token.find('/') != std::string_view::npos || token == "." || token == "..")
      return refuse("what follows \"->\" must be a plain file name");
    node.rename = token;
    return true;
  }

  bool read_leaf(DependencyNode& node) {
    node.is_leaf = true;
    switch (kind) {
      case DependencyKind::packages: return read_package_leaf(node);
      case DependencyKind::required_use: return read_required_use_leaf(node);
      case DependencyKind::src_uri: return read_uri_leaf(node);
      case DependencyKind::license:
        if (!is_license_name(token)) return refuse("no name of a license");
        break;
      case DependencyKind::words:
        if (token.find_first_of("()|?") != std::string_view::npos) return refuse("no plain word");
        break;
    }
    node.word = token;
    return true;
  }

  // The items up to the closing ")" (or, at depth 0, the end), which stays the current token.
  bool read_items(std::vector<DependencyNode>& items, int depth) {
    if (depth > deepest) return refuse("groups stand in more than " + std::to_string(deepest) + " others");
    items.reserve(sizes[groups++]);
    while (!token.empty() && token != ")") {
      DependencyNode& node = items.emplace_back();
      bool is_group = false;
      if (!read_group_kind(node, is_group)) return false;
      if (!is_group) {
        if (!read_leaf(node)) return false;
      } else {
        advance();
        if (!read_items(node.children, depth + 1)) return false;
        if (token.empty()) return refuse("a \")\" is missing");
      }
      advance();
    }
    return true;
  }
};

void append_items(std::string& text, const std::vector<DependencyNode>& items);

void append_node(std::string& text, const DependencyNode& node) {
  if (node.is_leaf) {
    if (node.word_negated) text += '!';
    text += node.word;
    if (!node.rename.empty()) text += " -> " + node.rename;
    return;
  }
  switch (node.kind) {
    case GroupKind::all: break;
    case GroupKind::any_of: text += "|| "; break;
    case GroupKind::exactly_one_of: text += "^^ "; break;
    case GroupKind::at_most_one_of: text += "?? "; break;
    case GroupKind::use_conditional:
      if (node.negated) text += '!';
      text += node.flag;
      text += "? ";
      break;
  }
  text += "( ";
  append_items(text, node.children);
  text += node.children.empty() ? ")" : " )";
}

void append_items(std::string& text, const std::vector<DependencyNode>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += ' ';
    append_node(text, items[i]);
  }
}

bool conditional_holds(const DependencyNode& node, const UseSet& use) {
  return use.contains(node.flag) != node.negated;
}

void evaluate_into(const DependencyNode& node, const UseSet& use, DependencyNode& parent) {
  if (node.is_leaf) {
    parent.children.push_back(node);
    return;
  }
  if (node.kind == GroupKind::use_conditional && !conditional_holds(node, use)) return;
  DependencyNode group;
  group.kind = node.kind == GroupKind::use_conditional ? GroupKind::all : node.kind;
  for (const DependencyNode& child : node.children) evaluate_into(child, use, group);
  if (node.kind != GroupKind::use_conditional) {
    parent.children.push_back(std::move(group));
    return;
  }
  // In "|| ( flag? ( a b ) c )" a and b are one alternative together, not two.
  if (parent.kind != GroupKind::all && group.children.size() > 1) {
    parent.children.push_back(std::move(group));
    return;
  }
  for (DependencyNode& child : group.children) parent.children.push_back(std::move(child));
}

void collect_leaves(const DependencyNode& node, std::vector<const DependencyNode*>& result) {
  if (node.is_leaf) result.push_back(&node);
  for (const DependencyNode& child : node.children) collect_leaves(child, result);
}

}  // namespace

Result<DependencyNode> parse_dependency(std::string_view text, DependencyKind kind, const Eapi& eapi) {
  Result<DependencyNode> root(std::in_place);
  Parser parser{text, kind, eapi};
  parser.count_items();
  parser.advance();
  bool good = parser.read_items(root->children, 0);
  if (good && !parser.token.empty()) good = parser.refuse("no group is open here that it could close");
  if (!good) return std::unexpected(std::move(parser.error));
  return root;
}

const Atom& SharedAtom::none() {
  static const Atom none;
  return none;
}

std::string to_text(const DependencyNode& node) {
  std::string text;
  if (!node.is_leaf && node.kind == GroupKind::all)
    append_items(text, node.children);
  else
    append_node(text, node);
  return text;
}

DependencyNode evaluate_conditionals(const DependencyNode& node, const UseSet& use) {
  DependencyNode result;
  evaluate_into(node, use, result);
  // The root is an `all` group itself: give back that one, not one around it.
  if (!node.is_leaf && node.kind != GroupKind::use_conditional) {
    DependencyNode inner = std::move(result.children.front());
    return inner;
  }
  return result;
}

std::vector<const DependencyNode*> leaves(const DependencyNode& node) {
  std::vector<const DependencyNode*> result;
  collect_leaves(node, result);
  return result;
}

}  // namespace cooper::ebuild
