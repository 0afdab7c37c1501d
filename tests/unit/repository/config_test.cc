#include "repository/config.h"

#include <gmock/gmock.h>

#include "fixture.h"

namespace cooper::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConfigTest : public Fixture {
 protected:
  // The flags of cat/foo that are on, "!" after those that are locked, of `flags` only (all of IUSE where empty).
  std::string on(const Config& config, const Package& package) {
    std::string text;
    for (const auto& [flag, state] : config.flags(package).all()) {
      if (!package.metadata.has_iuse(flag)) continue;
      if (state.enabled || state.locked)
        text += (text.empty() ? "" : " ") + std::string(state.enabled ? "" : "-") + std::string(flag) +
                (state.locked ? "!" : "");
    }
    return text;
  }
  ebuild::Atom atom(const std::string& text) { return *ebuild::Atom::parse_user(text, true); }
};

TEST_F(ConfigTest, StacksUseOverIuseDefaults) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "IUSE=\"+a +b c d e\"\n");
  write(root / "profiles/amd64/child/parent", "..\n");
  write(root / "profiles/amd64/child/make.defaults", "USE=\"-b c d\"\n");
  write(root / "profiles/amd64/child/package.use", "cat/foo -d\ncat/other e\n");
  auto repository = open(root);
  const Package& foo = *only(*repository, "cat", "foo");
  EXPECT_EQ(on(*config({repository}, "one:amd64"), foo), "a b");
  auto child = config({repository}, "one:amd64/child");
  EXPECT_EQ(on(*child, foo), "a c");
  EXPECT_EQ(child->flags(foo)["b"].set_by, "profile one:amd64/child/make.defaults");
  EXPECT_EQ(child->flags(foo)["a"].set_by, "IUSE default");
  EXPECT_THAT(child->flags(foo)["d"].set_by, HasSubstr("package.use:1"));

  UserSettings settings;
  settings.origin = "test.toml";
  settings.use = {"-*", "e"};
  settings.packages = {{atom("cat/foo"), {"b", "d"}, {}, {}, {}},
                       {atom("<cat/foo-1"), {"-e"}, {}, {}, {}},
                       {atom("*/*"), {"-d"}, {}, {}, {}}};
  auto user = config({repository}, "one:amd64/child", settings);
  EXPECT_EQ(on(*user, foo), "b e");
  EXPECT_EQ(user->flags(foo)["e"].set_by, "test.toml");
  EXPECT_EQ(user->flags(foo)["b"].set_by, "test.toml: cat/foo");
}

TEST_F(ConfigTest, WorksFlagsOutOnce) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "IUSE=\"+a b\"\n");
  auto repository = open(root);
  const Package& foo = *only(*repository, "cat", "foo");
  auto config = this->config({repository}, "one:amd64");
  const FlagStates& known = config->known_flags(foo);
  EXPECT_EQ(&known, &config->known_flags(foo));
  EXPECT_EQ(known.enabled(), config->flags(foo).enabled());
}

TEST_F(ConfigTest, ExpandsVariablesIntoFlags) {
  auto root = add_repository("one");
  write(root / "profiles/amd64/child/parent", "..\n");
  write(root / "profiles/amd64/child/make.defaults", "PYTHON_TARGETS=\"a b\"\n");
  write(root / "profiles/amd64/child/grand/parent", "..\n");
  write(root / "profiles/amd64/child/grand/make.defaults", "PYTHON_TARGETS=\"-a c\"\n");
  ebuild(root, "cat/foo/foo-1.ebuild",
         "IUSE=\"python_targets_a python_targets_b python_targets_c +python_targets_d\"\n");
  ebuild(root, "cat/bar/bar-1.ebuild", "IUSE=\"x\"\n");
  auto repository = open(root);
  const Package& foo = *only(*repository, "cat", "foo");
  auto profile = config({repository}, "one:amd64/child/grand");
  // In profiles the variable stacks, and takes nothing from the defaults of IUSE.
  EXPECT_EQ(on(*profile, foo), "python_targets_b python_targets_c python_targets_d");
  EXPECT_EQ(profile->variables_for(foo)["PYTHON_TARGETS"], "b c d");
  EXPECT_EQ(profile->variables_for(foo)["ELIBC"], "glibc");
  EXPECT_FALSE(profile->variables_for(*only(*repository, "cat", "bar")).contains("PYTHON_TARGETS"));
  EXPECT_EQ(profile->use_expand().at("PYTHON_TARGETS"), "python_targets_");
  // A user's replaces all of it.
  UserSettings settings;
  settings.variables["PYTHON_TARGETS"] = "a";
  auto user = config({repository}, "one:amd64/child/grand", settings);
  EXPECT_EQ(on(*user, foo), "python_targets_a");
  EXPECT_EQ(user->variables().at("PYTHON_TARGETS"), "a");
}

