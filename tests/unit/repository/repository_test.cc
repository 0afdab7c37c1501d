#include "repository/repository.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "fixture.h"
#include "util/hash.h"

namespace cooper::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RepositoryTest : public Fixture {};

TEST_F(RepositoryTest, RefusesAFolderThatIsNone) {
  auto opened = Repository::open(path("nowhere"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::usage);
  write(path("empty/file"), "");
  opened = Repository::open(path("empty"));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().why, HasSubstr("profiles/repo_name"));
}

TEST_F(RepositoryTest, RefusesWhatItCannotUnderstand) {
  auto root = add_repository("one");
  write(root / "profiles/eapi", "x-future\n");
  auto opened = Repository::open(root);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().what, HasSubstr("x-future"));
  write(root / "profiles/eapi", "8\n");
  write(root / "metadata/layout.conf", "masters =\nnonsense\n");
  opened = Repository::open(root);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().where, HasSubstr("layout.conf:2"));
}

TEST_F(RepositoryTest, RefusesAMissingMaster) {
  auto opened = Repository::open(add_repository("child", "masters = parent\n"));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().what, HasSubstr("'parent'"));
}

TEST_F(RepositoryTest, ListsPackagesAndVersionsInOrder) {
  auto root = add_repository("one");
  for (const char* version : {"1.10", "1.9", "1.9-r1", "1.9_rc1"})
    ebuild(root, std::string("cat/foo/foo-") + version + ".ebuild");
  ebuild(root, "sys/bar/bar-0.ebuild");
  ebuild(root, "unlisted/baz/baz-0.ebuild");
  write(root / "cat/foo/foo-latest.ebuild", "");
  auto repository = open(root);
  EXPECT_THAT(repository->names(), ElementsAre(ebuild::PackageName{"cat", "foo"}, ebuild::PackageName{"sys", "bar"}));
  std::vector<std::string> versions;
  for (const Package* package : repository->versions({"cat", "foo"})) versions.push_back(package->cpv.version.text());
  EXPECT_THAT(versions, ElementsAre("1.9_rc1", "1.9", "1.9-r1", "1.10"));
  EXPECT_THAT(repository->versions({"unlisted", "baz"}), IsEmpty());
  EXPECT_THAT(repository->versions({"cat", "none"}), IsEmpty());
  EXPECT_THAT(problems_text(*repository), HasSubstr("foo-latest.ebuild"));
}

TEST_F(RepositoryTest, BelievesTheCacheWhileItIsTrue) {
  auto root = add_repository("one");
  std::string text = "EAPI=8\nDESCRIPTION=\"sourced\"\nSLOT=0\n";
  write(root / "cat/foo/foo-1.ebuild", text);
  std::string entry = "DESCRIPTION=cached\nEAPI=8\nSLOT=2/3\nIUSE=+a -b c\nDEFINED_PHASES=compile install\n_md5_=";
  write(root / "metadata/md5-cache/cat/foo-1", entry + util::hash(util::HashAlgorithm::md5, text) + "\n");
  OpenOptions no_bash;
  no_bash.runtime = COOPER_SOURCE "/runtime";
  no_bash.bash = "/nonexistent/bash";
  auto repository = open(root, {}, no_bash);
  const Package* package = only(*repository, "cat", "foo");
  ASSERT_TRUE(package);
  EXPECT_EQ(package->metadata.description, "cached");
  EXPECT_EQ(package->metadata.slot, "2");
  EXPECT_EQ(package->metadata.subslot, "3");
  EXPECT_THAT(package->metadata.iuse, ElementsAre(std::pair("a", 1), std::pair("b", -1), std::pair("c", 0)));
  EXPECT_THAT(package->metadata.defined_phases(), ElementsAre("compile", "install"));

  write(root / "metadata/md5-cache/cat/foo-1", entry + std::string(32, '0') + "\n");
  EXPECT_EQ(only(*open(root), "cat", "foo")->metadata.description, "sourced");
}

