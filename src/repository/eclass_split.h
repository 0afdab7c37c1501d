// The text of an eclass taken apart: its functions, and the frame of code around them.
//
// Most of an eclass is functions that only a build calls, and most of the time that sourcing an ebuild takes is bash
// reading those. What is found here by the look of lines is only a guess at bash's grammar: same_program() proves it.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::repository {

struct EclassFunction {
  std::string name;
  std::string text;       // the whole definition, a line or several, with a newline at the end
  bool one_line = false;  // so short that leaving it out gains nothing
};

// Either text, or functions that follow each other.
struct EclassPart {
  std::string text;
  std::vector<EclassFunction> functions;
};
using SplitEclass = std::vector<EclassPart>;

// drop: leave out lines that are nothing but a comment, unless they may be in a here-document.
enum class Comments { drop, keep };
SplitEclass split_eclass(std::string_view text, Comments comments);

// The eclass with `source RUN.N` in place of each part N that is functions.
std::string eclass_frame(const SplitEclass& eclass, std::string_view run);

// Whether the frame, with its functions in place of `source RUN.N`, is the same program as the whole. All of them as
// `declare -f` prints them as the body of a function; `functions` are those of all parts, in order.
bool same_program(const SplitEclass& eclass, std::string_view run, std::string_view whole, std::string_view frame,
                  std::span<const std::string> functions);

// The definitions of a part: those of `called` as they are, the others with a call of __cooper_lazy
// (runtime/lib/lazy.bash) as their body.
std::string lazy_functions(const EclassPart& part, const std::set<std::string>& called);

// A script that defines the function that its argument names.
std::string function_bodies(const SplitEclass& eclass);

// Whether code may be able to tell where it or a function was read from, or what a function's body is: `declare -f`,
// BASH_SOURCE, caller and the like. Says yes when in doubt.
bool minds_where_functions_are(std::string_view code);

// Whether `word` stands in the code with nothing before and after it that could be a part of a function's name.
bool mentions(std::string_view code, std::string_view word);

}  // namespace cooper::repository
