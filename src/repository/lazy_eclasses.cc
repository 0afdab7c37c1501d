#include "repository/lazy_eclasses.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

namespace {

// Making an eclass ready takes as long as sourcing it a few times.
constexpr int uses_before = 3;
constexpr std::string_view proof_run = "__cooper_run";

bool write(const fs::path& path, std::string_view text) {
  return util::write_file(path, text, 0644, util::Fsync::no).has_value();
}

bool is_plain(std::string_view path) {
  return std::ranges::all_of(path, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
           c == '_' || c == '-' || c == '+';
  });
}

}  // namespace

fs::path LazyEclasses::folder(const std::vector<fs::path>& folders) {
  std::lock_guard lock(mutex_);
  return ready_ && folders == folders_ ? ready_->path() : fs::path();
}

fs::path LazyEclasses::file(const std::string& name) const { return ready_->path() / (name + ".eclass"); }

LazyEclasses::Eclass& LazyEclasses::find(const std::string& name) {
  auto [it, is_new] = eclasses_.try_emplace(name);
  if (is_new) {
    std::error_code ec;
    auto folder = std::ranges::find_if(
        folders_, [&](const fs::path& f) { return fs::is_regular_file(f / (name + ".eclass"), ec); });
    auto text = folder != folders_.end() ? util::read_file(*folder / (name + ".eclass")) : Result<std::string>("");
    it->second.minds = !text || minds_where_functions_are(*text);
  }
  return it->second;
}

bool LazyEclasses::accept(const SourceAnswer& answer) {
  std::lock_guard lock(mutex_);
  for (const LazyCall& call : answer.lazy_calls) learn_call(call);
  if (!answer.failure.empty() || !answer.lazy_calls.empty() || !util::trim(answer.output).empty()) return false;
  for (const auto& [key, value] : answer.keys)
    if (value.find("__cooper_") != std::string::npos) return false;
  return std::ranges::none_of(answer.inherited, [&](const std::string& name) { return find(name).minds; });
}

void LazyEclasses::learn_call(const LazyCall& call) {
  std::string name = fs::path(call.file).filename();
  auto it = eclasses_.find(name.substr(0, name.rfind(".eclass.")));
  if (it == eclasses_.end() || !it->second.split) return;
  Eclass& eclass = it->second;
  if (!eclass.called.insert(call.function).second) return;
  for (size_t i = 0; i < eclass.split->size(); ++i) {
    auto& functions = (*eclass.split)[i].functions;
    auto function = std::ranges::find(functions, call.function, &EclassFunction::name);
    if (function == functions.end()) continue;
    write_part(it->first, eclass, i);
    eclass.minds |= minds_where_functions_are(function->text);
  }
}

void LazyEclasses::count(const SourceAnswer& answer, const std::vector<fs::path>& folders, const Print& print) {
  std::lock_guard lock(mutex_);
  if (folders_.empty()) folders_ = folders;
  if (folders != folders_) return;
  for (const std::string& name : answer.inherited)
    if (Eclass& eclass = find(name); ++eclass.uses == uses_before) make_ready(name, eclass, print);
}

// Takes an eclass apart and lets bash prove that it is the same put together again; nothing where it is not.
std::optional<SplitEclass> LazyEclasses::split(std::string_view text, const Print& print) {
  for (Comments comments : {Comments::drop, Comments::keep}) {
    SplitEclass eclass = split_eclass(text, comments);
    std::string texts = fmt::format("{}\0{}\0"sv, text, eclass_frame(eclass, proof_run));
    for (const EclassPart& part : eclass)
      for (const EclassFunction& function : part.functions) texts.append(function.text).push_back('\0');
    fs::path file = ready_->path() / "texts";
    if (!write(file, texts)) return std::nullopt;
    auto printed = print(file);
    if (printed && printed->size() >= 2 &&
        same_program(eclass, proof_run, (*printed)[0], (*printed)[1], std::span(*printed).subspan(2)))
      return eclass;
  }
  return std::nullopt;
}

void LazyEclasses::make_ready(const std::string& name, Eclass& eclass, const Print& print) {
  std::error_code ec;
  if (!ready_) {
    fs::path parent = fs::temp_directory_path(ec);
    auto made = util::TemporaryDirectory::create(ec ? fs::path("/tmp") : parent, "cooper-eclasses");
    if (!made) return;
    ready_.emplace(std::move(*made));
  }
  if (!is_plain(name) || !is_plain(ready_->path().native())) return;
  for (const fs::path& folder : folders_) {
    fs::path original = folder / (name + ".eclass");
    if (!fs::is_regular_file(original, ec)) continue;
    auto text = util::read_file(original);
    if (!text || text->find('\0') != std::string::npos) return;
    auto parts = split(*text, print);
    if (!parts) return;
    std::string frame = eclass_frame(*parts, file(name).native());
    bool minds = minds_where_functions_are(frame);
    for (const EclassPart& part : *parts)
      for (const EclassFunction& function : part.functions)
        if (mentions(frame, function.name)) {
          eclass.called.insert(function.name);
          minds |= minds_where_functions_are(function.text);
        }
    eclass.split = std::move(parts);
    bool written = write(file(name).native() + ".bodies", function_bodies(*eclass.split));
    for (size_t i = 0; i < eclass.split->size(); ++i) written &= write_part(name, eclass, i);
    if (written && write(file(name), frame)) eclass.minds = minds;
    return;
  }
}

bool LazyEclasses::write_part(const std::string& name, const Eclass& eclass, size_t part) const {
  const EclassPart& text = (*eclass.split)[part];
  return text.functions.empty() ||
         write(fmt::format("{}.{}", file(name).native(), part), lazy_functions(text, eclass.called));
}

}  // namespace cooper::repository
