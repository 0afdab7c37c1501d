#include "helper/place.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "helper/helper.h"
#include "helper/owners.h"
#include "helper/process.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

constexpr mode_t all_bits = 07777;

// The classes "ugoa" of a symbolic mode as the bits they may touch.
mode_t class_bits(std::string_view classes) {
  mode_t bits = 0;
  for (char c : classes) {
    if (c == 'u') bits |= S_ISUID | S_IRWXU;
    if (c == 'g') bits |= S_ISGID | S_IRWXG;
    if (c == 'o') bits |= S_ISVTX | S_IRWXO;
    if (c == 'a') bits |= all_bits;
  }
  return bits;
}

// One letter of a symbolic mode in all classes.
mode_t permission_bits(char c, mode_t mode) {
  switch (c) {
    case 'r': return 0444;
    case 'w': return 0222;
    case 'x': return 0111;
    case 'X': return (mode & 0111) ? 0111 : 0;
    case 's': return S_ISUID | S_ISGID;
    case 't': return S_ISVTX;
    case 'u': return ((mode >> 6) & 7) * 0111;
    case 'g': return ((mode >> 3) & 7) * 0111;
    case 'o': return (mode & 7) * 0111;
    default: return ~mode_t{0};
  }
}

// One clause such as "u+rw-x".
Result<mode_t> apply_clause(std::string_view clause, mode_t mode) {
  size_t i = 0;
  while (i < clause.size() && std::string_view("ugoa").find(clause[i]) != std::string_view::npos) ++i;
  mode_t allowed = i == 0 ? all_bits & ~mode_t{022} : class_bits(clause.substr(0, i));
  if (i == clause.size()) return refuse("'" + std::string(clause) + "' is not a mode");
  while (i < clause.size()) {
    char op = clause[i++];
    if (op != '+' && op != '-' && op != '=') return refuse("'" + std::string(clause) + "' is not a mode");
    mode_t bits = 0;
    for (; i < clause.size() && clause[i] != '+' && clause[i] != '-' && clause[i] != '='; ++i) {
      mode_t one = permission_bits(clause[i], mode);
      if (one == ~mode_t{0}) return refuse("'" + std::string(clause) + "' is not a mode");
      bits |= one;
    }
    bits &= allowed;
    if (op == '+') mode |= bits;
    if (op == '-') mode &= ~bits;
    if (op == '=') mode = (mode & ~allowed) | bits;
  }
  return mode;
}

Result<> copy_bytes(int from, int to, const std::string& source) {
  bool use_sendfile = true;
  char buffer[1 << 16];
  for (;;) {
    ssize_t n;
    if (use_sendfile) {
      n = sendfile(to, from, nullptr, 1 << 30);
      if (n < 0 && (errno == EINVAL || errno == ENOSYS)) {  // a pipe or a terminal
        use_sendfile = false;
        continue;
      }
      if (n < 0) return refuse_errno("cannot copy " + source);
    } else {
      n = read(from, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return refuse_errno("cannot read " + source);
      for (ssize_t done = 0; done < n;) {
        ssize_t written = write(to, buffer + done, static_cast<size_t>(n - done));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return refuse_errno("cannot write a copy of " + source);
        done += written;
      }
    }
    if (n == 0) return {};
  }
}

Result<> remove_old(const std::string& destination) {
  struct stat old;
  if (lstat(destination.c_str(), &old) != 0) return {};
  if (S_ISDIR(old.st_mode)) return refuse("there is a folder in the way: " + destination);
  if (unlink(destination.c_str()) != 0) return refuse_errno("cannot replace " + destination);
  return {};
}

Result<> install_by_tool(const std::string& source, const std::string& destination, const InstallOptions& options) {
  Process process{{"install"}};
  process.argv.insert(process.argv.end(), options.foreign.begin(), options.foreign.end());
  for (const std::string& argument :
       {std::string("-T"), std::string("--"), source == "-" ? "/dev/stdin" : source, destination})
    process.argv.push_back(argument);
  int status = TRY(run(process));
  if (status != 0) return refuse("install(1) failed for " + source);
  return {};
}

}  // namespace