TEST_F(ConfigTest, KnowsIuseEffective) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "IUSE=\"x\"\n");
  ebuild(root, "cat/old/old-1.ebuild", "IUSE=\"x\"\n", "4");
  auto repository = open(root);
  auto loaded = config({repository}, "one:amd64");
  auto flags = loaded->flags(*only(*repository, "cat", "foo"));
  std::vector<std::string> names;
  for (const auto& [name, state] : flags.all()) names.emplace_back(name);
  EXPECT_THAT(names, ElementsAre("amd64", "arm64", "elibc_glibc", "elibc_musl", "prefix", "x"));
  EXPECT_THAT(loaded->use(*only(*repository, "cat", "foo")), ElementsAre("amd64", "elibc_glibc"));
  EXPECT_TRUE(loaded->use(*only(*repository, "cat", "old")).contains("amd64"));
}

TEST_F(ConfigTest, MasksAndForcesFlags) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "IUSE=\"+a b c d e f g\"\n");
  ebuild(root, "cat/foo/foo-2.ebuild", "IUSE=\"+a b c d e f g\"\nKEYWORDS=\"~amd64\"\n");
  auto profile = root / "profiles/amd64";
  write(profile / "use.mask", "a\nb\n");
  write(profile / "use.force", "b\nc\n");
  write(profile / "package.use.mask", "cat/foo d\n");
  write(profile / "package.use.force", "=cat/foo-1 e\n");
  write(profile / "use.stable.mask", "f\n");
  write(profile / "package.use.stable.force", "cat/foo g\n");
  write(profile / "child/parent", "..\n");
  write(profile / "child/eapi", "8\n");
  write(profile / "child/use.mask/file", "-a\n");
  write(profile / "child/package.use.force", "cat/foo -c\n");
  auto repository = open(root);
  UserSettings settings;
  settings.packages = {{atom("cat/foo"), {"a", "b", "-c", "d", "f"}, {"~amd64"}, {}, {}}};
  auto versions = repository->versions({"cat", "foo"});
  ASSERT_EQ(versions.size(), 2u);
  auto loaded = config({repository}, "one:amd64", settings);
  EXPECT_EQ(on(*loaded, *versions[0]), "-a! -b! c! -d! e! f");
  // With ~amd64 accepted, nothing is in use for its stable keyword (PMS 5.2.12).
  UserSettings stable;
  EXPECT_EQ(on(*config({repository}, "one:amd64", stable), *versions[0]), "-a! -b! c! -d! e! -f! g!");
  EXPECT_EQ(on(*config({repository}, "one:amd64", stable), *versions[1]), "-a! -b! c! -d!");
  EXPECT_EQ(on(*config({repository}, "one:amd64/child", stable), *versions[0]), "a -b! -d! e! -f! g!");
  EXPECT_THAT(loaded->flags(*versions[0])["a"].set_by, HasSubstr("one:amd64/use.mask:1"));
}

