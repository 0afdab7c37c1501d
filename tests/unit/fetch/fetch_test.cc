#include "fetch/fetch.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server.h"
#include "util/hash.h"

namespace cooper::fetch {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing_server::Page;
using testing_server::Server;

std::string bytes(size_t size, unsigned seed = 1) {
  std::string text;
  text.reserve(size);
  for (size_t i = 0; i < size; ++i) text += static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
  return text;
}

Distfile distfile(const std::string& name, const std::string& content, std::vector<std::string> urls) {
  return {name,
          content.size(),
          {{"BLAKE2B", util::hash(util::HashAlgorithm::blake2b, content)},
           {"SHA512", util::hash(util::HashAlgorithm::sha512, content)}},
          std::move(urls),
          "app-misc/thing-1"};
}

// A mount namespace of its own; for an ordinary user in a namespace of users, as himself. False where this machine
// allows none.
bool own_mounts() {
  uid_t uid = ::getuid();
  gid_t gid = ::getgid();
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << uid << ' ' << uid << " 1";
    std::ofstream("/proc/self/gid_map") << gid << ' ' << gid << " 1";
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

class Fetch : public testing::Test {
 protected:
  util::TemporaryDirectory scratch_ = *util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-fetch");
  store::Store store_ = *store::Store::open(scratch_.path() / "store");
  Server server_;
  std::string content_ = bytes(50'000);
  Options options_ = [] {
    Options options;
    options.backoff = 0.02;
    options.mirrors["debian"] = {};
    return options;
  }();

  std::string got(const std::string& name) { return util::read_file(store_.distfiles() / name).value_or("(absent)"); }
  bool exists(const std::string& name) { return fs::exists(store_.distfiles() / name); }
  std::string fetch(std::vector<Distfile> files) {
    Result<> done = fetch_all(store_, files, options_);
    return done ? "" : done.error().message();
  }
  std::string fetch_urls(const std::vector<std::string>& paths) {
    std::vector<std::string> urls;
    for (const std::string& path : paths) urls.push_back(path.starts_with('/') ? server_.url(path) : path);
    return fetch({distfile("a.tar", content_, urls)});
  }
};

TEST_F(Fetch, LoadsManyAndThenNeedsNothing) {
  std::vector<Distfile> files;
  for (int i = 0; i < 20; ++i) {
    std::string path = "/" + std::to_string(i);
    std::string content = bytes(1000 * i, i);
    server_.set(path, {content});
    files.push_back(distfile("file" + path.substr(1), content, {server_.url(path)}));
  }
  EXPECT_EQ(fetch(files), "");
  EXPECT_EQ(got("file7"), bytes(7000, 7));
  EXPECT_EQ(got("file0"), "");
  EXPECT_EQ(server_.seen().size(), 20u);
  EXPECT_EQ(fetch(files), "");
  EXPECT_EQ(server_.seen().size(), 20u) << "what is there is not loaded again";
  std::vector<std::string> names = *util::list_directory(store_.distfiles());
  for (const std::string& name : names) EXPECT_THAT(name, Not(HasSubstr(".part")));
}

TEST_F(Fetch, TriesUrlsInOrder) {
  server_.set("/second", {content_});
  server_.set("/third", {content_});
  EXPECT_EQ(fetch_urls({"/first", "/second", "/third"}), "");
  ASSERT_EQ(server_.seen().size(), 2u);
  EXPECT_EQ(server_.seen()[0].path, "/first");
  EXPECT_EQ(server_.seen()[1].path, "/second");
}

TEST_F(Fetch, ResumesWhatBrokeOff) {
  server_.set("/a", {.body = content_, .cut_after = 20'000, .cuts = 2});
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(got("a.tar"), content_);
  ASSERT_EQ(server_.seen().size(), 3u);
  EXPECT_EQ(server_.seen()[1].range, "20000-");
  EXPECT_EQ(server_.seen()[2].range, "40000-");
}

TEST_F(Fetch, ResumesWhatAnEarlierProcessLeft) {
  server_.set("/a", {content_});
  ASSERT_TRUE(util::write_file(store_.distfiles() / "a.tar.part", content_.substr(0, 30'000)));
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(got("a.tar"), content_);
  EXPECT_EQ(server_.seen()[0].range, "30000-");
  EXPECT_FALSE(exists("a.tar.part"));
}

TEST_F(Fetch, StartsOverWhereTheServerKnowsNoRanges) {
  server_.set("/a", {.body = content_, .ranges = false});
  ASSERT_TRUE(util::write_file(store_.distfiles() / "a.tar.part", bytes(30'000, 9)));
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(got("a.tar"), content_);
  EXPECT_EQ(server_.seen().size(), 1u);
}

TEST_F(Fetch, StartsOverAfterALeftOverOfAnotherFile) {
  server_.set("/a", {content_});
  ASSERT_TRUE(util::write_file(store_.distfiles() / "a.tar.part", bytes(30'000, 9)));
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(got("a.tar"), content_);
  EXPECT_EQ(server_.seen().size(), 2u);
}

TEST_F(Fetch, StartsOverWhereTheServerResumesElsewhere) {
  server_.set("/a", {.body = content_, .range_shift = 10});
  ASSERT_TRUE(util::write_file(store_.distfiles() / "a.tar.part", content_.substr(0, 30'000)));
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(got("a.tar"), content_);
}

TEST_F(Fetch, ALeftOverThatIsTooLongIsDropped) {
  server_.set("/a", {content_});
  ASSERT_TRUE(util::write_file(store_.distfiles() / "a.tar.part", bytes(60'000, 9)));
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(got("a.tar"), content_);
}

TEST_F(Fetch, WrongContentIsRefusedAndTheNextUrlTried) {
  server_.set("/bad", {bytes(50'000, 5)});
  server_.set("/good", {content_});
  EXPECT_EQ(fetch_urls({"/bad", "/good"}), "");
  EXPECT_EQ(got("a.tar"), content_);
}

TEST_F(Fetch, ErrorsNameEveryUrlAndItsAnswer) {
  server_.set("/bad", {bytes(50'000, 5)});
  server_.set("/short", {"<html>not here</html>"});
  server_.set("/long", {bytes(60'000, 5)});
  server_.set("/ill", {.status = 500});
  server_.set("/cut", {.body = content_, .cut_after = 10'000, .cuts = 100, .tell_length = false});
  Result<> done = fetch_all(store_,
                            {distfile("a.tar", content_,
                                      {server_.url("/none"), server_.url("/bad"), server_.url("/short"),
                                       server_.url("/long"), server_.url("/ill"), "mirror://unknown/a.tar",
                                       "http://127.0.0.1:1/a.tar", "file:///nonexistent/a.tar", "gopher://old/a.tar"})},
                            options_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::distfile);
  EXPECT_EQ(done.error().what, "cannot get a.tar");
  EXPECT_EQ(done.error().where, "app-misc/thing-1");
  const std::string& why = done.error().why;
  EXPECT_THAT(why, HasSubstr("/none: HTTP 404"));
  EXPECT_THAT(why, HasSubstr("/bad: wrong content: its BLAKE2B is"));
  EXPECT_THAT(why, HasSubstr("/short: it ends after 21 of 50000 bytes"));
  EXPECT_THAT(why, HasSubstr("/long: it is larger than the 50000 bytes"));
  EXPECT_THAT(why, HasSubstr("/ill: HTTP 500"));
  EXPECT_THAT(why, HasSubstr("mirror://unknown/a.tar: no such mirror"));
  EXPECT_THAT(why, HasSubstr("127.0.0.1:1/a.tar: Failed to connect"));
  EXPECT_THAT(why, HasSubstr("file:///nonexistent/a.tar: "));
  EXPECT_THAT(why, HasSubstr("gopher://old/a.tar: "));
  EXPECT_THAT(done.error().hint, HasSubstr((store_.distfiles() / "a.tar").string()));
  EXPECT_FALSE(exists("a.tar"));
}

TEST_F(Fetch, SeveralFailuresAreToldTogether) {
  server_.set("/good", {content_});
  std::string error = fetch({distfile("x.tar", content_, {server_.url("/x")}),
                             distfile("good.tar", content_, {server_.url("/good")}), distfile("y.tar", content_, {})});
  EXPECT_THAT(error, HasSubstr("cannot get 2 of 3 distfiles"));
  EXPECT_THAT(error, HasSubstr("/x: HTTP 404"));
  EXPECT_THAT(error, HasSubstr("cannot get y.tar"));
  EXPECT_THAT(error, HasSubstr("license forbids"));
  EXPECT_FALSE(exists("x.tar.part")) << "nothing came that could be resumed";
  EXPECT_EQ(got("good.tar"), content_) << "the others are fetched all the same";
}

TEST_F(Fetch, TriesAgainWhatMayGoBetter) {
  server_.set("/a", {.body = content_, .failures = 2});
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(server_.seen().size(), 3u);
  server_.set("/b", {.body = content_, .failures = 2, .failure_status = 403});
  EXPECT_THAT(fetch({distfile("b.tar", content_, {server_.url("/b")})}), HasSubstr("HTTP 403"));
}

TEST_F(Fetch, AServerThatStallsIsLeft) {
  options_.stall_seconds = 1;
  server_.set("/slow", {.body = content_, .pause_ms = 5000});
  server_.set("/good", {content_});
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(fetch_urls({"/slow", "/good"}), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_F(Fetch, CanBeInterruptedAndGoesOnLater) {
  std::atomic<bool> cancel = false;
  options_.cancel = &cancel;
  options_.progress = [&](const Progress& progress) {
    if (progress.have > 10'000) cancel = true;
  };
  server_.set("/a", {.body = content_, .pause_ms = 20});
  Result<> done = fetch_all(store_, {distfile("a.tar", content_, {server_.url("/a")})}, options_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::interrupted);
  ASSERT_TRUE(exists("a.tar.part"));
  EXPECT_GT(fs::file_size(store_.distfiles() / "a.tar.part"), 10'000u);
  cancel = false;
  options_.progress = nullptr;
  server_.set("/a", {content_});
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(server_.seen().size(), 2u);
  EXPECT_NE(server_.seen()[1].range, "");
}

TEST_F(Fetch, TellsHowItGoes) {
  server_.set("/a", {.body = content_, .pause_ms = 8});
  std::mutex mutex;
  std::vector<Progress> told;
  options_.progress = [&](const Progress& progress) {
    std::lock_guard lock(mutex);
    told.push_back(progress);
  };
  EXPECT_EQ(fetch_urls({"/none", "/a"}), "");
  ASSERT_GE(told.size(), 5u);
  EXPECT_EQ(told[0].state, Progress::State::started);
  EXPECT_EQ(told[1].state, Progress::State::retrying);
  EXPECT_THAT(told[1].detail, HasSubstr("HTTP 404"));
  EXPECT_EQ(told[3].state, Progress::State::running);
  EXPECT_EQ(told.back().state, Progress::State::done);
  EXPECT_EQ(told.back().have, 50'000u);
  told.clear();
  EXPECT_EQ(fetch_urls({"/a"}), "");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].state, Progress::State::cached);
}

TEST_F(Fetch, AWrongFileInDistfilesIsSetAside) {
  server_.set("/a", {content_});
  ASSERT_TRUE(util::write_file(store_.distfiles() / "a.tar", bytes(50'000, 3)));
  EXPECT_EQ(fetch_urls({"/a"}), "");
  EXPECT_EQ(got("a.tar"), content_);
  EXPECT_EQ(*util::read_file(store_.root() / "damaged/a.tar"), bytes(50'000, 3));
  EXPECT_THAT(*util::read_file(store_.root() / "damaged/a.tar.why"), HasSubstr("BLAKE2B"));
}

TEST_F(Fetch, OfflineListsWhatIsMissing) {
  options_.offline = true;
  server_.set("/a", {content_});
  std::string error = fetch_urls({"/a"});
  EXPECT_THAT(error, HasSubstr("1 distfile is missing"));
  EXPECT_THAT(error, HasSubstr("a.tar (50.0 kB), for app-misc/thing-1"));
  EXPECT_TRUE(server_.seen().empty());
  ASSERT_TRUE(util::write_file(store_.distfiles() / "a.tar", content_));
  EXPECT_EQ(fetch_urls({"/a"}), "");
}

TEST_F(Fetch, RefusesWhatItCannotVerify) {
  Distfile file = distfile("a.tar", content_, {server_.url("/a")});
  file.digests = {{"MD5", "0123"}};
  EXPECT_THAT(fetch({file}), HasSubstr("no digest to verify a.tar"));
  EXPECT_THAT(fetch({distfile("../a.tar", content_, {})}), HasSubstr("bad name"));
  EXPECT_THAT(fetch({distfile("a.tar", "1", {}), distfile("a.tar", "2", {})}), HasSubstr("different files by a.tar"));
}

TEST_F(Fetch, FollowsRedirectsButNotToLocalFiles) {
  server_.set("/moved", {.status = 302, .location = server_.url("/a")});
  server_.set("/a", {content_});
  EXPECT_EQ(fetch_urls({"/moved"}), "");
  EXPECT_EQ(got("a.tar"), content_);
  ASSERT_TRUE(util::write_file(scratch_.path() / "local", content_));
  server_.set("/evil", {.status = 302, .location = "file://" + (scratch_.path() / "local").string()});
  EXPECT_THAT(fetch({distfile("b.tar", content_, {server_.url("/evil")})}), HasSubstr("/evil: "));
  EXPECT_FALSE(exists("b.tar"));
}

TEST_F(Fetch, TakesFileUrlsAndMirrors) {
  ASSERT_TRUE(util::write_file(scratch_.path() / "local", content_));
  EXPECT_EQ(fetch_urls({"file://" + (scratch_.path() / "local").string()}), "");
  server_.set("/two/pool/b.tar", {content_});
  options_.mirrors["debian"] = {server_.url("/one/"), server_.url("/two")};
  EXPECT_EQ(fetch({distfile("b.tar", content_, {"mirror://debian/pool/b.tar"})}), "");
  EXPECT_EQ(server_.seen()[0].path, "/one/pool/b.tar");
  options_.mirrors["debian"] = {};
  EXPECT_THAT(fetch({distfile("c.tar", content_, {"mirror://debian/pool/c.tar"})}),
              HasSubstr("apt's configuration names no Debian mirror"));
}

TEST_F(Fetch, HostsThatAreNotReachedComeLast) {
  server_.set("/1", {content_});
  server_.set("/2", {content_});
  options_.parallel = 1;
  std::vector<std::string> tried;
  options_.progress = [&](const Progress& progress) {
    if (progress.state == Progress::State::started) tried.push_back(progress.detail);
  };
  std::string dead = "http://127.0.0.1:1/";
  EXPECT_EQ(fetch({distfile("1", content_, {dead + "1", server_.url("/1")}),
                   distfile("2", content_, {dead + "2", server_.url("/2")})}),
            "");
  EXPECT_THAT(tried, testing::ElementsAre(dead + "1", server_.url("/1"), server_.url("/2")));
}

TEST_F(Fetch, TwoProcessesLoadAFileOnce) {
  server_.set("/a", {.body = content_, .pause_ms = 10});
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    pid_t child = ::fork();
    if (child == 0) ::_exit(fetch_urls({"/a"}).empty() ? 0 : 1);
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(server_.seen().size(), 1u);
}

TEST_F(Fetch, AFullDiskIsToldAtOnce) {
  std::string large = bytes(400'000);
  server_.set("/a", {large});
  fs::path small = scratch_.path() / "small";
  fs::create_directory(small);
  pid_t child = ::fork();
  if (child == 0) {
    if (!own_mounts()) ::_exit(77);
    if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=200k") != 0) ::_exit(77);
    Result<store::Store> store = store::Store::open(small / "store");
    if (!store) ::_exit(2);
    Result<> done = fetch_all(*store, {distfile("a.tar", large, {server_.url("/a"), server_.url("/b")})}, options_);
    bool told = !done && done.error().kind == ErrorKind::failed && done.error().why == "No space left on device" &&
                !done.error().hint.empty();
    ::_exit(told && !fs::exists(small / "store/distfiles/a.tar") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this machine allows no mounts";
  EXPECT_EQ(status, 0);
  EXPECT_EQ(server_.seen().size(), 1u) << "no other URL helps";
}

}  // namespace
}  // namespace cooper::fetch