TEST_F(RepositoryTest, DoesNotBelieveACacheAfterAnEclassChanged) {
  auto root = add_repository("one");
  std::string text = "EAPI=8\nDESCRIPTION=\"sourced\"\nSLOT=0\ninherit some\n", eclass = "IUSE=from-eclass\n";
  write(root / "cat/foo/foo-1.ebuild", text);
  write(root / "eclass/some.eclass", eclass);
  auto md5 = [](const std::string& bytes) { return util::hash(util::HashAlgorithm::md5, bytes); };
  write(root / "metadata/md5-cache/cat/foo-1",
        "DESCRIPTION=cached\nEAPI=8\nSLOT=0\n_eclasses_=some\t" + md5(eclass) + "\n_md5_=" + md5(text) + "\n");
  const std::string cached(only(*open(root), "cat", "foo")->metadata.description);
  EXPECT_EQ(cached, "cached");
  write(root / "eclass/some.eclass", "IUSE=changed\n");
  auto repository = open(root);
  EXPECT_EQ(only(*repository, "cat", "foo")->metadata.description, "sourced");
  EXPECT_TRUE(only(*repository, "cat", "foo")->metadata.has_iuse("changed"));
}

TEST_F(RepositoryTest, SaysWhatIsWrongWithACacheEntryAndSources) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild");
  write(root / "metadata/md5-cache/cat/foo-1", "EAPI=8\nno key here\n");
  auto repository = open(root);
  EXPECT_TRUE(only(*repository, "cat", "foo"));
  EXPECT_THAT(problems_text(*repository), HasSubstr("foo-1:2"));
}

TEST_F(RepositoryTest, SourcesOnceAndKeepsTheResult) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "inherit some\nRDEPEND=\"sys/bar\"\n");
  ebuild(root, "cat/bad/bad-1.ebuild", "die \"not today\"\n");
  ebuild(root, "cat/loud/loud-1.ebuild", "echo hello\n");
  write(root / "eclass/some.eclass", "IUSE=\"x\"\n");
  {
    auto repository = open(root, {}, sourcing(true));
    EXPECT_TRUE(only(*repository, "cat", "foo"));
    EXPECT_THAT(repository->versions({"cat", "bad"}), IsEmpty());
    EXPECT_TRUE(only(*repository, "cat", "loud"));
  }
  OpenOptions options = sourcing(true);
  options.bash = "/nonexistent/bash";
  auto repository = open(root, {}, options);
  const Package* package = only(*repository, "cat", "foo");
  ASSERT_TRUE(package);
  EXPECT_EQ(raw(*package, "RDEPEND"), "sys/bar");
  EXPECT_THAT(package->metadata.inherited(), ElementsAre("some"));
  EXPECT_THAT(repository->versions({"cat", "bad"}), IsEmpty());
  EXPECT_TRUE(only(*repository, "cat", "loud"));
  EXPECT_THAT(problems_text(*repository), HasSubstr("not today"));
  EXPECT_THAT(problems_text(*repository), HasSubstr("hello"));

  // A change makes the kept result worthless, and there is no bash now.
  write(root / "eclass/some.eclass", "IUSE=\"y\"\n");
  EXPECT_THAT(open(root, {}, options)->versions({"cat", "foo"}), IsEmpty());
  EXPECT_TRUE(only(*open(root, {}, sourcing(true)), "cat", "foo")->metadata.has_iuse("y"));
}

