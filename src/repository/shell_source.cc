#include "repository/shell_source.h"

#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

std::unique_ptr<ShellSource> ShellSource::start(const fs::path& runtime, int bash_major, int bash_minor) {
  // What is evaluated is compared with this version; others differ in small things.
  if (bash_major != 5 || bash_minor != 2) return nullptr;
  std::error_code ec;
  fs::path absolute = fs::absolute(runtime, ec);
  shell::Start start{absolute / "lib/sourcing.bash",
                     {{"__cooper_runtime", absolute.string()},
                      {"PATH", "/nonexistent"},
                      {"LC_ALL", "C.UTF-8"},
                      {"TZ", "UTC"},
                      {"HOME", "/nonexistent"}},
                     bash_major,
                     bash_minor};
  auto shell = shell::Shell::start(start);
  if (!shell) return nullptr;
  return std::unique_ptr<ShellSource>(new ShellSource(std::move(*shell)));
}

std::expected<SourceAnswer, shell::Unsupported> ShellSource::source(const SourceRequest& request,
                                                                    std::string_view text) {
  shell::Call call{"__cooper_source_ebuild", source_arguments(request), request.ebuild.string(), text,
                   request.eclass_folders};
  auto written = shell_->call(call);
  if (!written) return std::unexpected(std::move(written.error()));
  AnswerRecords records;
  for (std::string_view record : util::split(*written, '\0'))
    if (!record.empty()) records.take(record);
  records.finish();
  if (!records.ok || !records.answer.failure.empty()) return std::unexpected(shell::Unsupported{"no answer", ""});
  return std::move(records.answer);
}

}  // namespace cooper::repository
