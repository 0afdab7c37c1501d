// Makes a repository of any size for measurements: synthetic DIRECTORY EBUILDS
//
//   DIRECTORY/repository        with a valid md5-cache, so that nothing needs to be sourced
//   DIRECTORY/etc/portage       repos.conf, make.profile and make.conf for `emerge`
//   DIRECTORY/COUNT.toml        specs whose closure is about COUNT packages: 125, 250, 500 … as far as the repository
//   goes
//
// Packages are named by number. Each depends on some of the fifty before it, so that the closure of the package COUNT
// is about COUNT packages. The mixture is that of Gentoo's tree: two stable versions and a testing one, some slots and
// subslots, USE conditionals, choices, USE dependencies, blockers, build-time tools, a virtual here and there. The same
// arguments always make the same files.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "util/file.h"
#include "util/hash.h"

namespace {

namespace fs = std::filesystem;
using cooper::util::HashAlgorithm;

constexpr int categories = 40, flags = 120, versions_each = 3, eclasses = 60;

void write(const fs::path& path, const std::string& text) {
  // Not cooper's own: that waits for the disk with each file.
  fs::create_directories(path.parent_path());
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (!file || std::fwrite(text.data(), 1, text.size(), file) != text.size() || std::fclose(file) != 0) {
    std::perror(path.c_str());
    std::exit(1);
  }
}

std::string name_of(int package) { return fmt::format("cat-{}/pkg{}", package % categories, package); }
bool is_slotted(int package) { return package % 17 == 5; }
bool is_virtual(int package) { return package % 29 == 11; }
std::string flag_of(int number) { return fmt::format("flag{}", number % flags); }
// Every third flag is on in the profile, for all packages: what USE dependencies ask for. Of each package's flags one
// or two are such.
bool is_on(int number) { return number % 3 == 0; }
int on_flag(int package) { return package + (3 - package % 3) % 3; }

class Maker {
 public:
  Maker(fs::path folder, int ebuilds)
      : folder_(std::move(folder)), root_(folder_ / "repository"), packages_(ebuilds / versions_each) {}

  void run() {
    write_profile();
    for (int i = 0; i < eclasses; ++i)
      write(root_ / fmt::format("eclass/ec{}.eclass", i), fmt::format("# eclass {}\n", i));
    for (int i = 0; i < eclasses; ++i)
      eclass_md5_.push_back(cooper::util::hash(HashAlgorithm::md5, fmt::format("# eclass {}\n", i)));
    for (int package = 0; package < packages_; ++package)
      for (int version = 1; version <= versions_each; ++version) write_ebuild(package, version);
    for (int count = 125; count <= packages_; count *= 2) write_spec(count);
    write_portage_config();
  }

 private:
  int random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  void write_profile() {
    write(root_ / "profiles/repo_name", "synthetic\n");
    write(root_ / "profiles/eapi", "8\n");
    write(root_ / "profiles/arch.list", "amd64\narm64\n");
    std::string list;
    for (int i = 0; i < categories; ++i) list += fmt::format("cat-{}\n", i);
    write(root_ / "profiles/categories", list);
    write(root_ / "profiles/profiles.desc", "amd64 default stable\n");
    write(root_ / "metadata/layout.conf", "masters =\nthin-manifests = true\ncache-formats = md5-dict\n");
    write(root_ / "profiles/default/eapi", "8\n");
    std::string use;
    for (int i = 0; i < flags; ++i)
      if (is_on(i)) use += " " + flag_of(i);
    write(root_ / "profiles/default/make.defaults",
          "ARCH=\"amd64\"\nACCEPT_KEYWORDS=\"amd64\"\nACCEPT_LICENSE=\"*\"\nCHOST=\"x86_64-pc-linux-gnu\"\nUSE=\"" +
              use.substr(1) + "\"\n");
    std::string package_use, mask;
    for (int i = 0; i < packages_; i += 40)
      package_use += fmt::format("{} {} -{}\n", name_of(i), flag_of(i), flag_of(is_on(i + 1) ? i + 2 : i + 1));
    for (int i = 7; i < packages_; i += 90) mask += fmt::format("# A reason\n=cat-{}/pkg{}-3.0\n", i % categories, i);
    write(root_ / "profiles/default/package.use", package_use);
    write(root_ / "profiles/package.mask", mask);
  }

  // An atom on an earlier package.
  std::string atom(int before) {
    int package = std::max(0, before - 1 - random(50));
    std::string name = name_of(package);
    if (is_slotted(package)) return name + (random(2) ? ":=" : ":1=");
    switch (random(6)) {
      case 0: return fmt::format(">={}-1.0", name);
      case 1: return name + ":=";
      case 2: return fmt::format("{}[{}(+)]", name, flag_of(on_flag(package)));
      default: return name;
    }
  }

