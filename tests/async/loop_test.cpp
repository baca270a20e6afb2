// Proves the loop's promises: order of posted work, timers on a grid, handles that really cancel,
// watched descriptors.
#include "async/loop.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <system_error>
#include <thread>

#include "base/clock.hpp"

namespace vistter::async {
namespace {

class SocketPair {
  public:
    SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
    ~SocketPair() {
        ::close(ends_[0]);
        if (ends_[1] >= 0) ::close(ends_[1]);
    }
    int mine() const { return ends_[0]; }
    void tell(char c) { EXPECT_EQ(::write(ends_[1], &c, 1), 1); }
    void hang_up() { ::close(std::exchange(ends_[1], -1)); }

  private:
    std::array<int, 2> ends_{};
};

TEST(Loop, PostedWorkRunsInOrderOnTheLoopsThread) {
    Loop loop;
    std::string order;
    std::thread::id seen;
    std::thread other([&] {
        loop.post([&] { order += "a"; });
        loop.post([&] {
            order += "b";
            seen = std::this_thread::get_id();
            loop.stop();
        });
    });
    loop.run();
    other.join();
    EXPECT_EQ(order, "ab");
    EXPECT_EQ(seen, std::this_thread::get_id());
}

TEST(Loop, TimersFireInOrderOfTheirTime) {
    Loop loop;
    std::string order;
    Handle late = loop.after(20, [&] {
        order += "late";
        loop.stop();
    });
    Handle soon = loop.after(1, [&] { order += "soon "; });
    loop.run();
    EXPECT_EQ(order, "soon late");
}

TEST(Loop, AHandleThatIsGoneCancelsItsTimer) {
    Loop loop;
    bool fired = false;
    {
        Handle dropped = loop.after(0, [&] { fired = true; });
    }
    Handle end = loop.after(5, [&] { loop.stop(); });
    loop.run();
    EXPECT_FALSE(fired);
}

TEST(Loop, ATimerAlreadyDueIsStillCancelled) {
    Loop loop;
    bool fired = false;
    Handle second;
    Handle first = loop.after(0, [&] { second.reset(); });
    second = loop.after(0, [&] { fired = true; });
    Handle end = loop.after(5, [&] { loop.stop(); });
    loop.run();
    EXPECT_FALSE(fired);
}

TEST(Loop, ARepeatedTimerMayReplaceItselfFromInside) {
    Loop loop;
    int turns = 0;
    Handle timer;
    timer = loop.every(1, [&] {
        ++turns;
        timer = loop.after(1, [&] {
            ++turns;
            loop.stop();
        });
    });
    loop.run();
    EXPECT_EQ(turns, 2);
}

TEST(Loop, ARepeatedTimerKeepsItsGridAndSkipsMissedTurns) {
    Loop loop;
    std::vector<std::int64_t> at;
    const std::int64_t start = machine_clock().steady().ns;
    auto since_ms = [&] { return (machine_clock().steady().ns - start) / 1'000'000; };
    Handle timer = loop.every(10, [&] {
        at.push_back(since_ms());
        if (at.size() == 1) {
            while (since_ms() < 45) {
            }  // busy through three turns
        }
        if (at.size() == 3) loop.stop();
    });
    loop.run();
    ASSERT_EQ(at.size(), 3u);
    EXPECT_GE(at[1], 50) << "a missed turn was made up for";
    EXPECT_GE(at[2], 60);
}

TEST(Loop, AReadableDescriptorIsReportedUntilItIsRead) {
    Loop loop;
    SocketPair pair;
    int calls = 0;
    Handle watch = loop.watch_readable(pair.mine(), [&] {
        if (++calls < 3) return;  // not read yet: it must be reported again
        char c = 0;
        EXPECT_EQ(::read(pair.mine(), &c, 1), 1);
        EXPECT_EQ(c, 'x');
        loop.stop();
    });
    pair.tell('x');
    loop.run();
    EXPECT_EQ(calls, 3);
}

TEST(Loop, TheSameDescriptorMayBeWatchedBothWays) {
    Loop loop;
    SocketPair pair;
    int writable = 0;
    bool ended = false;
    Handle write = loop.watch_writable(pair.mine(), [&] {
        ++writable;
        pair.hang_up();
    });
    Handle read = loop.watch_readable(pair.mine(), [&] {
        char c = 0;
        ended = ::read(pair.mine(), &c, 1) == 0;
        loop.stop();
    });
    loop.run();
    EXPECT_EQ(writable, 1);
    EXPECT_TRUE(ended);
}

TEST(Loop, AWatchThatIsGoneLeavesTheDescriptorOpen) {
    Loop loop;
    SocketPair pair;
    bool called = false;
    {
        Handle watch = loop.watch_readable(pair.mine(), [&] { called = true; });
    }
    pair.tell('x');
    Handle end = loop.after(5, [&] { loop.stop(); });
    loop.run();
    EXPECT_FALSE(called);
    EXPECT_GE(::fcntl(pair.mine(), F_GETFD), 0);
}

TEST(Loop, RefusesADescriptorThatIsNotOpen) {
    Loop loop;
    EXPECT_THROW((void)loop.watch_readable(-1, [] {}), std::system_error);
}

TEST(Loop, SignalsArriveAsWork) {
    Loop loop;
    std::vector<int> got;
    Handle signals = loop.on_signals({SIGUSR1, SIGUSR2}, [&](int signal) {
        got.push_back(signal);
        if (got.size() == 2)
            loop.stop();
        else
            ::raise(SIGUSR2);
    });
    ::raise(SIGUSR1);
    loop.run();
    EXPECT_EQ(got, (std::vector<int>{SIGUSR1, SIGUSR2}));
}

TEST(Loop, ALoopMayRunAgainAfterItStopped) {
    Loop loop;
    int runs = 0;
    for (int i = 0; i < 2; ++i) {
        loop.post([&] {
            ++runs;
            loop.stop();
        });
        loop.run();
    }
    EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace vistter::async