TEST_F(RepositoryTest, NamesEachBrokenEbuildAndKeepsTheRest) {
  auto root = add_repository("one");
  ebuild(root, "cat/good/good-1.ebuild");
  ebuild(root, "cat/hang/hang-1.ebuild", "while :; do :; done\n");
  ebuild(root, "cat/exit/exit-1.ebuild", "exit 0\n");
  ebuild(root, "cat/die/die-1.ebuild", "die \"I give up\"\n");
  ebuild(root, "cat/sub/sub-1.ebuild", "x=$(die inside)\n");
  ebuild(root, "cat/eclass/eclass-1.ebuild", "inherit missing\n");
  ebuild(root, "cat/program/program-1.ebuild", "x=$(uname -m)\n");
  ebuild(root, "cat/syntax/syntax-1.ebuild", "if then\n");
  ebuild(root, "cat/phase/phase-1.ebuild", "use foo && IUSE=bar\n");
  ebuild(root, "cat/kill/kill-1.ebuild", "kill -9 $$\n");
  ebuild(root, "cat/slot/slot-1.ebuild", "SLOT=\n");
  ebuild(root, "cat/depend/depend-1.ebuild", "RDEPEND=\"( sys/bar\"\n");
  ebuild(root, "cat/future/future-1.ebuild", "", "99");
  ebuild(root, "cat/liar/liar-1.ebuild", "EAPI=7\n");
  OpenOptions options = sourcing();
  options.time_limit = 1;
  auto repository = open(root, {}, options);
  for (const ebuild::PackageName& name : repository->names())
    EXPECT_EQ(repository->versions(name).size(), name.package == "good" ? 1u : 0u) << name.text();
  std::string problems = problems_text(*repository);
  for (const char* expected :
       {"hang-1.ebuild: sourcing it did not end within 1 s", "exit-1.ebuild: it ended bash",
        "die-1.ebuild: die-1.ebuild:5: I give up", "sub-1.ebuild:5: inside",
        "eclass-1.ebuild: eclass-1.ebuild:5: no eclass named 'missing'", "program-1.ebuild:5: the command 'uname'",
        "syntax-1.ebuild: the ebuild ended with a failure", "syntax error", "'use' must not be called in global scope",
        "kill-1.ebuild: bash ended while sourcing it", "slot-1.ebuild: SLOT", "depend-1.ebuild: RDEPEND",
        "unknown EAPI '99'", "liar-1.ebuild: EAPI is '7'"})
    EXPECT_THAT(problems, HasSubstr(expected));
}

// PMS 6: EAPI 9 has bash 5.3. With an older one, what does not use its news is read all the same.
TEST_F(RepositoryTest, ReadsEapi9WithTheBashThatIsThere) {
  auto root = add_repository("one");
  ebuild(root, "cat/plain/plain-1.ebuild", "", "9");
  ebuild(root, "cat/new/new-1.ebuild", "DESCRIPTION=${ echo new; }\n", "9");
  ebuild(root, "cat/broken/broken-1.ebuild", "${ echo new; }\n", "8");
  bool is_new = std::system("bash -c '((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 503))'") == 0;
  auto repository = open(root);
  EXPECT_NE(only(*repository, "cat", "plain"), nullptr);
  EXPECT_EQ(repository->versions({"cat", "new"}).size(), is_new ? 1u : 0u);
  EXPECT_TRUE(repository->versions({"cat", "broken"}).empty());
  std::string problems = problems_text(*repository);
  if (!is_new) {
    EXPECT_THAT(problems, HasSubstr("EAPI 9 may use what bash 5.3 has"));
  }
  size_t broken = problems.find("broken-1.ebuild");
  ASSERT_NE(broken, std::string::npos);
  EXPECT_EQ(problems.substr(broken, problems.find('\n', broken) - broken).find("5.3"), std::string::npos);
}

TEST_F(RepositoryTest, EbuildsCannotReadTheEnvironmentOrTheInput) {
  auto root = add_repository("one");
  ::setenv("COOPER_TEST_SECRET", "visible", 1);
  ebuild(root, "cat/foo/foo-1.ebuild", "read -r -t 5 line\nDESCRIPTION=\"<${COOPER_TEST_SECRET}${line}>\"\n");
  EXPECT_EQ(only(*open(root), "cat", "foo")->metadata.description, "<>");
}

TEST_F(RepositoryTest, EbuildsCannotWriteFiles) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "echo data > " + path("victim").string() + "\n: 2>/dev/null\n");
  auto repository = open(root);
  (void)repository->versions({"cat", "foo"});
  std::error_code ec;
  if (std::filesystem::exists(path("victim"), ec)) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_THAT(problems_text(*repository), HasSubstr("Permission denied"));
}

