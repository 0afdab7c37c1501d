#include "repository/metadata_source.h"

#include <fmt/format.h>

#include "repository/eclass_split.h"

namespace cooper::repository {

namespace fs = std::filesystem;

MetadataSource::MetadataSource(SourceOptions options) : options_(std::move(options)) {}

Result<std::unique_ptr<BashWorker>> MetadataSource::take_worker() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  return BashWorker::start(options_);
}

SourceAnswer MetadataSource::source(const SourceRequest& request, std::string_view text) {
  std::unique_ptr<BashWorker> worker;
  SourceAnswer answer;
  fs::path lazy = lazy_eclasses_.folder(request.eclass_folders);
  bool accepted = false;
  if (!lazy.empty() && !minds_where_functions_are(text)) {
    SourceRequest quick = request;
    quick.eclass_folders.insert(quick.eclass_folders.begin(), lazy);
    answer = ask(worker, quick);
    // What hangs or kills its bash is not asked again.
    accepted = lazy_eclasses_.accept(answer) || (!(worker && worker->usable()) && answer.lazy_calls.empty());
  }
  if (!accepted) answer = ask(worker, request);
  if (!worker || !worker->usable()) return answer;
  lazy_eclasses_.count(answer, request.eclass_folders,
                       [&](const fs::path& texts) { return worker->print(texts, options_.time_limit); });
  std::lock_guard lock(mutex_);
  if (worker->usable()) idle_.push_back(std::move(worker));
  return answer;
}

// Asks the worker, or one that it takes where there is no usable one.
SourceAnswer MetadataSource::ask(std::unique_ptr<BashWorker>& worker, const SourceRequest& request) {
  if (!worker || !worker->usable()) {
    auto taken = take_worker();
    if (!taken) {
      SourceAnswer answer;
      answer.failure = fmt::format("{}: {}", taken.error().what, taken.error().why);
      answer.transient = true;
      return answer;
    }
    worker = std::move(*taken);
  }
  return worker->ask(request, options_.time_limit);
}

}  // namespace cooper::repository