TEST_F(ConfigTest, RepositoryWideMasksHoldForThatRepositoryAndItsChildren) {
  auto parent = add_repository("parent"), child = add_repository("child", "masters = parent\n"),
       other = add_repository("other");
  for (const auto& root : {parent, child, other}) ebuild(root, "cat/foo/foo-1.ebuild", "IUSE=\"+a +b\"\n");
  write(parent / "profiles/use.mask", "a\n");
  write(child / "profiles/package.use.mask", "cat/foo b\n");
  write(parent / "profiles/package.mask", "# too old\n# to use\n<cat/foo-2\n");
  auto p = open(parent), o = open(other), c = open(child, {p});
  auto loaded = config({c, p, o}, "parent:amd64");
  EXPECT_EQ(on(*loaded, *only(*p, "cat", "foo")), "-a! b");
  EXPECT_EQ(on(*loaded, *only(*c, "cat", "foo")), "-a! -b!");
  EXPECT_EQ(on(*loaded, *only(*o, "cat", "foo")), "a b");
  EXPECT_EQ(loaded->visibility(*only(*o, "cat", "foo")).visibility, Visibility::visible);
  auto masked = loaded->visibility(*only(*c, "cat", "foo"));
  EXPECT_EQ(masked.visibility, Visibility::masked_by_package_mask);
  EXPECT_THAT(masked.why, HasSubstr("parent:profiles/package.mask:3: too old\nto use"));
  // The child takes the mask back for its own packages.
  write(child / "profiles/package.mask", "-<cat/foo-2\n");
  loaded = config({c, p, o}, "parent:amd64");
  EXPECT_EQ(loaded->visibility(*only(*c, "cat", "foo")).visibility, Visibility::visible);
  EXPECT_EQ(loaded->visibility(*only(*p, "cat", "foo")).visibility, Visibility::masked_by_package_mask);
}

TEST_F(ConfigTest, MasksPackages) {
  auto root = add_repository("one");
  for (const char* version : {"1", "2", "3"}) ebuild(root, std::string("cat/foo/foo-") + version + ".ebuild");
  write(root / "profiles/amd64/package.mask", "=cat/foo-1\n=cat/foo-2\n");
  write(root / "profiles/amd64/child/parent", "..\n");
  write(root / "profiles/amd64/child/package.mask", "-=cat/foo-2\n");
  auto repository = open(root);
  auto versions = repository->versions({"cat", "foo"});
  auto loaded = config({repository}, "one:amd64/child");
  EXPECT_EQ(loaded->visibility(*versions[0]).visibility, Visibility::masked_by_package_mask);
  EXPECT_EQ(loaded->visibility(*versions[1]).visibility, Visibility::visible);
  UserSettings settings;
  settings.mask = {atom("cat/*")};
  settings.unmask = {atom("<cat/foo-3")};
  loaded = config({repository}, "one:amd64/child", settings);
  EXPECT_EQ(loaded->visibility(*versions[0]).visibility, Visibility::visible);
  EXPECT_EQ(loaded->visibility(*versions[2]).visibility, Visibility::masked_by_package_mask);
}

TEST_F(ConfigTest, AcceptsKeywordsAndLicenses) {
  auto root = add_repository("one");
  ebuild(root, "cat/testing/testing-1.ebuild", "KEYWORDS=\"~amd64\"\n");
  ebuild(root, "cat/none/none-1.ebuild", "KEYWORDS=\"\"\n");
  ebuild(root, "cat/other/other-1.ebuild", "KEYWORDS=\"arm64\"\n");
  ebuild(root, "cat/closed/closed-1.ebuild", "LICENSE=\"x? ( Evil ) MIT\"\nIUSE=\"x\"\n");
  write(root / "profiles/license_groups", "EULA Evil\nFREE MIT\n");
  auto repository = open(root);
  auto loaded = config({repository}, "one:amd64");
  auto testing = loaded->visibility(*only(*repository, "cat", "testing"));
  EXPECT_EQ(testing.visibility, Visibility::masked_by_keyword);
  EXPECT_EQ(testing.why, "~amd64 keyword");
  EXPECT_EQ(testing.remedy, "[package.\"cat/testing\"]\nkeywords = [\"~amd64\"]");
  EXPECT_THAT(loaded->visibility(*only(*repository, "cat", "none")).remedy, HasSubstr("\"**\""));
  EXPECT_EQ(loaded->visibility(*only(*repository, "cat", "other")).why, "no keyword for amd64");
  EXPECT_EQ(loaded->visibility(*only(*repository, "cat", "closed")).visibility, Visibility::visible);

  UserSettings settings;
  settings.use = {"x"};
  settings.packages = {{atom("cat/testing"), {}, {"~amd64"}, {}, {}}, {atom("cat/none"), {}, {"**"}, {}, {}}};
  loaded = config({repository}, "one:amd64", settings);
  EXPECT_EQ(loaded->visibility(*only(*repository, "cat", "testing")).visibility, Visibility::visible);
  EXPECT_EQ(loaded->visibility(*only(*repository, "cat", "none")).visibility, Visibility::visible);
  auto closed = loaded->visibility(*only(*repository, "cat", "closed"));
  EXPECT_EQ(closed.visibility, Visibility::masked_by_license);
  EXPECT_THAT(closed.remedy, HasSubstr("license = [\"Evil\"]"));
  settings.packages.push_back({atom("cat/closed"), {}, {}, {"@EULA"}, {}});
  EXPECT_EQ(config({repository}, "one:amd64", settings)->visibility(*only(*repository, "cat", "closed")).visibility,
            Visibility::visible);
  settings.variables["ACCEPT_LICENSE"] = "-* @FREE";
  settings.packages.pop_back();
  EXPECT_EQ(config({repository}, "one:amd64", settings)->visibility(*only(*repository, "cat", "closed")).visibility,
            Visibility::masked_by_license);
}