TEST_F(RepositoryTest, AccumulatesWhatEclassesSet) {
  auto root = add_repository("one");
  write(root / "eclass/inner.eclass", "IUSE=\"inner\"\nDEPEND=\"sys/inner\"\nRESTRICT=\"test\"\n");
  write(root / "eclass/outer.eclass",
        "IUSE=\"outer\"\ninherit inner\nIUSE+=\" more\"\nDEPEND=\"sys/outer\"\nouter_src_compile() { :; "
        "}\nEXPORT_FUNCTIONS src_compile\n");
  for (const char* eapi : {"3", "7", "8"})
    ebuild(
        root, std::string("cat/foo") + eapi + "/foo" + eapi + "-1.ebuild",
        "IUSE=\"lost\"\nIUSE=\"own\"\nDEPEND=\"sys/own\"\nRESTRICT=\"mirror\"\ninherit outer\nsrc_install() { :; }\n",
        eapi);
  auto repository = open(root);
  const Package* eight = only(*repository, "cat", "foo8");
  ASSERT_TRUE(eight);
  EXPECT_EQ(raw(*eight, "IUSE"), "own inner outer more");
  EXPECT_EQ(raw(*eight, "DEPEND"), "sys/own sys/inner sys/outer");
  EXPECT_EQ(raw(*eight, "RDEPEND"), "");
  EXPECT_EQ(raw(*eight, "RESTRICT"), "mirror test");
  EXPECT_EQ(raw(*eight, "INHERIT"), "outer");
  EXPECT_EQ(raw(*eight, "DEFINED_PHASES"), "compile install");
  EXPECT_THAT(eight->metadata.inherited(), testing::UnorderedElementsAre("inner", "outer"));
  // Before EAPI 8 RESTRICT is one variable like any other, and the last to set it is the eclass.
  EXPECT_EQ(raw(*only(*repository, "cat", "foo7"), "RESTRICT"), "test");
  // EAPI 0 to 3: RDEPEND is the ebuild's own DEPEND, without that of eclasses.
  EXPECT_EQ(raw(*only(*repository, "cat", "foo3"), "RDEPEND"), "sys/own");
}

TEST_F(RepositoryTest, FindsEclassesThroughMasters) {
  auto first = add_repository("first"), second = add_repository("second");
  auto child = add_repository("child", "masters = first second\n");
  write(first / "eclass/both.eclass", "IUSE=first\n");
  write(second / "eclass/both.eclass", "IUSE=second\n");
  write(first / "eclass/own.eclass", "IUSE=first\n");
  write(child / "eclass/own.eclass", "IUSE=child\n");
  write(second / "profiles/categories", "extra\n");
  ebuild(child, "extra/foo/foo-1.ebuild", "inherit both own\n");
  auto one = open(first), two = open(second);
  auto repository = open(child, {one, two});
  EXPECT_THAT(repository->chain(), ElementsAre(repository.get(), two.get(), one.get()));
  EXPECT_EQ(*repository->eclass("own"), child / "eclass/own.eclass");
  EXPECT_EQ(*repository->eclass("both"), second / "eclass/both.eclass");
  EXPECT_FALSE(repository->eclass("../own"));
  EXPECT_EQ(raw(*only(*repository, "extra", "foo"), "IUSE"), "second child");
}

TEST_F(RepositoryTest, TakesAFolderOfEbuildsForARepository) {
  ebuild(path("my ebuilds"), "cat/foo/foo-1.ebuild");
  write(path("my ebuilds") / "metadata/notes", "");
  auto repository = open(path("my ebuilds"));
  EXPECT_EQ(repository->name(), "x-my_ebuilds");
  EXPECT_THAT(repository->names(), ElementsAre(ebuild::PackageName{"cat", "foo"}));
  ASSERT_EQ(repository->problems().size(), 1u);
  EXPECT_THAT(repository->problems()[0].what, HasSubstr("no categories"));
  OpenOptions options = sourcing();
  options.fallback_name = "mine";
  options.categories = {"cat", "absent"};
  auto named = open(path("my ebuilds"), {}, options);
  EXPECT_EQ(named->name(), "mine");
  EXPECT_THAT(named->problems(), IsEmpty());
}

TEST_F(RepositoryTest, KnowsCategoriesThatOthersList) {
  auto root = add_repository("one");
  ebuild(root, "extra/foo/foo-1.ebuild");
  EXPECT_THAT(open(root)->names(), IsEmpty());
  OpenOptions options = sourcing();
  options.categories = {"extra"};
  EXPECT_THAT(open(root, {}, options)->names(), ElementsAre(ebuild::PackageName{"extra", "foo"}));
}

