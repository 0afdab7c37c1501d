// Trees: what every cooper process does with thousands of entries.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "store/store.h"
#include "tree/tree.h"
#include "util/file.h"
#include "util/hash.h"

namespace {

namespace fs = std::filesystem;
using namespace cooper;

tree::Tree make_tree(int64_t entries) {
  tree::Tree tree;
  for (int64_t i = 0; i < entries; ++i) {
    tree::Entry entry;
    entry.path = fmt::format("usr/share/package-{}/some/folder/file-{}.txt", i / 50, i);
    entry.mtime = 1'700'000'000 + i;
    entry.size = static_cast<uint64_t>(i);
    entry.digest = util::hash(util::HashAlgorithm::sha256, entry.path);
    entry.owner = fmt::format("category/package-{}-1.2.3", i / 500);
    tree.entries.push_back(std::move(entry));
  }
  tree.sort();
  return tree;
}

void write_ledger(benchmark::State& state) {
  tree::Tree tree = make_tree(state.range(0));
  size_t bytes = 0;
  for (auto _ : state) bytes = tree::to_json(tree).size();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(write_ledger)->Arg(1000)->Arg(20'000)->Unit(benchmark::kMillisecond);

void read_ledger(benchmark::State& state) {
  std::string text = tree::to_json(make_tree(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(tree::from_json(text, "/store/packages/key/root"));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_ledger)->Arg(1000)->Arg(20'000)->Unit(benchmark::kMillisecond);

void digest(benchmark::State& state) {
  tree::Tree tree = make_tree(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(tree::digest(tree));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(digest)->Arg(20'000)->Unit(benchmark::kMillisecond);

// A folder of 2,000 files of 4 kB, and 16 of 4 MB.
class Folder : public benchmark::Fixture {
 public:
  void SetUp(benchmark::State&) override {
    scratch_.emplace(*util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-bench"));
    for (int i = 0; i < 2000; ++i) {
      fs::path path = root() / fmt::format("d{}/f{}", i / 100, i);
      fs::create_directories(path.parent_path());
      std::ofstream(path) << std::string(4096, static_cast<char>('a' + i % 26));
    }
    for (int i = 0; i < 16; ++i)
      std::ofstream(root() / fmt::format("large{}", i)) << std::string(4 << 20, static_cast<char>('a' + i));
  }
  void TearDown(benchmark::State&) override { scratch_.reset(); }
  fs::path root() const { return scratch_->path() / "root"; }
  fs::path scratch() const { return scratch_->path(); }

 private:
  std::optional<util::TemporaryDirectory> scratch_;
};

BENCHMARK_F(Folder, scan)(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(tree::scan(root()));
}

BENCHMARK_F(Folder, materialize_links)(benchmark::State& state) {
  tree::Tree tree = *tree::scan(root());
  for (auto _ : state) {
    state.PauseTiming();
    auto out = *util::TemporaryDirectory::create(scratch(), "out");
    state.ResumeTiming();
    if (!tree::materialize(tree, out.path(), true, false)) state.SkipWithError("failed");
    state.PauseTiming();
    out = *util::TemporaryDirectory::create(scratch(), "out");
    state.ResumeTiming();
  }
}

// A small package into the store and out again: part of the price of every package that is built.
void add_and_load_small_package(benchmark::State& state) {
  auto scratch = *util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-bench");
  store::Store store = *store::Store::open(scratch.path());
  int n = 0;
  for (auto _ : state) {
    auto build = *store.scratch("build");
    fs::create_directories(build.path() / "root/usr/bin");
    for (int i = 0; i < 5; ++i)
      std::ofstream(build.path() / "root/usr/bin" / std::to_string(i)) << std::string(2000, 'x');
    std::string key = fmt::format("key-{}", n++);
    auto added = store.add_package(key, build.path(), *tree::scan(build.path() / "root"), {});
    if (!added || !*store.package(key)) state.SkipWithError("failed");
  }
}
BENCHMARK(add_and_load_small_package)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
