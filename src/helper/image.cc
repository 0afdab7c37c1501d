// Commands on paths in the image: folders, links, modes; and those with rules of their own for where a file goes: man
// pages, translations, HTML (PMS 12.3.9).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "helper/helper.h"
#include "helper/place.h"
#include "helper/process.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

namespace fs = std::filesystem;

CommandResult dodir(std::string_view, Arguments arguments) {
  if (arguments.empty()) return refuse("no folder was named");
  InstallOptions options = TRY(parse_install_options(variable("COOPER_DIROPTS")));
  for (const std::string& path : arguments) TRY(make_folder(in_image(path), options));
  return 0;
}

CommandResult keepdir(std::string_view name, Arguments arguments) {
  for (const std::string& argument : arguments)
    if (argument.starts_with('-')) return refuse("takes no options, but got " + argument);
  TRY(dodir(name, arguments));
  std::string mark = "/.keep_" + variable("CATEGORY") + "_" + variable("PN") + "-" + variable("COOPER_SLOT");
  for (const std::string& path : arguments) {
    std::string file = in_image(path) + mark;
    util::Fd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) return refuse_errno("cannot write " + file);
  }
  return 0;
}

CommandResult fperms(std::string_view, Arguments arguments) {
  Process process{{"chmod"}};
  bool have_mode = false;
  size_t paths = 0;
  for (const std::string& argument : arguments) {
    // "-x" and its like are modes, as chmod reads them.
    bool is_option =
        argument.size() > 1 && argument[0] == '-' && argument.find_first_not_of("-rwxXstugo,+=") != std::string::npos;
    if (is_option) {
      process.argv.push_back(argument);
    } else if (!have_mode) {
      if (argument[0] == '-') process.argv.push_back("--");
      process.argv.push_back(argument);
      have_mode = true;
    } else {
      process.argv.push_back(in_image(argument));
      ++paths;
    }
  }
  if (paths == 0) return refuse("needs a mode and at least one path");
  return run(process);
}

// `target` as seen from the folder of `link`, by the text alone: no symlink is looked at (PMS 12.3.9, dosym -r).
std::string relative_target(const std::string& target, const std::string& link) {
  fs::path folder = fs::path("/" + link).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  fs::path to = fs::path(target).lexically_normal();
  if (!to.has_filename() && to != "/") to = to.parent_path();
  return to.lexically_relative(folder.parent_path()).string();
}

CommandResult dosym(std::string_view, Arguments arguments) {
  bool relative = !arguments.empty() && arguments[0] == "-r";
  if (relative) {
    TRY(only_since(8));
    arguments = arguments.subspan(1);
  }
  if (arguments.size() != 2)
    return refuse("needs a target and the name of the link, got " + util::count(arguments.size(), "argument"));
  std::string target = arguments[0], link = in_image(arguments[1]);
  struct stat info;
  if (arguments[1].empty() || arguments[1].back() == '/' || (lstat(link.c_str(), &info) == 0 && S_ISDIR(info.st_mode)))
    return refuse("'" + arguments[1] + "' is a folder; name the link itself");
  if (relative) {
    if (!target.starts_with('/')) return refuse("-r needs an absolute target, not '" + target + "'");
    target = relative_target(target, arguments[1]);
  }
  TRY(make_folder(fs::path(link).parent_path().string()));
  TRY(place_symlink(target, link));
  return 0;
}

CommandResult dohard(std::string_view, Arguments arguments) {
  TRY(banned_since(4));
  if (arguments.size() != 2) return refuse("needs a target and the name of the link");
  std::string from = in_image(arguments[0]), to = in_image(arguments[1]);
  unlink(to.c_str());
  if (link(from.c_str(), to.c_str()) != 0) return refuse_errno("cannot link " + to + " to " + from);
  return 0;
}

// The name of a man page taken apart: "git.de.1.gz" → page "git.1.gz", language "de", section "1".
struct ManPage {
  std::string file, language, section;
};

bool is_language(std::string_view text) {
  auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() != 2 && text.size() != 5) return false;
  if (!lower(text[0]) || !lower(text[1])) return false;
  return text.size() == 2 || (text[2] == '_' && upper(text[3]) && upper(text[4]));
}

Result<ManPage> read_man_name(const std::string& name, bool detect_language) {
  std::string stem = name;
  for (std::string_view suffix : {".gz", ".bz2", ".xz", ".zst", ".lzma", ".Z"})
    if (stem.ends_with(suffix)) stem.resize(stem.size() - suffix.size());
  std::string compression = name.substr(stem.size());
  size_t dot = stem.find_last_of('.');
  if (dot == std::string::npos || dot + 1 == stem.size() ||
      std::string_view("0123456789n").find(stem[dot + 1]) == std::string_view::npos)
    return refuse("'" + name + "' does not look like a man page: it should end in a section, as in name.1");
  ManPage page{name, "", stem.substr(dot + 1, 1)};
  size_t before = dot == 0 ? std::string::npos : stem.find_last_of('.', dot - 1);
  if (detect_language && before != std::string::npos &&
      is_language(std::string_view(stem).substr(before + 1, dot - before - 1))) {
    page.language = stem.substr(before + 1, dot - before - 1);
    page.file = stem.substr(0, before) + stem.substr(dot) + compression;
  }
  return page;
}

// `name` is what decides; it differs from the source's own name for newman.
Result<> place_man_page(const std::string& source, const std::string& name, const std::string* i18n) {
  bool detect = eapi() >= 2 && !(i18n && eapi() >= 4);
  ManPage page = TRY(read_man_name(name, detect));
  std::string language = page.language.empty() && i18n ? *i18n : page.language;
  std::string folder = in_image("usr/share/man/" + (language.empty() ? "" : language + "/") + "man" + page.section);
  TRY(make_folder(folder));
  InstallOptions options;
  options.mode = "0644";
  return place_file(source, folder + "/" + page.file, options);
}

