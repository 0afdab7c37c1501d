#include "helper/unpack.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "helper/helper.h"
#include "helper/process.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

// How a suffix is unpacked: by a program that writes the archive's entries, or by one that writes one decompressed
// stream.
struct Kind {
  std::string_view suffix;              // lower case
  std::string_view others;              // further spellings that EAPI 0 to 5, which look at the case, know
  std::vector<std::string> decompress;  // a filter to standard output; empty where `extract` reads the file itself
  std::vector<std::string>
      extract;  // gets the file's name appended, or the decompressed stream; empty: a plain file is written
  int first_eapi = 0, last_eapi = 99;
};

const std::vector<std::string> untar{"tar", "--no-same-owner", "-xf"};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> table = [] {
    std::vector<std::string> gzip{"gzip", "-dc"}, bzip2{"bzip2", "-dc"}, xz{"xz", "-dc"},
        lzma{"xz", "--format=lzma", "-dc"};
    // Longer suffixes before those they end in.
    return std::vector<Kind>{
        {".tar", "", {}, untar},
        {".tar.gz", "", gzip, untar},
        {".tgz", "", gzip, untar},
        {".tar.z", ".tar.Z", gzip, untar},
        {".tar.bz2", "", bzip2, untar},
        {".tbz2", "", bzip2, untar},
        {".tar.bz", "", bzip2, untar},
        {".tbz", "", bzip2, untar},
        {".tar.lzma", "", lzma, untar},
        {".tar.xz", "", xz, untar, 3},
        {".txz", "", xz, untar, 6},
        {".zip", ".ZIP", {}, {"unzip", "-qo"}},
        {".jar", "", {}, {"unzip", "-qo"}},
        {".7z", ".7Z", {}, {"7z", "x", "-y"}, 0, 7},
        {".rar", ".RAR", {}, {"unrar", "x", "-idq", "-o+"}, 0, 7},
        {".lha", ".LHA .LHa .lzh", {}, {"lha", "xfq"}, 0, 7},
        {".lzh", "", {}, {"lha", "xfq"}, 0, 7},
        {".deb", "", {}, {"ar", "x"}},
        {".a", "", {}, {"ar", "x"}},
        {".gz", "", gzip, {}},
        {".z", ".Z", gzip, {}},
        {".bz2", "", bzip2, {}},
        {".bz", "", bzip2, {}},
        {".lzma", "", lzma, {}},
        {".xz", "", xz, {}, 3},
    };
  }();
  return table;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool has_suffix(std::string_view name, const Kind& kind) {
  if (eapi() >= 6) return lower_case(name).ends_with(kind.suffix);
  if (name.ends_with(kind.suffix)) return true;
  for (std::string_view other : util::words(kind.others))
    if (name.ends_with(other)) return true;
  return false;
}

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds())
    if (eapi() >= kind.first_eapi && eapi() <= kind.last_eapi && has_suffix(name, kind)) return &kind;
  return nullptr;
}

// The file that an argument of unpack means (PMS 12.3.15).
Result<std::string> find_source(const std::string& argument) {
  if (argument.find('/') == std::string::npos) return variable("DISTDIR") + "/" + argument;
  if (!argument.starts_with("./") && eapi() < 6)
    return refuse("'" + argument + "' is a path; EAPI " + std::to_string(eapi()) +
                  " allows names of distfiles and ./PATH only");
  return argument;
}

Result<> check_status(int status, const std::vector<std::string>& argv, const std::string& source) {
  if (status == 0) return {};
  return refuse("cannot unpack " + source + ": " + argv[0] + " failed with status " + std::to_string(status));
}

// The package that an ebuild must name in BDEPEND to have a tool (PMS 12.3.15 says which).
std::string_view package_of(std::string_view tool) {
  if (tool == "unzip") return "app-arch/unzip";
  if (tool == "7z") return "app-arch/p7zip";
  if (tool == "unrar") return "app-arch/unrar";
  if (tool == "lha") return "app-arch/lha";
  return {};
}

