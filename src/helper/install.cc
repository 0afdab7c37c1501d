// doins, dobin, dodoc and their kin, and the new* forms (PMS 12.3.9).
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "helper/helper.h"
#include "helper/place.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

// Where and how one command installs.
struct Destination {
  std::string folder;  // on disk
  InstallOptions options, folder_options;
  bool keep_symlinks = false;  // a symlink stays one; else its target's bytes are installed
  bool recursive = false;
  bool skip_folders = false;  // a folder among the files is passed over, as long as there are files
  bool skip_all = false;      // also where there are none
  bool none_will_do = false;  // no file at all is no error
};

std::string base_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path.substr(path.find_last_of('/') + 1));
}

bool is_symlink(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<Destination> destination(std::string folder, std::string_view options) {
  return Destination{std::move(folder), TRY(parse_install_options(options))};
}

Result<> place_one(const std::string& source, const std::string& name, const Destination& to) {
  std::string target = to.folder + "/" + name;
  if (to.keep_symlinks && source != "-" && is_symlink(source)) return place_symlink(TRY(read_symlink(source)), target);
  return place_file(source, target, to.options);
}

Result<> place_tree(const std::string& source, const std::string& name, const Destination& to) {
  std::string folder = name == "." ? to.folder : to.folder + "/" + name;
  TRY(make_folder(folder, to.folder_options));
  Destination inside = to;
  inside.folder = folder;
  for (const std::string& entry : TRY(util::list_directory(source))) {
    std::string path = source + "/" + entry;
    if (is_folder(path) && !(is_symlink(path) && to.keep_symlinks))
      TRY(place_tree(path, entry, inside));
    else
      TRY(place_one(path, entry, inside));
  }
  return {};
}

CommandResult install_all(Arguments files, const Destination& to) {
  if (files.empty() && to.none_will_do) {
    std::fprintf(stderr, "no file was named, nothing is installed\n");
    return 0;
  }
  if (files.empty()) return refuse("no file was named");
  TRY(make_folder(to.folder));
  size_t skipped = 0;
  for (const std::string& file : files) {
    if (!is_folder(file) || (to.keep_symlinks && is_symlink(file))) {
      TRY(place_one(file, base_name(file), to));
    } else if (to.recursive) {
      TRY(place_tree(file, base_name(file), to));
    } else if (to.skip_folders && (++skipped < files.size() || to.skip_all)) {
      std::fprintf(stderr, "'%s' is a folder; left out\n", file.c_str());
    } else {
      return refuse("'" + file + "' is a folder", {}, "only -r, where the command has it, takes folders");
    }
  }
  return 0;
}

CommandResult install_renamed(Arguments arguments, const Destination& to) {
  if (arguments.size() < 2)
    return refuse("needs a file and a new name, got " + util::count(arguments.size(), "argument"));
  const std::string& source = arguments[0];
  if (source == "-") {
    TRY(only_since(5));
    if (isatty(0)) return refuse("standard input is a terminal");
  } else if (is_folder(source)) {
    return refuse("'" + source + "' is a folder");
  }
  std::string name = arguments[1];
  TRY(make_folder(to.folder));
  size_t slash = name.find_last_of('/');
  if (slash != std::string::npos) return refuse("the new name '" + name + "' has a slash");
  TRY(place_one(source, name, to));
  return 0;
}

// Takes a leading -r off.
bool take_recursive(Arguments& arguments) {
  if (arguments.empty() || arguments[0] != "-r") return false;
  arguments = arguments.subspan(1);
  return true;
}

std::string destination_tree() { return variable(eapi() >= 7 ? "COOPER_DESTTREE" : "DESTTREE"); }

std::string library_folder() {
  std::string abi = variable("ABI");
  std::string libdir = abi.empty() ? "" : variable("LIBDIR_" + abi);
  return libdir.empty() ? "lib" : libdir;
}

std::string doc_folder() { return in_image("usr/share/doc/" + variable("PF") + "/" + variable("COOPER_DOCDESTTREE")); }

// The options of insopts or exeopts where the EAPI lets them rule this command too (PMS 12.3.10).
std::string inherited_options(const char* name, const char* fixed) { return eapi() >= 8 ? fixed : variable(name); }

// What each command does, by its name without "do" or "new".
Result<Destination> find_destination(std::string_view what) {
  if (what == "bin" || what == "sbin")
    return destination(in_image(destination_tree() + "/" + std::string(what)), "-m0755");
  if (what == "ins") {
    std::string tree = variable(eapi() >= 7 ? "COOPER_INSDESTTREE" : "INSDESTTREE");
    Destination out = TRY(destination(in_image(tree), variable("COOPER_INSOPTS")));
    out.folder_options = TRY(parse_install_options(variable("COOPER_DIROPTS")));
    out.keep_symlinks = eapi() >= 4;
    // `doins folder/*` with folders below it is common, and nothing forbids it.
    out.skip_folders = true;
    return out;
  }
  if (what == "exe") {
    Destination out = TRY(destination(in_image(variable("COOPER_EXEDESTTREE")), variable("COOPER_EXEOPTS")));
    out.skip_folders = out.skip_all = true;
    return out;
  }
  if (what == "confd" || what == "envd" || what == "header") {
    const char* folder = what == "confd" ? "etc/conf.d" : what == "envd" ? "etc/env.d" : "usr/include";
    Destination out = TRY(destination(in_image(folder), inherited_options("COOPER_INSOPTS", "-m0644")));
    out.folder_options = TRY(parse_install_options(inherited_options("COOPER_DIROPTS", "")));
    out.keep_symlinks = eapi() >= 4;
    out.skip_folders = true;
    return out;
  }
  if (what == "initd") {
    Destination out = TRY(destination(in_image("etc/init.d"), inherited_options("COOPER_EXEOPTS", "-m0755")));
    out.skip_folders = out.skip_all = true;
    return out;
  }
  if (what == "info") return destination(in_image("usr/share/info"), "-m0644");
  if (what == "doc") {
    Destination out = TRY(destination(doc_folder(), "-m0644"));
    out.keep_symlinks = eapi() >= 4;
    out.none_will_do = eapi() >= 4;  // as under Portage: ebuilds name lists that may be empty
    return out;
  }
  std::string folder = in_image(destination_tree() + "/" + library_folder());
  std::string options = what == "lib.so" ? "-m0755" : what == "lib.a" ? "-m0644" : variable("COOPER_LIBOPTS");
  Destination out = TRY(destination(folder, options));
  out.keep_symlinks = true;
  return out;
}

Result<> check_availability(std::string_view what) {
  if (what == "lib") return banned_since(7);
  if (what == "header") return only_since(5);
  return {};
}

CommandResult do_command(std::string_view name, Arguments arguments) {
  std::string_view what = name.substr(2);
  TRY(check_availability(what));
  Destination to = TRY(find_destination(what));
  if (what == "ins" || what == "header" || what == "confd" || what == "envd" || (what == "doc" && eapi() >= 4))
    to.recursive = take_recursive(arguments);
  return install_all(arguments, to);
}

CommandResult new_command(std::string_view name, Arguments arguments) {
  std::string_view what = name.substr(3);
  TRY(check_availability(what));
  Destination to = TRY(find_destination(what));
  if (what != "ins") to.keep_symlinks = false;
  return install_renamed(arguments, to);
}

}  // namespace

std::span<const Command> install_commands() {
  static constexpr Command commands[] = {
      {"dobin", do_command},      {"dosbin", do_command},    {"doins", do_command},     {"doexe", do_command},
      {"doconfd", do_command},    {"doenvd", do_command},    {"doinitd", do_command},   {"doinfo", do_command},
      {"doheader", do_command},   {"dodoc", do_command},     {"dolib", do_command},     {"dolib.a", do_command},
      {"dolib.so", do_command},   {"newbin", new_command},   {"newsbin", new_command},  {"newins", new_command},
      {"newexe", new_command},    {"newconfd", new_command}, {"newenvd", new_command},  {"newinitd", new_command},
      {"newheader", new_command}, {"newdoc", new_command},   {"newlib.a", new_command}, {"newlib.so", new_command},
  };
  return commands;
}

}  // namespace cooper::helper
