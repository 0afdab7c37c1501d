// metadata_compare RUNTIME REPOSITORY [ECLASS-FOLDER…]: evaluates all ebuilds of a repository without a bash, and tells
// which are left to bash, by reason, and where an answer differs from metadata/md5-cache, which bash is to have made.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>

#include "ebuild/eapi.h"
#include "repository/shell_source.h"
#include "util/file.h"
#include "util/text.h"

namespace fs = std::filesystem;
using namespace cooper;

namespace {

struct Count {
  size_t answered = 0, left = 0, different = 0;
  std::map<std::string, std::vector<std::string>> reasons;  // where each was
};

std::string list(const std::vector<std::string>& words) { return util::join(words, " "); }

bool differs(const std::string& name, const repository::SourceAnswer& answer, const repository::CacheEntry& cache) {
  auto ours = answer.keys, theirs = cache.keys;
  bool different = false;
  auto compare = [&](const std::string& key, const std::string& a, const std::string& b) {
    if (a == b) return;
    different = true;
    std::printf("%s: %s\n  here: %s\n  bash: %s\n", name.c_str(), key.c_str(), a.c_str(), b.c_str());
  };
  ours.erase("INHERITED");  // not a key of the cache
  for (const auto& [key, value] : theirs) ours.try_emplace(key);
  for (const auto& [key, value] : ours) compare(key, value, theirs[key]);
  std::vector<std::string> inherited = answer.inherited, eclasses;
  for (const auto& [eclass, md5] : cache.eclasses) eclasses.push_back(eclass);
  std::ranges::sort(inherited);
  std::ranges::sort(eclasses);
  compare("eclasses", list(inherited), list(eclasses));
  return different;
}

void look_at(const fs::path& file, const fs::path& root, const std::vector<fs::path>& eclasses,
             repository::ShellSource& source, Count& count) {
  std::string category = file.parent_path().parent_path().filename(), pf = file.stem();
  std::string package = file.parent_path().filename();
  auto text = util::read_file(file);
  auto version = ebuild::Version::parse(pf.substr(std::min(package.size() + 1, pf.size())));
  if (!text || !version) return;
  repository::SourceRequest request{
      file, {{category, package}, std::move(*version)}, std::string(ebuild::eapi_of_ebuild(*text)), eclasses};
  auto answer = source.source(request, *text);
  if (!answer) {
    ++count.left;
    count.reasons[answer.error().reason].push_back(answer.error().where + " (" + category + "/" + pf + ")");
    return;
  }
  ++count.answered;
  auto cached = util::read_file(root / "metadata/md5-cache" / category / pf);
  auto entry =
      cached ? repository::parse_cache_entry(*cached) : Result<repository::CacheEntry>(fail(ErrorKind::usage, "none"));
  if (!entry) {
    std::printf("%s/%s: not in the cache\n", category.c_str(), pf.c_str());
    ++count.different;
  } else if (differs(category + "/" + pf, *answer, *entry)) {
    ++count.different;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  fs::path root = fs::canonical(argv[2]);
  std::vector<fs::path> eclasses = {root / "eclass"};
  for (int i = 3; i < argc; ++i) eclasses.emplace_back(fs::canonical(argv[i]));
  auto source = repository::ShellSource::start(argv[1], 5, 2);
  if (!source) {
    std::fprintf(stderr, "the runtime cannot be evaluated\n");
    return 1;
  }
  auto begin = std::chrono::steady_clock::now();
  Count count;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().extension() == ".ebuild") look_at(entry.path(), root, eclasses, *source, count);
  std::vector<std::pair<size_t, std::string>> reasons;
  for (const auto& [reason, places] : count.reasons) reasons.emplace_back(places.size(), reason);
  std::ranges::sort(reasons, std::greater());
  for (const auto& [times, reason] : reasons)
    std::printf("%5zu  %s  at %s\n", times, reason.c_str(), count.reasons[reason].front().c_str());
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%zu answered, of them %zu differently; %zu left to bash; %.2f s\n", count.answered, count.different,
              count.left, seconds);
  return count.different ? 1 : 0;
}
