// `cooper run`: an image in a sandbox, no container engine needed.
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "image/image.h"
#include "image/run.h"
#include "sandbox/sandbox.h"
#include "store/store.h"

namespace cooper::cli {

namespace {

struct Arguments {
  std::string image, network = "host", user, directory, entrypoint;
  std::vector<std::string> command, environment, volumes;
};

// SOURCE:TARGET[:ro], as container engines take it.
Result<sandbox::Bind> parse_volume(const std::string& text) {
  size_t colon = text.find(':');
  std::string source = text.substr(0, colon), target = colon == std::string::npos ? "" : text.substr(colon + 1);
  bool writable = true;
  if (target.ends_with(":ro") || target.ends_with(":rw")) {
    writable = target.ends_with(":rw");
    target.resize(target.size() - 3);
  }
  if (source.empty() || !target.starts_with('/'))
    return fail(ErrorKind::usage, fmt::format("'{}' is no volume", text), {}, {},
                "SOURCE:/TARGET or SOURCE:/TARGET:ro");
  std::error_code ec;
  std::filesystem::path path = std::filesystem::canonical(source, ec);
  if (ec) return fail(ErrorKind::usage, "cannot use a volume", source, ec.message());
  return sandbox::Bind{path, target, writable};
}

Result<int> run(const Context& context, const Arguments& arguments) {
  TRY(sandbox::check());
  store::Store store = TRY(store::Store::open(context.cache_dir));
  image::RunOptions options;
  for (const std::string& volume : arguments.volumes) options.binds.push_back(TRY(parse_volume(volume)));
  image::LoadedImage loaded = TRY(image::load_image(arguments.image, store));
  options.command = arguments.command;
  options.environment = arguments.environment;
  options.user = arguments.user;
  options.directory = arguments.directory;
  options.network = arguments.network == "host";
  if (!arguments.entrypoint.empty()) {
    loaded.config.entrypoint = {arguments.entrypoint};
    loaded.config.cmd.clear();
  }
  return image::run_in_image(loaded.tree, loaded.config, loaded.root, options);
}

}  // namespace

void add_run(Commands& commands) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = commands.app.add_subcommand("run", "Run an image in a sandbox, no container engine needed");
  app->add_option("IMAGE", arguments->image,
                  "a name from the store (php, php:8.2.32), or oci:DIR, oci-archive:FILE, docker-archive:FILE, "
                  "dir:PATH, tar:FILE")
      ->required();
  app->add_option("CMD", arguments->command,
                  "arguments for the image's entrypoint, or the command where it has none; after --");
  app->add_option("--network", arguments->network, "host: this machine's network; none: only the loopback device")
      ->check(CLI::IsMember({"host", "none"}));
  app->add_option("--user", arguments->user, "the user to run as: NAME or UID, with :GROUP or :GID");
  app->add_option("--workdir", arguments->directory, "the folder to start in");
  app->add_option("--entrypoint", arguments->entrypoint, "run this program in place of the image's entrypoint");
  app->add_option("-e,--env", arguments->environment, "set a variable: NAME=value")->allow_extra_args(false);
  app->add_option("--volume", arguments->volumes,
                  "show a file or folder of this machine in the image: SOURCE:/TARGET[:ro]")
      ->allow_extra_args(false);
  app->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return run(commands.context, *arguments); };
  });
}

}  // namespace cooper::cli
