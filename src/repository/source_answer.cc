#include "repository/source_answer.h"

#include <algorithm>

#include "util/text.h"

namespace cooper::repository {

namespace {

// The values between white space as PMS 7 has it, with one space between them.
std::string normalized(std::string_view text) {
  constexpr std::string_view space = " \t\n";
  std::string out;
  for (size_t at; (at = text.find_first_not_of(space)) != std::string_view::npos;) {
    text.remove_prefix(at);
    size_t end = std::min(text.find_first_of(space), text.size());
    if (!out.empty()) out += ' ';
    out.append(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

// "src_compile\nsrc_install\n" → "compile install", "" → "-". With extdebug, bash tells more after the name.
std::string defined_phases(std::string_view functions) {
  std::string out;
  for (std::string_view line : util::lines(functions)) {
    std::string_view name = line.substr(0, line.find(' '));
    if (!out.empty()) out += ' ';
    out += name.substr(name.find('_') + 1);
  }
  return out.empty() ? "-" : out;
}

// The text before the first space, which `text` is left without.
std::string_view take_word(std::string_view& text) {
  std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

}  // namespace

std::vector<std::string> source_arguments(const SourceRequest& request) {
  const ebuild::Version& version = request.cpv.version;
  std::vector<std::string> out = {request.ebuild.string(),         request.cpv.name.category,
                                  request.cpv.name.package,        std::string(version.without_revision()),
                                  std::string(version.revision()), request.eapi};
  for (const auto& folder : request.eclass_folders) out.push_back(folder.string());
  return out;
}

void AnswerRecords::take(std::string_view record) {
  std::string_view kind = take_word(record), rest = record;
  std::string_view first = take_word(record), second = record;
  if (kind == "set") {
    if (std::string value = normalized(second); !value.empty())
      answer.keys.insert_or_assign(std::string(first), std::move(value));
  } else if (kind == "phases") {
    answer.keys.insert_or_assign("DEFINED_PHASES", defined_phases(rest));
  } else if (kind == "inherit") {
    if (std::ranges::find(answer.inherited, first) == answer.inherited.end()) answer.inherited.emplace_back(first);
    if (second.empty()) direct.append(direct.empty() ? "" : " ").append(first);
  } else if (kind == "die") {
    if (answer.failure.empty()) answer.failure = rest;
    std::ranges::replace(answer.failure, '\n', ' ');
  } else if (kind == "ok") {
    ok = true;
  } else if (kind == "end") {
    status = rest;
  }
}

void AnswerRecords::finish() {
  if (!direct.empty()) answer.keys.insert_or_assign("INHERIT", std::move(direct));
}

}  // namespace cooper::repository