TEST_F(ConfigTest, StacksVariables) {
  auto root = add_repository("one");
  auto profile = root / "profiles/amd64/child";
  write(profile / "parent", "..\n");
  write(profile / "make.defaults", "CFLAGS=\"-O2\"\nCXXFLAGS=\"${CFLAGS} -g\"\nCONFIG_PROTECT=\"/etc /opt\"\n");
  write(profile / "grand/parent", "..\n");
  write(profile / "grand/make.defaults", "CFLAGS=\"${CFLAGS} -pipe\"\nCONFIG_PROTECT=\"-/opt /srv\"\n");
  ebuild(root, "cat/foo/foo-1.ebuild");
  auto repository = open(root);
  UserSettings settings;
  settings.variables["MAKEOPTS"] = "-j3";
  settings.packages = {{atom("cat/foo"), {}, {}, {}, {{"CFLAGS", "-O0"}}}};
  auto loaded = config({repository}, "one:amd64/child/grand", settings);
  EXPECT_EQ(loaded->variables().at("CFLAGS"), "-O2 -pipe");
  EXPECT_EQ(loaded->variables().at("CXXFLAGS"), "-O2 -g");
  EXPECT_EQ(loaded->variables().at("CONFIG_PROTECT"), "/etc /srv");
  EXPECT_EQ(loaded->variables().at("MAKEOPTS"), "-j3");
  EXPECT_EQ(loaded->variables_for(*only(*repository, "cat", "foo"))["CFLAGS"], "-O0");
  EXPECT_EQ(loaded->arch(), "amd64");
}

TEST_F(ConfigTest, BuildsForTheHostUnlessTheProfileSaysOtherwise) {
  auto root = add_repository("one");
  write(root / "profiles/amd64/native/parent", "..\n");
  write(root / "profiles/amd64/native/make.defaults", "CHOST=\"x86_64-pc-linux-gnu\"\n");
  write(root / "profiles/amd64/cross/parent", "../native\n");
  write(root / "profiles/amd64/cross/make.defaults", "CBUILD=\"aarch64-unknown-linux-gnu\"\n");
  auto repository = open(root);
  EXPECT_EQ(config({repository}, "one:amd64/native")->variables().at("CBUILD"), "x86_64-pc-linux-gnu");
  EXPECT_EQ(config({repository}, "one:amd64/cross")->variables().at("CBUILD"), "aarch64-unknown-linux-gnu");
  EXPECT_FALSE(config({repository}, "one:amd64")->variables().contains("CBUILD"));
}