Result<mode_t> parse_mode(std::string_view text, mode_t base) {
  if (!text.empty() && text.find_first_not_of("01234567") == std::string_view::npos && text.size() <= 5)
    return static_cast<mode_t>(std::stoul(std::string(text), nullptr, 8)) & all_bits;
  for (std::string_view clause : util::split(text, ',')) base = TRY(apply_clause(clause, base));
  return base;
}

Result<InstallOptions> parse_install_options(std::string_view text) {
  InstallOptions out;
  std::vector<std::string_view> words = util::words(text);
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    out.foreign.emplace_back(word);
    std::string* target = nullptr;
    std::string_view value;
    if (word == "-p" || word == "--preserve-timestamps")
      out.preserve_times = true;
    else if (word == "-c" || word == "-D" || word == "-v" || word == "--verbose")
      continue;
    else if (word.starts_with("-m"))
      target = &out.mode, value = word.substr(2);
    else if (word.starts_with("-o"))
      target = &out.owner, value = word.substr(2);
    else if (word.starts_with("-g"))
      target = &out.group, value = word.substr(2);
    else if (word.starts_with("--mode="))
      target = &out.mode, value = word.substr(7);
    else if (word.starts_with("--owner="))
      target = &out.owner, value = word.substr(8);
    else if (word.starts_with("--group="))
      target = &out.group, value = word.substr(8);
    else
      return out;  // something for install(1): `foreign` is not empty
    if (!target) continue;
    if (value.empty()) {
      if (++i == words.size()) return refuse("the install option " + std::string(word) + " has no value");
      value = words[i];
      out.foreign.emplace_back(value);
    }
    *target = value;
  }
  out.foreign.clear();
  return out;
}

Result<> make_folder(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return {};
    return refuse("not a folder: " + path);
  }
  size_t slash = path.find_last_of('/');
  if (slash != std::string::npos && slash > 0) TRY(make_folder(path.substr(0, path.find_last_not_of('/', slash) + 1)));
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return refuse_errno("cannot make the folder " + path);
  return {};
}

Result<> make_folder(const std::string& path, const InstallOptions& options) {
  TRY(make_folder(path));
  if (chmod(path.c_str(), TRY(parse_mode(options.mode, 0))) != 0) return refuse_errno("cannot set the mode of " + path);
  if (!options.owner.empty() || !options.group.empty()) TRY(record_owner(options.owner, options.group, path));
  return {};
}

Result<> place_file(const std::string& source, const std::string& destination, const InstallOptions& options) {
  if (!options.foreign.empty()) return install_by_tool(source, destination, options);
  util::Fd from(source == "-" ? dup(0) : open(source.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!from || fstat(from.get(), &info) != 0) return refuse_errno("cannot read '" + source + "'");
  if (S_ISDIR(info.st_mode)) return refuse("'" + source + "' is a folder");
  struct stat old;
  if (source != "-" && stat(destination.c_str(), &old) == 0 && old.st_dev == info.st_dev && old.st_ino == info.st_ino)
    return refuse("'" + source + "' and " + destination + " are the same file");
  TRY(remove_old(destination));
  util::Fd to(open(destination.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!to) return refuse_errno("cannot write " + destination);
  TRY(copy_bytes(from.get(), to.get(), source));
  if (fchmod(to.get(), TRY(parse_mode(options.mode, 0))) != 0)
    return refuse_errno("cannot set the mode of " + destination);
  if (options.preserve_times) {
    timespec times[2] = {info.st_atim, info.st_mtim};
    if (futimens(to.get(), times) != 0) return refuse_errno("cannot set the times of " + destination);
  }
  if (!options.owner.empty() || !options.group.empty()) TRY(record_owner(options.owner, options.group, destination));
  return {};
}

Result<> place_symlink(const std::string& text, const std::string& destination) {
  TRY(remove_old(destination));
  if (symlink(text.c_str(), destination.c_str()) != 0) return refuse_errno("cannot make the symlink " + destination);
  return {};
}

Result<std::string> read_symlink(const std::string& path) {
  char buffer[PATH_MAX];
  ssize_t n = readlink(path.c_str(), buffer, sizeof buffer);
  if (n < 0) return refuse_errno("cannot read the symlink '" + path + "'");
  return std::string(buffer, static_cast<size_t>(n));
}

}  // namespace cooper::helper