CommandResult doman(std::string_view, Arguments arguments) {
  std::string language;
  const std::string* i18n = nullptr;
  size_t pages = 0;
  for (const std::string& argument : arguments) {
    if (argument.starts_with("-i18n=")) {
      language = argument.substr(6);
      i18n = &language;
      continue;
    }
    ++pages;
    // What keepdir makes is in the folder, but no page: `doman man/*`.
    if (fs::path(argument).filename().string().starts_with(".keep_")) continue;
    TRY(place_man_page(argument, fs::path(argument).filename().string(), i18n));
  }
  if (pages == 0) return refuse("no man page was named");
  return 0;
}

CommandResult newman(std::string_view, Arguments arguments) {
  if (arguments.size() != 2) return refuse("needs a file and a new name");
  if (arguments[0] == "-") {
    TRY(only_since(5));
    if (isatty(0)) return refuse("standard input is a terminal");
  }
  TRY(place_man_page(arguments[0], arguments[1], nullptr));
  return 0;
}

CommandResult domo(std::string_view, Arguments arguments) {
  TRY(banned_since(9));
  if (arguments.empty()) return refuse("no file was named");
  std::string tree = eapi() >= 7 ? "/usr" : variable("DESTTREE");
  std::string name = variable("MOPREFIX");  // as under Portage; PMS knows of PN only
  if (name.empty()) name = variable("PN");
  InstallOptions options;
  options.mode = "0644";
  for (const std::string& file : arguments) {
    std::string locale = fs::path(file).stem().string();
    std::string folder = in_image(tree + "/share/locale/" + locale + "/LC_MESSAGES");
    TRY(make_folder(folder));
    TRY(place_file(file, folder + "/" + name + ".mo", options));
  }
  return 0;
}

struct HtmlOptions {
  std::set<std::string, std::less<>> extensions{"css", "gif", "htm", "html", "jpeg", "jpg", "js", "png"};
  std::set<std::string, std::less<>> files, skipped_folders{"CVS"};
  std::string prefix;
  bool recursive = false;
};

void add_words(std::set<std::string, std::less<>>& set, std::string_view list) {
  for (std::string_view word : util::split(list, ',')) set.emplace(word);
}

// How many files were installed.
Result<size_t> place_html(const std::string& path, const std::string& folder, const HtmlOptions& options) {
  std::string name = fs::path(path).filename().string();
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return refuse_errno("'" + path + "'");
  if (S_ISDIR(info.st_mode)) {
    size_t placed = 0;
    if (!options.recursive || options.skipped_folders.contains(name)) return placed;
    for (const std::string& entry : TRY(util::list_directory(path)))
      placed +=
          TRY(place_html(path + "/" + entry, name == "." || name.empty() ? folder : folder + "/" + name, options));
    return placed;
  }
  size_t dot = name.find_last_of('.');
  bool wanted =
      options.files.contains(name) || (dot != std::string::npos && options.extensions.contains(name.substr(dot + 1)));
  if (!wanted) return 0;
  TRY(make_folder(folder));
  InstallOptions file_options;
  file_options.mode = "0644";
  TRY(place_file(path, folder + "/" + name, file_options));
  return 1;
}

// As under Portage, where options may stand anywhere, and what is no HTML is passed over: `dohtml doc/*`.
CommandResult dohtml(std::string_view, Arguments arguments) {
  TRY(banned_since(7));
  HtmlOptions options;
  std::vector<std::string> files;
  auto set_words = [](std::set<std::string, std::less<>>& set, std::string_view list) {
    set.clear();
    add_words(set, list);
  };
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& option = arguments[i];
    if (option.size() < 2 || option[0] != '-')
      files.push_back(option);
    else if (option == "-r")
      options.recursive = true;
    else if (option == "-V")
      continue;
    else if (i + 1 == arguments.size())
      return refuse("the option " + option + " has no value");
    else if (option == "-A")
      add_words(options.extensions, arguments[++i]);
    else if (option == "-a")
      set_words(options.extensions, arguments[++i]);
    else if (option == "-f")
      set_words(options.files, arguments[++i]);
    else if (option == "-x")
      set_words(options.skipped_folders, arguments[++i]);
    else if (option == "-p")
      options.prefix = arguments[++i];
    else
      return refuse("unknown option " + option);
  }
  if (files.empty()) return refuse("no file was named");
  std::string subfolder = variable("COOPER_DOCDESTTREE");
  std::string folder = in_image("usr/share/doc/" + variable("PF") + "/" + (subfolder.empty() ? "html" : subfolder) +
                                "/" + options.prefix);
  size_t placed = 0;
  std::optional<Error> problem;
  for (const std::string& file : files) {
    auto one = place_html(file, folder, options);
    if (one)
      placed += *one;
    else if (!problem)
      problem = one.error();
  }
  if (placed > 0) return 0;
  if (problem) return std::unexpected(*problem);
  return refuse("nothing of what was named is HTML or goes with it");
}

}  // namespace

std::span<const Command> image_commands() {
  static constexpr Command commands[] = {
      {"dodir", dodir}, {"keepdir", keepdir}, {"fperms", fperms}, {"dosym", dosym},   {"dohard", dohard},
      {"doman", doman}, {"newman", newman},   {"domo", domo},     {"dohtml", dohtml},
  };
  return commands;
}

}  // namespace cooper::helper