TEST_F(ConfigTest, KeepsToOneAbiWhereMultilibIsOff) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "IUSE=\"abi_x86_32 +abi_x86_64 multilib other\"\n");
  write(root / "profiles/amd64/multi/parent", "..\n");
  write(root / "profiles/amd64/multi/make.defaults",
        "MULTILIB_ABIS=\"amd64 x86\"\nDEFAULT_ABI=\"amd64\"\nUSE_EXPAND=\"ABI_X86\"\nABI_X86=\"64\"\nUSE=\"multilib "
        "other\"\n");
  write(root / "profiles/amd64/multi/package.use", "cat/foo abi_x86_32\n");
  write(root / "profiles/amd64/multi/package.use.force", "cat/foo multilib\n");
  auto repository = open(root);
  const Package& foo = *only(*repository, "cat", "foo");
  // As the profile has it.
  auto all = config({repository}, "one:amd64/multi");
  EXPECT_EQ(on(*all, foo), "abi_x86_32 abi_x86_64 multilib! other");
  EXPECT_EQ(all->variables().at("MULTILIB_ABIS"), "amd64 x86");

  UserSettings settings;
  settings.multilib = false;
  auto one = config({repository}, "one:amd64/multi", settings);
  EXPECT_EQ(on(*one, foo), "-abi_x86_32! abi_x86_64 -multilib! other");
  EXPECT_EQ(one->variables().at("MULTILIB_ABIS"), "amd64");
  EXPECT_THAT(one->flags(foo)["abi_x86_32"].set_by, HasSubstr("[profile] multilib = true"));
  // A profile for one ABI has nothing to turn off.
  EXPECT_FALSE(config({repository}, "one:amd64", settings)->flags(foo)["multilib"].locked);
  // Who says which ABIs there shall be wants them.
  settings.variables["ABI_X86"] = "32 64";
  EXPECT_EQ(on(*config({repository}, "one:amd64/multi", settings), foo), "abi_x86_32 abi_x86_64 multilib! other");
}

TEST_F(ConfigTest, ReadsSystemSetAndProvided) {
  auto root = add_repository("one");
  write(root / "profiles/amd64/packages", "*sys/a\n*>=sys/b-1\nsys/c\n");
  write(root / "profiles/amd64/child/parent", "..\n");
  write(root / "profiles/amd64/child/packages", "-*sys/a\n*sys/d\n*!!!\n");
  write(root / "profiles/amd64/child/package.provided", "sys/p-1\n");
  auto repository = open(root);
  auto loaded = config({repository}, "one:amd64/child");
  std::vector<std::string> set;
  for (const ebuild::Atom& atom : loaded->system_set()) set.push_back(atom.text());
  EXPECT_THAT(set, ElementsAre(">=sys/b-1", "sys/d"));
  ASSERT_EQ(loaded->provided().size(), 1u);
  EXPECT_EQ(loaded->provided()[0].text(), "sys/p-1");
  ASSERT_EQ(loaded->problems().size(), 1u);
  EXPECT_THAT(loaded->problems()[0].where, HasSubstr("packages:3"));
}

TEST_F(ConfigTest, FollowsParentsAcrossRepositories) {
  auto base = add_repository("base"), top = add_repository("top", "masters = base\nprofile-formats = portage-2\n");
  write(top / "profiles/mine/parent", "base:amd64\n:extra\n");
  write(top / "profiles/extra/make.defaults", "USE=\"x\"\n");
  ebuild(top, "cat/foo/foo-1.ebuild", "IUSE=\"x\"\n");
  auto b = open(base), t = open(top, {b});
  EXPECT_EQ(on(*config({t, b}, "top:mine"), *only(*t, "cat", "foo")), "x");
  EXPECT_EQ(on(*config({t, b}, "mine"), *only(*t, "cat", "foo")), "x");
  EXPECT_EQ(on(*config({t, b}, (top / "profiles/mine").string()), *only(*t, "cat", "foo")), "x");
}

