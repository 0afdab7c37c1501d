// `cooper cache`: what the store holds, what in it is broken, and making room.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "image/image.h"
#include "store/store.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

using store::Store;

struct CacheArguments {
  double days = 30;  // gc: what was not used for so long
  bool all = false;
  std::string kind;  // list: only these
};

constexpr int64_t day = 24 * 60 * 60;

std::string age(int64_t then, int64_t now) {
  int64_t days = std::max<int64_t>(0, now - then) / day;
  return days == 0 ? "today" : days == 1 ? "yesterday" : fmt::format("{} days ago", days);
}

// The store, unless it is not there yet: looking at it makes none.
Result<std::optional<Store>> existing_store(const Context& context) {
  std::error_code ec;
  if (!std::filesystem::exists(std::filesystem::symlink_status(context.cache_dir, ec)) &&
      (!ec || ec == std::errc::no_such_file_or_directory))
    return std::nullopt;
  return TRY(Store::open(context.cache_dir));
}

// What a user knows it by: of an image its name and tag.
void name_image(Store::Usage& item) {
  if (item.kind != "image") return;
  if (auto image = image::read_layout(item.path)) item.name = fmt::format("{}:{}", image->name, image->tag);
}

Result<int> list(const Context& context, const CacheArguments& arguments) {
  std::optional<Store> store = TRY(existing_store(context));
  std::vector<Store::Usage> usage;
  if (store) usage = TRY(store->usage());
  if (!arguments.kind.empty())
    std::erase_if(usage, [&](const Store::Usage& item) { return item.kind != arguments.kind; });
  std::ranges::stable_sort(usage, [](const Store::Usage& a, const Store::Usage& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.bytes > b.bytes;
  });
  for (Store::Usage& item : usage) name_image(item);
  if (context.format == "json") {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const Store::Usage& item : usage)
      out.push_back({{"kind", item.kind},
                     {"name", item.name},
                     {"bytes", item.bytes},
                     {"last_used", item.last_used},
                     {"path", item.path.string()}});
    fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  int64_t now = std::time(nullptr);
  uint64_t total = 0;
  std::map<std::string, std::pair<size_t, uint64_t>> kinds;
  for (const Store::Usage& item : usage) {
    fmt::print("{:<9} {:>9}  {:<13} {}\n", item.kind, util::human_size(item.bytes), age(item.last_used, now),
               item.name);
    ++kinds[item.kind].first;
    kinds[item.kind].second += item.bytes;
    total += item.bytes;
  }
  std::string sums;
  for (const auto& [kind, sum] : kinds) sums += fmt::format(", {} {}", kind, util::human_size(sum.second));
  fmt::print("{} in {}{}\n", util::human_size(total), context.cache_dir.string(), sums);
  return 0;
}

Result<int> collect(const Context& context, const CacheArguments& arguments) {
  std::optional<Store> store = TRY(existing_store(context));
  int64_t now = std::time(nullptr);
  int64_t unused_since =
      arguments.all ? now + day : now - static_cast<int64_t>(arguments.days * static_cast<double>(day));
  uint64_t freed = store ? TRY(store->collect(unused_since)) : 0;
  if (context.format == "json")
    fmt::print("{}\n", nlohmann::json{{"freed_bytes", freed}}.dump());
  else
    fmt::print("{} freed in {}\n", util::human_size(freed), context.cache_dir.string());
  return 0;
}

Result<int> verify(const Context& context) {
  std::optional<Store> store = TRY(existing_store(context));
  std::vector<Store::Damage> damages;
  if (store) damages = TRY(store->verify());
  if (context.format == "json") {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const Store::Damage& damage : damages) out.push_back({{"what", damage.what}, {"why", damage.why}});
    fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    for (const Store::Damage& damage : damages) fmt::print("{}: {}\n", damage.what, damage.why);
    if (damages.empty()) fmt::print("all is as it was stored in {}\n", context.cache_dir.string());
  }
  if (!damages.empty() && !context.quiet)
    fmt::print(stderr, "{}; damaged packages are set aside when they are next asked for, and built anew\n",
               util::count(damages.size(), "finding"));
  return damages.empty() ? 0 : static_cast<int>(ErrorKind::failed);
}

}  // namespace

void add_cache(Commands& commands) {
  auto arguments = std::make_shared<CacheArguments>();
  CLI::App* app = commands.app.add_subcommand("cache", "Look after the store of packages, sources and images");
  app->require_subcommand(1);
  CLI::App* list_command = app->add_subcommand("list", "List what is in the store, its size and when it was last used");
  list_command->add_option("--kind", arguments->kind, "only these")
      ->type_name("KIND")
      ->check(CLI::IsMember(
          {"package", "base", "distfile", "deb", "log", "image", "failed", "metadata", "damaged", "scratch"}));
  list_command->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return list(commands.context, *arguments); };
  });
  CLI::App* collect_command =
      app->add_subcommand("gc", "Remove what was not used for some time, and all that is damaged or left over");
  collect_command->add_option("--unused-for", arguments->days, "in days (default: 30)")
      ->check(CLI::Validator(
          [](std::string& text) {
            char* end = nullptr;
            double days = std::strtod(text.c_str(), &end);
            return *end == '\0' && days >= 0 ? std::string() : fmt::format("'{}' is no number of days", text);
          },
          ""))
      ->type_name("DAYS");
  collect_command->add_flag("--all", arguments->all, "remove everything");
  collect_command->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return collect(commands.context, *arguments); };
  });
  CLI::App* verify_command =
      app->add_subcommand("verify", "Read every byte in the store and tell what is not as it was stored");
  verify_command->callback([&commands]() { commands.run = [&commands]() { return verify(commands.context); }; });
}

}  // namespace cooper::cli