TEST_F(RepositoryTest, HasGlobalScopeFunctions) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.2.3.ebuild",
         "DESCRIPTION=\"$(ver_cut 1-2) $(ver_rs 1- _) ${PF} ${PR}\"\nhas a b a && HOMEPAGE=\"yes\"\nver_test 1.2 -lt "
         "1.10 && HOMEPAGE+=\" less\"\n"
         "elog hello\nLICENSE=\"$(get_libdir)\"\n");
  auto repository = open(root);
  const Package* package = only(*repository, "cat", "foo");
  ASSERT_TRUE(package);
  EXPECT_EQ(package->metadata.description, "1.2 1_2_3 foo-1.2.3 r0");
  EXPECT_EQ(package->metadata.homepage, "yes less");
  EXPECT_EQ(raw(*package, "LICENSE"), "lib");
  EXPECT_THAT(repository->problems(), IsEmpty()) << problems_text(*repository);
}

TEST_F(RepositoryTest, TakesTheEapiFromTheFirstAssignment) {
  auto root = add_repository("one");
  write(root / "cat/quoted/quoted-1.ebuild", "# comment\n\n  EAPI=\"7\" # the EAPI\nSLOT=0\n");
  write(root / "cat/none/none-1.ebuild", "SLOT=0\nDESCRIPTION=x\n");
  auto repository = open(root);
  EXPECT_EQ(only(*repository, "cat", "quoted")->metadata.eapi->number, 7);
  EXPECT_EQ(only(*repository, "cat", "none")->metadata.eapi->number, 0);
}

TEST_F(RepositoryTest, DescribesFlags) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "IUSE=\"a b c python_targets_x\"\n");
  write(root / "cat/foo/metadata.xml",
        "<pkgmetadata><!-- <flag name='b'>no</flag> --><use lang=\"hu\"><flag name=\"a\">nem</flag></use>\n"
        "<use><flag name=\"a\">Use <pkg>sys/bar</pkg> &amp;\n more</flag></use></pkgmetadata>");
  write(root / "profiles/use.desc", "# c\na - global\nb - bee\n");
  write(root / "profiles/use.local.desc", "cat/foo:c - see\ncat/other:b - not this\n");
  write(root / "profiles/desc/python_targets.desc", "x - Python x\n");
  auto descriptions = open(root)->flag_descriptions({"cat", "foo"});
  EXPECT_EQ(descriptions["a"], "Use sys/bar & more");
  EXPECT_EQ(descriptions["b"], "bee");
  EXPECT_EQ(descriptions["c"], "see");
  EXPECT_EQ(descriptions["python_targets_x"], "Python x");
}

TEST_F(RepositoryTest, ReadsMirrorsAndManifests) {
  auto root = add_repository("one");
  write(root / "profiles/thirdpartymirrors", "gnu\thttps://a.example/gnu  https://b.example/gnu\n");
  write(root / "cat/foo/Manifest", "DIST foo.tar 3 SHA512 " + std::string(128, 'a') + "\n");
  write(root / "cat/bar/Manifest", "DIST\n");
  auto repository = open(root);
  EXPECT_THAT(repository->mirrors()["gnu"], ElementsAre("https://a.example/gnu", "https://b.example/gnu"));
  auto manifest = repository->manifest({"cat", "foo"});
  ASSERT_TRUE(manifest);
  EXPECT_TRUE(manifest->find("DIST", "foo.tar"));
  auto bad = repository->manifest({"cat", "bar"});
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().where, HasSubstr("cat/bar/Manifest:1"));
  EXPECT_TRUE(repository->manifest({"cat", "none"})->entries.empty());
}

TEST_F(RepositoryTest, SeveralThreadsReadAtOnce) {
  auto root = add_repository("one");
  for (int i = 0; i < 20; ++i)
    ebuild(root, "cat/p" + std::to_string(i) + "x/p" + std::to_string(i) + "x-1.ebuild", "inherit some\n");
  write(root / "eclass/some.eclass", "IUSE=x\n");
  auto repository = open(root);
  std::atomic<size_t> found{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&]() {
      for (const ebuild::PackageName& name : repository->names()) found += repository->versions(name).size();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, 80u) << problems_text(*repository);
}

}  // namespace
}  // namespace cooper::repository