TEST_F(ConfigTest, SaysWhatIsWrongWithProfiles) {
  auto root = add_repository("one");
  write(root / "profiles/profiles.desc", "amd64 amd64 stable\n");
  auto profile = root / "profiles";
  write(profile / "loop/parent", "a\n");
  write(profile / "loop/a/parent", "..\n");
  write(profile / "dangling/parent", "# fine\n../nowhere\n");
  write(profile / "future/eapi", "42\n");
  write(profile / "colon/parent", "one:amd64\n");
  write(profile / "bare/make.defaults", "USE=\"x\"\n");
  write(profile / "alien/make.defaults", "ARCH=\"z80\"\n");
  write(profile / "syntax/parent", "../amd64\n");
  write(profile / "syntax/make.defaults", "\nUSE=\"x\n");
  write(profile / "folder/parent", "../amd64\n");
  write(profile / "folder/eapi", "6\n");
  write(profile / "folder/use.mask/file", "x\n");
  auto repository = open(root);
  auto error = [&](const std::string& name) {
    auto loaded = Config::load({repository}, name, {});
    EXPECT_FALSE(loaded) << name;
    return loaded ? Error{} : loaded.error();
  };
  EXPECT_THAT(error("one:loop").why, HasSubstr("profiles/loop/a\n-> "));
  EXPECT_THAT(error("one:dangling").where, HasSubstr("dangling/parent:2"));
  EXPECT_THAT(error("one:future").what, HasSubstr("'42'"));
  EXPECT_THAT(error("one:colon").hint, HasSubstr("portage-2"));
  EXPECT_THAT(error("one:bare").what, HasSubstr("ARCH"));
  EXPECT_THAT(error("one:alien").what, HasSubstr("z80"));
  EXPECT_THAT(error("one:syntax").where, HasSubstr("syntax/make.defaults:2"));
  EXPECT_THAT(error("one:folder").hint, HasSubstr("EAPI"));
  EXPECT_THAT(error("one:amd6").hint, HasSubstr("'amd64'"));
  EXPECT_THAT(error("on:amd64").hint, HasSubstr("'one'"));
  EXPECT_EQ(error("one:loop").kind, ErrorKind::usage);
}

TEST_F(ConfigTest, RefusesPropertiesAndRestrictions) {
  auto root = add_repository("one");
  ebuild(root, "cat/ask/ask-1.ebuild", "PROPERTIES=\"interactive\"\n");
  ebuild(root, "cat/live/live-1.ebuild", "PROPERTIES=\"live\"\nRESTRICT=\"test\"\n");
  ebuild(root, "cat/bound/bound-1.ebuild", "IUSE=\"free\"\nRESTRICT=\"!free? ( bindist fetch )\"\n");
  auto repository = open(root);
  auto package = [&](const std::string& name) -> const Package& { return *only(*repository, "cat", name); };
  auto plain = config({repository}, "one:amd64");
  for (const char* name : {"ask", "live", "bound"})
    EXPECT_EQ(plain->visibility(package(name)).visibility, Visibility::visible) << name;

  auto etc = path("portage");
  write(etc / "make.conf", "ACCEPT_PROPERTIES=\"-interactive -live\"\nACCEPT_RESTRICT=\"-* test fetch\"\n");
  UserSettings settings;
  settings.portage_config = etc;
  auto strict = config({repository}, "one:amd64", settings);
  EXPECT_EQ(strict->visibility(package("ask")).visibility, Visibility::masked_by_properties);
  EXPECT_EQ(strict->visibility(package("ask")).why, "property not accepted: interactive");
  EXPECT_THAT(strict->visibility(package("ask")).remedy, HasSubstr("ACCEPT_PROPERTIES = \"interactive\""));
  EXPECT_EQ(strict->visibility(package("live")).visibility, Visibility::masked_by_properties);
  auto bound = strict->visibility(package("bound"));
  EXPECT_EQ(bound.visibility, Visibility::masked_by_restrict);
  EXPECT_EQ(bound.why, "restriction not accepted: bindist");
  EXPECT_THAT(bound.restrictions, ElementsAre("bindist"));

  write(etc / "package.properties", "*/* live\ncat/ask interactive\n");
  write(etc / "package.accept_restrict", "=cat/*-1* bindist\n");
  auto lenient = config({repository}, "one:amd64", settings);
  for (const char* name : {"ask", "live", "bound"})
    EXPECT_EQ(lenient->visibility(package(name)).visibility, Visibility::visible) << name;
  // Flags decide what RESTRICT says.
  std::filesystem::remove(etc / "package.accept_restrict");
  write(etc / "package.use", "cat/bound free\n");
  EXPECT_EQ(config({repository}, "one:amd64", settings)->visibility(package("bound")).visibility, Visibility::visible);
}

