// Every fuzz target on its corpus, on the samples of the contract, and on thousands of seeded
// mutations of both (G2.1; drills S4). Under the sanitizers too. The long runs are scripts/fuzz.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "fuzz/target.hpp"

namespace vistter::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest = 65'536;
constexpr int mutations = 5'000;
constexpr std::int64_t budget_ms = 2'000;  // where one input costs milliseconds
constexpr std::int64_t slowest_ms = 1'000;

std::vector<std::string> inputs_below(const fs::path& folder) {
    std::vector<fs::path> files;
    if (fs::is_directory(folder)) {
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (entry.is_regular_file() && entry.path().extension() != ".expect")
                files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> inputs;
    for (const auto& file : files) {
        auto text = read_file(file, largest);
        if (text) inputs.push_back(std::move(*text));
    }
    return inputs;
}

std::vector<std::string> seeds_of(const Target& target) {
    const fs::path root = VISTTER_SOURCE_DIR;
    auto seeds = target.examples();
    const auto add = [&](const fs::path& folder) {
        for (auto& input : inputs_below(folder)) seeds.push_back(std::move(input));
    };
    add(root / "tests/fuzz/corpus" / target.name);
    const auto samples = sample_folder(target.name);
    if (!samples.empty()) add(root / "contract/samples" / samples);
    return seeds;
}

// std::mt19937 is specified bit by bit: a seed means the same everywhere.
class Mutator {
  public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::string of(const std::vector<std::string>& seeds) {
        std::string input = seeds[below(seeds.size())];
        for (std::size_t edits = 1 + below(5); edits > 0; --edits) edit(input, seeds);
        if (input.size() > largest) input.resize(largest);
        return input;
    }

  private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

    void edit(std::string& input, const std::vector<std::string>& seeds) {
        const std::size_t at = below(input.size() + 1);
        switch (below(6)) {
            case 0:
                if (at < input.size()) input[at] = static_cast<char>(below(256));
                break;
            case 1:
                if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
                break;
            case 2:
                input.erase(at, 1 + below(16));
                break;
            case 3:
                input.insert(at, std::string(1 + below(9), static_cast<char>(below(256))));
                break;
            case 4: {
                const std::string& other = seeds[below(seeds.size())];
                input.insert(at, other.substr(below(other.size() + 1), below(80)));
                break;
            }
            default:
                input.resize(at);
        }
    }

    std::mt19937 random_;
};

std::string shown(std::string_view input) {
    return to_hex(as_bytes(input.substr(0, 400)));
}

void run(const Target& target, const std::string& input) {
    const std::int64_t begin = machine_clock().steady().ns;
    try {
        target.run(input);
    } catch (const std::exception& broken) {
        ADD_FAILURE() << broken.what() << "\ninput (hex): " << shown(input);
    }
    const std::int64_t took_ms = (machine_clock().steady().ns - begin) / 1'000'000;
    EXPECT_LT(took_ms, slowest_ms) << "input (hex): " << shown(input);
}

class Corpus : public ::testing::TestWithParam<std::string_view> {};

TEST_P(Corpus, IsAnsweredWholeAndMutated) {
    const Target& target = *find_target(GetParam());
    const auto seeds = seeds_of(target);
    ASSERT_FALSE(seeds.empty()) << "a target without a corpus proves nothing";
    for (const auto& input : seeds) run(target, input);
    Mutator mutator(7);
    const std::int64_t end = machine_clock().steady().ns + budget_ms * 1'000'000;
    for (int i = 0; i < mutations && !HasFailure() && machine_clock().steady().ns < end; ++i)
        run(target, mutator.of(seeds));
}

std::vector<std::string_view> names() {
    std::vector<std::string_view> names;
    for (const Target& target : all_targets()) names.push_back(target.name);
    return names;
}

INSTANTIATE_TEST_SUITE_P(Of, Corpus, ::testing::ValuesIn(names()),
                         [](const auto& named) { return std::string(named.param); });

// The check must be able to fail: a reader that forgets the last byte is found by mutation alone.
TEST(Corpus, AReaderThatLosesAByteIsFound) {
    const auto forgetful = [](std::string_view input) {
        const auto bytes = from_base64url(input);
        if (!bytes) return true;
        Bytes kept = *bytes;
        if (kept.size() > 3) kept.pop_back();
        return to_base64url(kept) == input;
    };
    Mutator mutator(7);
    bool found = false;
    for (int i = 0; i < mutations && !found; ++i) found = !forgetful(mutator.of({"aGVs", "bG8"}));
    EXPECT_TRUE(found);
}

}  // namespace
}  // namespace vistter::fuzz
