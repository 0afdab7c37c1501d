// `cooper run`: an image in a sandbox, no container engine needed.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "image/image.h"
#include "image/run.h"
#include "sandbox/sandbox.h"
#include "store/store.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

struct RunArguments {
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

// The images of the store: NAME:TAG.
std::vector<std::string> images_of(const store::Store& store) {
  std::set<std::string> names;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(store.images(), ec))
    if (auto image = image::read_layout(entry.path())) names.insert(image->name + ":" + image->tag);
  return {names.begin(), names.end()};
}

Result<image::LoadedImage> load(const std::string& reference, const store::Store& store) {
  std::error_code ec;
  if (reference.ends_with(".toml") && std::filesystem::is_regular_file(reference, ec))
    return fail(ErrorKind::usage, "this is a spec, not an image", reference, {},
                fmt::format("build it first, `cooper build {}`, and run it by its name", reference));
  auto loaded = image::load_image(reference, store);
  if (loaded || loaded.error().kind != ErrorKind::usage || !loaded.error().what.starts_with("no image")) return loaded;
  Error error = std::move(loaded).error();
  if (image::parse_destination(reference)) {
    error.why = "there is no such file or folder";
    error.hint.clear();
  } else if (std::vector<std::string> names = images_of(store); !names.empty()) {
    error.hint = "the store has " + util::join(names, ", ");
  }
  return std::unexpected(std::move(error));
}

// NAME=value; a mere NAME takes the value that it has here, or is left out where it has none.
std::vector<std::string> environment_of(const std::vector<std::string>& given) {
  std::vector<std::string> out;
  for (const std::string& item : given) {
    if (item.contains('='))
      out.push_back(item);
    else if (const char* value = std::getenv(item.c_str()))
      out.push_back(item + "=" + value);
  }
  return out;
}

Result<int> run(const Context& context, const RunArguments& arguments) {
  TRY(sandbox::check());
  store::Store store = TRY(store::Store::open(context.cache_dir));
  image::RunOptions options;
  for (const std::string& volume : arguments.volumes) options.binds.push_back(TRY(parse_volume(volume)));
  image::LoadedImage loaded = TRY(load(arguments.image, store));
  options.command = arguments.command;
  options.environment = environment_of(arguments.environment);
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
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* app = commands.app.add_subcommand("run", "Run an image in a sandbox, no container engine needed");
  commands.formats[app] = {"text"};
  app->add_option("IMAGE", arguments->image,
                  "a name from the store (php, php:8.2.32), or oci:DIR, oci-archive:FILE, docker-archive:FILE, "
                  "dir:PATH, tar:FILE")
      ->required();
  app->add_option("CMD", arguments->command,
                  "arguments for the image's entrypoint, or the command where it has none: all that follows IMAGE, "
                  "options too");
  app->add_option("--network", arguments->network, "host: this machine's network; none: only the loopback device")
      ->check(CLI::IsMember({"host", "none"}).description(""))
      ->type_name("NETWORK");
  app->add_option("--user", arguments->user, "the user to run as: NAME or UID, with :GROUP or :GID")->type_name("USER");
  app->add_option("--workdir", arguments->directory, "the folder to start in")->type_name("DIR");
  app->add_option("--entrypoint", arguments->entrypoint, "run this program in place of the image's entrypoint")
      ->type_name("PROGRAM");
  app->add_option("-e,--env", arguments->environment,
                  "set a variable: NAME=value, or NAME with the value that it has here")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app->add_option("--volume", arguments->volumes,
                  "show a file or folder of this machine in the image: SOURCE:/TARGET[:ro]")
      ->type_name("VOLUME")
      ->allow_extra_args(false);
  app->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return run(commands.context, *arguments); };
  });
}

}  // namespace cooper::cli