TEST_F(ConfigTest, MasksByPatternsOfVersions) {
  auto root = add_repository("one");
  for (const char* file :
       {"cat/foo/foo-1.ebuild", "cat/foo/foo-9999.ebuild", "sys/bar/bar-1.9999.ebuild", "sys/bar/bar-2.ebuild"})
    ebuild(root, file, "");
  auto repository = open(root);
  auto etc = path("portage");
  write(etc / "make.conf", "");
  write(etc / "package.mask", "=*/*-*9999*\n=sys/*-2*\n");
  write(etc / "package.unmask", "=*/bar-*9999*\n");
  UserSettings settings;
  settings.portage_config = etc;
  auto loaded = config({repository}, "one:amd64", settings);
  std::vector<std::string> visible;
  for (const ebuild::PackageName& name : repository->names())
    for (const Package* package : repository->versions(name))
      if (loaded->visibility(*package).visibility == Visibility::visible) visible.push_back(package->cpv.text());
  EXPECT_THAT(visible, ElementsAre("cat/foo-1", "sys/bar-1.9999"));
}

TEST_F(ConfigTest, ReadsEtcPortage) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild",
         "IUSE=\"a b c +d e python_targets_x python_targets_y\"\nKEYWORDS=\"~amd64\"\nLICENSE=\"Evil\"\n");
  ebuild(root, "cat/bar/bar-1.ebuild", "IUSE=\"a\"\n");
  write(root / "profiles/license_groups", "EULA Evil\n");
  auto etc = path("portage");
  write(etc / "make.conf", "source make.extra\nUSE=\"a ${MORE}\"\nCFLAGS=\"-O3\"\n");
  write(etc / "make.extra", "MORE=\"-d\"\n");
  // The narrower line wins, wherever it stands.
  write(etc / "package.use/20-sub/file", "=cat/foo-1 b -c # comment\n*/* c\n");
  write(etc / "package.use/10-file", "cat/foo -b PYTHON_TARGETS: y -x\n");
  write(etc / "package.use/.hidden", "!!!\n");
  write(etc / "package.accept_keywords", "cat/foo\n");
  write(etc / "package.license", "cat/foo @EULA\n");
  write(etc / "package.mask", "cat/bar\n");
  write(etc / "package.env", "cat/foo debug\n");
  write(etc / "env/debug", "CFLAGS=\"${CFLAGS} -g\"\nUSE=\"e\"\n");
  write(etc / "profile/use.mask", "e\n");
  write(etc / "profile/package.provided", "sys/p-1\n");
  auto repository = open(root);
  const Package& foo = *only(*repository, "cat", "foo");
  UserSettings settings;
  settings.portage_config = etc;
  auto loaded = config({repository}, "one:amd64", settings);
  EXPECT_EQ(on(*loaded, foo), "a b -e! python_targets_y");
  EXPECT_EQ(loaded->visibility(foo).visibility, Visibility::visible);
  EXPECT_THAT(loaded->visibility(*only(*repository, "cat", "bar")).why, HasSubstr("package.mask:1"));
  EXPECT_EQ(loaded->variables().at("CFLAGS"), "-O3");
  EXPECT_EQ(loaded->variables_for(foo)["CFLAGS"], "-O3 -g");
  EXPECT_EQ(loaded->provided().size(), 1u);
  // make.profile names the profile where nothing else does.
  std::filesystem::create_directory_symlink(root / "profiles/amd64", etc / "make.profile");
  EXPECT_EQ(config({repository}, "", settings)->arch(), "amd64");

  write(etc / "make.extra", "source make.conf\n");
  EXPECT_THAT(Config::load({repository}, "one:amd64", settings).error().what, HasSubstr("too deeply"));
  write(etc / "make.extra", "");

  write(etc / "package.use/10-file", "cat/foo/ b\n");
  auto broken = Config::load({repository}, "one:amd64", settings);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().where, HasSubstr("package.use/10-file:1"));
}

}  // namespace
}  // namespace cooper::repository