  std::string dependencies(int package, int count) {
    std::string text;
    for (int i = 0; i < count && package > 0; ++i) {
      switch (random(8)) {
        case 0: text += fmt::format("|| ( {} {} ) ", atom(package), atom(package)); break;
        case 1: text += fmt::format("{}? ( {} ) ", flag_of(package + random(4)), atom(package)); break;
        case 2: text += fmt::format("!{}? ( {} ) ", flag_of(package + random(4)), atom(package)); break;
        default: text += atom(package) + " ";
      }
    }
    if (!text.empty()) text.pop_back();
    return text;
  }

  void write_ebuild(int package, int version) {
    random_.seed(static_cast<unsigned>(package * versions_each + version));
    std::string pf = fmt::format("pkg{}-{}.0", package, version);
    std::string ebuild = fmt::format("EAPI=8\n# {}\n", pf);
    fs::path category = fmt::format("cat-{}", package % categories);
    write(root_ / category / fmt::format("pkg{}", package) / (pf + ".ebuild"), ebuild);
    std::string rdepend = dependencies(package, is_virtual(package) ? 1 : 3), depend = dependencies(package, 2);
    if (package > 0) rdepend += fmt::format("{}{}", rdepend.empty() ? "" : " ", name_of(package - 1));
    if (package > 200 && random(10) == 0) rdepend += fmt::format(" !<{}-0.5", name_of(package - 150));
    std::string iuse;
    for (int i = 0; i < 4; ++i)
      iuse += fmt::format("{}{}{}", i ? " " : "", random(5) == 0 ? "+" : "", flag_of(package + i));
    std::string entry;
    auto key = [&](const char* name, const std::string& value) {
      if (!value.empty()) entry += fmt::format("{}={}\n", name, value);
    };
    key("BDEPEND", package > 20 && random(3) == 0 ? name_of(random(20)) : "");
    key("DEFINED_PHASES", is_virtual(package) ? "-" : "compile configure install prepare");
    key("DEPEND", is_virtual(package) ? "" : depend);
    key("DESCRIPTION", fmt::format("The synthetic package {} in its version {}", package, version));
    key("EAPI", "8");
    key("HOMEPAGE", fmt::format("https://example.org/pkg{}", package));
    key("IUSE", iuse);
    key("KEYWORDS", version == versions_each ? "~amd64 ~arm64" : "amd64 ~arm64");
    key("LICENSE", "GPL-2");
    key("RDEPEND", rdepend);
    key("SLOT",
        is_slotted(package) ? fmt::format("{}/{}", version == 1 ? 0 : 1, version) : fmt::format("0/{}", version));
    key("SRC_URI", is_virtual(package) ? "" : fmt::format("https://example.org/{}.tar.xz", pf));
    std::string used;
    for (int i = 0; i < 3; ++i) {
      int eclass = (package * 7 + i * 20) % eclasses;
      used += fmt::format("{}ec{}\t{}", i ? "\t" : "", eclass, eclass_md5_[static_cast<size_t>(eclass)]);
    }
    key("_eclasses_", used);
    key("_md5_", cooper::util::hash(HashAlgorithm::md5, ebuild));
    write(root_ / "metadata/md5-cache" / category / pf, entry);
  }

  void write_spec(int count) {
    write(folder_ / fmt::format("{}.toml", count),
          fmt::format("name = \"synthetic\"\npackages = [\"{}\"]\n[repositories]\nsynthetic = \"repository\"\n"
                      "[profile]\nprofile = \"synthetic:default\"\n",
                      name_of(count - 1)));
  }

  void write_portage_config() {
    fs::path config = folder_ / "etc/portage", root = fs::absolute(root_);
    write(config / "repos.conf",
          fmt::format("[DEFAULT]\nmain-repo = synthetic\n\n[synthetic]\nlocation = {}\n", root.string()));
    write(config / "make.conf", "FEATURES=\"-sandbox -usersandbox\"\n");
    fs::remove(config / "make.profile");
    fs::create_directory_symlink(root / "profiles/default", config / "make.profile");
  }

  fs::path folder_, root_;
  int packages_;
  std::minstd_rand random_;
  std::vector<std::string> eclass_md5_;
};

}  // namespace

int main(int argc, char** argv) {
  int ebuilds = argc == 3 ? std::atoi(argv[2]) : 0;
  if (ebuilds < versions_each) {
    std::fprintf(stderr, "synthetic DIRECTORY EBUILDS\n");
    return 2;
  }
  Maker(argv[1], ebuilds).run();
}
