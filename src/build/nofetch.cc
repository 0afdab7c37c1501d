#include "build/nofetch.h"

#include <fmt/format.h>

#include "build/build_folder.h"
#include "phases/status.h"

namespace cooper::build {

Result<std::string> nofetch_text(const BuildAction& action, const store::Store& store, const store::BaseRoot& base) {
  auto scratch = TRY(store.scratch("nofetch"));
  BuildFolder folder = TRY(prepare_folder(action, scratch.path()));
  BuildAction without_files = action;
  without_files.distfiles.clear();  // they are not there; A names them all the same
  sandbox::Command command = TRY(sandbox_command(without_files, base, folder));
  command.environment["A"] = phase_environment(action, TRY(phases::package_names(action.cpv)))["A"];
  command.argv = {"/bin/bash", "--norc", "--noprofile", "/cooper/runtime/ebuild.bash", "nofetch"};
  command.network = false;
  command.limits.seconds = 60;
  command.limits.log_bytes = 1 << 20;
  phases::StatusReader reader;
  phases::StatusPipe pipe = TRY(phases::StatusPipe::open());
  command.fds.emplace_back(pipe.write_end(), 3);
  pipe.start(reader);
  auto outcome = sandbox::run(command);
  pipe.finish();
  TRY(std::move(outcome));
  std::string text;
  for (const phases::ElogMessage& message : reader.status().messages)
    if (!message.text.empty()) text += (text.empty() ? "" : "\n") + message.text;
  return text;
}

}  // namespace cooper::build