Result<> check_tool(const std::vector<std::string>& argv, const std::string& source) {
  if (argv.empty() || in_path(argv[0])) return {};
  std::string_view package = package_of(argv[0]);
  std::string hint = package.empty() ? "" : "; " + std::string(package) + " in BDEPEND would bring it";
  return refuse("cannot unpack " + source + ": there is no " + argv[0] + " in the build root" + hint);
}

// Runs `decompress` on the file; its output goes to `out`.
Result<int> decompress_to(const Kind& kind, const std::string& source, int out) {
  util::Fd in(open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return refuse_errno("cannot read " + source);
  return run({kind.decompress, in.get(), out});
}

Result<> extract_stream(const Kind& kind, const std::string& source) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return refuse_errno("cannot make a pipe");
  util::Fd read_end(ends[0]), write_end(ends[1]);
  pid_t pid = fork();
  if (pid < 0) return refuse_errno("cannot fork");
  if (pid == 0) {
    read_end.reset();
    auto status = decompress_to(kind, source, write_end.get());
    if (!status) std::fprintf(stderr, "unpack: %s\n", status.error().message().c_str());
    _exit(status ? *status : 1);
  }
  write_end.reset();
  std::vector<std::string> argv = kind.extract;
  argv.push_back("-");
  auto extracted = run({argv, read_end.get()});
  read_end.reset();
  int status = wait_for(pid);
  if (!extracted) return std::unexpected(extracted.error());
  TRY(check_status(*extracted, argv, source));
  // tar reads no further than the end of the archive, and there may be more than that in the file.
  if (status == 128 + SIGPIPE) return {};
  return check_status(status, kind.decompress, source);
}

Result<> decompress_file(const Kind& kind, const std::string& source) {
  std::string name = source.substr(source.find_last_of('/') + 1);
  name.resize(name.size() - kind.suffix.size());
  if (name.empty()) return refuse("cannot unpack " + source + ": its name is nothing but a suffix");
  util::Fd out(open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!out) return refuse_errno("cannot write " + name);
  return check_status(TRY(decompress_to(kind, source, out.get())), kind.decompress, source);
}

}  // namespace

Result<> unpack_one(const std::string& argument) {
  std::string source = TRY(find_source(argument));
  struct stat info;
  if (stat(source.c_str(), &info) != 0 || access(source.c_str(), R_OK) != 0)
    return refuse_errno("cannot read '" + source + "'");
  if (!S_ISREG(info.st_mode)) return refuse("'" + source + "' is no file");
  const Kind* kind = find_kind(source);
  if (!kind) {
    std::fprintf(stderr, "unpack: %s is of no kind that unpack knows; left alone\n", argument.c_str());
    return {};
  }
  std::fprintf(stderr, ">>> unpacking %s\n", argument.c_str());
  TRY(check_tool(kind->decompress, source));
  TRY(check_tool(kind->extract, source));
  if (kind->extract.empty()) return decompress_file(*kind, source);
  if (!kind->decompress.empty()) return extract_stream(*kind, source);
  std::vector<std::string> argv = kind->extract;
  // ar, unzip and tar would read a relative path with a leading "-" as an option.
  argv.push_back(source.starts_with('-') ? "./" + source : source);
  util::Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  return check_status(TRY(run({argv, nothing.get()})), argv, source);
}

Result<> open_permissions(const std::string& folder) {
  for (const std::string& name : TRY(util::list_directory(folder))) {
    std::string path = folder + "/" + name;
    struct stat info;
    if (lstat(path.c_str(), &info) != 0) return refuse_errno("'" + path + "'");
    if (S_ISLNK(info.st_mode)) continue;
    bool is_folder = S_ISDIR(info.st_mode);
    mode_t mode = (info.st_mode & 07777 & ~mode_t{022}) | 0444 | 0200 | (is_folder ? 0111 : 0);
    if (mode != (info.st_mode & 07777) && chmod(path.c_str(), mode) != 0)
      return refuse_errno("cannot set the mode of " + path);
    if (is_folder) TRY(open_permissions(path));
  }
  return {};
}

}  // namespace cooper::helper
