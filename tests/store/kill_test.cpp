// Proves that a process killed in the middle of a transaction loses nothing it had committed and
// leaves no half.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.hpp"
#include "kit/temporary_folder.hpp"
#include "store/database.hpp"

namespace vistter::store {
namespace {

const std::vector<Migration> schema = {
    {1, "log", "CREATE TABLE log (batch INTEGER, part INTEGER)"}};
constexpr int parts_in_a_batch = 3;

// Writes batches for ever; after each commit its number goes down the pipe. Only a signal ends it.
[[noreturn]] void write_until_killed(const std::filesystem::path& path, int report) {
    auto opened = open_database(path, schema);
    if (!opened) ::_exit(1);
    Database& database = **opened;
    auto last = database.prepare("SELECT coalesce(max(batch), 0) FROM log");
    last.step();
    for (std::int64_t batch = last.integer(0) + 1;; ++batch) {
        database.transaction([&] {
            for (int part = 0; part < parts_in_a_batch; ++part) {
                database.prepare("INSERT INTO log VALUES (?, ?)").bind(batch).bind(part).run();
            }
        });
        if (::write(report, &batch, sizeof batch) != sizeof batch) ::_exit(1);
    }
}

// Kills the writer once `wanted` commits were reported; the last batch reported before it died.
std::int64_t run_and_kill(const std::filesystem::path& path, std::uint64_t wanted) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        write_until_killed(path, ends[1]);
    }
    ::close(ends[1]);
    std::int64_t batch = 0, last = 0;
    std::uint64_t seen = 0;
    while (::read(ends[0], &batch, sizeof batch) == sizeof batch) {
        last = batch;
        if (++seen == wanted) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int how = 0;
    ::waitpid(child, &how, 0);
    EXPECT_TRUE(WIFSIGNALED(how)) << "the writer ended by itself";
    return last;
}

TEST(Kill, LosesNoCommittedBatchAndKeepsNoHalf) {
    constexpr std::uint64_t seed = 20261122;
    SeededRandom random(seed);
    kit::TemporaryFolder folder;
    for (int round = 0; round < 20; ++round) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " round " + std::to_string(round));
        std::int64_t reported = run_and_kill(folder / "kill.db", 1 + random.below(20));
        auto opened = open_database(folder / "kill.db", schema);
        ASSERT_TRUE(opened.ok()) << describe(opened.error());
        auto seen =
            (*opened)->prepare("SELECT count(DISTINCT batch), max(batch), count(*) FROM log");
        ASSERT_TRUE(seen.step());
        EXPECT_GE(seen.integer(1), reported) << "a committed batch is gone";
        EXPECT_EQ(seen.integer(0), seen.integer(1)) << "a batch in the middle is missing";
        EXPECT_EQ(seen.integer(2), seen.integer(0) * parts_in_a_batch) << "half a batch is there";
    }
}

}  // namespace
}  // namespace vistter::store
