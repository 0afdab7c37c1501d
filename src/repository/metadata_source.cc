#include "repository/metadata_source.h"

#include <cstdlib>

#include <fmt/format.h>

namespace cooper::repository {

namespace {

SourceAnswer transient_failure(std::string why) {
  SourceAnswer answer;
  answer.failure = std::move(why);
  answer.transient = true;
  return answer;
}

}  // namespace

MetadataSource::MetadataSource(SourceOptions options) : options_(std::move(options)) {
  const char* by = std::getenv("COOPER_METADATA_BY");
  std::string_view name = by ? by : "";
  by_ = name == "bash" ? By::bash : name == "shell" ? By::shell : By::either;
}

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

void MetadataSource::give_back(std::unique_ptr<BashWorker> worker) {
  if (!worker->usable()) return;
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

// What is evaluated must be like what the bash that is asked otherwise does, so that is what tells its version.
ShellSource* MetadataSource::shell() {
  if (by_ == By::bash) return nullptr;
  std::call_once(shell_started_, [&] {
    auto worker = take_worker();
    if (!worker) return;
    shell_ = ShellSource::start(options_.runtime, (*worker)->bash_major(), (*worker)->bash_minor());
    give_back(std::move(*worker));
  });
  return shell_.get();
}

SourceAnswer MetadataSource::source(const SourceRequest& request, std::string_view text) {
  std::string reason = "there is nothing to evaluate it with";
  if (ShellSource* evaluator = shell()) {
    auto answer = evaluator->source(request, text);
    if (answer) return std::move(*answer);
    reason = fmt::format("{} at {}", answer.error().reason, answer.error().where);
  }
  return by_ == By::shell ? transient_failure("only bash can source it: " + reason) : ask_bash(request);
}

SourceAnswer MetadataSource::ask_bash(const SourceRequest& request) {
  auto worker = take_worker();
  if (!worker) return transient_failure(fmt::format("{}: {}", worker.error().what, worker.error().why));
  SourceAnswer answer = (*worker)->ask(request, options_.time_limit);
  give_back(std::move(*worker));
  return answer;
}

}  // namespace cooper::repository
